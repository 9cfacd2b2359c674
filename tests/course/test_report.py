"""What a learner reads: on the terminal what was done, in the copy what could not follow and what to do."""

from pathlib import Path

import pytest

from backproplab.course.report import REPORT, STILL_OPEN, leave_report, not_updated, summary
from backproplab.course.update import CHANGED, GONE, Kept, Outcome

COPY = Path("mycourse")
CONFLICT = Kept("notebooks/03-a.ipynb", CHANGED)
STAYS = Kept("notebooks/09-b.ipynb", GONE, replaceable=False)


def test_a_new_copy_is_counted():
    written = ["INSTALL.txt", "exercises/00-a.ipynb", "notebooks/00-a.ipynb", "notebooks/01-b.ipynb"]
    assert summary(COPY, Outcome(written), new=True) == "mycourse: made, with 2 lessons and 1 exercise sets"


def test_what_changed_is_named():
    written = ["exercises/03-a.ipynb", "exercises/expected/03-a.json", "exercises/expected/04-b.json"]
    done = Outcome(written, ["notebooks/09-b.ipynb"], set_aside=[("notebooks/03-a.ipynb", "x")])
    assert summary(COPY, done, new=False).splitlines() == [
        "notebooks/03-a.ipynb is now x",
        "exercises/03-a.ipynb: as the course has it now",
        "exercises/expected/04-b.json: as the course has it now",
        "notebooks/09-b.ipynb: no longer in the course, removed",
        STILL_OPEN,
    ]
    assert "not worked in it" in summary(COPY, Outcome(as_given=["notebooks/03-a.ipynb"]), new=False)
    assert summary(COPY, Outcome(), new=False) == "mycourse: nothing to bring up to date"


def test_what_could_not_follow_is_named_with_a_reason_and_a_command():
    text = not_updated([CONFLICT, STAYS])
    assert "notebooks/03-a.ipynb\n    You have changed or run it" in text
    assert "make course FRESH=notebooks/03-a.ipynb\n" in text
    assert "backproplab course --fresh notebooks/03-a.ipynb" in text
    assert max(map(len, text.splitlines())) <= 100
    told = summary(COPY, Outcome(kept=[CONFLICT, STAYS]), new=False)
    assert text in told
    assert "nothing to bring up to date" not in told


def test_where_no_command_helps_none_is_named():
    assert "--fresh" not in not_updated([STAYS])


def test_the_report_lies_in_the_copy_as_long_as_it_holds(tmp_path):
    path = tmp_path / REPORT
    leave_report(tmp_path, [])
    assert not path.exists()
    leave_report(tmp_path, [CONFLICT])
    assert path.read_text(encoding="utf-8") == not_updated([CONFLICT])
    before = path.stat().st_mtime_ns
    leave_report(tmp_path, [CONFLICT])
    assert path.stat().st_mtime_ns == before
    leave_report(tmp_path, [STAYS])
    assert path.read_text(encoding="utf-8") == not_updated([STAYS])
    leave_report(tmp_path, [])
    assert not path.exists()


@pytest.mark.parametrize("reason", [CHANGED, GONE])
def test_the_words_are_shown_by_any_console(reason):
    assert not_updated([Kept("notebooks/03-a.ipynb", reason)]).isascii()

"""history.csv: a line a run, whole or not there."""

import os
import stat

import book_kit
import grading_kit
import pytest

from backproplab import cli
from backproplab.grading.history import HISTORY, note_run
from backproplab.grading.reports import SaveError
from backproplab.grading.run import Summary

pytestmark = pytest.mark.usefixtures("graded_here")

RECORD = {"finished": "2026-03-06T12:00:00+00:00", "versions": {"backproplab": "1.2"}, "solution": "0f"}


def run(ended=4):
    return Summary("90-slopes", 5, {"graded": ended}, 3, 2, {}, 0, "full: all of it", 0, 0, 1)


def test_each_run_has_a_line_for_its_owner_alone(tmp_path):
    note_run(tmp_path, RECORD, run())
    note_run(tmp_path, RECORD, run(5))
    first, second = book_kit.table(tmp_path / HISTORY)
    assert first == {
        **{"finished": RECORD["finished"], "backproplab": "1.2", "solution": "0f"},
        **{"isolation": "full: all of it", "submissions": "5", "graded_now": "3", "from_kept": "2"},
        **{"changed_scores": "1", "ungraded": "1"},
    }
    assert second["ungraded"] == "0"
    assert stat.S_IMODE((tmp_path / HISTORY).stat().st_mode) == 0o600


def test_a_line_that_cannot_be_written_leaves_those_before_as_they_were(tmp_path, monkeypatch):
    note_run(tmp_path, RECORD, run())
    before = (tmp_path / HISTORY).read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError, match="make room"):
        note_run(tmp_path, RECORD, run(5))
    assert (tmp_path / HISTORY).read_bytes() == before


def test_a_table_that_somebody_saved_without_a_last_line_break_keeps_its_lines(tmp_path):
    note_run(tmp_path, RECORD, run())
    path = tmp_path / HISTORY
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    note_run(tmp_path, RECORD, run(5))
    assert [row["ungraded"] for row in book_kit.table(path)] == ["1", "0"]


def test_without_its_line_a_run_still_has_its_gradebook_and_account(tmp_path, capsys):
    solution = grading_kit.solution(tmp_path)
    grading_kit.hand_in(grading_kit.student(solution), tmp_path / "in" / "ada.ipynb")
    out = tmp_path / "grades"
    (out / grading_kit.SET / HISTORY).mkdir(parents=True)
    command = ["grade", f"{tmp_path}/in", f"--out={out}", f"--solutions={solution}", "-j1"]
    assert cli.main([*command, f"--isolation={grading_kit.isolation()}"]) == 0
    assert "Only the run's line in history.csv is missing" in capsys.readouterr().err
    assert [row["score"] for row in book_kit.table(out / "gradebook.csv")] == ["9.0"]
    assert (out / grading_kit.SET / "intake.csv").is_file()


def test_what_somebody_else_wrote_there_stays(tmp_path):
    (tmp_path / HISTORY).write_bytes(b"caf\xe9\n")
    note_run(tmp_path, RECORD, run())
    first, second = (tmp_path / HISTORY).read_text(encoding="utf-8").splitlines()
    assert first == "caf\\xe9"
    assert second.startswith('"2026')

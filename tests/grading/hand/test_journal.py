"""The journal of marks: whoever else writes or is killed, no mark is lost that was said to be saved."""

import json
import subprocess
import sys

import pytest

from backproplab.grading.hand import journal as journals
from backproplab.grading.hand.journal import JOURNAL, TORN, Entry, Journal, JournalError, Kind


def mark(points=1.0, author="Ana", *, replaces="", student="ada", **more):
    return Entry(Kind.MARK, author, "essay", student, "hash", points, 2.0, replaces=replaces, **more)


def reopened(folder):
    found = Journal(folder)
    found.refresh()
    return found


def test_a_mark_given_again_counts_and_the_first_stays_on_record(tmp_path):
    journal = Journal(tmp_path)
    first = journal.add(mark(1))
    second = journal.add(mark(2, replaces=first.id))
    found = reopened(tmp_path)
    assert found.entries == [first, second]
    assert found.standing("ada", "essay").mark == second
    assert (tmp_path / JOURNAL).stat().st_mode & 0o777 == 0o600


def test_who_has_not_seen_the_mark_that_counts_is_written_down_and_does_not_count(tmp_path):
    one, other = Journal(tmp_path), Journal(tmp_path)
    first = one.add(mark(1))
    refused = other.add(mark(2, "Bob"))
    assert refused.kind is Kind.CONFLICT
    standing = reopened(tmp_path).standing("ada", "essay")
    assert (standing.mark, standing.conflicts) == (first, [refused])
    one.add(Entry(Kind.SETTLED, "Ana", "essay", "ada", replaces=refused.id))
    standing = reopened(tmp_path).standing("ada", "essay")
    assert (standing.mark, standing.conflicts) == (first, [])


def test_a_message_that_comes_twice_is_written_once(tmp_path):
    journal, entry = Journal(tmp_path), mark()
    assert journal.add(entry) == journal.add(entry) == Journal(tmp_path).add(entry)
    assert len(reopened(tmp_path).entries) == 1


def test_comments_that_two_people_keep_at_once_are_all_kept(tmp_path):
    one, other = Journal(tmp_path), Journal(tmp_path)
    one.add(Entry(Kind.COMMENTS, "Ana", "essay", comments=("a", "b")))
    other.add(Entry(Kind.COMMENTS, "Bob", "essay", comments=("b", "c")))
    assert reopened(tmp_path).comments("essay").comments == ("a", "b", "c")


@pytest.mark.parametrize("cut", [1, 20, 150])
def test_a_torn_line_is_set_aside_and_said_and_what_stood_before_stays(tmp_path, cut):
    path, journal = tmp_path / JOURNAL, Journal(tmp_path)
    first = journal.add(mark(1))
    whole = path.read_bytes()
    torn = whole.rstrip(b"\n")[:-cut]
    path.write_bytes(whole + torn)
    found = Journal(tmp_path)
    later = found.add(mark(2, replaces=first.id))
    (fault,) = found.faults
    assert fault.startswith("A last line of marks.jsonl was torn")
    assert (tmp_path / TORN).read_bytes() == torn + b"\n"
    assert reopened(tmp_path).entries == [first, later]
    assert reopened(tmp_path).faults == [fault]  # until somebody has looked
    (tmp_path / TORN).unlink()
    assert not reopened(tmp_path).faults


def test_a_last_line_that_lacks_nothing_but_its_end_counts(tmp_path):
    path, first = tmp_path / JOURNAL, Journal(tmp_path).add(mark(1))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert reopened(tmp_path).entries == [first]
    assert path.read_bytes().endswith(b"}\n")
    assert not (tmp_path / TORN).exists()


@pytest.mark.parametrize("line", ["{", "[]", "7", '{"kind": "mark"}', '{"kind": "other", "comments": []}'])
def test_a_damaged_line_is_named_and_the_others_count(tmp_path, line):
    path, first = tmp_path / JOURNAL, Journal(tmp_path).add(mark(1))
    path.write_text(line + "\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    found = reopened(tmp_path)
    assert (found.entries, found.faults) == (
        [first],
        ["Line 1 of marks.jsonl is damaged, and does not count"],
    )


def test_a_disk_that_is_full_takes_all_of_a_table_or_nothing_and_says_so(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    first = journal.add(mark(1))

    def half(file, data):
        file.write(data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(journals, "_write_all", half)
        with pytest.raises(JournalError, match="nothing of this was saved"):
            journal.add_all([mark(student="bob"), mark(student="eve")])
    found = reopened(tmp_path)
    assert (found.entries, found.faults) == ([first], [])
    journal.add(mark(student="bob"))
    assert len(reopened(tmp_path).entries) == 2


def test_lines_that_were_taken_out_are_missed(tmp_path):
    journal = Journal(tmp_path)
    journal.add(mark())
    (tmp_path / JOURNAL).write_text("", encoding="utf-8")
    with pytest.raises(JournalError, match="has become shorter"):
        journal.refresh()


WRITER = """
import sys
from pathlib import Path
from backproplab.grading.hand.journal import Entry, Journal, Kind

journal, author = Journal(Path(sys.argv[1])), sys.argv[2]
for number in range(int(sys.argv[3])):
    journal.add(Entry(Kind.MARK, author, "essay", f"{author}-{number}", "hash", 1.0, 2.0, "x" * 5000))
    print(f"{author}-{number}", flush=True)
"""


def writer(folder, author, count):
    command = [sys.executable, "-c", WRITER, str(folder), author, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_marks_of_two_processes_at_once_are_all_there(tmp_path):
    writers = [writer(tmp_path, name, 40) for name in ("Ana", "Bob")]
    said = {student for each in writers for student in each.communicate()[0].split()}
    assert len(said) == 80
    assert {student for student, _ in reopened(tmp_path).standings()} == said
    assert len((tmp_path / JOURNAL).read_bytes().splitlines()) == 80


def test_what_was_said_to_be_saved_is_there_after_a_kill(tmp_path):
    with writer(tmp_path, "Ana", 10**6) as process:
        said = [process.stdout.readline().strip() for _ in range(20)]
        process.kill()
        said += process.stdout.read().split()
    assert {(student, "essay") for student in said} <= reopened(tmp_path).standings().keys()
    for line in (tmp_path / JOURNAL).read_bytes().splitlines():
        json.loads(line)

"""The journal of marks: whoever else writes or is killed, no mark is lost that was said to be saved."""

import json
import os
import subprocess
import sys
import threading

import pytest

from backproplab.grading.hand import journal as journals
from backproplab.grading.hand.journal import (
    JOURNAL,
    TORN,
    BehindError,
    Entry,
    Journal,
    JournalError,
    Kind,
)


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
    (tmp_path / JOURNAL).unlink()
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


def test_nobody_writes_between_anothers_look_and_line(tmp_path):
    fcntl = pytest.importorskip("fcntl")
    journal, written = Journal(tmp_path), []
    journal.add(mark(student="eve"))
    other = json.dumps(journals.asdict(mark(2, "Bob"))).encode() + b"\n"
    writer = threading.Thread(target=lambda: written.append(journal.add(mark(1))))
    with (tmp_path / JOURNAL).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        writer.start()
        writer.join(0.3)  # it waits for as long as the file is held
        file.write(other)
    writer.join()
    assert written[0].kind is Kind.CONFLICT
    assert reopened(tmp_path).standing("ada", "essay").mark.author == "Bob"


def test_a_line_is_on_the_disk_before_its_writer_is_told_so(tmp_path, monkeypatch):
    path, on_disk, fsync = tmp_path / JOURNAL, [], os.fsync

    def watched(descriptor):
        fsync(descriptor)
        on_disk.append({each.name: each.read_bytes() for each in tmp_path.iterdir()})

    monkeypatch.setattr(os, "fsync", watched)
    journal = Journal(tmp_path)
    journal.add(mark())
    journal.add_all([mark(student="bob"), mark(student="eve")])
    whole = path.read_bytes()
    assert [each[JOURNAL].count(b"\n") for each in on_disk] == [1, 3]
    path.write_bytes(whole + b"torn")
    reopened(tmp_path)
    assert on_disk[2] == {JOURNAL: whole + b"torn", TORN: b"torn\n"}
    assert on_disk[-1] == {JOURNAL: whole, TORN: b"torn\n"}
    path.write_bytes(whole.rstrip(b"\n"))
    on_disk.clear()
    reopened(tmp_path)
    assert on_disk == [{JOURNAL: whole, TORN: b"torn\n"}]


def test_a_conflict_stays_until_somebody_decides_who_has_seen_it(tmp_path):
    journal = Journal(tmp_path)
    first = journal.add(mark(1))
    refused = journal.add(mark(2, "Bob"))
    again = journal.add(mark(0.5, replaces=first.id))  # Ana, who looks at her own
    assert (refused.kind, again.kind) == (Kind.CONFLICT, Kind.CONFLICT)
    with pytest.raises(BehindError, match="Look again"):
        journal.add(Entry(Kind.SETTLED, "Ana", "essay", "ada", replaces=refused.id))
    standing = reopened(tmp_path).standing("ada", "essay")
    assert (standing.mark, standing.conflicts) == (first, [refused, again])
    journal.add(Entry(Kind.SETTLED, "Eve", "essay", "ada", replaces=again.id, chosen=refused.id))
    standing = reopened(tmp_path).standing("ada", "essay")
    assert (standing.mark.author, standing.mark.points, standing.conflicts) == ("Bob", 2, [])
    last = journal.add(mark(1.5, "Eve", replaces=standing.version))
    assert reopened(tmp_path).standing("ada", "essay").mark == last


def undone(mark):
    return Entry(Kind.UNDONE, "Ana", "essay", "ada", replaces=mark.id)


def test_what_is_undone_brings_back_what_was_there_and_nobody_elses_mark_is_touched(tmp_path):
    journal = Journal(tmp_path)
    bobs = journal.add(mark(2, "Bob"))
    refused = journal.add(mark(0, "Eve"))
    first = journal.add(mark(1, replaces=refused.id))
    second = journal.add(mark(0.5, replaces=first.id))
    with pytest.raises(BehindError):
        journal.add(undone(first))
    journal.add(undone(second))
    assert reopened(tmp_path).standing("ada", "essay").mark == first
    journal.add(undone(first))
    standing = reopened(tmp_path).standing("ada", "essay")
    assert (standing.mark, standing.conflicts) == (bobs, [refused])
    third = journal.add(mark(1, replaces=standing.version))
    for kind in (Kind.MARK, Kind.SETTLED):
        last = journal.standing("ada", "essay").version
        journal.add(Entry(kind, "Bob", "essay", "ada", "hash", replaces=last, points=None))
        with pytest.raises(BehindError):
            journal.add(undone(third))


def test_lines_that_nobody_can_have_written_so_never_count_in_silence(tmp_path):
    path, journal = tmp_path / JOURNAL, Journal(tmp_path)
    first = journal.add(mark(2))
    journal.add(mark(0.5, replaces=first.id))
    one, two = path.read_text(encoding="utf-8").splitlines(keepends=True)

    def found(text):
        path.write_text(text, encoding="utf-8")
        again = reopened(tmp_path)
        return again.standing("ada", "essay").mark.points, again.faults

    assert found(one + two) == (0.5, [])
    points, (fault,) = found(one + two + one + two)
    assert points == 0.5
    assert fault.startswith("Lines 3, 4 of marks.jsonl stand further up")
    points, (fault,) = found(two + one)  # the later one counts
    assert points == 0.5
    assert "Lines 1, 2 of marks.jsonl do not follow" in fault
    assert reopened(tmp_path).standing("ada", "essay").conflicts
    points, (fault,) = found(one + two.replace(first.id, "x"))
    assert points == 0.5
    assert "Line 2 of marks.jsonl does not follow" in fault


@pytest.mark.parametrize("points", ["500", "NaN", "Infinity", "-3", "true", '"1"', "1e999"])
def test_points_that_cannot_have_been_given_do_not_count(tmp_path, points):
    path, journal = tmp_path / JOURNAL, Journal(tmp_path)
    first = journal.add(mark(2))
    journal.add(mark(0.5, replaces=first.id))
    path.write_text(path.read_text(encoding="utf-8").replace('"points": 0.5', f'"points": {points}'), "utf-8")
    found = reopened(tmp_path)
    assert found.standing("ada", "essay").mark == first
    assert found.faults == ["Line 2 of marks.jsonl is damaged, and does not count"]


@pytest.mark.parametrize("out_of", ["NaN", "true", '"2"', "null", "0.5"])
def test_a_mark_out_of_what_cannot_be_does_not_count(tmp_path, out_of):
    path, _ = tmp_path / JOURNAL, Journal(tmp_path).add(mark(1))
    path.write_text(path.read_text(encoding="utf-8").replace('"out_of": 2.0', f'"out_of": {out_of}'), "utf-8")
    found = reopened(tmp_path)
    assert (found.entries, len(found.faults)) == ([], 1)


def test_who_may_not_write_reads_what_is_whole_and_is_told_of_the_rest(tmp_path, monkeypatch):
    path, first = tmp_path / JOURNAL, Journal(tmp_path).add(mark(1))
    path.write_bytes(path.read_bytes() + b"torn")
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = reopened(tmp_path)
    assert found.entries == [first]
    assert found.faults == ["The last line of marks.jsonl has no end, and does not count"]
    assert [each.name for each in tmp_path.iterdir()] == [JOURNAL]

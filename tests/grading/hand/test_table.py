"""Answers and marks as a table: out, filled in with a spreadsheet, and in again."""

import csv
import io
import secrets
import string

import hand_kit as kit
import pytest

from backproplab import cli
from backproplab.grading.hand.desk import Desk
from backproplab.grading.hand.journal import Journal
from backproplab.grading.hand.log import write_log
from backproplab.grading.hand.questions import MarkError
from backproplab.grading.hand.table import HIDDEN, table, take

TEXTS = {"ada": "Because\n=HYPERLINK(1)", "bob": "-1", "eve": "x" * 40_000, "=cmd|x": "x"}


@pytest.fixture
def course(tmp_path):
    kit.graded(tmp_path / "grades", TEXTS)
    return tmp_path / "grades"


@pytest.fixture
def desk(course):
    return Desk(course / kit.SET)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def filled(tmp_path, desk, separator=",", **marks):
    """The table of a desk, with points and comments by student, as a spreadsheet would save it."""
    rows = rows_of(table(desk))
    for row in rows:
        row |= dict(zip(("points", "comment"), marks.get(row["student"].lstrip("'"), ()), strict=False))
    path = tmp_path / "filled.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    return path


def standing(desk, student):
    mark = desk.journal.standing(student, "essay").mark
    return mark and (mark.author, mark.points, mark.comment)


def test_no_spreadsheet_computes_anything_of_what_students_wrote(desk):
    rows = {row["student"]: row for row in rows_of(table(desk))}
    assert rows["ada"]["answer"] == "Because\n'=HYPERLINK(1)"
    assert rows["bob"]["answer"] == "'-1"
    assert "'=cmd|x" in rows
    assert len(rows["eve"]["answer"]) < 32_767


def test_what_was_filled_in_is_taken_and_what_was_not_is_left_alone(tmp_path, desk):
    path = filled(tmp_path, desk, ";", ada=("1,5", "-1 for the sign\n=1+1"), bob=("2", ""))
    taken = take(desk, path, "Ana")
    assert (taken.marks, taken.unchanged, taken.conflicts, taken.changed) == (2, 2, [], [])
    assert standing(desk, "ada") == ("Ana", 1.5, "-1 for the sign\n=1+1")
    assert standing(desk, "bob") == ("Ana", 2, "")
    again = take(desk, filled(tmp_path, desk), "Bob")  # out and in, and nothing is changed by it
    assert (again.marks, again.unchanged) == (0, 4)
    taken = take(desk, filled(tmp_path, desk, bob=("", "")), "Bob")
    assert (taken.marks, standing(desk, "bob")) == (1, ("Bob", None, ""))


def test_an_emptied_row_takes_a_mark_back_as_the_page_does(tmp_path, course, desk):
    take(desk, filled(tmp_path, desk, ada=("1", "why?"), bob=("1", "why?")), "Ana")
    take(desk, filled(tmp_path, desk, ada=("", "")), "Ana")
    give(desk, "bob", None, author="Ana")
    write_log(course / kit.SET)
    rows = rows_of((course / kit.SET / "marks.csv").read_text(encoding="utf-8"))
    for student in ("ada", "bob"):
        assert standing(desk, student) == ("Ana", None, "")
        assert desk.view("essay", desk.key(student, "essay"))["waiting"]
        assert [row["what"] for row in rows if row["student"] == student] == ["mark", "taken back"]


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        (("3", ""), "row 3 .*3 points: essay is worth 0 to 2"),
        (("-1", ""), "row 3 .*-1 points"),
        (("0.3", ""), "row 3 .*whole or half points"),
        (("nan", ""), "row 3 .*nan points"),
        (("good", ""), "row 3 .*'good' is no number"),
        (("", "good"), "row 3 .*a comment without points"),
    ],
)
def test_of_a_table_with_bad_points_nothing_is_taken_and_the_row_is_named(tmp_path, desk, marks, sentence):
    path = filled(tmp_path, desk, ada=marks, bob=("1", ""))
    with pytest.raises(MarkError, match=sentence):
        take(desk, path, "Ana")
    assert not desk.journal.entries


def test_rows_that_name_no_answer_or_one_twice_and_tables_of_others_are_refused(tmp_path, desk):
    path = filled(tmp_path, desk, ada=("1", ""))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(desk.key("ada", "essay"), "x" * 20), encoding="utf-8")
    with pytest.raises(MarkError, match="there is no such answer"):
        take(desk, path, "Ana")
    path.write_text(text.replace(desk.key("ada", "essay"), desk.key("bob", "essay")), encoding="utf-8")
    with pytest.raises(MarkError, match="the same answer as in row"):
        take(desk, path, "Ana")
    path.write_text("student,points\nada,1\n", encoding="utf-8")
    with pytest.raises(MarkError, match="lacks the column comment"):
        take(desk, path, "Ana")


def test_a_row_that_somebody_else_has_marked_since_is_a_conflict_and_is_said(tmp_path, course, desk, capsys):
    path = filled(tmp_path, desk, ada=("1", "mine"), bob=("2", ""))
    key = desk.key("ada", "essay")
    seen = {"answer": desk.view("essay", key)["answer"], "out_of": 2}
    id = secrets.token_hex(16)
    desk.give("essay", key, author="Bob", points=2, comment="", replaces="", id=id, **seen)
    assert cli.main(["mark", str(course), "--import", str(path), "--author", "Ana"]) == 1
    said = capsys.readouterr()
    assert "1 marks taken" in said.out
    assert "both marks are kept: row 3 (essay, ada)" in said.err
    desk.journal.refresh()
    assert standing(desk, "ada") == ("Bob", 2, "")
    assert [each.comment for each in desk.journal.standing("ada", "essay").conflicts] == ["mine"]


def test_a_row_whose_answer_has_changed_since_is_not_taken_and_is_said(tmp_path, course, desk):
    path = filled(tmp_path, desk, ada=("1", ""))
    kit.hand_in(course, "ada", "Something else.")
    taken = take(desk, path, "Ana")
    assert (taken.marks, taken.changed) == (0, ["row 3 (essay, ada)"])
    assert standing(desk, "ada") is None


def test_the_command_writes_a_table_takes_it_and_leaves_a_log_of_who_gave_what(
    tmp_path, course, desk, capsys
):
    out = tmp_path / "table.csv"
    assert cli.main(["mark", str(course), "--export", str(out), "--anonymous"]) == 0
    assert not any(name in out.read_text(encoding="utf-8") for name in ("ada", "bob", "eve", "cmd"))
    path = filled(tmp_path, desk, ada=("1", "=1+1"))
    assert cli.main(["mark", str(course), "--import", str(path), "--author", "Ana"]) == 0
    assert "3 answers wait for a mark" in capsys.readouterr().out
    (row,) = rows_of((course / kit.SET / "marks.csv").read_text(encoding="utf-8"))
    assert [row[name] for name in ("author", "student", "points", "comment", "counts")] == [
        *("Ana", "ada", "1.0", "'=1+1", "yes")
    ]
    assert "3.0" in (course / "gradebook.csv").read_text(encoding="utf-8")
    assert cli.main(["mark", str(course), "--import", str(path)]) == 2
    assert "Say who you are" in capsys.readouterr().err
    out.write_text("somebody else's", encoding="utf-8")
    assert cli.main(["mark", str(course), "--export", str(out)]) == 2
    assert Journal(course / kit.SET).path.exists()


def refilled(path, **marks):
    """The same file, filled in further."""
    rows = rows_of(path.read_text(encoding="utf-8"))
    for row in rows:
        row |= marks.get(row["student"].lstrip("'"), {})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def give(desk, student, points, author="Bob", comment="", view=None):
    key = desk.key(student, "essay")
    view = view or desk.view("essay", key)
    seen = {"replaces": view["version"], "answer": view["answer"], "out_of": view["out_of"]}
    id = secrets.token_hex(16)
    desk.give("essay", key, author=author, points=points, comment=comment, id=id, **seen)
    return view


def test_the_same_table_given_again_changes_nothing_and_filled_in_further_adds_what_is_new(tmp_path, desk):
    path = filled(tmp_path, desk, ada=("1", "mine"))
    assert take(desk, path, "Ana").marks == 1
    again = take(desk, path, "Ana")
    assert (again.marks, again.unchanged, again.conflicts) == (0, 4, [])
    again = take(desk, refilled(path, ada={"points": "2"}, bob={"points": "1"}), "Ana")
    assert (again.marks, again.unchanged, again.conflicts) == (2, 2, [])
    again = take(desk, refilled(path, ada={"points": "1"}), "Ana")  # as it was at first
    assert (again.marks, standing(desk, "ada")) == (1, ("Ana", 1, "mine"))
    give(desk, "ada", 0)
    lines = len(desk.journal.entries)
    again = take(desk, path, "Ana")  # what it said was taken, and Bob has seen it
    assert (again.marks, again.unchanged, again.conflicts) == (0, 4, [])
    for _ in range(2):  # and what it has not said yet is a conflict, once
        again = take(desk, refilled(path, ada={"points": "0.5"}), "Ana")
        assert (again.marks, again.conflicts) == (0, ["row 3 (essay, ada)"])
    assert len(desk.journal.entries) == lines + 1
    assert standing(desk, "ada") == ("Bob", 0, "")


def test_a_table_settles_no_conflict_that_it_does_not_show(tmp_path, desk):
    view = give(desk, "ada", 1)
    give(desk, "ada", 2, "Eve", view=view)
    path = filled(tmp_path, desk, ada=("1", "typo mended"))
    row = rows_of(path.read_text(encoding="utf-8"))[1]
    assert (row["to_mark"], row["version"][0]) == ("decide on the page", "x")
    assert take(desk, path, "Ana").conflicts == ["row 3 (essay, ada)"]
    assert [each.author for each in desk.journal.standing("ada", "essay").conflicts] == ["Eve", "Ana"]


def test_no_key_is_a_number_to_a_spreadsheet_and_those_without_a_letter_are_read(tmp_path, desk):
    give(desk, "ada", 1)
    path = filled(tmp_path, desk)
    row = rows_of(path.read_text(encoding="utf-8"))[1]
    assert (row["key"][0], row["version"][0], row["answer_hash"][0]) == ("k", "v", "h")
    assert HIDDEN not in string.hexdigits  # or a bare version that begins with it would be taken for hidden
    bare = {name: row[name][1:] for name in ("key", "version", "answer_hash")}
    taken = take(desk, refilled(path, ada={"points": "2", **bare}), "Bob")
    assert (taken.marks, standing(desk, "ada")) == (1, ("Bob", 2, ""))


@pytest.mark.parametrize("points", ["1,5", "1.50", "01.5"])
def test_points_that_a_spreadsheet_writes_otherwise_are_the_same_points(tmp_path, desk, points):
    give(desk, "ada", 1.5)
    taken = take(desk, refilled(filled(tmp_path, desk), ada={"points": points}), "Ana")
    assert (taken.marks, standing(desk, "ada")) == (0, ("Bob", 1.5, ""))


def test_a_line_that_is_no_answer_is_named_and_what_to_do_with_it(tmp_path, desk):
    path = filled(tmp_path, desk, ada=("1", ""))
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole + "done until here\n", encoding="utf-8")
    with pytest.raises(MarkError, match=r"row 6 \(done until here\): there is no key: .* delete the row"):
        take(desk, path, "Ana")
    path.write_text(whole.replace(f"k{desk.key('ada', 'essay')}", "1.79E+308"), encoding="utf-8")
    with pytest.raises(MarkError, match=r"row 3 \(essay, ada\): there is no such answer: .* fresh --export"):
        take(desk, path, "Ana")


def test_a_mark_of_another_answer_is_confirmed_in_the_table(tmp_path, course, desk):
    give(desk, "ada", 2, comment="Good.")
    old = filled(tmp_path, desk)
    kit.hand_in(course, "ada", "Something else.")
    assert take(desk, old, "Ana").unchanged == 4  # written before
    path = filled(tmp_path, desk)
    assert rows_of(path.read_text(encoding="utf-8"))[1]["to_mark"] == "again"
    assert take(desk, path, "Ana").unchanged == 4
    taken = take(desk, refilled(path, ada={"to_mark": ""}), "Ana")
    assert (taken.marks, standing(desk, "ada")) == (1, ("Ana", 2, "Good."))
    assert take(desk, path, "Ana").unchanged == 4


def test_no_table_is_written_among_the_marks_nor_taken_while_one_is_written(course, desk, capsys):
    out = course / kit.SET / "marks.jsonl"
    assert cli.main(["mark", str(course), "--export", str(out)]) == 2
    assert "name a file elsewhere" in capsys.readouterr().err
    assert not out.exists()
    with pytest.raises(SystemExit):
        cli.main(["mark", str(course), "--export", "a.csv", "--import", "b.csv"])

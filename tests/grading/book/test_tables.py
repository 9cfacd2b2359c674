"""Gradebooks of a course: a line for everybody, marks as they are, nothing that a spreadsheet computes."""

import csv
import io
import json
import re

import book_kit as kit
import pytest

from backproplab.grading.book import tables
from backproplab.grading.book.book import make_book
from backproplab.grading.book.course import read_course
from backproplab.grading.book.errors import BookError
from backproplab.grading.status import GradingStatus

FIRST, SECOND = "03-spreadsheet", "04-credit-assignment"


def book(folder):
    return make_book(read_course(folder))


def two_sets(folder):
    kit.grade(folder, FIRST, {"ada": [2, 0.5], "bob": [1, 1]}, handed_in={"ada": {"timestamp": "2026-01-01"}})
    return kit.grade(folder, SECOND, {"ada": [2]}, waiting=["cy"])


def test_one_book_holds_every_set_and_everybody(tmp_path):
    rows = kit.table(tables.nbgrader(book(two_sets(tmp_path))))
    assert [(row["assignment"], row["student_id"], row["score"], row["status"]) for row in rows] == [
        (FIRST, "ada", "2.5", "graded"),
        (FIRST, "bob", "2.0", "graded"),
        (FIRST, "cy", "", "nothing handed in"),
        (SECOND, "ada", "2.0", "graded"),
        (SECOND, "bob", "", "nothing handed in"),
        (SECOND, "cy", "", "ungraded"),
    ]
    assert {row["max_score"] for row in rows if row["assignment"] == FIRST} == {"4.0"}
    assert rows[0]["timestamp"] == "2026-01-01"


def test_a_column_a_set_and_a_sum_only_where_all_is_known(tmp_path):
    rows = kit.table(tables.sets(book(two_sets(tmp_path))))
    assert [(row["student_id"], row[FIRST], row[SECOND], row["score"], row["max_score"]) for row in rows] == [
        ("ada", "2.5", "2.0", "4.5", "6.0"),
        ("bob", "2.0", "", "2.0", "6.0"),
        ("cy", "", "", "", "6.0"),  # something of cy's is still to be graded
    ]


def test_a_column_an_exercise(tmp_path):
    rows = kit.table(tables.exercises(book(two_sets(tmp_path))))
    assert [(row["student_id"], row[f"{FIRST} 3.2"], row[f"{SECOND} 4.1"]) for row in rows] == [
        ("ada", "0.5", "2.0"),
        ("bob", "1.0", ""),
        ("cy", "", ""),
    ]


def test_who_is_ungraded_has_no_mark_which_is_not_a_mark_of_0(tmp_path):
    ungraded = kit.record("ada", FIRST, [0, 0], status=GradingStatus.UNGRADED)
    made = book(kit.grade(tmp_path, FIRST, {"ada": ungraded, "bob": [0, 0]}))
    ada, bob = kit.table(tables.nbgrader(made))
    assert (ada["raw_score"], ada["score"], ada["status"]) == ("", "", "ungraded")
    assert (bob["raw_score"], bob["score"]) == ("0.0", "0.0")
    assert [row[f"{FIRST} 3.1"] for row in kit.table(tables.exercises(made))] == ["", "0.0"]


@pytest.mark.parametrize("left", ["", "{", "[]", "{}", '{"handed_in": 3, "submissions": [1]}'])
def test_results_are_enough_where_run_json_is_gone_or_damaged(tmp_path, left):
    two_sets(tmp_path)
    path = tmp_path / FIRST / "run.json"
    path.write_text(left) if left else path.unlink()
    rows = kit.table(tables.sets(book(tmp_path)))
    assert [(row["student_id"], row[FIRST]) for row in rows] == [("ada", "2.5"), ("bob", "2.0"), ("cy", "")]


def test_a_folder_that_is_no_courses_is_refused(tmp_path):
    with pytest.raises(BookError, match="holds no grades: name the folder that"):
        read_course(tmp_path)
    two_sets(tmp_path)
    with pytest.raises(BookError, match="grades of one set: name the folder of the course"):
        read_course(tmp_path / FIRST)


def test_nbgraders_columns(tmp_path):
    pytest.importorskip("nbgrader")
    import inspect

    from nbgrader.plugins.export import CsvExportPlugin

    row = kit.table(tables.nbgrader(book(two_sets(tmp_path))))[0]
    source = inspect.getsource(CsvExportPlugin.export)
    start = source.index("keys = [")
    assert list(row)[:-1] == [
        part.strip().strip('"') for part in source[start + 8 : source.index("]", start)].split(",")
    ]


@pytest.mark.parametrize(
    "student",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "|calc", "%0", "＝1+1",
        '=HYPERLINK("x","y")', '"=1', 'a","=1', "a\n=1+1", "a;=1", "Zoë, Q.",
        "x;=1+1", "x; +1", "x,-1", "x\t@A1", "x|=1", "x:=1", 'x;"=1+1"', "x;';=1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("write", [tables.nbgrader, tables.sets, tables.exercises])
def test_no_field_is_a_formula(tmp_path, student, write):
    kit.grade(tmp_path, FIRST, {}, waiting=[student])
    (tmp_path / FIRST / "results" / "x.json").write_text(
        json.dumps(kit.record(student, FIRST, [2])), encoding="utf-8"
    )
    content = write(book(tmp_path))
    (row,) = kit.table(content)
    assert row["student_id"].replace("'", "").split() == student.replace("'", "").split()
    for part in re.split(r"[;,:|\t]", row["student_id"]):
        assert not part.lstrip(' "').startswith(tuple("=+-@|%＝"))
    lines = content.decode().splitlines()
    assert len(lines) == 2
    assert lines[1].count('","') >= len(next(csv.reader(io.StringIO(lines[0])))) - 1  # every field is quoted

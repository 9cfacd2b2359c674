"""Late days, extensions, exemptions and points: what a rule says is what a mark becomes."""

import datetime
from dataclasses import replace
from pathlib import Path

import book_kit as kit
import pytest

from backproplab.grading.book import tables
from backproplab.grading.book.book import make_book
from backproplab.grading.book.course import read_course
from backproplab.grading.book.errors import BookError
from backproplab.grading.book.lateness import moment
from backproplab.grading.book.roster import read_roster
from backproplab.grading.book.rules import Rules, Student, read_rules

FIRST, SECOND = "03-spreadsheet", "04-credit-assignment"
DUE = """
[due]
"03-spreadsheet" = 2026-03-06T23:59:00+01:00
"04-credit-assignment" = 2026-03-13T23:59:00+01:00
"""


def rules(folder, text):
    path = folder / "rules.toml"
    path.write_text(text)
    return read_rules(path)


def book(folder, text):
    return make_book(read_course(folder), rules=rules(folder, text))


def handed_in(folder, name, timestamp, *, late=False, earned=(2, 2)):
    return kit.grade(
        folder, name, {"ada": list(earned)}, handed_in={"ada": {"timestamp": timestamp, "late": late}}
    )


def line(made):
    (row,) = kit.table(tables.nbgrader(made))
    return float(row["raw_score"]), float(row["late_submission_penalty"]), float(row["score"])


@pytest.mark.parametrize(
    ("timestamp", "days"),
    [
        ("2026-03-06 22:59:00 UTC", 0),
        ("2026-03-06 22:59:01 UTC", 1),
        ("2026-03-07 22:59:00.000000 UTC", 1),
        ("2026-03-07 22:59:01 UTC", 2),
        ("2026-03-06T23:59:30+01:00", 1),
        ("2026-03-06 23:58:00", 0),  # no zone: the due date's
        ("2026-03-06 18:00:00 America/New_York", 1),
        ("last Friday", 0),
    ],
)
def test_a_day_that_has_begun_counts(tmp_path, timestamp, days):
    made = book(handed_in(tmp_path, FIRST, timestamp), "points_per_day = 0.5" + DUE)
    assert line(made) == (4, days / 2, 4 - days / 2)
    assert bool(made.assumed) == (timestamp == "last Friday")


def test_a_share_of_the_points_and_never_below_nothing(tmp_path):
    text = "percent_per_day = 20" + DUE
    late = "2026-03-08 12:00 UTC"
    assert line(book(handed_in(tmp_path, FIRST, late), text)) == (4, 1.6, 2.4)
    assert line(book(handed_in(tmp_path, FIRST, late, earned=[1, 0]), text)) == (1, 1, 0)


def test_free_days_are_spent_on_what_was_due_first(tmp_path):
    handed_in(tmp_path, FIRST, "2026-03-08 12:00 UTC")  # two days
    handed_in(tmp_path, SECOND, "2026-03-15 12:00 UTC")  # two more
    made = book(tmp_path, "free_days = 3\npoints_per_day = 1" + DUE)
    assert [made.marks["ada", name].penalty for name in (FIRST, SECOND)] == [0, 1]
    turned = DUE.replace("03-spreadsheet", "x").replace("04-credit-assignment", FIRST).replace("x", SECOND)
    handed_in(tmp_path, FIRST, "2026-03-15 12:00 UTC")
    handed_in(tmp_path, SECOND, "2026-03-08 12:00 UTC")
    made = book(tmp_path, "free_days = 3\npoints_per_day = 1" + turned)
    assert [made.marks["ada", name].penalty for name in (FIRST, SECOND)] == [1, 0]


def test_extensions_and_exemptions_are_one_students(tmp_path):
    late = {"timestamp": "2026-03-08 12:00 UTC"}
    kit.grade(
        tmp_path, FIRST, {"ada": [2], "bob": [2], "cy": [2]}, handed_in=dict.fromkeys(("ada", "bob"), late)
    )
    made = book(
        tmp_path,
        "points_per_day = 0.5" + DUE + "[students.ada]\nextra_days = { 03-spreadsheet = 1 }\n"
        f"[students.cy]\nexempt = ['{FIRST}']",
    )
    rows = {row["student_id"]: row for row in kit.table(tables.sets(made))}
    assert [rows[name]["score"] for name in ("ada", "bob", "cy")] == ["1.5", "1.0", "0.0"]
    assert [rows[name]["max_score"] for name in ("ada", "bob", "cy")] == ["2.0", "2.0", "0.0"]
    assert made.marks["cy", FIRST].status == "exempt"


def test_who_has_withdrawn_is_in_no_book_and_in_no_doubt(tmp_path):
    kit.grade(tmp_path, FIRST, {"lovelaceada_101": [2], "eve": [1]})
    withdrawn = rules(tmp_path, "[students.eve]\nwithdrawn = true\n")
    (tmp_path / "roster.csv").write_text(kit.CANVAS)
    made = make_book(read_course(tmp_path), read_roster(tmp_path / "roster.csv").people, withdrawn)
    assert [row["student_id"] for row in kit.table(tables.sets(made))] == [
        "ada@example.org",
        "ana@example.org",
    ]
    assert not made.doubts


def test_of_how_many_nothing_says_when_they_came_is_said_where_others_have_a_time(tmp_path):
    times = {"ada": {"timestamp": "2026-03-06 12:00 UTC"}, "cy": {"late": True}, "eve": {"in_time": True}}
    kit.grade(tmp_path, FIRST, {name: [2] for name in ("ada", "bob", "cy", "di", "eve")}, handed_in=times)
    text = "points_per_day = 0.5" + DUE
    *_, sentence = book(tmp_path, text).assumed
    assert f"nothing says when 2 of the 5 submissions for {FIRST} came (bob, di)" in sentence
    *_, sentence = book(tmp_path, text + "[students.bob]\ndays_late = { 03-spreadsheet = 0 }").assumed
    assert "1 of the 5" in sentence
    assert "(di)" in sentence


def test_whom_a_platform_marks_only_if_late_is_known_to_be_in_time(tmp_path):
    kit.grade(tmp_path, FIRST, {"ada": [2]}, handed_in={"ada": {"in_time": True}})
    assert not book(tmp_path, "points_per_day = 0.5" + DUE).assumed


def test_that_nothing_says_when_anything_of_a_set_came_is_said_once(tmp_path):
    kit.grade(tmp_path, FIRST, {"ada": [2], "bob": [2]})
    text = "points_per_day = 0.5" + DUE
    (sentence,) = book(tmp_path, text).assumed
    assert f"nothing says when any of the 2 submissions for {FIRST} came" in sentence
    assert not book(tmp_path, "points_per_day = 0.5").assumed  # nothing is due
    assert not book(tmp_path, text + "[students.bob]\ndays_late = { 03-spreadsheet = 0 }").assumed
    kit.grade(tmp_path, FIRST, {"ada": [2], "bob": [2]}, handed_in={"bob": {"late": True}})
    assert "bob was late" in book(tmp_path, text).assumed[0]


def test_a_platforms_mark_alone_is_a_day_and_is_said(tmp_path):
    text = "points_per_day = 0.5" + DUE
    handed_in(tmp_path, FIRST, "", late=True)
    made = book(tmp_path, text)
    assert line(made) == (4, 0.5, 3.5)
    assert "nothing says by how much: a day is counted" in made.assumed[0]
    made = book(tmp_path, text + "[students.ada]\ndays_late = { 03-spreadsheet = 3 }")
    assert (line(made), made.assumed) == ((4, 1.5, 2.5), [])
    made = book(tmp_path, text + "[students.ada]\nextra_days = { 03-spreadsheet = 3 }")
    assert line(made) == (4, 0, 4)
    assert "nothing is charged" in made.assumed[0]


def test_days_that_somebody_counted_count_instead_of_what_the_export_says(tmp_path):
    text = "points_per_day = 0.5" + DUE + "[students.ada]\ndays_late = { 03-spreadsheet = 1 }"
    handed_in(tmp_path, FIRST, "2026-03-09 12:00:00 UTC")  # three days
    assert line(book(tmp_path, text)) == (4, 0.5, 3.5)


def test_points_change_in_proportion_and_no_code_runs(tmp_path):
    kit.grade(tmp_path, FIRST, {"ada": [2, 0.5], "bob": [0, 2]})
    made = book(tmp_path, "[points]\n'3.2' = 4")
    rows = kit.table(tables.sets(made))
    assert [(row[FIRST], row["max_score"]) for row in rows] == [("3.0", "6.0"), ("4.0", "6.0")]
    assert kit.table(tables.exercises(made))[0][f"{FIRST} 3.2"] == "1.0"


def test_what_a_partly_right_answer_to_an_exercise_of_no_points_was_worth_is_not_made_up(tmp_path):
    record = kit.record("ada", FIRST, [0])
    record["exercises"][0]["points"] = 0
    kit.grade(tmp_path, FIRST, {"ada": record})
    with pytest.raises(BookError, match=r"3\.1 was worth nothing when it was graded"):
        book(tmp_path, "[points]\n'3.1' = 4")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("free_days = ", "cannot be read"),
        ("free_day = 3", "'free_day' is not a rule; there are free_days"),
        ("free_days = -1", "free_days should be a number from 0 to 1,000,000, and is -1"),
        ("points_per_day = true", "points_per_day should be a number"),
        (f"points_per_day = 1{400 * '0'}", "points_per_day should be a number from 0 to .*, and is more"),
        (f"percent_per_day = 0x{5000 * 'f'}", "percent_per_day should be a number"),
        ("[students.ada]\nextra_days = {'03-spreadsheet' = 1e300}", "extra_days of ada should be a number"),
        ("free_days = 2.5", "free_days should be whole days, and is 2.5"),
        ("[students.ada]\ndays_late = {'03-spreadsheet' = 2.7}", "days_late of ada should be whole days"),
        ("[students.ada]\nwithdrawn = 'yes'", "withdrawn of ada should be true or false, and is 'yes'"),
        ("[columns]\n'03-spreadsheet' = 5", "the column of 03-spreadsheet should be text in quotes"),
        ("[due]\n'03-spreadsheet' = 0001-01-01", "is due in the year 1: write another"),
        (f"due = {3000 * '['}", "cannot be read"),
        ("points_per_day = 1\npercent_per_day = 1", "keep one"),
        ("due = 3", "due should be a table"),
        ("[due]\n'03-spreadsheet' = 'Friday'", "write a date"),
        ("[students.ada]\nextra = 1", r"'extra' is not a rule for a student \(ada\)"),
        ("[students.ada]\nexempt = '03'", "should be a list of sets"),
        ("[students.eve]\nexempt = []", "name the student 'eve'; there is ada"),
        ("[columns]\n'03' = 'Homework'", "name the set '03'; there is 03-spreadsheet"),
        ("[students.ada]\nexempt = ['03']", "name the set '03'; there is 03-spreadsheet"),
        ("[points]\n'9.9' = 1", "name the exercise '9.9'; there is 3.1"),
    ],
)
def test_a_rule_that_would_do_nothing_is_refused(tmp_path, text, said):
    kit.grade(tmp_path, FIRST, {"ada": [2]})
    with pytest.raises(BookError, match=said):
        book(tmp_path, text)


SHOWN = Rules(
    free_days=3,
    percent_per_day=10,
    due={FIRST: datetime.datetime.fromisoformat("2026-03-06T23:59:00+01:00")},
    students={"ada": Student(extra_days={FIRST: 2})},
)
ADA = Student(exempt=("05-scalar-engine",), extra_days={FIRST: 2}, days_late={SECOND: 1})
EVERY = replace(
    SHOWN,
    points={"3.1": 4},
    columns={FIRST: "Homework 3"},
    students={"ada": ADA, "eve": Student(withdrawn=True)},
)


@pytest.mark.parametrize(("page", "expected"), [("README.md", EVERY), ("INSTRUCTORS.md", SHOWN)])
def test_the_rules_that_a_page_shows_are_rules(tmp_path, page, expected):
    (shown,) = (Path(__file__).parents[3] / page).read_text(encoding="utf-8").split("```toml\n")[1:]
    assert rules(tmp_path, shown.split("```")[0]) == expected


def test_a_day_is_due_at_its_end_and_a_time_without_zone_is_this_machines(tmp_path):
    due = rules(tmp_path, "[due]\na = 2026-03-06\nb = 2026-03-06T12:00:00").due
    assert due["a"] == datetime.datetime(2026, 3, 6, 23, 59, 59).astimezone()
    assert due["b"] == datetime.datetime(2026, 3, 6, 12).astimezone()


@pytest.mark.parametrize("text", ["", "x", "2026-13-01 00:00", "2026-03-06"])
def test_a_time_that_cannot_be_read_is_none(text):
    assert moment(text) is None

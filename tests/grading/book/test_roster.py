"""Rosters of every kind, and whose work is whose: by id, by number, by name, and never by guessing."""

import book_kit as kit
import pytest

from backproplab.grading.book import tables
from backproplab.grading.book.book import make_book
from backproplab.grading.book.course import read_course
from backproplab.grading.book.errors import BookError
from backproplab.grading.book.roster import read_roster

FIRST, SECOND = "03-spreadsheet", "04-credit-assignment"
PARTICIPANTS = """First name;Last name;Email address
Ada;Lovelace;ada@example.org
Ana;Márquez;ana@example.org
"""
PLAIN = "name\temail\nAda Lovelace\tada@example.org\nAna Márquez\tana@example.org\n"


def roster(folder, text, encoding="utf-8"):
    path = folder / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path)


def book(folder, text):
    return make_book(read_course(folder), roster(folder, text).people)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("text", [kit.CANVAS, kit.WORKSHEET, PARTICIPANTS, PLAIN])
def test_the_class_is_read_however_the_file_was_saved(tmp_path, text, encoding):
    people = roster(tmp_path, text, encoding).people
    assert [(each.last_name, each.first_name, each.email) for each in people] == [
        ("Lovelace", "Ada", "ada@example.org"),
        ("Márquez", "Ana", "ana@example.org"),
    ]


@pytest.mark.parametrize("text", [kit.CANVAS, kit.WORKSHEET, PARTICIPANTS, PLAIN])
@pytest.mark.parametrize(
    "student",
    ["lovelaceada", "Ada Lovelace", "ada@example.org", "ADA@example.org", "lovelaceada_7", "Lovelace Ada"],
)
def test_a_name_or_an_address_joins_with_every_roster(tmp_path, text, student):
    made = book(kit.grade(tmp_path, FIRST, {student: [2]}), text)
    assert not made.doubts
    rows = kit.table(tables.nbgrader(made))
    assert [(row["last_name"], row["score"], row["status"]) for row in rows] == [
        ("Lovelace", "2.0", "graded"),
        ("Márquez", "", "nothing handed in"),
    ]


@pytest.mark.parametrize(
    ("text", "student"), [(kit.CANVAS, "x_101"), (kit.WORKSHEET, "Participant_501"), (kit.CANVAS, "s1")]
)
def test_the_platforms_number_joins_where_the_name_says_nothing(tmp_path, text, student):
    made = book(kit.grade(tmp_path, FIRST, {student: [2]}), text)
    assert not made.doubts
    assert kit.table(tables.sets(made))[0][FIRST] == "2.0"


def test_a_number_that_is_another_ones_name_joins_nobody(tmp_path):
    made = book(kit.grade(tmp_path, FIRST, {"marquezana_101": [2]}), kit.CANVAS)
    assert made.doubts == ["marquezana_101 has handed in 03-spreadsheet, and cannot be told in the roster"]
    assert [row[FIRST] for row in kit.table(tables.sets(made))] == ["", "", "2.0"]


def test_a_name_that_two_share_joins_nobody(tmp_path):
    text = "username,name\nal1,Ada Lovelace\nal2,Ada Lovelace\n"
    made = book(kit.grade(tmp_path, FIRST, {"Ada Lovelace": [2], "AL2": [1]}), text)
    assert [(row["student_id"], row[FIRST]) for row in kit.table(tables.sets(made))] == [
        ("al1", ""),
        ("al2", "1.0"),
        ("Ada Lovelace", "2.0"),
    ]
    assert len(made.doubts) == 1


def test_two_students_of_one_name_are_not_the_one_person_of_that_name(tmp_path):
    text = "username,name\nal,Ada Lovelace\n"
    made = book(kit.grade(tmp_path, FIRST, {"Ada Lovelace_1": [2], "Ada Lovelace_2": [1]}), text)
    assert [row[FIRST] for row in kit.table(tables.sets(made))] == ["", "2.0", "1.0"]
    assert len(made.doubts) == 2


def test_nobodys_work_is_lost_where_two_would_be_one(tmp_path):
    text = "username,name\nada,Ada Lovelace\n"
    for other in ("Ada Lovelace", "lovelaceada_1"):
        made = book(kit.grade(tmp_path / other, FIRST, {other: [1], "ada": [2]}), text)
        rows = {row["student_id"]: row[FIRST] for row in kit.table(tables.sets(made))}
        assert rows.pop("ada") == "2.0"  # the surer of the two
        assert list(rows.values()) == ["1.0"]
        assert "would both be ada" in made.doubts[0]


def test_moodles_numbers_change_with_the_assignment_and_the_name_stays(tmp_path):
    def path(number):
        return {"path": f"Ada Lovelace_{number}_assignsubmission_file_/hw.ipynb"}

    kit.grade(tmp_path, FIRST, {"Ada Lovelace_501": [2]}, handed_in={"Ada Lovelace_501": path(501)})
    kit.grade(tmp_path, SECOND, {"Ada Lovelace_777": [1]}, handed_in={"Ada Lovelace_777": path(777)})
    (row,) = kit.table(tables.sets(make_book(read_course(tmp_path))))
    assert (row["student_id"], row[FIRST], row[SECOND]) == ("Ada Lovelace", "2.0", "1.0")

    twins = {"Ada Lovelace_501": path(501), "Ada Lovelace_502": path(502)}
    kit.grade(
        tmp_path, FIRST, {name: [2] for name in twins}, handed_in=twins
    )  # now there are two of that name
    assert len(kit.table(tables.sets(make_book(read_course(tmp_path))))) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("colour,size\nred,3\n", "no column that says who is who; its headings are colour, size"),
        ("id\nada\nada\n", "has several lines for ada"),
        ("id,note\nada,\n,left\n,left too\n", "does not say who is on line 2 below its headings"),
        ("id,Name,name\nada,Ada,Lovelace\n", "has 2 columns 'name'"),
    ],
)
def test_a_table_that_is_no_roster_is_refused(tmp_path, text, said):
    with pytest.raises(BookError, match=said):
        roster(tmp_path, text)
    with pytest.raises(BookError, match=r"missing.csv cannot be read"):
        read_roster(tmp_path / "missing.csv")

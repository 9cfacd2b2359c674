"""An exercise is named after its set, a lesson's or a capstone's, and sorted as the course has them."""

import re

import pytest

from backproplab.marking.ids import exercise_of, grade_id, order, series

NBGRADER = re.compile(r"[a-zA-Z0-9_\-]+")  # what nbgrader takes as a grade_id


@pytest.mark.parametrize("exercise", ["0.1", "3.2", "10.12", "C1.1", "C1.10", "C12.3"])
@pytest.mark.parametrize("role", ["answer", "check"])
def test_an_exercise_is_found_again_in_the_id_of_its_cell(role, exercise):
    named = grade_id(role, exercise)
    assert NBGRADER.fullmatch(named)
    assert exercise_of(named, role) == exercise
    assert exercise_of(named, "other") == ""


@pytest.mark.parametrize(
    "named",
    ["", "answer", "answer-3", "answer-3.2", "answer-c1-2", "answer-C-2", "answer-CC1-2", "answer-1C-2"]
    + ["answer-capstone-1-2", "answer-3-2-1", "answer-C1-2 ", "my-answer-3-2", "answer-٣-2"],
)
def test_another_id_names_no_exercise(named):
    assert exercise_of(named, "answer") == ""


@pytest.mark.parametrize(
    ("name", "found"),
    [("03-spreadsheet", "3"), ("10-mnist-gradients", "10"), ("00-start-here", "0"), ("capstone-1", "C1")]
    + [("capstone-12", "C12"), ("capstone", ""), ("capstone-x", ""), ("capstone-1-old", ""), ("notes", "")]
    + [("0" * 5000 + "7-x", "7"), ("9" * 5000 + "-x", "9" * 5000)],
    ids=lambda text: text[:20],
)
def test_the_name_of_a_set_says_how_its_exercises_begin(name, found):
    assert series(name) == found


def test_exercises_stand_by_number_capstones_after_lessons_and_free_text_last():
    course = [
        "0.1",
        "3.2",
        "3.10",
        "9.6",
        "10.2",
        "26.1",
        "C1.1",
        "C1.9",
        "C1.10",
        "C2.1",
        "C10.1",
        "why-3-4",
    ]
    assert sorted(reversed(course), key=order) == course

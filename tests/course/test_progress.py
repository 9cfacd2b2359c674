"""What is done, read from notebooks: cards as a check writes them, predictions, quick checks."""

import json

import course_kit as kit
import pytest
from nbformat.v4 import new_output

from backproplab.check import card
from backproplab.check.result import CheckResult
from backproplab.course.outline import Entry, Part
from backproplab.course.progress import WIDGETS, Standing, standings, where_to_go_on
from backproplab.marking.verdict import Status, Verdict
from backproplab.widgets import quick_check

PARTS = [
    Part(
        "I",
        "The idea",
        [
            Entry("03", "Made up", "One", ("notebooks/03-made-up", "exercises/03-made-up")),
            Entry("04", "Another", "Two", ("notebooks/04-another",)),
            Entry("05", "Not here", "Three", ("notebooks/05-not-here",)),
        ],
    )
]


def shown(exercise, status, **more):
    """The output of a check, as a notebook keeps it."""
    html, plain = card.result_card(CheckResult(Verdict(exercise, 1, 0, status), **more))
    return new_output("display_data", data={"text/html": html, "text/plain": plain})


@pytest.fixture
def copy(tmp_path):
    """A made-up copy of two lessons, one with a set of two exercises."""
    kit.made(tmp_path)
    kit.write(tmp_path, kit.VALUES, json.dumps({"exercises": {"3.1": {}, "3.2": {}}}))
    kit.opened(tmp_path, kit.LESSON, kit.runs("six-times-seven", count=None))
    return tmp_path


def of(copy):
    ((_, listed),) = standings(copy, PARTS)
    return listed


def test_what_is_passed_tried_and_open_is_counted_and_what_the_copy_lacks_is_left_out(copy):
    kit.opened(copy, kit.SET, lambda cells: cells["check"].update(outputs=[shown("3.1", Status.RIGHT)]))
    first, second = of(copy)
    assert first.practice.exercises == {"3.1": Status.RIGHT, "3.2": Status.NOT_ATTEMPTED}
    assert (first.practice.passed, first.practice.begun, first.practice.finished) == (1, True, False)
    assert [page for page, _ in first.pages] == ["notebooks/03-made-up", "exercises/03-made-up"]
    assert second.practice is None


def save_with_quiz(copy, **state):
    """Save the lesson with its prediction run, and a quick check whose widget has this state."""

    def change(cells):
        kit.runs("six-times-seven")(cells)
        still = new_output("display_data", data={"text/html": quick_check("02").static().html})
        cells["after"].update(source='quick_check("02")', outputs=[still])

    kit.opened(copy, kit.LESSON, change)
    notebook = json.loads((copy / kit.LESSON).read_text(encoding="utf-8"))
    models = {"1a": {"state": state}, "2b": {"state": {}}}
    notebook["metadata"]["widgets"] = {WIDGETS: {"state": models}}
    (copy / kit.LESSON).write_text(json.dumps(notebook), encoding="utf-8")


def test_a_lesson_counts_its_predictions_and_the_questions_of_its_saved_quiz(copy):
    assert (of(copy)[0].lesson.predictions, of(copy)[0].lesson.run) == (1, 0)
    quiz = quick_check("02")
    right = [next(place for place, one in enumerate(each.choices) if one.right) for each in quiz._questions]
    quiz.checked = [[right[0]], [1 - right[1] if right[1] < 2 else 0], []]
    save_with_quiz(copy, sealed=quiz.sealed, checked=quiz.checked)
    lesson = of(copy)[0].lesson
    assert (lesson.run, lesson.right, lesson.questions, lesson.finished) == (1, 1, 3, False)


@pytest.mark.parametrize(
    "damage",
    [
        {"sealed": "%"},
        {"sealed": 7},
        {"sealed": "W10"},
        {"checked": [[9]]},
        {"checked": [["a"]]},
        {"checked": 3},
    ],
)
def test_of_a_quiz_whose_saved_state_is_damaged_nothing_is_answered_and_the_lesson_stands(copy, damage):
    save_with_quiz(copy, **{"sealed": quick_check("02").sealed, "checked": [[0], [0], [0]], **damage})
    lesson = of(copy)[0].lesson
    assert (lesson.run, lesson.right, lesson.questions) == (1, 0, 3)


def test_a_set_whose_exercises_are_not_known_is_not_finished(copy):
    kit.write(copy, kit.VALUES, "{}")
    practice = of(copy)[0].practice
    assert practice.exercises == {}
    assert not practice.finished


def test_the_map_leads_to_the_last_that_was_begun_and_after_it_is_finished_to_the_next(copy):
    def onward():
        return where_to_go_on(of(copy))[1]

    assert onward() == "notebooks/03-made-up"
    kit.opened(copy, kit.LESSON, kit.runs("six-times-seven"))
    assert onward() == "exercises/03-made-up"
    cards = [shown("3.1", Status.RIGHT), shown("3.2", Status.NOT_YET)]
    kit.opened(copy, kit.SET, lambda cells: cells["check"].update(outputs=cards))
    assert onward() == "exercises/03-made-up"
    cards = [shown("3.1", Status.RIGHT), shown("3.2", Status.RIGHT)]
    kit.opened(copy, kit.SET, lambda cells: cells["check"].update(outputs=cards))
    assert onward() == "notebooks/04-another"


CODE = {"cell_type": "code", "id": "a", "source": "1"}
DAMAGED = [
    {"cells": 3},
    {"cells": [1]},
    {"cells": [{"cell_type": "code", "id": "a"}]},
    {"cells": [{"id": "a", "source": "1"}]},
    {"cells": [CODE | {"source": 7}]},
    {"cells": [CODE | {"source": "quick_check()", "outputs": [3]}]},
    {"cells": [CODE], "metadata": []},
    {"cells": [CODE], "metadata": {"widgets": {WIDGETS: {"state": {"1a": []}}}}},
]


@pytest.mark.parametrize("text", ["", "<<<<<<< HEAD", "[]", *map(json.dumps, DAMAGED)])
def test_a_notebook_that_cannot_be_read_is_left_out_and_the_map_still_stands(copy, text):
    kit.write(copy, kit.LESSON, text)
    first, _ = of(copy)
    assert first.lesson is None
    assert isinstance(first, Standing)
    assert first.practice

"""What is done, read from notebooks: cards as a check writes them, predictions, quick checks."""

import json

import course_kit as kit
import nbformat
import pytest
from nbformat.v4 import new_notebook, new_output

from backproplab.check import card
from backproplab.check.result import CheckResult
from backproplab.check.saved import saved_results
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


@pytest.mark.parametrize("status", [each for each in Status if each in card.LOOKS])
def test_a_card_says_when_it_is_saved_what_it_said_when_it_was_shown(status):
    cell = kit.ran("check", "check", "")
    cell.outputs = [shown("C1.11", status, note='A <b> "note".', slips=("sign-turned",))]
    saved = json.loads(nbformat.writes(new_notebook(cells=[kit.prose("# Text", "text"), cell])))
    assert saved_results(saved) == {"C1.11": status}


def test_a_summary_or_a_notice_is_no_card():
    cell = kit.ran("summary()", "summary", "")
    texts = [
        card.summary_table("03-a", [CheckResult(Verdict("3.1", 1, 1, Status.RIGHT))]),
        card.notice("No", ""),
    ]
    cell.outputs = [new_output("display_data", data={"text/html": html}) for html, _ in texts]
    assert saved_results(new_notebook(cells=[cell])) == {}


def test_what_is_passed_tried_and_open_is_counted_and_what_the_copy_lacks_is_left_out(copy):
    kit.opened(copy, kit.SET, lambda cells: cells["check"].update(outputs=[shown("3.1", Status.RIGHT)]))
    first, second = of(copy)
    assert first.practice.exercises == {"3.1": Status.RIGHT, "3.2": Status.NOT_ATTEMPTED}
    assert (first.practice.passed, first.practice.begun, first.practice.finished) == (1, True, False)
    assert [page for page, _ in first.pages] == ["notebooks/03-made-up", "exercises/03-made-up"]
    assert second.practice is None


def test_a_lesson_counts_its_predictions_and_the_questions_of_its_saved_quiz(copy):
    assert (of(copy)[0].lesson.predictions, of(copy)[0].lesson.run) == (1, 0)
    quiz = quick_check("02")
    right = [next(place for place, one in enumerate(each.choices) if one.right) for each in quiz._questions]
    quiz.checked = [[right[0]], [1 - right[1] if right[1] < 2 else 0], []]

    def change(cells):
        kit.runs("six-times-seven")(cells)
        still = new_output("display_data", data={"text/html": quiz.static().html})
        cells["after"].update(source='quick_check("02")', outputs=[still])

    kit.opened(copy, kit.LESSON, change)
    notebook = json.loads((copy / kit.LESSON).read_text(encoding="utf-8"))
    state = {"state": json.loads(json.dumps({"sealed": quiz.sealed, "checked": quiz.checked}))}
    notebook["metadata"]["widgets"] = {WIDGETS: {"state": {"1a": state, "2b": {"state": {}}}}}
    (copy / kit.LESSON).write_text(json.dumps(notebook), encoding="utf-8")
    lesson = of(copy)[0].lesson
    assert (lesson.run, lesson.right, lesson.questions, lesson.finished) == (1, 1, 3, False)


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


@pytest.mark.parametrize("text", ["", "<<<<<<< HEAD", "[]", '{"cells": 3}', '{"cells": [1]}'])
def test_a_notebook_that_cannot_be_read_is_left_out_and_the_map_still_stands(copy, text):
    kit.write(copy, kit.LESSON, text)
    first, _ = of(copy)
    assert first.lesson is None
    assert isinstance(first, Standing)
    assert first.practice

"""A learner's copy in JupyterLab, opened by `backproplab lab`: predict, run, answer, save."""

from pathlib import Path

import pytest

from backproplab.course.contents import learners_copy
from backproplab.course.predictions import predicted_cells
from backproplab.course.record import is_copy
from backproplab.course.update import Outcome, update
from browser.lab import ROOT, keep_picture, lab_server, pale, violations

LESSON = "notebooks/04-credit-assignment.ipynb"
PREDICTED = "output-deltas"
SET = "exercises/00-start-here.ipynb"
ANSWER = "def promised_loss(loss, gradient, turn):\n    return loss + gradient * turn"
OPENED = "notebooks/02-chain-rule.ipynb"


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """(address, folder) of a JupyterLab in a new copy of the course."""
    folder = tmp_path_factory.mktemp("learner") / "mycourse"
    update(folder, learners_copy(ROOT))
    assert is_copy(folder)
    with lab_server(folder, learners=True) as address:
        yield address, folder


@pytest.fixture(scope="module")
def closed(lab, closed):
    """Pages are closed while their JupyterLab still runs."""


@pytest.fixture(scope="module")
def answered(open_notebook):
    """What a check has said before there was an answer, and to a right one; then the exercises were saved."""
    exercise = open_notebook(SET)
    exercise.run("setup", "answer-0-1", "check-0-1")
    before = outputs(exercise, "check-0-1")
    exercise.page.evaluate(
        """source => {
             const { widgets } = window.jupyterapp.shell.currentWidget.content;
             widgets.find((cell) => cell.model.id === "answer-0-1").model.sharedModel.setSource(source);
           }""",
        ANSWER,
    )
    exercise.run("answer-0-1", "check-0-1", "promise-and-truth")
    after = outputs(exercise, "check-0-1")
    exercise.save()
    return before, after


def outputs(notebook, cell):
    """What stands below a cell, as text; None where it has no output."""
    return notebook.page.evaluate(
        """id => {
             const { widgets } = window.jupyterapp.shell.currentWidget.content;
             const { model } = widgets.find((cell) => cell.model.id === id);
             return model.outputs.length ? JSON.stringify(model.outputs.toJSON()) : null;
           }""",
        cell,
    )


def choose(notebook, cell):
    """Put the focus on a cell, as the arrow keys do."""
    notebook.page.evaluate(
        """async id => {
             const notebook = window.jupyterapp.shell.currentWidget.content;
             const index = notebook.widgets.findIndex((cell) => cell.model.id === id);
             notebook.deselectAll();
             notebook.activeCellIndex = index;
             await notebook.scrollToItem(index, "start");
             notebook.mode = "command";
             notebook.node.focus();
             notebook.activate();
           }""",
        cell,
    )


def test_the_answer_to_a_prediction_is_not_there_until_the_cell_is_run(open_notebook):
    lesson = open_notebook(LESSON)
    cells = lesson.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.context.model.toJSON().cells.map("
        "cell => ({ ...cell, outputs: cell.outputs ?? [] }))"
    )
    predicted = predicted_cells({"cells": cells})
    assert PREDICTED in predicted
    assert all(outputs(lesson, cell) is None for cell in predicted)
    shown = [cell["id"] for cell in cells if cell["outputs"]]
    assert len(shown) > 3, "the other cells show what the author saw"
    choose(lesson, PREDICTED)
    keep_picture(lesson.page, "mycourse-before")
    before = [cell["id"] for cell in cells if cell["cell_type"] == "code"]
    lesson.run(*before[: before.index(PREDICTED)])
    choose(lesson, PREDICTED)
    lesson.page.keyboard.press("Shift+Enter")
    lesson.page.wait_for_function(
        """id => window.jupyterapp.shell.currentWidget.content.widgets.find(
             (cell) => cell.model.id === id).model.outputs.length > 0""",
        arg=PREDICTED,
    )
    choose(lesson, PREDICTED)
    keep_picture(lesson.page, "mycourse-after")
    later = predicted[predicted.index(PREDICTED) + 1 :]
    assert later
    assert all(outputs(lesson, cell) is None for cell in later)


def test_a_widget_is_saved_with_the_notebook(open_notebook, lab):
    lesson = open_notebook(LESSON)
    lesson.run("quick-check-cards")
    lesson.output("quick-check-cards").get_by_role("group", name="Quick check").wait_for()
    lesson.save()
    assert "application/vnd.jupyter.widget-state+json" in (lab[1] / LESSON).read_text(encoding="utf-8")


def test_a_check_finds_its_recorded_values_and_says_right(answered):
    before, after = answered
    assert "not attempted" in before
    assert "0.1 right" in after


def test_a_lesson_that_was_only_opened_and_saved_follows_the_course(open_notebook, lab):
    folder: Path = lab[1]
    contents = learners_copy(ROOT)
    opened = open_notebook(OPENED)
    opened.page.evaluate("() => { window.jupyterapp.shell.currentWidget.context.model.dirty = true; }")
    opened.save()
    assert (folder / OPENED).read_bytes() != contents[OPENED], "JupyterLab writes it in its own form"
    assert update(folder, contents) == Outcome()
    newer = {**contents, OPENED: contents[OPENED].replace(b"# The chain rule", b"# The chain rule, mended")}
    assert newer != contents
    assert update(folder, newer) == Outcome(written=[OPENED])
    assert (folder / OPENED).read_bytes() == newer[OPENED]


def test_the_door_shows_what_was_passed_and_leads_in_and_back(lab, watched, answered):
    address, _ = lab
    context = watched[0].context  # its cache has JupyterLab already
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    assert page.url.startswith(f"{address}/course")
    row = page.locator(".door-map li", has_text="Start here")
    assert "1 of 1 passed" in row.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert violations(page, where=None) == []
    page.emulate_media(color_scheme="dark")
    assert pale(page) == []
    keep_picture(page, "door-390-dark", full_page=True)
    page.get_by_role("link", name="Review").click()
    page.get_by_role("heading", name="Review").wait_for()
    assert violations(page, where=None) == []
    page.get_by_role("link", name="Course map").press("Enter")
    page.set_viewport_size({"width": 1280, "height": 900})
    row.get_by_role("link", name="Exercises 00").press("Enter")
    back = page.get_by_role("button", name="Course map").first
    back.wait_for()
    with context.expect_page() as opened:
        back.click()
    opened.value.wait_for_url(f"{address}/course")

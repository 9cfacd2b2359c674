"""The exercise sets that ship: enough of them, each with what a learner was promised, none attempted yet."""

import json
import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from backproplab.authoring.assignment import load_solution
from backproplab.marking.ids import order, series
from backproplab.sandbox import IsolationError, Sandbox

ROOT = Path(__file__).parent.parent
SETS = sorted((ROOT / "exercises").glob("*.ipynb"))
HEADING = r"^## (C?\d+\.\d+)\b"
LESSONS = [path for path in SETS if path.stem[0].isdigit()]
sets = pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)


def recorded(path):
    return json.loads((path.parent / "expected" / f"{path.stem}.json").read_text(encoding="utf-8"))[
        "exercises"
    ]


def texts(path):
    """The text of each exercise, from its heading to the next, by its id."""
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    parts = re.split(r"^## (?:(C?\d+\.\d+)\b)?", prose, flags=re.MULTILINE)
    return {name: text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name}


def in_words(path):
    """The exercises that a person marks: those whose cell to write in has no check."""
    found, heading = set(), ""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and (begun := re.search(HEADING, cell.source, re.MULTILINE)):
            heading = begun[1]
        roles = cell.metadata.get("nbgrader", {})
        if roles.get("grade") and roles.get("solution"):
            found.add(heading)
    return found


def test_every_lesson_has_a_set_of_exercises():
    lessons = {path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    sets = {path.stem for path in LESSONS}
    assert not lessons - sets, "begin one: backproplab new exercise NN-topic; then release it"
    assert not sets - lessons, "a set is called as its lesson is"


@sets
def test_exercises_bear_the_number_of_their_set_and_stand_in_order(path):
    exercises = list(recorded(path))
    assert {exercise.split(".")[0] for exercise in exercises} == {series(path.stem)}
    assert exercises == sorted(exercises, key=order)


@sets
def test_each_exercise_states_its_stars_and_minutes_and_folds_three_hints(path):
    assert texts(path).keys() == recorded(path).keys() | in_words(path)
    for exercise, text in texts(path).items():
        assert re.search(r"^★{1,3} · \d+ minutes", text, re.MULTILINE), exercise
        assert text.count("<details><summary>Hint") == 3, exercise


@pytest.fixture(scope="module")
def kernel():
    """A kernel for all sets in turn; nbval gives a new one to each solution, with the same given cells."""
    client = NotebookClient(
        nbformat.v4.new_notebook(), resources={"metadata": {"path": str(ROOT / "exercises")}}
    )
    environment = {name: text for name, text in os.environ.items() if name != "NBGRADER_EXECUTION"}
    with client.setup_kernel(env=environment):
        yield client


@sets
def test_an_untouched_set_runs_to_its_end_and_nothing_is_attempted(path, kernel):
    notebook = nbformat.read(path, as_version=4)
    forget = nbformat.v4.new_code_cell("%reset -f", id="no-name-of-another-set")
    notebook.cells.insert(0, forget)
    kernel.nb = notebook
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for place, cell in enumerate(notebook.cells):
        kernel.execute_cell(cell, place)
    cards = [
        output["data"]["text/plain"]
        for cell in code
        if cell.metadata.get("nbgrader", {}).get("grade")
        for output in cell.outputs
        if output.output_type == "display_data"
    ]
    assert len(cards) == len(recorded(path))
    assert all("not attempted" in card.splitlines()[0] for card in cards)
    assert not any(
        output.output_type == "error" for cell in notebook.cells for output in cell.get("outputs", [])
    )


@sets
def test_its_given_cells_run_where_it_is_graded(path):
    try:
        with Sandbox(load_solution(ROOT / "solutions" / path.name).assignment) as sandbox:
            assert sandbox.level.startswith("full: ")
    except IsolationError as error:
        pytest.skip(str(error))

"""Which cells answer a prediction, in made-up lessons and in those of the course."""

import json
from pathlib import Path

import nbformat
import pytest
from course_kit import lesson, prose, ran
from nbformat.v4 import new_notebook

from backproplab.course.predictions import predicted_cells, without_answers

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def predicted(*cells):
    return predicted_cells(new_notebook(cells=list(cells)))


def test_it_is_the_first_code_cell_after_each_predict():
    assert predicted(*lesson()) == ("six-times-seven",)


@pytest.mark.parametrize(
    "words",
    ["**Predict.** x?", "> **Predict, then try.** x?", "**Predict**, then press.", "a\n\n**Predict: x?**"],
)
def test_each_way_to_ask_counts(words):
    assert predicted(prose(words, "ask"), ran("x", "x")) == ("x",)


@pytest.mark.parametrize("words", ["Predict x", "**predict** x", "**Predictions** of x", "`**`Predict"])
def test_the_word_alone_asks_nothing(words):
    assert predicted(prose(words, "ask"), ran("x", "x")) == ()


def test_text_may_stand_between_and_two_questions_may_have_one_answer():
    cells = [prose("**Predict.** a?", "a"), prose("**Predict.** b?", "b"), prose("Think.", "c")]
    assert predicted(*cells, ran("x", "x"), ran("y", "y")) == ("x",)


def test_a_question_without_a_cell_below_it_has_no_answer():
    assert predicted(ran("x", "x"), prose("**Predict.** a?", "a")) == ()
    assert predicted() == ()


def test_code_that_prints_the_word_asks_nothing():
    assert predicted(ran('print("**Predict.**")', "x"), ran("y", "y")) == ()


def test_without_answers_nothing_else_is_changed():
    before = new_notebook(cells=lesson())
    after = without_answers(before)
    assert [cell["id"] for cell in after["cells"]] == [cell.id for cell in before.cells]
    for old, new in zip(before.cells, after["cells"], strict=True):
        if old.id == "six-times-seven":
            assert new == {**old, "outputs": [], "execution_count": None}
        else:
            assert new == old
    assert before.cells[3].outputs, "the given one stays as it was"


@lessons
def test_a_lesson_reads_the_same_by_json_and_by_nbformat(path):
    assert predicted_cells(json.loads(path.read_text(encoding="utf-8"))) == predicted_cells(
        nbformat.read(path, as_version=4)
    )


@lessons
def test_each_question_of_a_lesson_has_a_cell_that_answers_it(path):
    notebook = nbformat.read(path, as_version=4)
    questions = [
        cell for cell in notebook.cells if cell.cell_type == "markdown" and "**Predict" in cell.source
    ]
    assert len(predicted_cells(notebook)) == len(questions) > 0


@lessons
def test_the_cell_that_answers_shows_something(path):
    notebook = nbformat.read(path, as_version=4)
    answers = predicted_cells(notebook)
    silent = [cell.id for cell in notebook.cells if cell.id in answers and not cell.outputs]
    assert not silent, "the answer is shown by a later cell, which nobody covers"

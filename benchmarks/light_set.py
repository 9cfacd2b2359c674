"""A light set of five exercises, all solved: what the grading figures are taken with."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from backproplab.authoring.assignment import load_solution

SET = "90-light"
ANSWERS = {  # name, arguments, answer: one line of backpropagation each
    "90.1": ("sigmoid_back", "upstream, a", "upstream * a * (1 - a)"),
    "90.2": ("relu_back", "upstream, a", "upstream * (a > 0)"),
    "90.3": ("tanh_back", "upstream, a", "upstream * (1 - a**2)"),
    "90.4": ("weights_gradient", "upstream, a", "a.T @ upstream"),
    "90.5": ("bias_gradient", "upstream, a", "upstream.sum(axis=0)"),
}


def cell(source, word="", exercise=""):
    made = new_code_cell(
        source, id=f"{word or 'given'}-{exercise.replace('.', '-') or abs(hash(source))}"[:60]
    )
    if word:
        check = word == "check"
        made.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": made.id,
            "grade": check,
            "solution": not check,
            "locked": check,
            "task": False,
        } | ({"points": 1} if check else {})
    return made


def solution(folder):
    """A set of five exercises, as an author writes it."""
    names = "from backproplab.check import check, check_set, summary"
    tools = "from backproplab.authoring import misconception"
    cells = [cell(f'import numpy as np\n{names}\n\ncheck_set("{SET}")'), cell(tools)]
    for exercise, (name, arguments, answer) in ANSWERS.items():
        body = f"    ### BEGIN SOLUTION\n    return {answer}\n    ### END SOLUTION"
        cells.append(cell(f"def {name}({arguments}):\n{body}", "answer", exercise))
        call = f"{name}(rng.normal(size=(8, 4)), rng.normal(size=(8, 4)))"
        cells.append(
            cell(
                f'@check("{exercise}", points=1)\ndef _(rng):\n    return {{"g": {call}}}', "check", exercise
            )
        )
        for wrong in arguments.split(", "):
            told = f'@misconception("{exercise}", "That is {wrong} alone.")'
            cells.append(cell(f"{told}\ndef {name}({arguments}):\n    return {wrong}"))
    cells.append(cell("summary()"))
    path = folder / "solutions" / f"{SET}.ipynb"
    path.parent.mkdir()
    path.write_text(nbformat.writes(new_notebook(cells=cells)), encoding="utf-8")
    return path


def submission(path, release):
    """The handout with every answer in it."""
    notebook = nbformat.reads(release.notebook, as_version=4)
    right = {each.id: each.answer for each in load_solution(path).exercises}
    for each in notebook.cells:
        if each.id.startswith("answer-"):
            each.source = right[each.id.removeprefix("answer-").replace("-", ".")]
    return notebook

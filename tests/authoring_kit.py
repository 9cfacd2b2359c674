"""Made-up solution notebooks, cell by cell."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "03-made-up"
SETUP = f"""\
import numpy as np
from backproplab.check import answered, check, check_set, summary

check_set("{NAME}")"""
SLOPE = '''\
def slope(w, x, upstream):
    """Return ∂L/∂w."""
    ### BEGIN SOLUTION
    return upstream * x
    ### END SOLUTION'''
SLOPE_CHECK = """\
@check("3.1", points=2)
def _(rng):
    w, x, upstream = rng.normal(size=3)
    return {"∂L/∂w": slope(w, x, upstream)}"""
SLOPE_WRONG = """\
from backproplab.authoring import alternative, misconception

@misconception("3.1", "That is the slope by x.")
def slope(w, x, upstream):
    return upstream * w

@misconception("3.1", "Multiply by the upstream gradient.")
def slope(w, x, upstream):
    return x

@alternative("3.1")
def slope(w, x, upstream):
    return x / (1 / upstream)"""


def meta(grade_id, **roles):
    plain = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, **plain, **roles}}


def given(source, id="given"):
    return new_code_cell(source, id=id)


def author(source, id="wrong"):
    return new_code_cell(source, id=id)


def prose(source, id="prose"):
    return new_markdown_cell(source, id=id)


def answer(source, exercise="3.1"):
    name = exercise.replace(".", "-")
    return new_code_cell(source, id=f"answer-e{name}", metadata=meta(f"answer-{name}", solution=True))


def check(source, exercise="3.1", points=2):
    name = exercise.replace(".", "-")
    roles = {"grade": True, "locked": True, "points": points}
    return new_code_cell(source, id=f"check-e{name}", metadata=meta(f"check-{name}", **roles))


def written(source, new_cell=new_markdown_cell):
    return new_cell(source, id="why", metadata=meta("why-3-9", grade=True, solution=True, points=1))


def slope_exercise():
    return [answer(SLOPE), check(SLOPE_CHECK), author(SLOPE_WRONG)]


def saved(folder, *cells, name=NAME):
    """Write a solution notebook of these cells below `folder`, and return its path."""
    path = folder / "solutions" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    setup = new_code_cell(SETUP, id="setup")
    nbformat.write(new_notebook(cells=[setup, *cells, new_code_cell("summary()", id="sum-up")]), path)
    return path

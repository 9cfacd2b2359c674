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

JUDGE = '''\
def judge(backward):
    """Return whether this backward pass of a ReLU is right."""
    ### BEGIN SOLUTION
    x, upstream = np.array([-1.0, -0.5, 2.0]), np.array([3.0, 5.0, 7.0])
    return np.array_equal(backward(x, upstream), [0.0, 0.0, 7.0])
    ### END SOLUTION'''
JUDGE_CHECK = """\
@check("3.2", points=3, kind="tests")
def _(rng):
    scale = rng.uniform(1.5, 3)
    def right(x, upstream): return upstream * (x > 0)
    return verdicts(
        judge,
        rng,
        right={"a right ReLU": right},
        faults={
            "a missing mask": lambda x, upstream: upstream,
            "a wrong scale": lambda x, upstream: scale * right(x, upstream),
        },
    )"""
JUDGE_WRONG = """\
from backproplab.authoring import misconception, reply

reply("3.2", "accepts a right ReLU", "Right code does not pass: work out by hand what it should give.")
reply("3.2", "catches a missing mask", "Does any of your inputs make `x` negative?")
reply("3.2", "catches a wrong scale", "Compare the numbers themselves, not their signs.")

@misconception("3.2", "All your inputs are positive, so nothing shows what happens below zero.")
def judge(backward):
    return np.array_equal(backward(np.ones(2), np.ones(2)), np.ones(2))

@misconception("3.2", "You compare signs alone.")
def judge(backward):
    return (backward(np.array([-1.0, 1.0]), np.ones(2)) > 0).tolist() == [False, True]"""


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


def judge_exercise(check_source=JUDGE_CHECK, told=JUDGE_WRONG, solution=JUDGE):
    tools = given("from backproplab.check import verdicts", "tools")
    return [tools, answer(solution, "3.2"), check(check_source, "3.2", points=3), author(told, "wrong-e3-2")]


def saved(folder, *cells, name=NAME):
    """Write a solution notebook of these cells below `folder`, and return its path."""
    path = folder / "solutions" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    setup = new_code_cell(SETUP, id="setup")
    nbformat.write(new_notebook(cells=[setup, *cells, new_code_cell("summary()", id="sum-up")]), path)
    return path

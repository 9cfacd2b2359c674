"""The cells that a new exercise begins with, and those of a new set.

The code is whole: with the texts written, such an exercise can be released. What only its author knows is
marked, line by line, and refused by `release` until it is written.
"""

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from backproplab.authoring.unwritten import UNWRITTEN
from backproplab.marking.ids import grade_id

ABOUT_CODE = f"""\
## {{exercise}} · {UNWRITTEN}: a title of a few words

★ · 10 minutes · 2 points

{UNWRITTEN}: Say in the learner's words what this is about. Then what to write, with the shape of each array.

Write `{{answer}}(x, upstream)`. It returns ∂L/∂x of u = x², given ∂L/∂u in `upstream`; all are arrays (n,).
"""
ABOUT_TEXT = f"""\
## {{exercise}} · {UNWRITTEN}: a title of a few words

★ · 10 minutes · 2 points · in your own words

{UNWRITTEN}: Ask for a reason, not for a definition. Say how many sentences, and what is looked for in them.
"""
HINTS = f"""\
<details><summary>Hint 1</summary>

{UNWRITTEN}: A question that leads to the right place.

</details>
<details><summary>Hint 2</summary>

{UNWRITTEN}: The step that most people miss, in words.

</details>
<details><summary>Hint 3</summary>

{UNWRITTEN}: All but the last line.

</details>"""
ANSWER = '''\
def {answer}(x, upstream):  # {unwritten}: your own function
    """Return ∂L/∂x of u = x², given ∂L/∂u in `upstream`."""
    ### BEGIN SOLUTION
    return upstream * 2 * x
    ### END SOLUTION'''
CHECK = """\
@check("{exercise}", points=2)
def _(rng):
    x, upstream = rng.normal(size=4), rng.normal(size=4)
    return {{"∂L/∂x": {answer}(x, upstream)}}"""
OTHERS = """\
# {unwritten}: a right answer that is written otherwise, and two or more mistakes that people make
@alternative("{exercise}")
def {answer}(x, upstream):
    return np.array([u * (each + each) for each, u in zip(x, upstream, strict=True)])


@misconception(
    "{exercise}",
    "That is the local slope, 2x. What arrives from above multiplies it.",
    slug="upstream-forgotten",
)
def {answer}(x, upstream):
    return 2 * x


@misconception("{exercise}", "That is upstream · x. Both factors of x · x move, so there are two such terms.")
def {answer}(x, upstream):
    return upstream * x"""
AUTHOR_TOOLS = "from backproplab.authoring import alternative, misconception"
USE = """\
if answered("{exercise}"):  # {unwritten}: something that the answer makes possible
    print({answer}(np.array([3.0]), np.array([1.0])))"""
MODEL = f"""\
### BEGIN SOLUTION
{UNWRITTEN}: A model answer, and what each point is for.
### END SOLUTION"""
TITLE = f"""\
# Exercises {{number}}: {UNWRITTEN}: the topic, as the lesson calls it

{UNWRITTEN}: One sentence on what these exercises are about. *About 10 minutes.* {{needs}}"""
SETUP = """\
import numpy as np

from backproplab.check import answered, check, check_set, summary

check_set("{name}")"""


def set_cells(name: str, number: str, needs: str, exercise: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells of a new set called `name`, with one exercise. `needs` says what a learner needs."""
    return [
        new_markdown_cell(TITLE.format(number=number, needs=needs), id="title"),
        new_code_cell(SETUP.format(name=name), id="setup"),
        new_code_cell(AUTHOR_TOOLS, id="author-tools"),
        *exercise,
        new_code_cell("summary()", id="summary"),
    ]


def code_exercise(exercise: str) -> list[NotebookNode]:
    """Return the cells of an exercise whose answer is a function, such as "27.1"."""
    names = {
        "exercise": exercise,
        "answer": f"answer_{exercise.replace('.', '_').lower()}",
        "unwritten": UNWRITTEN,
    }
    suffix = _suffix(exercise)
    return [
        new_markdown_cell(f"{ABOUT_CODE.format(**names)}\n{HINTS}", id=f"exercise-{suffix}"),
        new_code_cell(
            ANSWER.format(**names),
            id=f"answer-{suffix}",
            metadata=_roles(grade_id("answer", exercise), solution=True),
        ),
        new_code_cell(
            CHECK.format(**names),
            id=f"check-{suffix}",
            metadata=_roles(grade_id("check", exercise), grade=True, locked=True, points=2),
        ),
        new_code_cell(OTHERS.format(**names), id=f"others-{suffix}"),
        new_code_cell(USE.format(**names), id=f"use-{suffix}"),
    ]


def text_exercise(exercise: str) -> list[NotebookNode]:
    """Return the cells of an exercise that is answered in words, and read by a person."""
    suffix, meta = _suffix(exercise), _roles(grade_id("why", exercise), grade=True, solution=True, points=2)
    return [
        new_markdown_cell(f"{ABOUT_TEXT.format(exercise=exercise)}\n{HINTS}", id=f"exercise-{suffix}"),
        new_markdown_cell(MODEL, id=f"why-{suffix}", metadata=meta),
    ]


def _suffix(exercise: str) -> str:
    return exercise.replace(".", "-").lower()


def _roles(grade_id: str, **roles: bool | int) -> dict[str, object]:
    plain = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, **plain, **roles}}

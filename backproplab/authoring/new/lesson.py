"""The cells that a new lesson begins with, and its quick check.

They have the parts that every lesson has, in order, and its code runs. What is to be written is marked, line
by line; the house rules refuse a lesson that still holds a mark.
"""

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from backproplab.authoring.unwritten import UNWRITTEN

TITLE = f"""\
# {UNWRITTEN}: a title of a few words

**In one sentence:** {UNWRITTEN}: the one idea of this lesson.

*About 30 minutes.* **You need** {UNWRITTEN}: which lessons? You will be **able to** {UNWRITTEN}: do what?

**The question.** {UNWRITTEN}: What is the question that this lesson answers in the end?"""
PREDICT = f"""\
## {UNWRITTEN}: the first thing, with numbers

{UNWRITTEN}: Two or three sentences that set the scene.

**Predict:** {UNWRITTEN}: Ask what the next cell will print. How large will it be, and why?"""
FIRST = f"""\
x = 3.0
nudged = x + 0.001
slope = (nudged**2 - x**2) / 0.001  # {UNWRITTEN}: your own first number
print(f"slope of x² at 3, measured: {{slope:.3f}}")"""
EXPLAIN = f"""\
{UNWRITTEN}: What that number says, and in other words once more. Then a picture, then symbols, then code."""
CLOSING = f"""\
## Recap

- {UNWRITTEN}: five sentences, each one true by itself.
- {UNWRITTEN}: the second.
- {UNWRITTEN}: the third.
- {UNWRITTEN}: the fourth.
- {UNWRITTEN}: the fifth."""
QUICK_CHECK = """\
## Quick check

Pick an answer and check it."""
CARDS = """\
from backproplab.widgets import quick_check

quick_check("{number}")"""
WHAT_NEXT = f"""\
## What next

**[Exercises](../exercises/{{name}}.ipynb)**

{UNWRITTEN}: Where it goes from here, in a sentence."""
QUESTIONS = f"""\
[[question]]
asks = "{UNWRITTEN}: A question that the lesson has made answerable, with numbers?"

[[question.choice]]
wrong = "{UNWRITTEN}: the mistake that most people make"
reply = "{UNWRITTEN}: What leads on from there, without giving the answer away?"

[[question.choice]]
right = "{UNWRITTEN}: what is right"
reply = "{UNWRITTEN}: Why, in a sentence."


[[question]]
asks = "{UNWRITTEN}: A second question, about something else?"

[[question.choice]]
right = "{UNWRITTEN}: what is right"
reply = "{UNWRITTEN}: Why, in a sentence."

[[question.choice]]
wrong = "{UNWRITTEN}: another mistake"
reply = "{UNWRITTEN}: What leads on from there?"
"""


def lesson_cells(name: str, number: str) -> list[NotebookNode]:
    """Return the cells of a new lesson called `name`, whose two digits are `number`."""
    return [
        new_markdown_cell(TITLE, id="title"),
        new_markdown_cell(PREDICT, id="first-number-text"),
        new_code_cell(FIRST, id="first-number"),
        new_markdown_cell(EXPLAIN, id="what-it-says"),
        new_markdown_cell(CLOSING, id="recap"),
        new_markdown_cell(QUICK_CHECK, id="quick-check"),
        new_code_cell(CARDS.format(number=number), id="quick-check-cards"),
        new_markdown_cell(WHAT_NEXT.format(name=name), id="what-next"),
    ]

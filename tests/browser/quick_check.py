"""A lesson's quiz, answered in the browser by keyboard alone."""

from backproplab.widgets.quick_check.questions import questions
from browser.lab import Notebook

CELL = "quick-check-cards"


def answer_all(notebook: Notebook, lesson: str, cell: str = CELL) -> None:
    """Try every choice of the open lesson's quiz, the right ones last. Fails where a reply is missing.

    Needs its cell to have run. Leaves every question answered rightly, on the page and in Python.
    """
    quiz = notebook.output(cell).get_by_role("group", name="Quick check")
    asked = questions(lesson)
    for place, question in enumerate(asked):
        group = quiz.locator("fieldset").nth(place)
        order = sorted(range(len(question.choices)), key=lambda index: question.choices[index].right)
        for index in order:
            check(notebook.page, group, index)
            said = group.get_by_role("status").filter(has_text=spoken(question.choices[index].reply))
            said.wait_for()
            assert ("Right." if question.choices[index].right else "Not yet.") in said.inner_text()
    tries = sum(len(question.choices) for question in asked)
    quiz.get_by_text(f"{len(asked)} of {len(asked)} answered rightly after {tries} tries.").wait_for()


def check(page, group, index: int) -> None:
    """Mark the choice of that number with the keys of a radio group, and check it with Enter."""
    group.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    for _ in range(index):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def spoken(text: str) -> str:
    """A text as the page has it: without the marks of code and emphasis."""
    return text.replace("`", "").replace("*", "")

"""What every lesson keeps to, and each rule shown to be able to say no."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from backproplab.authoring.notebooks import as_text, normalise
from backproplab.widgets.quick_check.questions import questions
from house import lessons

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NOTEBOOKS = LESSONS + [
    path for folder in ("exercises", "solutions") for path in (ROOT / folder).glob("*.ipynb")
]


def name(value):
    return value.stem if isinstance(value, Path) else value.__name__


@pytest.mark.parametrize("rule", lessons.RULES, ids=name)
@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_a_lesson_keeps_the_rule(lesson, rule):
    faults = list(rule(nbformat.read(lesson, as_version=4)))
    assert not faults


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name)
def test_a_notebook_is_committed_in_the_normal_form(notebook):
    text = notebook.read_text(encoding="utf-8")
    assert text == as_text(normalise(nbformat.read(notebook, as_version=4))), "run: make notebook NB=…"


def test_lessons_are_numbered_and_no_number_is_used_twice():
    stems = [lesson.stem for lesson in LESSONS]
    assert all(re.fullmatch(r"\d\d(-[a-z0-9]+)+", stem) for stem in stems)
    assert len({stem[:2] for stem in stems}) == len(stems)


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_the_quick_check_is_that_of_its_lesson(lesson):
    assert lessons.quiz_numbers(nbformat.read(lesson, as_version=4)) == [lesson.stem[:2]]


ALT = "Two curves of loss: one falls, one stays."
RECAP = "## Recap\n\n- one\n- two\n- three\n- four\n- five\n\n## Quick check\n\nChoose."


def good_lesson():
    top = "# Nudges\n\n20 minutes. You need a pencil. You will be able to nudge. What moves?"
    shown = new_output("display_data", data={"text/html": f'<img alt="{ALT}" src="x">', "image/png": "AA=="})
    cells = [
        new_markdown_cell(top, id="title"),
        new_code_cell("draw()", id="draw-loss", execution_count=1, outputs=[shown]),
        new_code_cell("2 + 2", id="add-2-and-2", execution_count=2),
        new_markdown_cell(RECAP, id="recap"),
        new_code_cell('quick_check("02")', id="quick-check-cards", execution_count=3),
        new_markdown_cell("## What next\n\nRest.", id="what-next"),
    ]
    return new_notebook(cells=cells)


def change(where, **fields):
    """Return a function that sets fields of one cell of the good lesson."""
    return lambda lesson: lesson.cells[where].update(fields)


def append(where, text):
    return lambda lesson: lesson.cells[where].update(source=lesson.cells[where].source + text)


def replace(where, old, new):
    def edit(lesson):
        assert old in lesson.cells[where].source
        lesson.cells[where].source = lesson.cells[where].source.replace(old, new)

    return edit


def outputs(**data):
    return [new_output("display_data", data={key.replace("_", "/"): value for key, value in data.items()})]


@pytest.mark.parametrize("rule", lessons.RULES, ids=name)
def test_a_good_lesson_breaks_no_rule(rule):
    assert not list(rule(good_lesson()))


@pytest.mark.parametrize(
    ("rule", "fault", "edit"),
    [
        (lessons.every_cell_run, "execution count None", change(1, execution_count=None)),
        (lessons.every_cell_run, "execution count 3", change(2, execution_count=3)),
        (lessons.every_cell_run, "is empty", change(2, source=" ")),
        (lessons.every_cell_run, "ends in an error", change(2, outputs=[new_output("error", ename="E")])),
        (lessons.every_output_compared, "nbval-skip", change(2, metadata={"tags": ["nbval-skip"]})),
        (lessons.every_output_compared, "NBVAL_IGNORE_OUTPUT", append(2, "\n# NBVAL_IGNORE_OUTPUT")),
        (lessons.meaningful_ids, "does not say", change(2, id="3f2a9b1c")),
        (lessons.meaningful_ids, "does not say", change(2, id="0b5a1c9e-8f0e-4d57-9f0e-1c5b7a9d3e21")),
        (lessons.meaningful_ids, "does not say", change(2, id="Draw_Loss")),
        (lessons.meaningful_ids, "used twice", change(2, id="draw-loss")),
        (lessons.no_times, "keeps times", change(2, metadata={"execution": {"iopub.status.busy": "now"}})),
        (lessons.fits_on_a_screen, "26 lines", change(2, source="x\n" * 26)),
        (lessons.short_enough, "16 code cells", lambda lesson: lesson.cells.extend([lesson.cells[1]] * 13)),
        (lessons.short_enough, "words of prose", append(0, " word" * 1800)),
        (lessons.alt_texts, "without alt text", change(1, outputs=outputs(image_png="AA=="))),
        (lessons.alt_texts, "without alt text", change(1, outputs=outputs(text_html="<img src='x'>"))),
        (lessons.alt_texts, "without alt text", change(1, outputs=outputs(text_html="<svg></svg>"))),
        (lessons.alt_texts, "does not say", change(1, outputs=outputs(text_html="<img alt='a plot'>"))),
        (lessons.alt_texts, "without alt text", append(3, "![](x.png)")),
        (lessons.alt_texts, "without alt text", append(3, '<img src="x.png">')),
        (lessons.made_as_agreed, "its title", replace(0, "# Nudges", "Nudges")),
        (lessons.made_as_agreed, "its title", append(3, "\n\n# Another")),
        (lessons.made_as_agreed, "how many minutes", replace(0, "20 minutes", "a while")),
        (lessons.made_as_agreed, "46 minutes", replace(0, "20 minutes", "46 minutes")),
        (lessons.made_as_agreed, "needs", replace(0, "You need", "Take")),
        (lessons.made_as_agreed, "able to do", replace(0, "able to", "")),
        (lessons.made_as_agreed, "no question", replace(0, "?", ".")),
        (lessons.made_as_agreed, "ends with the headings", replace(5, "## What next", "## Goodbye")),
        (lessons.made_as_agreed, "4 bullets", replace(3, "- five\n", "")),
        (lessons.quick_check_asked, "0 times", replace(4, "quick_check", "print")),
        (lessons.quick_check_asked, "2 times", append(4, '\nquick_check("03")')),
        (lessons.quick_check_asked, "no quick check of that name", replace(4, "02", "99")),
        (lessons.quick_check_asked, "below '## Recap'", replace(3, "## Quick check", "")),
        (lessons.quick_check_asked, "4 questions", replace(4, "02", "four")),
        (lessons.nothing_unwritten, "line 3 is still to be written", append(5, "TODO(author)")),
        (lessons.nothing_unwritten, "unwritten.toml", replace(4, "02", "unwritten")),
    ],
)
def test_a_broken_rule_is_named(rule, fault, edit, monkeypatch):
    one = questions("02")[:1]
    made_up = {"four": one * 4, "unwritten": [one[0]._replace(text="TODO(author): ask"), *one]}
    monkeypatch.setattr(
        lessons, "questions", lambda number: made_up[number] if number in made_up else questions(number)
    )
    lesson = good_lesson()
    edit(lesson)
    assert any(fault in found for found in rule(lesson))


def test_words_are_what_is_read():
    text = "Two *words*, $a + b$ and [a link](some/where.md) — <b>so</b>.\n```python\nnot = these\n```\n"
    assert lessons.count_words(text) == 6

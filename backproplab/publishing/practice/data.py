"""What the pages of questions are made from: their words; questions, lessons and mistakes as JSON."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from backproplab.marking.slips import SLIPS
from backproplab.widgets.kit.modules import EXPORT, IMPORT
from backproplab.widgets.quick_check.questions import Question, as_runs, parsed, questions, sealed

REVIEW, START = "review", "where-to-start"


class Page(NamedTuple):
    """A page of questions, on the site and in a copy: its script, and what stands above the questions."""

    script: str
    title: str
    lead: str


PAGES = {
    REVIEW: Page(
        "review.js",
        "Review",
        "What one has understood once fades, and comes back when one is asked. This page asks questions of "
        "the lessons that you have finished, mixed. What you answer wrong comes again in ten minutes, what "
        "you answer rightly in a day, then in three, and so on to five weeks. Questions about mistakes that "
        "you have made come first. Your answers stay in your browser.",
    ),
    START: Page(
        "start.js",
        "Where should I start?",
        "Eight questions, in the order of the lessons. Answer as far as you can; below them stands the "
        "lesson to begin with. Nothing is kept, and nobody looks.",
    ),
}
STARTS = ("00", "02", "03", "04", "05", "06", "07", "09")
"""For each question of start.toml, the lesson to start with if it is the first that one cannot answer."""


def review_data(
    lessons: Iterable[Mapping[str, Any]], slips: Mapping[str, Iterable[str]] | None = None
) -> str:
    """Return what the review asks from.

    Each lesson has its `number`, `title`, `href` and `page`, and may say that it is `done`; without, the page
    asks the browser. `slips` has the exercises in which each mistake was made.
    """
    listed = list(lessons)
    asked = [
        {**_question(each), "lesson": lesson["number"], "place": place}
        for lesson in listed
        for place, each in enumerate(questions(lesson["number"]))
    ]
    named = {slug: slip.what for slug, slip in SLIPS.items()}
    made = {slug: list(where) for slug, where in (slips or {}).items()}
    return _json({"lessons": listed, "questions": asked, "slips": named, "made": made})


def start_data(lessons: Iterable[Mapping[str, Any]]) -> str:
    """Return what "Where should I start?" asks from: eight questions, each with its lesson."""
    asked = [
        {**_question(each), "lesson": lesson} for lesson, each in zip(STARTS, _start_questions(), strict=True)
    ]
    return _json({"lessons": list(lessons), "questions": asked})


def page_data(
    page: str, lessons: Iterable[Mapping[str, Any]], slips: Mapping[str, Iterable[str]] | None = None
) -> str:
    """Return what one of the PAGES is made from."""
    return review_data(lessons, slips) if page == REVIEW else start_data(lessons)


def page_script(page: str) -> str:
    """Return the script of one of the PAGES, with what both share written out before it."""
    shared = _read("store.js") + EXPORT.sub("", _read("card.js"))
    return shared + IMPORT.sub("", _read(PAGES[page].script))


def page_style() -> str:
    """Return the style sheet of both pages; its colours are variables of the page around."""
    return _read("practice.css")


def _read(name: str) -> str:
    return (files("backproplab.publishing.practice") / name).read_text(encoding="utf-8")


def _start_questions() -> tuple[Question, ...]:
    return parsed(_read("start.toml"), "start.toml")


def _question(question: Question) -> dict[str, Any]:
    """Return a question for the page. Its id changes with its text: then it is another question."""
    replies = [
        {"right": choice.right, "reply": as_runs(choice.reply), "slip": choice.slip}
        for choice in question.choices
    ]
    slips = {question.about, *(choice.slip for choice in question.choices)} - {""}
    return {
        "id": sha256(question.text.encode()).hexdigest()[:10],
        "text": as_runs(question.text),
        "choices": [as_runs(choice.text) for choice in question.choices],
        "sealed": sealed(replies),
        "slips": sorted(slips),
    }


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")

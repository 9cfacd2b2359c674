"""What a learner has done, as the saved notebooks of their copy tell: nothing else keeps account.

Of a lesson that is how many of its predictions have been run, and how many questions of its quick check are
answered rightly; of an exercise set, how each exercise stood when its check last ran.
"""

import base64
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backproplab.check.saved import html_outputs, saved_results
from backproplab.marking.verdict import Status

from .contents import EXERCISES, EXPECTED, LESSONS
from .outline import Entry, Part
from .predictions import predicted_cells

WIDGETS = "application/vnd.jupyter.widget-state+json"
TIME = re.compile(r"\*(About [^.;*]+)")
QUIZ = "quick_check("
QUESTION = "<li><p>"  # begins each in the quiz's still half
OPEN = (Status.NOT_ATTEMPTED, Status.NOT_CHECKED)
DAMAGED = (AttributeError, LookupError, TypeError, ValueError)
"""What reading a notebook may raise whose parts are not what its format says, as after a merge."""


@dataclass(frozen=True)
class Lesson:
    """A lesson of a copy: of its predictions and its questions, how many are done."""

    predictions: int = 0
    run: int = 0
    questions: int = 0
    right: int = 0
    time: str = ""
    """How long it takes, in its own words."""

    @property
    def begun(self) -> bool:
        """Has anything been done?"""
        return bool(self.run or self.right)

    @property
    def finished(self) -> bool:
        """Has each prediction been run, and each question that was asked been answered?"""
        return self.run == self.predictions and self.right == self.questions and self.begun


@dataclass(frozen=True)
class Practice:
    """An exercise set of a copy: each exercise, and how it stands."""

    exercises: dict[str, Status]
    time: str = ""

    @property
    def passed(self) -> int:
        """How many are right."""
        return sum(status is Status.RIGHT for status in self.exercises.values())

    @property
    def begun(self) -> bool:
        """Has anything been tried?"""
        return any(status not in OPEN for status in self.exercises.values())

    @property
    def finished(self) -> bool:
        """Is all of it right?"""
        return bool(self.exercises) and self.passed == len(self.exercises)


@dataclass(frozen=True)
class Standing:
    """An entry of the course map, and what a learner has done of it."""

    entry: Entry
    lesson: Lesson | None
    practice: Practice | None

    @property
    def pages(self) -> "list[tuple[str, Lesson | Practice]]":
        """The notebooks of the entry that the copy has, each with what is done in it."""
        done = {LESSONS: self.lesson, EXERCISES: self.practice}
        found = [(page, done[page.partition("/")[0]]) for page in self.entry.pages]
        return [(page, each) for page, each in found if each]


def standings(copy: Path, parts: Sequence[Part]) -> list[tuple[Part, list[Standing]]]:
    """Return how each entry of the course map stands in a copy; what the copy does not have is left out."""
    found = [(part, [_standing(copy, entry) for entry in part.entries]) for part in parts]
    there = [(part, [each for each in listed if each.pages]) for part, listed in found]
    return [(part, listed) for part, listed in there if listed]


def where_to_go_on(standing: Sequence[Standing]) -> tuple[Standing, str] | None:
    """Return the notebook that comes next: the last that was begun, or if it is finished the one after it.

    None where all of it is finished.
    """
    pages = [(each, *page) for each in standing for page in each.pages]
    begun = [place for place, (_, _, done) in enumerate(pages) if done.begun]
    last = begun[-1] if begun else 0
    ahead = [*pages[last:], *pages[:last]]
    return next(((each, page) for each, page, done in ahead if not done.finished), None)


def _standing(copy: Path, entry: Entry) -> Standing:
    lesson, practice = None, None
    for page in entry.pages:
        notebook = _read(copy / f"{page}.ipynb")
        if not notebook:
            continue
        # What cannot be read counts as not there: no map has to fail for it.
        with suppress(*DAMAGED):
            if page.startswith(f"{LESSONS}/"):
                lesson = _lesson(notebook)
            else:
                practice = _practice(notebook, copy / EXERCISES / EXPECTED / f"{Path(page).name}.json")
    return Standing(entry, lesson, practice)


def _read(path: Path) -> dict[str, Any] | None:
    """Return a notebook; None if it is not there or is none."""
    found = _json(path)
    cells = found.get("cells")
    return found if isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells) else None


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _lesson(notebook: dict[str, Any]) -> Lesson:
    predicted = set(predicted_cells(notebook))
    ran = [cell for cell in notebook["cells"] if cell.get("id") in predicted and cell.get("execution_count")]
    questions, right = _questions(notebook)
    return Lesson(len(predicted), len(ran), questions, right, time_needed(notebook))


def _questions(notebook: dict[str, Any]) -> tuple[int, int]:
    """Return how many questions the quick check of a lesson asks, and how many are answered rightly."""
    asked = sum(
        text.count(QUESTION)
        for cell in notebook["cells"]
        if QUIZ in "".join(cell["source"])
        for text in html_outputs(cell)
    )
    models = notebook.get("metadata", {}).get("widgets", {}).get(WIDGETS, {}).get("state", {}).values()
    quizzes = [model["state"] for model in models if model.get("state", {}).get("sealed")]
    return asked, min(asked, sum(_answered_rightly(quiz) for quiz in quizzes))


def _answered_rightly(quiz: dict[str, Any]) -> int:
    """Return how many questions of a saved quiz are answered rightly: none, if its state is damaged."""
    try:
        replies = json.loads(base64.b64decode(quiz["sealed"]))
        tried = zip(replies, quiz.get("checked", []), strict=False)
        return sum(any(choices[place]["right"] for place in places) for choices, places in tried)
    except DAMAGED:
        return 0


def _practice(notebook: dict[str, Any], values: Path) -> Practice:
    saved = saved_results(notebook)
    listed = _json(values).get("exercises", {})
    return Practice({name: saved.get(name, Status.NOT_ATTEMPTED) for name in listed}, time_needed(notebook))


def time_needed(notebook: dict[str, Any]) -> str:
    """Return how long a notebook takes, in its own words: "About 45 minutes"; "" if it does not say."""
    text = "".join(notebook["cells"][0]["source"]) if notebook["cells"] else ""
    found = TIME.search(text)
    return " ".join(found[1].split()).split(",")[0] if found else ""

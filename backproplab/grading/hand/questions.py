"""What there is to mark in a set's folder: its questions, and what each student wrote."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backproplab.authoring.assignment import Solution
from backproplab.errors import BackproplabError
from backproplab.grading.pages import with_marks
from backproplab.grading.reports import (
    ANSWERS,
    FEEDBACK,
    Stored,
    results_in,
    saving,
    write_json,
    write_private,
)
from backproplab.marking.exercise import MANUAL

QUESTIONS = "questions.json"


class MarkError(BackproplabError):
    """A mark, or a table of marks, cannot be taken as it is; the message says why and what to do."""


@dataclass(frozen=True)
class Question:
    """An exercise, as whoever marks it needs to know it."""

    id: str
    title: str
    points: float
    by_hand: bool
    """Is it free text? Else the grader has marked it, and a person may override that."""
    prompt: str
    model: str
    """The author's own answer."""


def write_questions(folder: Path, solution: Solution) -> None:
    """Write questions.json into a set's folder, for its owner alone. SaveError if that fails."""
    questions = [
        Question(each.id, each.title, float(each.points), each.kind == MANUAL, each.prompt, each.model)
        for each in solution.exercises
    ]
    write_json(folder / QUESTIONS, {"questions": [asdict(each) for each in questions]})


def read_questions(folder: Path) -> list[Question]:
    """Return the questions of a set, those in free text first. MarkError if the folder says of none."""
    try:
        content = json.loads((folder / QUESTIONS).read_text(encoding="utf-8"))
        questions = [Question(**each) for each in content["questions"]]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise MarkError(
            f"{folder} does not say which questions there are, so an earlier version graded it: run "
            "`backproplab grade` on the same submissions again, which runs no student's code anew"
        ) from error
    return sorted(questions, key=lambda each: not each.by_hand)


def read_answers(folder: Path, stem: str) -> Mapping[str, Any]:
    """Return what one student wrote, by exercise; nothing of one whose notebook could not be read."""
    try:
        content = json.loads((folder / ANSWERS / f"{stem}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    answers = content.get("answers") if isinstance(content, dict) else None
    return answers if isinstance(answers, dict) else {}


def refresh_feedback(folder: Path) -> None:
    """Bring all pages of feedback in a set's folder up to what people gave. SaveError if that fails."""
    for stored in results_in(folder).values():
        refresh_page(folder, stored)


def refresh_page(folder: Path, stored: Stored) -> None:
    """Bring one student's page up to what people gave; one that is not there is left so."""
    path = folder / FEEDBACK / f"{stored.stem}.html"
    with saving(path):
        if not path.exists():
            return
        before = path.read_text(encoding="utf-8", errors="replace")
    if (page := with_marks(before, stored.record)) != before:
        write_private(path, page)

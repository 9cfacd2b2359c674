"""A set that was graded and waits to be marked by hand, without grading it."""

import json

from backproplab.grading import batch, reports
from backproplab.grading.exercises import ExerciseGrade
from backproplab.grading.hand.questions import QUESTIONS
from backproplab.grading.hand.written import answer_hash, collect
from backproplab.grading.notebook import TaggedCell
from backproplab.grading.pages import feedback
from backproplab.grading.status import GradingStatus
from backproplab.marking.verdict import Status, Verdict

SET = "90-slopes"
STUB = "Your answer here"
CODE = "def f(x):\n    return 2 * x"
QUESTION = {
    "id": "essay",
    "title": "",
    "points": 2.0,
    "by_hand": True,
    "prompt": "Why does it learn?",
    "model": "Since it descends.",
}
CHECKED = {"id": "90.1", "title": "A slope", "points": 3.0, "by_hand": False, "prompt": "", "model": CODE}


def answer(text, attachments=None):
    """What is collected of one markdown cell with this text."""
    cell = TaggedCell("essay", "markdown", text, attachments or {})
    return collect([cell], {"essay": STUB})["essay"]


def hand_in(course, student, text, *, status=GradingStatus.GRADED, attachments=None):
    """Leave what grading leaves of a student who wrote `text`; 2 of the 3 points of 90.1 are theirs."""
    place, stem = course / SET, student.replace(" ", "-")
    found = answer(text, attachments)
    verdicts = [
        Verdict("90.1", 3, 2, Status.PARTLY),
        Verdict("essay", 2, 0, Status.BY_HAND if found["edited"] else Status.NOT_ATTEMPTED),
    ]
    record = reports.result(student, SET, verdicts, status=status, isolation="full", problems=[])
    code = {
        "cells": [{"type": "code", "text": CODE, "pictures": []}],
        "hash": answer_hash([CODE]),
        "notes": [],
    }
    for exercise, each in zip(record["exercises"], (code, found), strict=True):
        exercise |= {"title": "", "answer": each["hash"], "by_hand": exercise["id"] == "essay"}
    page = feedback(record, [ExerciseGrade(each) for each in verdicts])
    for folder in ("results", "feedback", "answers"):
        (place / folder).mkdir(parents=True, exist_ok=True)
    (place / "feedback" / f"{stem}.html").write_text(page, encoding="utf-8")
    (place / "answers" / f"{stem}.json").write_text(
        batch.answers_text(student, {"90.1": code, "essay": found}), encoding="utf-8"
    )
    (place / "results" / f"{stem}.json").write_text(json.dumps(record), encoding="utf-8")


def graded(course, texts):
    """Leave a course with one set, in which students wrote these texts, and return the set's folder."""
    for student, text in texts.items():
        hand_in(course, student, text)
    place = course / SET
    (place / QUESTIONS).write_text(json.dumps({"questions": [CHECKED, QUESTION]}), encoding="utf-8")
    run = {"assignment": SET, "submissions": dict.fromkeys(texts, "hash")}
    (place / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return place


def worth(folder, points, without=""):
    """Leave what grading again leaves if the essay is worth something else, or an exercise is gone."""
    for path in (folder / "results").glob("*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        content["exercises"][1]["points"] = points
        content["exercises"] = [each for each in content["exercises"] if each["id"] != without]
        path.write_text(json.dumps(content), encoding="utf-8")
    questions = {"questions": [CHECKED, QUESTION | {"points": points}]}
    (folder / QUESTIONS).write_text(json.dumps(questions), encoding="utf-8")

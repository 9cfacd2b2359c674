"""A set on the desk: its questions, the answers to each in a fixed order, and the marks that people give.

Several desks may be open on one folder: each looks at the journal before it says how anything stands.
"""

import hashlib
import math
import os
import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from backproplab.grading.hand.journal import Entry, Journal, JournalError, Kind, Standing
from backproplab.grading.hand.questions import (
    MarkError,
    Question,
    read_answers,
    read_questions,
    refresh_page,
)
from backproplab.grading.hand.standing import is_waiting, with_marks
from backproplab.grading.reports import RESULTS, SaveError, Stored, read_result, results_in
from backproplab.grading.status import READ
from backproplab.marking.verdict import Status

STEP = 0.5
"""Points are given in halves."""
MOST_NAME, MOST_COMMENT, MOST_COMMENTS = 80, 10_000, 40
ID = re.compile(r"[0-9a-f]{32}")


class ChangedAnswerError(MarkError):
    """The student's answer is not any more the one that was looked at."""


@dataclass(frozen=True)
class Sheet:
    """One answer to a question."""

    key: str
    """Says which it is without saying whose."""
    label: str
    """The student, or a number where nobody is to be named."""
    stored: Stored
    exercise: Mapping[str, Any]
    """Its part of the result, with what people gave."""


class Desk:
    """A set's folder, open for marking. With `anonymous`, no student is named, and `seed` orders answers.

    MarkError if there is nothing to mark in it.
    """

    def __init__(self, folder: Path, *, anonymous: bool = False, seed: int = 0) -> None:
        self.folder, self.anonymous, self.seed = folder, anonymous, seed
        self.questions: dict[str, Question] = {}
        self.journal = Journal(folder)
        self._lock = threading.RLock()
        self._places: dict[tuple[str, str], tuple[str, str]] = {}
        """By question and key, the label and the stem of what was listed."""
        self.refresh()

    def refresh(self) -> None:
        """Look at what others have done since: marks, and a grading with other questions or points.

        MarkError or JournalError if that cannot be read.
        """
        self.questions = {each.id: each for each in read_questions(self.folder)}
        self.journal.refresh()

    def overview(self) -> dict[str, Any]:
        """Return the questions, how far each is, and what is wrong with the journal, for the page."""
        with self._lock:
            self.refresh()
            results = self._results()
            questions = [self._progress(each, results) for each in self.questions.values()]
            return {
                "set": self.folder.name,
                "place": hashlib.sha256(os.fsencode(self.folder.resolve())).hexdigest()[:16],
                "anonymous": self.anonymous,
                "questions": questions,
                "faults": list(self.journal.faults),
            }

    def _results(self) -> dict[str, Stored]:
        found = results_in(self.folder)
        return {student: stored for student, stored in found.items() if stored.record["status"] in READ}

    def _progress(self, question: Question, results: Mapping[str, Stored]) -> dict[str, Any]:
        sheets = self._sheets(question.id, results)
        exercises = [sheet.exercise for sheet in sheets]
        given = sum("hand" in each and not each["hand"]["stale"] for each in exercises)
        left = sum(map(is_waiting, exercises))
        return {
            **asdict(question),
            "given": given,
            "waiting": left,
            "stale": sum("hand" in each and bool(each["hand"]["stale"]) for each in exercises),
            "conflicts": sum(bool(self._standing(sheet).conflicts) for sheet in sheets),
            "answers": len(exercises),
        }

    def sheets(self, question: str) -> list[Sheet]:
        """Return the answers to a question, in the order in which they are marked."""
        return self._sheets(question, self._results())

    def _sheets(self, question: str, results: Mapping[str, Stored]) -> list[Sheet]:
        found = []
        for student, stored in sorted(results.items()):
            exercise = next((each for each in stored.record["exercises"] if each["id"] == question), None)
            if exercise and "answer" in exercise:
                found.append(Sheet(self.key(student, question), student, stored, exercise))
        if self.anonymous:
            found.sort(key=lambda sheet: hashlib.sha256(f"{self.seed} {sheet.key}".encode()).digest())
            found = [replace(sheet, label=f"Answer {number}") for number, sheet in enumerate(found, 1)]
        self._places |= {(question, sheet.key): (sheet.label, sheet.stored.stem) for sheet in found}
        return found

    def key(self, student: str, question: str) -> str:
        """Return what stands for a student's answer where no name may."""
        about = "\0".join((self.folder.name, question, student))
        return hashlib.sha256(about.encode("utf-8", "surrogatepass")).hexdigest()[:20]

    def listing(self, question: str) -> dict[str, Any]:
        """Return the answers to a question without their text, and its comments, for the page."""
        with self._lock:
            self.refresh()
            results = self._results()
            comments = self.journal.comments(question)
            return {
                "question": self._progress(self._question(question), results),
                "sheets": [
                    {
                        "key": sheet.key,
                        "label": sheet.label,
                        "waiting": is_waiting(sheet.exercise),
                        "conflict": bool(self._standing(sheet).conflicts),
                    }
                    for sheet in self._sheets(question, results)
                ],
                "comments": list(comments.comments) if comments else [],
                "version": comments.id if comments else "",
            }

    def view(self, question: str, key: str) -> dict[str, Any]:
        """Return one answer and all that people said of it, for the page. MarkError if there is none."""
        with self._lock:
            self.refresh()
            return self._view(self._sheet(question, key))

    def _view(self, sheet: Sheet) -> dict[str, Any]:
        question, standing = self.questions[sheet.exercise["id"]], self._standing(sheet)
        answer = read_answers(self.folder, sheet.stored.stem).get(question.id, {})
        hand = sheet.exercise.get("hand")
        mark = standing.mark
        status = sheet.exercise["status"]
        automatic = hand["automatic"] if hand else sheet.exercise["earned"]
        return {
            "question": question.id,
            "key": sheet.key,
            "label": sheet.label,
            "out_of": sheet.exercise["points"],
            "cells": answer.get("cells", []),
            "notes": answer.get("notes", []),
            "answer": sheet.exercise["answer"],
            "automatic": ""
            if status == Status.BY_HAND
            else f"{status}, {automatic:g} of {sheet.exercise['points']:g}",
            "waiting": is_waiting(sheet.exercise),
            "stale": hand["stale"] if hand else "",
            "mark": _shown(mark) if mark and mark.points is not None else None,
            "version": standing.version,
            "conflicts": [_shown(each) for each in standing.conflicts],
            "history": self._history(sheet),
        }

    def _history(self, sheet: Sheet) -> list[dict[str, Any]]:
        return [
            _shown(each) for each in self.journal.said(sheet.stored.record["student"], sheet.exercise["id"])
        ]

    def _standing(self, sheet: Sheet) -> Standing:
        return self.journal.standing(sheet.stored.record["student"], sheet.exercise["id"])

    def _question(self, question: str) -> Question:
        if question not in self.questions:
            raise MarkError(f"There is no question '{question[:80]}' in {self.folder.name}: reload the page")
        return self.questions[question]

    def _sheet(self, question: str, key: str) -> Sheet:
        """Return an answer as it is now; of one that was listed, no other student's files are read."""
        self._question(question)
        if (question, key) not in self._places:
            self.sheets(question)
        label, stem = self._places.get((question, key), ("", ""))
        record = read_result(self.folder / RESULTS / f"{stem}.json") if stem else None
        if record and record["status"] in READ:
            record = with_marks(record, self.journal.standings())
            for exercise in record["exercises"]:
                if exercise["id"] == question and "answer" in exercise:
                    return Sheet(key, label, Stored(stem, record), exercise)
        raise MarkError("This answer is not there any more: reload the page")

    def give(
        self,
        question: str,
        key: str,
        *,
        author: str,
        points: float | None,
        comment: str,
        replaces: str,
        answer: str,
        out_of: float,
        id: str,
    ) -> Entry:
        """Give points and a comment to an answer, or take the mark back (None), and return what was written.

        That is a CONFLICT if somebody else has marked it since. `replaces`, `answer` and `out_of` are the
        version, the hash and the worth that were looked at; `id` is the caller's: a message that comes twice
        is written once. MarkError if it cannot be given, ChangedAnswerError if the answer is another one, or
        worth something else, JournalError if it cannot be saved.
        """
        with self._lock:
            self.refresh()
            sheet = self._sheet(question, key)
            if written := self.journal.known(id):
                return written
            if answer != sheet.exercise["answer"]:
                raise ChangedAnswerError(
                    "The student's answer has changed since you looked at it: look at it again, your mark "
                    "was not saved"
                )
            if out_of != sheet.exercise["points"]:
                raise ChangedAnswerError(
                    f"This is worth {sheet.exercise['points']:g} now, and was worth {out_of:g} when you "
                    "looked at it: look again, your mark was not saved"
                )
            entry = Entry(
                kind=Kind.MARK,
                author=checked_author(author),
                question=question,
                student=sheet.stored.record["student"],
                answer=sheet.exercise["answer"],
                points=checked_points(points, self.questions[question], comment, out_of=out_of),
                out_of=out_of,
                comment=checked_comment(comment),
                replaces=replaces,
                id=checked_id(id),
            )
            written = self.journal.add(entry)
            self._refresh(sheet)
            return written

    def settle(
        self, question: str, key: str, *, author: str, replaces: str, id: str, chosen: str = ""
    ) -> None:
        """Say which mark counts from now on: the one that does, or that of the conflict `chosen`.

        `replaces` is the version that was looked at: BehindError, and nothing is decided, if more was said
        of the answer since.
        """
        self._decide(Kind.SETTLED, question, key, author, replaces, id, chosen)

    def undo(self, question: str, key: str, *, author: str, mark: str, id: str) -> None:
        """Let count again what counted before the mark with this id, as it was given, of the answer then.

        BehindError, and nothing is undone, if anybody has marked the answer since, or has decided about it.
        """
        self._decide(Kind.UNDONE, question, key, author, mark, id)

    def _decide(
        self, kind: Kind, question: str, key: str, author: str, replaces: str, id: str, chosen: str = ""
    ) -> None:
        with self._lock:
            self.refresh()
            sheet = self._sheet(question, key)
            student = sheet.stored.record["student"]
            self.journal.add(
                Entry(
                    kind=kind,
                    author=checked_author(author),
                    question=question,
                    student=student,
                    replaces=replaces,
                    chosen=chosen,
                    id=checked_id(id),
                )
            )
            self._refresh(sheet)

    def keep_comments(self, question: str, comments: list[str], *, author: str, replaces: str) -> None:
        """Keep the comments of a question that are used again; those that somebody has added since stay."""
        kept = tuple(dict.fromkeys(checked_comment(each) for each in comments if each.strip()))
        if len(kept) > MOST_COMMENTS:
            raise MarkError(f"{len(kept)} comments are more than {MOST_COMMENTS}: leave some out")
        with self._lock:
            self._question(question)
            self.journal.add(
                Entry(
                    kind=Kind.COMMENTS,
                    author=checked_author(author),
                    question=question,
                    comments=kept,
                    replaces=replaces,
                )
            )

    def _refresh(self, sheet: Sheet) -> None:
        """Bring the student's page up to date; if that fails, the next gradebook or grading does it."""
        seen = -1
        with suppress(SaveError, JournalError, MarkError):
            # Whoever else writes it has seen this mark, or is seen here.
            while seen != len(self.journal.entries):
                seen = len(self.journal.entries)
                refresh_page(self.folder, self._sheet(sheet.exercise["id"], sheet.key).stored)
                self.journal.refresh()


def checked_author(author: str) -> str:
    """Return the name of whoever marks. MarkError if it is none."""
    name = " ".join(author.split())
    if not name or len(name) > MOST_NAME:
        raise MarkError(f"Say who you are: a name of 1 to {MOST_NAME} characters")
    return name


def checked_id(id: str) -> str:
    """Return the id that a caller gave to what is to be written. MarkError if it is none."""
    if not ID.fullmatch(id):
        raise MarkError("The id of a mark has 32 signs, 0 to 9 and a to f")
    return id


def checked_comment(comment: str) -> str:
    """Return a comment with its line ends as \\\\n. MarkError if it is too long."""
    if len(comment) > MOST_COMMENT:
        raise MarkError(
            f"The comment has {len(comment):,} characters, more than {MOST_COMMENT:,}: shorten it"
        )
    return comment.replace("\r\n", "\n").strip()


def checked_points(points: float | None, question: Question, comment: str, *, out_of: float) -> float | None:
    """Return the points, None to take a mark back. MarkError if they are none that can be given."""
    if points is None:
        return None
    most = out_of
    if not math.isfinite(points) or not 0 <= points <= most:
        raise MarkError(f"{points:g} points: {question.id} is worth 0 to {most:g}")
    if points != most and points % STEP:
        raise MarkError(f"{points:g} points: give whole or half points, from 0 to {most:g}")
    if not question.by_hand and not comment.strip():
        raise MarkError(f"The grader has marked {question.id}: to override it, give the reason as a comment")
    return float(points)


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": str(entry.kind),
        "chosen": entry.chosen,
        "author": entry.author,
        "time": entry.time,
        "points": entry.points,
        "comment": entry.comment,
    }

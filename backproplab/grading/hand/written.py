"""Answers in free text, out of a notebook that anybody may have made: text and pictures, and nothing else.

Text is kept as the student wrote it, sign by sign. It is shown as text, never as a page; of pictures that
were put into a cell, those that a browser shows without running anything are kept, if they are small.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backproplab.grading.notebook import TaggedCell

MOST_TEXT = 100_000
"""Characters of one answer that are kept; its hash is of all of them."""
MOST_PICTURES = 2 * 1024**2
"""Characters of base64 that the pictures of one notebook may take together."""
MOST_CELLS = 20
"""Cells with the same grade id that are kept."""
PICTURES = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
"""How a file of each kind begins. SVG is none of them: it is a page, which may hold a script."""

NO_CELL = "No cell of the notebook carries the id of this question: look whether the answer stands elsewhere"


def collect(cells: Iterable[TaggedCell], questions: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the answer to each question, by its grade id; `questions` says what was handed out for it.

    An answer has `cells` (type, text and pictures of each cell with that id), a `hash` of all of it, `notes`,
    and `edited`: None where there is no such cell, False where all are as they were handed out, or empty.
    """
    by_id: dict[str, list[TaggedCell]] = {}
    for cell in cells:
        by_id.setdefault(cell.grade_id, []).append(cell)
    room = MOST_PICTURES
    answers = {}
    for question, handed_out in questions.items():
        answers[question], room = _answer(by_id.get(question, []), handed_out, room)
    return answers


def answer_hash(parts: Sequence[Any]) -> str:
    """Return the hash by which an answer is known to be the one that was marked."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _answer(cells: Sequence[TaggedCell], handed_out: str, room: int) -> tuple[dict[str, Any], int]:
    notes = [] if cells else [NO_CELL]
    if len(cells) > 1:
        notes.append(f"{len(cells)} cells carry the id of this question; all count as its answer")
    if len(cells) > MOST_CELLS:
        notes.append(f"Only the first {MOST_CELLS} of them are kept here; the notebook has the others")
    left, kept = MOST_TEXT, []
    for cell in cells[:MOST_CELLS]:
        text = cell.source[:left]
        left -= len(text)
        if len(text) < len(cell.source):
            notes.append(f"Cut after {MOST_TEXT:,} characters in all; the notebook has the rest")
        pictures, room = _pictures(cell.attachments, room, notes)
        kept.append({"type": cell.type, "text": text, "pictures": pictures})
    # What is as it was handed out need not be read: nbgrader gives it no points by itself, too.
    is_new = [cell.source.strip() not in ("", handed_out.strip()) or bool(cell.attachments) for cell in cells]
    found = answer_hash([[cell.source, cell.attachments] for cell in cells])
    edited = any(is_new) if cells else None
    return {"cells": kept, "hash": found, "notes": notes, "edited": edited}, room


def _pictures(
    attachments: Mapping[str, Any], room: int, notes: list[str]
) -> tuple[list[dict[str, str]], int]:
    """Return the pictures that may be shown, and how much room is left for others."""
    shown = []
    for name, forms in attachments.items():
        kind, data = next(iter(forms.items()), ("", "")) if isinstance(forms, dict) else ("", "")
        data = "".join(data) if isinstance(data, list) and all(isinstance(d, str) for d in data) else data
        if not _is_picture(kind, data):
            notes.append(f"'{name[:80]}' is not shown: no PNG, JPEG, GIF or WebP; the notebook has it")
        elif len(data) > room:
            notes.append(f"'{name[:80]}' is not shown: too large; the notebook has it")
        else:
            shown.append({"name": name[:80], "type": kind, "data": data})
            room -= len(data)
    return shown, room


def _is_picture(kind: str, data: Any) -> bool:
    if kind not in PICTURES or not isinstance(data, str):
        return False
    try:
        return base64.b64decode(data, validate=True).startswith(PICTURES[kind])
    except ValueError:
        return False

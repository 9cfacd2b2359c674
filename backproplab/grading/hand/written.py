"""Answers in free text, out of a notebook that anybody may have made: text and pictures, and nothing else.

Text is kept as the student wrote it, sign by sign. It is shown as text, never as a page; of pictures that
were put into a cell, those that a browser shows without running anything are kept, if they are small and few.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backproplab.grading.hand.picture import pixels
from backproplab.grading.notebook import TaggedCell

MOST_TEXT = 100_000
"""Characters of one answer that are kept; its hash is of all of them."""
MOST_PICTURES = 2 * 1024**2
"""Characters of base64 that the pictures of one notebook may take together."""
MOST_CELLS = 20
"""Cells with the same grade id that are kept."""
MOST_SHOWN, MOST_PIXELS = 50, 50_000_000
"""Pictures of one notebook, and their pixels together, for which a browser makes 200 MB of room."""
MOST_NOTES = 5
"""Pictures of one answer of which it is said why they are not shown."""

NO_CELL = "No cell of the notebook carries the id of this question: look whether the answer stands elsewhere"


def collect(cells: Iterable[TaggedCell], questions: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the answer to each question, by its grade id; `questions` says what was handed out for it.

    An answer has `cells` (type, text and pictures of each cell with that id), a `hash` of all of it, `notes`,
    and `edited`: None where there is no such cell, False where all are as they were handed out, or empty.
    """
    by_id: dict[str, list[TaggedCell]] = {}
    for cell in cells:
        by_id.setdefault(cell.grade_id, []).append(cell)
    room = _Room()
    return {
        question: _answer(by_id.get(question, []), handed_out, room)
        for question, handed_out in questions.items()
    }


def answer_hash(parts: Sequence[Any]) -> str:
    """Return the hash by which an answer is known to be the one that was marked."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass
class _Room:
    """What the pictures of one notebook may still take."""

    characters: int = MOST_PICTURES
    pixels: int = MOST_PIXELS
    pictures: int = MOST_SHOWN

    def refuse(self, kind: Any, data: Any) -> str:
        """Make room for a picture and return ""; or say why it is not shown."""
        if isinstance(data, str) and len(data) > self.characters:
            return "too large"
        size = _pixels(kind, data)
        if not size:
            return "no PNG, JPEG, GIF or WebP"
        if size > self.pixels:
            return "too many pixels"
        if not self.pictures:
            return "too many pictures"
        self.characters -= len(data)
        self.pixels -= size
        self.pictures -= 1
        return ""


def _answer(cells: Sequence[TaggedCell], handed_out: str, room: _Room) -> dict[str, Any]:
    notes = [] if cells else [NO_CELL]
    if len(cells) > 1:
        notes.append(f"{len(cells)} cells carry the id of this question; all count as its answer")
    if len(cells) > MOST_CELLS:
        notes.append(f"Only the first {MOST_CELLS} of them are kept here; the notebook has the others")
    left, kept, left_out = MOST_TEXT, list[dict[str, Any]](), list[str]()
    for cell in cells[:MOST_CELLS]:
        text = cell.source[:left]
        left -= len(text)
        if len(text) < len(cell.source):
            notes.append(f"Cut after {MOST_TEXT:,} characters in all; the notebook has the rest")
        pictures = _pictures(cell.attachments, room, left_out)
        kept.append({"type": cell.type, "text": text, "pictures": pictures})
    # What is as it was handed out need not be read: nbgrader gives it no points by itself, too.
    is_new = [cell.source.strip() not in ("", handed_out.strip()) or bool(cell.attachments) for cell in cells]
    found = answer_hash([[cell.source, cell.attachments] for cell in cells])
    edited = any(is_new) if cells else None
    return {"cells": kept, "hash": found, "notes": [*notes, *_in_few(left_out)], "edited": edited}


def _pictures(attachments: Mapping[str, Any], room: _Room, left_out: list[str]) -> list[dict[str, str]]:
    """Return the pictures that may be shown; `left_out` gets a sentence for each of the others."""
    shown = []
    for name, forms in attachments.items():
        kind, data = next(iter(forms.items()), ("", "")) if isinstance(forms, dict) else ("", "")
        data = "".join(data) if isinstance(data, list) and all(isinstance(d, str) for d in data) else data
        if why := room.refuse(kind, data):
            left_out.append(f"'{name[:80]}' is not shown: {why}; the notebook has it")
        else:
            shown.append({"name": name[:80], "type": kind, "data": data})
    return shown


def _in_few(sentences: Sequence[str]) -> list[str]:
    more = len(sentences) - MOST_NOTES
    return [
        *sentences[:MOST_NOTES],
        *([f"{more:,} more are not shown; the notebook has them"] if more > 0 else ()),
    ]


def _pixels(kind: str, data: Any) -> int:
    """How many pixels a picture has; 0 if it is none."""
    try:
        return pixels(kind, base64.b64decode(data, validate=True)) if isinstance(data, str) else 0
    except ValueError:
        return 0

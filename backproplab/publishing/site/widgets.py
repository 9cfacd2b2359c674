"""What the widgets of a lesson hold, kept between builds: a committed notebook has still halves alone."""

import json
from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from backproplab.errors import BackproplabError
from backproplab.files import write_text
from backproplab.publishing.export import WIDGET_STATE, WIDGET_VIEW

Held = dict[str, Any]
"""`state` by model, as Jupyter saves it, and `views`: [cell, place, model] for each that is shown.

The place counts what a cell displays, not what it prints: a kernel may hand over one text in two pieces.
"""


NOT_FOR_LESSONS = frozenset({"/authoring", "/course", "/door", "/grading", "/publishing", "/sandbox"})
"""Folders of the package that no lesson imports: changes in them leave its widgets as they were."""


class StaleLessonError(BackproplabError):
    """A lesson whose committed outputs are not those of its code."""


def held_by(lesson: NotebookNode) -> Held:
    """Return what the widgets of a lesson that was just run hold, and where they are shown."""
    views = [
        [cell.id, place, output.data[WIDGET_VIEW]["model_id"]]
        for cell in lesson.cells
        for place, output in enumerate(displayed(cell))
        if WIDGET_VIEW in output.data
    ]
    state = lesson.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    return {"views": views, "state": {model: state[model] for *_, model in views if model in state}}


def displayed(cell: NotebookNode) -> list[NotebookNode]:
    """Return the outputs of a cell that are not text printed by it."""
    return [output for output in cell.get("outputs", []) if "data" in output]


def put_back(lesson: NotebookNode, held: Held) -> None:
    """Give a committed lesson its widgets, as `export.put_live` looks for them.

    Raises `StaleLessonError` if the lesson was not committed as it runs.
    """
    cells = {cell.id: cell for cell in lesson.cells}
    for cell, place, model in held["views"]:
        outputs = displayed(cells[cell])
        if place >= len(outputs):
            raise StaleLessonError(
                f"Cell '{cell}' shows a widget that its committed outputs lack; run its lesson: make notebook"
            )
        outputs[place].data[WIDGET_VIEW] = {"model_id": model}
    lesson.metadata["widgets"] = {WIDGET_STATE: {"state": held["state"]}}


def kept(lesson: NotebookNode, store: Path, run: Callable[[], NotebookNode]) -> Held:
    """Return what the widgets of a lesson hold: from the file `store` while that is true, else by `run`.

    It is true while neither the lesson's code nor the package has changed.
    """
    key = digest(lesson)
    if store.is_file():
        found = json.loads(store.read_text(encoding="utf-8"))
        if found["of"] == key:
            held: Held = found["held"]
            return held
    held = held_by(run())
    store.parent.mkdir(parents=True, exist_ok=True)
    write_text(store, json.dumps({"of": key, "held": held}, ensure_ascii=False))
    return held


def digest(lesson: NotebookNode) -> str:
    """Return what changes with the code of a lesson, and with what its run could take from the package."""
    made = sha256()
    for cell in lesson.cells:
        if cell.cell_type == "code":
            made.update(f"{cell.id}\n{cell.source}\n".encode())
    for name, content in sources(files("backproplab")):
        made.update(f"{name} {len(content)}\n".encode() + content)
    return made.hexdigest()


def sources(folder: Traversable, inside: str = "") -> list[tuple[str, bytes]]:
    """Return what a lesson may load from the package: each file's name and content, in order.

    Parameters, data and recorded figures count like code. What Python compiled for itself does not.
    """
    found = []
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        name = f"{inside}/{each.name}"
        if each.is_dir():
            left_out = name in NOT_FOR_LESSONS or each.name == "__pycache__"
            found += [] if left_out else sources(each, name)
        elif not each.name.startswith("."):  # an editor's, or a system's
            found.append((name, each.read_bytes()))
    return found

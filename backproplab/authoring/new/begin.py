"""Put a new exercise or lesson where it belongs, and refuse what would overwrite or clash."""

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from backproplab.authoring.cells import AUTHOR_ROOM, nodes_of
from backproplab.authoring.errors import ReleaseError
from backproplab.authoring.notebook_text import places
from backproplab.authoring.notebooks import as_text, normalise
from backproplab.authoring.release import EXERCISES, SOLUTIONS, put
from backproplab.authoring.unwritten import UNWRITTEN
from backproplab.course.contents import LESSONS
from backproplab.files import write_text
from backproplab.marking.edited import parse
from backproplab.marking.ids import exercise_of, order, series

from .exercise import AUTHOR_TOOLS, code_exercise, set_cells, text_exercise
from .lesson import QUESTIONS, lesson_cells

LESSON_NAME = re.compile(r"\d\d(-[a-z0-9]+)+")
SET_NAME = re.compile(rf"{LESSON_NAME.pattern}|capstone-[1-9]\d*")
QUICK_CHECKS = Path("backproplab/widgets/quick_check/lessons")
HOW_IT_WORKS = Path(EXERCISES, "00-start-here.ipynb")


def begin_lesson(folder: Path, name: str) -> list[Path]:
    """Begin a lesson, and its quick check, in the course's folder. Returns the files that were made.

    ReleaseError, with nothing made, if the name is none of a lesson, if its number is in use, or if the
    folder is not the course's.
    """
    if not LESSON_NAME.fullmatch(name):
        raise ReleaseError(f"{name!r} is no name of a lesson; write two digits and a topic: 27-my-topic")
    if not (folder / LESSONS).is_dir() or not (folder / QUICK_CHECKS).is_dir():
        raise ReleaseError(
            f"there is no {LESSONS}/ with {QUICK_CHECKS}/ here; a lesson is begun in the course's folder. "
            "Exercises can be begun anywhere: backproplab new exercise 27-my-topic"
        )
    _refuse_another(folder, name)
    lesson = folder / LESSONS / f"{name}.ipynb"
    quiz = folder / QUICK_CHECKS / f"{name[:2]}.toml"
    for path in (lesson, quiz):
        if path.exists():
            raise ReleaseError(
                f"{path.relative_to(folder)} is there already; nothing was made. Go on with it, or remove it"
            )
    put(quiz, QUESTIONS)
    put(lesson, _notebook(lesson_cells(name, name[:2])))
    return [lesson, quiz]


def begin_exercise(
    folder: Path, name: str, exercise: str = "", *, free_text: bool = False
) -> tuple[Path, str]:
    """Begin an exercise in `folder`/solutions, in its set, which is made if it is new.

    Without a number it comes after the last. Returns the solution notebook and the exercise's number. In a
    notebook that is there, every byte but the new cells stays.

    ReleaseError, with nothing changed, if a name or number is none or is in use.
    """
    if not SET_NAME.fullmatch(name):
        raise ReleaseError(
            f"{name!r} is no name of a set; write two digits and a topic, 27-my-topic, or capstone-5"
        )
    if folder.resolve().name == SOLUTIONS:
        raise ReleaseError(f"this is the folder {SOLUTIONS} itself; run it one folder up")
    path = folder / SOLUTIONS / f"{name}.ipynb"
    _refuse_another(folder, name)
    found = exercises_of(path) if path.exists() else []
    exercise = exercise or _next(name, found)
    if not re.fullmatch(rf"{series(name)}\.[1-9]\d*", exercise):
        raise ReleaseError(f"{exercise!r} is no exercise of {name}; write {_next(name, found)}, or no number")
    if exercise in found:
        raise ReleaseError(f"exercise {exercise} is in {path.name} already; the next is {_next(name, found)}")
    cells = text_exercise(exercise) if free_text else code_exercise(exercise)
    if path.exists():
        _import_what_is_missing(path, cells)
        _insert(path, exercise, cells)
    else:
        number = name[:2] if name[0].isdigit() else series(name)
        put(path, _notebook(set_cells(name, number, _needs(folder, name), cells)))
    return path, exercise


def exercises_of(path: Path) -> list[str]:
    """Return the exercises of a solution notebook, in its order: those of its headings and of its cells."""
    found: dict[str, None] = {}
    for node in nodes_of(path):
        found |= dict.fromkeys(filter(None, (_exercise_begun(node), _exercise_answered(node))))
    return list(found)


def _import_what_is_missing(path: Path, cells: list[NotebookNode]) -> None:
    """Let the author's cell of a new exercise import its words where no cell of the notebook does."""
    imported = {
        alias.name
        for node in nodes_of(path)
        if node["cell_type"] == "code"
        for each in ast.walk(parse(node["source"]))
        if isinstance(each, ast.ImportFrom) and each.module == AUTHOR_ROOM
        for alias in each.names
    }
    for cell in cells:
        if cell.id.startswith("others-") and not {"alternative", "misconception"} <= imported:
            cell.source = f"{AUTHOR_TOOLS}\n\n\n{cell.source}"


def _exercise_begun(node: Mapping[str, Any]) -> str:
    """Return the exercise whose heading a cell has, "" if none."""
    heading = re.search(r"^## +(C?\d+\.\d+)\b", str(node["source"]), re.MULTILINE)
    return heading[1] if heading and node["cell_type"] == "markdown" else ""


def _exercise_answered(node: Mapping[str, Any]) -> str:
    id = str(node["metadata"].get("nbgrader", {}).get("grade_id", ""))
    return next(filter(None, (exercise_of(id, role) for role in ("answer", "check", "why"))), "")


def _next(name: str, found: list[str]) -> str:
    last = max((int(each.split(".")[1]) for each in found), default=0)
    return f"{series(name)}.{last + 1}"


def _refuse_another(folder: Path, name: str) -> None:
    """Refuse the number of another lesson or set: a set is called as its lesson, and no exercise twice."""
    for room in (LESSONS, SOLUTIONS):
        for path in sorted((folder / room).glob("*.ipynb")):
            if path.stem != name and series(path.stem) == series(name):
                raise ReleaseError(f"{path} has that number; take another, or write {path.stem}")


def _needs(folder: Path, name: str) -> str:
    """Return what a learner of a set needs: its lesson, and how an exercise works. No link leads nowhere."""
    if (folder / LESSONS / f"{name}.ipynb").exists():
        lesson = f"**You need** [lesson {name[:2]}](../{LESSONS}/{name}.ipynb)"
    else:
        lesson = f"**You need** {UNWRITTEN}: what?"
    if (folder / HOW_IT_WORKS).exists():
        return f"{lesson}; how an\nexercise works is told in [exercises 00]({HOW_IT_WORKS.name})."
    how = "Write your answer where a cell asks for it, and run the cell below it: it answers at once."
    return f"{lesson}.\n\n{how}"


def _notebook(cells: list[NotebookNode]) -> str:
    return as_text(normalise(nbformat.v4.new_notebook(cells=cells)))


def _insert(path: Path, exercise: str, cells: list[NotebookNode]) -> None:
    """Put cells before the first exercise with a greater number, else before the summary, else at the end."""
    text = path.read_bytes().decode("utf-8")
    nodes, stands = list(nodes_of(path)), places(text)
    if clash := {cell.id for cell in cells} & {node["id"] for node in nodes}:
        raise ReleaseError(f"cell id '{min(clash)}' is in {path.name} already; rename that cell")
    before = next((index for index, node in enumerate(nodes) if _comes_later(node, exercise)), len(nodes))
    if before == 0:
        raise ReleaseError(f"{path.name} begins with an exercise; put a title, and check_set, above it")
    line = text[: stands[0].start].rpartition("\n")[2]
    indent = line if not line.strip() else ""
    between = text[stands[0].end : stands[1].start] if len(nodes) > 1 else f",\n{indent}"
    added = "".join(between + _as_json(cell, indent) for cell in json.loads(_notebook(cells))["cells"])
    end = stands[before - 1].end
    line_end = "\r\n" if "\r\n" in text else "\n"
    added = added.replace("\r\n", "\n").replace("\n", line_end)
    write_text(path, text[:end] + added + text[end:])


def _comes_later(node: Mapping[str, Any], exercise: str) -> bool:
    begun = _exercise_begun(node)
    return node["source"].strip() == "summary()" or (bool(begun) and order(begun) > order(exercise))


def _as_json(cell: Mapping[str, Any], indent: str) -> str:
    """Return a cell as its notebook is written: `indent` is what stands before its cells."""
    width = len(indent) // 2 or None  # cells are two levels deep
    return json.dumps(cell, indent=width, ensure_ascii=False).replace("\n", f"\n{indent}")

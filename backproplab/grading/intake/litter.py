"""What systems and programs leave lying about, and nobody hands in."""

import re

from backproplab.grading.intake.entry import NOTEBOOK, Entry

FOLDERS = {
    ".git",
    ".github",
    ".idea",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".Spotlight-V100",
    ".Trashes",
    ".venv",
    ".vscode",
    "$RECYCLE.BIN",
    "__MACOSX",
    "__pycache__",
    "node_modules",
    "site-packages",
    "System Volume Information",
}
FILES = {".ds_store", ".gitattributes", ".gitignore", "desktop.ini", "ehthumbs.db", "icon\r", "thumbs.db"}
GRADES = {
    ".lock",
    "answers",
    "class-anonymous.html",
    "class.html",
    "feedback",
    "gradebook.csv",
    "history.csv",
    "intake.csv",
    "questions.json",
    "results",
    "run.json",
    "values",
    "written.json",
}
"""What a run writes into the folder of a set, and into that of the course."""
MARKS = {"marks-torn.txt", "marks.csv", "marks.jsonl"}
"""What marking by hand leaves in the folder of a set."""
GRADEBOOKS = re.compile(r"(canvas|exercises|nbgrader|sets|moodle-.+)\.csv|feedback-.+\.zip")
"""What `backproplab gradebook` writes into that of the course, unless told where."""


def is_litter(parts: tuple[str, ...]) -> bool:
    """Is it what systems leave lying about: .DS_Store, .ipynb_checkpoints, __MACOSX?"""
    return (
        any(part in FOLDERS or part.startswith("._") for part in parts)
        or parts[-1].lower() in FILES
        or parts[-1].startswith(".#")  # Emacs holds a lock so, a link that leads nowhere
    )


def folders_of_grades(entries: list[Entry]) -> set[tuple[str, ...]]:
    """Return the folders, as parts, of sets that were graded, and of the courses that they are of."""
    here = {entry.parts for entry in entries}
    runs = {parts[:-1] for parts in here if parts[-1:] == ("run.json",)}
    beside = ("class.html", "gradebook.csv", ".lock")
    sets = {folder for folder in runs if any((*folder, name) in here for name in beside)}
    courses = {folder[:-1] for folder in sets if folder and (*folder[:-1], "written.json") in here}
    return sets | courses


def is_of_grades(entry: Entry, folders: set[tuple[str, ...]]) -> bool:
    """Is it of the grades in one of these folders? Submissions may lie in the same one.

    No notebook is, wherever it lies: a student may have a folder that looks like one of grades.
    """
    parts = entry.parts
    return not entry.file.lower().endswith(NOTEBOOK) and any(
        parts == folder or (parts[: len(folder)] == folder and _is_written(parts[len(folder)]))
        for folder in folders
    )


def _is_written(name: str) -> bool:
    return name in GRADES | MARKS or bool(GRADEBOOKS.fullmatch(name))

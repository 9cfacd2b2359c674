"""What systems and programs leave lying about, and nobody hands in."""

from backproplab.grading.intake.entry import Entry

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
    "gradebook.csv",
    "written.json",
    ".lock",
    "run.json",
    "class.html",
    "intake.csv",
    "results",
    "feedback",
}
"""What a run writes into its folder for grades."""


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
    sets = {folder for folder in runs if (*folder, "class.html") in here or (*folder, ".lock") in here}
    courses = {folder[:-1] for folder in sets if folder and (*folder[:-1], "written.json") in here}
    return sets | courses


def is_of_grades(parts: tuple[str, ...], folders: set[tuple[str, ...]]) -> bool:
    """Is it in a folder of grades? Where the submissions lie in the same one: is it of the grades?"""
    return any(parts[: len(folder)] == folder and (bool(folder) or parts[0] in GRADES) for folder in folders)

"""Where the course is: in this folder, or else where the package brings it from.

A wheel carries lessons, exercises and recorded values in `carried/`. A package that runs from a clone of the
project takes those of the clone.
"""

from pathlib import Path

from .contents import EXERCISES, LESSONS, NAME, NOTE, CourseError
from .record import is_copy

CARRIED = Path(__file__).with_name("carried")
SOLUTIONS = "solutions"
AROUND = Path(__file__).parents[2]


def is_course(folder: Path) -> bool:
    """Say whether `folder` is the course's: notebooks are in it, and what only an author has beside them.

    A copy can lose its record, since programs that copy files leave hidden ones behind. Its install note
    says even then that what lies there is a learner's.
    """
    authors = (folder / "README.md").is_file() or (folder / SOLUTIONS).is_dir()
    learners = is_copy(folder) or (folder / NOTE).is_file()
    return authors and not learners and _has_notebooks(folder)


def is_copy_without_record(folder: Path) -> bool:
    """Say whether `folder` is a copy whose record is gone: nobody knows how much of it is the learner's."""
    return (folder / NOTE).is_file() and _has_notebooks(folder) and not is_copy(folder)


def _has_notebooks(folder: Path) -> bool:
    found = [path for name in (LESSONS, EXERCISES) for path in (folder / name).glob("*.ipynb")]
    return any(NAME.fullmatch(path.stem) for path in found)


def packages_course() -> Path:
    """Return the folder of the course that the package brings. CourseError if it brings none."""
    for folder in (CARRIED, AROUND):
        if (folder / "README.md").is_file() and is_course(folder):
            return folder
    raise CourseError(
        f"This installation of backproplab carries no course (there is no {CARRIED}); "
        "install it from its wheel, or run this in the course's folder"
    )


def course_for(copy: Path) -> Path:
    """Return the course that a copy belongs to: the one in the folder around it, or else the package's."""
    around = copy.absolute().parent
    return around if (around / "README.md").is_file() and is_course(around) else packages_course()

"""Where the course is: in this folder, or else where the package brings it from.

A wheel carries lessons, exercises and recorded values in `carried/`. A package that runs from a clone of the
project takes those of the clone.
"""

from pathlib import Path

from .contents import EXERCISES, LESSONS, NAME, CourseError
from .record import is_copy

CARRIED = Path(__file__).with_name("carried")
AROUND = Path(__file__).parents[2]


def is_course(folder: Path) -> bool:
    """Say whether `folder` is the course's: notebooks are in it, and it is no learner's copy."""
    found = [path for name in (LESSONS, EXERCISES) for path in (folder / name).glob("*.ipynb")]
    return any(NAME.fullmatch(path.stem) for path in found) and not is_copy(folder)


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

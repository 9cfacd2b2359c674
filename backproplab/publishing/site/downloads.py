"""What a reader of the site may take away: each lesson as a notebook, and the whole copy as a zip."""

import shutil
from pathlib import Path

from backproplab.course.contents import LESSONS, learners_copy
from backproplab.course.handout import TOP, write_zip
from backproplab.files import atomic_write

ZIP = f"{TOP}.zip"


def write_downloads(course: Path, folder: Path) -> None:
    """Make `folder` hold what the site offers of the course in the folder `course`, and nothing else.

    That is `notebooks/03-spreadsheet.ipynb` and its like, to the byte as `backproplab course` makes them,
    without the outputs that answer a prediction; and `mycourse.zip`, as `backproplab release --zip` packs it.
    CourseError if `course` is no such folder.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in learners_copy(course).items():
        if name.startswith(f"{LESSONS}/") and name.endswith(".ipynb"):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(target) as file:
                file.write(data)
    write_zip(course, folder / ZIP)


def size(path: Path) -> str:
    """Return how large a file is, in the words of a page: `112 kB`, `3.2 MB`."""
    return size_in_words(path.stat().st_size)


def size_in_words(count: int) -> str:
    """Return a number of bytes in words.

    >>> size_in_words(111_700), size_in_words(3_240_000), size_in_words(999_600)
    ('112 kB', '3.2 MB', '1.0 MB')
    """
    return f"{count / 1e3:.0f} kB" if count < 999_500 else f"{count / 1e6:.1f} MB"

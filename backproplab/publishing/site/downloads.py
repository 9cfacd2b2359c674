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

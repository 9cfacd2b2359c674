"""The feedback pages of a set in one zip file, called so that the platform gives each to its student.

Moodle: Upload multiple feedback files in a zip. Canvas: Upload submissions; it lists a page under the name of
the file that was handed in.
"""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from backproplab.grading.book.course import Work
from backproplab.grading.book.errors import BookError
from backproplab.grading.intake.readers import canvas, moodle
from backproplab.grading.reports import FEEDBACK

SAME_TIME = (1980, 1, 1, 0, 0, 0)  # so that the same pages make the same zip file


def feedback_zip(folder: Path, works: Iterable[Work]) -> bytes:
    """Return a zip file of the pages in a set's folder for some works. BookError if there are none."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for work in works:
            page = folder / FEEDBACK / f"{work.stem}.html"
            if work.record and page.is_file():
                member = zipfile.ZipInfo(name_of_page(work), SAME_TIME)
                member.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(member, page.read_bytes())
        if not packed.namelist():
            raise BookError(f"{folder} holds no feedback")
    return made.getvalue()


def name_of_page(work: Work) -> str:
    """Return what a student's page is called: as the platform called what it handed out, else as we do.

    >>> name_of_page(Work("lovelaceada_12", None, path="lovelaceada_12_34_homework.ipynb"))
    'lovelaceada_12_34_homework.html'
    >>> name_of_page(Work("Ada_12", None, path="Ada_12_assignsubmission_file_/homework.ipynb"))
    'Ada_12_assignsubmission_file_/feedback.html'
    >>> name_of_page(Work("ada", None, stem="ada", path="ada.ipynb"))
    'ada.html'
    """
    path = (work.record or {}).get("notebook") or work.path
    for part in path.split("/"):
        if found := moodle.TOP.fullmatch(part):
            # Where Moodle made no folders, the file's own name stands behind.
            folder = part.removesuffix(found["file"]) if found["file"] else part
            return f"{folder}feedback.html" if found["file"] else f"{folder}/feedback.html"
        if canvas.FILE.fullmatch(part):
            return f"{PurePosixPath(part).stem}.html"
    return f"{work.stem}.html"

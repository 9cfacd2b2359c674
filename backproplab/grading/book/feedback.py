"""The feedback pages of a set in one zip file, called so that the platform gives each to its student.

Moodle: Upload multiple feedback files in a zip. Canvas: Upload submissions; it lists a page under the name of
the file that was handed in.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from backproplab.grading.book.course import Work
from backproplab.grading.book.errors import BookError
from backproplab.grading.intake.readers import canvas, moodle
from backproplab.grading.reports import FEEDBACK

SAME_TIME = (1980, 1, 1, 0, 0, 0)  # so that the same pages make the same zip file


def feedback_zip(folder: Path, works: Sequence[Work]) -> bytes:
    """Return a zip file of the pages in a set's folder for some works. BookError if there are none."""
    pages = {work.stem: folder / FEEDBACK / f"{work.stem}.html" for work in works if work.record}
    names = names_of_pages([work for work in works if work.stem in pages and pages[work.stem].is_file()])
    if not names:
        raise BookError(f"{folder} holds no feedback")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for stem, name in names.items():
            member = zipfile.ZipInfo(name, SAME_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(member, pages[stem].read_bytes())
    return made.getvalue()


def names_of_pages(works: Sequence[Work]) -> dict[str, str]:
    """Return, by stem, what each page is called, no two alike in any system's eyes.

    Where two would be, one student has called a file as the platform calls another's: neither has that name.

    >>> names_of_pages([Work(each, None, each, path="eve_1_2_x.ipynb") for each in ("eve", "bob")])
    {'eve': 'eve.html', 'bob': 'bob.html'}
    """
    wanted = {work.stem: name_of_page(work) for work in works}
    count = Counter(name.casefold() for name in wanted.values())
    return {stem: name if count[name.casefold()] == 1 else f"{stem}.html" for stem, name in wanted.items()}


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
    for part in re.split(r"[/\\]", path):  # else what unpacks it on Windows would be led astray
        if found := moodle.TOP.fullmatch(part):
            # Where Moodle made no folders, the file's own name stands behind.
            folder = part.removesuffix(found["file"]) if found["file"] else part
            return f"{folder}feedback.html" if found["file"] else f"{folder}/feedback.html"
        if canvas.FILE.fullmatch(part):
            return f"{PurePosixPath(part).stem}.html"
    return f"{work.stem}.html"

"""The gradebook that `backproplab grade` keeps: all sets of the course, after each run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backproplab.grading.book.book import make_book
from backproplab.grading.book.course import read_course
from backproplab.grading.book.tables import nbgrader
from backproplab.grading.book.written import write_own
from backproplab.grading.reports import PRIVATE, saving

GRADEBOOK = "gradebook.csv"


def keep(course: Path) -> None:
    """Write gradebook.csv from all results in the course's folder: nbgrader's columns, marks as graded."""
    with _alone(course):
        write_own(course / GRADEBOOK, nbgrader(make_book(read_course(course))), course)


@contextmanager
def _alone(course: Path) -> Iterator[None]:
    """Wait for a run of another set: else it might write what it had read before this one's results."""
    with saving(course / ".lock"):
        descriptor = os.open(course / ".lock", os.O_RDWR | os.O_CREAT, PRIVATE)
    with open(descriptor, "w") as lock:
        try:
            import fcntl
        except ImportError:  # Windows has no such lock
            yield
            return
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

"""The gradebook that `backproplab grade` keeps: all sets of the course, after each run."""

from pathlib import Path

from backproplab.grading.book.book import make_book
from backproplab.grading.book.course import read_course
from backproplab.grading.book.tables import nbgrader
from backproplab.grading.book.written import write_own
from backproplab.grading.reports import lock

GRADEBOOK = "gradebook.csv"


def keep(course: Path) -> None:
    """Write gradebook.csv from all results in the course's folder: nbgrader's columns, marks as graded."""
    # It waits for a run of another set, which might write what it had read before this one's results.
    with lock(course, wait=True):
        write_own(course / GRADEBOOK, nbgrader(make_book(read_course(course))), course)

"""What became of a submission: a mark and what it is of, or why there is none."""

from enum import StrEnum


class GradingStatus(StrEnum):
    """What became of a submission, as its record, the gradebook and the class page say it."""

    GRADED = "graded"
    NOTHING_ATTEMPTED = "nothing attempted"
    OTHER_SET = "nothing of this set"
    NO_NOTEBOOK = "not a notebook"
    UNREADABLE = "unreadable"
    UNGRADED = "ungraded"
    """By no fault of the student's, so without a mark; the next run tries again."""


READ = (GradingStatus.GRADED, GradingStatus.NOTHING_ATTEMPTED)
"""Of these, the answers are known, so that they count in what is said of a class."""

PRECISION = 6
"""Decimals of a score."""

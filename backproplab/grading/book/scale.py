"""Marks on the scale that a platform has for an assignment."""

from backproplab.grading.book.marks import Mark
from backproplab.grading.status import PRECISION


def scaled(mark: Mark, full: float | None) -> float | None:
    """Return a mark's score where the platform's full marks are `full`; None or 0 of it changes nothing."""
    if mark.score is None or not full or not mark.max_score:
        return mark.score
    return round(mark.score / mark.max_score * full, PRECISION)


def number(text: str) -> float | None:
    """Read a number as a platform writes it, also with a decimal comma; None if it is none.

    >>> number("13,50"), number("(read only)")
    (13.5, None)
    """
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None

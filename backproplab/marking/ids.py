"""What exercises and their sets are called, and in which order they stand.

A lesson's set, "03-spreadsheet", holds exercises 3.1, 3.2 …; a capstone's, "capstone-1", holds C1.1, C1.2 ….
nbgrader takes no dot in a `grade_id`, so there they are "answer-3-2" and "check-C1-2".

>>> grade_id("answer", "C1.2"), exercise_of("answer-C1-2", "answer")
('answer-C1-2', 'C1.2')
>>> series("03-spreadsheet"), series("capstone-1")
('3', 'C1')
>>> sorted(["C1.10", "10.2", "C1.9", "9.6"], key=order)
['9.6', '10.2', 'C1.9', 'C1.10']
"""

import re

LAST = 2  # where what is neither a lesson's nor a capstone's comes: free text, under a grade_id of its own


def grade_id(role: str, exercise: str) -> str:
    """Return the id of an exercise's answer or check cell, as nbgrader's metadata hold it."""
    return f"{role}-{exercise.replace('.', '-')}"


def exercise_of(grade_id: str, role: str) -> str:
    """Return the exercise whose answer or check cell has this id, "" if it names none."""
    named = re.fullmatch(rf"{role}-(C?[0-9]+)-([0-9]+)", grade_id)
    return f"{named[1]}.{named[2]}" if named else ""


def series(name: str) -> str:
    """Return what the exercises of a set have before their dot; "" for a name that is no set's."""
    if named := re.fullmatch(r"capstone-([0-9]+)", name):
        return f"C{_number(named[1])}"
    named = re.match(r"([0-9]+)-", name)
    return _number(named[1]) if named else ""


def _number(digits: str) -> str:
    """Return a number as it is written without zeros before it, however long: it may come from anybody."""
    return digits.lstrip("0") or "0"


def order(exercise: str) -> tuple[int, int, int, str]:
    """Return the key that sorts exercises as the course has them: by number, capstones after lessons."""
    named = re.fullmatch(r"(C?)([0-9]+)\.([0-9]+)", exercise)
    if not named:
        return LAST, 0, 0, exercise
    return len(named[1]), int(named[2]), int(named[3]), exercise

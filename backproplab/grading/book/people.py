"""Whose work is it? Students as their submissions call them, joined with the people of a roster.

An id or an address joins, then the number that the platform gives, then the name, where only one person and
one student of the set are called so. Who cannot be joined stays in the gradebook, as called there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from backproplab.grading.book.course import Course, Work
from backproplab.grading.book.names import letters, parted
from backproplab.grading.book.roster import Person
from backproplab.grading.intake.readers import moodle


@dataclass
class Joined:
    """Everybody, and their work."""

    people: list[Person] = field(default_factory=list)
    """Those of the roster, then those who are not in it."""
    works: dict[tuple[str, str], Work] = field(default_factory=dict)
    """Work by the person's `student_id`, and set."""
    doubts: list[tuple[Person, str]] = field(default_factory=list)
    """Whose work could not be joined, and why, in a sentence."""


def join(course: Course, people: Sequence[Person]) -> Joined:
    """Give each work to a person of the roster, or to one that is made for it."""
    joined = Joined(list(people))
    strangers: dict[str, Person] = {}
    same = _same_by_name(course)
    taken = {person.student_id for person in people}
    for name, works in course.items():
        finder = _Finder(people, works)
        for student in sorted(works, key=finder.uncertainty):
            person = finder.find(student)
            doubt = ""
            if person and (person.student_id, name) in joined.works:
                other = joined.works[person.student_id, name].student
                doubt = f"in {name}, {other} and {student} would both be {person.student_id}"
                person = None
            elif people and not person:
                doubt = f"{student} has handed in {name}, and cannot be told in the roster"
            if not person:
                called = same.get(student, student)
                person = strangers.setdefault(called, Person(f"{called} (?)" if called in taken else called))
            if doubt:
                joined.doubts.append((person, doubt))
            joined.works[person.student_id, name] = works[student]
    joined.people += [strangers[each] for each in sorted(strangers)]
    return joined


class _Finder:
    """Finds the person of a roster who is a student of a set."""

    def __init__(self, people: Sequence[Person], students: Iterable[str]) -> None:
        self._keys = _unique([(key, person) for person in people for key in person.keys])
        self._numbers = _unique([(person.number, person) for person in people if person.number])
        self._names = _unique([(name, person) for person in people for name in person.names])
        self._called = Counter(letters(parted(student)[0]) for student in students)

    def uncertainty(self, student: str) -> int:
        """Return 0 for who is known by an id, 1 by a number, 2 by name or not at all."""
        if student.casefold() in self._keys:
            return 0
        return 1 if parted(student)[1] in self._numbers else 2

    def find(self, student: str) -> Person | None:
        """Return the one person that it can be; None if there is none, or if number and name disagree."""
        if known := self._keys.get(student.casefold()):
            return known
        name, number = parted(student)
        by_number = self._numbers.get(number)
        by_name = self._names.get(letters(name)) if self._called[letters(name)] == 1 else None
        if by_number and by_name and by_number != by_name:
            return None
        return by_number or by_name


def _unique(pairs: Sequence[tuple[str, Person]]) -> dict[str, Person]:
    """Return who is meant by each text that means only one person."""
    meant: dict[str, set[str]] = defaultdict(set)
    for text, person in pairs:
        meant[text].add(person.student_id)
    return {text: person for text, person in pairs if len(meant[text]) == 1}


def _same_by_name(course: Course) -> dict[str, str]:
    """Return, of students whose number is another one in each assignment, the name that they share.

    Moodle gives a person a number for each assignment. A name joins where it is one person's in every set.
    """
    names: dict[str, str] = {}
    ambiguous: set[str] = set()
    for works in course.values():
        called = {
            student: parted(student)[0]
            for student, work in works.items()
            if any(moodle.TOP.fullmatch(part) for part in work.path.split("/"))
        }
        names |= called
        ambiguous |= {name for name, count in Counter(called.values()).items() if count > 1}
    return {student: name for student, name in names.items() if name not in ambiguous}

"""The gradebook of a course: who has which mark for which set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backproplab.grading.book.course import Course, Work
from backproplab.grading.book.lateness import charge, untold
from backproplab.grading.book.marks import Mark, mark, worth
from backproplab.grading.book.people import join
from backproplab.grading.book.roster import Person
from backproplab.grading.book.rules import Rules, Student, check_names


@dataclass(frozen=True)
class Book:
    """Marks of everybody for every set; whoever handed in nothing has one that says so."""

    sets: Sequence[str]
    exercises: Mapping[str, Sequence[str]]
    """Ids by set."""
    people: Sequence[Person]
    marks: Mapping[tuple[str, str], Mark]
    """By the person's `student_id`, and set."""
    rules: Rules
    doubts: Sequence[str]
    """Whose work could not be joined with a person of the roster, in sentences."""
    assumed: Sequence[str]
    """What had to be assumed of lateness, in sentences."""


def make_book(course: Course, people: Sequence[Person] = (), rules: Rules | None = None) -> Book:
    """Put a course's results together. BookError if the rules name what is not there."""
    rules = rules or Rules()
    joined = join(course, people)
    exercises = {name: _exercises(works) for name, works in course.items()}
    check_names(
        rules,
        course.keys(),
        {each for ids in exercises.values() for each in ids},
        {person.student_id for person in joined.people},
    )
    here = [person for person in joined.people if not _rules_for(person, rules).withdrawn]
    full = {name: _full(works, rules) for name, works in course.items()}
    marks: dict[tuple[str, str], Mark] = {}
    assumed: list[str] = []
    for person in here:
        on_time = {
            name: mark(joined.works.get((person.student_id, name)), rules.points, max_score=full[name])
            for name in course
        }
        charged, more = charge(on_time, rules, _rules_for(person, rules))
        assumed += more
        marks |= {(person.student_id, name): each for name, each in charged.items()}
    for name in course:
        assumed += untold({person.student_id: marks[person.student_id, name] for person in here}, name, rules)
    doubts = [sentence for person, sentence in joined.doubts if person in here]
    return Book(list(course), exercises, here, marks, rules, doubts, assumed)


def _rules_for(person: Person, rules: Rules) -> Student:
    return rules.students.get(person.student_id, Student())


def _exercises(works: Mapping[str, Work]) -> list[str]:
    """The ids of a set's exercises, in their order."""
    found: dict[str, None] = {}
    for work in works.values():
        found |= dict.fromkeys(each["id"] for each in (work.record or {"exercises": []})["exercises"])
    return list(found)


def _full(works: Mapping[str, Work], rules: Rules) -> float:
    """What a set is worth, as most recently graded results have it."""
    return max((worth(work.record, rules.points) for work in works.values() if work.record), default=0.0)

"""What is counted over a class: how exercises went, and what the wrong answers were."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from backproplab.marking.ids import order
from backproplab.marking.verdict import WRONG, Status

Students = list[str]
Values = tuple[tuple[str, ...], ...]
"""Of a wrong answer: name, value and finding of each value that is wrong."""
Key = TypeVar("Key")


@dataclass
class Tally:
    """What is counted over a class; who gave an answer is a list of names, all "" if they are not known."""

    full: float = 0.0
    scores: list[float] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    """By exercise."""
    statuses: dict[str, Counter[str]] = field(default_factory=dict)
    """By exercise."""
    mistakes: dict[tuple[str, str], Students] = field(default_factory=dict)
    """By exercise and sentence."""
    errors: dict[tuple[str, str], Students] = field(default_factory=dict)
    """By exercise and error: wrong answers that no sentence explains, since they stopped."""
    unexplained: dict[tuple[str, Values], Students] = field(default_factory=dict)
    """By exercise and values: those that gave values, which no sentence explains."""
    codes: dict[tuple[str, Values], str] = field(default_factory=dict)
    """The code of one of those."""
    slips: Counter[str] = field(default_factory=Counter)
    """By slug, the students who made this mistake, whatever the exercise."""
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By exercise, what students' own tests should do and do not."""

    def ranking(self) -> list[tuple[str, str, int]]:
        """The recognised mistakes as (exercise, sentence, students), the commonest first."""
        return [(*key, len(students)) for key, students in commonest(self.mistakes)]

    def explanations(self) -> dict[str, tuple[int, int, int]]:
        """By exercise: wrong answers that a misconception explains, that an error stopped, and all others."""
        sides = (self.mistakes, self.errors, self.unexplained)
        return {
            exercise: (_count(sides[0], exercise), _count(sides[1], exercise), _count(sides[2], exercise))
            for exercise in self.statuses
        }


def tally_results(results: Sequence[Mapping[str, Any]]) -> Tally:
    """Count over the results of a class; exercises that a person marks are left out."""
    tally = Tally(max((each["max_score"] for each in results), default=0.0))
    for each in results:
        tally.scores.append(each["score"])
        # A result that an earlier version left has neither slugs nor misses, and no values.
        tally.slips.update({exercise.get("slug", "") for exercise in each["exercises"]} - {""})
        for exercise in each["exercises"]:
            # What an earlier version left says of free text by its status alone.
            if not exercise.get("by_hand", exercise["status"] == Status.BY_HAND):
                tally.titles[exercise["id"]] = exercise.get("title", "")
                tally.statuses.setdefault(exercise["id"], Counter())[exercise["status"]] += 1
            if exercise["status"] in WRONG:
                _count_wrong(tally, exercise, each.get("student", ""))
    tally.statuses = {exercise: tally.statuses[exercise] for exercise in sorted(tally.statuses, key=order)}
    return tally


def _count_wrong(tally: Tally, exercise: Mapping[str, Any], student: str) -> None:
    """Count a wrong answer once: as a known mistake, or as stopped by an error, or else by its values."""
    name = exercise["id"]
    tally.missed.update((name, missed) for missed in exercise.get("missed", []))
    if exercise["misconception"]:
        tally.mistakes.setdefault((name, exercise["misconception"]), []).append(student)
    elif error := exercise.get("error", ""):
        tally.errors.setdefault((name, error), []).append(student)
    else:
        key = name, tuple(tuple(row) for row in exercise.get("wrong", []))
        tally.unexplained.setdefault(key, []).append(student)
        tally.codes.setdefault(key, exercise.get("code", ""))


def commonest(groups: Mapping[Key, Students]) -> list[tuple[Key, Students]]:
    """Return groups of students by what they share, the largest first."""
    return sorted(groups.items(), key=lambda group: -len(group[1]))


def _count(groups: Mapping[tuple[str, Any], Students], exercise: str) -> int:
    return sum(len(students) for key, students in groups.items() if key[0] == exercise)

"""How a class did, from the results of its students: counts, then class.html."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from backproplab.grading import pages
from backproplab.grading.status import READ, GradingStatus
from backproplab.marking.ids import order
from backproplab.marking.slips import SLIPS
from backproplab.marking.verdict import WRONG, Status
from backproplab.plots import classroom

MOST_DRAWN = 12  # misconceptions in the picture; the table has all
OUTCOMES = "What became of each submission"
RECURRING = "Mistakes across exercises"
MISSED = "What the students' own tests miss"


class Tally(NamedTuple):
    """What is counted over a class."""

    scores: list[float]
    full: float
    statuses: dict[str, Counter[str]]  # by exercise
    mistakes: Counter[tuple[str, str]]  # (exercise, sentence)
    slips: Counter[str]  # by slug, the students who made this mistake, whatever the exercise
    missed: Counter[tuple[str, str]]  # (exercise, what students' own tests should do and do not)

    def ranking(self) -> list[tuple[str, str, int]]:
        """The recognised mistakes as (exercise, sentence, students), the commonest first."""
        return [(*key, count) for key, count in self.mistakes.most_common()]

    def explanations(self) -> dict[str, tuple[int, int]]:
        """By exercise: wrong answers that a misconception explains, and those that none does."""
        sides = {}
        for exercise, statuses in self.statuses.items():
            known = sum(count for (name, _), count in self.mistakes.items() if name == exercise)
            sides[exercise] = known, sum(statuses[status] for status in WRONG) - known
        return sides


def tally_results(results: Sequence[Mapping[str, Any]]) -> Tally:
    """Count over the results of a class; exercises that a person marks are left out."""
    statuses: dict[str, Counter[str]] = {}
    mistakes: Counter[tuple[str, str]] = Counter()
    missed: Counter[tuple[str, str]] = Counter()
    slips: Counter[str] = Counter()
    for each in results:
        # A result that an earlier version left has neither slugs nor misses.
        slips.update({exercise.get("slug", "") for exercise in each["exercises"]} - {""})
        for exercise in each["exercises"]:
            if exercise["status"] == Status.BY_HAND:
                continue
            statuses.setdefault(exercise["id"], Counter())[exercise["status"]] += 1
            if exercise["misconception"] and exercise["status"] in WRONG:
                mistakes[exercise["id"], exercise["misconception"]] += 1
            if exercise["status"] in WRONG:
                missed.update((exercise["id"], name) for name in exercise.get("missed", []))
    full = max((each["max_score"] for each in results), default=0.0)
    in_order = {exercise: statuses[exercise] for exercise in sorted(statuses, key=order)}
    return Tally([each["score"] for each in results], full, in_order, mistakes, slips, missed)


def class_html(assignment: str, results: Sequence[Mapping[str, Any]], *, isolation: str) -> str:
    """Return class.html: distribution, success, misconceptions, what none explains, what own tests miss.

    All of that is of the submissions that could be read and run; what became of the others stands above it.
    """
    tally = tally_results([each for each in results if each["status"] in READ])
    ranked, explained = tally.ranking(), tally.explanations()
    drawn = {
        "Scores": classroom.scores(tally.scores, tally.full),
        "Each exercise": classroom.success(tally.statuses),
        "Recognised mistakes": classroom.misconceptions(ranked[:MOST_DRAWN]),
        "Wrong answers that no known mistake explains": classroom.explanations(explained),
    }
    tables: dict[str, tuple[Sequence[str], Sequence[Sequence[str | int]]]] = {
        "Each exercise": (
            ["exercise", *classroom.LOOKS],
            [
                [name, *(counts[status] for status in classroom.LOOKS)]
                for name, counts in tally.statuses.items()
            ],
        ),
        "Recognised mistakes": (
            ["exercise", "what it looks like", "students"],
            [list(row) for row in ranked],
        ),
        "Wrong answers that no known mistake explains": (
            ["exercise", "wrong answers", "explained", "unexplained"],
            [[name, known + other, known, other] for name, (known, other) in explained.items()],
        ),
    }
    if tally.slips:
        met = [(slug, SLIPS[slug].what, count) for slug, count in tally.slips.most_common() if slug in SLIPS]
        drawn[RECURRING] = classroom.slips(met[:MOST_DRAWN])
        tables[RECURRING] = (
            ["name", "what it is", "lesson", "students"],
            [[slug, what, SLIPS[slug].lesson, count] for slug, what, count in met],
        )
    if tally.missed:
        most = [(*key, count) for key, count in tally.missed.most_common()]
        drawn[MISSED] = classroom.missed(most[:MOST_DRAWN])
        tables[MISSED] = (
            ["exercise", "a good test", "students whose test does not"],
            [list(row) for row in most],
        )
    troubled = sum(1 for each in results if each["problems"])
    notes = [
        f"{len(results)} submissions have a result; {troubled} came with a note, which is in that result."
    ]
    by_hand = any(exercise["status"] == Status.BY_HAND for each in results for exercise in each["exercises"])
    if by_hand:
        notes.append("Free text is not in these numbers until a person has read it.")
    outcomes = Counter(each["status"] for each in results)
    notes.append(
        f"{OUTCOMES}: {', '.join(f'{outcomes[each]} {each}' for each in GradingStatus if outcomes[each])}. "
        "The pictures and tables are of those that were graded and those who attempted nothing."
    )
    if outcomes[GradingStatus.UNGRADED]:
        notes.append(
            "Ungraded are those that the machine or the grader failed at, by no fault of the student's: the "
            "gradebook has no mark for them. Run the same command again."
        )
    pictures = {heading: classroom.image(ax) for heading, ax in drawn.items()}
    return pages.class_page(assignment, isolation=isolation, pictures=pictures, tables=tables, notes=notes)

"""How a class did, from the results of its students: class.html, with or without names."""

import builtins
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from backproplab.grading import pages
from backproplab.grading.hand.standing import waiting, waiting_points
from backproplab.grading.pages import Answer, Code, Section, Table
from backproplab.grading.reports import is_for_review, write_private
from backproplab.grading.status import READ, GradingStatus
from backproplab.grading.tally import Students, Tally, commonest, tally_results
from backproplab.marking.ids import order
from backproplab.marking.slips import SLIPS
from backproplab.marking.verdict import Status
from backproplab.plots import classroom as pictures

CLASS, ANONYMOUS = "class.html", "class-anonymous.html"
MOST_DRAWN = 12  # misconceptions in the picture; the table has all
MOST_ANSWERS = 40  # wrong answers that are written out
OUTCOMES = "What became of each submission"
RECURRING = "Mistakes across exercises"
BY_HAND = "Marked by hand"
WHO_GAVE_WHAT = "Each mark, with who gave it, when, and what was said, is in marks.csv."
COMPARED = "Compared with the grading before"
MISSED = "What the students' own tests miss"
STOPPED = "Errors that stopped an answer"
UNEXPLAINED = "Wrong answers in want of a sentence"
STUDENTS = "Each student"
ASK_FOR_A_SENTENCE = (
    "No known mistake has these values. Answers with the same ones stand together, the commonest first. "
    "Where you see the slip, give it a sentence in the solution notebook (`@misconception`): the check then "
    "says it, and the next grading counts it. In brackets is the value that students read on their own page."
)
NO_ARRAY = "not a number or an array of numbers"
ANOTHER_ERROR = "another error"

Cells = list[str | int]
Change = tuple[float | None, float | None]
"""A score before and now; None where there was none."""


def anonymous(results: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the results without anything that a student wrote or is called, for a page to be passed on.

    Of an error its kind is left, if it is one of Python's: the rest may hold what somebody called a variable.
    """
    return [
        {
            **each,
            "student": "",
            "problems": [],
            "exercises": [_anonymous_exercise(exercise) for exercise in each["exercises"]],
        }
        for each in results
    ]


def _anonymous_exercise(exercise: Mapping[str, Any]) -> dict[str, Any]:
    kind = exercise.get("error", "").split(":")[0]
    wrong = exercise.get("wrong", [])
    return {
        **exercise,
        "code": "",
        **({"hand": exercise["hand"] | {"comment": "", "author": ""}} if "hand" in exercise else {}),
        "error": kind if not kind or hasattr(builtins, kind) or kind == "Stopped" else ANOTHER_ERROR,
        # "got a Tree, expected numbers" names a class of the student's.
        "wrong": [
            [name, value, NO_ARRAY if finding.startswith("got ") else finding]
            for name, value, finding in wrong
        ],
    }


class Drawings:
    """Draws each picture once, also where two pages show it: drawing is most of what a page takes."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, str], str] = {}

    def __call__(self, draw: Callable[..., Axes], *data: object) -> str:
        """Return `draw(*data)` as an `<img>`. Of plain data: what differs shows in its repr."""
        key = draw.__name__, repr(data)
        if key not in self._drawn:
            self._drawn[key] = pictures.image(draw(*data))
        return self._drawn[key]


def write_class_pages(
    out: Path,
    assignment: str,
    results: Sequence[Mapping[str, Any]],
    *,
    isolation: str,
    elsewhere: Mapping[str, Counter[str]],
    changes: Mapping[str, Change],
) -> None:
    """Write class.html, and the same without names, into the folder `out`. SaveError if that fails."""
    draw = Drawings()  # before there are copies of all results: a picture needs memory, too

    def write(name: str, shown: Sequence[Mapping[str, Any]]) -> None:
        page = class_html(
            assignment, shown, isolation=isolation, elsewhere=elsewhere, changes=changes, draw=draw
        )
        write_private(out / name, page)

    write(CLASS, results)
    write(ANONYMOUS, anonymous(results))


def class_html(
    assignment: str,
    results: Sequence[Mapping[str, Any]],
    *,
    isolation: str,
    elsewhere: Mapping[str, Counter[str]] | None = None,
    changes: Mapping[str, Change] | None = None,
    draw: Drawings | None = None,
) -> str:
    """Return class.html: scores, success, mistakes, errors, what no sentence explains, what own tests miss.

    All of that is of the submissions that could be read and run; what became of the others stands above it.
    Names and code are on it, unless the results are `anonymous`. `elsewhere` has, of each other
    set of the course, how many made a mistake that is made in several; `changes` are, by student, the scores
    that the grading before gave and this one did not. `draw` keeps pictures for another page of the class.
    """
    draw = draw or Drawings()
    tally = tally_results([each for each in results if each["status"] in READ])
    by_set = dict(sorted({**(elsewhere or {}), assignment: tally.slips}.items()))
    named = any(each.get("student") for each in results)
    sections = [
        Section("Scores", picture=draw(pictures.scores, tally.scores, tally.full)),
        _success(tally, draw),
        _mistakes(tally, draw),
        _explanations(tally, draw),
        *([_errors(tally)] if tally.errors else []),
        *([_unexplained(tally)] if tally.unexplained else []),
        *([_recurring(tally, by_set, draw)] if any(by_set.values()) else []),
        *([_missed(tally, draw)] if tally.missed else []),
        *([by_hand] if (by_hand := _by_hand(results)) else []),
        *([_compared(changes, named=named)] if changes else []),
        *([_students(tally, results)] if named else []),
    ]
    return pages.class_page(assignment, sections, isolation=isolation, notes=_notes(results))


def _titled(tally: Tally, exercise: str) -> str:
    return f"{exercise} {tally.titles.get(exercise, '')}".rstrip()


def _who(students: Students) -> str:
    return ", ".join(sorted(filter(None, students)))


def _with_names(head: Sequence[str], rows: Iterable[tuple[Cells, Students]]) -> Table:
    """Return a table with a last column for who it was, if anybody is named."""
    rows = list(rows)
    if not any(_who(students) for _, students in rows):
        return Table(head, [cells for cells, _ in rows])
    return Table([*head, "who"], [[*cells, _who(students)] for cells, students in rows])


def _success(tally: Tally, draw: Drawings) -> Section:
    rows: list[Cells] = [
        [_titled(tally, name), *(counts[status] for status in pictures.LOOKS)]
        for name, counts in tally.statuses.items()
    ]
    picture = draw(pictures.success, tally.statuses)
    return Section("Each exercise", picture=picture, table=Table(["exercise", *pictures.LOOKS], rows))


def _mistakes(tally: Tally, draw: Drawings) -> Section:
    rows: Iterator[tuple[Cells, Students]] = (
        ([*key, len(who)], who) for key, who in commonest(tally.mistakes)
    )
    table = _with_names(["exercise", "what it looks like", "students"], rows)
    picture = draw(pictures.misconceptions, tally.ranking()[:MOST_DRAWN])
    return Section("Recognised mistakes", picture=picture, table=table)


def _explanations(tally: Tally, draw: Drawings) -> Section:
    explained = tally.explanations()
    head = ["exercise", "wrong answers", "a known mistake", "stopped by an error", "no known mistake"]
    rows: list[Cells] = [[_titled(tally, name), sum(sides), *sides] for name, sides in explained.items()]
    picture = draw(pictures.explanations, explained)
    return Section("What the wrong answers are", picture=picture, table=Table(head, rows))


def _errors(tally: Tally) -> Section:
    rows: Iterator[tuple[Cells, Students]] = (
        ([_titled(tally, name), Code(error), len(who)], who) for (name, error), who in commonest(tally.errors)
    )
    return Section(STOPPED, table=_with_names(["exercise", "error", "students"], rows))


def _unexplained(tally: Tally) -> Section:
    found = commonest(tally.unexplained)
    answers = [
        Answer(_titled(tally, key[0]), len(who), key[1], tally.codes[key], sorted(filter(None, who)))
        for key, who in found[:MOST_ANSWERS]
    ]
    left = len(found) - len(answers)
    more = f" The rarest {left} are left out." if left else ""
    return Section(UNEXPLAINED, ASK_FOR_A_SENTENCE + more, answers=answers)


def _recurring(tally: Tally, by_set: Mapping[str, Counter[str]], draw: Drawings) -> Section:
    """Return the mistakes with a name: how many students made each, in every set of the course."""
    met = [(slug, SLIPS[slug].what, count) for slug, count in tally.slips.most_common() if slug in SLIPS]
    everywhere = sum(by_set.values(), Counter[str]())
    elsewhere = [slug for slug, _ in everywhere.most_common() if slug in SLIPS and not tally.slips[slug]]
    rows: list[Cells] = [
        [slug, SLIPS[slug].what, SLIPS[slug].lesson, *(counts[slug] for counts in by_set.values())]
        for slug in [*(slug for slug, *_ in met), *elsewhere]
    ]
    picture = draw(pictures.slips, met[:MOST_DRAWN])
    sets = list(by_set) if len(by_set) > 1 else ["students"]
    return Section(RECURRING, picture=picture, table=Table(["name", "what it is", "lesson", *sets], rows))


def _compared(changes: Mapping[str, Change], *, named: bool) -> Section:
    """Return whose score is not what it was, and how many those are where nobody is named."""
    up = sum((now or 0) > (before or 0) for before, now in changes.values())
    lead = f"Scores that are not what they were: {len(changes)} ({up} went up)."
    rows: list[Cells] = [[student, *map(_score, pair)] for student, pair in sorted(changes.items())]
    return Section(COMPARED, lead, table=Table(["student", "before", "now"], rows) if named else None)


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:.4g}"


def _score_so_far(result: Mapping[str, Any]) -> str:
    """A score, and what is not in it yet."""
    more = waiting_points(result)
    return f"{_score(result['score'])}, {more:g} to be marked" if more else _score(result["score"])


def _by_hand(results: Sequence[Mapping[str, Any]]) -> Section | None:
    """Return, of each exercise that a person marks or has marked, how many answers are and who gave marks."""
    marks: dict[str, list[Mapping[str, Any]]] = {}
    left = Counter[str]()
    for each in results:
        for exercise in each["exercises"]:
            if (hand := exercise.get("hand")) and not hand["stale"]:
                marks.setdefault(exercise["id"], []).append(hand)
        for exercise in waiting(each):
            marks.setdefault(exercise["id"], [])
            left[exercise["id"]] += 1
    if not marks:
        return None
    rows: list[Cells] = []
    for name, given in sorted(marks.items(), key=lambda pair: order(pair[0])):
        mean = f"{sum(each['points'] for each in given) / len(given):.3g}" if given else ""
        authors = Counter(each["author"] for each in given if each["author"])
        who = ", ".join(f"{author} ({count})" for author, count in authors.most_common())
        rows.append([name, len(given), left[name], mean, who])
    head = ["exercise", "marked by hand", "still to mark", "mean of marked", "by whom"]
    return Section(BY_HAND, WHO_GAVE_WHAT, table=Table(head, rows))


def _missed(tally: Tally, draw: Drawings) -> Section:
    most = [(*key, count) for key, count in tally.missed.most_common()]
    table = Table(["exercise", "a good test", "students whose test does not"], [list(row) for row in most])
    return Section(MISSED, picture=draw(pictures.missed, most[:MOST_DRAWN]), table=table)


def _students(tally: Tally, results: Sequence[Mapping[str, Any]]) -> Section:
    """Return a line for each student: score, a sign for each exercise, and the notes of the grading."""
    rows: list[Cells] = []
    for each in sorted(results, key=lambda each: each["student"]):
        signs = {exercise["id"]: pages.SIGNS[Status(exercise["status"])] for exercise in each["exercises"]}
        is_read = each["status"] in READ
        notes = [line for line in each["problems"] if not is_for_review(line)]
        for_review = len(each["problems"]) - len(notes)
        notes += [f"{for_review} for review, in its result"] * bool(for_review)
        outcome = " · ".join([*([each["status"]] * (each["status"] != GradingStatus.GRADED)), *notes])
        rows.append(
            [
                each["student"],
                _score_so_far(each),
                *(signs.get(name, "") if is_read else "" for name in tally.statuses),
                outcome,
            ]
        )
    legend = ", ".join(f"{sign} {status}" for status, sign in pages.SIGNS.items() if status != Status.BY_HAND)
    return Section(STUDENTS, f"{legend}.", table=Table(["student", "score", *tally.statuses, "notes"], rows))


def _notes(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what stands above the pictures."""
    notes = [f"{len(results)} submissions have a result."]
    if troubled := sum(bool(each["problems"]) for each in results):
        notes[0] += f" {troubled} came with a note; see below."
    if left := sum(len(waiting(each)) for each in results):
        notes.append(f"{left} answers wait for a person: the scores and their picture are without these.")
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
    return notes

"""Who is who, said before anything is graded: each student, the notebook chosen, and what else there is.

What came in was given to students by its names alone. Where it looks as if that went wrong, many students
taken for one or one for many, a person is asked to look at the table.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from backproplab.grading.intake.readers import structure
from backproplab.grading.sets import MOST_LOOKED_AT, exercises_in, is_of_another, likely_notebook
from backproplab.grading.submissions import Intake, Submission
from backproplab.grading.terminal import shortened

COPY = re.compile(r"(?P<name>.+?)( ?\(\d{1,3}\)| - copy| copy)", re.IGNORECASE | re.DOTALL)
WIDEST = 40  # characters of a column


def table(intake: Intake, graded: Sequence[Submission], name: str) -> str:
    """Return a line a student: who, the notebook that will likely be graded, and what else was found.

    `graded` are the submissions for the set `name`.
    """
    aside = Counter((each.student, each.reason.partition(",")[0]) for each in intake.aside if each.student)
    rows = [("Student", "Notebook", "Besides")]
    rows += [(each.student, _notebook(each, name), ", ".join(_besides(each, aside))) for each in graded]
    here = {each.student for each in graded}
    for student in sorted({each.student for each in intake.submissions} - here):
        rows.append((student, "none of this set", ""))
    widths = [min(max(len(_plain(row[column])) for row in rows), WIDEST) for column in (0, 1)]
    lines = [
        f"{_plain(student):{widths[0]}}  {_plain(notebook):{widths[1]}}  {besides}".rstrip()
        for student, notebook, besides in rows
    ]
    return "\n".join([f"Read as {intake.platform}, for {name}:", *lines])


def doubts(intake: Intake, graded: Sequence[Submission], name: str, sets: Collection[str]) -> list[str]:
    """Return, in sentences, what looks as if students were mistaken for each other.

    `sets` are the names of all exercise sets.
    """
    return [
        *_many_in_one(intake, graded, name, sets),
        *_one_in_many(graded, sets),
        *(_namesakes(graded) if intake.is_by_name else ()),
        *_several_times(graded),
    ]


def _notebook(submission: Submission, name: str) -> str:
    chosen = likely_notebook(submission, name)
    if chosen is None:
        return "no notebook"
    return f"refused: {chosen.refused}" if chosen.refused else chosen.file


def _besides(submission: Submission, aside: Counter[tuple[str, str]]) -> Iterator[str]:
    if submission.late:
        yield "late"
    others = len(submission.notebooks) - 1
    if others > 0:
        yield f"{others} more notebook{'s' if others > 1 else ''}"
    files = sum(not entry.is_notebook and not entry.refused for entry in submission.entries)
    if files:
        yield f"{files} other file{'s' if files > 1 else ''}"
    yield from (f"{count}× {why}" for (student, why), count in aside.items() if student == submission.student)


def _many_in_one(
    intake: Intake, graded: Sequence[Submission], name: str, sets: Collection[str]
) -> Iterator[str]:
    """Folders of students that would be taken for one student's: several hold a notebook of the same set.

    Where a platform's own names say whose each path is, it cannot be so.
    """
    if not intake.is_by_structure:
        return
    folders: dict[str, set[str]] = defaultdict(set)
    for each in intake.submissions:
        has_own_name = each.assignment not in ("", name) and not is_of_another(each, name, sets)
        if has_own_name and max(exercises_in(each.notebooks[:MOST_LOOKED_AT], name), default=0) > 0:
            folders[each.student].add(each.assignment)
    many = {student: inside for student, inside in folders.items() if len(inside) > 1}
    if many and len(many) * 2 >= len(graded):
        student, inside = next(iter(many.items()))
        listed = ", ".join(f"'{_plain(each)}'" for each in sorted(inside)[:3])
        yield (
            f"'{_plain(student)}' would be one student, and each of its folders ({listed} …) holds {name}: "
            f"if those are the students, name the folder '{_plain(student)}' as the submissions"
        )


def _one_in_many(graded: Sequence[Submission], sets: Collection[str]) -> Iterator[str]:
    """Files of one student that would be taken for several students."""
    students = {each.student for each in graded}
    for student in sorted(students):
        copied = COPY.fullmatch(student)
        if copied and copied["name"] in students:
            yield f"'{_plain(student)}' would be another student than '{_plain(copied['name'])}': keep one"
        elif student in sets or student in structure.COURSE:
            kind = "a set" if student in sets else "a folder of the course"
            yield (
                f"'{student}' would be a student, and is {kind}: put all files of a student into a folder "
                "that is called as the student is, and name the folder around it"
            )


def _namesakes(graded: Sequence[Submission]) -> Iterator[str]:
    """Notebooks under one name, where nothing but a name says whose they are."""
    for each in graded:
        count = sum(entry.is_notebook for entry in each.entries)
        if count > 1:
            yield (
                f"{count} notebooks are of '{_plain(each.student)}', and one of them would count: nothing "
                "says whether two people are called so. If they are, rename the files of one"
            )


def _several_times(graded: Sequence[Submission]) -> Iterator[str]:
    """Files that say when one work came, of which only the platform's own should be there."""
    for each in graded:
        if len(each.stamps) > 1:
            named = ", ".join(f"'{_plain(stamp.name)}'" for stamp in each.stamps)
            yield (
                f"{len(each.stamps)} files say when {_plain(each.student)} handed in, and none would count: "
                f"keep the platform's own of {named}"
            )


def _plain(text: str) -> str:
    """Return what a column of a terminal may be shown."""
    return shortened(text, WIDEST)

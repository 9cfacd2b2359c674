"""Which exercise set is it that a class handed in?"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from backproplab.grading.submissions import Submission, SubmissionError, open_entry
from backproplab.marking.ids import series

LOOK = 2 * 1024**2  # bytes of a notebook that are looked at
GRADE_ID = re.compile(rb'"(?:answer|check)-(C?)0*([0-9]+)-[0-9]+"')


def solution_notebooks(path: Path) -> list[Path]:
    """Return the solution notebooks at `path`: the notebook itself, or those of the folder."""
    if path.is_dir():
        return sorted(path.glob("*.ipynb"))
    return [path] if path.is_file() else []


def solution_for(submissions: Sequence[Submission], solutions: Sequence[Path], wanted: str = "") -> Path:
    """Return the solution of the set that was handed in, or of the one `wanted`.

    `wanted` is "03-spreadsheet" or "03"; of a capstone, "capstone-1" or "C1".

    SubmissionError, with what to do, where it cannot be told.
    """
    names = {path.stem: path for path in solutions}
    if not names:
        raise SubmissionError(
            "No solution notebook is here: name the folder that holds them with --solutions"
        )
    listed = ", ".join(names)
    if wanted:
        found = [path for name, path in names.items() if wanted in (name, *_short_names(name))]
        if len(found) != 1:
            raise SubmissionError(f"--set {wanted} names {len(found)} of the solutions here: {listed}")
        return found[0]
    # A set's folder counts where most of the class has one: a stray folder of one student decides nothing.
    most = sum(each.assignment in names for each in submissions) * 2 > len(submissions)
    folders = {each.assignment for each in submissions} & set(names) if most else set()
    if len(folders) > 1:
        raise SubmissionError(
            f"Several sets were handed in ({', '.join(sorted(folders))}): choose one with --set"
        )
    if folders:
        return names[folders.pop()]
    if len(names) == 1:
        return solutions[0]
    votes = Counter(name for each in submissions for name in _candidates(each, names))
    best = votes.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        raise SubmissionError(
            f"The notebooks do not say which set they are: choose one with --set ({listed})"
        )
    return names[best[0][0]]


def of_set(submissions: Sequence[Submission], name: str) -> list[Submission]:
    """Return what was handed in for one set, one submission a student.

    That is all of it, unless nbgrader's folders tell sets apart: then what is in the set's folder counts, and
    for a student without one what lies beside.
    """
    if any(each.assignment == name for each in submissions):
        here = {each.student for each in submissions if each.assignment == name}
        submissions = [
            each
            for each in submissions
            if each.assignment == name or (not each.assignment and each.student not in here)
        ]
    together: dict[str, Submission] = {}
    for each in submissions:
        before = together.get(each.student)
        entries = (*before.entries, *each.entries) if before else each.entries
        together[each.student] = Submission(each.student, name, entries)
    return list(together.values())


def _short_names(name: str) -> set[str]:
    """ "03" and "3" of "03-spreadsheet"; "C1" of "capstone-1"; none of a name that has no number."""
    found = series(name)
    return {found, name.split("-")[0]} - {"capstone"} if found else set()


def _series_in(notebook: bytes) -> set[str]:
    """The series of the exercises whose cells are in a notebook file: "3", "C1"."""
    return {(found[1] + found[2]).decode() for found in GRADE_ID.finditer(notebook)}


def _candidates(submission: Submission, names: dict[str, Path]) -> list[str]:
    """The sets that a submission may be of: those that it names, else by the numbers of its exercises."""
    for entry in submission.notebooks:
        try:
            with open_entry(entry) as file:
                start = file.read(LOOK)
        except Exception:  # a damaged file says nothing, whatever an unpacker makes of it
            continue
        named = [name for name in names if f"check_set({name}".encode() in re.sub(rb"[\\\"' ]", b"", start)]
        if named:
            return named
        found = _series_in(start)
        if numbered := [name for name in names if series(name) in found]:
            return numbered
    return []

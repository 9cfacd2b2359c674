"""Which exercise set is it that a class handed in?"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from backproplab.grading.intake.apart import near
from backproplab.grading.intake.reading import stem
from backproplab.grading.limited import ReaderError
from backproplab.grading.submissions import Entry, Submission, SubmissionError, heads, late_if_any
from backproplab.marking.ids import series

LOOK = 2 * 1024**2  # bytes of a notebook that are looked at
MOST_LOOKED_AT = 50  # notebooks of one student
GRADE_ID = re.compile(rb'"(?:answer|check)-(C?)0*([0-9]{1,6})-([0-9]{1,6})"')
RESUBMITTED = re.compile(
    r"-(\d{1,9})$| \((\d{1,9})\)$"
)  # Canvas: hw.ipynb, then hw-1.ipynb; browsers: hw (1)


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
    having = {each.student for each in submissions if each.assignment in names}
    most = len(having) * 2 > len({each.student for each in submissions})
    folders = {each.assignment for each in submissions} & set(names) if most else set()
    if len(folders) > 1:
        raise SubmissionError(
            f"Several sets were handed in ({', '.join(sorted(folders))}): choose one with --set"
        )
    if folders:
        return names[folders.pop()]
    if len(names) == 1:
        return solutions[0]
    votes = Counter(name for voted in _votes(submissions, names).values() for name in voted)
    best = votes.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        raise SubmissionError(
            f"{_why_not_told(submissions)}The notebooks do not say which set they are: choose one with --set "
            f"({listed})"
        )
    return names[best[0][0]]


def _why_not_told(submissions: Sequence[Submission]) -> str:
    """Say what may be the reason: that files cannot be opened, for instance since they are encrypted."""
    handed_in = [entry for each in submissions for entry in each.notebooks]
    reasons = Counter(entry.refused for entry in handed_in if entry.refused)
    return "".join(
        f"{count} of {len(handed_in)} notebooks cannot be opened: {reason}. "
        for reason, count in reasons.most_common()
    )


def of_set(submissions: Sequence[Submission], name: str, sets: Collection[str] = ()) -> list[Submission]:
    """Return what was handed in for one set, one submission a student.

    That is all of it, unless a folder is called after another set (`is_of_another`). Of a student who has a
    folder for this set, only what is in there counts, since beside it may lie what was not meant to be
    graded. `sets` are the names of all sets. SubmissionError if nothing is left.
    """
    here = {each.student for each in submissions if each.assignment == name}
    together: dict[str, list[Submission]] = {}
    for each in submissions:
        if each.assignment != name and (each.student in here or is_of_another(each, name, sets)):
            continue
        together.setdefault(each.student, []).append(each)
    if not together:
        raise SubmissionError(f"Nothing here is of {name}: all folders are called after other sets")
    return [_as_one(parts, name) for parts in together.values()]


def _as_one(parts: Sequence[Submission], name: str) -> Submission:
    """Put a student's folders together: late if one is, and as of the last that holds a notebook, if any.

    Of folders with a file each that says when it came, it is the one with the notebook that will be graded.
    """
    came = [each.when for each in parts if each.notebooks] or [each.when for each in parts]
    whole = Submission(
        parts[0].student,
        name,
        tuple(entry for each in parts for entry in each.entries),
        late=late_if_any(each.late for each in parts),
        when=max(came),
        stamps=tuple(stamp for each in parts for stamp in each.stamps),
    )
    if len(whole.stamps) < 2 or len(parts) < 2:
        return whole
    chosen = likely_notebook(whole, name)
    beside = (each.stamps for each in parts if chosen in each.entries)
    return replace(whole, stamps=next(beside, whole.stamps))


def is_of_another(submission: Submission, name: str, sets: Collection[str] = ()) -> bool:
    """Does it lie in a folder that is called as another set is? Without `sets`, as one might be."""
    if sets:
        return submission.assignment in sets and submission.assignment != name
    numbered = series(submission.assignment)
    return bool(numbered) and numbered != series(name)


def likely_notebook(submission: Submission, name: str) -> Entry | None:
    """Return the notebook with the most exercises of a set in it, of those the best placed; None without any.

    That is likely the one that will be graded: grading reads them whole, and may come to think otherwise.
    """
    candidates = submission.notebooks[:MOST_LOOKED_AT]
    found = zip(exercises_in(candidates, name), candidates, strict=True)
    return max(found, key=lambda each: (each[0], place(each[1], name)), default=(0, None))[1]


def place(entry: Entry, name: str) -> tuple[bool, int]:
    """Return what decides between notebooks with as much of a set in them: the greatest is the one to grade.

    The one that lies where the course has it, since beside it may lie drafts; of several, the latest attempt.
    """
    is_courses_own = entry.parts[-2:-1] == ("exercises",) and RESUBMITTED.sub("", stem(entry.file)) == name
    return is_courses_own, attempt(entry)


def attempt(entry: Entry) -> int:
    """Return which attempt the name of a file says that it is: Canvas makes of a second hw hw-1."""
    number = RESUBMITTED.search(stem(entry.file))
    return int(next(filter(None, number.groups()))) if number else 0


def exercises_in(entries: Sequence[Entry], name: str) -> list[int]:
    """How many exercises of a set the beginning of each notebook has a cell of, by id; -1: unreadable."""
    try:
        found: list[int] = near(entries, _exercises_in, entries, name)
    except (SubmissionError, ReaderError):
        return [-1] * len(entries)
    return found


def _exercises_in(entries: Sequence[Entry], name: str) -> list[int]:
    return [
        -1
        if isinstance(start, SubmissionError)
        else len({found[3] for found in GRADE_ID.finditer(start) if _series_of(found) == series(name)})
        for start in heads(entries, LOOK)
    ]


def _short_names(name: str) -> set[str]:
    """ "03" and "3" of "03-spreadsheet"; "C1" of "capstone-1"; none of a name that has no number."""
    found = series(name)
    return {found, name.split("-")[0]} - {"capstone"} if found else set()


def _series_of(found: re.Match[bytes]) -> str:
    """The series of the exercise whose cell has this id: "3", "C1"."""
    return (found[1] + found[2]).decode()


def _votes(submissions: Sequence[Submission], names: Mapping[str, Path]) -> Mapping[str, set[str]]:
    """By student, the sets that their notebooks say they are of. However many those are, each counts once."""
    votes: dict[str, set[str]] = defaultdict(set)
    for each in submissions:
        notebooks = each.notebooks[:MOST_LOOKED_AT]
        with suppress(SubmissionError, ReaderError):
            votes[each.student].update(near(notebooks, _sets_of, notebooks, list(names)))
    return votes


def _sets_of(notebooks: Sequence[Entry], names: Collection[str]) -> list[str]:
    """The sets that one student's notebooks may be of."""
    return [
        name
        for start in heads(notebooks, LOOK)
        if not isinstance(start, SubmissionError)
        for name in _candidates(start, names)
    ]


def _candidates(start: bytes, names: Collection[str]) -> list[str]:
    """The sets that a notebook may be of: those that it names, else by the numbers of its exercises."""
    bare = re.sub(rb"[\\\"' ]", b"", start)
    found = {_series_of(each) for each in GRADE_ID.finditer(start)}
    named = [name for name in names if f"check_set({name}".encode() in bare]
    return named or [name for name in names if series(name) in found]

"""What lies in a set's folder of grades, and whether it holds for the run that begins there.

`run.json` says what the results in a folder belong to: solution, limits, versions, and a hash of each
submission. A result is kept while all of that stays the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from backproplab.grading import batch, reports
from backproplab.grading.classroom import Change
from backproplab.grading.kept import VALUES
from backproplab.grading.reports import ANSWERS, FEEDBACK, RESULTS, RUN
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import file_stems

LEFT_BY_A_KILLED_RUN = ".backproplab-*.tmp"  # of `backproplab.files`


class GradesFolder:
    """The folder `path`, as a run for some students sees it."""

    def __init__(self, path: Path, students: Iterable[str]) -> None:
        self.path = path
        kept = {student: stored.stem for student, stored in reports.results_in(path).items()}
        self.stems = file_stems(students, kept)
        """Of the files of each student of the run."""
        self.others = kept.keys() - self.stems.keys()
        """Students who have a result from an earlier run, and are not in this one."""

    def make(self) -> None:
        """Make what is not there yet. SaveError if it cannot be made."""
        for folder in (VALUES, ANSWERS, FEEDBACK, RESULTS):
            reports.private_folder(self.path / folder)

    def read_run(self) -> dict[str, Any]:
        """Return what run.json says; nothing if it is missing or damaged."""
        return reports.read_run(self.path)

    def write_run(self, record: Mapping[str, Any]) -> None:
        """Write run.json. SaveError if that fails."""
        reports.write_json(self.path / RUN, record)

    def result(self, student: str) -> dict[str, Any] | None:
        """Return the record of a student of the run; None if there is none, or no feedback or answers."""
        stem = self.stems[student]
        beside = (self.path / FEEDBACK / f"{stem}.html", self.path / ANSWERS / f"{stem}.json")
        if not all(path.exists() for path in beside):  # an earlier version left no answers
            return None
        return reports.read_result(self.path / RESULTS / f"{stem}.json")

    def is_done(self, student: str) -> bool:
        """Has a student of the run a result that no run need make again?"""
        result = self.result(student)
        return result is not None and result["status"] != GradingStatus.UNGRADED

    def ended_worker(self, student: str) -> bool:
        """Did a worker end, in an earlier run, while at work on what a student handed in?"""
        result = self.result(student)
        return result is not None and batch.ended_worker(result)

    def drop(self, student: str) -> None:
        """Throw away a student's result. SaveError if that fails."""
        path = self.path / RESULTS / f"{self.stems[student]}.json"
        with reports.saving(path):
            path.unlink(missing_ok=True)

    def records(self) -> list[dict[str, Any]]:
        """Return the records of everybody, those of earlier runs, too, in the order of students."""
        return [stored.record for _, stored in sorted(reports.results_in(self.path).items())]

    def scores(self) -> dict[str, float | None]:
        """Return everybody's score, by student; None of whoever is ungraded."""
        return {record["student"]: record["score"] for record in self.records()}

    def changed_scores(self, then: Mapping[str, float | None]) -> dict[str, Change]:
        """Return, of whoever has a score in `then` and a result now, those that are not the same."""
        now = self.scores()
        return {
            student: (before, now[student])
            for student, before in then.items()
            if student in now and before != now[student]
        }

    def other_sets(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield name and records of the course's other sets, of the folders beside this one, one by one."""
        for path in sorted(self.path.resolve().parent.glob(f"*/{RUN}")):
            if path.parent != self.path.resolve():
                yield path.parent.name, [each.record for each in reports.results_in(path.parent).values()]


def changes(before: Mapping[str, Any], about: Mapping[str, Any]) -> Iterator[str]:
    """Say, for whoever runs the command, in what a run that is `about` something differs from the one before.

    `before` is what run.json says.
    """
    if not before:
        yield f"{RUN}, which says how, is missing or damaged"
        return
    if before.get("solution") != about["solution"]:
        yield "the solution notebook is another one"
    if before.get("isolation_asked") != about["isolation_asked"]:
        yield f"--isolation was {before.get('isolation_asked')} and is {about['isolation_asked']}"
    if before.get("seeds") != about.get("seeds", before.get("seeds")):
        yield "--seeds asks for other inputs"
    limits = before.get("limits", {})
    if limits.get("submission_seconds") != about["limits"]["submission_seconds"]:
        then, now = limits.get("submission_seconds"), about["limits"]["submission_seconds"]
        yield f"--timeout was {then} s and is {now} s"
    elif limits != about["limits"]:
        yield "the limits of the sandbox are others"
    for name, now in about["versions"].items():
        if (then := before.get("versions", {}).get(name)) != now:
            yield f"{name} was {then} and is {now}"


def sweep(out: Path) -> None:
    """Remove what a process that was killed had half written."""
    for folder in (out, out / VALUES, out / ANSWERS, out / RESULTS, out / FEEDBACK):
        for left in folder.glob(LEFT_BY_A_KILLED_RUN):
            with suppress(OSError):
                left.unlink()

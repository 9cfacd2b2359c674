"""One run over a class, from submissions to gradebook; killed, it goes on where it was.

`run.json` says what the results in a folder belong to: solution, limits, versions, and a hash of each
submission. A result is kept while all of that stays the same, and made again when it does not.

Seeds serve once: who has seen feedback may know something of those it was made with. Only a run that was
killed goes on with its own, and only if nothing was handed in since.
"""

import datetime
import hashlib
import json
import platform
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from backproplab.files import write_text
from backproplab.grading import batch, reports
from backproplab.grading.classroom import class_html
from backproplab.grading.grader import Isolation
from backproplab.grading.reference import make_task
from backproplab.grading.reports import FEEDBACK, RESULTS
from backproplab.grading.submissions import Submission, SubmissionError, digest, file_stems, timestamp
from backproplab.sandbox.launch import readable_paths
from backproplab.sandbox.protocol import Limits

RUN, GRADEBOOK, CLASS = "run.json", "gradebook.csv", "class.html"
SEEDS = 5
PRIVATE = 0o600  # whoever knows the seeds knows the questions


@dataclass(frozen=True)
class Summary:
    """How a run ended."""

    assignment: str
    submissions: int
    results: int
    graded_now: int
    level: str
    for_review: int
    troubled: int


def grade_class(
    solution: Path,
    submissions: Sequence[Submission],
    out: Path,
    *,
    seeds: Sequence[int] = (),
    isolation: Isolation = "full",
    limits: Limits | None = None,
    workers: int = 2,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Summary:
    """Grade what was handed in for one set into the folder `out`, and write what follows from the results.

    `seeds` decide; without, they are drawn, or taken from the run that began in this folder. `progress` is
    told how many results there are, of how many. SubmissionError if the folder holds another set's grades or
    another run is at work in it; ReleaseError, SolutionError or SandboxError where grading cannot begin.
    """
    try:
        with batch.lock(out):
            run = _Run(solution, submissions, out, isolation=isolation, limits=limits or Limits())
            if isolation == "full":
                refuse_in_sight(
                    [solution, out, *(entry.container for each in submissions for entry in each.entries)]
                )
            run.begin(seeds)
            now = run.grade(workers, progress)
            return run.end(now)
    except BlockingIOError:
        raise SubmissionError(
            f"Another run is at work in {out}: wait for it, or name another folder"
        ) from None


def refuse_in_sight(paths: Iterable[Path]) -> None:
    """Refuse to grade what student code could read: Python's and the system's folders are open to it."""
    open_to_all = [(folder, Path(folder).resolve()) for folder in readable_paths()]
    for path in dict.fromkeys(path.resolve() for path in paths):
        seen = next((folder for folder, resolved in open_to_all if path.is_relative_to(resolved)), "")
        if seen:
            raise SubmissionError(
                f"{path} lies in {seen}, which student code may read, since it needs the programs there: "
                "move the course, the submissions and the grades elsewhere, to a home folder say"
            )


class _Run:
    """A run in a folder: what it is about, and what is there already."""

    def __init__(
        self,
        solution: Path,
        submissions: Sequence[Submission],
        out: Path,
        *,
        isolation: Isolation,
        limits: Limits,
    ) -> None:
        self.solution, self.out = solution, out
        self.isolation, self.limits = isolation, limits
        self.submissions = sorted(submissions, key=lambda each: each.student)
        self.stems = file_stems(each.student for each in submissions)
        self.record: dict[str, Any] = {}

    def begin(self, seeds: Sequence[int]) -> None:
        """Compare with what is in the folder, drop results that no longer hold, write run.json."""
        before = self._read()
        about = {
            "assignment": self.solution.stem,
            "solution": hashlib.sha256(self.solution.read_bytes()).hexdigest(),
            "isolation_asked": self.isolation,
            "limits": asdict(self.limits),
            "versions": {
                "backproplab": version("backproplab"),
                "python": platform.python_version(),
                "numpy": np.__version__,
            },
        }
        if before and before.get("assignment") != self.solution.stem:
            raise SubmissionError(
                f"{self.out} holds the grades of {before.get('assignment')}: name another folder for those "
                f"of {self.solution.stem}"
            )
        goes_on = all(before.get(key) == value for key, value in about.items())
        goes_on = goes_on and (not seeds or list(seeds) == before.get("seeds"))
        old = before.get("submissions", {}) if goes_on else {}
        hashes = {each.student: digest(each) for each in self.submissions}
        for student, stem in self.stems.items():
            if old.get(student) != hashes[student]:  # before run.json says that it is of the new one
                (self.out / RESULTS / f"{stem}.json").unlink(missing_ok=True)
        was_killed = before.get("finished") is None and old == hashes
        is_done = all(self._result(student) is not None for student in self.stems)
        drawn = list(seeds) or [secrets.randbelow(2**31) for _ in range(SEEDS)]
        self.record = {
            **about,
            "isolation": before.get("isolation", "") if goes_on else "",
            "seeds": before["seeds"] if goes_on and (was_killed or is_done) else drawn,
            "platform": platform.platform(),
            "started": before["started"] if goes_on else _now(),
            "finished": None,
            "submissions": hashes,
        }
        self._write()

    def grade(self, workers: int, progress: Callable[[int, int], object]) -> int:
        """Grade what has no result yet, and return how many that were."""
        pending = [
            batch.Pending(each, self.stems[each.student])
            for each in self.submissions
            if self._result(each.student) is None
        ]
        done, total = len(self.submissions) - len(pending), len(self.submissions)
        progress(done, total)
        if not pending:
            return 0
        task = make_task(self.solution, self.record["seeds"], isolation=self.isolation, limits=self.limits)

        def on_grade() -> None:
            nonlocal done
            done += 1
            progress(done, total)

        batch.grade_all(
            task, self.out, pending, workers=workers, on_start=self._set_isolation, on_grade=on_grade
        )
        return len(pending)

    def end(self, graded_now: int) -> Summary:
        """Write the gradebook and the class page from the results, and say how it went."""
        found = [self._result(each.student) for each in self.submissions]
        results = [each for each in found if each is not None]
        times = {each.student: timestamp(each) for each in self.submissions}
        write_text(self.out / GRADEBOOK, reports.gradebook(results, times))
        level = self.record["isolation"]
        write_text(self.out / CLASS, class_html(self.solution.stem, results, isolation=level))
        self.record["finished"] = _now()
        self._write()
        return Summary(
            assignment=self.solution.stem,
            submissions=len(self.submissions),
            results=len(results),
            graded_now=graded_now,
            level=level,
            for_review=sum(any(reports.is_for_review(line) for line in each["problems"]) for each in results),
            troubled=sum(bool(each["problems"]) for each in results),
        )

    def _set_isolation(self, level: str) -> None:
        self.record["isolation"] = level
        self._write()

    def _result(self, student: str) -> dict[str, Any] | None:
        stem = self.stems[student]
        if not (self.out / FEEDBACK / f"{stem}.html").exists():
            return None
        return reports.read_result(self.out / RESULTS / f"{stem}.json")

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads((self.out / RUN).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _write(self) -> None:
        reports.write_json(self.out / RUN, self.record, mode=PRIVATE)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")

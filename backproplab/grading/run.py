"""One run over what came in for a set, from submissions to results; killed, it goes on where it was.

`run.json` says what the results in a folder belong to: solution, limits, versions, and a hash of each
submission. A result is kept while all of that stays the same, and made again when it does not. Results of
students who are not among a run's submissions stay as they are: a run may be for one who is late.

Seeds serve once: who has seen feedback may know something of those it was made with. Only a run that was
killed goes on with its own, and only if nothing was handed in since.

What is ungraded, by no fault of a student's, has a result that says so, and is tried again by the next run.
"""

import datetime
import hashlib
import json
import platform
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backproplab.grading import batch, reports
from backproplab.grading.classroom import Change, anonymous, class_html
from backproplab.grading.grader import Isolation
from backproplab.grading.kept import VALUES, Kept, read_kept, versions
from backproplab.grading.reference import make_task
from backproplab.grading.reports import FEEDBACK, RESULTS
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Submission, SubmissionError, digest, file_stems, timestamp
from backproplab.sandbox.launch import readable_paths
from backproplab.sandbox.protocol import Limits

RUN = "run.json"
CLASS, ANONYMOUS = "class.html", "class-anonymous.html"
SEEDS = 5
LEFT_BY_A_KILLED_RUN = ".backproplab-*.tmp"  # of `backproplab.files`


@dataclass(frozen=True)
class Summary:
    """How a run ended."""

    assignment: str
    submissions: int
    statuses: Mapping[str, int]
    """How many there are of each `GradingStatus`."""
    graded_now: int
    from_kept: int
    """Those of them whose code was not run, since the values that it had returned still hold."""
    changed: Mapping[str, int]
    """Why what was kept of others holds no more, and of how many: "the check of 90.1"."""
    others: int
    """Results of earlier runs, of students who are not among the submissions of this one."""
    level: str
    for_review: int
    troubled: int
    changed_scores: int
    """Scores that are not what the grading before gave."""

    @property
    def ungraded(self) -> int:
        """How many submissions are still to be graded."""
        return self.submissions - sum(self.statuses.values()) + self.statuses.get(GradingStatus.UNGRADED, 0)


def grade_class(
    solution: Path,
    submissions: Sequence[Submission],
    out: Path,
    *,
    seeds: Sequence[int] = (),
    isolation: Isolation = "full",
    limits: Limits | None = None,
    workers: int = 2,
    regrade: bool = False,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Summary:
    """Grade what was handed in for one set into the folder `out`; the class pages are of all results there.

    `seeds` decide; without, they are drawn, or taken from the run that began in this folder. `progress` is
    told how many results there are, of how many. SubmissionError if the folder holds another set's grades or
    another run is at work in it, or results that were made otherwise, unless `regrade` says that those may
    go; ReleaseError, SolutionError or SandboxError where grading cannot begin; SaveError where the folder
    cannot be written.
    """
    try:
        with batch.lock(out):
            run = _Run(solution, submissions, out, isolation=isolation, limits=limits or Limits())
            if isolation == "full":
                refuse_in_sight(
                    [solution, out, *(entry.container for each in submissions for entry in each.entries)]
                )
            try:
                run.begin(seeds, regrade=regrade)
                told = run.grade(workers, progress)
                return run.end(told)
            finally:
                _sweep(out)
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
        kept = {student: stored.stem for student, stored in reports.results_in(out).items()}
        self.stems = file_stems((each.student for each in submissions), kept)
        self.others = kept.keys() - self.stems.keys()
        self.asked_seeds: tuple[int, ...] = ()
        self.record: dict[str, Any] = {}

    def begin(self, seeds: Sequence[int], *, regrade: bool) -> None:
        """Compare with what is in the folder, drop results that no longer hold, write run.json."""
        for folder in (VALUES, FEEDBACK, RESULTS):
            reports.private_folder(self.out / folder)
        self.asked_seeds = tuple(seeds)
        before = self._read()
        about = {
            "assignment": self.solution.stem,
            "solution": hashlib.sha256(self.solution.read_bytes()).hexdigest(),
            "isolation_asked": self.isolation,
            "limits": asdict(self.limits),
            "versions": versions(),
        }
        if before and before.get("assignment") != self.solution.stem:
            raise SubmissionError(
                f"{self.out} holds the grades of {before.get('assignment')}: name another folder for those "
                f"of {self.solution.stem}"
            )
        changes = list(_changes(before, about | ({"seeds": list(seeds)} if seeds else {})))
        at_stake = sum(self._is_done(student) for student in self.stems)
        if changes and (at_stake or self.others) and not regrade:
            raise SubmissionError(self._made_otherwise(at_stake, changes))
        goes_on = not changes
        old = before.get("submissions", {}) if goes_on else {}
        scores = {student: stored.record["score"] for student, stored in reports.results_in(self.out).items()}
        hashes = {each.student: _guarded(digest, each, "cannot be read") for each in self.submissions}
        for student, stem in self.stems.items():
            if old.get(student) != hashes[student]:  # before run.json says that it is of the new one
                path = self.out / RESULTS / f"{stem}.json"
                with reports.saving(path):
                    path.unlink(missing_ok=True)
        was_killed = before.get("finished") is None and hashes.items() <= old.items()
        is_done = all(self._is_done(student) for student in self.stems)
        drawn = list(seeds) or [secrets.randbelow(2**31) for _ in range(SEEDS)]
        self.record = {
            **about,
            "isolation": before.get("isolation", "") if goes_on else "",
            "seeds": before["seeds"] if goes_on and (was_killed or is_done) else drawn,
            "platform": platform.platform(),
            "started": before["started"] if goes_on else _now(),
            "finished": None,
            # Who is not in this run keeps a result, and a hash only while it is of what is graded with now.
            "submissions": old | hashes,
            "scores_before": before.get("scores_before", {})
            if goes_on and (was_killed or is_done)
            else scores,
            "handed_in": before.get("handed_in", {})
            | {each.student: _handed_in(each) for each in self.submissions},
        }
        self._write()

    def grade(self, workers: int, progress: Callable[[int, int], object]) -> Counter[str]:
        """Grade what has no result yet, or is ungraded, and count what `batch.grade_all` says of each."""
        told = Counter[str]()
        pending = [
            batch.Pending(each, self.stems[each.student])
            for each in self.submissions
            if not self._is_done(each.student)
        ]
        done, total = len(self.submissions) - len(pending), len(self.submissions)
        progress(done, total)
        if not pending:
            return told
        task = make_task(
            self.solution,
            self.record["seeds"],
            isolation=self.isolation,
            limits=self.limits,
            kept=self._kept(pending),
        )

        def on_grade(of_one: str) -> None:
            nonlocal done
            done += 1
            told[of_one] += 1
            progress(done, total)

        batch.grade_all(
            task, self.out, pending, workers=workers, on_start=self._set_isolation, on_grade=on_grade
        )
        return told

    def _kept(self, pending: Iterable[batch.Pending]) -> Iterator[Kept]:
        """Return what is kept of these; of the seeds that were asked for, if they were."""
        for each in pending:
            kept = read_kept(batch.values_of(self.out, each))
            if kept and self.asked_seeds in ((), kept.seeds):
                yield kept

    def end(self, told: Counter[str]) -> Summary:
        """Write the class pages from all results in the folder, and say how this run went."""
        found = [self._result(each.student) for each in self.submissions]
        results = [each for each in found if each is not None]
        level = self.record["isolation"]
        everybody = [stored.record for _, stored in sorted(reports.results_in(self.out).items())]
        changes = self._changed_scores()
        for name, shown in ((CLASS, everybody), (ANONYMOUS, anonymous(everybody))):
            page = class_html(
                self.solution.stem, shown, isolation=level, others=self._other_sets(), changes=changes
            )
            reports.write_private(self.out / name, page)
        self.record["finished"] = _now()
        self._write()
        return Summary(
            assignment=self.solution.stem,
            submissions=len(self.submissions),
            statuses={
                str(each): count
                for each in GradingStatus
                if (count := sum(found["status"] == each for found in results))
            },
            graded_now=told.total(),
            from_kept=told[batch.FROM_KEPT],
            changed={why: told[why] for why in told if why not in ("", batch.FROM_KEPT)},
            others=len(self.others),
            level=level,
            for_review=sum(any(reports.is_for_review(line) for line in each["problems"]) for each in results),
            troubled=sum(bool(each["problems"]) for each in results),
            changed_scores=len(changes),
        )

    def _changed_scores(self) -> dict[str, Change]:
        """Return the scores that are not what they were before this run, or before the last that graded."""
        now = {student: stored.record["score"] for student, stored in reports.results_in(self.out).items()}
        then = self.record["scores_before"]
        return {
            student: (then[student], now[student])
            for student in then
            if student in now and then[student] != now[student]
        }

    def _other_sets(self) -> dict[str, list[dict[str, Any]]]:
        """Return the results of the course's other sets: of the folders beside this one."""
        folders = [path.parent for path in sorted(self.out.resolve().parent.glob(f"*/{RUN}"))]
        return {
            folder.name: [stored.record for stored in reports.results_in(folder).values()]
            for folder in folders
            if folder != self.out.resolve()
        }

    def _made_otherwise(self, at_stake: int, changes: Sequence[str]) -> str:
        count = at_stake + len(self.others)
        others = (
            f" ({len(self.others)} of students who are not in this run would stay)" if self.others else ""
        )
        return (
            f"{self.out} holds {count} result{'s' if count > 1 else ''} made otherwise: "
            f"{'; '.join(changes)}. To throw them away{others} and grade all anew, add --regrade: what is "
            f"kept in {VALUES}/ is compared again where it still holds, and all other code is run, on new "
            "inputs. To keep them, "
            "ask for what was asked for before, or name another folder"
        )

    def _set_isolation(self, level: str) -> None:
        self.record["isolation"] = level
        self._write()

    def _is_done(self, student: str) -> bool:
        result = self._result(student)
        return result is not None and result["status"] != GradingStatus.UNGRADED

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
        reports.write_json(self.out / RUN, self.record)


def _changes(before: Mapping[str, Any], about: Mapping[str, Any]) -> Iterator[str]:
    """Say, for whoever runs the command, in what this run differs from the one before."""
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


def _guarded(look: Callable[[Submission], str], submission: Submission, otherwise: str) -> str:
    """Look at what a student handed in: whatever is wrong with one student's files ends no run."""
    try:
        return look(submission)
    except Exception:
        return otherwise


def _handed_in(submission: Submission) -> dict[str, Any]:
    """Return what a gradebook needs to know of how a submission came in, and a result does not say."""
    chosen = (*submission.notebooks, *submission.entries)
    return {
        "timestamp": _guarded(timestamp, submission, ""),
        "late": submission.late,
        "path": chosen[0].name if chosen else "",
    }


def _sweep(out: Path) -> None:
    """Remove what a process that was killed had half written."""
    for folder in (out, out / VALUES, out / RESULTS, out / FEEDBACK):
        for left in folder.glob(LEFT_BY_A_KILLED_RUN):
            with suppress(OSError):
                left.unlink()


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")

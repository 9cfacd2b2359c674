"""One run over what came in for a set, from submissions to results; killed, it goes on where it was.

A result is kept while all that it belongs to stays the same (`grades`), and made again when it does not.
Results of students who are not among a run's submissions stay as they are: a run may be for one who is late.

Seeds serve once: who has seen feedback may know something of those it was made with. Only a run that was
killed goes on with its own, and only if nothing was handed in since.

What is ungraded, by no fault of a student's, has a result that says so, and is tried again by the next run.
"""

import datetime
import hashlib
import platform
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from backproplab.authoring.assignment import load_solution
from backproplab.grading import batch, reports
from backproplab.grading.classroom import write_class_pages
from backproplab.grading.grades import GradesFolder, changes, sweep
from backproplab.grading.hand.log import loose_ends, write_log
from backproplab.grading.hand.questions import refresh_feedback, write_questions
from backproplab.grading.hand.standing import waiting
from backproplab.grading.history import note_run
from backproplab.grading.kept import VALUES, Kept, read_kept, unpack, versions
from backproplab.grading.local import LocalWorkers
from backproplab.grading.reference import make_task
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Submission, SubmissionError, digest, timestamp
from backproplab.grading.tally import tally_results
from backproplab.sandbox import MachineError
from backproplab.sandbox.launch import readable_paths
from backproplab.sandbox.protocol import Isolation, Limits

SEEDS = 5
UNTIMED = "not known of what was handed in last"
"""The time of what nothing says the time of, in a folder where an earlier run knew times."""


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
    waiting: int = 0
    """Answers of everybody in the folder that wait for a person."""
    faults: tuple[str, ...] = ()
    """What is wrong with the journal of marks by hand, in sentences."""
    unnoted: str = ""
    """Why the run has no line in history.csv; "" if it has."""
    untimed: tuple[str, ...] = ()
    """Whose work came nobody knows when, while an earlier run knew times: the worksheet was left out, say."""

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
    executor: batch.Executor | None = None,
    regrade: bool = False,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Summary:
    """Grade what was handed in for one set into the folder `out`; the class pages are of all results there.

    `seeds` decide; without, they are drawn, or taken from the run that began in this folder. `executor` is
    where submissions are graded; without, two processes of this machine. `progress` is told how many results
    there are, of how many. SubmissionError if the folder holds another set's grades or another run is at work
    in it, or results that were made otherwise, unless `regrade` says that those may go; ReleaseError,
    SolutionError or SandboxError where grading cannot begin; SaveError where the folder cannot be written.
    """
    try:
        with batch.alone_in(out):
            run = _Run(solution, submissions, out, isolation=isolation, limits=limits or Limits())
            if isolation == "full":
                refuse_in_sight(
                    [solution, out, *(entry.container for each in submissions for entry in each.entries)]
                )
            try:
                run.begin(seeds, regrade=regrade)
                reasons = run.grade(executor or LocalWorkers(2), progress)
                return run.end(reasons)
            finally:
                sweep(out)
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
        self.solution, self.isolation, self.limits = solution, isolation, limits
        self.submissions = sorted(submissions, key=lambda each: each.student)
        self.folder = GradesFolder(out, (each.student for each in submissions))
        self.asked_seeds: tuple[int, ...] = ()
        self.record: dict[str, Any] = {}

    def begin(self, seeds: Sequence[int], *, regrade: bool) -> None:
        """Compare with what is in the folder, drop results that no longer hold, write run.json."""
        folder, self.asked_seeds = self.folder, tuple(seeds)
        folder.make()
        before, about = folder.read_run(), self._about()
        if before and before.get("assignment") != self.solution.stem:
            raise SubmissionError(
                f"{folder.path} holds the grades of {before.get('assignment')}: name another folder for "
                f"those of {self.solution.stem}"
            )
        changed = list(changes(before, about | ({"seeds": list(seeds)} if seeds else {})))
        at_stake = sum(folder.is_done(student) for student in folder.stems)
        if changed and (at_stake or folder.others) and not regrade:
            raise SubmissionError(self._made_otherwise(at_stake, changed))
        scores = folder.scores()
        hashes = {each.student: _guarded(digest, each, "cannot be read") for each in self.submissions}
        old = {} if changed else before.get("submissions", {})
        for student in folder.stems:
            if old.get(student) != hashes[student]:  # before run.json says that it is of the new one
                folder.drop(student)
        self.record = {
            **about,
            **(self._anew(seeds, scores) if changed else self._going_on(before, hashes, seeds, scores)),
            "platform": platform.platform(),
            "finished": None,
            # Who is not in this run keeps a result, and a hash only while it is of what is graded with now.
            "submissions": old | hashes,
            "handed_in": before.get("handed_in", {})
            | {each.student: self._came(each, before, hashes) for each in self.submissions},
        }
        folder.write_run(self.record)
        write_questions(folder.path, load_solution(self.solution))

    def _came(
        self, submission: Submission, before: Mapping[str, Any], hashes: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return how a submission came in; of one that is as it was, the time an earlier run was told.

        Of one that is new while an earlier run knew times, nothing says when: that it was in time would be a
        guess, so what is noted is that it is not known, which the gradebook says of it, too.
        """
        noted, student = _handed_in(submission), submission.student
        came = before.get("handed_in", {})
        if noted["timestamp"]:
            return noted
        if before.get("submissions", {}).get(student) == hashes[student]:
            noted["timestamp"] = came.get(student, {}).get("timestamp", "")
        elif any(each.get("timestamp") for each in came.values()):
            noted["timestamp"] = UNTIMED
        return noted

    def _about(self) -> dict[str, Any]:
        """Return what results depend on, but for seeds and submissions."""
        return {
            "assignment": self.solution.stem,
            "solution": hashlib.sha256(self.solution.read_bytes()).hexdigest(),
            "isolation_asked": self.isolation,
            "limits": asdict(self.limits),
            "versions": versions(),
        }

    def _anew(self, seeds: Sequence[int], scores: Mapping[str, float | None]) -> dict[str, Any]:
        """Return what is noted of a run that no earlier one holds for."""
        return {
            "isolation": "",
            "seeds": list(seeds) or [secrets.randbelow(2**31) for _ in range(SEEDS)],
            "started": _now(),
            "scores_before": scores,
        }

    def _going_on(
        self,
        before: Mapping[str, Any],
        hashes: Mapping[str, str],
        seeds: Sequence[int],
        scores: Mapping[str, float | None],
    ) -> dict[str, Any]:
        """Return what is noted of a run in whose folder results hold: of the one before, what it may take."""
        noted = self._anew(seeds, scores)
        noted |= {"isolation": before.get("isolation", ""), "started": before["started"]}
        was_killed = (
            before.get("finished") is None and hashes.items() <= before.get("submissions", {}).items()
        )
        if was_killed or all(self.folder.is_done(student) for student in self.folder.stems):
            noted |= {"seeds": before["seeds"], "scores_before": before.get("scores_before", {})}
        return noted

    def grade(self, executor: batch.Executor, progress: Callable[[int, int], object]) -> Counter[str]:
        """Grade what has no result yet, or is ungraded, and count what `batch.grade_all` says of each."""
        reasons = Counter[str]()
        pending = [
            batch.Pending(each, self.folder.stems[each.student], self.folder.ended_worker(each.student))
            for each in self.submissions
            if not self.folder.is_done(each.student)
        ]
        done, total = len(self.submissions) - len(pending), len(self.submissions)
        progress(done, total)
        if not pending:
            return reasons
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
            reasons[of_one] += 1
            progress(done, total)

        batch.grade_all(
            task,
            self.folder.path,
            pending,
            executor=executor,
            on_start=self._set_isolation,
            on_grade=on_grade,
        )
        return reasons

    def _kept(self, pending: Iterable[batch.Pending]) -> Iterator[Kept]:
        """Return what is kept of these; of the seeds that were asked for, if they were."""
        for each in pending:
            kept = unpack(read_kept(batch.values_of(self.folder.path, each)))
            if kept and self.asked_seeds in ((), kept.seeds):
                yield kept

    def _set_isolation(self, level: str) -> None:
        self.record["isolation"] = level
        self.folder.write_run(self.record)

    def end(self, reasons: Counter[str]) -> Summary:
        """Write the class pages from all results in the folder, and say how this run went."""
        refresh_feedback(self.folder.path)
        write_log(self.folder.path)
        faults = loose_ends(self.folder.path)
        changed_scores = self.folder.changed_scores(self.record["scores_before"])
        write_class_pages(
            self.folder.path,
            self.solution.stem,
            self.folder.records(),
            isolation=self.record["isolation"],
            elsewhere={name: tally_results(each).slips for name, each in self.folder.other_sets()},
            changes=changed_scores,
        )
        self.record["finished"] = _now()
        self.folder.write_run(self.record)
        found = [self.folder.result(each.student) for each in self.submissions]
        results = [each for each in found if each is not None]
        summary = Summary(
            assignment=self.solution.stem,
            submissions=len(self.submissions),
            statuses={
                str(each): count
                for each in GradingStatus
                if (count := sum(found["status"] == each for found in results))
            },
            graded_now=reasons.total(),
            from_kept=reasons[batch.FROM_KEPT],
            changed={why: reasons[why] for why in reasons if why not in ("", batch.FROM_KEPT)},
            others=len(self.folder.others),
            level=self.record["isolation"],
            for_review=sum(any(reports.is_for_review(line) for line in each["problems"]) for each in results),
            troubled=sum(bool(each["problems"]) for each in results),
            changed_scores=len(changed_scores),
            waiting=sum(len(waiting(record)) for record in self.folder.records()),
            faults=tuple(faults),
            untimed=tuple(
                each.student
                for each in self.submissions
                if self.record["handed_in"][each.student]["timestamp"] == UNTIMED
            ),
        )
        try:
            note_run(self.folder.path, self.record, summary)
        except reports.SaveError as error:  # all that marks depend on is there
            return replace(summary, unnoted=str(error))
        return summary

    def _made_otherwise(self, at_stake: int, changed: Sequence[str]) -> str:
        others = len(self.folder.others)
        count = at_stake + others
        would_stay = f" ({others} of students who are not in this run would stay)" if others else ""
        return (
            f"{self.folder.path} holds {count} result{'s' if count > 1 else ''} made otherwise: "
            f"{'; '.join(changed)}. To throw them away{would_stay} and grade all anew, add --regrade: what "
            f"is kept in {VALUES}/ is compared again where it still holds, and all other code is run, on new "
            "inputs. To keep them, ask for what was asked for before, or name another folder"
        )


def _guarded(look: Callable[[Submission], str], submission: Submission, otherwise: str) -> str:
    """Look at what a student handed in: whatever is wrong with one student's files ends no run.

    MachineError, which names the student, where the machine has failed at them: it may do so each time.
    """
    try:
        return look(submission)
    except MachineError as error:
        raise MachineError(f"{error} of {submission.student}") from error
    except Exception:
        return otherwise


def _handed_in(submission: Submission) -> dict[str, Any]:
    """Return what a gradebook needs to know of how a submission came in, and a result does not say."""
    chosen = (*submission.notebooks, *submission.entries)
    return {
        "timestamp": _guarded(timestamp, submission, ""),
        "late": submission.late is True,
        "in_time": submission.late is False,
        "path": chosen[0].name if chosen else "",
    }


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")

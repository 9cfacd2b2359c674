"""The grader in the test's own process, and sandboxes that stay: for tests of what is graded, not of where.

`backproplab grade` starts a process that runs the solution, a worker, one that reads what was handed in, and
a sandbox or two, which takes ten times as long as grading a class of three. What these processes are for is
tested where they are started: tests/authoring/test_trial.py, tests/grading/test_batch.py, test_class.py,
test_limited.py and test_reader.py; what is drawn, in tests/plots and test_class.py. Student code runs in a
sandbox here, too.
"""

import json
import pickle
import warnings
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from standing_kit import Standing

from backproplab.authoring import trial
from backproplab.authoring.trial_process import run_trials
from backproplab.grading import classroom, grader, limited, local, runner
from backproplab.grading.batch import make
from backproplab.grading.grader import Grader
from backproplab.grading.kept import unpack
from backproplab.grading.status import GradingStatus

IN_A_PROCESS = trial.run
"""To put back for sets that are proven side by side: a process has one folder that it works in."""


def try_here(steps, trials, folder):
    """What `trial.run` returns, in this process; where a given cell fails, its own process says so."""
    with TemporaryDirectory() as scratch, chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcome = run_trials(steps, trials, Path(scratch) / "where")
    return outcome if isinstance(outcome, list) else IN_A_PROCESS(steps, trials, folder)


@contextmanager
def trying_here():
    """Try answers in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trial, "run", try_here)
        yield


@contextmanager
def without_pictures():
    """Leave out the pictures of class pages, which take longer than grading a small class."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classroom, "Drawings", lambda: lambda *_: "")
        yield


class Here:
    """An executor: this process, whatever the number of workers that is asked for."""

    def __init__(self, count):
        pass

    def grade(self, task, pending, collector, *, alone=False):
        """See `batch.Executor`: whatever fails, fails the test."""
        with Grader(task) as opened:
            collector.begin(opened.level)
            for each in pending:
                kept = unpack(collector.kept(each))
                collector.take(each, make(opened.grade(each.submission, kept)))
        return []


def _read(self, *arguments):
    """Answer as the process of a `Limited` does."""
    limits, made_by, about = pickle.loads(self._about)
    reply = json.loads(limited.answer(made_by(*about), arguments, limits))
    if limited.REFUSED in reply:
        raise limited.RefusedError(reply[limited.REFUSED], GradingStatus(reply[limited.STATUS]))
    return reply[limited.ANSWER]


@contextmanager
def grading_here():
    """Grade in this process, with sandboxes that stay, and without pictures."""
    with trying_here(), without_pictures(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "LocalWorkers", Here)
        patch.setattr(limited.Limited, "ask", _read)
        for module in (grader, runner):
            patch.setattr(module, "Sandbox", Standing)
        yield

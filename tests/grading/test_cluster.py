"""Grading on a cluster: workers are lost, hang, refuse, or know too little to be worth attacking; marks stay.

One class is graded by real workers, of which one is killed. Otherwise, a client stands in for Dask's, whose
workers are in this process. tests/soak/test_cluster.py grades ten thousand, and does the rest for real.
"""

import os
import pickle
import signal
import sys
import threading
import time
from types import SimpleNamespace

import cluster_kit as cluster
import grading_kit as kit
import here_kit
import pytest
from distributed import Client

from backproplab.grading.batch import Pending
from backproplab.grading.cluster import DaskWorkers, driver, worker
from backproplab.grading.grader import Planned
from backproplab.grading.kept import versions
from backproplab.grading.runner import Ran
from backproplab.grading.submissions import Submission
from backproplab.sandbox import IsolationError, SandboxError
from backproplab.sandbox.protocol import Cell, Limits, Outcome

STUDENTS = 8
ONE, TWO = "tcp://one", "tcp://two"


@pytest.mark.skipif(sys.platform != "linux", reason="workers are killed as Linux does")
def test_a_worker_killed_in_the_middle_changes_no_bit_and_no_answer_leaves_the_driver(
    tmp_path, monkeypatch, sandboxes_that_stay
):
    sent, given, most, real = [], [], [], driver._Round._submit

    def submit(round_, function, address, *arguments):
        sent.append(pickle.dumps((function, arguments)))
        most.append(len(round_._sent))
        given.extend([pickle.dumps(arguments)] if function is worker.run else [])
        return real(round_, function, address, *arguments)

    said = []

    def kill_one(done, total):
        said.append(done)
        if done == STUDENTS // 3:
            os.kill(next(iter(cluster.pids(client).values())), signal.SIGKILL)

    monkeypatch.setattr(driver._Round, "_submit", submit)
    solution = cluster.a_class(tmp_path, STUDENTS)
    with (
        here_kit.grading_here(),
        cluster.a_cluster(2) as machines,
        Client(machines, set_as_default=False) as client,
        DaskWorkers(machines) as executor,
    ):
        summary = cluster.grade(solution, tmp_path / "there", executor, progress=kill_one)
        cluster.grade(solution, tmp_path / "here", here_kit.Here(1))
    assert said == list(range(STUDENTS + 1))
    assert (summary.graded_now, summary.ungraded) == (STUDENTS, 0)
    assert cluster.graded(tmp_path / "there") == cluster.graded(tmp_path / "here")

    answers = [text.encode() for text in (kit.SENTENCE, kit.SWAPPED, "BEGIN SOLUTION", str(solution.parent))]
    assert not [each for each in sent if any(answer in each for answer in answers)]
    assert len(given) >= STUDENTS
    assert {b"return 2 * x" in each for each in given} == {True, False}  # whoever has not solved 90.1
    assert max(most) < 2 * (1 + driver.AHEAD)


class Future:
    """What a worker says: None, if nothing ever. It comes at once or, with `hold`, when that lets it."""

    def __init__(self, key, said, hold=None):
        self.key, self._said, self._hold = key, said, hold

    def add_done_callback(self, tell):
        if self._said is not None:
            tell(self)

    def result(self, timeout):
        if self._hold and not self._hold.wait(timeout):
            raise TimeoutError
        if isinstance(self._said, Exception):
            raise self._said
        return self._said

    def release(self):
        pass

    cancel = release


class Machine:
    """A worker: what it was asked by, and what it does to a function that is sent to it."""

    def __init__(self, do=None):
        self.asked_by, self.given, self._do = set(), [], do

    def run(self, function, arguments):
        if self._do and function is worker.run:
            return self._do(self, arguments)
        return self.call(function, arguments)

    def call(self, function, arguments):
        worker._asked_by = self.asked_by
        return function(*arguments)


class Dask:
    """A client of workers by address."""

    scheduler = SimpleNamespace(address="tcp://scheduler")

    def __init__(self, **machines):
        self.machines = {f"tcp://{name}": machine for name, machine in machines.items()}
        self.keys, self.cancelled, self.hold = [], [], {}

    def nthreads(self):
        return dict.fromkeys(self.machines, 1)

    def submit(self, function, *arguments, workers, allow_other_workers, pure, retries):
        (address,), key = workers, f"{function.__name__}-{len(self.keys)}"
        assert (allow_other_workers, pure, retries) == (False, False, 0)
        self.keys.append(key)
        hold = self.hold.get(address) if function is worker.run else None
        machine = self.machines.get(address)
        return Future(key, machine.run(function, arguments) if machine else None, hold)

    def cancel(self, futures, force):
        self.cancelled += [each.key for each in futures]


@pytest.fixture
def grade(monkeypatch):
    """Grade submissions by a client; returns who has a result, and the failures by student."""
    ran = Ran("walls", Outcome(), Outcome())
    setattr_ = monkeypatch.setattr
    setattr_(driver, "LOOK", 0.01)
    setattr_(worker, "_idle", {})
    setattr_(worker, "_asked_by", set())
    setattr_(worker.Runner, "open", lambda runner: "walls")
    setattr_(worker.Runner, "run", lambda runner, steps: ran)
    setattr_(driver, "make", lambda made: made)

    class Assessor:
        def __init__(self, task):
            pass

        def plan(self, submission, before, *, level):
            steps = (Cell(submission.student, 0),)
            return Planned(submission, SimpleNamespace(steps=steps), None, "")

        def collect(self, planned, ran):
            return planned.submission.student

        def close(self):
            pass

    setattr_(driver, "Assessor", Assessor)
    task = SimpleNamespace(setup="setup", seeds=(1,), isolation="full", limits=Limits())

    def go(client, students, *, alone=False, level="", on_take=lambda taken: None):
        taken = []

        def take(pending, made):
            taken.append(made)
            on_take(taken)

        levels = []
        collector = SimpleNamespace(level=level, begin=levels.append, kept=lambda each: b"", take=take)
        pending = [Pending(Submission(each, "", ()), each) for each in students]
        failures = driver._Round(client, task, collector, alone=alone).grade(pending)
        return sorted(taken), {each.pending.stem: each.reason for each in failures}

    return go


def test_what_a_worker_had_that_is_lost_is_given_back_with_its_address(grade):
    def leave(machine, arguments):
        del client.machines[ONE]

    client = Dask(one=Machine(leave), two=Machine())
    taken, failures = grade(client, "abcdef")
    assert len(taken) + len(failures) == 6
    assert failures
    assert all(ONE in reason for reason in failures.values())


def test_who_comes_back_at_the_address_of_one_that_has_gone_runs_nothing_before_it_is_asked(grade):
    killed = []

    def die_of_poison(machine, arguments):
        for _ in range(4):  # by itself, Dask gives it to the same address again, which is another process
            if arguments[-1][0].source != "poison" or arguments[0] not in machine.asked_by:
                return machine.call(worker.run, arguments)
            killed.append(arguments)
            machine.asked_by = set()
        return OSError("killed")

    machine = Machine(die_of_poison)
    taken, failures = grade(Dask(one=machine), ["poison", "a", "b", "c"])
    assert len(killed) == 1
    assert "another one stood in its place" in failures.pop("poison")
    assert sorted([*taken, *failures]) == ["a", "b", "c"]
    assert "c" in taken  # it was asked, and is used again
    assert grade(Dask(one=machine), failures, alone=True, level="walls") == (sorted(failures), {})


def test_a_worker_that_hangs_with_what_it_has_done_keeps_nobody_waiting(grade, monkeypatch):
    client = Dask(one=Machine(), two=Machine())
    client.hold[ONE] = threading.Event()

    def on_take(taken):
        if len(taken) == 4:  # all of the other's
            client.hold[ONE].set()

    monkeypatch.setattr(driver, "FETCH_SECONDS", 5.0)
    assert grade(client, "abcdef", on_take=on_take) == (list("abcdef"), {})

    monkeypatch.setattr(driver, "FETCH_SECONDS", 0.1)
    client.hold[ONE] = threading.Event()
    taken, failures = grade(client, "abcdef")
    assert sorted([*taken, *failures]) == list("abcdef")
    assert 1 <= len(failures) <= 2
    assert all(ONE in reason for reason in failures.values())


@pytest.mark.parametrize("error", [RecursionError("deep"), KeyError("x"), SandboxError("no given cell")])
def test_whatever_fails_at_a_worker_is_said_in_its_answer(grade, monkeypatch, error):
    def fail(runner, steps):
        raise error

    monkeypatch.setattr(worker.Runner, "run", fail)
    _, failures = grade(Dask(one=Machine()), ["a"])
    assert str(error) in failures["a"]
    assert ONE in failures["a"]
    assert ("The worker failed" in failures["a"]) != isinstance(error, SandboxError)


def test_a_run_that_is_stopped_takes_back_what_it_sent(grade):
    def stop(taken):
        raise KeyboardInterrupt

    def take_forever_at_a(machine, arguments):
        return None if arguments[-1][0].source == "a" else machine.call(worker.run, arguments)

    client = Dask(one=Machine(take_forever_at_a))
    with pytest.raises(KeyboardInterrupt):
        grade(client, "abc", on_take=stop)
    assert client.cancelled[0] == next(key for key in client.keys if key.startswith("run"))


def test_alone_is_one_at_a_time(grade):
    def look(machine, arguments):
        before.append(len(done))
        return machine.call(worker.run, arguments)

    before, done, client = [], [], Dask(one=Machine(look), two=Machine(look))
    slow = SimpleNamespace(wait=lambda timeout: time.sleep(0.05) or True)
    client.hold = dict.fromkeys((ONE, TWO), slow)
    assert grade(client, "abc", alone=True, on_take=done.append) == (list("abc"), {})
    assert before == [0, 1, 2]


def test_workers_of_another_version_or_without_walls_are_named_and_nothing_is_graded(grade, monkeypatch):
    class Old(Machine):
        def call(self, function, arguments):
            probed = super().call(function, arguments)
            return probed._replace(versions=versions() | {"numpy": "1.0"})

    class Bare(Machine):
        def call(self, function, arguments):
            with monkeypatch.context() as patch:
                patch.setattr(worker.Runner, "open", refuse)
                return super().call(function, arguments)

    def refuse(runner):
        raise IsolationError("Landlock", "not there")

    client = Dask(one=Old(), two=Bare(), three=Machine())
    with pytest.raises(SandboxError) as refused:
        grade(client, "abc")
    lines = {line.partition(": ")[0]: line for line in str(refused.value).splitlines()}
    assert f"numpy 1.0 instead of {versions()['numpy']}" in lines[ONE]
    assert "Full isolation needs Landlock" in lines[TWO]
    assert "tcp://three" not in lines
    assert not [key for key in client.keys if key.startswith("run")]


def test_without_any_worker_a_run_ends_and_says_so(grade, monkeypatch):
    monkeypatch.setattr(driver, "PATIENCE", 0.1)
    with pytest.raises(SandboxError, match="No worker has come to tcp://scheduler"):
        grade(Dask(), "abc")

    def leave(machine, arguments):
        client.machines.clear()

    client = Dask(one=Machine(leave))
    with pytest.raises(SandboxError, match="can be used any more"):
        grade(client, "abc")


@pytest.mark.parametrize("isolation", ["user", "reduced"])
def test_less_than_full_isolation_is_refused_since_student_code_would_reach_the_scheduler(isolation):
    task = SimpleNamespace(isolation=isolation)
    with pytest.raises(SandboxError, match="reaches the scheduler"):
        DaskWorkers("tcp://nowhere").grade(task, [], None)


def test_who_hangs_at_the_end_is_left_to_it(monkeypatch):
    monkeypatch.setattr(driver, "CLOSING", 0.1)
    executor, never, over, closed = DaskWorkers(""), threading.Event(), [], []
    executor._client = SimpleNamespace(
        run=lambda *_, **__: over.append(never.wait(5)), close=lambda timeout: closed.append(list(over))
    )
    executor.__exit__(None, None, None)
    never.set()
    assert closed == [[]]


def test_no_scheduler_is_said():
    with pytest.raises(SandboxError, match="No scheduler answers at nonsense://x"):
        DaskWorkers("nonsense://x").__enter__()

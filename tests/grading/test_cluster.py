"""Grading on a cluster: workers are lost, hang, refuse, or know too little to be worth attacking; marks stay.

One class is graded by real workers, of which one is killed, and once more, as the driver is. Otherwise, a
client stands in for Dask's, whose workers are in this process. tests/soak/test_cluster.py grades ten
thousand, and does the rest for real.
"""

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from types import SimpleNamespace

import cluster_kit as cluster
import grading_kit as kit
import numpy as np
import pytest
from distributed import Client, Status

from backproplab.grading import batch, grader
from backproplab.grading.batch import Made, Pending
from backproplab.grading.cluster import DaskWorkers, driver, worker
from backproplab.grading.cluster import scheduler as asking
from backproplab.grading.cluster.health import IN_A_ROW, Health
from backproplab.grading.grader import Planned
from backproplab.grading.kept import Kept, of_notebook, pack, versions
from backproplab.grading.local import LocalWorkers
from backproplab.grading.runner import Ran
from backproplab.grading.submissions import Submission
from backproplab.sandbox import IsolationError, SandboxError
from backproplab.sandbox.protocol import Cell, Limits, Outcome

STUDENTS = 8
LIMITS = Limits(value_bytes=10_000)
ONE, TWO = "tcp://one", "tcp://two"


linux = pytest.mark.skipif(sys.platform != "linux", reason="workers are killed as Linux does")
DYING = """
import os, signal, sys
from pathlib import Path
import cluster_kit as cluster
from backproplab.grading.cluster import DaskWorkers
def die(done, total):
    if done == {done}:
        os.kill(os.getpid(), signal.SIGKILL)
address, solution, out = sys.argv[1:]
with DaskWorkers(address) as executor:
    cluster.grade(Path(solution), Path(out), executor, progress=die)
"""


@pytest.fixture(scope="module")
def machines():
    with cluster.a_cluster(2) as made:
        yield made


@pytest.fixture(scope="module")
def a_class(machines, tmp_path_factory):
    """The solution of a class, and the bytes that this machine grades it to."""
    folder = tmp_path_factory.mktemp("class")
    solution = cluster.a_class(folder, STUDENTS)
    cluster.grade(solution, folder / "here", LocalWorkers(2))
    return solution, cluster.graded(folder / "here")


@linux
def test_a_worker_killed_in_the_middle_changes_no_bit_and_no_answer_leaves_the_driver(
    machines, a_class, tmp_path, monkeypatch
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
    solution, here = a_class
    with Client(machines, set_as_default=False) as client, DaskWorkers(machines) as executor:
        summary = cluster.grade(solution, tmp_path, executor, progress=kill_one)
        assert not executor._scheduler._client.scheduler_comm.recent_message_log
    assert said == list(range(STUDENTS + 1))
    assert (summary.graded_now, summary.ungraded) == (STUDENTS, 0)
    assert cluster.graded(tmp_path) == here

    answers = [text.encode() for text in (kit.SENTENCE, kit.SWAPPED, "BEGIN SOLUTION", str(solution.parent))]
    assert not [each for each in sent if any(answer in each for answer in answers)]
    assert len(given) >= STUDENTS
    assert {b"return 2 * x" in each for each in given} == {True, False}  # whoever has not solved 90.1
    assert max(most) < 2 * (1 + driver.AHEAD)


@linux
def test_a_driver_killed_in_the_middle_leaves_no_work_behind_and_goes_on_where_it_was(
    machines, a_class, tmp_path
):
    (solution, here), done = a_class, 3
    command = [sys.executable, "-c", DYING.format(done=done), machines.scheduler_address, solution, tmp_path]
    search = os.pathsep.join([os.path.dirname(cluster.__file__), *sys.path])
    killed = subprocess.run(command, env=os.environ | {"PYTHONPATH": search}, timeout=600)
    assert killed.returncode == -signal.SIGKILL
    with Client(machines, set_as_default=False) as client:
        cluster.wait_for_no_tasks(client)
    said = []
    with DaskWorkers(machines) as executor:
        summary = cluster.grade(solution, tmp_path, executor, progress=lambda *each: said.append(each))
    assert said == [(each, STUDENTS) for each in range(done, STUDENTS + 1)]
    assert summary.graded_now == STUDENTS - done
    assert cluster.graded(tmp_path) == here


class Future:
    """What a worker says: None, if nothing ever. It comes at once or, with `hold`, when that lets it."""

    def __init__(self, key, said, hold=None):
        self.key, self._said, self._hold = key, said, hold

    def add_done_callback(self, tell):
        if self._said is not None:
            tell(self)

    @property
    def status(self):
        return "error" if isinstance(self._said, Exception) else "finished"

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

    scheduler, cluster = SimpleNamespace(address="tcp://scheduler", gather=None), None

    def __init__(self, **machines):
        self.machines = {f"tcp://{name}": machine for name, machine in machines.items()}
        self.keys, self.cancelled, self.hold, self.futures = [], [], {}, {}

    def nthreads(self):
        return dict.fromkeys(self.machines, 1)

    def submit(self, function, *arguments, workers, allow_other_workers, pure, retries):
        (address,), key = workers, f"{function.__name__}-{len(self.keys)}"
        assert (allow_other_workers, pure, retries) == (False, False, 0)
        self.keys.append(key)
        hold = self.hold.get(address) if function is worker.run else None
        machine = self.machines.get(address)
        said = machine.run(function, arguments) if machine else None
        return self.futures.setdefault(key, Future(key, said, hold))

    def sync(self, ask, *, keys, callback_timeout):
        assert ask == self.scheduler.gather
        (key,) = keys
        return {"status": "OK", "data": {key: self.futures[key].result(callback_timeout)}}

    def cancel(self, futures, force):
        self.cancelled += [each.key for each in futures]


@pytest.fixture
def task(monkeypatch):
    """A task of which nothing is run or compared."""
    ran = Ran("full: walls", Outcome(), Outcome())
    setattr_ = monkeypatch.setattr
    setattr_(driver, "LOOK", 0.01)
    setattr_(worker, "_idle", {})
    setattr_(worker, "_asked_by", set())
    setattr_(worker.Runner, "open", lambda runner: "full: walls")
    setattr_(worker.Runner, "run", lambda runner, steps: ran)

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
    of = {"exercises": (), "assignment": SimpleNamespace(name="90"), "seeds": (1,), "isolation": "full"}
    return SimpleNamespace(setup=SimpleNamespace(limits=LIMITS), limits=LIMITS, **of)


def handed_in(students):
    return [Pending(Submission(each, "", ()), each) for each in students]


@pytest.fixture
def grade(task, monkeypatch):
    """Grade submissions by a client; returns who has a result, and the failures by student."""
    monkeypatch.setattr(driver, "make", lambda made: made)

    def go(client, students, *, alone=False, level="", on_take=lambda taken: None):
        taken = []

        def take(pending, made):
            taken.append(made)
            on_take(taken)

        levels = []
        collector = SimpleNamespace(level=level, begin=levels.append, kept=lambda each: b"", take=take)
        round_ = driver._Round(asking.Scheduler(client), task, collector, Health(), alone=alone)
        failures = round_.grade(handed_in(students))
        return sorted(taken), {each.pending.stem: each.reason for each in failures}

    return go


@pytest.fixture
def records(task, monkeypatch, tmp_path):
    """Grade submissions by a client, and those once more that could not be; returns all that was written."""
    monkeypatch.setattr(
        driver, "make", lambda who: Made("", json.dumps({"status": "graded", "problems": []}), "")
    )

    def go(client, students):
        executor = DaskWorkers("")
        executor._scheduler = asking.Scheduler(client)
        said = {"on_start": lambda level: None, "on_grade": lambda reason: None}
        try:
            batch.grade_all(task, tmp_path, handed_in(students), executor=executor, **said)
        finally:
            found.update(cluster.records(tmp_path))
        return found

    go.found = found = {}
    return go


def without_nannies(count, poison):
    """A client of so many workers, which these notebooks end for good; `killed` are those, in order."""

    def die(machine, arguments):
        source = arguments[-1][0].source
        if source not in poison:
            return machine.call(worker.run, arguments)
        client.killed.append(source)
        client.machines = {at: each for at, each in client.machines.items() if each is not machine}
        return None

    client = Dask(**{f"worker{number}": Machine(die) for number in range(count)})
    client.killed = []
    slow = SimpleNamespace(wait=lambda timeout: time.sleep(0.05) or True)
    client.hold = dict.fromkeys(client.machines, slow)  # else none would wait at a worker that ends
    return client


@pytest.mark.parametrize("count", [2, 3])
def test_what_ends_workers_that_nothing_starts_anew_ends_two_after_all_others_are_graded(
    records, monkeypatch, count
):
    monkeypatch.setattr(driver, "PATIENCE", 0.1)
    client = without_nannies(count, "a")
    found = records(client, "abcdef")
    assert {who for who, record in found.items() if record["status"] == "graded"} == set("bcdef")
    assert client.killed == ["a", "a"]
    assert "2 workers ended, or went on for too long, while at work on" in found["a"]["problems"][1]


def test_when_the_only_worker_is_gone_the_run_ends_with_a_result_for_what_it_was_at(records, monkeypatch):
    monkeypatch.setattr(driver, "PATIENCE", 0.1)
    client = without_nannies(1, "a")
    found = records(client, "a")
    assert client.killed == ["a"]
    assert found["a"]["status"] == "ungraded"
    assert f"1 worker {batch.AT_WORK} (and no worker is left)" in found["a"]["problems"][1]


def test_when_all_workers_are_gone_before_others_were_tried_the_run_says_at_what_they_were(
    records, monkeypatch
):
    monkeypatch.setattr(driver, "PATIENCE", 0.1)
    client = without_nannies(2, "ab")
    with pytest.raises(SandboxError, match=r"is kept: run the same command again .*\nWorkers .* on a, b:"):
        records(client, "abcdefgh")
    assert client.killed == ["a", "b"]
    assert {who for who, record in records.found.items() if batch.ended_worker(record)} == {"a", "b"}
    assert not set("efgh") & set(records.found)  # at most one waited at each


def all_graded(found, students):
    return {who for who, record in found.items() if record["status"] == "graded"} == set(students)


class Crowded(Machine):
    """A worker without memory left: it fails at once, at all notebooks or at these; `tried` are those."""

    def __init__(self, students=""):
        super().__init__(self._fail)
        self._students, self.tried = students, []

    def _fail(self, machine, arguments):
        source = arguments[-1][0].source
        if self._students and source not in self._students:
            return self.call(worker.run, arguments)
        self.tried.append(source)
        return worker.Answer(b"", "no room")


def beside_one_that_grades(crowded, do=None):
    """A client of a worker that fails at once, and of one that takes its time."""
    client = Dask(one=crowded, two=Machine(do))
    client.hold[TWO] = SimpleNamespace(wait=lambda timeout: time.sleep(0.05) or True)
    return client


def test_a_worker_that_fails_at_all_it_gets_is_given_no_more_and_others_grade_what_it_had(records):
    crowded = Crowded()
    assert all_graded(records(beside_one_that_grades(crowded), "abcdefgh"), "abcdefgh")
    assert IN_A_ROW <= len(crowded.tried) <= IN_A_ROW + driver.AHEAD


def test_why_a_worker_is_given_no_more_is_said_when_no_other_is_left(grade, monkeypatch):
    def leave_in_the_middle(machine, arguments):
        if arguments[-1][0].source != "h":
            return machine.call(worker.run, arguments)
        del client.machines[TWO]
        return None

    monkeypatch.setattr(driver, "PATIENCE", 0.1)
    client = beside_one_that_grades(Crowded(), leave_in_the_middle)
    with pytest.raises(SandboxError, match=rf"{ONE}: failed at {IN_A_ROW} notebooks in a row.*: no room"):
        grade(client, "abcdefghijkl")


def test_what_failed_at_one_worker_is_tried_at_another(records):
    crowded = Crowded("a")  # it grades what others are too slow for, and is again as good as they are
    assert all_graded(records(beside_one_that_grades(crowded), "abcdefgh"), "abcdefgh")
    assert crowded.tried == ["a"]


def test_a_worker_is_given_up_for_three_notebooks_in_a_row_while_another_does_not_fail():
    health = Health()
    for stem in "aabb":
        health.fail(stem, ONE)
    assert not health.fails(ONE, [TWO])
    health.fail("c", ONE)
    assert health.fails(ONE, [TWO])
    assert not health.fails(ONE, [])
    health.fail("d", TWO)
    assert not health.fails(ONE, [TWO])  # the notebooks may be why
    health.clear(ONE)
    for stem in "ef":
        health.fail(stem, ONE)
    assert not health.fails(ONE, ["tcp://three"])


def test_a_notebook_that_is_never_handed_over_comes_last_in_the_next_run(records, monkeypatch):
    class Silent(Dask):
        def submit(self, function, *arguments, **more):
            hangs = function is worker.run and arguments[-1][0].source == "a"
            self.hold = {ONE: threading.Event()} if hangs else {}
            return super().submit(function, *arguments, **more)

    monkeypatch.setattr(asking, "FETCH_SECONDS", 0.5)
    monkeypatch.setattr(driver, "PATIENCE", 0.1)
    found = records(Silent(one=Machine()), "ab")
    assert found["b"]["status"] == "graded"
    assert batch.ended_worker(found["a"])


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
    assert f"1 worker {batch.AT_WORK} ({ONE})" in failures.pop("poison")
    assert sorted([*taken, *failures]) == ["a", "b", "c"]
    assert "c" in taken  # it was asked, and is used again
    assert grade(Dask(one=machine), failures, alone=True, level="walls") == (sorted(failures), {})


def test_a_worker_that_hangs_with_what_it_has_done_keeps_nobody_waiting(grade, monkeypatch):
    client = Dask(one=Machine(), two=Machine())
    client.hold[ONE] = threading.Event()

    def on_take(taken):
        if len(taken) == 4:  # all of the other's
            client.hold[ONE].set()

    monkeypatch.setattr(asking, "FETCH_SECONDS", 5.0)
    assert grade(client, "abcdef", on_take=on_take) == (list("abcdef"), {})

    monkeypatch.setattr(asking, "FETCH_SECONDS", 0.1)
    client.hold[ONE] = threading.Event()
    taken, failures = grade(client, "abcdef")
    assert sorted([*taken, *failures]) == list("abcdef")
    assert 1 <= len(failures) <= 2
    assert all(ONE in reason for reason in failures.values())


class Late:
    """Lets what a worker has done arrive, except for the first times."""

    def __init__(self, times):
        self._left = times

    def wait(self, timeout):
        self._left -= 1
        return self._left < 0


def test_a_worker_is_given_up_when_twice_in_a_row_nothing_arrives_and_not_before(grade, monkeypatch):
    client = Dask(one=Machine())
    client.hold[ONE] = Late(1)
    assert grade(client, "abc") == (list("abc"), {})
    monkeypatch.setattr(driver, "PATIENCE", 0.1)
    client.hold[ONE] = Late(2)
    with pytest.raises(SandboxError, match=f"{ONE}: does not hand over what it has done"):
        grade(client, "abc")


def test_a_result_that_never_arrives_is_blamed_and_its_worker_grades_on(grade):
    never = SimpleNamespace(wait=lambda timeout: time.sleep(0.5))

    class Silent(Dask):
        def submit(self, function, *arguments, **more):
            hangs = function is worker.run and arguments[-1][0].source == "a"
            self.hold = {ONE: never} if hangs else {}
            return super().submit(function, *arguments, **more)

    taken, failures = grade(Silent(one=Machine()), "abcdef")
    assert taken == list("bcdef")
    assert failures == {"a": f"1 worker {batch.AT_WORK} ({ONE})"}


def test_what_a_scheduler_finds_at_no_worker_any_more_is_given_back_and_nobody_blamed(grade):
    class Losing(Dask):
        def sync(self, ask, *, keys, callback_timeout):
            if keys == ["run-1"]:
                return {"status": "error", "keys": keys}
            return super().sync(ask, keys=keys, callback_timeout=callback_timeout)

    assert grade(Losing(one=Machine()), "abc") == (["b", "c"], {"a": f"{batch.LOST} ({ONE})"})


class Withholding(Dask):
    """A client of a worker that withholds what it has done, and of one that takes its time."""

    def __init__(self):
        super().__init__(one=Machine(), two=Machine())
        self.hold[TWO], self.withheld = SimpleNamespace(wait=lambda timeout: time.sleep(0.05) or True), []

    def submit(self, function, *arguments, workers, **more):
        future = super().submit(function, *arguments, workers=workers, **more)
        if function is worker.run and workers == [ONE]:
            self.withheld.append(future.key)
        return future

    def sync(self, ask, *, keys, callback_timeout):
        if keys[0] in self.withheld:
            return {"status": "error", "keys": keys}
        return super().sync(ask, keys=keys, callback_timeout=callback_timeout)


def test_a_worker_that_cannot_hand_over_what_it_has_done_is_given_no_more(records):
    client = Withholding()
    assert all_graded(records(client, "abcdefgh"), "abcdefgh")
    assert IN_A_ROW <= len(client.withheld) <= IN_A_ROW + driver.AHEAD


@pytest.mark.parametrize("comes_back", [False, True])
def test_a_worker_that_goes_before_what_it_is_has_arrived_ends_no_run(grade, comes_back):
    class Leaving(Dask):
        def sync(self, ask, *, keys, callback_timeout):
            if keys == ["probe-0"]:
                machine = self.machines.pop(ONE)
                self.machines |= {ONE: machine} if comes_back else {}
                return {"status": "error", "keys": keys}
            return super().sync(ask, keys=keys, callback_timeout=callback_timeout)

    assert grade(Leaving(one=Machine(), two=Machine()), "abc") == (list("abc"), {})


def test_a_worker_that_cannot_say_what_it_is_is_refused(grade):
    class Mute(Dask):
        def sync(self, ask, *, keys, callback_timeout):
            return {"status": "error", "keys": keys}

    with pytest.raises(SandboxError, match=f"{ONE}: does not hand over what it has done"):
        grade(Mute(one=Machine()), "abc")


class Counting(Dask):
    """A client of a few workers that counts what is fetched at once, in all and of each."""

    def __init__(self, count):
        super().__init__(**{f"worker{number}": Machine() for number in range(count)})
        self.at, self.now, self.most, self._lock = {}, [], {}, threading.Lock()

    def submit(self, function, *arguments, workers, **more):
        future = super().submit(function, *arguments, workers=workers, **more)
        self.at[future.key] = workers[0]
        return future

    def sync(self, ask, *, keys, callback_timeout):
        who = self.at[keys[0]], "all"
        with self._lock:
            self.now.extend(who)
            self.most |= {each: max(self.most.get(each, 0), self.now.count(each)) for each in who}
        try:
            time.sleep(0.02)
            return super().sync(ask, keys=keys, callback_timeout=callback_timeout)
        finally:
            with self._lock:
                for each in who:
                    self.now.remove(each)


@pytest.mark.parametrize("count", [2, 3 * driver.FETCHES])
def test_few_are_fetched_at_once_and_one_from_each_worker(grade, count):
    client = Counting(count)
    students = [f"s{number:02}" for number in range(40)]
    assert grade(client, students) == (students, {})
    assert client.most.pop("all") == min(count, driver.FETCHES)
    assert client.most == dict.fromkeys(client.machines, 1)


def test_those_that_hang_keep_the_others_waiting_and_do_not_have_them_refused(grade, monkeypatch):
    monkeypatch.setattr(asking, "FETCH_SECONDS", 0.5)
    client = Counting(driver.FETCHES + 3)
    hanging = list(client.machines)[: driver.FETCHES]
    client.hold = dict.fromkeys(hanging, threading.Event())
    students = [f"s{number:02}" for number in range(40)]
    taken, failures = grade(client, students)
    assert sorted([*taken, *failures]) == students
    assert {reason.rpartition("(")[2].rstrip(")") for reason in failures.values()} == set(hanging)
    assert len(failures) == len(hanging) * (1 + driver.AHEAD)


def test_what_one_worker_holds_back_does_not_hold_up_what_another_has(machines, monkeypatch):
    monkeypatch.setattr(asking, "FETCH_SECONDS", 5.0)
    with Client(machines, set_as_default=False) as client:
        scheduler = asking.Scheduler(client)
        held, free = sorted(client.nthreads())
        ready = [[scheduler.submit(str, at, number) for number in range(8)] for at in (held, free)]
        assert not any(each.exception(60) for there in ready for each in there)  # all is done
        client.run(cluster.hand_over_nothing, workers=[held])
        try:
            for each in ready[0]:
                threading.Thread(target=missed, args=(scheduler, each), daemon=True).start()
            begun = time.monotonic()
            assert [scheduler.fetch(each) for each in ready[1]] == [str(number) for number in range(8)]
            assert time.monotonic() - begun < asking.FETCH_SECONDS / 2
            with pytest.raises(TimeoutError):
                scheduler.fetch(ready[0][0])
        finally:
            client.run(cluster.hand_over, workers=[held])
        assert scheduler.fetch(ready[0][1]) == "1"


def missed(scheduler, future):
    with pytest.raises(TimeoutError):
        scheduler.fetch(future)


@pytest.mark.parametrize("error", [RecursionError("deep"), KeyError("x"), SandboxError("no given cell")])
def test_whatever_fails_at_a_worker_is_said_in_its_answer(grade, monkeypatch, error):
    def fail(runner, steps):
        raise error

    monkeypatch.setattr(worker.Runner, "run", fail)
    _, failures = grade(Dask(one=Machine()), ["a"])
    assert str(error) in failures["a"]
    assert ONE in failures["a"]
    assert ("The worker failed" in failures["a"]) != isinstance(error, SandboxError)


def test_what_is_longer_than_a_notebook_may_return_is_not_sent(grade, monkeypatch):
    values = {("90.1", 1, "x"): np.random.default_rng(0).normal(size=worker.most_bytes(LIMITS) // 4)}
    long = Ran("full: walls", Outcome(), Outcome(values))
    monkeypatch.setattr(worker.Runner, "run", lambda runner, steps: long)
    sent = []

    def answer(machine, arguments):
        sent.append(machine.call(worker.run, arguments))
        return sent[-1]

    _, failures = grade(Dask(one=Machine(answer)), "a")
    assert sent == [worker.Answer(b"", worker.TOO_MUCH)]
    assert worker.TOO_MUCH in failures["a"]


def of_another(machine, arguments):
    return machine.call(worker.run, (*arguments[:-1], (Cell("another", 0),)))


def of_other_inputs(machine, arguments):
    asker, setup, _, steps = arguments
    return machine.call(worker.run, (asker, setup, (2,), steps))


def less_isolated(machine, arguments):
    kept = Kept(of_notebook(arguments[-1]), (1,), "reduced: no walls", Outcome(), Outcome())
    return worker.Answer(pack(kept))


def of_another_shape(machine, arguments):
    return pickle.dumps(less_isolated(machine, arguments))


ODD = {
    of_another: "of another notebook",
    of_other_inputs: "of other inputs",
    less_isolated: "isolated as 'reduced: no walls'",
    of_another_shape: "no answer, but bytes",
    lambda *_: worker.Answer(pickle.dumps({"exercise": 1})): "cannot be read",
    lambda *_: worker.Answer(bytes(1_000_000)): "more than a notebook may return",
}


@pytest.mark.parametrize("do", ODD)
def test_what_a_worker_mixes_up_marks_nobody_and_ends_no_run(grade, do):
    taken, failures = grade(Dask(one=Machine(do), two=Machine()), "abcdef")
    assert sorted([*taken, *failures]) == list("abcdef")
    assert failures
    assert all(ODD[do] in reason and ONE in reason for reason in failures.values())


def test_a_worker_that_says_it_isolates_less_or_says_something_else_is_not_used(grade):
    class Odd(Machine):
        def call(self, function, arguments):
            return self.says

    said = {
        "isolates as 'reduced: no walls'": worker.Probed(versions(), "reduced: no walls", ""),
        "said bytes": pickle.dumps("a pickle"),
    }
    for words, Odd.says in said.items():
        with pytest.raises(SandboxError, match=f"{ONE}: It .*{words}"):
            grade(Dask(one=Odd(), two=Machine()), "abc")


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


def test_a_scheduler_that_falls_silent_or_is_gone_ends_the_run_which_says_how_to_go_on(grade, monkeypatch):
    monkeypatch.setattr(asking, "SILENCE", 0.1)
    silent = threading.Event()

    class Silent(Dask):
        def nthreads(self):
            return super().nthreads() if len(self.keys) < 3 else silent.wait()

    class Gone(Dask):
        def submit(self, *arguments, **more):
            if len(self.keys) == 2:
                raise RuntimeError("client is closed")
            return super().submit(*arguments, **more)

    said = {Silent: "is silent: not a word in", Gone: r"is gone \(RuntimeError: client is"}
    for dask, words in said.items():
        client = dask(one=Machine(lambda *_: None))
        with pytest.raises(SandboxError, match=f"tcp://scheduler {words}.* is kept: run the same command"):
            grade(client, "abc")
        assert not client.cancelled  # that would be to ask again
    silent.set()


def test_a_cluster_object_that_is_closed_is_said_and_nobody_asked(grade):
    machines = SimpleNamespace(status=Status.running, scheduler_address="tcp://scheduler")

    class Closed(Dask):
        cluster = machines

        def nthreads(self):
            assert machines.status == Status.running
            return super().nthreads()

    def close(machine, arguments):
        machines.status = Status.closed

    with pytest.raises(SandboxError, match=r"scheduler was closed in the middle.*run the same command again"):
        grade(Closed(one=Machine(close)), "abc")
    with pytest.raises(SandboxError, match="SimpleNamespace has been closed: make another one"):
        DaskWorkers(machines).__enter__()


def test_a_worker_that_does_not_say_what_it_is_keeps_nobody_waiting(grade, monkeypatch):
    class Busy(Machine):
        def run(self, function, arguments):
            return None

    monkeypatch.setattr(driver, "PROBE_SECONDS", 0.1)
    monkeypatch.setattr(driver, "PATIENCE", 0.1)
    monkeypatch.setattr(driver, "longest_seconds", lambda task: 0.2)
    assert grade(Dask(one=Busy(), two=Machine()), "abc") == (list("abc"), {})
    with pytest.raises(SandboxError, match=f"{ONE}: has not said in 0 s what it is"):
        grade(Dask(one=Busy()), "abc")


class Timed(Dask):
    """A client of one worker by a clock that goes on as it is read: notebooks are done when it says so."""

    def __init__(self, threads, **done_at):
        super().__init__(one=Machine())
        self._threads, self._done_at, self._now, self._due = threads, done_at, 0.0, []

    def nthreads(self):
        return dict.fromkeys(self.machines, self._threads)

    def submit(self, function, *arguments, **more):
        future = super().submit(function, *arguments, **more)
        if function is worker.run:
            future.add_done_callback = lambda tell: self._due.append(
                (self._done_at[arguments[-1][0].source], partial(tell, future))
            )
        return future

    def monotonic(self):
        self._now += 0.1
        due = [each for each in self._due if each[0] < self._now]
        self._due = [each for each in self._due if each not in due]
        for _, tell in due:
            tell()
        return self._now


@pytest.fixture
def by_the_clock(monkeypatch):
    """Have the driver take a notebook for lost after 10 s of a client's clock."""

    def go(client):
        clock = SimpleNamespace(monotonic=client.monotonic, sleep=lambda seconds: None)
        monkeypatch.setattr(driver, "time", clock)
        monkeypatch.setattr(driver, "longest_seconds", lambda task: 10.0)
        monkeypatch.setattr(driver, "PATIENCE", 5.0)
        return client

    return go


def test_to_wait_behind_anothers_notebook_is_not_to_take_too_long(grade, by_the_clock):
    assert grade(by_the_clock(Timed(1, a=8, b=16)), "ab") == (["a", "b"], {})


def test_of_two_at_one_worker_the_one_that_takes_too_long_is_blamed_alone(grade, by_the_clock):
    taken, failures = grade(by_the_clock(Timed(2, a=1000, b=6, c=1000)), "abc")
    assert taken == ["b"]
    assert failures == {"a": f"1 worker {batch.AT_WORK} ({ONE})", "c": f"{batch.LOST} ({ONE})"}


@pytest.mark.parametrize("isolation", ["user", "reduced"])
def test_less_than_full_isolation_is_refused_since_student_code_would_reach_the_scheduler(isolation):
    task = SimpleNamespace(isolation=isolation)
    with pytest.raises(SandboxError, match="reaches the scheduler"):
        DaskWorkers("tcp://nowhere").grade(task, [], None)


class Judge:
    """Where trained numbers are judged, if this machine has walls; `said` is what became of it."""

    has_walls, said = True, []

    def __init__(self, assignment, *, isolation, limits):
        assert isolation == "full"

    def __enter__(self):
        if not self.has_walls:
            raise IsolationError("Landlock", "not there")
        self.said.append("open")

    def __exit__(self, *_):
        self.said.append("closed")


def test_a_driver_that_cannot_judge_trained_numbers_is_refused_before_workers_train(
    task, records, monkeypatch
):
    task.assignment = SimpleNamespace(name="90", given=())
    task.exercises = (SimpleNamespace(id="90.4", kind="trained", accept="straight"),)
    monkeypatch.setattr(grader, "Sandbox", Judge)
    monkeypatch.setattr(Judge, "said", [])
    assert all_graded(records(Dask(one=Machine()), "ab"), "ab")
    assert Judge.said == ["open", "closed"]
    monkeypatch.setattr(Judge, "has_walls", False)
    client = Dask(one=Machine())
    with pytest.raises(
        SandboxError, match=r"needs Landlock, and this machine, the driver, .* exercise 90\.4"
    ):
        records(client, "ab")
    assert not client.keys


def test_who_hangs_at_the_end_is_left_to_it(monkeypatch):
    monkeypatch.setattr(asking, "CLOSING", 0.1)
    never, over, closed = threading.Event(), [], []
    client = SimpleNamespace(
        scheduler=None,
        cluster=None,
        run=lambda *_, **__: over.append(never.wait(5)),
        close=lambda timeout: closed.append(list(over)),
    )
    asking.Scheduler(client).close()
    never.set()
    assert closed == [[]]


def test_no_scheduler_is_said():
    with pytest.raises(SandboxError, match="No scheduler answers at nonsense://x"):
        DaskWorkers("nonsense://x").__enter__()


def test_a_scheduler_that_takes_a_call_and_does_not_answer_is_said(monkeypatch):
    monkeypatch.setattr(asking, "SILENCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(SandboxError, match=rf"No scheduler answers at {address} \(not a word in"):
            DaskWorkers(address).__enter__()

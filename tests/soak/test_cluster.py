"""Ten thousand submissions on a cluster, a worker of which is killed: the values are those of one machine.

And a driver that is killed outright, or whose scheduler is stopped, goes on where it was; a submission that
ends its worker ends two, of which nothing need start a new one; a run that is stopped leaves nothing, and
workers of another kind are refused.
tests/grading/test_cluster.py has one small class, and all else with no cluster at all.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cluster_kit as cluster
import grading_kit as kit
import pytest
from distributed import Client

from backproplab.grading.cluster import DaskWorkers, driver, scheduler
from backproplab.grading.kept import versions
from backproplab.grading.local import LocalWorkers
from backproplab.sandbox import SandboxError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are killed as Linux does")
STUDENTS = 10_000
WARM = 1_000  # submissions after which the driver has met all that it will meet
PATIENCE = 600
FEW = 24


@pytest.fixture(scope="module")
def machines():
    with cluster.a_cluster(2) as made:
        yield made


@pytest.fixture
def client(machines):
    with Client(machines, set_as_default=False) as made:
        yield made


@pytest.fixture
def spoiled(client):
    """For what a test does to workers."""
    yield client
    for plugin in cluster.plugins(client):
        client.unregister_worker_plugin(plugin)
    client.run(cluster.be_as_before)


@pytest.fixture(scope="module")
def solution(tmp_path_factory):
    return cluster.a_class(tmp_path_factory.mktemp("class"), FEW)


@pytest.fixture(scope="module")
def at_home(solution):
    """The class as this machine grades it."""
    out = solution.parents[1] / "at home"
    cluster.grade(solution, out, LocalWorkers(2))
    return cluster.graded(out)


def held():
    """Bytes of memory that this process holds."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def grade_both_ways(folder, students):
    """Grade a class on a cluster and on this machine; returns what both left, and the driver's memory."""
    solution, memory = cluster.a_class(folder, students), {}

    def watch(done, total):
        if done % (students // 10) == 0:
            memory[done] = held()
        if done == students // 2:
            os.kill(next(iter(cluster.pids(client).values())), signal.SIGKILL)

    with cluster.Started(folder) as started:  # apart, so that the memory of this process is the driver's
        started.start_workers(2)
        address = started.scheduler_address
        with Client(address, set_as_default=False) as client, DaskWorkers(address) as executor:
            cluster.grade(solution, folder / "cluster", executor, progress=watch)
    cluster.grade(solution, folder / "at home", LocalWorkers(2))
    return cluster.graded(folder / "cluster"), cluster.graded(folder / "at home"), memory


def test_ten_thousand_are_graded_as_on_one_machine_and_the_drivers_memory_is_flat(tmp_path):
    there, here, memory = grade_both_ways(tmp_path, STUDENTS)
    assert len(there) == 3 * STUDENTS  # result, page and values of each
    assert there == here
    assert memory[STUDENTS] < 1.1 * memory[WARM], memory


def test_a_driver_that_is_killed_goes_on_where_it_was(tmp_path):
    students = 60
    solution = cluster.a_class(tmp_path, students)
    cluster.grade(solution, tmp_path / "at home", LocalWorkers(2))
    command = [sys.executable, "-m", "backproplab", "grade", str(tmp_path / "submissions")]
    command += [f"--out={tmp_path / 'grades'}", f"--solutions={solution}", "--isolation=full"]
    command += [f"--seeds={','.join(map(str, cluster.SEEDS))}"]
    results = tmp_path / "grades" / kit.SET / "results"
    with cluster.a_cluster(2) as machines:
        command += [f"--scheduler={machines.scheduler_address}"]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while len(list(results.glob("*.json"))) < students // 3:
            assert time.monotonic() < end
            assert running.poll() is None
            time.sleep(0.01)
        running.kill()
        running.wait()
        before = {path.name: path.stat().st_mtime_ns for path in results.iterdir()}
        assert len(before) < students
        with Client(machines, set_as_default=False) as client:
            cluster.wait_for_no_tasks(client)
        assert subprocess.run(command, stdout=subprocess.DEVNULL, timeout=PATIENCE).returncode == 0
    after = {path.name: path.stat().st_mtime_ns for path in results.iterdir()}
    assert after.items() >= {name: when for name, when in before.items() if name.endswith(".json")}.items()
    assert cluster.graded(tmp_path / "grades" / kit.SET) == cluster.graded(tmp_path / "at home")


def test_a_scheduler_that_is_stopped_ends_the_run_and_another_one_goes_on(
    machines, solution, at_home, tmp_path, monkeypatch
):
    monkeypatch.setattr(scheduler, "SILENCE", 10.0)
    out = tmp_path / "grades"

    def stop(done, total):
        if done == 3:
            started.scheduler.send_signal(signal.SIGSTOP)

    with cluster.Started(tmp_path) as started:
        started.start_workers(1)
        address = started.scheduler_address
        with pytest.raises(SandboxError, match=f"{address} is silent"), DaskWorkers(address) as executor:
            cluster.grade(solution, out, executor, progress=stop)
        with pytest.raises(SandboxError, match=f"No scheduler answers at {address}"):
            DaskWorkers(address).__enter__()
    before = len(list((out / "results").glob("*.json")))
    assert 3 <= before < FEW
    with DaskWorkers(machines) as executor:
        assert cluster.grade(solution, out, executor).graded_now == FEW - before
    assert cluster.graded(out) == at_home


def hand_in_poison(solution, *stems):
    """Hand in such notebooks, beside a class; returns the plugin with which they end any worker."""
    notebook = kit.student(solution)
    notebook["cells"].insert(1, {"cell_type": "code", "source": "poison = 1", "metadata": {}})
    folder = solution.parents[1]
    for stem in stems:
        kit.hand_in(notebook, folder / "submissions" / f"{stem}.ipynb")
    return cluster.Deadly(folder / "killed", "poison =")


def test_what_ends_its_worker_is_graded_once_more_and_recorded_if_it_does_so_again(
    spoiled, machines, tmp_path
):
    solution = cluster.a_class(tmp_path, 6)
    spoiled.register_plugin(hand_in_poison(solution, "poison"))
    with DaskWorkers(machines) as executor:
        summary = cluster.grade(solution, tmp_path / "grades", executor)
    assert summary.statuses == {"graded": 4, "nothing attempted": 2, "ungraded": 1}
    record = cluster.records(tmp_path / "grades")["poison"]
    assert record["status"] == "ungraded"
    assert "tcp://" in record["problems"][1]
    assert len((tmp_path / "killed").read_text(encoding="utf-8").splitlines()) == 2


def test_a_notebook_that_ends_workers_which_nothing_starts_anew_ends_two_and_all_others_are_graded(tmp_path):
    solution = cluster.a_class(tmp_path, 12)
    deadly = hand_in_poison(solution, "a")  # the first to be graded
    with cluster.Started(tmp_path) as started:
        started.start_workers(3, "--no-nanny")
        address = started.scheduler_address
        with Client(address, set_as_default=False) as client, DaskWorkers(address) as executor:
            client.register_plugin(deadly)
            summary = cluster.grade(solution, tmp_path / "grades", executor)
            assert len(cluster.pids(client)) == 1
    assert summary.statuses == {"graded": 8, "nothing attempted": 4, "ungraded": 1}
    assert "2 workers ended" in cluster.records(tmp_path / "grades")["a"]["problems"][1]


def test_as_many_such_notebooks_as_workers_end_the_run_and_come_last_in_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "PATIENCE", 10.0)
    solution, out = cluster.a_class(tmp_path, 12), tmp_path / "grades"
    deadly = hand_in_poison(solution, "a", "b")
    with cluster.Started(tmp_path) as started:
        address = started.scheduler_address
        with Client(address, set_as_default=False) as client:
            client.register_plugin(deadly)
            started.start_workers(2, "--no-nanny")
            with (
                pytest.raises(SandboxError, match=r"run the same command again(.|\n)*at work on a, b:"),
                DaskWorkers(address) as executor,
            ):
                cluster.grade(solution, out, executor)
            assert {cluster.records(out)[each]["status"] for each in "ab"} == {"ungraded"}

            started.start_workers(2, "--no-nanny")
            with DaskWorkers(address) as executor:
                summary = cluster.grade(solution, out, executor)
    assert summary.statuses == {"graded": 8, "nothing attempted": 4, "ungraded": 2}


def test_a_cluster_object_that_is_closed_is_said_at_once(solution, tmp_path):
    def close(done, total):
        if done == 3:
            machines.close()

    with cluster.a_cluster(1) as machines:
        with (
            pytest.raises(SandboxError, match=r"LocalCluster of .* was closed .* run the same command again"),
            DaskWorkers(machines) as executor,
        ):
            cluster.grade(solution, tmp_path, executor, progress=close)
        with pytest.raises(SandboxError, match="LocalCluster has been closed"):
            DaskWorkers(machines).__enter__()


def test_a_run_that_is_stopped_takes_back_what_it_sent_and_goes_on_where_it_was(
    client, machines, solution, at_home, tmp_path
):
    def stop(done, total):
        if done == 5:
            raise KeyboardInterrupt

    with DaskWorkers(machines) as executor, pytest.raises(KeyboardInterrupt):
        cluster.grade(solution, tmp_path, executor, progress=stop)
    there = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "results").iterdir()}
    assert len(there) == 5
    cluster.wait_for_no_tasks(client)

    with DaskWorkers(machines) as executor:
        assert cluster.grade(solution, tmp_path, executor).graded_now == FEW - 5
    assert cluster.graded(tmp_path) == at_home
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "results").iterdir()}
    assert after.items() >= there.items()


def test_a_worker_of_another_version_or_without_walls_is_named_and_nothing_is_graded(
    spoiled, machines, solution, tmp_path
):
    old, bare = cluster.pids(spoiled)
    spoiled.run(cluster.be_of_another_version, versions() | {"numpy": "1.0"}, workers=[old])
    spoiled.run(cluster.have_no_walls, workers=[bare])
    with DaskWorkers(machines) as executor, pytest.raises(SandboxError) as refused:
        cluster.grade(solution, tmp_path, executor)
    lines = {line.partition(": ")[0]: line for line in str(refused.value).splitlines()}
    assert f"numpy 1.0 instead of {versions()['numpy']}" in lines[old]
    assert "Full isolation needs Landlock" in lines[bare]
    assert not list(tmp_path.glob("results/*"))

"""Grading on a cluster: workers are lost, refuse, or know too little to be worth attacking; marks stay.

tests/soak/test_cluster.py grades ten thousand.
"""

import os
import pickle
import signal
import sys

import cluster_kit as cluster
import grading_kit as kit
import pytest
from distributed import Client

from backproplab import cli
from backproplab.grading.cluster import DaskWorkers, driver, worker
from backproplab.grading.kept import versions
from backproplab.grading.local import LocalWorkers
from backproplab.sandbox import SandboxError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are killed as Linux does")
STUDENTS = 24


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
    return cluster.a_class(tmp_path_factory.mktemp("class"), STUDENTS)


@pytest.fixture(scope="module")
def at_home(solution):
    """The class as this machine grades it."""
    out = solution.parents[1] / "at home"
    cluster.grade(solution, out, LocalWorkers(2))
    return cluster.graded(out)


def test_a_worker_killed_in_the_middle_changes_no_bit_and_each_submission_is_collected_once(
    client, machines, solution, at_home, tmp_path
):
    said = []

    def kill_one(done, total):
        said.append(done)
        if done == STUDENTS // 3:
            os.kill(next(iter(cluster.pids(client).values())), signal.SIGKILL)

    with DaskWorkers(machines) as executor:
        summary = cluster.grade(solution, tmp_path, executor, progress=kill_one)
    assert said == list(range(STUDENTS + 1))
    assert (summary.graded_now, summary.ungraded) == (STUDENTS, 0)
    assert cluster.graded(tmp_path) == at_home


def test_what_ends_its_worker_is_graded_once_more_and_recorded_if_it_does_so_again(
    spoiled, machines, tmp_path
):
    solution = cluster.a_class(tmp_path, 6)
    notebook = kit.student(solution)
    notebook["cells"].insert(1, {"cell_type": "code", "source": "poison = 1", "metadata": {}})
    kit.hand_in(notebook, tmp_path / "submissions" / "poison.ipynb")
    spoiled.register_plugin(cluster.Deadly(tmp_path / "killed", "poison ="))
    with DaskWorkers(machines) as executor:
        summary = cluster.grade(solution, tmp_path / "grades", executor)
    assert summary.statuses == {"graded": 4, "nothing attempted": 2, "ungraded": 1}
    record = cluster.records(tmp_path / "grades")["poison"]
    assert record["status"] == "ungraded"
    assert "tcp://" in record["problems"][1]
    assert len((tmp_path / "killed").read_text(encoding="utf-8").splitlines()) == 2


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
    client.sync(_until_nothing_is_left, client)

    with DaskWorkers(machines) as executor:
        assert cluster.grade(solution, tmp_path, executor).graded_now == STUDENTS - 5
    assert cluster.graded(tmp_path) == at_home
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "results").iterdir()}
    assert after.items() >= there.items()


async def _until_nothing_is_left(client):
    import asyncio

    for _ in range(600):
        if not await client.run_on_scheduler(_tasks):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the scheduler still has tasks of a run that was stopped")


def _tasks(dask_scheduler):
    return len(dask_scheduler.tasks)


def test_no_answer_leaves_the_driver_and_few_submissions_are_on_their_way(
    client, machines, solution, tmp_path, monkeypatch
):
    sent, given, most, real = [], [], [], driver._Round._submit

    def submit(round_, function, address, *arguments):
        sent.append(pickle.dumps((function, arguments)))
        most.append(len(round_._sent))
        given.extend([pickle.dumps(arguments)] if function is worker.run else [])
        return real(round_, function, address, *arguments)

    monkeypatch.setattr(driver._Round, "_submit", submit)
    with DaskWorkers(machines) as executor:
        cluster.grade(solution, tmp_path, executor)
    answers = [text.encode() for text in (kit.SENTENCE, kit.SWAPPED, "BEGIN SOLUTION", str(solution.parent))]
    assert len(given) == STUDENTS
    assert not [each for each in sent if any(answer in each for answer in answers)]
    empty_handed = [each for each in given if b"return 2 * x" not in each]
    assert len(empty_handed) == STUDENTS * 2 // 3  # who has not solved 90.1 takes its solution to no worker
    assert max(most) < 2 * (1 + driver.AHEAD)


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


def test_a_scheduler_without_workers_and_none_at_all_are_said(solution, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(driver, "PATIENCE", 0.2)
    command = ["grade", str(solution.parents[1] / "submissions"), f"--solutions={solution}"]
    with cluster.a_cluster(0) as empty:
        address = empty.scheduler_address
        assert cli.main([*command, f"--out={tmp_path}", f"--scheduler={address}"]) == 2
    assert f"No worker has come to {address}" in capsys.readouterr().err
    assert cli.main([*command, f"--out={tmp_path}", "--scheduler=nonsense://x"]) == 2
    assert "No scheduler answers at nonsense://x" in capsys.readouterr().err

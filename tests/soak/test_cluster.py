"""Ten thousand submissions on a cluster, a worker of which is killed: the values are those of one machine.

And a driver that is killed outright goes on where it was. tests/grading/test_cluster.py has a few dozen.
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

from backproplab.grading.cluster import DaskWorkers
from backproplab.grading.local import LocalWorkers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are killed as Linux does")
STUDENTS = 10_000
WARM = 1_000  # submissions after which the driver has met all that it will meet
PATIENCE = 600


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

    with (
        cluster.a_cluster(2) as machines,
        Client(machines, set_as_default=False) as client,
        DaskWorkers(machines) as executor,
    ):
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
    command += [f"--out={tmp_path / 'grades'}", f"--solutions={solution}", f"--isolation={kit.isolation()}"]
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
        assert subprocess.run(command, stdout=subprocess.DEVNULL, timeout=PATIENCE).returncode == 0
    after = {path.name: path.stat().st_mtime_ns for path in results.iterdir()}
    assert after.items() >= {name: when for name, when in before.items() if name.endswith(".json")}.items()
    assert cluster.graded(tmp_path / "grades" / kit.SET) == cluster.graded(tmp_path / "at home")

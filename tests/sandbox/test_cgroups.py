"""Control groups. Where no group of version 2 is delegated, folders and files stand in for the kernel's."""

import os
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from kinds import ELSEWHERE

from backproplab.sandbox import Assignment, Cell, Job, Sandbox, cgroups, warm
from backproplab.sandbox.cgroups import OURS, Group, delegated, own_group
from backproplab.sandbox.protocol import Limits
from backproplab.sandbox.watchdog import Ending

LIMITS = Limits(memory_bytes=1024**3, processes=8)
NOTHING = Assignment("nothing", (), ())


@pytest.fixture
def kernel(tmp_path):
    """A group as a kernel with all controllers shows it to whom it is delegated."""
    contents = {"cgroup.controllers": "cpuset cpu io memory hugetlb pids", "cgroup.procs": "11\n12\n"}
    for name, text in {**contents, "cgroup.subtree_control": ""}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def read(path):
    return path.read_text().strip()


def test_a_group_has_the_limits_of_a_submission_and_room_for_its_server(kernel):
    group = Group.make(LIMITS, kernel)
    assert read(group.path / "memory.max") == str(1024**3 + cgroups.SERVER_BYTES)
    assert read(group.path / "memory.swap.max") == "0"
    assert read(group.path / "pids.max") == str(8 + cgroups.OWN_PROCESSES)
    assert read(group.path / "cpu.max") == "100000 100000"
    assert group.controllers == ("memory", "pids", "cpu")


def test_processes_step_aside_before_groups_inside_may_have_limits(kernel):
    Group.make(LIMITS, kernel)
    assert read(kernel / OURS / "cgroup.procs") == "12"  # the last that was moved; a kernel keeps them all
    assert read(kernel / "cgroup.subtree_control") == "+memory +pids +cpu"


def test_they_step_aside_once(kernel):
    (kernel / "cgroup.subtree_control").write_text("cpu memory pids")
    Group.make(LIMITS, kernel)
    assert not (kernel / OURS).exists()


def test_two_groups_do_not_share_a_folder(kernel):
    assert Group.make(LIMITS, kernel).path != Group.make(LIMITS, kernel).path


def test_without_a_controller_for_cpu_the_others_hold(kernel):
    (kernel / "cgroup.controllers").write_text("memory pids")
    group = Group.make(LIMITS, kernel)
    assert group.controllers == ("memory", "pids")
    assert not (group.path / "cpu.max").exists()


@pytest.mark.parametrize("controllers", ["", "pids cpu", "memory cpu", "hugetlb"])
def test_a_group_that_cannot_hold_memory_and_processes_is_not_made(kernel, controllers):
    (kernel / "cgroup.controllers").write_text(controllers)
    assert not delegated(kernel)
    assert Group.make(LIMITS, kernel) is None


def test_where_the_kernel_says_no_there_is_no_group_and_no_folder(kernel, monkeypatch):
    def busy(group, controllers):
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(cgroups, "_enable", busy)
    assert Group.make(LIMITS, kernel) is None
    assert not list(kernel.glob("backproplab-[0-9]*"))


def test_no_group_no_limits(tmp_path):
    assert not delegated(None)
    assert Group.make(LIMITS, None) is None
    assert not delegated(tmp_path / "nowhere")


def test_only_a_kill_at_the_groups_own_limit_is_told_and_once(kernel):
    group = Group.make(LIMITS, kernel)
    assert not group.ran_out_of_memory()
    (group.path / "memory.events").write_text("low 0\nhigh 0\nmax 31\noom 1\noom_kill 0\n")
    assert not group.ran_out_of_memory()
    (group.path / "memory.events").write_text("low 0\nhigh 0\nmax 31\noom 1\noom_kill 1\n")
    assert group.ran_out_of_memory()
    assert not group.ran_out_of_memory()


def test_a_process_of_the_grader_finds_the_group_above_its_own(monkeypatch):
    texts = {
        "/proc/self/cgroup": f"1:name=systemd:/x\n0::/user.slice/run-7.scope/{OURS}\n",
        "/proc/self/mountinfo": "30 1 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n",
    }
    monkeypatch.setattr(cgroups.Path, "read_text", lambda self, *_, **__: texts[str(self)])
    assert own_group() == Path("/sys/fs/cgroup/user.slice/run-7.scope")


def test_a_command_is_in_its_group_from_its_first_step_on():
    inside = own_group()
    if inside is None or not os.access(inside / "cgroup.procs", os.W_OK):
        pytest.skip(ELSEWHERE + "no control group of version 2 that we may write to")
    path = Path(tempfile.mkdtemp(prefix="backproplab-test-", dir=inside))
    group = Group(path, ())
    try:
        told = subprocess.run(
            group.entering(["/bin/cat", "/proc/self/cgroup"]), capture_output=True, text=True
        )
        assert path.name in told.stdout
    finally:
        group.close()
        with suppress(OSError):
            path.rmdir()
    assert not path.exists()


def test_a_server_starts_in_its_group_and_the_level_says_what_holds(kernel, monkeypatch):
    monkeypatch.setattr(warm, "own_group", lambda: kernel)
    with Sandbox(NOTHING, limits=LIMITS) as sandbox:
        (group,) = kernel.glob("backproplab-[0-9]*")
        inside = int(read(group / "cgroup.procs"))
        assert "cgroup v2 (memory, pids, cpu)" in sandbox.level
        assert Path(f"/proc/{inside}/cmdline").exists()
        assert sandbox.run(Job((Cell("x = 1", 0),), (1,))).problems == []


def test_a_group_that_nothing_can_enter_is_not_used(kernel, monkeypatch):
    monkeypatch.setattr(Group, "entering", lambda self, command: ["/bin/false"])
    assert Group.make(LIMITS, kernel) is None


def test_a_kill_at_the_groups_limit_is_the_submissions_and_no_machines(kernel):
    group = Group.make(LIMITS, kernel)
    control, theirs = socket.socketpair()
    child = warm.WarmChild(control, LIMITS, group)
    told = Ending("was killed (SIGKILL) by the machine", by_machine=True)
    child._told_ending = lambda: told
    assert child.ending().by_machine
    (group.path / "memory.events").write_text("oom_kill 1\n")
    ending = child.ending()
    assert (ending.words, ending.by_machine) == ("used more than 1.1 GB of memory", False)
    child.kill()
    for each in (control, theirs):
        each.close()

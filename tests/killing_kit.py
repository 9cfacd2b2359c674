"""A grading run, one process of which is killed, or all, at a moment drawn from a seed; and what is left."""

import ctypes
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import grading_kit as kit

SUBREAPER = 36  # prctl: whatever of ours loses its parent becomes our child, and none gets out of sight
PATIENCE = 120  # seconds, of a machine that is busy
SLEEP = "import time\ntime.sleep(0.03)"
"""Keeps a submission at work, so that there is something to kill, and costs nothing."""
ANSWERS = (kit.RIGHT, kit.RIGHT | {"90.1": kit.SQUARE.format("return x")}, {})
WITHOUT_PICTURES = """
import sys
from backproplab import cli
from backproplab.grading import classroom
classroom.Drawings = lambda: lambda *_: ""
sys.exit(cli.main())
"""
"""The command; to draw the pictures of a class page takes as long as to grade a small class, and no mark."""
SEEDS = "3,5,7"  # so that two runs say the same to the letter


class Class:
    """A class whose submissions earn 9, 7 and 0 points in turn, and the command that grades it."""

    def __init__(self, folder: Path, students: int, *, jobs: int = 2, out: Path | None = None) -> None:
        self.students, self.out = students, out or folder / "grades"
        solution = kit.solution(folder, of_line=kit.TRAINED)
        for number in range(students):
            notebook = kit.student(solution, ANSWERS[number % len(ANSWERS)])
            notebook["cells"].insert(1, {"cell_type": "code", "source": SLEEP, "metadata": {}})
            kit.hand_in(notebook, folder / "submissions" / f"s{number:02}.ipynb")
        options = {"out": self.out, "solutions": solution, "isolation": kit.isolation(), "jobs": jobs}
        options["seeds"] = SEEDS
        self.command = [sys.executable, "-c", WITHOUT_PICTURES, "grade", str(folder / "submissions")]
        self.command += [f"--{name}={value}" for name, value in options.items()]

    def start(self) -> "subprocess.Popen[bytes]":
        """Begin to grade."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(self.command, start_new_session=True, **quiet)

    def results(self) -> dict[str, str]:
        """What is there of results, whole, by student."""
        found = sorted((self.out / kit.SET / "results").glob("*.json"))
        return {path.stem: path.read_text(encoding="utf-8") for path in found}

    def written(self) -> dict[str, int]:
        """When each result was written."""
        found = sorted((self.out / kit.SET / "results").glob("*.json"))
        return {path.stem: path.stat().st_mtime_ns for path in found}

    def assert_nobody_pays(self, *, all_of_them: bool = False) -> None:
        """Whoever has a mark has the right one and no word about it, and whoever has none may yet get one."""
        results = {student: json.loads(text) for student, text in self.results().items()}
        graded = {student: each for student, each in results.items() if each["status"] != "ungraded"}
        for student, each in graded.items():
            expected = (9, 7, 0)[int(student[1:]) % len(ANSWERS)]
            assert (each["score"], each["problems"]) == (expected, []), (student, each)
            assert (self.out / kit.SET / "feedback" / f"{student}.html").stat().st_size
        if all_of_them:
            assert len(graded) == self.students
            assert (self.out / "gradebook.csv").read_text().count("\n") == self.students + 1

    def finish(self) -> None:
        """Grade what is left, and nothing else; then everybody has the right mark."""
        before = self.results(), self.written()
        assert self.start().wait(PATIENCE) == 0
        after = self.results(), self.written()
        for student, text in before[0].items():
            if json.loads(text)["status"] != "ungraded":
                assert (after[0][student], after[1][student]) == (text, before[1][student])
        self.assert_nobody_pays(all_of_them=True)
        assert not list(self.out.rglob("*.tmp"))


def tree(pid: int) -> list[int]:
    """All that a process has started, and what those have."""
    found = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="utf-8").split():
                found += [int(child), *tree(int(child))]
    return found


@contextmanager
def nothing_left_running():
    """Whatever has been started within has ended afterwards, or soon: AssertionError names what has not."""
    libc, before = ctypes.CDLL(None), set(tree(os.getpid()))
    libc.prctl(SUBREAPER, 1, 0, 0, 0)
    try:
        yield
        deadline = time.monotonic() + PATIENCE
        while left := _alive(set(tree(os.getpid())) - before):
            assert time.monotonic() < deadline, f"still running: {left}"
            time.sleep(0.02)
    finally:
        for pid in set(tree(os.getpid())) - before:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        libc.prctl(SUBREAPER, 0, 0, 0, 0)


def _alive(pids: set[int]) -> dict[int, str]:
    """Those that have not ended, with their names; buries what has and is ours to bury."""
    found = {}
    for pid in pids:
        with suppress(OSError):
            os.waitpid(pid, os.WNOHANG)
        with suppress(OSError):
            name, _, rest = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")
            if rest.split()[0] not in "ZX":
                found[pid] = name
    return found


def wait_for_a_moment(running, graded: Class, random_: random.Random) -> None:
    """Wait until so many results are there, and a little longer: into the middle of something."""
    wanted = random_.randrange(graded.students) - 1
    while len(graded.written()) <= wanted and running.poll() is None:
        time.sleep(0.005)
    time.sleep(random_.random() * (0.05 if wanted >= 0 else 2.0))


def kill_one(graded: Class, seed: int) -> str:
    """Grade, while one process of the run's is killed, itself or another. Returns which; "" if it was over.

    A run that says it has graded everybody is taken at its word, and the word is compared.
    """
    random_ = random.Random(seed)
    with nothing_left_running():
        running = graded.start()
        wait_for_a_moment(running, graded, random_)
        victim = _kill_any([running.pid, *tree(running.pid)], random_)
        code = running.wait(PATIENCE)
        # It was killed itself, or could not begin; else whatever was lost has been made again.
        assert code in (0, -signal.SIGKILL) or (code == 2 and not graded.results()), (code, victim)
        graded.assert_nobody_pays(all_of_them=code == 0)
        if code:
            graded.finish()
    return victim


def _kill_any(pids: list[int], random_: random.Random) -> str:
    for pid in random_.sample(pids, len(pids)):
        with suppress(OSError):
            held = os.pidfd_open(pid)
            try:
                name = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[-200:]
                if select.select([held], [], [], 0)[0]:
                    continue  # it has ended already
                signal.pidfd_send_signal(held, signal.SIGKILL)
                return name or str(pid)
            finally:
                os.close(held)
    return ""


def kill_all(graded: Class, seed: int) -> int:
    """Kill the run's whole process group, then grade what is left. Returns how many results were there."""
    random_ = random.Random(seed)
    with nothing_left_running():
        running = graded.start()
        wait_for_a_moment(running, graded, random_)
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    graded.assert_nobody_pays()
    there = len(graded.results())
    with nothing_left_running():
        graded.finish()
    return there

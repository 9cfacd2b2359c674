"""A disk of few bytes, as the folder for grades: what a run leaves there when it is full, and after."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from killing_kit import PATIENCE, Class
from kinds import ELSEWHERE

ROOM = 16 * 1024**2  # bytes, after somebody has made room


@contextmanager
def small_disk(place: Path, size: int):
    """Mount a file system of so many bytes; skip the test where that is not allowed.

    Users may not, nor may root in most containers: there, tests/grading/test_batch.py has a disk that only
    says that it is full.
    """
    if sys.platform != "linux" or os.geteuid() or not shutil.which("mount"):
        pytest.skip(f"{ELSEWHERE}only root on Linux may mount a small disk")
    place.mkdir(parents=True, exist_ok=True)
    done = _mount(place, f"size={size}")
    if done.returncode:
        pytest.skip(f"{ELSEWHERE}root may not mount a tmpfs here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def make_room(place: Path) -> None:
    """Make the disk larger."""
    assert not _mount(place, f"remount,size={ROOM}").returncode


def _mount(place: Path, options: str) -> "subprocess.CompletedProcess[str]":
    command = ["mount", "-t", "tmpfs", "-o", f"mode=0700,{options}", "backproplab-test", str(place)]
    return subprocess.run(command, capture_output=True, text=True)


def grade_onto(folder: Path, size: int, students: int, *, jobs: int = 2) -> int:
    """Grade onto a disk of so many bytes, then once more when there is room. Returns what the first run said.

    0: all had room. 2: it had not; then one sentence says which file, nobody has another mark than their own,
    and the second run makes what is missing, and nothing else.
    """
    out = folder / "disk"
    with small_disk(out, size):
        graded = Class(folder, students, jobs=jobs, out=out)
        done = subprocess.run(graded.command, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode in (0, 2), done.stderr
        if done.returncode == 2:
            (said,) = done.stderr.splitlines()
            assert "could not be written (No space left on device): make room" in said
        graded.assert_nobody_pays(all_of_them=done.returncode == 0)
        make_room(out)
        graded.finish()
    return done.returncode

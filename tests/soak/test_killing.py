"""The same as tests/grading/test_killing.py, eighty times."""

import sys

import killing_kit as kit
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells what a run has started")
STUDENTS = 30


@pytest.mark.parametrize("seed", range(100, 150))
def test_one_process_killed_changes_no_mark(tmp_path, seed):
    print(kit.kill_one(kit.Class(tmp_path, STUDENTS), seed))


@pytest.mark.parametrize("seed", range(200, 230))
def test_all_killed_at_once_loses_nothing_and_leaves_nothing_running(tmp_path, seed):
    assert kit.kill_all(kit.Class(tmp_path, STUDENTS), seed) <= STUDENTS

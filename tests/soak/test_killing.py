"""The same as tests/grading/test_killing.py, eighty times; of each ten, some must meet a run at work."""

import sys

import killing_kit as kit
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells what a run has started")
STUDENTS, TOGETHER = 30, 10


@pytest.mark.parametrize("first", range(100, 150, TOGETHER))
def test_one_process_killed_changes_no_mark(tmp_path, first):
    victims = [kit.kill_one(a_class(tmp_path, seed), seed) for seed in range(first, first + TOGETHER)]
    assert any(victims)


@pytest.mark.parametrize("first", range(200, 230, TOGETHER))
def test_all_killed_at_once_loses_nothing_and_leaves_nothing_running(tmp_path, first):
    there = [kit.kill_all(a_class(tmp_path, seed), seed) for seed in range(first, first + TOGETHER)]
    assert any(0 < results < STUDENTS for results in there), there


def a_class(folder, seed):
    return kit.Class(folder / str(seed), STUDENTS)

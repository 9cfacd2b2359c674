"""Processes of a run are killed, one at random or all at once: nobody pays for it, and nothing stays behind.

Three rounds; tests/soak/test_killing.py has eighty.
"""

import sys

import killing_kit as kit
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells what a run has started")


@pytest.mark.parametrize("seed", [1, 2])
def test_one_process_killed_changes_no_mark(tmp_path, seed):
    assert kit.kill_one(kit.Class(tmp_path, 10, jobs=1), seed)


def test_all_killed_at_once_loses_nothing_and_leaves_nothing_running(tmp_path):
    assert kit.kill_all(kit.Class(tmp_path, 10, jobs=1), 3) < 10

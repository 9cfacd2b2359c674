"""The disk for grades is full in the middle of a run. tests/soak/test_disk.py has twenty sizes of it."""

import disk_kit as kit


def test_what_had_no_room_is_graded_next_time(tmp_path):
    assert kit.grade_onto(tmp_path, 40 * 1024, 6, jobs=1) == 2

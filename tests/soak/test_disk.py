"""The same as tests/grading/test_disk.py at twenty sizes, from a disk of one page to one that takes all."""

import disk_kit as kit
import pytest

ALL = 400  # kB, for thirty students
SIZES = [4, 8, 12, *range(20, ALL, 24), ALL * 4]


def test_there_are_twenty():
    assert len(SIZES) == 20


@pytest.mark.parametrize("kilobytes", SIZES)
def test_what_had_no_room_is_graded_next_time(tmp_path, kilobytes):
    assert kit.grade_onto(tmp_path, kilobytes * 1024, 30) == (0 if kilobytes > ALL else 2)

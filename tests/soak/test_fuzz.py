"""What the fuzzers of the intake, of notebooks and of frames try in `make unit`, for 10,000 seeds each.

A tenth of the notebooks are graded, too.
"""

import frames_fuzz
import grading_kit
import intake_fuzz
import notebook_fuzz
import pytest

ROUNDS, CASES = 100, 100
FIRST = 1_000_000


def seeds(number):
    return range(FIRST + number * CASES, FIRST + (number + 1) * CASES)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_sums_agree_and_nothing_escapes(tmp_path, number):
    assert intake_fuzz.run(seeds(number), tmp_path) > CASES / 2


@pytest.mark.parametrize("number", range(0, ROUNDS, 10))
def test_a_notebook_is_read_or_refused(tmp_path, number):
    world = notebook_fuzz.World(grading_kit.solution(tmp_path))
    for each in range(number, number + 10):
        assert notebook_fuzz.run(seeds(each), world) > CASES / 3


@pytest.mark.parametrize("number", range(0, ROUNDS, 10))
def test_every_notebook_has_a_result(tmp_path, number):
    assert notebook_fuzz.grade(seeds(number), tmp_path).total() == CASES


def test_what_is_well_is_heard_to_the_end():
    for each in range(ROUNDS):
        assert frames_fuzz.run(seeds(each)) > 10

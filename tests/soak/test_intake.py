"""The same as tests/grading/intake/test_fuzz.py, for thousands of seeds."""

import intake_fuzz
import pytest

ROUNDS, CASES = 100, 100


@pytest.mark.parametrize("number", range(ROUNDS))
def test_sums_agree_and_nothing_escapes(tmp_path, number):
    start = 1_000_000 + number * CASES
    assert intake_fuzz.run(range(start, start + CASES), tmp_path) > CASES / 2

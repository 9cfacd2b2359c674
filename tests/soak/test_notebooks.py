"""The same as tests/grading/test_damaged.py, for a thousand notebooks."""

import damage_kit
import pytest

ROUNDS, CASES = 20, 50


@pytest.mark.parametrize("number", range(ROUNDS))
def test_every_damaged_notebook_has_a_result(tmp_path, number):
    start = 1_000_000 + number * CASES
    assert damage_kit.run(range(start, start + CASES), tmp_path).total() == CASES

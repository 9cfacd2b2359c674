"""Damaged notebooks, from seeds: each has a result, and whoever comes next pays for nothing."""

import damage_kit


def test_every_damaged_notebook_has_a_result(tmp_path):
    found = damage_kit.run(range(25), tmp_path)
    assert found.total() == 25
    assert len(found) >= 3  # of several kinds: damages that all come to the same would show little

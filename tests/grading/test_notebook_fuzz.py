"""Whatever a notebook has become, it is read or refused, and has a result; nobody else pays for it."""

import grading_kit
import notebook_fuzz


def test_a_notebook_is_read_or_refused(tmp_path):
    world = notebook_fuzz.World(grading_kit.solution(tmp_path))
    assert notebook_fuzz.run(range(100), world) > 50


def test_every_notebook_has_a_result(tmp_path):
    found = notebook_fuzz.grade(range(25), tmp_path)
    assert found.total() == 25
    assert len(found) >= 3  # of several kinds: damages that all come to the same would show little

"""Whatever a notebook has become, it is read or refused, and never anything else."""

import grading_kit
import notebook_fuzz


def test_a_notebook_is_read_or_refused(tmp_path):
    world = notebook_fuzz.World(grading_kit.solution(tmp_path))
    assert notebook_fuzz.run(range(100), world) > 50

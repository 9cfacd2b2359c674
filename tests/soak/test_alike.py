"""What likeness finds in made-up classes with known copies, and whom it accuses wrongly."""

from collections import Counter
from pathlib import Path

import alike_kit as alike
import pytest

from backproplab.authoring.assignment import load_solution
from backproplab.grading.alike.course import explained
from backproplab.grading.alike.score import compare

ROOT = Path(__file__).parents[2]
CLASSES = 20


@pytest.mark.parametrize("name", alike.SETS)
def test_most_copies_are_found_and_few_others_shown(name):
    solution = load_solution(ROOT / f"solutions/{name}.ipynb")
    known = explained(solution, sorted((ROOT / "notebooks").glob("*.ipynb")))
    found, others = Counter(), 0
    for seed in range(CLASSES):
        room = alike.make_class(name, 30, seed, solution=solution)
        kinds, wrongly = alike.found_in(room, compare(alike.works_of(room), known))
        found.update(kinds)
        others += len(wrongly)
    print(name, dict(found), "of", CLASSES, "each;", others, "pairs shown that are no copies")
    assert found["exact"] >= 0.9 * CLASSES
    assert sum(found.values()) >= 0.7 * CLASSES * len(alike.KINDS)
    assert others <= 0.6 * CLASSES

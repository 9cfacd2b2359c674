"""What likeness finds in made-up classes with known copies, and whom it accuses wrongly."""

from collections import Counter
from functools import cache
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
    solution, known = course(name)
    found, others, same = Counter(), 0, Counter()
    for seed in range(CLASSES):
        room = alike.make_class(name, 30, seed, solution=solution)
        likeness = compare(alike.works_of(room), known)
        kinds, wrongly = alike.found_in(room, likeness)
        found.update(kinds)
        others += len(wrongly)
        groups = [frozenset(likeness.works[each].student for each in group) for group in likeness.same]
        same.update(room.copies.get(group, "no copies") for group in groups)
    print(name, dict(found), "of", CLASSES, "each; the same:", dict(same), others, "pairs are no copies")
    assert found["exact"] >= 0.9 * CLASSES
    assert sum(found.values()) >= 0.6 * CLASSES * len(alike.KINDS)
    assert all(
        same[each] >= 0.85 * CLASSES for each in ("exact", "renamed", "reordered", "swapped", "no comments")
    )
    assert same["no copies"] <= 2
    assert others <= 0.25 * CLASSES


@pytest.mark.parametrize("size", [10, 12, 15, 20, 30])
@pytest.mark.parametrize("name", alike.SETS)
def test_a_class_without_a_copy_is_seldom_accused(name, size):
    accused = 0
    for seed in range(2000, 2000 + CLASSES):
        found = compare(alike.works_of(alike.make_class(name, size, seed, kinds=())), course(name)[1])
        accused += bool(found.pairs or found.same)
    print(name, size, accused, "of", CLASSES, "classes without a copy")
    assert accused <= 0.25 * CLASSES


@cache
def course(name):
    solution = load_solution(ROOT / f"solutions/{name}.ipynb")
    return solution, explained(solution, sorted((ROOT / "notebooks").glob("*.ipynb")))

"""How many points of backward passes can be had without going back, as README says it."""

from pathlib import Path

import pytest
from nudged_answers import FUNCTIONS, METHODS, NUDGED, UNTRIED

from backproplab.authoring import proof, trial
from backproplab.authoring.assignment import load_solution
from backproplab.authoring.trial import Trial
from backproplab.grading.measured import hints
from backproplab.marking.compare import agree
from backproplab.marking.exercise import Exercise
from backproplab.sandbox.protocol import Outcome

ROOT = Path(__file__).parents[2]
SEEDS = (3_000_001, 3_000_002, 3_000_003)


def tried(changes):
    """Yield exercises with the solution's values, and those of each of its `changes`, by seed and name."""
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        solution = load_solution(path)
        asked = [each for each in solution.exercises if changes(each)]
        trials = [
            Trial(each.id, each.answer, change, names=each.answers, seeds=SEEDS)
            for each in asked
            for change in ("", *changes(each))
        ]
        results = iter(trial.run(proof.steps(solution), trials, path.parent) if trials else [])
        for each in asked:
            right = next(results).values
            yield each, right, [next(results).values for _ in changes(each)]


def said(exercise, right, values):
    """The hint of a grader that meets these values."""
    flat = {(exercise.id, s, name): value for s in values for name, value in values[s].items()}
    return list(
        hints([Exercise(exercise.id, exercise.points, exercise.kind, values=right)], Outcome(flat), SEEDS)
    )


@pytest.mark.parametrize("method", METHODS)
def test_readme_says_how_much_nudging_earns(method):
    def nudged(each):
        return [FUNCTIONS + METHODS[method] + NUDGED[each.id]] if each.id in NUDGED else []

    total, hinted = 0.0, 0
    for each, right, (values,) in tried(nudged):
        names = right[SEEDS[0]]
        good = [
            all(name in values.get(s, {}) and agree(right[s][name], values[s][name]).ok for s in SEEDS)
            for name in names
        ]
        total += each.points * sum(good) / len(names)
        hinted += bool(said(each, right, values))
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    exercises = [
        each for path in (ROOT / "solutions").glob("*.ipynb") for each in load_solution(path).exercises
    ]
    asked = sum(each.points for each in exercises if each.id in (*NUDGED, *UNTRIED))
    assert f"{total:g} of the {asked:g} points" in readme
    if method == "central difference":
        assert f"named {hinted} of those {len(NUDGED)} answers" in readme
    else:
        assert hinted == 0  # they have all digits; what names these is their complex numbers


def test_no_alternative_is_taken_for_a_measured_one():
    def alternatives(each):
        is_compared = each.check and each.kind not in ("trained", "tests")
        return [variant.source for variant in each.alternatives] if is_compared else []

    found = list(tried(alternatives))
    assert sum(len(each) for _, _, each in found) > 100  # as README says
    for each, right, some in found:
        for values in some:
            assert values, each.id
            assert not said(each, right, values)

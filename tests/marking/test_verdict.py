"""Which verdict follows: a learner's notebook and a grade say the same of the same answer."""

import numpy as np
import pytest

from backproplab.check.result import run_check
from backproplab.grading.exercises import grade_exercise
from backproplab.marking.exercise import CheckSpec, Exercise, Misconception, call_with_seed
from backproplab.marking.expected import ExerciseSet, fingerprint
from backproplab.marking.values import as_arrays, matches, same
from backproplab.marking.verdict import Status, verdict
from backproplab.sandbox.protocol import Outcome

SEEDS = (101, 102, 103)


def returned(answer):
    """What the check returns for an answer, by seed; the check draws two numbers and names two values."""
    return {seed: as_arrays(call_with_seed(check_of(answer), seed)) for seed in SEEDS}


def check_of(answer):
    def check(rng):
        left, right = answer(*rng.normal(size=2))
        return {"left": left, "right": right}

    return check


def product(a, b):
    return b, a


def swapped(a, b):
    return a, b


def half_right(a, b):
    return b, 0.0


def untouched(a, b):
    return b, 7.0


EXERCISE = Exercise(
    "2.1",
    4,
    "fix",
    values=returned(product),
    misconceptions=(Misconception("They are swapped.", returned(swapped)),),
    untouched=returned(untouched),
)


def used_again():
    """A right answer that hands out the same array with every input."""
    kept = np.zeros(2)

    def answer(a, b):
        kept[:] = b, a
        return kept[:1].reshape(()), kept[1:].reshape(())

    return answer


VERDICTS = [  # an answer, what it earns, its status where the cell is as handed out, its sentence
    (product, 4, Status.RIGHT, None),
    (half_right, 2, Status.PARTLY, None),
    (swapped, 0, Status.NOT_YET, "They are swapped."),
    (untouched, 0, Status.NOT_ATTEMPTED, None),
    (lambda a, b: (b, np.nan), 2, Status.PARTLY, None),
    (lambda a, b: (np.array([b]), [a]), 0, Status.NOT_YET, None),
    (lambda a, b: (None, "x"), 0, Status.NOT_YET, None),
    (used_again(), 4, Status.RIGHT, None),
]


@pytest.mark.parametrize(("answer", "earned", "status", "misconception"), VERDICTS)
def test_the_verdict_follows_from_the_values(answer, earned, status, misconception):
    found = verdict(EXERCISE, returned(answer), SEEDS, edited=answer is not untouched)
    assert (found.earned, found.status, found.misconception) == (earned, status, misconception)


@pytest.mark.parametrize(("answer", "earned", "status", "misconception"), VERDICTS)
def test_the_grader_and_a_learners_check_agree(answer, earned, status, misconception):
    whole = ExerciseSet("02-x", fingerprint(), SEEDS, {"2.1": EXERCISE})
    edited = answer is not untouched
    learner = run_check(CheckSpec("2.1", check_of(answer)), EXERCISE, whole, edited=edited)
    values = {
        ("2.1", seed, name): value
        for seed, named in returned(answer).items()
        for name, value in named.items()
        if not isinstance(value, TypeError)  # the sandbox sends none of those
    }
    found = Outcome(values)
    grade = grade_exercise(EXERCISE, found, shown=found, seeds=SEEDS, public=SEEDS, judge=None, edited=edited)
    assert learner.verdict == grade.verdict
    assert grade.verdict.status is status
    # A learner reads "not yet", with the points so far, where a grade says "partly right".
    assert learner.status is (Status.NOT_YET if status is Status.PARTLY else status)


@pytest.mark.parametrize("edited", [True, None])
def test_values_as_handed_out_are_not_attempted_only_where_nobody_edited(edited):
    found = verdict(EXERCISE, returned(untouched), SEEDS, edited=edited)
    assert (found.earned, found.status) == (0, Status.NOT_YET)


def test_every_seed_decides():
    given = returned(product)
    given[103] = returned(half_right)[103]
    assert verdict(EXERCISE, given, SEEDS).passed == {"left": True, "right": False}
    assert verdict(EXERCISE, given, SEEDS[:2]).status is Status.RIGHT
    assert verdict(EXERCISE, given, ()).earned == 0


def test_a_seed_or_a_value_that_is_missing_agrees_with_nothing():
    given = returned(product)
    del given[102]
    assert verdict(EXERCISE, given, SEEDS).earned == 0
    assert not matches({}, returned(product), ["left"], SEEDS)
    assert not matches(EXERCISE.values, returned(product), [], SEEDS)


def mistaken(known, answer):
    """The sentence for an answer (left, right), where one mistake is known, and (b, a) is right."""
    wrong = tuple(
        Misconception(sentence, returned(lambda a, b, left=left: (left, a)))
        for sentence, left in known.items()
    )
    exercise = Exercise("2.1", 4, "function", values=returned(product), misconceptions=wrong)
    return verdict(exercise, returned(lambda a, b: (answer, a)), SEEDS).misconception


@pytest.mark.parametrize("answer", [0.0, 1.6e-17, -3e-16])
def test_what_rounding_leaves_of_a_zero_is_told_as_the_zero_that_it_is(answer):
    assert mistaken({"They cancel.": 7e-17}, answer) == "They cancel."


@pytest.mark.parametrize("answer", [0.0, 2e-30, 1e-3])
def test_a_number_that_is_small_in_itself_is_none_of_those(answer):
    assert mistaken({"It vanishes.": 1e-30}, answer) is None
    assert mistaken({"It is the cube.": 1e-9}, answer) is None


def test_who_gives_the_very_values_of_a_mistake_reads_its_own_sentence():
    assert mistaken({"One.": 1e-17, "Other.": 5e-17}, 5e-17) == "Other."


def test_trained_numbers_count_together():
    exercise = Exercise("2.2", 3, "trained", shapes={"w": (2,), "b": ()})
    assert verdict(exercise, {}, SEEDS).earned == 3
    found = verdict(exercise, {}, SEEDS, objection="too small")
    assert (found.earned, found.status, found.passed) == (0, Status.NOT_YET, {"w": False, "b": False})


def test_the_same_values_have_the_same_names():
    one = {"a": np.array(1.0)}
    assert same(one, {"a": np.array(1.0 + 1e-9)})
    assert not same(one, {"a": np.array(1.0), "b": np.array(1.0)})
    assert not same(one, {"b": np.array(1.0)})
    assert not same(None, None)

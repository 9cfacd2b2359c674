"""Trained numbers: a learner's check, the proof of a release and the grader's judge decide alike."""

from dataclasses import replace

import numpy as np
import pytest

from backproplab.authoring.trial import Step, Trial
from backproplab.authoring.trial_process import run_trials
from backproplab.check import collect
from backproplab.check.result import run_check
from backproplab.grading.grader import OBJECTION, _as_source, judge_assignment
from backproplab.marking.exercise import CheckSpec, Exercise, Misconception, call_with_seed
from backproplab.marking.expected import ExerciseSet, fingerprint
from backproplab.marking.trained import NOT_ENOUGH, SAMPLE, fault, objection, sampled
from backproplab.marking.verdict import Status, verdict
from backproplab.sandbox.protocol import Assignment

SHAPES = {"w": (2,)}
RIGHT = np.array([1.0, 2.0])
GIVEN = "import numpy as np\ndef judge(values, rng):\n    return {}"


def learner(answer):
    """The objection in a learner's notebook, "" for a right answer."""
    space = {}
    exec(GIVEN.format(answer), space)
    spec = CheckSpec("3.1", lambda rng: {"w": RIGHT}, "trained", SHAPES, 1, space["judge"])
    whole = ExerciseSet("03-x", fingerprint(), (101,), {})
    found = run_check(spec, Exercise("3.1", 1, "trained"), whole)
    return "" if found.status is Status.RIGHT else found.note


def author(answer, tmp_path):
    """The objection of the proof that release makes."""
    declared = (
        '@check("3.1", kind="trained", shapes={"w": (2,)}, accept=judge)\ndef _(rng):\n    return {"w": w}'
    )
    steps = [
        Step("given", f"from backproplab.check import check\n{GIVEN.format(answer)}"),
        Step("check", declared, "3.1"),
    ]
    trial = Trial("3.1", f"w = np.array({RIGHT.tolist()})", names=("w",), seeds=(101,))
    (result,) = run_trials(steps, [trial], tmp_path / "where")
    return result.objections[101]


def grader(answer):
    """The objection of the grader's judge, whose source runs in a sandbox otherwise."""
    exercise = Exercise("3.1", 1, "trained", shapes=SHAPES, accept="judge")
    assignment = judge_assignment(Assignment("03-x", (GIVEN.format(answer),), ()), exercise)
    space, collected = {}, []
    with collect(collected.append):
        for source in (*assignment.given, _as_source({101: {"w": RIGHT}}), assignment.checks[0].source):
            exec(source, space)
    return "".join(map(chr, call_with_seed(collected[0].function, 101)[OBJECTION]))


@pytest.mark.parametrize("answer", ["True", "np.True_", "np.all(values['w'] > 0)", "1", "0.3", "[0]"])
def test_what_counts_as_yes_counts_for_all_three(answer, tmp_path):
    assert (learner(answer), author(answer, tmp_path), grader(answer)) == ("", "", "")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("False", NOT_ENOUGH),
        ("np.False_", NOT_ENOUGH),
        ("None", NOT_ENOUGH),
        ("0", NOT_ENOUGH),
        ("''", NOT_ENOUGH),
        ("'too small'", "too small"),
        ("'True'", "True"),
    ],
)
def test_what_is_an_objection_is_one_to_all_three_in_the_same_words(answer, sentence, tmp_path):
    assert (learner(answer), author(answer, tmp_path), grader(answer)) == (sentence,) * 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "w: this value is missing"),
        ({"w": TypeError("got a str")}, "w: got a str"),
        ({"w": np.zeros((1, 2))}, "w: shape (1, 2) where (2,) was expected"),
        ({"w": np.float64(1)}, "w: shape () where (2,) was expected"),
        ({"w": np.array([1.0, np.inf])}, "w: not finite"),
        ({"w": np.zeros(2), "other": np.zeros(9)}, ""),
    ],
)
def test_form_comes_before_the_judge(given, words):
    assert fault(given, SHAPES).startswith(words)
    assert bool(fault(given, SHAPES)) == bool(words)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((3, 9), ""),
        ((3, 0), ""),
        ((9, 3), "w: shape (9, 3) where (3, any) was expected"),
        ((3,), "w: shape (3,) where (3, any) was expected"),
        ((3, 1, 1), "w: shape (3, 1, 1) where (3, any) was expected"),
    ],
)
def test_a_length_may_be_free(shape, words):
    assert fault({"w": np.zeros(shape)}, {"w": (3, None)}) == words


def test_of_long_arrays_a_hundred_numbers_are_known_again():
    weights = np.random.default_rng(1).normal(size=(784, 128))
    long, wrong = sampled({"w": weights, "b": TypeError("none"), "c": RIGHT}), "That is the start."
    assert {name: np.size(value) for name, value in long.items()} == {"w": SAMPLE, "b": 1, "c": 2}
    exercise = Exercise("3.1", 1, "trained", shapes={"w": (784, None)})
    exercise = replace(exercise, misconceptions=(Misconception(wrong, {101: sampled({"w": weights})}),))
    for given, told in ((weights, wrong), (weights[::-1], None), (weights[:, :64], None)):
        assert verdict(exercise, {101: {"w": given}}, (101,), objection="no").misconception == told


def test_a_judge_that_changes_its_arrays_changes_nobody_elses():
    mine = {"w": np.ones(2)}

    def judge(values, rng):
        values["w"] *= 0
        return True

    assert objection(judge, mine, np.random.default_rng(1)) == ""
    assert mine["w"].tolist() == [1.0, 1.0]

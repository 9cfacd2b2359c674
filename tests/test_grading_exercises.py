"""What values earn: shared points, all seeds or nothing, and sentences for known mistakes."""

import numpy as np
import pytest

from backproplab.grading.judging import Expected, Mistake, Status, _told, judged
from backproplab.sandbox.protocol import Outcome

SEEDS, PUBLIC = (1, 2), (101,)
EVERY = (*PUBLIC, *SEEDS)
RIGHT = {(seed, name): np.array(float(seed * size)) for seed in EVERY for name, size in (("a", 1), ("b", 10))}
SWAPPED = {(seed, name): RIGHT[seed, "b" if name == "a" else "a"] for seed, name in RIGHT}
EXERCISE = Expected("3.2", 4, "function", ("a", "b"), ("f",), RIGHT, (Mistake("They are swapped.", SWAPPED),))


def outcome(values, errors=()):
    return Outcome({("3.2", *key): value for key, value in values.items()}, dict(errors))


def refused(*_):
    raise AssertionError("nothing here is trained")


def verdict(values, errors=(), exercise=EXERCISE, accept=refused):
    return judged(exercise, outcome(values, errors), seeds=SEEDS, public=PUBLIC, accept=accept)


def test_right_values_earn_all_points():
    found = verdict(RIGHT)
    assert (found.earned, found.status, found.misconception) == (4, Status.RIGHT, None)


def test_points_are_shared_over_named_values():
    found = verdict(RIGHT | {(2, "b"): np.array(7.0)})
    assert (found.earned, found.status) == (2, Status.PARTLY)
    assert [(named.name, named.passed) for named in found.named] == [("a", True), ("b", False)]


def test_three_shares_add_up_to_the_whole():
    values = {(seed, name): np.array(1.0) for seed in EVERY for name in "abc"}
    exercise = Expected("3.2", 2, "function", ("a", "b", "c"), values=values)
    assert verdict(values, exercise=exercise).earned == 2


@pytest.mark.parametrize(
    "wrong",
    [
        np.array([1.0]),
        np.array(1.0 + 1e-4),
        np.array(np.nan),
        np.array(np.inf),
        np.array([[1.0]]),
        np.array([]),
    ],
)
def test_a_value_must_agree_on_every_seed_in_shape_and_number(wrong):
    assert verdict(RIGHT | {(1, "a"): wrong}).earned == 2


def test_a_public_seed_decides_nothing():
    assert verdict(RIGHT | {(101, "a"): np.array(9.0)}).earned == 4
    assert verdict({key: value for key, value in RIGHT.items() if key[0] == 101}).earned == 0


def test_a_value_that_the_solution_does_not_have_earns_nothing():
    assert verdict({(seed, "c"): np.array(0.0) for seed in EVERY}).earned == 0
    other = Outcome({("9.9", *key): value for key, value in RIGHT.items()})
    assert judged(EXERCISE, other, seeds=SEEDS, public=PUBLIC, accept=refused).earned == 0


def test_a_misconception_must_match_everywhere():
    assert verdict(SWAPPED).misconception == "They are swapped."
    assert verdict(SWAPPED | {(2, "b"): np.array(3.0)}).misconception is None
    assert verdict({key: value for key, value in SWAPPED.items() if key != (1, "a")}).misconception is None


@pytest.mark.parametrize("error", ["NotImplementedError", "Ellipsis: w is still to be filled in"])
def test_a_stub_was_not_attempted(error):
    found = verdict({}, {"3.2": error})
    assert (found.status, found.earned) == (Status.NOT_ATTEMPTED, 0)


def test_another_error_is_a_wrong_answer_that_says_why():
    found = verdict({}, {"3.2": "ZeroDivisionError: division by zero"})
    assert (found.status, found.note) == (Status.NOT_YET, "ZeroDivisionError: division by zero")


def test_an_error_on_hidden_inputs_tells_its_kind_alone():
    seen = {key: value for key, value in RIGHT.items() if key[0] == 101}
    assert "0.123" not in verdict(seen, {"3.2": "ValueError: got x = 0.123"}).note


def test_code_to_be_fixed_earns_nothing_as_it_is_handed_out():
    untouched = RIGHT | {(seed, "b"): np.array(0.0) for seed in EVERY}
    exercise = Expected("3.2", 4, "fix", ("a", "b"), values=RIGHT, untouched=untouched)
    found = verdict(untouched, exercise=exercise)
    assert (found.status, found.earned) == (Status.NOT_ATTEMPTED, 0)
    assert verdict(RIGHT, exercise=exercise).earned == 4


def test_only_values_on_public_seeds_are_shown():
    found = verdict(SWAPPED)
    assert {seen.seed for named in found.named for seen in named.seen} == {101}
    assert found.named[0].seen[0].yours == "1010"
    assert "off by" in found.named[0].seen[0].finding


def test_a_wrong_choice_is_not_told_how_far_off_it_is():
    values = {(seed, "choice"): np.array(2.0) for seed in EVERY}
    exercise = Expected("3.2", 0, "choice", ("choice",), values=values)
    found = verdict({key: np.array(3.0) for key in values}, exercise=exercise)
    assert found.named[0].seen[0].finding == "another one is right"


def test_a_huge_array_is_shown_in_part():
    values = {(seed, "a"): np.ones((1000, 1000)) for seed in EVERY}
    exercise = Expected("3.2", 1, "function", ("a",), values=values)
    assert len(verdict(values, exercise=exercise).named[0].seen[0].yours) <= 100


def test_free_text_is_left_to_a_person():
    found = verdict({}, exercise=Expected("essay", 3, "manual"))
    assert (found.status, found.points, found.earned) == (Status.BY_HAND, 3, 0)


TRAINED = Expected("3.2", 3, "trained", ("w",), ("w",), shapes={"w": (2,)}, accept="judge")


def trained(array):
    return {(seed, "w"): np.asarray(array) for seed in EVERY}


def test_trained_numbers_count_if_accepted_on_every_seed():
    asked = []
    found = verdict(trained([1.0, 2.0]), exercise=TRAINED, accept=lambda *seen: asked.append(seen) or "")
    assert (found.earned, found.status) == (3, Status.RIGHT)
    ((exercise, arrays),) = asked
    assert exercise is TRAINED
    assert {seed: named["w"].tolist() for seed, named in arrays.items()} == {seed: [1, 2] for seed in SEEDS}
    found = verdict(trained([1.0, 2.0]), exercise=TRAINED, accept=lambda *seen: "too far")
    assert (found.earned, found.note) == (0, "too far")
    assert {seen.seed for seen in found.named[0].seen} == {101}


@pytest.mark.parametrize("array", [[1.0], [[1.0, 2.0]], 1.0, [1.0, np.nan], [np.inf, 1.0]])
def test_trained_numbers_of_another_form_are_never_judged(array):
    assert verdict(trained(array), exercise=TRAINED, accept=refused).earned == 0


def test_missing_trained_numbers_are_never_judged():
    assert verdict({}, {"3.2": "NotImplementedError"}, TRAINED, refused).status == Status.NOT_ATTEMPTED


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("ZeroDivisionError: division by zero", "ZeroDivisionError, on some"),
        ("Stopped: the answer ran out of time", "Stopped, on some"),
        ("b_is_1_46_rate_is_0_43: x", "An exception, on some"),
    ],
)
def test_an_exception_on_the_runs_inputs_tells_nothing_of_them(error, told):
    given = {(101, "value"): np.zeros(())}
    assert _told(error, given, public=(101,)).startswith(told)

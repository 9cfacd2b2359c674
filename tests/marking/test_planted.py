"""A learner's own test earns by accepting right code and catching faults, and by nothing less."""

import itertools

import numpy as np
import pytest

from backproplab.marking.planted import is_missed, verdicts, what_it_did

SEEDS = range(1, 60)


def relu(x):
    return np.maximum(x, 0)


def backward(x, upstream):
    return upstream * (x > 0)


def in_place(x, upstream):
    down = upstream.copy()
    down[x <= 0] = 0
    return down


def no_mask(x, upstream):
    return upstream


def no_upstream(x, upstream):
    return (x > 0) * 1.0


def asked(judge, seed=1):
    return verdicts(
        judge,
        np.random.default_rng(seed),
        right={"ReLU": (relu, backward), "ReLU in place": (relu, in_place)},
        faults={"no mask": (relu, no_mask), "no upstream": (relu, no_upstream)},
    )


NAMES = ["accepts ReLU", "accepts ReLU in place", "catches no mask", "catches no upstream"]


def passed(judge, seed=1):
    found = asked(judge, seed)
    return {name for name in found if np.array_equal(found[name], found.truth[name])}


def nudging(x):
    def judge(forward, backward):
        upstream = np.linspace(0.5, 1.5, x.size)
        wanted = upstream * (forward(x + 1e-6) - forward(x - 1e-6)) / 2e-6
        return np.allclose(backward(x, upstream), wanted)

    return judge


GOOD = nudging(np.array([-1.0, -0.5, 0.7, 2.0]))
POSITIVE = nudging(np.array([1.0, 0.5, 0.7, 2.0]))


def plain_only(forward, backward):
    return GOOD(forward, backward) and backward.__name__ == "backward"


def test_a_good_test_earns_every_value_with_every_seed():
    for seed in SEEDS:
        assert passed(GOOD, seed) == set(NAMES)
        assert list(asked(GOOD, seed)) == NAMES
        assert asked(GOOD, seed).error is None


@pytest.mark.parametrize("constant", [True, False])
def test_a_constant_earns_nothing(constant):
    for seed in SEEDS:
        assert passed(lambda forward, backward: constant, seed) == set()


def test_nor_does_one_that_swaps_the_verdicts():
    assert passed(lambda forward, backward: not GOOD(forward, backward)) == set()


def test_nor_do_alternating_verdicts_over_a_few_seeds():
    always = set(NAMES)
    for seed in range(1, 6):
        turns = itertools.cycle([True, False])
        always &= passed(lambda *_: next(turns), seed)  # noqa: B023 (called at once)
    assert always == set()


def test_each_fault_let_through_costs_its_own_share():
    for seed in SEEDS:
        assert passed(POSITIVE, seed) == {*NAMES} - {"catches no mask"}


def test_right_code_refused_costs_its_own_share():
    for seed in SEEDS:
        assert passed(plain_only, seed) == {*NAMES} - {"accepts ReLU in place"}


def test_what_is_right_differs_from_seed_to_seed_in_order_and_number():
    truths = [tuple(asked(GOOD, seed).truth[NAMES[2]]) for seed in SEEDS]
    assert len(set(truths)) > 30
    assert {len(truth) for truth in truths} == {4, 5, 6, 7}
    assert all(0 < sum(truth) < len(truth) for truth in truths)


def test_a_judge_that_draws_changes_nothing_of_what_it_is_asked():
    rng = np.random.default_rng(7)

    def drawing(forward, backward):
        return GOOD(forward, backward) or rng.uniform() < 0

    given = dict(right={"ReLU": (relu, backward)}, faults={"no mask": (relu, no_mask)})
    found = verdicts(drawing, rng, **given)
    again = verdicts(GOOD, np.random.default_rng(7), **given)
    assert [found.truth[name].tolist() for name in found] == [again.truth[name].tolist() for name in again]


def test_one_argument_needs_no_tuple():
    found = verdicts(lambda number: number > 0, np.random.default_rng(1), right={"a": 1}, faults={"b": -1})
    assert all(np.array_equal(found[name], found.truth[name]) for name in found)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "stub returned None, expected True or False; end each of its ways with a return"),
        (np.array([True, True]), r"an array of shape \(2,\), expected True or False; np.all"),
        (np.array(True), r"an array of shape \(\)"),
        (1, "an int, expected True or False"),
        ("yes", "a str"),
        (np.float64(0), "a float64"),
    ],
)
def test_a_verdict_is_true_or_false_and_nothing_like_it(answer, words):
    def stub(forward, backward):
        return answer

    with pytest.raises(TypeError, match=words):
        asked(stub)


def test_the_truth_of_numpy_is_a_verdict():
    assert passed(lambda forward, backward: np.bool_(GOOD(forward, backward))) == set(NAMES)


def test_raising_is_no_verdict_and_the_rest_is_asked_all_the_same():
    def strict(forward, backward):
        assert GOOD(forward, backward)
        return True

    found = asked(strict)
    assert isinstance(found.error, AssertionError)
    assert passed(strict) == set()  # no fault is caught, so accepting right code says nothing yet

    def fails_on_one(forward, backward):
        return 1 / 0 if backward is no_mask else GOOD(forward, backward)

    for seed in SEEDS:
        assert passed(fails_on_one, seed) == {*NAMES} - {"catches no mask"}


def test_an_untouched_answer_raises_as_it_does_everywhere():
    def stub(forward, backward):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        asked(stub)


@pytest.mark.parametrize(("right", "faults"), [({}, {"a": 1}), ({"a": 1}, {})])
def test_a_check_without_right_code_or_without_a_fault_is_none(right, faults):
    with pytest.raises(ValueError, match="at least one of each"):
        verdicts(GOOD, np.random.default_rng(1), right=right, faults=faults)


def did(judge, seeds=SEEDS):
    found = {seed: asked(judge, seed) for seed in seeds}
    truth = {seed: each.truth for seed, each in found.items()}
    return {name: what_it_did(name, truth, found) for name in NAMES}


def raising_on(*implementations):
    def judge(forward, backward):
        return 1 / 0 if backward in implementations else GOOD(forward, backward)

    return judge


@pytest.mark.parametrize(
    ("judge", "name", "words"),
    [
        (GOOD, NAMES[0], "accepted it"),
        (GOOD, NAMES[2], "caught it"),
        (POSITIVE, NAMES[2], "let it through"),
        (plain_only, NAMES[1], "refused it"),
        (lambda *_: True, NAMES[0], "lets every fault through, so this does not count yet"),
        (lambda *_: True, NAMES[2], "let it through"),
        (lambda *_: False, NAMES[0], "refused it"),
        (lambda *_: False, NAMES[2], "refuses all right code, so this does not count yet"),
        (raising_on(no_mask), NAMES[2], "stopped on it, which is no verdict"),
        (raising_on(backward, in_place), NAMES[2], "stopped on other code, so this does not count yet"),
    ],
)
def test_what_a_judge_did_is_said_in_words(judge, name, words):
    assert did(judge)[name] == words


def test_luck_is_counted():
    rng = np.random.default_rng(3)

    def moody(forward, backward):
        return GOOD(forward, backward) or (backward is no_mask and rng.uniform() < 0.5)

    words = did(moody, seeds=(1, 2, 3))["catches no mask"]
    assert words.startswith("let it through ")
    assert words.endswith(" times")


def test_what_is_no_row_of_verdicts_is_none():
    truth = {1: asked(GOOD).truth}
    for wrong in ({}, {"catches no mask": np.array(1.0)}, {"catches no mask": TypeError("got a str")}):
        assert what_it_did("catches no mask", truth, {1: wrong}) == "gave no verdict"


@pytest.mark.parametrize(
    ("judge", "missed"),
    [
        (GOOD, []),
        (POSITIVE, ["catches no mask"]),
        (plain_only, ["accepts ReLU in place"]),
        (lambda *_: True, NAMES[2:]),
        (lambda *_: False, NAMES[:2]),
        (raising_on(no_mask), []),
    ],
)
def test_missed_is_what_was_let_through_or_refused_and_not_what_for_another_reason_does_not_count(
    judge, missed
):
    found = {seed: asked(judge, seed) for seed in SEEDS}
    truth = {seed: each.truth for seed, each in found.items()}
    assert [name for name in NAMES if is_missed(name, truth, found)] == missed
    assert not is_missed(NAMES[2], truth, {})

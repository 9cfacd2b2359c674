"""Clipping by norm: one factor for the whole arrow, as PyTorch does, before the step and on a copy."""

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, SquaredError, Tanh, fit
from backproplab.clipping import Clipped, clipped
from backproplab.norms import norm
from backproplab.optimizers import Adam, StepDecay
from backproplab.training import GradientNorms, Recorder


def test_a_long_gradient_keeps_its_direction_and_gets_the_norm_of_the_limit():
    gradient = np.random.default_rng(0).normal(size=50)
    short = clipped(gradient, 0.5)
    assert np.linalg.norm(short) == pytest.approx(0.5, rel=1e-14)
    assert short @ gradient == pytest.approx(0.5 * np.linalg.norm(gradient), rel=1e-14)


def test_a_short_gradient_stays_and_neither_is_changed_in_place():
    gradient = np.array([3.0, 4.0])
    whole = clipped(gradient, 5.0)
    np.testing.assert_array_equal(whole, [3.0, 4.0])
    assert not np.shares_memory(whole, gradient)
    clipped(gradient, 1.0)
    np.testing.assert_array_equal(gradient, [3.0, 4.0])


def test_it_agrees_with_pytorch_over_all_parameters_together():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    parts = [rng.normal(size=(4, 3)), 10 * rng.normal(size=3), rng.normal(size=(3, 1))]
    leaves = [torch.zeros(part.shape, dtype=torch.float64, requires_grad=True) for part in parts]
    for leaf, part in zip(leaves, parts, strict=True):
        leaf.grad = torch.tensor(part)
    torch.nn.utils.clip_grad_norm_(leaves, 0.7)
    theirs = np.concatenate([leaf.grad.numpy().ravel() for leaf in leaves])
    ours = clipped(np.concatenate([part.ravel() for part in parts]), 0.7)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)  # PyTorch divides by the norm plus a millionth


@pytest.mark.parametrize("size", [1e-30, 1e-10, 1.0, 1e19, 1e30, 1e38])
def test_float32_neither_overflows_nor_underflows(size):
    gradient = (size * np.array([3.0, -4.0, 0.0]) / 5).astype(np.float32)
    assert norm(gradient) == pytest.approx(size, rel=1e-6)
    short = clipped(gradient, size / 1000)
    assert short.dtype == np.float32
    np.testing.assert_allclose(short, [size * 6e-4, -size * 8e-4, 0.0], rtol=1e-5)


def test_a_norm_that_float32_cannot_hold_still_has_a_direction():
    gradient = np.full(400, 3e38, np.float32)  # the norm is 6e39
    np.testing.assert_allclose(clipped(gradient, 1.0), 0.05, rtol=2e-7)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_not_hidden(bad):
    assert np.isnan(clipped(np.array([1.0, bad]), 1.0)).any()


def test_no_gradient_is_no_division_by_zero():
    np.testing.assert_array_equal(clipped(np.zeros(3), 1.0), np.zeros(3))
    assert norm(np.zeros(0)) == 0


@pytest.mark.parametrize("make", [lambda: SGD(0.1, momentum=0.9), lambda: Adam(0.01)])
def test_another_optimiser_gets_what_was_clipped(make):
    rng = np.random.default_rng(2)
    gradients = 3 * rng.normal(size=(10, 6))
    ours = rng.normal(size=6)
    by_hand = ours.copy()
    limited, plain = Clipped(make(), max_norm=2.0), make()
    for gradient in gradients:
        limited.step(ours, gradient)
        plain.step(by_hand, clipped(gradient, 2.0))
    np.testing.assert_array_equal(ours, by_hand)


def test_it_follows_the_schedule_of_the_other():
    limited = Clipped(SGD(StepDecay(1.0, every=1, factor=0.5)), max_norm=1.0)
    parameters, moves = np.zeros(1), []
    for _ in range(3):
        before = parameters.copy()
        limited.step(parameters, np.array([-8.0]))
        moves.append(float((parameters - before)[0]))
    assert moves == [1.0, 0.5, 0.25]


def test_in_training_the_step_is_limited_and_the_recorded_gradient_is_whole():
    rng = np.random.default_rng(0)
    x, targets = rng.normal(size=(16, 3)), 100 * rng.normal(size=(16, 1))
    network = Network([Dense(3, 4), Tanh(), Dense(4, 1)], dtype=np.float64)
    start, recorder = network.parameters.copy(), Recorder(norms=GradientNorms())
    history = fit(
        network,
        SquaredError(),
        x,
        targets,
        optimizer=Clipped(SGD(0.5), max_norm=0.1),
        epochs=1,
        batch_size=16,
        recorder=recorder,
    )
    assert np.linalg.norm(network.parameters - start) == pytest.approx(0.5 * 0.1)
    assert np.linalg.norm(history.records["norms"].values[0]) > 1
    assert np.linalg.norm(network.gradient) > 1


@pytest.mark.parametrize("limit", [0, -1, np.nan, np.inf])
def test_a_limit_is_a_number_above_zero(limit):
    for make in (
        lambda: clipped(np.ones(2), limit),
        lambda: Clipped(SGD(0.1), max_norm=limit),
    ):
        with pytest.raises(ValueError, match="max_norm must be at least"):
            make()


def test_what_is_no_optimiser_or_not_a_new_one_is_refused():
    with pytest.raises(TypeError, match="such as SGD"):
        Clipped(0.1, max_norm=1.0)
    used = SGD(0.1)
    used.step(np.zeros(1), np.zeros(1))
    with pytest.raises(ValueError, match="has made 1 steps already"):
        Clipped(used, max_norm=1.0)


def test_whole_numbers_are_refused_since_shortened_they_have_fractions():
    for gradient in (np.array([3, 4]), [3.0, 4.0]):
        with pytest.raises(TypeError, match=r"clipped expected an array of floats.*dtype=float"):
            clipped(gradient, 1.0)

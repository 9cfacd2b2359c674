"""Loss scaling: what half precision rounds to 0 comes through; too large a scale is found, and halved."""

import copy

import numpy as np
import pytest

from backproplab import SGD, BinaryCrossEntropy, Dense, Network, SoftmaxCrossEntropy, SquaredError, Tanh, fit
from backproplab.clipping import Clipped
from backproplab.layers import Half
from backproplab.loss_scale import LossScale
from backproplab.optimizers import Adam, WarmUp
from backproplab.targets import Masked
from backproplab.training import TrainingStopped, steps


def network(*, half=True):
    """Two dense layers; with `half`, what goes between them is rounded to float16."""
    between = [Half(), Tanh(), Half()] if half else [Tanh()]
    return Network([Dense(3, 8), *between, Dense(8, 2)], seed=1)


def test_a_gradient_that_underflows_without_it_comes_through_with_it():
    x = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    upstream = 3e-9 * np.random.default_rng(1).normal(size=(50, 2)).astype(np.float32)

    def first_layer(half, scale):
        net = network(half=half)
        net.forward(x)
        net.backward(np.float32(scale) * upstream)
        return net.gradient_views["dense1.weights"] / scale

    right = first_layer(half=False, scale=1.0)
    assert np.abs(right).min() > 1e-10
    np.testing.assert_array_equal(first_layer(half=True, scale=1.0), 0)
    scaled = first_layer(half=True, scale=2.0**16)
    np.testing.assert_allclose(scaled, right, atol=2e-3 * np.abs(right).max())


def test_a_power_of_two_costs_no_digit():
    x, targets = np.random.default_rng(2).normal(size=(2, 9, 3)).astype(np.float32)
    runs = []
    for scaled in (False, True):
        net, optimizer, loss = network(half=False), SGD(0.1, momentum=0.9), SquaredError()
        if scaled:
            optimizer = LossScale(optimizer, scale=2.0**10, patience=3)
            loss = optimizer.loss(loss)
        history = fit(net, loss, x, targets[:, :2], optimizer=optimizer, epochs=4, batch_size=4)
        runs.append((net.parameters, history.epoch_loss))
    np.testing.assert_array_equal(runs[0][0], runs[1][0])
    np.testing.assert_array_equal(runs[0][1], runs[1][1])


class TestTheScale:
    def test_it_is_halved_at_an_overflow_and_the_step_is_skipped(self):
        parameters = np.ones(2)
        scaled = LossScale(Adam(0.1), scale=4.0)
        for bad in (np.inf, np.nan):
            scaled.step(parameters, scaled.multiply(np.array([1.0, bad])))
        np.testing.assert_array_equal(parameters, 1.0)
        assert (scaled.scale, scaled.skipped, scaled.optimizer.steps) == (1.0, 2, 0)

    def test_it_is_doubled_after_as_many_steps_in_a_row(self):
        scaled, parameters, scales = LossScale(SGD(0.1), scale=8.0, patience=3), np.ones(1), []
        for entry in (1.0, 1.0, np.inf, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0):
            scaled.step(parameters, scaled.multiply(np.array([entry])))
            scales.append(scaled.scale)
        assert scales == [8, 8, 4, 4, 4, 8, 8, 8, 16]

    def test_at_one_what_is_not_finite_is_not_hidden(self):
        scaled, parameters = LossScale(SGD(0.1), scale=1.0), np.ones(1)
        scaled.step(parameters, scaled.multiply(np.array([np.nan])))
        assert np.isnan(parameters).all()

    def test_a_network_that_diverges_at_one_ends_its_run_and_is_not_skipped_for_ever(self):
        x = np.random.default_rng(3).normal(size=(40, 3)).astype(np.float32)
        net, scaled = Network([Dense(3, 8), Dense(8, 2)], seed=1), LossScale(SGD(1e3), scale=2.0)
        with pytest.warns(TrainingStopped, match="the loss became"):
            fit(net, scaled.loss(SquaredError()), x, x[:, :2], optimizer=scaled, epochs=200, batch_size=8)
        assert scaled.scale == 1.0
        assert not np.isfinite(net.parameters).all()

    def test_a_scale_that_overflows_in_half_precision_is_found(self):
        x, targets = np.random.default_rng(3).normal(size=(2, 40, 3)).astype(np.float32)
        net, scaled = network(), LossScale(SGD(0.1), scale=2.0**40)
        loss = scaled.loss(SquaredError())
        for step in steps(net, loss, x, targets[:, :2], optimizer=scaled, batch_size=8, epochs=20):
            assert np.isfinite(step.loss)  # and no warning, which would be an error here
        assert 15 < scaled.skipped < 40
        assert np.isfinite(net.parameters).all()
        assert scaled.optimizer.steps == 100 - scaled.skipped


class TestWhatAStepDividesBy:
    x, targets = np.random.default_rng(5).normal(size=(2, 9, 3)).astype(np.float32)

    def test_a_loss_that_was_not_scaled_is_refused_and_nothing_moves(self):
        net, scaled = network(), LossScale(SGD(0.1))
        before = net.parameters.copy()
        with pytest.raises(RuntimeError, match=r"not scaled.*scaled\.loss\(SquaredError\(\)\)"):
            fit(net, SquaredError(), self.x, self.targets[:, :2], optimizer=scaled, epochs=1, batch_size=4)
        np.testing.assert_array_equal(net.parameters, before)

    def test_it_is_the_scale_that_the_gradient_had(self):
        scaled, parameters = LossScale(SGD(1.0), scale=4.0), np.zeros(1)
        gradient = scaled.multiply(np.array([3.0]))
        scaled.scale = 16.0
        scaled.step(parameters, gradient)
        assert parameters == [-3.0]

    def test_clipping_inside_is_of_the_unscaled_gradient(self):
        scaled = LossScale(Clipped(SGD(1.0), max_norm=1.0), scale=1024.0)
        parameters = np.zeros(2)
        scaled.step(parameters, scaled.multiply(np.array([0.3, 0.4])))
        np.testing.assert_allclose(parameters, [-0.3, -0.4])


@pytest.mark.parametrize(("dtype", "most"), [(np.float32, 2.0**64), (np.float64, 2.0**512)])
def test_gradients_of_zero_do_not_drive_it_to_infinity(dtype, most):
    scaled, parameters = LossScale(SGD(0.1), patience=1), np.ones(2, dtype)
    for _ in range(1200):
        scaled.step(parameters, scaled.multiply(np.zeros(2, dtype)))
    assert (scaled.scale, scaled.skipped, scaled.optimizer.steps) == (most, 0, 1200)


def test_the_rate_is_the_one_that_will_be_applied():
    scaled, parameters = LossScale(SGD(WarmUp(0.1, steps=10)), scale=16.0), np.zeros(1)
    for entry in (np.inf, np.inf, 1.0):
        before, rate = parameters.copy(), scaled.learning_rate
        scaled.step(parameters, scaled.multiply(np.array([entry])))
    assert rate == pytest.approx(0.01)
    np.testing.assert_allclose(before - parameters, rate)


def test_what_a_loss_sets_can_be_read_through_it():
    logits, labels = np.random.default_rng(6).normal(size=(4, 3)), np.array([0, 1, 2, 0])
    plain, scaled = SoftmaxCrossEntropy(), LossScale(SGD(0.1)).loss(SoftmaxCrossEntropy())
    for loss in (plain, scaled):
        loss.forward(logits, labels)
    np.testing.assert_array_equal(scaled.probabilities, plain.probabilities)
    np.testing.assert_array_equal(copy.deepcopy(scaled).error, plain.error)
    with pytest.raises(AttributeError, match="no attribute 'probability'"):
        _ = scaled.probability


def test_the_loss_is_the_loss_in_all_but_its_gradient():
    logits = np.random.default_rng(4).normal(size=(6, 3))
    for targets in (np.array([0, 1, 2, 0, 1, 2]), Masked(np.array([0, 1, 2, 0, 1, 2]), [1, 0, 1, 1, 0, 1])):
        plain = SoftmaxCrossEntropy("sum")
        scaled = LossScale(SGD(0.1), scale=32.0).loss(SoftmaxCrossEntropy("sum"))
        assert scaled.forward(logits, targets) == plain.forward(logits, targets)
        np.testing.assert_array_equal(scaled.backward(), 32 * plain.backward())
        assert (scaled.counted, scaled.reduction) == (plain.counted, "sum")
        encoded = plain.encode(targets, logits.shape, logits.dtype)
        np.testing.assert_array_equal(scaled.right(logits, encoded), plain.right(logits, encoded))


def test_what_is_right_is_what_the_loss_says():
    logits, targets = np.array([[0.2], [-0.2], [0.7]]), np.array([[1.0], [1.0], [1.0]])
    scaled = LossScale(SGD(0.1)).loss(BinaryCrossEntropy())
    assert scaled.right(logits, targets).tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: LossScale(0.1), TypeError, r"expected an optimiser, such as SGD\(0.1\), got 0.1"),
        (lambda: LossScale(SGD(0.1), scale=0), ValueError, "scale must be at least"),
        (lambda: LossScale(SGD(0.1), scale=0.25), ValueError, "make gradients larger: at least 1, got 0.25"),
        (lambda: LossScale(SGD(0.1), patience=0), ValueError, "at least 1, got 0"),
        (lambda: LossScale(SGD(0.1), patience=1.5), ValueError, "whole number of at least 1, got 1.5"),
        (lambda: LossScale(SGD(0.1), patience=True), ValueError, "whole number of at least 1, got True"),
        (lambda: LossScale(SGD(0.1)).loss("mse"), TypeError, "expected a loss, such as .*, got 'mse'"),
        (lambda: Clipped(LossScale(SGD(0.1)), max_norm=1.0), TypeError, r"turn them round: LossScale\(Clip"),
        (lambda: LossScale(used()), ValueError, "has made 1 steps already"),
    ],
)
def test_what_it_cannot_be_made_of(make, error, says):
    with pytest.raises(error, match=says):
        make()


def used():
    optimizer = SGD(0.1)
    optimizer.step(np.ones(1), np.ones(1))
    return optimizer

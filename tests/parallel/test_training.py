"""Data-parallel training: what several workers find is what one finds."""

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, SoftmaxCrossEntropy, Tanh
from backproplab.layers import BatchNorm
from backproplab.parallel import shares, train_together


def start():
    return Network([Dense(3, 5), Tanh(), Dense(5, 4)], seed=1, dtype=np.float64)


def test_unequal_shares_give_the_parameters_and_losses_of_one_process():
    rng = np.random.default_rng(0)
    batches = [(rng.normal(size=(size, 3)), rng.integers(0, 4, size)) for size in (7, 8, 3)]
    together, alone, loss = start(), start(), SoftmaxCrossEntropy()
    reports = train_together(together, loss, batches, workers=2, learning_rate=0.5)

    optimizer, losses = SGD(0.5), []
    for x, targets in batches:
        losses.append(alone.loss_and_gradient(loss, x, targets))
        optimizer.step(alone.parameters, alone.gradient)
    np.testing.assert_allclose(together.parameters, alone.parameters, rtol=1e-12)
    for report in reports:
        assert np.array_equal(report.parameters, together.parameters)
        np.testing.assert_allclose(report.losses, losses, rtol=1e-12)


def test_a_batch_is_divided_and_nobody_is_left_without():
    x, targets = np.arange(7.0)[:, None], np.arange(7)
    parts = shares(x, targets, 3)
    assert [part.tolist() for _, part in parts] == [[0, 1, 2], [3, 4], [5, 6]]
    with pytest.raises(ValueError, match="7 examples are too few for 8 workers"):
        shares(x, targets, 8)
    with pytest.raises(ValueError, match="7 examples and 6 targets"):
        shares(x, targets[:6], 2)


def test_a_loss_that_is_added_up_is_that_of_one_process_too():
    rng = np.random.default_rng(0)
    batches = [(rng.normal(size=(size, 3)), rng.integers(0, 4, size)) for size in (7, 3)]
    together, alone, loss = start(), start(), SoftmaxCrossEntropy("sum")
    first, _ = train_together(together, loss, batches, workers=2, learning_rate=0.05)
    losses = []
    for x, targets in batches:
        losses.append(alone.loss_and_gradient(loss, x, targets))
        SGD(0.05).step(alone.parameters, alone.gradient)
    np.testing.assert_allclose(together.parameters, alone.parameters, rtol=1e-12)
    np.testing.assert_allclose(first.losses, losses, rtol=1e-12)


def test_running_means_come_home_from_the_first_worker():
    rng = np.random.default_rng(0)
    x, targets = rng.normal(3.0, 2.0, size=(8, 3)), rng.integers(0, 4, 8)
    network = Network([BatchNorm(3), Dense(3, 4)], dtype=np.float64)
    train_together(network, SoftmaxCrossEntropy(), [(x, targets)], workers=2, learning_rate=0.1)
    (norm, _) = network.layers
    np.testing.assert_allclose(norm.running_mean, 0.1 * x[:4].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(norm.running_variance, 0.9 + 0.1 * x[:4].var(axis=0, ddof=1), rtol=1e-12)

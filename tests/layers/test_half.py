"""Half: the nearest numbers of float16, both ways, in arrays of the dtype that came in."""

import numpy as np
import pytest

from backproplab import Dense, Network, SquaredError, Tanh
from backproplab.layers import Half

NUMBERS = np.array([[0.0, 1 / 3, -1000.3, 65504.0, 65536.0, -1e6, 6e-8, 2e-8, np.nan]])
HELD = [[0.0, 1365 / 4096, -1000.5, 65504.0, np.inf, -np.inf, 2.0**-24, 0.0, np.nan]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_half_precision_holds_and_what_it_loses(dtype):
    half, numbers = Half(), NUMBERS.astype(dtype)
    for there in (half.forward(numbers), half.backward(numbers)):
        assert there.dtype == dtype
        np.testing.assert_array_equal(there, HELD)
    out = numbers.copy()
    assert half.forward(out, out) is out
    np.testing.assert_array_equal(out, HELD)


def test_three_digits_stay():
    x = np.random.default_rng(0).normal(size=(1, 1000))
    errors = np.abs(Half().forward(x) / x - 1)
    assert errors.max() <= 2.0**-11
    assert errors.max() > 2.0**-12


def test_training_and_calls_by_hand_round_alike():
    x, targets = np.random.default_rng(1).normal(size=(2, 5, 3)).astype(np.float32)
    network, loss = Network([Dense(3, 4), Half(), Tanh(), Half(), Dense(4, 3)]), SquaredError()
    network.loss_and_gradient(loss, x, targets)
    trained = network.gradient.copy()
    loss.forward(network.forward(x), targets)
    network.backward(loss.backward())
    np.testing.assert_array_equal(trained, network.gradient)
    assert network.chain.passes(x.shape, network.dtype).written_over == [
        0,
        1,
    ]  # dense1's and the first half's
    assert network.summary().rows[1].kept_bytes == 0

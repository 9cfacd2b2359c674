"""Half: the nearest numbers of float16, both ways, in arrays of the dtype that came in."""

import numpy as np
import pytest

from backproplab import Dense, Network, SquaredError, Tanh
from backproplab.layers import Checkpoint, Flatten, Half, Residual

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


def test_the_edges_of_what_it_holds():
    edges = np.array([65519.9, 65520.0, 6.2e-5 * (1 + 2**-10), 2.0**-25, 2.99e-8])
    with np.errstate(over="raise"):
        held = Half().forward(edges)
    assert held[:2].tolist() == [65504.0, np.inf]
    assert abs(held[2] / edges[2] - 1) <= 2.0**-11
    assert held[3:].tolist() == [0.0, 2.0**-24]


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
    # dense1's and the first half's
    assert network.chain.passes(x.shape, network.dtype).written_over == [0, 1]
    assert network.summary().rows[1].kept_bytes == 0


@pytest.mark.parametrize("first", [Half, lambda: Checkpoint([Half(), Tanh()]), lambda: Residual([Tanh()])])
def test_what_changes_no_shape_leaves_it_to_the_next_layer_to_say_what_comes_in(first):
    network = Network([first(), Dense(3, 2)])
    assert network.input_shape == (3,)
    assert network.summary().rows[-1].name == "dense1"
    assert Network([Flatten(), first(), Dense(3, 2)]).input_shape is None

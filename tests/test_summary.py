"""Summaries: parameters and FLOPs by formula, kept bytes against the arrays that layers really keep."""

import numpy as np
import pytest

from backproplab import Dense, Network, ReLU, Sigmoid, Tanh
from backproplab.layers import GELU, Flatten, Residual


def kept_arrays(layers):
    """The arrays that layers hold on to after forward."""
    for layer in layers:
        yield from kept_arrays(getattr(layer, "layers", []))
        yield from (value for name in layer.keeps if isinstance(value := getattr(layer, name), np.ndarray))


def bytes_really_kept(network):
    """Bytes of distinct memory among them."""
    owners = {array.__array_interface__["data"][0]: array.nbytes for array in kept_arrays(network.layers)}
    return sum(owners.values())


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [Dense(5, 4), ReLU(), Dense(4, 3), Sigmoid()],
        lambda: [Dense(5, 4), GELU(), Dense(4, 4), Tanh(), Sigmoid(), Dense(4, 2)],
        lambda: [Dense(5, 4), Residual([Dense(4, 6), ReLU(), Dense(6, 4)]), Tanh(), Dense(4, 1)],
        lambda: [Flatten(), Dense(5, 4), Residual([Tanh()]), Dense(4, 1)],
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kept_bytes_are_those_of_the_arrays_kept(layers, dtype):
    network = Network(layers(), dtype=dtype)
    network.forward(np.ones((7, 5), dtype))
    assert network.summary(batch=7, input_shape=(5,)).total.kept_bytes == bytes_really_kept(network)


def test_operations_of_a_dense_network():
    summary = Network([Dense(784, 30), ReLU(), Dense(30, 10)]).summary(batch=2)
    first, relu, last = summary.rows
    assert (first.forward_flops, first.backward_flops) == (2 * (2 * 784 * 30 + 30), 2 * (2 * 784 * 30 + 30))
    assert (relu.forward_flops, relu.backward_flops) == (2 * 30, 2 * 2 * 30)
    assert (last.forward_flops, last.backward_flops) == (2 * (2 * 300 + 10), 2 * (4 * 300 + 10))
    assert summary.total.parameters == 784 * 30 + 30 + 300 + 10


def test_it_prints_as_an_aligned_table_and_as_html():
    summary = Network([Dense(784, 30), ReLU(), Dense(30, 10)]).summary(batch=64)
    *lines, caption = str(summary).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "batch of 64, float32" in caption
    assert "23,860" in lines[-1]
    assert summary._repr_html_().count("<tr>") == 5


def test_an_open_input_shape_is_asked_for():
    with pytest.raises(ValueError, match=r"say which: summary\(input_shape=\(28, 28\)\)"):
        Network([Flatten(), Dense(784, 10)]).summary()

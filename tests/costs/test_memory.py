"""Memory: what layers say that they keep is what the interpreter finds, by hand and in checkpoints."""

import copy
import tracemalloc

import numpy as np
import pytest

from backproplab import Dense, Network, ReLU
from backproplab.costs import memory_use, stated_memory
from backproplab.layers import (
    GELU,
    GRU,
    RNN,
    Attention,
    AvgPool2D,
    BatchNorm,
    Checkpoint,
    Conv2D,
    Embedding,
    Flatten,
    Half,
    LastStep,
    LayerNorm,
    MaxPool2D,
    Position,
    Residual,
    Softplus,
    Tanh,
    in_blocks,
)

OBJECTS = 2000
"""Bytes that each layer may take besides: array objects, and means, which do not grow with the batch."""

NETWORKS = {
    "dense and activations": lambda: [Dense(30, 40), ReLU(), Dense(40, 20), GELU(), Softplus()],
    "normalization": lambda: [Dense(30, 40), BatchNorm(40), Tanh(), LayerNorm(40)],
    "residual": lambda: [Dense(30, 30), Residual([Tanh(), Dense(30, 30)])],
    "checkpoints": lambda: in_blocks([Dense(30, 40), Tanh(), Dense(40, 30), ReLU(), Dense(30, 50)], 2),
    "nested": lambda: [
        Checkpoint([Dense(30, 40), Tanh(), Checkpoint([Dense(40, 60), Tanh(), Dense(60, 9)])])
    ],
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_stated_is_kept_and_no_peak_is_below_it(name, dtype):
    network = Network(NETWORKS[name](), dtype=dtype)
    x = np.random.default_rng(0).normal(size=(1000, 30)).astype(dtype)
    stated, found = stated_memory(network, x), memory_use(network, x)
    assert 0 <= found.kept - stated.kept <= OBJECTS * len(network.layers)
    widest = 1000 * 60 * np.dtype(dtype).itemsize
    assert stated.peak <= found.peak <= stated.peak + 5 * widest


def test_it_grows_with_the_batch_and_not_with_the_parameters_of_the_last_layer():
    x = np.ones((400, 10), np.float32)
    small, large = (Network([Dense(10, 10), Tanh(), Dense(10, width)]) for width in (1, 50))
    assert stated_memory(small, x).kept == 4 * stated_memory(large, x[:100]).kept == 400 * 20 * 4


def test_a_pass_before_changes_nothing_and_nothing_is_changed():
    network = Network([Dense(10, 20), BatchNorm(20), Tanh()])
    x = np.random.default_rng(1).normal(size=(300, 10)).astype(np.float32)
    before = memory_use(network, x)
    network.backward(network.forward(2 * x))
    twin = copy.deepcopy(network)
    assert memory_use(network, x).kept == pytest.approx(before.kept, abs=3 * OBJECTS)
    np.testing.assert_array_equal(network.gradient, twin.gradient)
    np.testing.assert_array_equal(network.layers[1].running_mean, twin.layers[1].running_mean)
    np.testing.assert_array_equal(network.layers[2].a, twin.layers[2].a)


def test_the_peak_falls_and_rises_with_the_size_of_a_block():
    x = np.ones((500, 20), np.float32)
    peaks = []
    for size in (1, 2, 4, 8, 16):
        pairs = [layer for _ in range(16) for layer in (Dense(20, 20), Tanh())]
        peaks.append(memory_use(Network(in_blocks(pairs, 2 * size)), x).peak)
    assert peaks[0] > peaks[1] > peaks[2] < peaks[3] < peaks[4]


def test_the_peak_is_that_of_both_passes():
    x = np.ones((1000, 50))
    found = memory_use(Network([Tanh()], dtype=np.float64), x)
    assert 0.99 < found.kept / x.nbytes < 1.01  # a
    assert found.peak / x.nbytes > 3.9  # a, ∂L/∂a, 1 − a² and ∂L/∂z, where forward has x, a and the upstream


def test_what_a_checkpoint_computes_again_is_stated():
    inner = Checkpoint([Dense(6, 8), Tanh(), Dense(8, 8), Tanh()])
    network = Network([Dense(4, 5), Checkpoint([Dense(5, 6), inner, Dense(8, 1)]), Checkpoint([Dense(1, 9)])])
    kept = 4 + 5 + 1  # the inputs of Dense and of the two blocks
    filled = 6 + 8 + (8 + 8)  # the inputs of the inner block and of the last Dense, and what the tanhs keep
    assert stated_memory(network, np.ones((10, 4), np.float32)) == (40 * kept, 40 * (kept + filled))


@pytest.mark.parametrize("kind", [RNN, GRU])
def test_what_a_recurrent_layer_keeps_is_stated(kind):
    network, x = Network([kind(3, 20), LastStep(), Dense(20, 1)]), np.ones((100, 15, 3), np.float32)
    stated, found = stated_memory(network, x), memory_use(network, x)
    assert stated.kept == 4 * 100 * (15 * (3 + 20 * (1 if kind is RNN else 5)) + 20)
    assert 0 <= found.kept - stated.kept <= 3 * OBJECTS


SHAPED = {
    "convolution": (lambda: [Conv2D(2, 3, size=3), Tanh(), Conv2D(3, 2, size=1)], (8, 8, 2)),
    "pooling": (lambda: [MaxPool2D(2), AvgPool2D(2), Flatten(), Dense(8, 3)], (8, 8, 2)),
    "attention": (lambda: [Attention(8, heads=2), LayerNorm(8), Residual([Attention(8)])], (20, 8)),
    "position": (lambda: [Tanh(), Position(20, 8), Dense(8, 8)], (20, 8)),
    "half": (lambda: [Tanh(), Half(), Dense(8, 8)], (20, 8)),
    "blocks": (lambda: in_blocks([Position(20, 8), Attention(8), GRU(8, 6), LastStep()], 2), (20, 8)),
    "of what came before": (
        lambda: in_blocks(after_a_pass(Dense(8, 8), Attention(8), GRU(8, 8)), 2),
        (20, 8),
    ),
}


def after_a_pass(*layers):
    """Copies of layers of a network that went forward once."""
    network = Network(layers)
    network.forward(np.ones((200, 20, 8), np.float32))
    return copy.deepcopy(list(network.layers))


@pytest.mark.parametrize(("make", "shape"), SHAPED.values(), ids=SHAPED)
def test_what_layers_of_pictures_and_sequences_keep_is_stated(make, shape):
    network = Network(make())
    x = np.random.default_rng(0).normal(size=(200, *shape)).astype(np.float32)
    stated, found = stated_memory(network, x), memory_use(network, x)
    # MaxPool2D lays down where the largest was, in bytes; a Checkpoint keeps a number for each example too
    assert 0 <= found.kept - stated.kept <= OBJECTS * len(network.layers)
    assert stated.peak <= found.peak


def test_integers():
    words = np.zeros((500, 6), int)
    network = Network([Embedding(9, 5), Tanh()])
    stated, found = stated_memory(network, words), memory_use(network, words)
    assert stated.kept == 500 * 6 * (8 + 5 * 4)
    assert 0 <= found.kept - stated.kept <= 2 * OBJECTS


def test_a_trace_of_somebody_else_is_left_alone():
    network, x = Network([Dense(2, 2)]), np.ones((1, 2), np.float32)
    tracemalloc.start()
    try:
        with pytest.raises(RuntimeError, match=r"call tracemalloc\.stop"):
            memory_use(network, x)
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
    memory_use(network, x)
    assert not tracemalloc.is_tracing()

"""Sizes of signals and messages through many layers, for each activation and start. Lesson 13."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.layers import Activation, Dense, ReLU, Sigmoid, Tanh
from backproplab.layers.contract import Array

ACTIVATIONS: dict[str, type[Activation]] = {"sigmoid": Sigmoid, "tanh": Tanh, "ReLU": ReLU}
STARTS = {"0.01": 0.01, "0.1": 0.1, "0.141": np.sqrt(0.02), "0.2": 0.2, "0.4": 0.4, "1": 1.0}
"""Standard deviations of the first weights, by what the page calls them; at width 100, He's is √0.02."""
DEPTHS = (2, 5, 10, 20, 30, 40, 50)
WIDTH, EXAMPLES, NETWORKS = 100, 10, 3

Floats = NDArray[np.float64]


class Journey(NamedTuple):
    """Root mean squares `(depth + 1,)`, the input first: a geometric mean over some networks."""

    signal: Floats
    message: Floats


def journeys(activation: str, start: str) -> dict[int, Journey]:
    """By depth: inputs of size 1 go forward, and a message of size 1 comes back from the last layer."""
    signals: list[Floats] = []
    messages: dict[int, list[Floats]] = {depth: [] for depth in DEPTHS}
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        blocks = [_block(rng, activation, STARTS[start]) for _ in range(DEPTHS[-1])]
        x: Array = rng.normal(size=(EXAMPLES, WIDTH))
        sizes = [size(x)]
        for dense, squash in blocks:
            x = squash.forward(dense.forward(x))
            sizes.append(size(x))
        signals.append(np.array(sizes))
        first = rng.normal(size=x.shape)
        for depth in DEPTHS:
            messages[depth].append(_back(blocks[:depth], first))
    signal = geometric_mean(signals)
    return {depth: Journey(signal[: depth + 1], geometric_mean(messages[depth])) for depth in DEPTHS}


def _block(rng: np.random.Generator, activation: str, spread: float) -> tuple[Dense, Activation]:
    dense = Dense(WIDTH, WIDTH, initial="zeros")
    dense.weights = spread * rng.normal(size=(WIDTH, WIDTH))
    return dense, ACTIVATIONS[activation]()


def _back(blocks: list[tuple[Dense, Activation]], message: Array) -> Floats:
    """Sizes of the message, the input first."""
    sizes = [size(message)]
    for dense, squash in reversed(blocks):
        blame = squash.backward(message)
        assert blame is not None
        message = blame @ dense.weights.T  # what `dense.backward` returns, without the weights' gradients
        sizes.append(size(message))
    return np.array(sizes[::-1])


def size(numbers: Array) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(numbers * numbers)))


def geometric_mean(rows: list[Floats]) -> Floats:
    """The middle of some curves on a log scale."""
    mean: Floats = np.exp(np.mean(np.log(rows), axis=0))
    return mean

"""Networks that the tests of sheets share: those of lesson 03, XOR, and one for each other formula."""

import numpy as np

from backproplab import (
    BinaryCrossEntropy,
    Dense,
    Network,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    SquaredError,
    Tanh,
)
from backproplab.layers import GELU, LeakyReLU, Softplus


def two_one_one():
    network = Network([Dense(2, 1), Sigmoid(), Dense(1, 1), Sigmoid()], dtype=np.float64)
    network.parameters = [0.4, -0.2, 0.1, 0.7, -0.3]
    return network, SquaredError(), [0.5, 0.3], [1.0]


def classic():
    network = Network([Dense(2, 2), Sigmoid(), Dense(2, 2), Sigmoid()], dtype=np.float64)
    views = network.parameter_views
    views["dense1.weights"][:], views["dense1.bias"][:] = [[0.15, 0.25], [0.20, 0.30]], 0.35
    views["dense2.weights"][:], views["dense2.bias"][:] = [[0.40, 0.50], [0.45, 0.55]], 0.60
    return network, SquaredError(), [0.05, 0.10], [0.01, 0.99]


def xor():
    network = Network([Dense(2, 4), Sigmoid(), Dense(4, 1), Sigmoid()], seed=1, dtype=np.float64)
    return network, SquaredError("sum"), [0.0, 1.0], [1.0]


def softmax():
    network = Network([Dense(3, 4), Tanh(), Dense(4, 3)], seed=2, dtype=np.float64)
    return network, SoftmaxCrossEntropy(), [0.5, -1.0, 2.0], 2


def rectified():
    """Two hidden layers of ReLU and leaky ReLU, and a linear output; one unit is off, one leaks."""
    layers = [Dense(2, 3), ReLU(), Dense(3, 3), LeakyReLU(0.1), Dense(3, 2)]
    network = Network(layers, seed=1, dtype=np.float64)
    return network, SquaredError(), [1.0, -0.5], [0.3, -0.2]


def yes_or_no():
    network = Network([Dense(2, 2), GELU(), Dense(2, 2), Softplus(), Dense(2, 2)], seed=4, dtype=np.float64)
    return network, BinaryCrossEntropy(), [0.7, -0.4], [1.0, 0.0]


NETWORKS = {
    "2-1-1": two_one_one,
    "2-2-2": classic,
    "xor": xor,
    "softmax": softmax,
    "relu": rectified,
    "yes-or-no": yes_or_no,
}

"""How a neural network learns by backpropagation: small pieces, each with its derivative beside it.

    from backproplab import Value                       # a number that knows its own gradient
    from backproplab import Network, Dense, Sigmoid     # layers in a row
    from backproplab import SquaredError, SGD, fit      # what to lower, and how
    from backproplab import check_gradients             # whether to believe a backward pass
    from backproplab.datasets import xor, moons, mnist

Importing this loads numpy alone. Pictures (`backproplab.plots`) and how they reach a page
(`backproplab.display`) load when asked for.
"""

from backproplab.gradient_check import check_gradients
from backproplab.layers import (
    GELU,
    Dense,
    Flatten,
    Layer,
    LeakyReLU,
    NotYetError,
    ReLU,
    Residual,
    Sigmoid,
    Tanh,
)
from backproplab.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from backproplab.network import Network
from backproplab.optimizers import SGD, Adam, Constant, CosineDecay, RMSProp, StepDecay
from backproplab.scalar import BackwardStep, Value, dot, total
from backproplab.training import (
    Accuracy,
    BatchLoss,
    GradientMaps,
    GradientNoise,
    GradientNorms,
    Gradients,
    History,
    Recorder,
    Series,
    TrainingStopped,
    WeightMaps,
    Weights,
    accuracy,
    fit,
)

__all__ = [
    "GELU",
    "SGD",
    "Accuracy",
    "Adam",
    "BackwardStep",
    "BatchLoss",
    "BinaryCrossEntropy",
    "Constant",
    "CosineDecay",
    "Dense",
    "Flatten",
    "GradientMaps",
    "GradientNoise",
    "GradientNorms",
    "Gradients",
    "History",
    "Layer",
    "LeakyReLU",
    "Network",
    "NotYetError",
    "RMSProp",
    "ReLU",
    "Recorder",
    "Residual",
    "Series",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "StepDecay",
    "Tanh",
    "TrainingStopped",
    "Value",
    "WeightMaps",
    "Weights",
    "accuracy",
    "check_gradients",
    "dot",
    "fit",
    "total",
]

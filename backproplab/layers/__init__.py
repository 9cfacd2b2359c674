"""Layers: differentiable steps, each with `forward` and `backward` side by side."""

from backproplab.layers.activations import GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from backproplab.layers.base import Layer, NotYetError, Parameter
from backproplab.layers.dense import Dense
from backproplab.layers.structure import Flatten, Residual

__all__ = [
    "GELU",
    "Dense",
    "Flatten",
    "Layer",
    "LeakyReLU",
    "NotYetError",
    "Parameter",
    "ReLU",
    "Residual",
    "Sigmoid",
    "Tanh",
]

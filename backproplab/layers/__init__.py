"""Layers: differentiable steps, each with `forward` and `backward` side by side."""

from backproplab.layers.activations import (
    ACTIVATIONS,
    GELU,
    Activation,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Softplus,
    Tanh,
)
from backproplab.layers.chain import Chain, LayerStep, Residual
from backproplab.layers.checkpoint import Checkpoint, in_blocks
from backproplab.layers.contract import Cost, Formulas, Layer, NotYetError
from backproplab.layers.dense import Dense
from backproplab.layers.embedding import Embedding
from backproplab.layers.flatten import Flatten
from backproplab.layers.half import Half
from backproplab.layers.normalization import BatchNorm, LayerNorm
from backproplab.layers.recurrent import GRU, RNN, LastStep

__all__ = [
    "ACTIVATIONS",
    "GELU",
    "GRU",
    "RNN",
    "Activation",
    "BatchNorm",
    "Chain",
    "Checkpoint",
    "Cost",
    "Dense",
    "Embedding",
    "Flatten",
    "Formulas",
    "Half",
    "LastStep",
    "Layer",
    "LayerNorm",
    "LayerStep",
    "LeakyReLU",
    "NotYetError",
    "ReLU",
    "Residual",
    "Sigmoid",
    "Softplus",
    "Tanh",
    "in_blocks",
]

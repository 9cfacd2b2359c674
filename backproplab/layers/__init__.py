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
from backproplab.layers.attention import Attention
from backproplab.layers.chain import Chain, LayerStep, Residual
from backproplab.layers.checkpoint import Checkpoint, in_blocks
from backproplab.layers.contract import Cost, Formulas, Layer, NotYetError
from backproplab.layers.convolution import Conv2D
from backproplab.layers.dense import Dense
from backproplab.layers.embedding import Embedding
from backproplab.layers.flatten import Flatten
from backproplab.layers.gru import GRU
from backproplab.layers.half import Half
from backproplab.layers.last_step import LastStep
from backproplab.layers.normalization import BatchNorm, LayerNorm
from backproplab.layers.pooling import AvgPool2D, MaxPool2D
from backproplab.layers.position import Position
from backproplab.layers.recurrent import RNN

__all__ = [
    "ACTIVATIONS",
    "GELU",
    "GRU",
    "RNN",
    "Activation",
    "Attention",
    "AvgPool2D",
    "BatchNorm",
    "Chain",
    "Checkpoint",
    "Conv2D",
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
    "MaxPool2D",
    "NotYetError",
    "Position",
    "ReLU",
    "Residual",
    "Sigmoid",
    "Softplus",
    "Tanh",
    "in_blocks",
]

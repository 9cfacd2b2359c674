"""How a neural network learns by backpropagation: small pieces, each with its derivative beside it.

    from backproplab import Value                       # a number that knows its own gradient
    from backproplab import Network, Dense, Sigmoid     # layers in a row
    from backproplab import SquaredError, SGD, fit      # what to lower, and how
    from backproplab import check_gradients             # whether to believe a backward pass
    from backproplab.datasets import xor, moons, mnist

What the lessons use daily is here; the rest is in `backproplab.layers`, `.losses`, `.optimizers`, `.training`
(the loop step by step, and what can be measured in it) and `.scalar`.

Importing this loads numpy alone. Pictures (`backproplab.plots`) and how they reach a page
(`backproplab.display`) load when asked for.
"""

from backproplab.gradient_check import check_gradients
from backproplab.layers import Dense, Layer, ReLU, Sigmoid, Tanh
from backproplab.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from backproplab.network import Network
from backproplab.optimizers import SGD
from backproplab.scalar import Value
from backproplab.training import fit

__all__ = [
    "SGD",
    "BinaryCrossEntropy",
    "Dense",
    "Layer",
    "Network",
    "ReLU",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "Tanh",
    "Value",
    "check_gradients",
    "fit",
]

"""How a neural network learns by backpropagation: small pieces, each with its derivative beside it.

    from backproplab import Value                       # a number that knows its own gradient
    from backproplab import Network, Dense, Sigmoid     # layers in a row
    from backproplab import SquaredError, SGD, fit      # what to lower, and how
    from backproplab import check_gradients             # whether to believe a backward pass
    from backproplab.datasets import xor, moons, mnist

What the lessons use daily is here; the rest is in `backproplab.layers`, `.losses`, `.optimizers`, `.training`
(the loop step by step, and what can be measured in it) and `.scalar`.

Importing this loads nothing yet: each name brings its module, and numpy, when it is first asked for. Pictures
(`backproplab.plots`) and how they reach a page (`backproplab.display`) load when they are imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

# A grader starts many processes that need a room or two of this package, and no mathematics: see PEP 562.
_HOMES = {
    "gradient_check": ("check_gradients",),
    "layers": ("Dense", "Layer", "ReLU", "Sigmoid", "Tanh"),
    "losses": ("BinaryCrossEntropy", "SoftmaxCrossEntropy", "SquaredError"),
    "network": ("Network",),
    "optimizers": ("SGD",),
    "scalar": ("Value",),
    "training": ("fit",),
}


def __getattr__(name: str) -> object:
    """One of `__all__`, or one of the modules that they come from."""
    for home, names in _HOMES.items():
        if name in (home, *names):
            module = import_module(f"backproplab.{home}")
            globals()[name] = value = module if name == home else getattr(module, name)
            return value
    raise AttributeError(f"module 'backproplab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_HOMES})

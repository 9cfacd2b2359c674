"""Four ways to differentiate one formula: nudging, symbols, forward mode, reverse mode. Lesson 16."""

from backproplab.differentiation.dual import Dual
from backproplab.differentiation.functions import exp, log, relu, sigmoid, tanh

__all__ = ["Dual", "exp", "log", "relu", "sigmoid", "tanh"]

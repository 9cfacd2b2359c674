"""Paths of optimisers on a landscape that one can turn."""

from backproplab.widgets.descent.widget import Descent

__all__ = ["Descent"]

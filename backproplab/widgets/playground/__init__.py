"""A small network that trains while you watch: its boundary, its units, its gradients."""

from backproplab.widgets.playground.widget import Playground

__all__ = ["Playground"]

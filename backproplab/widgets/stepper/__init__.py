"""The backward pass of a `Value` graph or of a `Network`, a step a key."""

from backproplab.widgets.stepper.widget import Stepper

__all__ = ["Stepper"]

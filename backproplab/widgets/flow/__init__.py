"""The backward pass of a `Value` graph or of a `Network`, a step a key."""

from backproplab.widgets.flow.widget import Flow

__all__ = ["Flow"]

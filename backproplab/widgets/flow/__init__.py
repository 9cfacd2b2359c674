"""The backward pass of a `Value` graph or of a `Network`, one step at each key press."""

from backproplab.widgets.flow.widget import Flow

__all__ = ["Flow"]

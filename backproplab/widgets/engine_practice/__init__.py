"""Send the messages of a backward pass by hand, each judged at once."""

from backproplab.widgets.engine_practice.widget import EnginePractice

__all__ = ["EnginePractice"]

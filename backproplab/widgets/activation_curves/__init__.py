"""An activation and its slope, under a point that one can move."""

from backproplab.widgets.activation_curves.widget import ActivationCurves

__all__ = ["ActivationCurves"]

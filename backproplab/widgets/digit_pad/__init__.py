"""Draw a digit, and see what a network reads in it and how its loss hangs on each pixel."""

from backproplab.widgets.digit_pad.widget import DigitPad

__all__ = ["DigitPad"]

"""Something to turn, step or draw on: live pictures in a notebook, on anywidget and plain ES modules.

Put a widget on the last line of a cell. With a kernel it is live; without one (on GitHub, in a notebook that
was just opened) its place holds a still picture or table that says the same. Python does the mathematics: a
widget is handed steps, frames, formulas or arrays, and draws them.
"""

from backproplab.widgets.activation_curves import ActivationCurves
from backproplab.widgets.depth_dial import DepthDial
from backproplab.widgets.descent import Descent
from backproplab.widgets.digit_pad import DigitPad
from backproplab.widgets.engine_practice import EnginePractice
from backproplab.widgets.flow import Flow
from backproplab.widgets.gradient_film import GradientFilm
from backproplab.widgets.linked_panels import LinkedPanels
from backproplab.widgets.nudge_lens import NudgeLens
from backproplab.widgets.playground import Playground
from backproplab.widgets.quick_check import QuickCheck, quick_check
from backproplab.widgets.recommender import Recommender
from backproplab.widgets.spreadsheet import Spreadsheet

__all__ = [
    "ActivationCurves",
    "DepthDial",
    "Descent",
    "DigitPad",
    "EnginePractice",
    "Flow",
    "GradientFilm",
    "LinkedPanels",
    "NudgeLens",
    "Playground",
    "QuickCheck",
    "Recommender",
    "Spreadsheet",
    "quick_check",
]

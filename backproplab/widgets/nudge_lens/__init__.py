"""A nudge to drag along a curve, under a lens that comes as close as the nudge is small."""

from backproplab.widgets.nudge_lens.widget import NudgeLens

__all__ = ["NudgeLens"]

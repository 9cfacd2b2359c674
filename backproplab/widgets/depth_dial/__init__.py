"""How a signal and its message fare through many layers, by depth, activation and start."""

from backproplab.widgets.depth_dial.widget import DepthDial

__all__ = ["DepthDial"]

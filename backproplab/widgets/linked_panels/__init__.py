"""The steps of a chain of functions, one panel each, and one change that runs through all."""

from backproplab.widgets.linked_panels.widget import LinkedPanels

__all__ = ["LinkedPanels"]

"""A dense network as a sheet of live formulas, to change and to read."""

from backproplab.widgets.spreadsheet.widget import Spreadsheet

__all__ = ["Spreadsheet"]

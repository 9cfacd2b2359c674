"""A small dense network as a sheet of live formulas: every value, every gradient, checked by nudges.

>>> import numpy as np
>>> from backproplab import Dense, Network, Sigmoid, SquaredError
>>> network = Network([Dense(2, 1), Sigmoid(), Dense(1, 1), Sigmoid()], dtype=np.float64)
>>> network.parameters = [0.4, -0.2, 0.1, 0.7, -0.3]
>>> sheet = Sheet(network, SquaredError(), x=[0.5, 0.3], target=[1.0])
>>> sheet.letters("z2"), sheet.letters("dL_dw3")
('w₃×h + b₂', '∂L/∂z₂ × h')
>>> sheet["dL_dw3"].formula, round(sheet["dL_dw3"].value, 9)
('=C20*B19', -0.066614676)

`sheet.save("network.xlsx")` writes it for Excel or LibreOffice; `backproplab.widgets.Spreadsheet(sheet)` puts
it on a page, to be changed and updated there. Lesson 03.
"""

from backproplab.spreadsheet.layout import Row
from backproplab.spreadsheet.sheet import MOST_PARAMETERS, Cell, Sheet

__all__ = ["MOST_PARAMETERS", "Cell", "Row", "Sheet"]

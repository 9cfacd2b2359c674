"""The workbooks that lessons link to; `backproplab workbooks`, in the course's folder, writes them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from backproplab.layers import Dense, Sigmoid
from backproplab.losses import SquaredError
from backproplab.network import Network
from backproplab.spreadsheet.sheet import Sheet


def lesson_03() -> Sheet:
    """The 2-1-1 network of lesson 03."""
    network = Network([Dense(2, 1), Sigmoid(), Dense(1, 1), Sigmoid()], dtype=np.float64)
    network.parameters = [0.4, -0.2, 0.1, 0.7, -0.3]
    return Sheet(network, SquaredError(), x=[0.5, 0.3], target=[1.0], learning_rate=1.0)


FILES: dict[str, Callable[[], Sheet]] = {"notebooks/files/03-spreadsheet.xlsx": lesson_03}


def write_workbooks(course: Path) -> list[Path]:
    """Write each file anew below the folder of the course, and return their paths."""
    paths = []
    for name, make in FILES.items():
        path = course / name
        path.parent.mkdir(parents=True, exist_ok=True)
        make().save(path)
        paths.append(path)
    return paths

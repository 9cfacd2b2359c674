"""Write the workbooks that lessons link to: `python -m backproplab.spreadsheet`, in the project's folder."""

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


def main() -> None:
    """Write each file anew."""
    for name, make in FILES.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        make().save(name)
        print(name)


if __name__ == "__main__":
    main()

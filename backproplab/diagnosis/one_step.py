"""What one step of training does to each parameter: its gradient, its update, and their sizes."""

import copy
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backproplab.losses import Loss
from backproplab.network import Network
from backproplab.norms import norm
from backproplab.optimizers import Optimizer
from backproplab.targets import Targets

HARDLY, FAR = 1e-5, 0.5
"""Between these an update ÷ parameter raises no question; a thousandth is usual."""


class ParameterStep(NamedTuple):
    """One parameter in one step; the three numbers are Euclidean norms."""

    name: str
    parameter: float
    gradient: float
    update: float
    is_table: bool
    """Whether it has two axes or more, as weights have and a bias has not."""

    @property
    def ratio(self) -> float:
        """Update ÷ parameter; nan for a bias, which starts at 0 and has no size to be measured by."""
        return self.update / self.parameter if self.is_table and self.parameter else math.nan

    @property
    def verdict(self) -> str:
        """What is odd about it; empty if nothing is."""
        if not (math.isfinite(self.gradient) and math.isfinite(self.update)):
            return "not finite"
        if self.gradient == 0:
            return "no gradient"
        if self.update == 0 or self.ratio < HARDLY:
            return "hardly moves"
        return "moves far" if self.ratio > FAR else ""


class OneStep(NamedTuple):
    """Every parameter of a network in one step."""

    parameters: tuple[ParameterStep, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is odd about any of them."""
        return not any(row.verdict for row in self.parameters)

    def __str__(self) -> str:
        width = max(map(len, ["parameter", *(row.name for row in self.parameters)]))
        lines = [f"{'parameter':{width}}      size  gradient    update     ratio  verdict"]
        for row in self.parameters:
            sizes = f"{row.parameter:10.2g}{row.gradient:10.2g}{row.update:10.2g}"
            ratio = "         –" if math.isnan(row.ratio) else f"{row.ratio:10.0e}"
            lines.append(f"{row.name:{width}}{sizes}{ratio}  {row.verdict or 'fine'}")
        return "\n".join(lines)


def one_step(
    network: Network, loss: Loss, x: ArrayLike, targets: Targets, *, optimizer: Optimizer
) -> OneStep:
    """Let a copy of `network` make one step on this batch, and measure it, parameter by parameter.

    x `(examples, ...)`: a batch as you train with; targets as `loss` takes them; `optimizer` as you train
    with, in the middle of training too. A copy of it is used: nothing that is given changes.

    "no gradient": every entry is exactly 0, so that what stands before it is never asked to change. "hardly
    moves" and "moves far": the update of a table of weights is less than 1/100,000, or more than half, of its
    own size. A bias is not asked for this ratio, nor are weights that are all 0.

    >>> from backproplab import SGD, Dense, SquaredError
    >>> line = Network([Dense(1, 1)], dtype=np.float64)
    >>> line.parameters = [2.0, 0.0]
    >>> print(one_step(line, SquaredError(), [[1.0]], [[3.0]], optimizer=SGD(0.1)))
    parameter           size  gradient    update     ratio  verdict
    dense1.weights         2         1       0.1     5e-02  fine
    dense1.bias            0         1       0.1         –  fine
    """
    network, optimizer = copy.deepcopy((network, optimizer))  # together: an optimiser knows its parameters
    before = {name: view.copy() for name, view in network.parameter_views.items()}
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # the table tells
        network.loss_and_gradient(loss, x, targets)
        gradients = {name: norm(view) for name, view in network.gradient_views.items()}
        optimizer.step(network.parameters, network.gradient)
        rows = [
            ParameterStep(name, norm(before[name]), gradients[name], norm(view - before[name]), view.ndim > 1)
            for name, view in network.parameter_views.items()
        ]
    return OneStep(tuple(rows))

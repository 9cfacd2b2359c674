"""Seconds of a forward and of a backward pass, on this machine."""

import copy
import math
import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backproplab.network import Network, at_least_one

LEAST = 0.002
"""Seconds that a reading of the clock takes at the least: a shorter one would measure the clock."""


class PassTimes(NamedTuple):
    """Seconds of one pass, each the median of several readings."""

    forward: float
    backward: float
    """For the gradients of the parameters alone, as in training."""
    backward_to_inputs: float
    """For the gradient of the inputs too."""


def pass_times(network: Network, x: ArrayLike, *, readings: int = 7) -> PassTimes:
    """Time the passes of a copy of `network` for the batch `x`; upstream is an array of ones.

    Seconds are those that the processor worked for this process, on all of its cores together. Each of the
    `readings` takes the three passes in turn, so that whatever else the machine does meets all of them. The
    numbers differ from run to run, by a tenth and more on a busy machine.
    """
    at_least_one(readings, "readings")
    x, network = network.checked(x), copy.deepcopy(network)
    upstream = np.ones_like(network.forward(x))
    passes: list[Callable[[], object]] = [
        lambda: network.forward(x),
        lambda: network.chain.backward(upstream, needs_input_gradient=False),
        lambda: network.backward(upstream),
    ]
    for run in passes:  # the first time, layers are watched, and memory is new
        run()
    repeats = [math.ceil(LEAST / max(seconds(run, 1), 1e-6)) for run in passes]
    taken = [list(map(seconds, passes, repeats)) for _ in range(readings)]
    return PassTimes(*(median(column) for column in zip(*taken, strict=True)))


def seconds(run: Callable[[], object], repeats: int) -> float:
    """Processor seconds of one call, the mean of so many."""
    start = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - start) / repeats

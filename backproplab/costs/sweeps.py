"""Costs over what they depend on, measured now: seconds over weights and batch, bytes over blocks."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from backproplab.costs.memory import MemoryUse, memory_use
from backproplab.costs.timing import PassTimes, pass_times
from backproplab.layers import Dense, Layer, ReLU, Tanh, in_blocks
from backproplab.network import Network

HIDDEN = (16, 32, 64, 128, 256, 512, 1024)
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
LAYERS, WIDTH = 64, 64
BLOCKS = (1, 2, 4, 8, 16, 32, 64)


class TimedPass(NamedTuple):
    """Seconds of the passes of a network of so many parameters, for a batch of so many examples."""

    weights: int
    batch: int
    times: PassTimes


class BlockMemory(NamedTuple):
    """Bytes of the passes of a network whose layers stand in Checkpoints of `size`; a size of 0: in none."""

    size: int
    use: MemoryUse


def times_over_weights(hidden: Sequence[int] = HIDDEN, *, batch: int = 64) -> list[TimedPass]:
    """Time 784-h-10 with ReLU, for each number h of hidden units, on a batch of random pixels."""
    return [time_passes((784, units, 10), batch) for units in hidden]


def times_over_batches(
    batches: Sequence[int] = BATCHES, *, widths: Sequence[int] = (784, 300, 100, 10)
) -> list[TimedPass]:
    """Time one network of these widths, with ReLU between, for batches of these sizes."""
    return [time_passes(widths, batch) for batch in batches]


def memory_over_blocks(sizes: Sequence[int] = (0, *BLOCKS), *, batch: int = 500) -> list[BlockMemory]:
    """Measure the memory of 64 equal layers, a Dense of 64 and its tanh each, in blocks of these sizes."""
    x = np.random.default_rng(0).random((batch, WIDTH), np.float32)
    found = []
    for size in sizes:
        deep: list[Layer] = [layer for _ in range(LAYERS) for layer in (Dense(WIDTH, WIDTH), Tanh())]
        found.append(BlockMemory(size, memory_use(Network(in_blocks(deep, 2 * size) if size else deep), x)))
    return found


def time_passes(widths: Sequence[int], batch: int) -> TimedPass:
    """Time a network of these widths for a batch of random pixels."""
    layers: list[Layer] = [layer for ends in pairwise(widths) for layer in (Dense(*ends), ReLU())]
    network = Network(layers[:-1])
    x = np.random.default_rng(0).random((batch, widths[0]), np.float32)
    return TimedPass(network.size, batch, pass_times(network, x))

"""What a pass costs, measured on this machine: bytes that are kept, seconds that are taken. Lesson 16.

    memory_use(network, x)          bytes kept between the passes, and the most at any moment
    pass_times(network, x)          seconds forward and backward
    memory_over_blocks()            bytes over the size of a checkpoint's block
    load_costs()                    the same of another machine, to compare with

What a pass *should* cost, counted from what the layers say of themselves, is in `Network.summary`, and for
memory with checkpoints in `stated_memory`.
"""

from backproplab.costs.memory import MemoryUse, memory_use, stated_memory
from backproplab.costs.record import Recorded, load_costs
from backproplab.costs.sweeps import (
    BlockMemory,
    TimedPass,
    memory_over_blocks,
    times_over_batches,
    times_over_weights,
)
from backproplab.costs.timing import PassTimes, pass_times

__all__ = [
    "BlockMemory",
    "MemoryUse",
    "PassTimes",
    "Recorded",
    "TimedPass",
    "load_costs",
    "memory_over_blocks",
    "memory_use",
    "pass_times",
    "stated_memory",
    "times_over_batches",
    "times_over_weights",
]

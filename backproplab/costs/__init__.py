"""What a pass costs, measured on this machine: bytes that are kept, seconds that are taken. Lesson 16.

What it *should* cost, counted from what the layers say of themselves, is in `Network.summary`.
"""

from backproplab.costs.memory import MemoryUse, memory_use, stated_memory
from backproplab.costs.timing import PassTimes, pass_times

__all__ = ["MemoryUse", "PassTimes", "memory_use", "pass_times", "stated_memory"]

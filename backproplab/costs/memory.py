"""Memory of a forward and a backward pass: what the layers say that they keep, and what is really there."""

import copy
import tracemalloc
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backproplab.network import Network


class MemoryUse(NamedTuple):
    """Bytes beyond the parameters and their gradients."""

    kept: int
    """What stays in the layers between forward and backward: the batch too, if a layer keeps it."""
    peak: int
    """The most that was there at any moment of both passes."""


def stated_memory(network: Network, x: ArrayLike) -> MemoryUse:
    """Bytes for the batch `x`, as the layers state them: what they keep, and what a Checkpoint fills on top.

    Arrays that a single step works with and lets go of at once are not stated, so the real peak is higher by
    a few arrays of the widest layer.

    >>> from backproplab.layers import Checkpoint, Dense, Tanh
    >>> pairs = [Dense(10, 10), Tanh(), Dense(10, 10), Tanh()]
    >>> stated_memory(Network(copy.deepcopy(pairs)), np.ones((100, 10), np.float32))
    MemoryUse(kept=12000, peak=12000)
    >>> stated_memory(Network([Checkpoint(pairs)]), np.ones((100, 10), np.float32))
    MemoryUse(kept=4000, peak=12000)
    """
    x = network.checked(x)
    shape = x.shape[1:]
    kept = network.chain.kept_bytes(shape, network.dtype)[0]
    filled = network.chain.filled_bytes(shape, network.dtype)
    return MemoryUse(len(x) * kept, len(x) * (kept + filled))


def memory_use(network: Network, x: ArrayLike) -> MemoryUse:
    """Bytes for the batch `x`, measured while a copy of the network goes forward and then backward.

    `backward` gets an array of ones, and the gradient of the inputs is asked for. The network itself stays as
    it is. Python notes down every array for this, which takes time: do not measure seconds meanwhile.
    RuntimeError if tracemalloc is at work already.
    """
    if tracemalloc.is_tracing():
        raise RuntimeError("memory_use() needs tracemalloc for itself; call tracemalloc.stop() first")
    batch = network.checked(x)
    network = copy.deepcopy(network)  # what its layers hold already is older than the trace, and not counted
    tracemalloc.start()
    try:
        batch = batch.copy()
        outputs = network.forward(batch)
        upstream = np.ones_like(outputs)
        del batch, outputs
        kept = tracemalloc.get_traced_memory()[0] - upstream.nbytes
        network.backward(upstream)
        return MemoryUse(kept, tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()

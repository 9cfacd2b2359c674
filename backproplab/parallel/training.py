"""Training by several processes: each has the whole network and a share of every batch. Lesson 26.

Everybody computes the gradient of a share, the ring adds the shares' gradients, and everybody takes the same
step. So no parameters are ever sent: who starts alike and adds the same, stays alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.layers.contract import Array
from backproplab.losses import Loss
from backproplab.network import Network, at_least_one
from backproplab.optimizers import SGD
from backproplab.parallel.ring import Ring
from backproplab.parallel.workers import run_in_ring

Batch = tuple[Array, NDArray[Any]]


@dataclass(frozen=True)
class Report:
    """What a worker returns: its parameters, the batches' losses, the bytes that it sent, its state."""

    parameters: Array  # (network.size,)
    losses: Array  # (steps,), each of a whole batch
    sent: int
    state: dict[str, Array]  # such as BatchNorm's running mean, which each worker takes from its own shares


def shares(x: Array, targets: NDArray[Any], workers: int) -> list[Batch]:
    """A batch in as many consecutive shares as there are workers; the first may be larger by one example.

    ValueError where somebody would be left without an example.
    """
    if len(x) != len(targets):
        raise ValueError(f"got {len(x)} examples and {len(targets)} targets; each example needs one")
    if len(x) < at_least_one(workers, "workers"):
        raise ValueError(f"{len(x)} examples are too few for {workers} workers; take larger batches")
    return list(zip(np.array_split(x, workers), np.array_split(targets, workers), strict=True))


def replica(
    ring: Ring,
    network: Network,
    loss: Loss,
    batches: Sequence[Batch],
    sizes: Sequence[int],
    learning_rate: float,
) -> Report:
    """What each worker does: a step of SGD for each batch, of which it has a share."""
    optimizer, losses = SGD(learning_rate), []
    for (x, targets), examples in zip(batches, sizes, strict=True):
        value = network.loss_and_gradient(loss, x, targets)
        message = np.append(network.gradient, network.dtype.type(value))  # the loss travels along
        if loss.reduction == "mean":
            message *= len(x) / examples  # a mean over few counts for few
        ring.all_reduce(message)
        network.gradient = message[:-1]
        losses.append(message[-1])
        optimizer.step(network.parameters, network.gradient)
    return Report(network.parameters.copy(), np.array(losses), ring.sent, network.chain.state_views())


def train_together(
    network: Network, loss: Loss, batches: Sequence[Batch], *, workers: int, learning_rate: float
) -> list[Report]:
    """Train copies of the network in so many processes, one step a batch; `network` takes over the result.

    Each batch is `(x, targets)`, and is divided among the workers. Returns what each of them reports.
    Whatever a layer takes from its batch, as BatchNorm does, it takes from a share alone, and what it keeps
    of that, such as a running mean, the network has from the first worker. Errors are those of `run_in_ring`
    and `shares`; then the network is as it was.
    """
    divided = [shares(x, targets, workers) for x, targets in batches]
    sizes = [len(x) for x, _ in batches]
    reports: list[Report] = run_in_ring(
        replica,
        [
            (network, loss, [parts[rank] for parts in divided], sizes, learning_rate)
            for rank in range(workers)
        ],
    )
    network.parameters = reports[0].parameters
    for name, view in network.chain.state_views().items():
        view[...] = reports[0].state[name]
    return reports

"""A ring of workers: each sends to its right neighbour alone, and all end up with the same sum. Lesson 26.

An *all-reduce* leaves in every worker the sum of everybody's vector. Around a ring it takes two rounds of
n − 1 steps, in each of which every worker sends one n-th of the vector: first the parts of the sum are
collected (reduce-scatter), then they are handed round (all-gather). So each worker sends 2(n − 1)/n times the
vector's bytes, hardly more for many workers than for few. Source: Patarasuk and Yuan 2009, "Bandwidth optimal
all-reduce algorithms for clusters of workstations".
"""

from threading import Thread
from typing import Protocol

import numpy as np

from backproplab.errors import BackproplabError
from backproplab.layers.contract import Array


class LostWorkerError(BackproplabError):
    """A worker failed, fell silent or was ended: what it would have brought is not there."""


class Channel(Protocol):
    """One end of a pipe, as `multiprocessing.Pipe` makes it."""

    def send_bytes(self, buffer: bytes, /) -> None:
        """Send these bytes, and wait while the pipe is full."""

    def recv_bytes(self) -> bytes:
        """Wait for bytes that somebody sent; EOFError when the other end is closed."""

    def poll(self, timeout: float, /) -> bool:
        """Whether something came within these seconds."""


def split(vector: Array, parts: int) -> list[Array]:
    """The vector in consecutive parts, as views; where it does not divide, the first are longer by one.

    >>> split(np.arange(7), 3)
    [array([0, 1, 2]), array([3, 4]), array([5, 6])]
    """
    return np.array_split(vector, parts)


def collected(rank: int, step: int, workers: int) -> tuple[int, int]:
    """Reduce-scatter: which part this worker sends at this step, and to which it adds what comes in.

    >>> [collected(0, step, 3) for step in range(2)]
    [(0, 2), (2, 1)]
    """
    return (rank - step) % workers, (rank - step - 1) % workers


def handed_round(rank: int, step: int, workers: int) -> tuple[int, int]:
    """All-gather: which finished part this worker sends at this step, and which it replaces.

    >>> [handed_round(0, step, 3) for step in range(2)]
    [(1, 0), (0, 2)]
    """
    return (rank + 1 - step) % workers, (rank - step) % workers


class Ring:
    """One worker's place in the ring: it hears its left neighbour and sends to its right one.

    `rank` is its number, from 0 to `workers` − 1, and `sent` counts the bytes of all that it has sent. A
    neighbour that is silent for `patience` seconds is given up: LostWorkerError.
    """

    def __init__(
        self, rank: int, workers: int, *, left: Channel, right: Channel, patience: float = 60.0
    ) -> None:
        self.rank, self.workers = rank, workers
        self.left, self.right, self.patience = left, right, patience
        self.sent = 0

    def exchange(self, outgoing: Array) -> Array:
        """Send an array to the right, and return what comes from the left, flat and in the same dtype."""
        payload = np.ascontiguousarray(outgoing)
        # If everybody sent first and a pipe were full, nobody would ever come to read it: so both at once.
        sender = Thread(target=self._send, args=(payload,), daemon=True)
        sender.start()
        try:
            if not self.left.poll(self.patience):
                raise LostWorkerError(
                    f"worker {self.rank} heard nothing from its left neighbour for {self.patience:g} s; "
                    "does every worker call all_reduce equally often?"
                )
            came = self.left.recv_bytes()
        except (EOFError, ConnectionError) as error:
            raise LostWorkerError(f"the left neighbour of worker {self.rank} has ended") from error
        sender.join(self.patience)
        self.sent += payload.nbytes
        return np.frombuffer(came, outgoing.dtype)

    def _send(self, payload: Array) -> None:
        """Send, in a thread; whoever has ended is noticed by who listens to it."""
        try:
            self.right.send_bytes(payload.tobytes())
        except OSError:
            return

    def all_reduce(self, vector: Array) -> None:
        """Replace a flat vector, in place, by the sum of all workers' vectors.

        Every worker has to call it, with vectors of one length and dtype. Each part's sum is finished in one
        worker and copied by the others, so that all of them hold the same bits. ValueError for other arrays,
        and where a neighbour's part has another length.
        """
        if vector.ndim != 1 or vector.dtype.kind != "f":
            raise ValueError(
                f"all_reduce adds flat vectors of floats, got {vector.dtype} of shape {vector.shape}; "
                "pass network.gradient"
            )
        parts = split(vector, self.workers)
        for step in range(self.workers - 1):
            going, coming = collected(self.rank, step, self.workers)
            parts[coming] += self._part(parts[going], parts[coming])
        for step in range(self.workers - 1):
            going, coming = handed_round(self.rank, step, self.workers)
            parts[coming][...] = self._part(parts[going], parts[coming])

    def _part(self, going: Array, coming: Array) -> Array:
        """What comes in for a part while another goes out."""
        found = self.exchange(going)
        if found.shape != coming.shape:
            raise ValueError(
                f"worker {self.rank} expected {len(coming)} numbers from its left neighbour, got "
                f"{len(found)}; all workers need vectors of the same length"
            )
        return found


def ring_bytes(vector_bytes: int, workers: int) -> float:
    """What a worker sends for one all-reduce, on average over the ring: 2(n − 1)/n × the vector's bytes.

    >>> [ring_bytes(1200, workers) for workers in (1, 2, 3, 4)]
    [0.0, 1200.0, 1600.0, 1800.0]
    """
    return 2 * (workers - 1) / workers * vector_bytes

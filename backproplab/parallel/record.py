"""Times of one machine, with one worker and with two, kept beside the package; and what gloo said. Lesson 26.

`backproplab record-workers` writes recorded.json, in some seconds on a machine that does nothing else. The
other file, gloo.json, is written where PyTorch is installed:

    python notebooks/files/26-gloo.py --record backproplab/parallel/gloo.json
"""

import json
import time
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from backproplab.costs.record import machine
from backproplab.datasets import mnist
from backproplab.files import write_text
from backproplab.layers import Dense, ReLU
from backproplab.losses import SoftmaxCrossEntropy
from backproplab.network import Network
from backproplab.optimizers import SGD
from backproplab.parallel.ring import Ring
from backproplab.parallel.training import Batch, shares
from backproplab.parallel.workers import run_in_ring

FILE = Path(__file__).with_name("recorded.json")
BATCHES = (64, 256, 512)


class TimedStep(NamedTuple):
    """A step of so many workers, each with its share of the batch: seconds of its three parts."""

    batch: int
    workers: int
    gradient: float
    exchange: float
    update: float


class Recorded(NamedTuple):
    """Steps of one machine, in words where they come from, and the losses that gloo's processes found."""

    machine: str
    steps: tuple[TimedStep, ...]
    torch: str
    """The version of PyTorch."""
    gloo_losses: tuple[float, ...]
    """(steps,): what notebooks/files/26-gloo.py found."""


def timed_replica(ring: Ring, network: Network, share: Batch, repeats: int) -> list[float]:
    """What a timed worker does: the same step again and again; the least seconds of each of its parts.

    Before the exchange the workers wait for each other, so that waiting is not taken for sending.
    """
    loss, optimizer, rows = SoftmaxCrossEntropy(), SGD(0.1), []
    for _ in range(repeats):
        begin = time.perf_counter()
        network.loss_and_gradient(loss, *share)
        computed = time.perf_counter()
        ring.all_reduce(np.zeros(ring.workers))
        met = time.perf_counter()
        ring.all_reduce(network.gradient)
        summed = time.perf_counter()
        optimizer.step(network.parameters, network.gradient)
        rows.append([computed - begin, summed - met, time.perf_counter() - summed])
    least: list[float] = np.min(rows, axis=0).tolist()
    return least


def timed_steps(*, repeats: int = 100) -> Iterator[TimedStep]:
    """A step of the 784-128-10 network on digits, with one worker and with two: the quickest of `repeats`.

    Of two workers, each part is the slower one's.
    """
    images, labels = mnist("train")
    x = images.reshape(len(images), -1)
    for batch in BATCHES:
        for workers in (1, 2):
            network = Network([Dense(784, 128), ReLU(), Dense(128, 10, initial="xavier")], seed=0)
            parts = shares(x[:batch], labels[:batch], workers)
            found = run_in_ring(timed_replica, [(network, share, repeats) for share in parts])
            yield TimedStep(batch, workers, *np.max(found, axis=0).tolist())


def rebuild() -> Iterator[str]:
    """Measure, and write recorded.json; yields what was found, a line a point."""
    where = machine()
    rows = []
    for batch, workers, *seconds in timed_steps():
        times = [float(f"{value:.3g}") for value in seconds]
        rows.append([batch, workers, *times])
        yield f"batch {batch}, workers {workers}: {times} s for gradient, exchange and update"
    lines = ",\n".join(map(json.dumps, rows))
    machine_line = json.dumps(where, ensure_ascii=False)
    write_text(FILE, f'{{\n"machine": {machine_line},\n"steps": [\n{lines}\n]\n}}\n')


@cache
def load_record() -> Recorded:
    """What was written into recorded.json and gloo.json."""
    own, gloo = (_read(name) for name in ("recorded.json", "gloo.json"))
    steps = tuple(TimedStep(*row) for row in own["steps"])
    return Recorded(own["machine"], steps, gloo["torch"], tuple(gloo["losses"]))


def _read(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(files("backproplab.parallel").joinpath(name).read_text("utf-8"))
    return table

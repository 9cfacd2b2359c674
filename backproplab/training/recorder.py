"""What to keep while a network trains: a Recorder measures what was asked, at the steps asked.

    recorder = Recorder(
        loss=BatchLoss(at=10),                                           # every tenth step, and the first
        norms=GradientNorms(at=10),
        traces=Gradients("dense1.weights", [(406, 3), (406, 7)]),   # every step
        maps=GradientMaps("dense1.weights", units=[3, 7], at=[1, 10, 100, 1000]),
    )
    history = fit(..., recorder=recorder)
    history.records["norms"].values                                 # (times, layers)

Steps count from 1. A measurement at step s sees the weights that step s starts from and the loss and the
gradient that it finds there, before the optimiser moves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.layers.contract import Array, Shape
from backproplab.losses import Loss
from backproplab.network import Network


@dataclass
class Series:
    """Measurements over training: `values[k]` was measured at step `steps[k]`."""

    steps: NDArray[np.int64]
    """`(times,)`, counting from 1."""
    values: Array
    """`(times, ...)`, in float64; weights and gradients themselves in the network's dtype."""
    labels: tuple[str, ...]
    """Names along the first axis of a measurement: layers, weights or units; empty for a single number."""


@dataclass
class Moment:
    """What a measurement may look at: one training step, after its backward pass and before its update."""

    network: Network
    loss: Loss
    x: Array
    """All training inputs, `(examples, ...)`."""
    targets: Array
    """All training targets, `(examples, ...)`, as the loss encodes them."""
    batch: NDArray[np.intp]
    """`(batch,)`: the rows of the step's batch."""
    batch_size: int
    """Rows of a whole batch; the last one of an epoch may hold fewer."""
    batch_loss: float
    step: int
    """Counts from 1."""
    probabilities: Array | None = None
    """What the step's own forward pass made of its batch: `(batch, ..., classes)`, with a mask `(counted,
    classes)`. None where the loss is not SoftmaxCrossEntropy."""
    inputs: dict[int, list[Array]] = field(default_factory=dict)
    """Of examples that a measurement has sent forward, by their `id`: what came to each layer, first to last,
    as far as it went. The next measurement goes on from there."""


class Measurement:
    """Something to keep. `at`: an int for every so many steps (and the first), or the steps themselves.

    A subclass says in `measure` what to keep: a number, or, where it gives `labels`, one for each of them.

    >>> class LargestWeight(Measurement):
    ...     def measure(self, moment):
    ...         return np.abs(moment.network.parameters).max()
    """

    dtype: type[np.floating[Any]] | None = np.float64
    """In what its values are kept. None: in the network's dtype, for copies of the network's own numbers."""

    def __init__(self, at: int | Sequence[int] = 1) -> None:
        asked = tuple(at) if isinstance(at, Iterable) else (at,)
        if not asked or not all(isinstance(step, Integral) and step >= 1 for step in asked):
            raise ValueError(
                f"steps count from 1, in whole numbers, got at={at!r:.60}; at=10 means every tenth step and "
                "the first, at=[1, 10, 100] these three"
            )
        steps = tuple(map(int, asked))
        self.at: int | tuple[int, ...] = steps if isinstance(at, Iterable) else steps[0]

    def steps(self, total: int) -> list[int]:
        """The steps, of `total`, at which this is measured."""
        if isinstance(self.at, int):
            return sorted({1, *range(self.at, total + 1, self.at)}) if total else []
        return sorted({step for step in self.at if step <= total})

    def labels(self, network: Network) -> tuple[str, ...]:
        """Names along the first axis of a measurement."""
        return ()

    def shape(self, network: Network) -> Shape:
        """Shape of one measurement: a number for each label, a single one where there are none."""
        labels = self.labels(network)
        return (len(labels),) if labels else ()

    def measure(self, moment: Moment) -> NDArray[np.floating] | float:
        """The numbers to keep, in `shape`."""
        raise NotImplementedError


class Recorder:
    """Measurements to take during training, each under a name of your choice."""

    def __init__(self, **measurements: Measurement) -> None:
        for name, measurement in measurements.items():
            if not isinstance(measurement, Measurement):
                raise TypeError(
                    f"{name} should be a measurement, such as GradientNorms(at=10), got {measurement!r}"
                )
        self.measurements = measurements
        self.records: dict[str, Series] = {}
        self.due: dict[int, list[str]] = {}
        """By step: the names of what is measured there."""
        self.taken: dict[str, int] = {}
        """By name: how often it was measured so far."""

    def start(self, network: Network, steps: int) -> str:
        """Make room for a run of so many steps; says what will be kept and how many bytes it takes."""
        self.records, self.due, self.taken = {}, {}, dict.fromkeys(self.measurements, 0)
        for name, measurement in self.measurements.items():
            at = measurement.steps(steps)
            for step in at:
                self.due.setdefault(step, []).append(name)
            shape, dtype = (len(at), *measurement.shape(network)), measurement.dtype or network.dtype
            values = np.zeros(shape, dtype)
            self.records[name] = Series(np.array(at, dtype=np.int64), values, measurement.labels(network))
        parts = [f"{name} {len(series.steps):,} times" for name, series in self.records.items()]
        return f"recording {', '.join(parts)}: {size(self.nbytes)}" if parts else "recording nothing"

    @property
    def nbytes(self) -> int:
        """Bytes that the records take."""
        return sum(series.values.nbytes + series.steps.nbytes for series in self.records.values())

    def record(self, moment: Moment) -> None:
        """Take the measurements that are due at this step."""
        for name in self.due[moment.step]:
            values, room = np.asarray(self.measurements[name].measure(moment)), self.records[name].values
            if values.shape != room.shape[1:]:
                raise ValueError(
                    f"{name} measured something of shape {values.shape}, and there is room for "
                    f"{room.shape[1:]}; say in the measurement's `shape` or `labels` what `measure` returns"
                )
            room[self.taken[name]] = values
            self.taken[name] += 1

    def finish(self) -> dict[str, Series]:
        """The records, without room for steps that a run did not reach."""
        for name, count in self.taken.items():
            series = self.records[name]
            self.records[name] = Series(series.steps[:count], series.values[:count], series.labels)
        return self.records


def size(count: int) -> str:
    """Bytes in words: "512 bytes", "3.2 kB", "40.0 MB"."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1e3:.1f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"

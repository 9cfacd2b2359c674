"""Training: `fit` moves a network down a loss, batch by batch, and keeps what a Recorder was asked for."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.layers.contract import Array
from backproplab.losses import Loss
from backproplab.network import Network, at_least_one
from backproplab.optimizers import Optimizer
from backproplab.recorder import Moment, Recorder, Series

Progress = Callable[[int, int, float], None]
"""Called after each step with the step (from 1), the number of steps, and the batch's loss."""


class TrainingStopped(UserWarning):
    """Training ended before its last step; the message says why."""


warnings.filterwarnings("always", category=TrainingStopped, append=True)  # also when a cell is run again


class _DivergedError(ArithmeticError):
    """Numbers are no longer finite; caught in `fit`."""


@dataclass
class History:
    """What a training run leaves behind; whole up to where it stopped, if it stopped early."""

    epoch_loss: NDArray[np.float64]
    """`(epochs,)`: mean training loss over each epoch, measured while the weights moved."""
    validation_loss: NDArray[np.float64]
    """`(epochs,)`: loss on the validation data after each epoch; empty without validation data."""
    validation_accuracy: NDArray[np.float64]
    """`(epochs,)`: share of the validation data classified rightly after each epoch."""
    records: dict[str, Series]
    """What the Recorder kept, by the names given to it."""
    steps: int
    """How many updates were made."""
    stopped: str
    """Why training ended early; empty if it did not."""


@dataclass
class _Run:
    """The checked parts of a training run."""

    network: Network
    loss: Loss
    x: Array
    targets: Array
    optimizer: Optimizer
    recorder: Recorder
    validation: tuple[Array, Array] | None
    progress: Progress | None
    batch_size: int
    steps: int = 0
    epochs: list[tuple[float, ...]] = field(default_factory=list)
    """Of each whole epoch: its training loss, and validation loss and accuracy where there is validation."""

    def history(self, stopped: str) -> History:
        columns = [np.array(column) for column in zip(*self.epochs, strict=True)]
        columns += [np.array([])] * (3 - len(columns))
        return History(columns[0], columns[1], columns[2], self.recorder.finish(), self.steps, stopped)


def fit(
    network: Network,
    loss: Loss,
    x: ArrayLike,
    targets: ArrayLike,
    *,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int,
    seed: int = 0,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    recorder: Recorder | None = None,
    progress: Progress | None = None,
) -> History:
    """Train `network` in place; returns its History.

    x `(examples, ...)` in the network's dtype; targets as `loss` takes them. Each epoch goes through all
    examples once, in an order drawn from `seed`, `batch_size` at a time; the last batch may be smaller.
    `validation` is a pair like `(x, targets)`, measured after each epoch. A recorder's memory is printed
    before the first step. `progress(step, steps, loss)` is called after each step.

    A loss that becomes nan or infinite ends the run with a warning that says where the numbers broke; Ctrl-C
    ends it too. Either way the History up to there comes back, with the reason in `stopped`.
    """
    run = prepare(network, loss, x, targets, optimizer, recorder, validation, progress, batch_size)
    steps = at_least_one(epochs, "epochs") * math.ceil(len(run.x) / run.batch_size)
    plan = run.recorder.start(network, steps)
    if recorder is not None:
        print(plan)
    rng = np.random.default_rng(seed)
    stopped = ""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # train_epoch watches the loss itself
        try:
            for _ in range(epochs):
                mean_loss = train_epoch(run, rng.permutation(len(run.x)), steps)
                run.epochs.append((mean_loss, *validate(run)))
        except _DivergedError as error:
            stopped = str(error)
        except KeyboardInterrupt:
            stopped = f"interrupted after step {run.steps} of {steps}"
    if stopped:
        warnings.warn(f"training stopped: {stopped}", TrainingStopped, stacklevel=2)
    return run.history(stopped)


def train_epoch(run: _Run, order: NDArray[np.intp], steps: int) -> float:
    """One pass over the training data in the given order; returns its mean (or summed) loss."""
    network, loss, optimizer, batch_size = run.network, run.loss, run.optimizer, run.batch_size
    parameters, gradient, due = network.parameters, network.gradient, run.recorder.due
    x_buffer = np.empty((batch_size, *run.x.shape[1:]), run.x.dtype)
    target_buffer = np.empty((batch_size, *run.targets.shape[1:]), run.targets.dtype)
    total, is_mean, progress = 0.0, loss.reduction == "mean", run.progress
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        count = len(rows)
        if count < batch_size:  # the last batch
            x_buffer, target_buffer = x_buffer[:count], target_buffer[:count]
        # mode="clip" lets take write straight to its target; the rows are a permutation, so nothing is
        # clipped.
        x = run.x.take(rows, axis=0, out=x_buffer, mode="clip")
        targets = run.targets.take(rows, axis=0, out=target_buffer, mode="clip")
        value = network.training_pass(loss, x, targets)
        step = run.steps + 1
        if not math.isfinite(value):
            stop_diverged(run, x, step, f"the loss became {value}")
        if step in due:
            run.recorder.record(Moment(network, loss, run.x, run.targets, rows, batch_size, value, step))
        optimizer.step(parameters, gradient)
        run.steps = step
        total += value * count if is_mean else value
        if progress is not None:
            progress(step, steps, value)
    if not np.isfinite(parameters).all():  # the epoch's last update has no next loss to give it away
        stop_diverged(run, x, run.steps, "parameters were found to be no longer finite")
    return total / len(order) if is_mean else total


def validate(run: _Run) -> tuple[float, ...]:
    """Loss and accuracy on the validation data; nothing if there is none."""
    if run.validation is None:
        return ()
    x, targets = run.validation
    outputs = run.network.predict(x)
    return run.loss.compute(outputs, targets), float(np.mean(run.loss.right(outputs, targets)))


def diagnose(network: Network, x: Array) -> str:
    """Say where numbers broke first, given the batch on which the loss broke."""
    broken = [name for name, view in network.parameter_views.items() if not np.isfinite(view).all()]
    if broken:
        # A backward pass runs from the last layer to the first: what broke there spread to those before.
        return f"{broken[-1]}, in the update before it"
    for name, layer in zip(network.names, network.layers, strict=True):
        x = layer.forward(x)
        if not np.isfinite(x).all():
            return f"{name}, whose outputs are no longer finite"
    return "the loss itself, since all layers' outputs are finite"


def stop_diverged(run: _Run, x: Array, step: int, what: str) -> NoReturn:
    """Raise with the step, the last update's learning rate and the layer whose numbers went first."""
    rate = float(run.optimizer.schedule(max(run.optimizer.steps - 1, 0)))
    raise _DivergedError(
        f"{what} at step {step}, learning rate {rate:g}; the first numbers to go "
        f"were those of {diagnose(run.network, x)}. Try a smaller learning rate or other initial weights, "
        "and look at the scale of the data"
    )


def prepare(
    network: Network,
    loss: Loss,
    x: ArrayLike,
    targets: ArrayLike,
    optimizer: Optimizer,
    recorder: Recorder | None,
    validation: tuple[ArrayLike, ArrayLike] | None,
    progress: Progress | None,
    batch_size: int,
) -> _Run:
    """Check everything once, so that the loop need not."""
    for thing, kind, example in (
        (network, Network, "Network([Dense(2, 1)])"),
        (loss, Loss, "SquaredError()"),
        (optimizer, Optimizer, "SGD(0.1)"),
        (recorder or Recorder(), Recorder, "Recorder(norms=GradientNorms())"),
    ):
        if not isinstance(thing, kind):
            article = "an" if kind is Optimizer else "a"
            raise TypeError(
                f"fit expected {article} {kind.__name__.lower()}, such as {example}, got {thing!r}"
            )
    pairs = [check_pair(network, loss, x, targets, "training")]
    if validation is not None:
        pairs.append(check_pair(network, loss, *validation, "validation"))
    (train_x, train_targets), *rest = pairs
    return _Run(
        network=network,
        loss=loss,
        x=train_x,
        targets=train_targets,
        optimizer=optimizer,
        recorder=recorder or Recorder(),
        validation=rest[0] if rest else None,
        progress=progress,
        batch_size=min(at_least_one(batch_size, "batch_size"), len(train_x)),
    )


def check_pair(
    network: Network, loss: Loss, x: ArrayLike, targets: ArrayLike, what: str
) -> tuple[Array, Array]:
    """Inputs that the network takes and targets that the loss has encoded; as many of one as of the other."""
    x = np.ascontiguousarray(network.checked(x))  # rows that lie apart would be copied again for each batch
    count = len(np.atleast_1d(np.asarray(targets)))
    if len(x) != count:
        raise ValueError(f"{what} data: {len(x)} inputs, but {count} targets; each input needs one")
    encoded = loss.encode(targets, (len(x), *network.output_shape(x.shape[1:])), network.dtype)
    return x, np.ascontiguousarray(encoded)

"""`fit` trains a network for some epochs, and keeps a history and what a Recorder was asked for."""

import inspect
import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.layers.contract import Array
from backproplab.losses import Loss, SoftmaxCrossEntropy
from backproplab.network import Network, at_least_one
from backproplab.optimizers import Optimizer
from backproplab.targets import Targets
from backproplab.training.recorder import Moment, Recorder, Series
from backproplab.training.steps import Step, check_parts, examples, loop, quiet

Progress = Callable[[int, int, float], object]
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
    """A run of `fit`: its checked parts, and how far it has come."""

    network: Network
    loss: Loss
    x: Array
    targets: Array
    validation: tuple[Array, Array] | None
    optimizer: Optimizer
    batch_size: int
    total: int
    """Steps of the whole run."""
    recorder: Recorder
    progress: Progress | None
    made: int = 0
    """Steps whose update was made."""
    epochs: list[tuple[float, ...]] = field(default_factory=list)
    """Of each whole epoch: its training loss, and validation loss and accuracy where there is validation."""

    def history(self, stopped: str) -> History:
        columns = [np.array(column) for column in zip(*self.epochs, strict=True)]
        columns += [np.array([])] * (3 - len(columns))
        return History(columns[0], columns[1], columns[2], self.recorder.finish(), self.made, stopped)


def fit(
    network: Network,
    loss: Loss,
    x: ArrayLike,
    targets: Targets,
    *,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int,
    seed: int = 0,
    validation: tuple[ArrayLike, Targets] | None = None,
    recorder: Recorder | None = None,
    progress: Progress | None = None,
) -> History:
    """Train `network` in place; returns its History.

    x `(examples, ...)` in the network's dtype; targets as `loss` takes them. Each epoch goes through all
    examples once, in an order drawn from `seed`, `batch_size` at a time; the last batch may be smaller.
    `validation` is a pair like `(x, targets)`, measured after each epoch. A recorder's memory is printed
    before the first step. `progress(step, steps, loss)` is called after each step. The loop itself is that
    of `steps`, which reads x and targets as it goes on: change neither until it is over.

    A loss that becomes nan or infinite ends the run with a warning that says where the numbers broke; Ctrl-C
    ends it too. Either way the History up to there comes back, with the reason in `stopped`.

    >>> from backproplab import SGD, Dense, Network, SquaredError
    >>> line = Network([Dense(1, 1, initial="zeros")])
    >>> x, targets = [[1], [2]], [[3], [6]]
    >>> history = fit(line, SquaredError(), x, targets, optimizer=SGD(0.2), epochs=3, batch_size=2)
    >>> history.steps, history.epoch_loss.round(1).tolist()
    (3, [11.2, 1.2, 0.2])
    """
    check_parts("fit", network, loss, optimizer, seed)
    check_options(validation, recorder, progress)
    x, targets = examples(network, loss, x, targets, "training")
    batch_size = min(at_least_one(batch_size, "batch_size"), len(x))
    per_epoch = math.ceil(len(x) / batch_size)
    run = _Run(
        network=network,
        loss=loss,
        x=x,
        targets=targets,
        validation=None if validation is None else examples(network, loss, *validation, "validation"),
        optimizer=optimizer,
        batch_size=batch_size,
        total=at_least_one(epochs, "epochs") * per_epoch,
        recorder=recorder or Recorder(),
        progress=progress,
    )
    plan = run.recorder.start(network, run.total)
    if recorder is not None:
        print(plan)
    training = loop(network, loss, x, targets, optimizer=optimizer, batch_size=batch_size, seed=seed)
    stopped = ""
    with quiet():  # once for all steps; train_epoch watches the loss itself
        try:
            for _ in range(epochs):
                mean_loss = train_epoch(run, islice(training, per_epoch))
                run.epochs.append((mean_loss, *validate(run)))
        except _DivergedError as error:
            stopped = str(error)
        except KeyboardInterrupt:
            stopped = f"interrupted after step {run.made} of {run.total}"
    if stopped:
        warnings.warn(f"training stopped: {stopped}", TrainingStopped, stacklevel=2)
    return run.history(stopped)


def train_epoch(run: _Run, steps: Iterable[Step]) -> float:
    """Make the steps of one epoch; returns its mean (or summed) loss."""
    total, all_counted, is_mean = 0.0, 0, run.loss.reduction == "mean"
    due, progress = run.recorder.due, run.progress
    for step in steps:
        if not math.isfinite(step.loss):
            stop_diverged(run, step, f"the loss became {step.loss}")
        counted = run.loss.counted  # of predictions; before a measurement uses the loss
        if step.number in due:
            run.recorder.record(moment(run, step))
        step.move()
        run.made = step.number
        total += step.loss * counted if is_mean else step.loss
        all_counted += counted
        if progress is not None:
            progress(step.number, run.total, step.loss)
    if not np.isfinite(run.network.parameters).all():  # the last update has no next loss to give it away
        stop_diverged(run, step, "parameters were found to be no longer finite")
    return total / max(all_counted, 1) if is_mean else total


def moment(run: _Run, step: Step) -> Moment:
    """What measurements may look at in this step."""
    return Moment(
        network=run.network,
        loss=run.loss,
        x=run.x,
        targets=run.targets,
        batch=step.rows,
        batch_size=run.batch_size,
        batch_loss=step.loss,
        step=step.number,
        # Held here, since a measurement may use the loss for other examples.
        probabilities=run.loss.probabilities if isinstance(run.loss, SoftmaxCrossEntropy) else None,
    )


def validate(run: _Run) -> tuple[float, ...]:
    """Loss and accuracy on the validation data; nothing if there is none."""
    if run.validation is None:
        return ()
    x, targets = run.validation
    outputs = run.network.predict(x)
    return run.loss.compute(outputs, targets), run.loss.accuracy(outputs, targets)


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


def stop_diverged(run: _Run, step: Step, what: str) -> NoReturn:
    """Raise with the step, the last update's learning rate and the layer whose numbers went first."""
    rate = float(run.optimizer.schedule(max(run.optimizer.steps - 1, 0)))
    raise _DivergedError(
        f"{what} at step {step.number}, learning rate {rate:g}; the first numbers to go "
        f"were those of {diagnose(run.network, run.x[step.rows])}. Try a smaller learning rate or other "
        "initial weights, and look at the scale of the data"
    )


def check_options(
    validation: tuple[ArrayLike, Targets] | None, recorder: Recorder | None, progress: Progress | None
) -> None:
    """Raise unless each of the three is missing or what it should be."""
    if validation is not None and not (isinstance(validation, tuple) and len(validation) == 2):
        kind = ValueError if isinstance(validation, tuple) else TypeError
        raise kind(
            "validation should be a pair (x, targets) of data that training does not see, got "
            f"{described(validation)}; write validation=(x, targets)"
        )
    if recorder is not None and not isinstance(recorder, Recorder):
        raise TypeError(
            f"fit expected a recorder, such as Recorder(norms=GradientNorms()), got {recorder!r:.80}"
        )
    if progress is not None and not takes_three(progress):
        raise TypeError(
            "progress should be a function of (step, steps, loss), such as "
            f"backproplab.display.progress_bar(), got {progress!r:.80}"
        )


def takes_three(progress: object) -> bool:
    """Whether it can be called with three arguments, as far as Python can tell: `progress_bar` cannot."""
    if not callable(progress):
        return False
    try:
        inspect.signature(progress).bind(1, 1, 0.0)
    except TypeError:
        return False
    except ValueError:  # a built-in that does not say what it takes
        pass
    return True


def described(validation: object) -> str:
    """What came instead of a pair, for an error message."""
    if isinstance(validation, np.ndarray):
        return f"one array of shape {validation.shape}"
    if isinstance(validation, tuple | list):
        return f"a {type(validation).__name__} of {len(validation)}"
    return f"{validation!r:.80}"

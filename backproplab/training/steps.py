"""The training loop, one step at a time: for each epoch, for each batch: forward, loss, backward, update.

    for step in steps(network, loss, x, targets, optimizer=SGD(0.1), batch_size=32, epochs=3):
        if step.number % 100 == 0:
            print(step.number, step.loss, np.abs(network.gradient).max())

There is one such loop, `loop` below. `steps` checks what it is given and runs it; `fit` keeps a history
of it, and the Playground draws it. Lesson 10.

**The moment.** A step is handed over after its backward pass and before its update: `network.gradient` is the
gradient of `step.loss` at the very weights that gave this loss. What stands in `network.gradient` when the
update is made is what the optimiser gets, so this is also the place to clip it. (`predict` leaves it alone;
another backward pass replaces it.) The update follows when the next step is asked for, or at once with
`step.update()`. Whoever stops instead leaves network and optimiser as they were before this step.
"""

from collections.abc import Iterator, Sized
from dataclasses import dataclass, field
from itertools import count
from typing import cast
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.layers.contract import Array
from backproplab.layers.passes import says_nothing
from backproplab.losses import Loss
from backproplab.network import Network, at_least_one
from backproplab.optimizers import Optimizer
from backproplab.targets import Targets

Rows = NDArray[np.intp]


@dataclass(slots=True, eq=False)
class _Training:
    """What the steps of one loop share."""

    optimizer: Optimizer
    parameters: Array
    gradient: Array
    latest: list["_Training | None"]
    """One item, shared by all loops over one network: the loop whose gradient the network holds."""


_latest: WeakKeyDictionary[Network, list[_Training | None]] = WeakKeyDictionary()


@dataclass(slots=True, eq=False)
class Step:
    """One step of training: its backward pass is done, its update is not yet made."""

    number: int
    """Counts the steps of the loop, from 1."""
    epoch: int
    """Counts the passes through the data, from 1."""
    rows: Rows
    """`(batch,)`: which rows of the data the batch holds."""
    loss: float
    """Of the batch, at the weights that the step starts from."""
    _training: _Training = field(repr=False)
    made: bool = False
    """Whether the update was made."""

    def update(self) -> None:
        """Let the optimiser move the parameters now; made once, it is not made again.

        RuntimeError if another loop has put its own gradient into the network since.
        """
        with quiet():
            self.move()

    def move(self) -> None:
        """`update` where numpy's warnings are off already: that alone takes as long as a small update."""
        if self.made:
            return
        training = self._training
        if training.latest[0] is not training:
            raise RuntimeError(
                f"the gradient of step {self.number} is gone: another training loop has used this network "
                "since. Finish one loop before you start the next, or call step.update() before you do"
            )
        training.optimizer.step(training.parameters, training.gradient)
        self.made = True


def steps(
    network: Network,
    loss: Loss,
    x: ArrayLike,
    targets: Targets,
    *,
    optimizer: Optimizer,
    batch_size: int,
    epochs: int | None = None,
    seed: int = 0,
    shuffle: bool = True,
) -> Iterator[Step]:
    """Train `network` in place, one Step at a time; see the module for when its update is made.

    x `(examples, ...)` in the network's dtype; targets as `loss` takes them. They are checked now, before the
    first step, and read as training goes on: change neither until it is over. Each epoch goes through all
    examples once, `batch_size` at a time, in an order drawn from `seed`, or as they stand without `shuffle`;
    the last batch may be smaller. Without `epochs` there is no last one: `break` when you have enough.

    A loss that is no longer finite does not end the run, and numpy does not warn: look at `step.loss`, as
    `fit` does.

    >>> from backproplab import SGD, Dense, Network, SquaredError
    >>> line = Network([Dense(1, 1, initial="zeros")], dtype=np.float64)
    >>> for step in steps(line, SquaredError(), [[1], [2]], [[3], [6]], optimizer=SGD(0.2), batch_size=2,
    ...                   epochs=3):
    ...     print(step.number, round(step.loss, 3), line.gradient.round(3))
    1 11.25 [-7.5 -4.5]
    2 1.193 [-2.4  -1.35]
    3 0.195 [-0.795 -0.36 ]
    """
    check_parts("steps", network, loss, optimizer, seed)
    x, targets = examples(network, loss, x, targets, "training")
    training = loop(
        network,
        loss,
        x,
        targets,
        optimizer=optimizer,
        batch_size=at_least_one(batch_size, "batch_size"),
        epochs=None if epochs is None else at_least_one(epochs, "epochs"),
        seed=seed,
        shuffle=shuffle,
    )
    return _quietly(training)


def _quietly(training: Iterator[Step]) -> Iterator[Step]:
    """The same steps; numpy does not warn while one is made, and does again where the step is looked at."""
    while True:
        with quiet():
            step = next(training, None)
        if step is None:
            return
        yield step


def loop(
    network: Network,
    loss: Loss,
    x: Array,
    targets: Array,
    *,
    optimizer: Optimizer,
    batch_size: int,
    epochs: int | None = None,
    seed: int = 0,
    shuffle: bool = True,
) -> Iterator[Step]:
    """The loop of `steps`, for what was checked: x and targets as `examples` gives them.

    Where numbers overflow, numpy warns as its caller has it.
    """
    latest = _latest.setdefault(network, [None])
    training = _Training(optimizer, network.parameters, network.gradient, latest)
    rng, number = np.random.default_rng(seed), 0
    again = not any(map(says_nothing, network.layers))  # else one may hold on to a batch, or to a view of it
    for epoch in count(1) if epochs is None else range(1, epochs + 1):
        order = rng.permutation(len(x)) if shuffle else np.arange(len(x))
        for rows, batch_x, batch_targets in batches(x, targets, order, batch_size, again=again):
            number += 1
            value = network.training_pass(loss, batch_x, batch_targets)  # forward, loss, backward
            latest[0] = training  # so that an update can tell whether the gradient is still its own
            step = Step(number, epoch, rows, value, training)
            yield step
            step.move()


def batches(
    x: Array, targets: Array, order: Rows, batch_size: int, *, again: bool
) -> Iterator[tuple[Rows, Array, Array]]:
    """The rows of each batch, with their inputs and targets.

    The next batch writes over the array of targets, and with `again` over that of the inputs.
    """
    batch_size = min(batch_size, len(order))
    x_buffer = np.empty((batch_size, *x.shape[1:]), x.dtype) if again else None
    target_buffer = np.empty((batch_size, *targets.shape[1:]), targets.dtype)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        if len(rows) < batch_size:  # the last batch
            target_buffer = target_buffer[: len(rows)]
            x_buffer = x_buffer[: len(rows)] if x_buffer is not None else None
        # mode="clip" lets take write straight to its target; all rows are there, so nothing is clipped.
        yield (
            rows,
            x.take(rows, axis=0, out=x_buffer, mode="clip"),
            targets.take(rows, axis=0, out=target_buffer, mode="clip"),
        )


def quiet() -> np.errstate:
    """No warnings of numpy where numbers overflow: the loss itself tells, since it is no longer finite."""
    return np.errstate(over="ignore", invalid="ignore", divide="ignore")


def check_parts(caller: str, network: Network, loss: Loss, optimizer: Optimizer, seed: int) -> None:
    """Raise unless these are what they should be and belong together."""
    for thing, kind, example in (
        (network, Network, "a network, such as Network([Dense(2, 1)])"),
        (loss, Loss, "a loss, such as SquaredError()"),
        (optimizer, Optimizer, "an optimizer, such as SGD(0.1)"),
    ):
        if not isinstance(thing, kind):
            raise TypeError(f"{caller} expected {example}, got {thing!r:.80}")
    moved = getattr(optimizer, "parameters", None)  # set by its first step
    if optimizer.steps and moved is not None and moved is not network.parameters:
        raise ValueError(
            "this optimiser remembers the parameters of another network; make a new one for each"
        )
    check_seed(seed)


def check_seed(seed: int) -> int:
    """The seed, if it is one."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"seed must be a whole number of at least 0, got {seed!r}")
    return int(seed)


def examples(network: Network, loss: Loss, x: ArrayLike, targets: Targets, what: str) -> tuple[Array, Array]:
    """Inputs that the network takes and targets that the loss has encoded; as many of one as of the other."""
    x = np.ascontiguousarray(network.checked(x))  # rows that lie apart would be copied again for each batch
    if len(x) != how_many(targets):
        raise ValueError(
            f"{what} data: {len(x)} inputs, but {how_many(targets)} targets; each input needs one"
        )
    encoded = loss.encode(targets, (len(x), *network.output_shape(x.shape[1:])), network.dtype)
    return x, np.ascontiguousarray(encoded)


def how_many(values: object) -> int:
    """The number of rows; a single number is one."""
    try:
        return len(cast(Sized, values))
    except TypeError:
        return 1

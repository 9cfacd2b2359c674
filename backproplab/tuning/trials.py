"""A trial: an optimiser with a plan of its rate, on one task, from one seed; and all that were recorded."""

import json
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from backproplab.losses import SoftmaxCrossEntropy
from backproplab.optimizers import SGD, Adam, AdamW, CosineDecay, Optimizer, RMSProp, Schedule, WarmUp
from backproplab.training import TrainingStopped, fit
from backproplab.tuning.tasks import TASKS, Task

Make = Callable[[float | Schedule], Optimizer]

OPTIMIZERS: dict[str, Make] = {
    "gradient descent": SGD,
    "momentum": lambda rate: SGD(rate, momentum=0.9),
    "Nesterov": lambda rate: SGD(rate, momentum=0.9, nesterov=True),
    "RMSProp": RMSProp,
    "Adam": Adam,
    "AdamW": AdamW,
}
"""Everything but the rate is as the frameworks have it, or as their first papers do."""

_PLAIN = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_DIVIDED = (0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
_WITH_MOMENTUM = tuple(round(rate / 10, 4) for rate in _PLAIN)
RATES: dict[str, tuple[float, ...]] = {
    "gradient descent": _PLAIN,
    "momentum": _WITH_MOMENTUM,
    "Nesterov": _WITH_MOMENTUM,
    "RMSProp": _DIVIDED,
    "Adam": _DIVIDED,
    "AdamW": _DIVIDED,
}
"""Eight for each, about half a power of ten apart, around what its step is like."""

SCHEDULES: dict[str, Callable[[float, int], float | Schedule]] = {
    "constant": lambda rate, steps: rate,
    "decay": lambda rate, steps: CosineDecay(rate, steps=steps),
    "warm-up and decay": lambda rate, steps: WarmUp(CosineDecay(rate, steps=steps), steps=round(steps / 20)),
}
"""From a rate and the number of all steps: as it is, along half a cosine wave to 0, and with a warm-up over
the first 20th of the steps as well."""
TRIED = ("constant", "warm-up and decay")

TUNING_SEEDS, FINAL_SEEDS = (0, 1, 2), tuple(range(3, 13))
START_SEEDS = tuple(range(20))


@dataclass(frozen=True)
class Plan:
    """An optimiser and what its rate does; the name is one of OPTIMIZERS."""

    optimizer: str
    rate: float
    schedule: str = "constant"
    """One of SCHEDULES: what becomes of the rate over the steps."""


@dataclass(frozen=True)
class Outcome:
    """What a plan came to from one seed: loss on the examples asked for, and the share answered rightly."""

    task: str
    plan: Plan
    seed: int
    loss: float
    """inf where the training broke off because the numbers did."""
    right: float


def trial(task: Task, plan: Plan, seed: int, *, test: bool = False) -> Outcome:
    """Train a new network, and measure it on the validation examples, or on the test set."""
    loss, network = SoftmaxCrossEntropy(), task.network(seed)
    training, validation, unseen = task.data()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TrainingStopped)
        history = fit(
            network,
            loss,
            *training,
            optimizer=OPTIMIZERS[plan.optimizer](SCHEDULES[plan.schedule](plan.rate, task.steps)),
            epochs=task.epochs,
            batch_size=task.batch_size,
            seed=seed,
        )
    if history.stopped:
        return Outcome(task.name, plan, seed, math.inf, 0.0)
    x, labels = unseen if test else validation
    outputs = network.predict(x)
    value = loss.forward(outputs, labels)
    right = loss.accuracy(outputs, loss.encode(labels, outputs.shape, outputs.dtype))
    return Outcome(task.name, plan, seed, value if math.isfinite(value) else math.inf, right)


def plans(optimizer: str) -> list[Plan]:
    """The sixteen plans that an optimiser is tried with."""
    return [Plan(optimizer, rate, schedule) for schedule in TRIED for rate in RATES[optimizer]]


def chosen(outcomes: Sequence[Outcome], task: str, optimizer: str) -> Plan:
    """The plan of the least mean loss over the seeds, among those that were tried on this task."""
    tried = [one for one in outcomes if (one.task, one.plan.optimizer) == (task, optimizer)]
    losses: dict[Plan, list[float]] = {}
    for one in tried:
        losses.setdefault(one.plan, []).append(one.loss)
    if not losses:
        raise ValueError(
            f"no trial of {optimizer!r} on {task!r}; the optimisers are {', '.join(OPTIMIZERS)}, the tasks "
            f"{', '.join(one.name for one in TASKS)}"
        )
    return min(losses, key=lambda plan: sum(losses[plan]) / len(losses[plan]))


@cache
def load_trials(kind: str = "trials") -> tuple[Outcome, ...]:
    """What `backproplab race-optimizers` wrote into trials.json.

    "trials": all that were tuned with, on validation data. "finals": the chosen plans from ten new seeds, on
    the test data. "starts": gradient descent on moons at a rate of 3, with and without a warm-up before the
    decay, from twenty seeds, on validation data.
    """
    table = json.loads(files("backproplab.tuning").joinpath("trials.json").read_text("utf-8"))
    if kind not in table:
        raise ValueError(f"kind={kind!r} was not recorded; choose one of {', '.join(table)}")
    return tuple(map(_from_row, table[kind]))


def _from_row(row: tuple[str, str, float, str, int, float | None, float]) -> Outcome:
    task, optimizer, rate, schedule, seed, loss, right = row
    return Outcome(task, Plan(optimizer, rate, schedule), seed, math.inf if loss is None else loss, right)


def to_row(one: Outcome) -> list[str | float | None]:
    """An outcome as it stands in trials.json: five digits of the loss, null where it is infinite."""
    loss = float(f"{one.loss:.5g}") if math.isfinite(one.loss) else None
    plan = one.plan
    return [one.task, plan.optimizer, plan.rate, plan.schedule, one.seed, loss, round(one.right, 5)]

"""A small dense network in training on points of the plane: all of the playground but its page.

Data, network, loss, optimiser and the loop are the package's own: `training.steps` with all points in one
batch. The same settings and seed give the same numbers as the same calls made by hand.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.datasets import circles, moons, noisy_xor, spirals, xor
from backproplab.layers import ACTIVATIONS as ACTIVATIONS_OF_LAYERS
from backproplab.layers import Dense, Layer, ReLU, Sigmoid
from backproplab.losses import BinaryCrossEntropy, Loss, SquaredError
from backproplab.network import Network
from backproplab.optimizers import SGD, Adam, Constant, Optimizer
from backproplab.training.fit import diagnose
from backproplab.training.measurements import layer_norms
from backproplab.training.steps import Step, steps

Floats = NDArray[np.float64]

POINTS = 200
MOST_POINTS = 400  # that a reader may make of them
FARTHEST = 1e3  # that a point or a weight may be moved to by hand
LAST_SEED = 999_999
ROWS = 160  # what a curve keeps before every other row is dropped
NOISY = {"noisy xor": noisy_xor, "moons": moons, "circles": circles, "spirals": spirals}
DATA = ("xor", *NOISY)
ACTIVATIONS: dict[str, Callable[[], Layer] | None] = {
    **{activation.caption: activation for activation in ACTIVATIONS_OF_LAYERS},
    "none": None,
}
INITIALS = {  # what Dense takes, and the standard deviation that it stands for
    "zeros": "zeros",
    "small normal": "small normal, 0.01",
    "xavier": "Xavier, √(2 / (in + out))",
    "he": "He, √(2 / in)",
}
LOSSES: dict[str, Callable[[], Loss]] = {
    "squared error": SquaredError,
    "cross-entropy": BinaryCrossEntropy,
}
OPTIMIZERS: dict[str, Callable[[float], Optimizer]] = {
    "SGD": SGD,
    "momentum": lambda rate: SGD(rate, momentum=0.9),
    "Adam": Adam,
}
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 4.0, 10.0, 100.0)


class Settings(NamedTuple):
    """What a run is made from."""

    data: str
    noise: float
    depth: int
    """Hidden layers; none leaves a single unit."""
    width: int
    """Units in each hidden layer."""
    activation: str
    initial: str
    loss: str
    optimizer: str
    learning_rate: float
    seed: int
    """Of the first weights. The data has a seed of its own, so that another seed is another start on it."""


def examples(settings: Settings) -> tuple[Floats, Floats]:
    """Points `(n, 2)` and targets `(n, 1)`, 0 or 1."""
    if settings.data == "xor":
        cases, targets = xor()
        return cases.astype(np.float64), targets.astype(np.float64)
    x, labels = NOISY[settings.data](POINTS, noise=settings.noise, seed=0)
    return x.astype(np.float64), labels[:, np.newaxis].astype(np.float64)


def points_of(rows: object) -> tuple[Floats, Floats]:
    """Points `(n, 2)` and targets `(n, 1)` from rows `[x₁, x₂, class]` that a page sends.

    ValueError for what cannot be trained on.
    """
    table = np.array(rows, dtype=np.float64)
    if table.ndim != 2 or table.shape[1:] != (3,) or not 1 <= len(table) <= MOST_POINTS:
        raise ValueError(f"points are 1 to {MOST_POINTS} rows of x₁, x₂ and a class, got {table.shape}")
    if not (np.abs(table) <= FARTHEST).all() or not np.isin(table[:, 2], (0, 1)).all():
        raise ValueError(f"a point lies within ±{FARTHEST:g}, and its class is 0 or 1")
    return table[:, :2].copy(), table[:, 2:].copy()


def network_of(settings: Settings) -> Network:
    """2 inputs, the hidden layers, 1 output: a sigmoid, or the logit that cross-entropy takes."""
    sizes = [2, *[settings.width] * settings.depth, 1]
    layers: list[Layer] = []
    for index, (inputs, outputs) in enumerate(pairwise(sizes)):
        layers.append(Dense(inputs, outputs, initial=settings.initial))
        activation = ACTIVATIONS[settings.activation]
        if index == settings.depth:
            activation = None if settings.loss == "cross-entropy" else Sigmoid
        if activation is not None:
            layers.append(activation())
    return Network(layers, seed=settings.seed, dtype=np.float64)


class Run:
    """A network, and how far it has come."""

    def __init__(self, settings: Settings, points: tuple[Floats, Floats] | None = None) -> None:
        self.settings = settings
        self.x, self.targets = points or examples(settings)
        self.network = network_of(settings)
        self.loss = LOSSES[settings.loss]()
        self.optimizer = OPTIMIZERS[settings.optimizer](settings.learning_rate)
        self.training = self._steps()
        self.steps = 0
        self.trouble = ""
        """Why training cannot go on; empty while it can."""
        self.rows: list[Sequence[float]] = []
        """Of some steps: the step, the loss there, the gradient's norm in each layer."""
        self._every = 1
        self.measure()

    def _steps(self) -> Iterator[Step]:
        return steps(
            self.network,
            self.loss,
            self.x,
            self.targets,
            optimizer=self.optimizer,
            batch_size=len(self.x),
            shuffle=False,
        )

    def train(self, steps: int, *, seconds: float = math.inf) -> None:
        """Make so many steps, or fewer once this time is over; none after numbers broke."""
        end = monotonic() + seconds
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for step in islice(self.training, 0 if self.trouble else steps):
                if not math.isfinite(step.loss):
                    break
                self._record(step.loss)
                step.update()
                self.steps += 1
                if monotonic() >= end:
                    break
            self.measure()

    def measure(self) -> None:
        """Take loss, gradient and right answers at the weights as they are: what a picture shows."""
        self.right = int(self.loss.right(self.network.predict(self.x), self.targets).sum())
        self.value = self.network.training_pass(self.loss, self.x, self.targets)
        self.norms = layer_norms(self.network, self.network.gradient)
        if not (math.isfinite(self.value) and np.isfinite(self.norms).all()):
            self._break()

    def _record(self, value: float) -> None:
        """Keep a row of the step that is about to be made; ever fewer, so that curves stay short."""
        if not self.rows or self.steps >= self.rows[-1][0] + self._every:
            norms = layer_norms(self.network, self.network.gradient)
            self.rows.append((self.steps, value, *norms.tolist()))
            if len(self.rows) > ROWS:
                self.rows, self._every = self.rows[::2], 2 * self._every

    def course(self) -> Floats:
        """The rows kept and one for the network as it is, `(rows, 2 + layers)`; those of finite numbers."""
        now = (self.steps, self.value, *self.norms.tolist())
        rows = np.array([*self.rows, now], dtype=np.float64)
        finite: Floats = rows[np.isfinite(rows).all(axis=1)]
        return finite

    def set_rate(self, learning_rate: float) -> None:
        """Use another learning rate from the next step on."""
        self.settings = self.settings._replace(learning_rate=learning_rate)
        self.optimizer.schedule = Constant(learning_rate)

    def set_points(self, x: Floats, targets: Floats) -> None:
        """Train on other points, `(n, 2)` and `(n, 1)`, from the weights and the step reached."""
        self.x, self.targets = x, targets
        self.training = self._steps()
        self._measure_anew()

    def set_parameter(self, at: int, value: float) -> None:
        """Put a number into this place of the flat vector of parameters; training goes on from there."""
        self.network.parameters[at] = value
        self._measure_anew()

    def _measure_anew(self) -> None:
        """As `measure`, after a hand may have mended what broke."""
        self.trouble = ""
        with np.errstate(all="ignore"):
            self.measure()

    def dead(self) -> list[list[bool]]:
        """For each hidden layer, which of its ReLU units answer 0 to every point: no gradient gets there."""
        relus = [layer for layer in self.network.layers if isinstance(layer, ReLU)]
        if not relus:
            return [[False] * self.settings.width] * self.settings.depth
        return [[not unit.any() for unit in layer.a.T] for layer in relus]

    def _break(self) -> None:
        self.trouble = (
            f"The numbers broke after {self.steps:,} steps with learning rate "
            f"{self.settings.learning_rate:g}. The first to go were those of "
            f"{diagnose(self.network, self.x)}. Start afresh with a smaller rate, or another start."
        )


def offered() -> dict[str, list[list[Any]]]:
    """What the page's menus offer, each choice with its words."""
    plain = {
        "data": DATA,
        "depth": range(4),
        "width": range(1, 9),
        "activation": ACTIVATIONS,
        "loss": LOSSES,
        "optimizer": OPTIMIZERS,
        "learning_rate": RATES,
    }
    choices = {
        name: [[key, f"{key:g}" if isinstance(key, float) else str(key)] for key in keys]
        for name, keys in plain.items()
    }
    choices["initial"] = [list(pair) for pair in INITIALS.items()]
    choices["speed"] = [[1, "1 step"], [10, "10 steps"], [100, "100 steps"], [10_000, "as many as fit"]]
    return choices

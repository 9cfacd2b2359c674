"""Losses of two parameters, to see what an optimiser does: a ravine, a saddle, a plateau. Lesson 15.

Each knows its gradient and a point to start from. `descend` takes an optimiser down one of them and keeps the
path.

    >>> from backproplab.optimizers import SGD
    >>> descend(RAVINE, SGD(0.01), steps=2).round(4)
    array([[-4.    ,  1.    ],
           [-3.96  ,  0.75  ],
           [-3.9204,  0.5625]])
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backproplab.optimizers import Optimizer

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """A loss over two parameters, for looking at."""

    caption: str
    loss: Callable[[Floats, Floats], Floats]
    """From w₁ and w₂, numbers or arrays of one shape, to the loss there."""
    gradient: Callable[[float, float], tuple[float, float]]
    """From w₁ and w₂ to ∂L/∂w₁ and ∂L/∂w₂."""
    start: tuple[float, float]
    reach: float
    """How far the part worth seeing goes from 0, along both axes."""
    ceiling: float
    """The largest loss worth seeing: what is higher is cut off in pictures."""


RAVINE = Surface(
    "ravine",
    lambda w1, w2: 0.5 * (w1**2 + 25 * w2**2),
    lambda w1, w2: (w1, 25 * w2),
    start=(-4.0, 1.0),
    reach=5.0,
    ceiling=30.0,
)
"""Curvature 1 along w₁, and 25 along w₂."""

TURNED_RAVINE = Surface(
    "turned ravine",
    lambda w1, w2: 0.25 * ((w1 + w2) ** 2 + 25 * (w2 - w1) ** 2),
    lambda w1, w2: (13 * w1 - 12 * w2, 13 * w2 - 12 * w1),
    start=(-5 / 2**0.5, -3 / 2**0.5),
    reach=5.0,
    ceiling=30.0,
)
"""The same ravine and start, turned by 45°: it now lies along w₁ = w₂."""

SADDLE = Surface(
    "saddle",
    lambda w1, w2: 0.5 * w1**2 + 0.25 * (w2**2 - 1) ** 2,
    lambda w1, w2: (w1, w2 * (w2**2 - 1)),
    start=(1.5, 0.001),
    reach=1.8,
    ceiling=1.5,
)
"""A saddle point at (0, 0), where L is ¼, and a minimum of 0 on either side, at w₂ = 1 and −1."""

PLATEAU = Surface(
    "plateau",
    lambda w1, w2: 1 - np.exp(-0.5 * (w1**2 + w2**2)),
    lambda w1, w2: (w1 * np.exp(-0.5 * (w1**2 + w2**2)), w2 * np.exp(-0.5 * (w1**2 + w2**2))),
    start=(-3.2, 1.6),
    reach=4.0,
    ceiling=1.0,
)
"""Nearly flat, but for a pit around (0, 0)."""

SURFACES = (RAVINE, TURNED_RAVINE, SADDLE, PLATEAU)

RUN_AWAY = 1e6
"""A path whose loss is above this has run away: its number says nothing more."""


def descend(surface: Surface, optimizer: Optimizer, *, steps: int) -> Floats:
    """Where a new optimiser goes from the surface's start: `(steps + 1, 2)`, the start first.

    A path that runs away goes on to inf and nan without a word.
    """
    place = np.array(surface.start)
    path = [place.copy()]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            optimizer.step(place, np.array(surface.gradient(*place)))
            path.append(place.copy())
    return np.array(path)


def losses(surface: Surface, path: Floats) -> Floats:
    """The loss at each place of a path `(steps + 1, 2)`; inf where it has run away."""
    with np.errstate(over="ignore", invalid="ignore"):
        along = surface.loss(path[:, 0], path[:, 1])
    return np.where(np.isfinite(along), along, np.inf)


def is_outside(surface: Surface, path: Floats) -> NDArray[np.bool_]:
    """Which places of a path `(steps + 1, 2)` lie outside of the part worth seeing."""
    inside = (np.abs(path) <= surface.reach).all(axis=1) & (losses(surface, path) <= surface.ceiling)
    return np.asarray(~inside)

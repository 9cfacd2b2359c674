"""The descent: a loss of two parameters as a landscape that turns, and the paths of optimisers down it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from traitlets import Dict, Float, Int, List, TraitError, Unicode, validate

from backproplab import tuning
from backproplab.display import alt_text, image
from backproplab.plots import descents
from backproplab.plots.words import number
from backproplab.surfaces import RUN_AWAY, SURFACES, Surface, descend, is_outside, losses
from backproplab.widgets.kit.base import Live, Static

# Without AdamW, whose decay belongs to weights: w₁ and w₂ are places on a map.
OPTIMIZERS = {name: make for name, make in tuning.OPTIMIZERS.items() if name != "AdamW"}
RATES = (0.003, 0.01, 0.03, 0.075, 0.085, 0.3)
STEPS = 60
CELLS = 36  # of the landscape, along each axis
LIMITS = {
    "turn": (0, 355),  # degrees
    "tilt": (15, 90),
    "step": (0, STEPS),
    "surface": (0, len(SURFACES) - 1),
    "rate": (0, len(RATES) - 1),
    "shown": (0, len(OPTIMIZERS)),  # one optimizer, or all
}


class Descent(Live, folder="descent"):
    """Optimisers on a ravine, a saddle or a plateau: one landscape at a time, all paths at one learning rate.

    `surface` is the caption of the one to begin with, `rate` one of 0.003, 0.01, 0.03, 0.075, 0.085 and 0.3,
    `step` how many of 60 steps are shown. On the page the landscape turns, by arrow keys, finger or mouse.
    It needs no Python there: all paths were recorded here, from `backproplab.optimizers`.

    >>> Descent("ravine", rate=0.03, step=20).static().plain.splitlines()[:2]
    ['ravine, rate 0.03, after 20 of 60 steps. The loss was 20.5 at the start.', '  gradient descent: 2.4']
    """

    surfaces = List(Dict()).tag(sync=True)
    """Of each: caption, reach, ceiling, heights by rows of w₂ (1: ceiling), runs by optimiser and rate."""
    optimizers = List(Unicode()).tag(sync=True)
    rates = List(Float()).tag(sync=True)
    surface = Int(0).tag(sync=True)
    """Which of the surfaces is shown, from 0."""
    rate = Int(0).tag(sync=True)
    """Which of the rates, from 0."""
    shown = Int(0).tag(sync=True)
    """Which optimiser's path is drawn, from 0; as many as there are optimisers: all."""
    step = Int(0).tag(sync=True)
    turn = Int(0).tag(sync=True)
    """Degrees by which the landscape is turned, from 0 to 355."""
    tilt = Int(0).tag(sync=True)
    """Degrees from which one looks down, from 15 to 90: from above."""

    def __init__(self, surface: str = "ravine", *, rate: float = 0.03, step: int = STEPS) -> None:
        captions = [one.caption for one in SURFACES]
        if surface not in captions:
            raise ValueError(f"surface={surface!r} is none of the landscapes: {', '.join(captions)}")
        if rate not in RATES:
            raise ValueError(f"rate={rate!r} was not recorded; choose one of {', '.join(map(str, RATES))}")
        super().__init__(
            surfaces=[_recorded(one) for one in SURFACES],
            optimizers=list(OPTIMIZERS),
            rates=list(RATES),
            surface=captions.index(surface),
            rate=RATES.index(rate),
            shown=len(OPTIMIZERS),
            step=step,
            turn=30,
            tilt=45,
        )

    @validate("surface", "rate", "shown", "step", "turn", "tilt")
    def _there(self, proposal: Mapping[str, Any]) -> int:
        name, value = proposal["trait"].name, int(proposal["value"])
        low, high = LIMITS[name]
        if not low <= value <= high:
            raise TraitError(f"{name}={value} is not there; choose from {low} to {high}")
        return value

    def static(self) -> Static:
        """The landscape from above, a panel for each path, and the losses in words."""
        surface, rate = SURFACES[self.surface], RATES[self.rate]
        names = list(OPTIMIZERS) if self.shown == len(OPTIMIZERS) else [list(OPTIMIZERS)[self.shown]]
        paths = {name: descend(surface, OPTIMIZERS[name](rate), steps=self.step) for name in names}
        figure = descents(surface, paths)
        start = number(_rounded(losses(surface, np.array([surface.start]))[0]), 3)
        words = (
            f"{surface.caption}, rate {rate:g}, after {self.step} of {STEPS} steps. "
            f"The loss was {start} at the start."
        )
        lines = [f"  {name}: {_words(surface, path)}" for name, path in paths.items()]
        return Static(image(figure, f"{words} {alt_text(figure)}"), "\n".join([words, *lines]))


def _words(surface: Surface, path: NDArray[np.float64]) -> str:
    """The loss at the end of a path, as the page says it."""
    last = float(losses(surface, path)[-1])
    if last > RUN_AWAY:
        return "run away"
    return number(_rounded(last)) + (", outside of the picture" if is_outside(surface, path)[-1] else "")


def _recorded(surface: Surface) -> dict[str, Any]:
    """A surface with all runs down it, as the page draws them."""
    axis = np.linspace(-surface.reach, surface.reach, CELLS + 1)
    heights = surface.loss(*np.meshgrid(axis, axis)) / surface.ceiling
    return {
        "caption": surface.caption,
        "reach": surface.reach,
        "ceiling": surface.ceiling,
        "heights": np.minimum(heights, 1.5).round(3).tolist(),
        "runs": [
            [_run(surface, descend(surface, make(rate), steps=STEPS)) for rate in RATES]
            for make in OPTIMIZERS.values()
        ],
    }


def _run(surface: Surface, path: NDArray[np.float64]) -> dict[str, list[float | None]]:
    """A path: None for a place outside of the picture, and for the loss of a path that has run away."""
    outside, along = is_outside(surface, path), losses(surface, path)
    places = [
        [None if out else _rounded(value) for out, value in zip(outside, values, strict=True)]
        for values in path.T
    ]
    loss = [None if value > RUN_AWAY else _rounded(value) for value in along]
    return {"w1": places[0], "w2": places[1], "loss": loss}


def _rounded(value: float) -> float:
    """To four digits, as all numbers of a path reach the page."""
    return float(f"{value:.4g}")

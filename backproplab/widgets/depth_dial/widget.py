"""A dial for depth, activation and start: what becomes of a signal, and of the message back."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from traitlets import Dict, Enum

from backproplab.display import alt_text, image
from backproplab.plots.depth import sizes_by_layer
from backproplab.plots.words import number
from backproplab.widgets.depth_dial.journeys import ACTIVATIONS, DEPTHS, STARTS, Journey, journeys
from backproplab.widgets.kit.base import Live, Static
from backproplab.widgets.kit.table import table

MOST_TICKS = 6


class DepthDial(Live, folder="depth_dial"):
    """Sizes of the signal and of the message at each layer, for the depth, activation and start chosen.

    Layers are 100 wide, weights are normal with standard deviation s, biases 0. All cases are computed once,
    and the page turns among them, with or without Python: see `journeys`.
    """

    cases = Dict().tag(sync=True)
    activation = Enum(list(ACTIVATIONS), "ReLU").tag(sync=True)
    start = Enum(list(STARTS), "0.1").tag(sync=True)
    """The standard deviation s of the first weights."""
    depth = Enum(list(DEPTHS), 30).tag(sync=True)
    """How many layers."""

    def __init__(self) -> None:
        super().__init__(cases=_cases())

    def static(self) -> Static:
        """The chosen activation with every start, drawn; a table tells where signals and messages arrive."""
        lines = {f"s = {start}": _computed(self.activation, start)[self.depth] for start in STARTS}
        picture = sizes_by_layer(lines)
        words = f"{self.activation}, {self.depth} layers. {alt_text(picture)}"
        head = (
            f"Sizes that started with 1, after {self.depth} layers: of the signal at the output, "
            "and of the message back at the input."
        )
        rows = [
            [f"{name}, {way}", *(number(_arrived(name, start, self.depth, way), 1) for start in STARTS)]
            for name in ACTIVATIONS
            for way in ("signal", "message")
        ]
        top = ["", *(f"s = {start}" for start in STARTS)]
        return Static(image(picture, words) + table(head, top, rows), _plain(words, head, [top, *rows]))


def _arrived(activation: str, start: str, depth: int, way: str) -> float:
    """The size of the signal at the output, or of the message at the input."""
    signal, message = _computed(activation, start)[depth]
    return float(signal[-1] if way == "signal" else message[0])


@cache
def _computed(activation: str, start: str) -> dict[int, Journey]:
    return journeys(activation, start)


def _cases() -> dict[str, Any]:
    """What the page draws, by activation, start and depth."""
    return {
        "activations": list(ACTIVATIONS),
        "starts": list(STARTS),
        "depths": list(DEPTHS),
        "frames": {
            name: {start: {str(depth): _frame(name, start, depth) for depth in DEPTHS} for start in STARTS}
            for name in ACTIVATIONS
        },
    }


def _frame(name: str, start: str, depth: int) -> dict[str, Any]:
    """One case: powers of ten, the range of the vertical axis with its ticks, and what a reader hears."""
    signal, message = _computed(name, start)[depth]
    powers = np.log10(signal), np.log10(message)
    low = min(-2, int(np.floor(np.min(powers))))
    high = max(2, int(np.ceil(np.max(powers))))
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (high - low) / step <= MOST_TICKS)
    ticks = [power for power in range(low, high + 1) if power % step == 0]
    each = message[0] ** (1 / depth)
    return {
        "signal": powers[0].round(3).tolist(),
        "message": powers[1].round(3).tolist(),
        "low": low,
        "high": high,
        "ticks": ticks,
        "words": (
            f"{name}, s = {start}, {depth} layers. The signal has size 1 at the input and "
            f"{number(signal[-1])} after layer {depth}. The message has size 1 there and "
            f"{number(message[0])} back at the input: a factor of {number(each, 3)} for each layer."
        ),
    }


def _plain(words: str, head: str, rows: Sequence[Sequence[str]]) -> str:
    lines = ["".join(f"{text:>{12 if place else 16}}" for place, text in enumerate(row)) for row in rows]
    return "\n".join([words, head, *lines])

"""What Flow says of a picture's way through a network and back: counts and names, no formula."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backproplab.layers.contract import Array
from backproplab.plots.words import join, number
from backproplab.widgets.flow.dense_boxes import Box, Passes

LEAST_PROBABILITY, LEAST_GRADIENT = 0.01, 0.005  # that are named; the bars show the others


def name(count: int, what: str) -> str:
    """Return how many there are, in words.

    >>> name(100480, "knob"), name(1, "unit")
    ('100,480 knobs', '1 unit')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def pixels(picture: Array) -> str:
    """How large a picture is, and how much is on it."""
    return f"{name(picture.size, 'pixel')}, {np.count_nonzero(picture):,} of them not blank"


def active(outputs: Array) -> str:
    """How many units put out something else than 0."""
    count = int(np.count_nonzero(outputs))
    return f"{'all ' * (count == outputs.size)}{count:,} put out something"


def largest(outputs: Array) -> str:
    """Which of the outputs is the largest."""
    if np.isnan(outputs).any():
        return "not numbers"
    return f"largest: output {outputs.argmax()}"


def holds(box: Box) -> str:
    """What the sweep has left in a box."""
    return f"all have a gradient, {_of_them(box)}"


def answers(probabilities: Array, right: int) -> str:
    """The answer that was given, and the right one.

    >>> answers(np.array([0.9, 0.08, 0.02]), 1), answers(np.array([0.9, 0.08, 0.02]), 0)
    ('90 % for 0, 8 % for 1', '90 % for 0')
    """
    if np.isnan(probabilities).any():
        return "not numbers"
    named = dict.fromkeys([int(probabilities.argmax()), right])
    return ", ".join(f"{_percent(probabilities[place])} for {place}" for place in named)


def loss(value: float) -> str:
    """The loss as a number."""
    return number(value, 3)


def run(passes: Passes, picture: Array) -> list[dict[str, str]]:
    """For the picture, each box and the loss: what is said once it is there, and what it hands on."""
    *hidden, last = passes.boxes
    sent = name(picture.size, "number")
    told = [{"said": f"Before the run: a picture of {pixels(picture)}.", "sent": sent}]
    for box in hidden:
        others = "" if box.outputs.all() else ", the others 0"
        said = f"The {sent} go to {name(box.outputs.size, 'unit')}; {active(box.outputs)}{others}."
        sent = name(box.outputs.size, "number")
        told.append({"said": said, "sent": sent})
    outputs, best = name(last.outputs.size, "output"), last.outputs.argmax()
    broken = np.isnan(last.outputs).any()
    found = "these are not numbers" if broken else f"output {best} is the largest"
    said = f"The {sent} go to {outputs}; {found}."
    told.append({"said": said, "sent": name(last.outputs.size, "number")})
    shares = passes.probabilities
    named = [
        int(place)
        for place in np.argsort(-shares, kind="stable")
        if shares[place] >= LEAST_PROBABILITY or place == passes.right
    ]
    listed = "not numbers" if broken else join([f"{_percent(shares[place])} for {place}" for place in named])
    said = (
        f"The outputs become probabilities: {listed}. The right answer is {passes.right}, "
        f"so the loss is {loss(passes.loss)}. That was one run."
    )
    return [*told, {"said": said, "sent": ""}]


def sweep(passes: Passes) -> list[dict[str, str]]:
    """What is said before the sweep, then for each box, last to first, with what comes to it."""
    *hidden, last = passes.boxes
    outputs = name(last.outputs.size, "output")
    come = [f"The sweep starts at the loss and comes to the {outputs}. {_slopes(last.upstream)}"]
    come += [f"The sweep goes on to the {name(box.outputs.size, 'unit')}." for box in reversed(hidden)]
    value = loss(passes.loss)
    told = [{"said": f"One run is over: the loss is {value}. No knob has its gradient yet.", "sent": ""}]
    for box, comes in zip(reversed(passes.boxes), come, strict=True):
        left = f"All {name(box.knobs, 'knob')} that lead there have their gradient now, {_of_them(box)}."
        told.append({"said": f"{comes} {left}", "sent": name(box.upstream.size, "gradient")})
    told[-1]["said"] += " That was one sweep."
    return told


def tally(knobs: Sequence[int]) -> list[dict[str, Any]]:
    """How many knobs have their gradient before the sweep and after each box; `knobs` are first to last.

    >>> [told["text"] for told in tally([4, 2])][1]
    '2 of 6 knobs have their gradient.'
    """
    filled = np.cumsum([0, *reversed(knobs)]).tolist()
    size = filled[-1]
    told = [{"filled": n, "text": f"{n:,} of {size:,} knobs have their gradient."} for n in filled]
    told[-1]["text"] = (
        f"{size:,} of {size:,} knobs have their gradient, after one run and one sweep. "
        f"By nudging it takes {2 * size:,} runs."
    )
    return told


def _of_them(box: Box) -> str:
    return "none of them 0" if box.nonzero == box.knobs else f"{box.nonzero:,} of them not 0"


def _slopes(upstream: Array) -> str:
    """The gradients of the outputs, of those that are not nearly 0."""
    if np.isnan(upstream).any():
        return "Their gradients are not numbers."
    named = [
        f"{slope:+.2f} at {place}".replace("-", "−")
        for place, slope in enumerate(upstream)
        if abs(slope) >= LEAST_GRADIENT
    ]
    return f"Their gradients: {join(named)}." if named else "Their gradients are nearly 0."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= LEAST_PROBABILITY else "less than 1 %"

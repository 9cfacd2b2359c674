"""The linked panels: a chain of functions, one panel each, and a change that is passed on through all."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import nan, prod
from typing import Any

import numpy as np
from traitlets import Dict, Float, Int, List, TraitError, Unicode, validate

from backproplab.display import alt_text, image
from backproplab.plots import panels, tangent
from backproplab.plots.words import number, short
from backproplab.widgets.kit.base import Live, Static, is_finite

Function = Callable[[float], float]
STEPS = 90  # from one end of `between` to the other
CURVE = 80  # pieces that a curve is drawn with
NUDGES = (0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0)
NUDGE = 1e-5  # of the central differences, as in lesson 02
DIGITS, KEPT = 4, 7
HEIGHT = 3.6  # inches, of the still half


class LinkedPanels(Live, folder="linked_panels"):
    """A chain of functions: in each panel one step, its slope, and what a nudge of the first value becomes.

    `functions` are the steps in order, each of one number; `names` are those of the values, one more than
    there are steps. `at` is where the first value begins, and `between` how far it can go; `nudge` is the
    change of the first value, one of 0.001, 0.01, 0.1, 0.2, 0.5, 1 and 2. On the page a point that is dragged
    in any panel moves those in all. All is computed here, by the functions themselves, at each place; the
    page draws it, and needs no Python. ValueError where names do not fit, or where a value is not finite.

    >>> linked = LinkedPanels([lambda x: 2 * x, lambda y: y**2], names="xyz", at=3, between=(0, 5))
    >>> print(linked.static().plain)
    x = 3.000, y = 6.000, z = 36.00
    slopes: dy/dx 2.000 × dz/dy 12.000 = dz/dx 24.000
    nudge: Δy/Δx 2.000 × Δz/Δy 16.000 = Δz/Δx 32.000, for Δx = 2
    """

    names = List(Unicode()).tag(sync=True)
    """Of the values, the input first."""
    nudges = List(Float()).tag(sync=True)
    """The changes of the input that there are to choose from, rising."""
    values = List(List(Float())).tag(sync=True)
    """At each place all values of the chain, the input first."""
    slopes = List(List(Float())).tag(sync=True)
    """At each place the slope of each step, taken at its own input."""
    changes = List(List(List(Float()))).tag(sync=True)
    """For each nudge, at each place: by how much each value changes, the input first."""
    curves = List(Dict()).tag(sync=True)
    """Of each step, `x` and `y`: what its panel draws."""
    place = Int(0).tag(sync=True)
    """Where the points are: a place among `values`, from 0."""
    nudge = Int(0).tag(sync=True)
    """Which of the nudges, from 0."""

    def __init__(
        self,
        functions: Sequence[Function],
        *,
        names: Sequence[str],
        at: float,
        between: tuple[float, float],
        nudge: float = 2.0,
    ) -> None:
        if not functions or len(names) != len(functions) + 1:
            raise ValueError(
                f"{len(functions)} functions make {len(functions) + 1} values, got {len(names)} names; "
                "give each value a name, the input first, and at least one function"
            )
        low, high = between
        if not all(map(is_finite, (low, at, high))) or not low <= at <= high or low == high:
            raise ValueError(
                f"at={at!r} is not between {low!r} and {high!r}; choose a number from one to other"
            )
        if nudge not in NUDGES:
            raise ValueError(f"nudge={nudge!r} is none of {', '.join(map(short, NUDGES))}")
        self._functions = list(functions)
        steps = [_finite(*each) for each in zip(functions, names, names[1:], strict=False)]
        step = (high - low) / STEPS
        first, last = -int((at - low) / step + 1e-9), int((high - at) / step + 1e-9)
        places = [at + step * index for index in range(first, last + 1)]
        values = [_run(steps, place) for place in places]
        nudged = [[_run(steps, place + n) for place in places] for n in NUDGES]
        reached = np.array([values, *nudged])  # (1 + nudges, places, values)
        ends = zip(reached.min(axis=(0, 1)), reached.max(axis=(0, 1)), strict=True)
        super().__init__(
            names=list(names),
            nudges=list(NUDGES),
            values=_kept(values),
            slopes=_kept([[_slope(f, x) for f, x in zip(steps, row, strict=False)] for row in values]),
            changes=_kept(reached[1:] - reached[0]),
            curves=[_curve(f, *span) for f, span in zip(steps, ends, strict=False)],
            place=-first,
            nudge=NUDGES.index(nudge),
        )

    @validate("place", "nudge")
    def _there(self, proposal: Mapping[str, Any]) -> int:
        name, value = proposal["trait"].name, int(proposal["value"])
        last = len(self.values if name == "place" else self.nudges) - 1
        if not 0 <= value <= last:
            raise TraitError(f"{name}={value} is not there, counted from 0; choose from 0 to {last}")
        return value

    def static(self) -> Static:
        """Each step with its tangent and the nudge that reaches it, then the numbers and their products."""
        values, changes = self.values[self.place], self.changes[self.nudge][self.place]
        slopes = self.slopes[self.place]
        figure, (row,) = panels(1, len(self._functions), height=HEIGHT)
        for step, (ax, function) in enumerate(zip(row, self._functions, strict=True)):
            names = (self.names[step], self.names[step + 1])
            nudge = changes[step] or None  # an earlier step may let nothing through
            tangent(function, values[step], derivative=slopes[step], nudge=nudge, names=names, ax=ax)
        first, last = self.names[0], self.names[-1]
        rates = [after / before if before else 0.0 for before, after in pairwise(changes)]
        words = [
            ", ".join(f"{name} = {number(x, DIGITS)}" for name, x in zip(self.names, values, strict=True)),
            f"slopes: {self._product('d', slopes)} = d{last}/d{first} {_fixed(prod(slopes))}",
            f"nudge: {self._product('Δ', rates)} = Δ{last}/Δ{first} {_fixed(changes[-1] / changes[0])}"
            f", for Δ{first} = {short(changes[0])}",
        ]
        return Static(image(figure, f"{alt_text(figure)} {'. '.join(words)}."), "\n".join(words))

    def _product(self, sign: str, factors: Sequence[float]) -> str:
        return " × ".join(
            f"{sign}{above}/{sign}{below} {_fixed(factor)}"
            for below, above, factor in zip(self.names, self.names[1:], factors, strict=False)
        )


def _finite(function: Function, name: str, result: str) -> Function:
    """The same function, which says so where it gives no finite number."""

    def checked(at: float) -> float:
        try:
            value = float(function(at))
        except (ArithmeticError, ValueError) as error:
            value, why = nan, f"it raised {error!r}"
        else:
            why = f"it is {value}"
        if not is_finite(value):
            raise ValueError(f"no finite {result} at {name} = {at:g}: {why}; choose another `between`")
        return value

    return checked


def _run(steps: Sequence[Function], place: float) -> list[float]:
    """All values of the chain, the first one as well."""
    row = [float(place)]
    for step in steps:
        row.append(step(row[-1]))
    return row


def _slope(function: Function, at: float) -> float:
    """A central difference, as in the lesson."""
    return (function(at + NUDGE) - function(at - NUDGE)) / (2 * NUDGE)


def _curve(function: Function, low: float, high: float) -> dict[str, list[float]]:
    x = np.linspace(low, high, CURVE + 1)
    return {"x": _kept(x), "y": _kept([function(float(place)) for place in x])}


def _kept(values: Any) -> Any:
    """Numbers to seven digits, in lists as deep as they were: all that a reader sees, in half the room."""
    if isinstance(values, (list, np.ndarray)):
        return [_kept(each) for each in values]
    return float(f"{values:.{KEPT}g}") + 0.0


def _fixed(value: float) -> str:
    """Three digits after the point, so that points stand in line; as the page has it."""
    return f"{value:.3f}".replace("-", "−")

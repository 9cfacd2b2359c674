"""The nudge lens: a curve, its tangent and a nudge to drag, seen whole and under a lens."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from traitlets import Float, Int, List, TraitError, Unicode, validate

from backproplab.display import alt_text, image
from backproplab.plots import panels, tangent
from backproplab.plots.words import short
from backproplab.widgets.kit.base import Live, Static, is_finite

Function = Callable[[float], float]
HALVINGS, EACH = 13, 4  # the nudge is halved so often, in so many steps each
REACH = 2.5  # nudges to either side that the lens shows
PIECES = 40  # that a curve is drawn with
CLOSER = 16  # times, in the second half of the still picture
DIGITS = 4


class NudgeLens(Live, folder="nudge_lens"):
    """A curve and its tangent at a point, and a nudge that one makes smaller under a lens.

    `function` takes a number; `at` is the point, `derivative` the slope of the tangent there and `nudge` the
    largest nudge, above 0, from which it begins. `names` are short, `labels` what stands at the axes. On the
    page the nudged point is dragged along the curve, down to 1/8192 of the nudge, and the lens shows what
    lies 2.5 nudges to either side; it needs no Python. ValueError where a number is not finite, or the nudge
    not above 0.

    >>> lens = NudgeLens(lambda x: x**2, 1, derivative=2, nudge=2, names=("x", "y"), labels=("x", "y"))
    >>> lens.place -= 4
    >>> lens.static().plain
    'Δx = 1 changes y by 3: Δy/Δx = 3, and the tangent has the slope 2.'
    """

    names = List(Unicode()).tag(sync=True)
    """Of the number that is nudged, and of the one that answers."""
    labels = List(Unicode()).tag(sync=True)
    """What stands at the two axes, with units."""
    at = Float(0.0).tag(sync=True)
    value = Float(0.0).tag(sync=True)
    """Of the function, at the point."""
    slope = Float(0.0).tag(sync=True)
    """Of the tangent."""
    nudges = List(Float()).tag(sync=True)
    """To choose from, rising."""
    changes = List(Float()).tag(sync=True)
    """By how much the function changes, for each nudge."""
    x = List(Float()).tag(sync=True)
    """Where the whole curve was sampled."""
    y = List(Float()).tag(sync=True)
    near = List(List(Float())).tag(sync=True)
    """For each nudge, the curve under the lens: its rise from the point, counted in nudges."""
    place = Int(0).tag(sync=True)
    """Which of the nudges, from 0."""

    def __init__(
        self,
        function: Function,
        at: float,
        *,
        derivative: float,
        nudge: float,
        names: tuple[str, str],
        labels: tuple[str, str],
    ) -> None:
        if not all(map(is_finite, (at, derivative, nudge))) or nudge <= 0:
            raise ValueError(
                f"expected finite numbers and a nudge above 0, got at={at!r}, derivative={derivative!r}, "
                f"nudge={nudge!r}"
            )
        self._function = function
        value = self._of(at)
        nudges = [nudge * 2 ** (-step / EACH) for step in range(HALVINGS * EACH, -1, -1)]
        lens = np.linspace(-REACH, REACH, PIECES + 1)
        x = at + nudge * lens
        super().__init__(
            names=list(names),
            labels=list(labels),
            at=float(at),
            value=value,
            slope=float(derivative),
            nudges=nudges,
            changes=[self._of(at + n) - value for n in nudges],
            x=x.tolist(),
            y=[_kept(self._of(place)) for place in x],
            near=[[_kept((self._of(at + n * t) - value) / n) for t in lens] for n in nudges],
            place=len(nudges) - 1,
        )

    @validate("place")
    def _there(self, proposal: Mapping[str, Any]) -> int:
        place, last = int(proposal["value"]), len(self.nudges) - 1
        if not 0 <= place <= last:
            raise TraitError(f"place={place} is not there, counted from 0; choose from 0 to {last}")
        return place

    def static(self) -> Static:
        """The nudge where it stands, and the same from sixteen times closer."""
        nudge, change = self.nudges[self.place], self.changes[self.place]
        figure, (row,) = panels(1, 2, height=3.8)
        for ax, n in zip(row, (nudge, nudge / CLOSER), strict=True):
            names = (self.names[0], self.names[1])
            tangent(
                self._function,
                self.at,
                derivative=self.slope,
                nudge=n,
                reach=REACH * n,
                names=names,
                ax=ax,
            )
            ax.set(xlabel=self.labels[0], ylabel=self.labels[1])
        of, name = self.names
        words = (
            f"Δ{of} = {short(nudge, DIGITS)} changes {name} by {short(change, DIGITS)}: Δ{name}/Δ{of} = "
            f"{short(change / nudge, DIGITS)}, and the tangent has the slope {short(self.slope, DIGITS)}."
        )
        return Static(image(figure, f"{alt_text(figure)} {words}"), words)

    def _of(self, place: float) -> float:
        value = float(self._function(float(place)))
        if not is_finite(value):
            raise ValueError(
                f"the function is {value} at {place:g}; choose a smaller nudge: we look {REACH:g} of it far"
            )
        return value


def _kept(value: float) -> float:
    """To seven digits: all that a picture shows, in half the room."""
    return float(f"{value:.7g}") + 0.0

"""The activation curves: a function above its slope, and a point that moves on both."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from traitlets import Dict, Float, Int, List, TraitError, validate

from backproplab.display import alt_text, image
from backproplab.layers import ACTIVATIONS, Activation
from backproplab.plots import activation_slopes
from backproplab.plots.style import ROLES
from backproplab.plots.words import number
from backproplab.widgets.kit.base import Live, Static, is_finite

REACH, A_STEP = 6.0, 0.05  # z goes from −6 to 6
LAST = round(2 * REACH / A_STEP)
DIGITS = 3


class ActivationCurves(Live, folder="activation_curves"):
    """Activations to choose from, each above its slope ∂a/∂z, with a point that moves over z.

    `activations` are layers such as `Sigmoid()`, the package's six unless given; `shown` is the caption of
    the one to begin with, `z` where the point begins, from −6 to 6, in steps of 0.05. On the page arrow keys,
    a finger or the mouse move it. It needs no Python there: the page draws what was sampled here.

    >>> curves = ActivationCurves(shown="GELU", z=-1.0)
    >>> curves.static().plain
    'GELU at z = −1.00: a is −0.159, its slope is −0.0830. A blame of 1 leaves as −0.0830.'
    """

    z = List(Float()).tag(sync=True)
    """Where all curves were sampled, rising."""
    curves = List(Dict()).tag(sync=True)
    """Of each activation: its caption, a and slope at each z, their words, and the scale of a."""
    which = Int(0).tag(sync=True)
    """Which of the curves is shown, from 0."""
    place = Int(0).tag(sync=True)
    """Where the point is: a place among `z`, from 0."""

    def __init__(
        self, activations: Sequence[Activation] | None = None, *, shown: str = "sigmoid", z: float = 0.0
    ) -> None:
        layers = [kind() for kind in ACTIVATIONS] if activations is None else list(activations)
        captions = [layer.caption for layer in layers]
        if shown not in captions:
            raise ValueError(f"shown={shown!r} is none of the activations: {', '.join(captions) or 'none'}")
        if not is_finite(z) or not -REACH <= z <= REACH:
            raise ValueError(
                f"z={z!r} is outside of the picture; choose a number from {-REACH:g} to {REACH:g}"
            )
        places = np.linspace(-REACH, REACH, LAST + 1).round(2)
        self._layers = layers
        super().__init__(
            z=places.tolist(),
            curves=[_curve(layer, places) for layer in layers],
            which=captions.index(shown),
            place=round((z + REACH) / A_STEP),
        )

    @validate("which", "place")
    def _there(self, proposal: Mapping[str, Any]) -> int:
        name, value = proposal["trait"].name, int(proposal["value"])
        last = (len(self.curves) if name == "which" else len(self.z)) - 1
        if not 0 <= value <= last:
            raise TraitError(f"{name}={value} is not there, counted from 0; choose from 0 to {last}")
        return value

    def static(self) -> Static:
        """The chosen activation above its slope, with the point where it stands."""
        layer, curve, z = self._layers[self.which], self.curves[self.which], self.z[self.place]
        figure = activation_slopes([layer], self.z)
        for ax, role, name in zip(figure.axes, ("value", "gradient"), ("a", "slope"), strict=True):
            look = ROLES[role]
            ax.plot([z], [curve[name][self.place]], look.marker, color=look.colour, markersize=9)
        words = f"{curve['caption']} at z = {z:.2f}: ".replace("-", "−") + curve["said"][self.place]
        return Static(image(figure, f"{alt_text(figure)} {words}"), words)


def _curve(layer: Activation, z: NDArray[np.float64]) -> dict[str, Any]:
    """One activation, sampled; its slope is what its own backward pass makes of an upstream of 1."""
    a = layer.forward(z)
    slope = np.asarray(layer.backward(np.ones_like(z)))
    bounded = float(np.ptp(a)) < 3
    return {
        "caption": layer.caption,
        "a": a.round(6).tolist(),
        "slope": slope.round(6).tolist(),
        "low": -1.25 if bounded else -1.0,
        "high": 1.25 if bounded else 6.5,
        "ticks": [-1, 0, 1] if bounded else [0, 2, 4, 6],
        "said": [
            f"a is {number(value, DIGITS)}, its slope is {number(steep, DIGITS)}. "
            f"A blame of 1 leaves as {number(steep, DIGITS)}."
            for value, steep in zip((a + 0.0).tolist(), (slope + 0.0).tolist(), strict=True)
        ],
    }

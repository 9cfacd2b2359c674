"""The gradient film: what a Recorder kept of a training run, under one scrubber."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from traitlets import Bytes, Dict, Enum, Int, List, TraitError, validate

from backproplab.display import image
from backproplab.plots.maps import evenly, unit_maps
from backproplab.plots.training import gradient_norms, loss_curve
from backproplab.plots.words import join
from backproplab.training import History
from backproplab.training.recorder import Series, size
from backproplab.widgets.gradient_film import maps as film_maps
from backproplab.widgets.gradient_film.curves import Times, chart, times
from backproplab.widgets.gradient_film.maps import Maps
from backproplab.widgets.kit.base import Live, Static

MOST_FRAMES = 120
MOST_PIXELS = 450_000  # bytes of all maps together
MOST_STATE = 1_200_000  # bytes that a saved notebook would hold
SHOWN_UNITS = 3  # at first; the reader chooses others
STRIP = 6  # maps of the still picture

Records = Mapping[str, Series]


class GradientFilm(Live, folder="gradient_film"):
    """A training run to play, step and scrub through: maps, norms, single weights and loss, in step.

        recorder = Recorder(
            gradient_maps=GradientMaps("dense1.weights", units=[3, 7], at=[1, 2, 5, 10, 20, 50, 100]),
            norms=GradientNorms(),
        )
        GradientFilm(fit(..., recorder=recorder))

    Of the records in `history` it shows those that bear the names given here; one that is not there has no
    place on the page. `gradient_maps` and `weight_maps` are GradientMaps and WeightMaps of a layer that reads
    pictures of `image_shape`; `norms` GradientNorms; `weights` and `gradients` traces of the same single
    weights, by Weights and Gradients; `loss` a BatchLoss. Maps, norms or a loss there must be.

    A frame is a moment at which maps were recorded (without maps: anything). A chart beside it reads what was
    recorded at that step, or at the nearest one, which it then names. Of very many moments an even choice is
    kept, so that a saved notebook stays small.

    `alt` says in your words what the still picture shows that stands here where there is no kernel.
    """

    film = Dict().tag(sync=True)
    pixels = Bytes().tag(sync=True)
    palette = Bytes().tag(sync=True)
    frame = Int(0).tag(sync=True)
    """The frame on the page, from 0; its step is `steps[frame]`."""
    units = List(Int()).tag(sync=True)
    """Which units' maps are shown, as places among those recorded."""
    weight = Int(0).tag(sync=True)
    """Which of the traced weights is shown."""
    scale = Enum(["map", "row", "shared"], "map").tag(sync=True)
    """What one colour scale covers: a map, a unit over the whole film, or all."""
    axis = Enum(["log", "linear"], "log").tag(sync=True)
    """How the charts count steps."""

    def __init__(
        self,
        history: History,
        *,
        gradient_maps: str = "gradient_maps",
        weight_maps: str = "weight_maps",
        norms: str = "norms",
        weights: str = "weights",
        gradients: str = "gradients",
        loss: str = "loss",
        image_shape: tuple[int, int] = (28, 28),
        alt: str = "",
    ) -> None:
        asked = {
            "gradient_maps": gradient_maps,
            "weight_maps": weight_maps,
            "norms": norms,
            "weights": weights,
            "gradients": gradients,
            "loss": loss,
        }
        self._records = _found(history.records, asked)
        self._maps = _maps(self._records, image_shape)
        self._image_shape = image_shape
        self._alt = " ".join(alt.split())
        self.steps: NDArray[np.int64] = _frames(self._records, self._maps)
        film, pixels = _film(self._records, self._maps, self.steps)
        film["image_shape"] = list(image_shape)
        _check_size(film, pixels)
        super().__init__(
            film=film,
            pixels=pixels,
            palette=film_maps.palette(),
            units=list(range(min(SHOWN_UNITS, len(film["units"])))),
            axis="log" if self.steps[len(self.steps) // 2] < 0.25 * self.steps[-1] else "linear",
        )

    @validate("frame", "weight", "units")
    def _there(self, proposal: Mapping[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        kind = {"frame": "steps", "weight": "traces", "units": "units"}[name]
        last = max(0, len(self.film[kind]) - 1)
        if outside := [place for place in np.atleast_1d(value) if not 0 <= place <= last]:
            raise TraitError(
                f"{name}={value} asks for {kind} number {outside[0]}, counted from 0; choose from 0 to {last}"
            )
        return value

    def static(self) -> Static:
        """A strip of maps, or, without maps, the norms or the loss."""
        picture, words = self._still()
        words = self._alt or words
        return Static(image(picture, words), words)

    def _still(self) -> tuple[Figure | Axes, str]:
        """A picture, and words that hold as well on a machine whose sums differ in their last bits."""
        over = f"between step {self.steps[0]:,} and step {self.steps[-1]:,}"
        for maps in self._maps:
            series, quantity = maps.series, "∂L/∂w" if maps.role == "gradient" else "w"
            shown = len(evenly(len(series.steps), STRIP))
            return (
                unit_maps(
                    series, quantity=quantity, columns=STRIP, scale="map", image_shape=self._image_shape
                ),
                f"Maps of {quantity} for {join(series.labels)} at {shown} of {len(series.steps)} moments "
                f"{over}; blue is negative, white zero, vermillion positive.",
            )
        if norms := self._records.get("norms"):
            return gradient_norms(norms), f"Gradient norm of {join(norms.labels)} {over}, on a log scale."
        return loss_curve(self._records["loss"]), f"Loss of the batch {over}."


def _found(records: Records, asked: Mapping[str, str]) -> dict[str, Series]:
    """The records to show, by what they are."""
    found = {}
    for kind, name in asked.items():
        if name in records and len(records[name].steps):
            found[kind] = records[name]
        elif name != kind:  # asked for by name
            raise ValueError(
                f"{kind}={name!r} names no record with anything in it; there are {join(sorted(records))}"
            )
    if not found.keys() & {"gradient_maps", "weight_maps", "norms", "loss"}:
        raise ValueError(
            f"nothing to make a film of among the records {sorted(records)}; record gradient_maps="
            'GradientMaps("dense1.weights", units=[3, 7], at=[1, 10, 100]), norms=GradientNorms() or '
            "loss=BatchLoss(), or say under which names they are, as in norms='…'"
        )
    traced = [found[kind].labels for kind in ("weights", "gradients") if kind in found]
    if len(set(traced)) > 1:
        raise ValueError(f"weights trace {traced[0]}, gradients trace {traced[1]}; record the same for both")
    return found


def _maps(records: Records, image_shape: tuple[int, int]) -> list[Maps]:
    kinds: list[Maps] = []
    if "gradient_maps" in records:
        kinds.append(Maps(records["gradient_maps"], "Gradient ∂L/∂w", "gradient"))
    if "weight_maps" in records:
        kinds.append(Maps(records["weight_maps"], "Weight w", "parameter"))
    for kind in kinds:
        film_maps.check(kind, image_shape)
    return kinds


def _frames(records: Records, maps: Sequence[Maps]) -> NDArray[np.int64]:
    """The steps of the film: when maps were recorded, else when anything was; an even choice of very many."""
    sources = [kind.series.steps for kind in maps] or [series.steps for series in records.values()]
    steps = np.unique(np.concatenate(sources))
    a_frame = sum(int(np.prod(np.shape(kind.series.values)[1:])) for kind in maps)
    most = min(MOST_FRAMES, MOST_PIXELS // max(a_frame, 1))
    if most < min(len(steps), STRIP):
        raise ValueError(
            f"the maps of one moment take {size(a_frame)} and a film holds {size(MOST_PIXELS)}, so that a "
            "saved notebook stays small; record the maps of fewer units"
        )
    return steps[evenly(len(steps), most)]


def _film(records: Records, maps: Sequence[Maps], steps: NDArray[np.int64]) -> tuple[dict[str, Any], bytes]:
    """What the page draws, but for the pixels of the maps, which are the bytes."""
    when = times(steps, list(records.values()))
    kinds: list[dict[str, Any]] = []
    pixels = b""
    for one in maps:
        description, more = film_maps.encode(one, steps, len(pixels))
        kinds.append(description)
        pixels += more
    units = list(dict.fromkeys(unit for kind in kinds for unit in kind["units"]))
    traced = [records[kind].labels for kind in ("weights", "gradients") if kind in records]
    film = {
        "steps": [f"{step:,}" for step in steps.tolist()],
        "axes": when.for_page(),
        "charts": _charts(records, when),
        "maps": kinds,
        "units": units,
        "traces": [_trace(label, units) for label in (traced[0] if traced else ())],
    }
    return film, pixels


def _charts(records: Records, when: Times) -> list[dict[str, Any]]:
    """Top to bottom."""
    charts = []
    if loss := records.get("loss"):
        charts.append(chart(loss, when, title="Loss of the batch", role="loss", names=[""]))
    if norms := records.get("norms"):
        charts.append(chart(norms, when, title="Gradient norm", role="gradient", names=norms.labels))
    if weights := records.get("weights"):
        names = [_short(label) for label in weights.labels]
        charts.append(chart(weights, when, title="Weight", role="parameter", names=names, single=True))
    if gradients := records.get("gradients"):
        names = [_short(label) for label in gradients.labels]
        charts.append(chart(gradients, when, title="Its gradient", role="gradient", names=names, single=True))
    return charts


def _trace(label: str, units: Sequence[str]) -> dict[str, Any]:
    """A traced weight and where it is in a map: "dense1.weights[i, j]" is at pixel i of unit j."""
    found = re.fullmatch(r"dense1\.weights\[(\d+), (\d+)\]", label)
    unit = f"unit {found[2]}" if found else ""
    pixel = int(found[1]) if found and unit in units else None
    return {"label": label, "unit": unit, "pixel": pixel}


def _short(label: str) -> str:
    """The entry alone, where the name before it is understood."""
    return "[" + label.partition("[")[2] if "[" in label else label


def _check_size(film: dict[str, Any], pixels: bytes) -> None:
    """Bytes are saved as text, four characters for three."""
    total = len(json.dumps(film, ensure_ascii=False).encode()) + len(pixels) * 4 // 3
    if total > MOST_STATE:
        raise ValueError(
            f"this film takes {size(total)}, and a notebook that is saved with it should stay small: at most "
            f"{size(MOST_STATE)}; trace fewer weights, or record fewer units or layers"
        )

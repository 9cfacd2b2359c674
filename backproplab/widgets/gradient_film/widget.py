"""The gradient film: what a Recorder kept of a training run, under one scrubber."""

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from traitlets import Bytes, Dict, Enum, Int, List, TraitError, validate

from backproplab.display import alt_text, image
from backproplab.plots.maps import digits, evenly, unit_maps
from backproplab.plots.training import gradient_norms, loss_curve
from backproplab.plots.words import join
from backproplab.training import History
from backproplab.training.recorder import Series, size
from backproplab.widgets.gradient_film import maps as film_maps
from backproplab.widgets.gradient_film import worst as film_worst
from backproplab.widgets.gradient_film.curves import Times, chart, times
from backproplab.widgets.gradient_film.maps import Maps
from backproplab.widgets.gradient_film.worst import Worst
from backproplab.widgets.kit.base import Live, Static

MOST_FRAMES = 120
MOST_NUMBERS = 450_000  # of all maps together; some two bytes each
MOST_STATE = 1_200_000  # bytes that a saved notebook would hold
SHOWN_UNITS = 3  # at first; the reader chooses others
STRIP = 6  # maps of the still picture
DIGIT = (28, 28)

Records = Mapping[str, Series]


class GradientFilm(Live, folder="gradient_film"):
    """A training run to play, step and scrub through: maps, norms, weights, loss and worst digits, in step.

        recorder = Recorder(
            gradient_maps=GradientMaps("dense1.weights", units=[3, 7], at=[1, 2, 5, 10, 20, 50, 100]),
            norms=GradientNorms(),
        )
        GradientFilm(fit(..., recorder=recorder))

    Of the records in `history` it shows those that bear the names given here; one that is not there has no
    place on the page. `gradient_maps` and `weight_maps` are GradientMaps and WeightMaps of a layer that reads
    pictures of `image_shape`; `norms` GradientNorms; `weights` and `gradients` traces of the same single
    weights, by Weights and Gradients; `loss` a BatchLoss. Maps, norms or a loss there must be. `worst` are
    WorstExamples, which are shown as `pictures`: those of all training data, `(examples, ...)`, from 0 for
    paper to 1 for ink.

    A pixel of a map can be picked: charts then show its weight and the gradient of that at the frames.

    A frame is a moment at which maps were recorded (without maps: anything). A chart beside it reads what was
    recorded at that step, or at the nearest one, which it then names. Of very many moments an even choice is
    kept, so that a saved notebook stays small.

    `alt` says in your words what the still picture shows that stands here where there is no kernel.
    """

    film = Dict()
    """All that the page draws, but for the arrays below."""
    told = Bytes().tag(sync=True)
    """The same as JSON, compressed by zlib."""
    numbers = Bytes().tag(sync=True)
    """Of the maps, as digits.py and maps.py tell them, compressed by zlib."""
    pictures = Bytes().tag(sync=True)
    """Of the worst examples, a byte a pixel, likewise compressed."""
    palette = Bytes().tag(sync=True)
    frame = Int(0).tag(sync=True)
    """The frame on the page, from 0; its step is `steps[frame]`."""
    units = List(Int()).tag(sync=True)
    """Which units' maps are shown, as places among those recorded."""
    weight = Int(0).tag(sync=True)
    """Which of the traced weights is shown."""
    picked = List(Int()).tag(sync=True)
    """The weight whose pixel the reader picked, [place of the unit, pixel]; empty where none is."""
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
        worst: str = "worst",
        pictures: ArrayLike | None = None,
        image_shape: tuple[int, int] = DIGIT,
        alt: str = "",
    ) -> None:
        asked = {
            "gradient_maps": gradient_maps,
            "weight_maps": weight_maps,
            "norms": norms,
            "weights": weights,
            "gradients": gradients,
            "loss": loss,
            "worst": worst,
        }
        self._records = _found(history.records, asked)
        self._maps = _maps(self._records, image_shape)
        self._worst = _worst(self._records, pictures, image_shape)
        self._image_shape = image_shape
        self._alt = " ".join(alt.split())
        self.steps: NDArray[np.int64] = _frames(self._records, self._maps)
        film, numbers = _film(self._records, self._maps, self.steps)
        film["image_shape"] = list(image_shape)
        worst_pictures = b""
        if self._worst:
            film["worst"], worst_pictures = film_worst.encode(self._worst, self.steps)
        text = json.dumps(film, ensure_ascii=False, separators=(",", ":")).encode()
        packed = [zlib.compress(part, 9) for part in (text, numbers, worst_pictures)]
        _check_size(packed)
        super().__init__(
            film=film,
            told=packed[0],
            numbers=packed[1],
            pictures=packed[2],
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

    @validate("picked")
    def _in_a_map(self, proposal: Mapping[str, Any]) -> Any:
        picked, pixels = proposal["value"], self._image_shape[0] * self._image_shape[1]
        units = len(self.film["units"])
        if picked and not (len(picked) == 2 and 0 <= picked[0] < units and 0 <= picked[1] < pixels):
            raise TraitError(
                f"picked={picked} is no pixel of a map; give [unit, pixel], the unit from 0 to "
                f"{units - 1}, the pixel from 0 to {pixels - 1}, or [] for none"
            )
        return picked

    def static(self) -> Static:
        """A strip of maps, or, without maps, the norms or the loss; then the worst digits, first and last."""
        picture, words = self._still()
        words = self._alt or words
        parts, texts = [image(picture, words)], [words]
        for step, figure in self._still_worst():
            said = f"The largest losses of the batch at step {step:,}: {alt_text(figure)}"
            parts.append(f"<p>The largest losses of the batch at step {step:,}:</p>{image(figure, said)}")
            texts.append(said)
        return Static("".join(parts), " ".join(texts))

    def _still_worst(self) -> Iterator[tuple[int, Figure]]:
        """The first and the last worst examples that were recorded, where they are digits of MNIST's size."""
        if self._worst and self._image_shape == DIGIT:
            for at in (0, -1):
                there = self._worst.at(at)
                pictures = self._worst.pictures[[example.row for example in there]]
                figure = digits(pictures, [one.label for one in there], [one.read for one in there])
                yield int(self._worst.series.steps[at]), figure

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


def _worst(records: Records, pictures: ArrayLike | None, image_shape: tuple[int, int]) -> Worst | None:
    if "worst" in records:
        return film_worst.worst_of(records["worst"], pictures, image_shape)
    if pictures is not None:
        raise ValueError(
            "there are pictures, and no record of which to show; record "
            "worst=WorstExamples(4, at=[1, 10, 100])"
        )
    return None


def _frames(records: Records, maps: Sequence[Maps]) -> NDArray[np.int64]:
    """The steps of the film: when maps were recorded, else when anything was; an even choice of very many."""
    sources = [kind.series.steps for kind in maps] or [series.steps for series in records.values()]
    steps = np.unique(np.concatenate(sources))
    a_frame = sum(int(np.prod(np.shape(kind.series.values)[1:])) for kind in maps)
    most = min(MOST_FRAMES, MOST_NUMBERS // max(a_frame, 1))
    if most < min(len(steps), STRIP):
        raise ValueError(
            f"the maps of one moment are {a_frame:,} numbers and a film holds {MOST_NUMBERS:,}, so that a "
            "saved notebook stays small; record the maps of fewer units"
        )
    return steps[evenly(len(steps), most)]


def _film(records: Records, maps: Sequence[Maps], steps: NDArray[np.int64]) -> tuple[dict[str, Any], bytes]:
    """What the page draws, but for the numbers of the maps, which are the bytes."""
    when = times(steps, [series for kind, series in records.items() if kind != "worst"])
    kinds: list[dict[str, Any]] = []
    numbers = b""
    for one in maps:
        description, more = film_maps.encode(one, steps, len(numbers))
        kinds.append(description)
        numbers += more
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
    return film, numbers


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


def _check_size(packed: Sequence[bytes]) -> None:
    """Bytes are saved as text, four characters for three."""
    total = sum(map(len, packed)) * 4 // 3
    if total > MOST_STATE:
        raise ValueError(
            f"this film takes {size(total)}, and a notebook that is saved with it should stay small: at most "
            f"{size(MOST_STATE)}; trace fewer weights, or record fewer units or layers"
        )

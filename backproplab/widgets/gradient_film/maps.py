"""The maps of a film: a few digits a pixel, with the scale of each as a number beside it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.plots.style import SIGNED
from backproplab.plots.words import number
from backproplab.training.recorder import Series
from backproplab.widgets.gradient_film.curves import MARKS, Role, nearest
from backproplab.widgets.gradient_film.digits import to_bytes, to_places

DIGITS: dict[Role, int] = {"parameter": 3, "gradient": 2}  # a weight moves slowly, a gradient jumps
ENDLESS = 1e300  # stands for the infinite, which no scale holds


class Maps(NamedTuple):
    """One kind of map: of the gradients of some units' weights, or of the weights."""

    series: Series
    title: str
    role: Role


def palette() -> bytes:
    """Red, green and blue of 255 colours, 1 to 255: white at 128, blue below, vermillion above."""
    odd = SIGNED.resampled(255)  # so that one entry is the middle itself
    return bytes(odd(np.r_[0, np.arange(255)], bytes=True)[:, :3].astype(np.uint8).tobytes())


def encode(maps: Maps, frames: NDArray[np.int64], start: int) -> tuple[dict[str, Any], bytes]:
    """What the page needs to draw one kind of map, and its numbers, which stand at `start` in those of all.

    `(frames, units, pixels)` numbers, in the bytes of digits.py. Beside them the page has how far colours
    reach on the scale of each map, and on those that a unit's maps, or all maps, share. Where numbers broke,
    the text beside a map says so, since its colours cannot.
    """
    series = maps.series
    at = nearest(series.steps, frames)
    values = np.asarray(series.values)[at]
    reach = np.abs(np.nan_to_num(np.asarray(values, float), posinf=ENDLESS, neginf=-ENDLESS)).max(axis=-1)
    broken: NDArray[np.bool_] = np.logical_not(np.isfinite(values).all(axis=-1))
    off = series.steps[at] != frames
    moves_little = maps.role == "parameter"  # from frame to frame; a gradient is that of another batch
    places, lowest = to_places(values, DIGITS[maps.role])
    description = {
        "title": maps.title,
        "role": maps.role,
        "mark": MARKS[maps.role],
        "units": list(series.labels),
        "start": start,
        "digits": DIGITS[maps.role],
        "lowest": lowest,
        "differences": moves_little,
        "scales": {
            "map": _scale(reach, broken),
            "row": _scale(reach.max(axis=0, keepdims=True), broken.max(axis=0, keepdims=True)),
            "shared": _scale(np.full_like(reach[:1], reach.max()), np.full_like(broken[:1], broken.max())),
        },
        "notes": [f"step {series.steps[k]:,}" if far else "" for k, far in zip(at, off, strict=True)],
    }
    return description, to_bytes(places, differences=moves_little)


def _scale(reach: NDArray[np.float64], broken: NDArray[np.bool_]) -> dict[str, Any]:
    """How far the colours reach, by frame and unit, and as text; a single row holds for all frames."""
    return {
        "reach": [[float(f"{value:.6g}") for value in row] for row in reach.tolist()],
        "texts": [
            [_reach(value) + ", not all finite" * bad for value, bad in zip(values, flags, strict=True)]
            for values, flags in zip(reach.tolist(), broken.tolist(), strict=True)
        ],
    }


def _reach(value: float) -> str:
    return f"±{number(value if value < ENDLESS else np.inf)}"


def check(maps: Maps, image_shape: Sequence[int]) -> None:
    """ValueError if a map is no picture of that shape."""
    rows, columns = image_shape
    shape = np.shape(maps.series.values)
    if len(shape) != 3 or len(maps.series.labels) != shape[1]:
        raise ValueError(
            f"expected maps of shape (moments, units, pixels) with a label for each unit, got {shape}; "
            'record them with GradientMaps("dense1.weights", units=[3, 7], at=[1, 10, 100])'
        )
    if shape[2] != rows * columns:
        raise ValueError(
            f"each map has {shape[2]} weights, which are no picture of {rows} × {columns} pixels. Only a "
            "layer that reads pixels has such maps: record those of the first layer, or say how large its "
            "pictures are, as in image_shape=(8, 8)"
        )

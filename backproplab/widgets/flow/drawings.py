"""An array as a small drawing that stands in a box: to be seen at a glance, not to be read off."""

from typing import Any

import numpy as np

from backproplab.layers.contract import Array
from backproplab.plots.style import SIGNED


def grey(picture: Array, image_shape: tuple[int, int]) -> dict[str, Any]:
    """A picture, from its lowest number, white, to its highest, black."""
    shares = (picture - picture.min()) / (float(np.ptp(picture)) or 1.0)
    return _pixels(np.repeat(1 - shares[:, np.newaxis], 3, axis=1), image_shape)


def signed(numbers: Array, image_shape: tuple[int, int]) -> dict[str, Any]:
    """A map: white for 0, blue for minus and vermillion for plus, dark for the largest of all."""
    return _pixels(SIGNED((relative(numbers) + 1) / 2)[:, :3], image_shape)


def squares(numbers: Array) -> dict[str, Any]:
    """A square for each number, filled by its share of the largest, and empty for 0."""
    return {"kind": "squares", "shares": np.abs(relative(numbers)).round(3).tolist()}


def bars(shares: Array, right: int) -> dict[str, Any]:
    """A bar for each number from −1 to 1, up or down; the digit below that of the right answer is marked."""
    return {"kind": "bars", "shares": shares.round(3).tolist(), "right": right}


def relative(numbers: Array) -> Array:
    """The numbers as shares of the largest, which then has the size 1."""
    return np.asarray(numbers, np.float64) / (float(np.abs(numbers).max()) or 1.0)


def _pixels(colours: Array, image_shape: tuple[int, int]) -> dict[str, Any]:
    """Colours `(pixels, 3)` from 0 to 1, as six hexadecimal digits a pixel."""
    rows, columns = image_shape
    digits = np.rint(255 * colours).astype(np.uint8).tobytes().hex()
    return {"kind": "pixels", "rows": rows, "columns": columns, "colours": digits}

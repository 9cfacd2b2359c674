"""What one sweep back leaves in a network that reads pictures: the gradient of every weight of two layers."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import INK, PALE, SIGNED, house_style, panels
from backproplab.plots.words import number

Floats = NDArray[np.float64]


@house_style()
def gradient_sweep(
    gradients: Sequence[ArrayLike],
    upstream: ArrayLike,
    *,
    image_shape: tuple[int, int] = (28, 28),
    columns: int = 16,
) -> Figure:
    """Draw ∂L/∂w of every weight of two dense layers, and ∂L/∂outputs, where the sweep starts, at the right.

    `gradients` are the arrays of the two layers, `(pixels, units)` and `(units, outputs)`; `upstream` is
    ∂L/∂outputs `(outputs,)`. The first layer is a mosaic with a tile for each unit, `columns` in a row, and a
    pixel of a tile is one weight; a tile of one sign has that sign in its corner. Each panel has a scale of
    its own, written below it. ValueError where the sizes do not fit each other or the picture.
    """
    first, last = (np.asarray(values, float) for values in gradients)
    start = np.asarray(upstream, float)
    pixels, (units, outputs) = image_shape[0] * image_shape[1], last.shape
    if first.shape != (pixels, units) or start.shape != (outputs,):
        raise ValueError(
            f"gradient_sweep expected gradients of shape ({pixels}, units) and (units, outputs) and an "
            f"upstream of shape (outputs,), got {first.shape}, {last.shape} and {start.shape}"
        )
    figure, axes = panels(1, 3, height=3.5)
    axes[0, 0].get_gridspec().set_width_ratios([5.3, 1.3, 1.0])
    mosaic, middle, right = axes[0]
    _signed(mosaic, tiled(first, image_shape, columns), f"3. {first.size:,} weights from {pixels:,} pixels")
    mosaic.set_aspect("equal")
    for place in range(1, columns):
        mosaic.axvline(place * image_shape[1] - 0.5, color=PALE, linewidth=0.6)
    for place in range(1, -(-units // columns)):
        mosaic.axhline(place * image_shape[0] - 0.5, color=PALE, linewidth=0.6)
    for unit, column in enumerate(first.T):
        y, x = image_shape[0] * (unit // columns + 0.85), image_shape[1] * (unit % columns + 0.12)
        mosaic.text(x, y, _sign(column), ha="center", va="center", fontsize=8, color=INK)
    _signed(middle, last, f"2. {last.size:,} weights")
    middle.set_xticks(range(outputs))
    middle.tick_params(axis="x", labelsize=8, length=2)
    _signed(right, start[:, np.newaxis], "1. Outputs")
    right.set_yticks(range(outputs))
    for output, slope in enumerate(start):
        ink = "white" if abs(slope) > np.abs(start).max() / 2 else INK
        right.text(0, output, _plus(slope), ha="center", va="center", fontsize=9, color=ink)
    figure.supxlabel("←  one sweep back   (blue: minus, white: 0, vermillion: plus)", fontsize=10)
    describe(figure, _words(first, last, start))
    return figure


def tiled(values: Floats, image_shape: tuple[int, int], columns: int) -> Floats:
    """Columns of `(pixels, units)` as pictures, `columns` of them in a row, in one large picture.

    >>> tiled(np.array([[1, 2, 3]]), (1, 1), 2)
    array([[1., 2.],
           [3., 0.]])
    """
    rows = -(-values.shape[1] // columns)
    tall, wide = image_shape
    mosaic = np.zeros((rows * tall, columns * wide))
    for unit, column in enumerate(values.T):
        y, x = tall * (unit // columns), wide * (unit % columns)
        mosaic[y : y + tall, x : x + wide] = column.reshape(image_shape)
    return mosaic


def _signed(ax: Axes, values: Floats, title: str) -> None:
    limit = float(np.abs(values).max()) or 1.0  # all zeros: any scale shows white
    ax.imshow(values, cmap=SIGNED, vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest")
    ax.set_title(title, fontsize=10)
    ax.set_xlabel(f"up to ±{_most(values)}", fontsize=9)
    ax.grid(visible=False)
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, edgecolor=PALE)


def _sign(column: Floats) -> str:
    """The sign that all of a tile has, so that it can be told without colour."""
    if not column.any():
        return ""
    return "+" if (column >= 0).all() else "−" if (column <= 0).all() else ""


def _plus(value: float) -> str:
    return "0.00" if abs(value) < 0.005 else f"{value:+.2f}".replace("-", "−")


def _words(first: Floats, last: Floats, start: Floats) -> str:
    units = first.shape[1]
    silent = int(units - np.any(first != 0, axis=0).sum())
    blank = "One tile is blank" if silent == 1 else f"{silent} tiles are blank"
    slopes = ", ".join(
        f"{_plus(slope)} at {output}" for output, slope in enumerate(start) if abs(slope) >= 0.005
    )
    starts = slopes or "all near 0"
    return (
        "One sweep back, in three maps from right to left. It starts with the gradients of the outputs: "
        f"{starts}. Then come the {last.size:,} weights to the outputs, up to {_most(last)} in size, "
        f"and {units} tiles with the "
        f"{first.size:,} weights from the pixels, up to {_most(first)}. {blank}; {_stamps(first)}."
    )


def _stamps(first: Floats) -> str:
    """What one sees in the tiles that are not blank: of one picture, it is stamped in one sign."""
    seen = [column for column in first.T if column.any()]
    if all(map(_sign, seen)):
        return "in each of the others the picture is stamped, in one sign and in a strength of its own"
    mixed = sum(not _sign(column) for column in seen)
    return f"of the others {mixed} of {len(seen)} hold both signs"


def _most(values: Floats) -> str:
    return number(float(np.abs(values).max()))

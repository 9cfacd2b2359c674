"""Pictures of pictures: digits, and the weights or gradients of single units as 28 × 28 maps over training.

Signed maps share one scale that is symmetric about zero: white is zero, blue negative, vermillion positive.
"""

from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase, SubFigure
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import INK, MUTED, ROLES, SIGNED, WIDTH, house_style, panels, spread, step_axis
from backproplab.plots.words import about, course, join, number, running_mean
from backproplab.training.recorder import Series

Floats = NDArray[np.float64]


@house_style()
def digits(
    images: ArrayLike, labels: ArrayLike, predictions: ArrayLike | None = None, *, columns: int = 8
) -> Figure:
    """Draw digits, dark on light, each under its label; a wrong prediction is boxed and written "7 → 3".

    `images` is `(n, 784)` or `(n, 28, 28)`, any scale; `labels` and `predictions` are `(n,)` classes.
    """
    pictures = _as_images(np.asarray(images, float), (28, 28))
    truth = np.asarray(labels).astype(int)
    guess = truth if predictions is None else np.asarray(predictions).astype(int)
    if not len(pictures) == len(truth) == len(guess):
        raise ValueError(
            f"got {len(pictures)} images, {len(truth)} labels and {len(guess)} predictions; give one each"
        )
    columns = min(columns, len(truth))
    rows = -(-len(truth) // columns)
    size = min(1.15, WIDTH / columns)
    figure, axes = panels(rows, columns, width=size * columns, height=(size + 0.12) * rows)
    for ax in axes.flat[len(truth) :]:
        ax.set_axis_off()
    for ax, picture, label, said in zip(axes.flat, pictures, truth, guess, strict=False):
        ax.imshow(picture, cmap="gray_r")
        wrong = said != label
        ax.set_title(
            f"{label} → {said}" if wrong else str(label),
            loc="center",
            pad=3,
            fontsize=10,
            color=ROLES["gradient"].colour if wrong else INK,
            fontweight="bold" if wrong else "normal",
        )
        _frame(ax, ROLES["gradient"].colour if wrong else "#C8CCD0", width=2.2 if wrong else 0.6)
    describe(figure, _digits_words(truth, guess))
    return figure


def _digits_words(truth: NDArray[np.int_], guess: NDArray[np.int_]) -> str:
    text = f"{len(truth)} handwritten digits: {join([str(label) for label in truth])}."
    wrong = [f"{label} as {said}" for label, said in zip(truth, guess, strict=True) if label != said]
    return f"{text} Misread: {join(wrong)}." if wrong else text


@house_style()
def unit_maps(
    maps: Series,
    *,
    quantity: str = "∂L/∂w",
    columns: int = 6,
    units: Sequence[int] | None = None,
    scale: Literal["shared", "row", "map"] = "shared",
    image_shape: tuple[int, int] = (28, 28),
) -> Figure:
    """Draw what a few units' weights or gradients look like over training: a row a unit, a column a step.

    `maps.values` is `(k, units, pixels)`; `columns` of the k steps are drawn, evenly spread, first and last
    included. `quantity` names what is drawn on the colour bar. With `scale="row"` each unit has its own
    colour scale, with `scale="map"` each map, and the row or the map says how far it reaches.
    """
    values = np.asarray(maps.values, float)
    chosen = list(range(values.shape[1])) if units is None else list(units)
    frames = evenly(len(maps.steps), columns)
    drawn = values[np.ix_(frames, chosen)]  # (columns, rows, pixels)
    reach = np.abs(drawn).max(axis=2)  # (columns, rows)
    limits = {"map": reach, "row": reach.max(axis=0), "shared": reach.max()}[scale] * np.ones_like(reach)
    size = min(1.2, (WIDTH - 1.6) / len(frames))
    figure, axes = panels(
        len(chosen),
        len(frames),
        width=size * len(frames) + 1.6,
        height=(size + 0.2 * (scale == "map")) * len(chosen) + 0.35,
    )
    for row, unit in enumerate(chosen):
        for column, frame in enumerate(frames):
            ax = axes[row, column]
            limit = float(limits[column, row])
            image = _draw_signed(ax, values[frame, unit], limit, image_shape)
            if scale == "map":
                ax.set_xlabel(f"±{number(limit)}", fontsize=8, labelpad=2)
            if row == 0:
                ax.set_title(
                    f"step {maps.steps[frame]:,}", loc="center", fontsize=9, fontweight="normal", pad=4
                )
        name = maps.labels[unit] + (f"\n±{number(limit)}" if scale == "row" else "")
        axes[row, 0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
    _colour_bar(figure, image, axes, quantity, most=None if scale == "shared" else f"{scale}'s max")
    describe(figure, _maps_words(maps, drawn, frames, chosen, quantity))
    return figure


def _maps_words(maps: Series, drawn: Floats, frames: list[int], chosen: list[int], quantity: str) -> str:
    sizes = np.abs(drawn).max(axis=2)  # (columns, rows)
    at, unit = np.unravel_index(int(sizes.argmax()), sizes.shape)
    first, last = maps.steps[frames[0]], maps.steps[frames[-1]]
    who = join([maps.labels[u] for u in chosen])
    return (
        f"Maps of {quantity} for {who} at {len(frames)} steps from {first:,} to {last:,}; blue is negative, "
        f"white zero, vermillion positive. The largest entry, {about(sizes.max())} in size, is in "
        f"{maps.labels[chosen[unit]]} at step {maps.steps[frames[at]]:,}; at the last step the largest is "
        f"{about(sizes[-1].max())}."
    )


@house_style()
def film(
    maps: Series,
    loss: Series,
    *,
    unit: int = 0,
    frames: int = 8,
    quantity: str = "∂L/∂w",
    image_shape: tuple[int, int] = (28, 28),
) -> Figure:
    """Draw one unit's maps as a strip of numbered frames, above the loss with a mark where each frame stands.

    `maps.values` is `(k, units, pixels)` and `loss.values` `(k',)`, over steps of the same training run.
    """
    values = np.asarray(maps.values, float)[:, unit]  # (k, pixels)
    picked = evenly(len(maps.steps), frames)
    figure = panels(height=4.2)[0]
    figure.clear()
    strip, below = cast(Sequence[SubFigure], figure.subfigures(2, 1, height_ratios=(1.0, 1.75)))
    limit = float(np.abs(values[picked]).max())
    row = strip.subplots(1, len(picked), squeeze=False)[0]
    for place, (ax, frame) in enumerate(zip(row, picked, strict=True), start=1):
        image = _draw_signed(ax, values[frame], limit, image_shape)
        ax.set_title(str(place), loc="center", fontsize=10, pad=3)
        ax.set_xlabel(f"step {maps.steps[frame]:,}", fontsize=8, labelpad=3)
    row[0].set_ylabel(maps.labels[unit])
    _colour_bar(strip, image, row, quantity)
    _film_loss(below.subplots(), loss, maps.steps[picked])
    entry, fall = course(maps.steps, np.abs(values).max(axis=1)), course(loss.steps, loss.values)
    describe(
        figure,
        f"A film of {len(picked)} maps of {quantity} for {maps.labels[unit]}, above the loss with the frames "
        f"marked. The largest entry of the map {entry}, while the loss {fall}.",
    )
    return figure


def _film_loss(ax: Axes, loss: Series, marks: NDArray[np.int_]) -> None:
    role, values = ROLES["loss"], np.asarray(loss.values, float)
    ax.plot(loss.steps, values, color=role.shades[1], linewidth=0.6, alpha=0.7)
    smooth = running_mean(values, max(1, len(values) // 20))
    ax.plot(loss.steps, smooth, role.line, color=role.colour)
    heights = np.interp(marks, loss.steps, smooth)
    ax.plot(marks, heights, role.marker, color=role.colour, markersize=7, zorder=4)
    step_axis(ax)
    ax.set_ylabel("loss")
    ax.set_ylim(0, float(values.max(where=np.isfinite(values), initial=0.0)) * 1.02 or None)
    left, right = ax.get_xlim()
    above = left + (right - left) * np.array(spread([float(m - left) / (right - left) for m in marks], 0.035))
    for place, (step, height, over) in enumerate(zip(marks, heights, above, strict=True), start=1):
        ax.annotate(
            str(place),
            xy=(step, height),
            xytext=(over, 1.08),
            xycoords="data",
            textcoords=ax.get_xaxis_transform(),
            ha="center",
            va="center",
            fontsize=9,
            fontweight="bold",
            bbox={"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": role.colour},
            arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 4},
        )


def evenly(count: int, wanted: int) -> list[int]:
    """Choose `wanted` indices of `count`, evenly spread, first and last included.

    >>> evenly(101, 3), evenly(2, 5)
    ([0, 50, 100], [0, 1])
    """
    return sorted({round(place) for place in np.linspace(0, count - 1, min(wanted, count))})


def _as_images(values: Floats, shape: tuple[int, int]) -> Floats:
    if int(np.prod(values.shape[1:])) != shape[0] * shape[1]:
        raise ValueError(
            f"expected {shape[0]} × {shape[1]} pixels each, got arrays of shape {values.shape[1:]}"
        )
    return values.reshape(-1, *shape)


def _draw_signed(ax: Axes, pixels: Floats, limit: float, shape: tuple[int, int]) -> AxesImage:
    limit = limit or 1.0  # all zeros: any scale shows white
    image = ax.imshow(_as_images(pixels[np.newaxis], shape)[0], cmap=SIGNED, vmin=-limit, vmax=limit)
    _frame(ax, "#C8CCD0", width=0.6)
    return image


def _colour_bar(
    figure: FigureBase, image: AxesImage, axes: NDArray[Any], title: str, *, most: str | None = None
) -> None:
    limit = float(image.get_clim()[1])
    most = most or number(limit)
    bar = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.02, aspect=22, ticks=[-limit, 0, limit])
    bar.ax.set_yticklabels([f"−{most}", "0", f"+{most}"])
    bar.ax.grid(visible=False)
    bar.ax.set_title(title, fontsize=10, fontweight="normal", loc="left", pad=7)
    bar.outline.set_edgecolor(MUTED)
    bar.outline.set_linewidth(0.6)


def _frame(ax: Axes, colour: str, *, width: float) -> None:
    ax.grid(visible=False)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(True)
        spine.set_edgecolor(colour)
        spine.set_linewidth(width)

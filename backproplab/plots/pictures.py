"""Rows of small pictures one above the other: scans, filters, and what a loss is sensitive to."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from backproplab.display import describe
from backproplab.plots.style import INK, OUTLINE, SIGNED, WIDTH, house_style, panels
from backproplab.plots.words import about, join


@house_style()
def picture_rows(
    rows: Mapping[str, ArrayLike], *, masks: ArrayLike | None = None, titles: list[str] | None = None
) -> Figure:
    """Draw rows of pictures, each row under its name; the edge of a mask is drawn round what lies in it.

    Each row is `(n, height, width)`; `masks`, `(n, height, width)` of True and False, has the pictures' size.
    A row without a negative number is drawn in grey, black for 0 and white for the row's largest. A row with
    one is drawn as a signed map, each picture on a scale of its own: white is 0, blue negative, vermillion
    positive. ValueError if shapes do not fit.
    """
    drawn = {name: np.asarray(row, float) for name, row in rows.items()}
    count = {len(row) for row in drawn.values()} | ({len(titles)} if titles else set())
    if len(count) != 1 or any(row.ndim != 3 for row in drawn.values()):
        shapes = join([f"{name} {row.shape}" for name, row in drawn.items()])
        raise ValueError(f"picture_rows needs rows (n, height, width), n the same in all; got {shapes}")
    columns = count.pop()
    outlines = None if masks is None else np.asarray(masks, float)
    if outlines is not None and any(row.shape != outlines.shape for row in drawn.values()):
        raise ValueError(
            "picture_rows needs a mask of the pictures' size for each column, "
            f"{next(iter(drawn.values())).shape}; got {outlines.shape}"
        )
    size = min(1.15, (WIDTH - 1.1) / columns)
    figure, axes = panels(len(drawn), columns, width=size * columns + 1.1, height=(size + 0.08) * len(drawn))
    for line, (name, row) in zip(axes, drawn.items(), strict=True):
        signed = bool((row < 0).any())
        for place, (ax, picture) in enumerate(zip(line, row, strict=True)):
            most = float(np.abs(picture).max() if signed else row.max()) or 1.0
            ax.imshow(picture, cmap=SIGNED if signed else "gray", vmin=-most if signed else 0, vmax=most)
            ax.grid(visible=False)
            ax.set_xticks([])
            ax.set_yticks([])
            if outlines is not None and outlines[place].any():
                ax.contour(outlines[place], levels=[0.5], colors=OUTLINE, linewidths=1.4)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8, color=INK)
    for ax, title in zip(axes[0], titles or [], strict=False):
        ax.set_title(title, loc="center", fontsize=9, fontweight="normal", pad=4)
    describe(figure, _words(drawn, outlines, titles))
    return figure


def _words(drawn: dict[str, np.ndarray], outlines: np.ndarray | None, titles: list[str] | None) -> str:
    columns = len(next(iter(drawn.values())))
    text = f"{len(drawn)} {'row' if len(drawn) == 1 else 'rows'} of {columns} pictures"
    text += f": {join(titles)}." if titles else "."
    parts = []
    for name, row in drawn.items():
        if (row < 0).any():
            parts.append(f"{name}: signed maps, the largest entry {about(np.abs(row).max())} in size")
        else:
            parts.append(f"{name}: grey pictures from {about(row.min())} to {about(row.max())}")
        if outlines is not None and outlines.any():
            inside = (np.abs(row) * outlines).sum() / (np.abs(row).sum() or 1.0)
            covered = outlines.mean()
            parts[-1] += f"; {100 * inside:.0f}% of it inside the outlines, which cover {100 * covered:.0f}%"
    return f"{text} {'. '.join(parts)}."

"""How a drawing becomes a picture like those of MNIST.

>>> corner = draw_strokes([[10, 10, 60, 10]], size=112, radius=5)  # one stroke, in the upper left corner
>>> corner.shape, centre(corner).shape
((112, 112), (28, 28))
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SIDE = 28  # pixels of a picture
BOX = 20  # pixels of the longer side of what is written in it


def centre(ink: ArrayLike) -> NDArray[np.float32]:
    """Make a picture `(28, 28)` of ink `(rows, columns)` as the digits of MNIST were made from their scans.

    What is written fills a box of 20 pixels on its longer side, keeping its proportions; each pixel is the
    mean of what it covers; then it is moved by whole pixels until its centre of mass lies in the pixel of row
    14 and column 14, counted from 0. Ink keeps its scale, 0 where the paper is blank; blank paper stays so.
    ValueError for other shapes, for nan, infinity and numbers below 0.
    Source: Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits", on their page.
    """
    paper = np.asarray(ink, float)
    if paper.ndim != 2 or not np.isfinite(paper).all() or (paper < 0).any():
        raise ValueError(
            f"centre() expected ink of shape (rows, columns), 0 where it is blank and positive where it is "
            f"not, got an array of shape {paper.shape}; pass one picture, the paper subtracted"
        )
    picture = np.zeros((SIDE, SIDE), np.float32)
    if not paper.any():
        return picture
    rows, columns = (np.flatnonzero(paper.any(axis=axis)) for axis in (1, 0))
    written = paper[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    longer = max(written.shape)
    high, wide = (max(1, round(BOX * side / longer)) for side in written.shape)
    small = _averages(written.shape[0], high) @ written @ _averages(written.shape[1], wide).T
    top, left = _start(small.sum(axis=1)), _start(small.sum(axis=0))
    picture[top : top + high, left : left + wide] = small
    return picture


def draw_strokes(strokes: Sequence[Sequence[float]], *, size: int, radius: float) -> Floats:
    """Ink `(size, size)` from 0 to 1 that a round pen leaves along strokes [x₀, y₀, x₁, y₁, …].

    Lengths are in cells of the result: x to the right and y down from its upper left corner, corners outside
    moved to the edge. The rim of a line is grey where it covers a cell in part. One point makes a dot.
    ValueError for nan and infinity.
    """
    reach = int(np.ceil(radius)) + 1
    paper = np.zeros((size + 2 * reach, size + 2 * reach))  # a margin, so that no stamp hangs over the edge
    if not strokes:
        return np.zeros((size, size))
    if not np.isfinite(np.concatenate(strokes)).all():
        raise ValueError(
            "draw_strokes() expected strokes of finite numbers, got nan or infinity; leave those points out"
        )
    edge = np.nextafter(size, 0)
    # Corners are moved, not points: a line to far away would have a point for each cell on its way.
    points = np.concatenate([_along(np.reshape(stroke, (-1, 2)).clip(0, edge)) for stroke in strokes])
    x, y = points.T[:, :, np.newaxis, np.newaxis]
    offsets = np.arange(2 * reach + 1)
    rows, columns = y.astype(int) + offsets[:, np.newaxis], x.astype(int) + offsets
    distances = np.hypot(columns - reach + 0.5 - x, rows - reach + 0.5 - y)
    stamps = (radius + 0.5 - distances).clip(0, 1)
    np.maximum.at(paper.reshape(-1), (rows * len(paper) + columns).ravel(), stamps.ravel())
    return paper[reach:-reach, reach:-reach]


def _along(corners: Floats) -> Floats:
    """Points at most one cell apart on the line through the corners `(n, 2)`, first and last included."""
    lengths = np.concatenate([[0.0], np.hypot(*np.diff(corners, axis=0).T).cumsum()])
    places = np.linspace(0, lengths[-1], int(np.ceil(lengths[-1])) + 1)
    return np.stack([np.interp(places, lengths, corners[:, axis]) for axis in (0, 1)], axis=1)


def _averages(before: int, after: int) -> Floats:
    """The matrix `(after, before)` that makes `after` cells of `before`, each the mean of what it covers."""
    edges = np.linspace(0, before, after + 1)[:, np.newaxis]
    cells = np.arange(before)
    shared = np.minimum(edges[1:], cells + 1) - np.maximum(edges[:-1], cells)
    return shared.clip(0) * (after / before)


def _start(mass: Floats) -> int:
    """Where the first of these rows goes, so that their centre of mass lies in the middle one of 28."""
    centre = float(np.arange(len(mass)) @ mass / mass.sum())
    return min(max(0, SIDE // 2 - int(np.floor(centre + 0.5))), SIDE - len(mass))

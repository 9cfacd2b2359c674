"""The worst examples of each frame's batch, with their pictures: each picture once, in sixteen greys."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.plots.words import number
from backproplab.training.recorder import Series
from backproplab.widgets.gradient_film.curves import nearest

GREYS = 15  # the darkest; 0 is paper
Bytes = NDArray[np.uint8]


class Example(NamedTuple):
    """One of them."""

    row: int
    label: int
    read: int
    probability: float
    """That the network gave to what it read."""
    loss: float

    def for_page(self, place: int) -> list[int | str]:
        """The place of its picture, and all else; numbers as text."""
        return [place, self.label, self.read, probability(self.probability), number(self.loss, 3)]


class Worst(NamedTuple):
    """What WorstExamples recorded, and the pictures that its rows are numbers of."""

    series: Series
    pictures: NDArray[np.floating]
    """`(examples, pixels)`, 0 for paper and 1 for ink."""

    def at(self, moment: int) -> list[Example]:
        """Those of a moment of the record, worst first."""
        columns = self.series.values[moment].T
        there = columns[np.isfinite(columns[:, 0])].tolist()
        return [Example(int(row), int(label), int(read), p, loss) for row, label, read, p, loss in there]


def worst_of(series: Series, pictures: ArrayLike | None, image_shape: tuple[int, int]) -> Worst:
    """The two together; ValueError if they do not belong together."""
    shape = np.shape(series.values)
    if len(shape) != 3 or series.labels[:1] != ("row",):
        raise ValueError(
            f"expected worst examples of shape (moments, 5, count), got {shape}; record them with "
            "WorstExamples(4, at=[1, 10, 100])"
        )
    if pictures is None:
        raise ValueError(
            "the worst examples are recorded as rows of the training data; hand over their pictures too, as "
            "in GradientFilm(history, pictures=x)"
        )
    rows, columns = image_shape
    shown = np.asarray(pictures)
    shown = shown.reshape(len(shown), -1) if shown.ndim > 1 else shown
    if shown.ndim != 2 or shown.shape[1] != rows * columns:
        raise ValueError(f"expected pictures of {rows} × {columns} pixels, got {np.shape(pictures)}")
    last = int(np.nanmax(series.values[:, 0], initial=-1))
    if last >= len(shown):
        raise ValueError(
            f"row {last} is among the worst, and there are {len(shown)} pictures; hand over those of all "
            "training data, in its order"
        )
    return Worst(series, shown)


def encode(worst: Worst, frames: NDArray[np.int64]) -> tuple[dict[str, Any], bytes]:
    """What the page needs to draw the worst of each frame, and the pictures, a byte a pixel, 0 to `GREYS`."""
    series = worst.series
    at = nearest(series.steps, frames)
    off = series.steps[at] != frames
    shown = {one: worst.at(one) for one in dict.fromkeys(at.tolist())}
    rows = list(dict.fromkeys(example.row for those in shown.values() for example in those))
    place = {row: k for k, row in enumerate(rows)}
    greys: Bytes = np.rint(np.clip(worst.pictures[rows], 0, 1) * GREYS).astype(np.uint8)
    description = {
        "frames": [[example.for_page(place[example.row]) for example in shown[one]] for one in at.tolist()],
        "notes": [f"step {series.steps[k]:,}" if far else "" for k, far in zip(at, off, strict=True)],
    }
    return description, greys.tobytes()


def probability(p: float) -> str:
    """A probability with two places, and with more where these would make it a certainty.

    >>> probability(0.618), probability(0.99964), probability(1.0)
    ('0.62', '0.9996', '1')
    """
    if p == 1:
        return "1"
    places = 2
    while round(p, places) == 1:
        places += 1
    return f"{p:.{places}f}"

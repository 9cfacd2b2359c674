"""Small made-up scans, some with a round lesion in them, and where it lies. Lesson 17.

No patient was ever in them: they are drawn from a seed, so that the truth is known to the pixel. All is
counted in whole numbers until the last division, so that a seed makes the same pictures on every machine.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SIDE = 28  # pixels of a scan
FINE = 3  # points a pixel, each way, at which is asked whether they lie in a shape
BRIGHT = (70, 130)  # how much brighter than its background a shape is, of 255
KINDS = ("disc", "square", "bar")

REACH = 8  # pixels from its centre that no shape leaves
# Half sides in thousandths of the radius of a disc that covers as much.
HALVES = {1: (886, 886), 2: (1580, 497)}

# Directions as whole numbers (a, b) with a² + b² = 65², so that turning is exact: 18 steps in half a turn.
LENGTH = 65
QUARTER = [(65, 0), (63, 16), (60, 25), (56, 33), (52, 39), (39, 52), (33, 56), (25, 60), (16, 63)]
TURNS = np.array([*QUARTER, *((-b, a) for a, b in QUARTER)], np.int32)


class Scans(NamedTuple):
    """Scans, what is asked about them, and where the answer is to be seen."""

    images: NDArray[np.float32]
    """`(count, 28, 28)`, from 0 to 1."""
    labels: NDArray[np.int64]
    """`(count,)`: 1 where there is a lesion, a disc; 0 where there is none."""
    masks: NDArray[np.bool_]
    """`(count, 28, 28)`: the pixels of the lesion; none where there is none."""
    bars: NDArray[np.int64]
    """`(count,)`: 1 where there is a bar, another question about the same scans."""


def load_scans(count: int, *, seed: int) -> Scans:
    """Draw scans: cloudy background, and two bright shapes in each, their middles 13 pixels apart or more.

    Half of the scans have a lesion, which is a disc; the other shape, or both, are squares or bars, turned as
    it comes. Sizes and brightness are drawn alike for all three, and a disc covers as many pixels as a square
    or a bar does: neither brightness nor area tells a lesion. About half of each class have a bar.

    ValueError if `count` is below 2, TypeError if it is no whole number.

    >>> scans = load_scans(4, seed=0)
    >>> scans.images.shape, scans.labels.tolist(), scans.masks.any(axis=(1, 2)).tolist()
    ((4, 28, 28), [0, 0, 1, 1], [False, False, True, True])
    """
    if not isinstance(count, int | np.integer):
        raise TypeError(f"load_scans needs a whole number of scans, got {count!r}; make it one with int(...)")
    if count < 2:
        raise ValueError(f"load_scans needs a count of at least 2, one scan of each class, got {count}")
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 2)
    bars = rng.integers(0, 2, count)
    # With a lesion: a disc, and a bar or a square. Without: a square, and a bar or another square.
    kinds = np.stack([np.where(labels == 1, 0, 1), np.where(bars == 1, 2, 1)], axis=1)
    centres = _apart(rng, count)
    light = _clouds(rng, count)
    masks = np.zeros((count, SIDE, SIDE), bool)
    for place in range(2):
        cover = _cover(rng, kinds[:, place], centres[:, place])
        bright = rng.integers(*BRIGHT, count, endpoint=True)
        light += bright[:, np.newaxis, np.newaxis].astype(np.int32) * cover // FINE**2
        if place == 0:
            masks = (2 * cover > FINE**2) & (labels == 1)[:, np.newaxis, np.newaxis]
    images = np.clip(light, 0, 255).astype(np.float32) / np.float32(255)
    return Scans(images, labels.astype(np.int64), masks, bars.astype(np.int64))


def template(kind: str, *, turn: int = 0) -> NDArray[np.float32]:
    """One shape alone, "disc", "square" or "bar", in the middle of an even grey: `(28, 28)`.

    A disc has a radius of 4 pixels; square and bar cover as much, and are turned by so many of 18 steps.

    >>> [round(float(template(kind).sum())) for kind in KINDS]
    [204, 205, 204]
    """
    if kind not in KINDS:
        raise ValueError(f"there is no template {kind!r}; choose one of {', '.join(KINDS)}")
    centre = np.array([[SIDE // 2 * FINE, SIDE // 2 * FINE]])
    cover = _shapes(
        np.array([KINDS.index(kind)]),
        centre,
        np.array([4 * FINE * 4]),
        np.array([turn % len(TURNS)]),
    )
    light: NDArray[np.int32] = 60 + 100 * cover[0] // FINE**2
    return light.astype(np.float32) / np.float32(255)


def _clouds(rng: np.random.Generator, count: int) -> NDArray[np.int32]:
    """Backgrounds `(count, 28, 28)` of about 30 to 90: noise, made smooth, and a little noise again."""
    reach = 2
    noise = rng.integers(0, 256, (count, SIDE + 4 * reach, SIDE + 4 * reach), np.int32)
    width = 2 * reach + 1
    for axis in (1, 2, 1, 2):  # means over 5 pixels, twice each way
        total = noise.cumsum(axis=axis, dtype=np.int32)
        ahead = np.take(total, np.arange(width - 1, noise.shape[axis]), axis=axis)
        behind = np.take(total, np.arange(noise.shape[axis] - width), axis=axis)
        first, rest = np.split(ahead, [1], axis=axis)
        noise = np.concatenate([first, rest - behind], axis=axis) // width
    light: NDArray[np.int32] = 60 + 2 * (noise - 128) + rng.integers(-12, 13, noise.shape, np.int32)
    return light


def _apart(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Two centres for each scan, `(count, 2, 2)`, in fine points: far enough from each other and the edge."""
    margin, least = 6 * FINE, 13 * FINE
    centres = rng.integers(margin, SIDE * FINE - margin, (count, 2, 2))
    while (near := ((centres[:, 0] - centres[:, 1]) ** 2).sum(axis=1) < least**2).any():
        centres[near] = rng.integers(margin, SIDE * FINE - margin, (near.sum(), 2, 2))
    return centres


def _cover(rng: np.random.Generator, kinds: NDArray[Any], centres: NDArray[Any]) -> NDArray[np.int32]:
    """How many fine points of each pixel a shape of that kind covers, its size and its turn drawn."""
    radii = rng.integers(7 * FINE * 2, 9 * FINE * 2, len(kinds), endpoint=True)  # 3.5 to 4.5 pixels
    return _shapes(kinds, centres, radii, rng.integers(0, len(TURNS), len(kinds)))


def _shapes(
    kinds: NDArray[Any], centres: NDArray[Any], radii: NDArray[Any], turns: NDArray[Any]
) -> NDArray[np.int32]:
    """The points `(count, 28, 28)` of shapes with these centres and, in quarters of a fine point, radii."""
    # Each shape is drawn in a patch round its centre, and that is laid into a scan with a rim.
    corners = centres // FINE - REACH
    line = np.arange(2 * REACH * FINE)
    # Whole numbers in eighths of a fine point, from the middle of each point.
    down, across = np.moveaxis(8 * (line + (FINE * corners - centres)[:, :, np.newaxis]) + 4, 1, 0)
    a, b = TURNS[turns].T[:, :, np.newaxis, np.newaxis]
    inside = np.zeros((len(kinds), len(line), len(line)), bool)
    for kind in range(len(KINDS)):
        these = kinds == kind
        y, x = down[these, :, np.newaxis].astype(np.int32), across[these, np.newaxis, :].astype(np.int32)
        r = 2 * radii[these, np.newaxis, np.newaxis].astype(np.int32)
        if kind not in HALVES:
            inside[these] = x * x + y * y <= r * r
            continue
        long, short = HALVES[kind]
        along, beside = a[these] * x + b[these] * y, a[these] * y - b[these] * x
        inside[these] = (1000 * np.abs(along) <= long * LENGTH * r) & (
            1000 * np.abs(beside) <= short * LENGTH * r
        )
    patches = inside.reshape(-1, 2 * REACH, FINE, 2 * REACH, FINE).sum(axis=(2, 4), dtype=np.int32)
    rim = np.zeros((len(kinds), SIDE + 2 * REACH, SIDE + 2 * REACH), np.int32)
    rows, columns = np.moveaxis(corners[:, :, np.newaxis] + REACH + np.arange(2 * REACH), 1, 0)
    rim[
        np.arange(len(kinds))[:, np.newaxis, np.newaxis], rows[:, :, np.newaxis], columns[:, np.newaxis, :]
    ] = patches
    return rim[:, REACH:-REACH, REACH:-REACH]

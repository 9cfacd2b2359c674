"""The slope of a function along a line, from nudges alone, and how far that slope can be trusted.

A central difference (L(t + h) − L(t − h)) / 2h is wrong in two ways. *Truncation*, from the curve's bend, is
in proportion to h². *Rounding*, from the last digits of L, is in proportion to 1 / h. No single h is right
for every function, so a claim that the first h does not bear out is tried again with a dozen of them, wide
and narrow:

- Neville's scheme extrapolates neighbouring steps to h = 0. Where its columns agree best is the slope, and
  how well they agree is what is known of it (Ridders 1982; `dfridr` in Numerical Recipes). Nothing is assumed
  about how large the terms were that a function added up on its way.
- A corner is where the slopes to the right and to the left, each extrapolated by itself, stay apart. On a
  curve they meet, however strongly it bends.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.layers.contract import Array

Verdict = Literal["agrees", "at a corner", "differs"]

SAFETY = 5
"""A slope is trusted to this many times what the steps disagree by."""
STEPS = 12
"""How many step sizes are tried where the first does not settle the matter."""
SUBNORMAL = float(np.finfo(np.float64).smallest_subnormal)
"""What float64 loses of any number, however small."""


class Precision(NamedTuple):
    """What a number type allows: its rounding, and how well two slopes have to agree."""

    epsilon: float
    tolerance: float

    @property
    def step(self) -> float:
        """The first step, as a share of an entry's size: ∛ε balances truncation against rounding."""
        return float(np.cbrt(self.epsilon))

    @property
    def steps(self) -> NDArray[np.float64]:
        """Steps to extrapolate from, as shares of an entry's size: the widest first."""
        return np.geomspace(self.epsilon**0.05, self.epsilon**0.72, STEPS)


PRECISIONS = {
    np.dtype(np.float64): Precision(float(np.finfo(np.float64).eps), 1e-6),
    np.dtype(np.float32): Precision(float(np.finfo(np.float32).eps), 2e-2),
}


class Finding(NamedTuple):
    """What nudges say about one claim."""

    verdict: Verdict
    error: float
    """|claimed − numeric| over the larger of the two, or over what the nudges can resolve if that is more."""
    numeric: float
    is_resolved: bool = True
    """False where rounding hides a tenth of the slope or more."""


@dataclass(frozen=True)
class Line:
    """L(t) = upstream · values, with the entries `where` of `array` moved by t · direction."""

    values: Callable[[], Array]
    """What the function gives for the numbers that `array` holds at the moment."""
    upstream: Array
    name: str
    array: Array
    where: tuple[Any, ...]
    direction: Any
    units: tuple[float, ...] = (1.0,)
    """What steps are shares of; several where an entry is much smaller than its neighbours."""
    reach: float = 1.0
    """The t that moves each entry by about its size."""

    def at(self, t: float) -> tuple[float, Array]:
        """The move that rounding left of t, and the values there; the entries are put back."""
        before = self.array[self.where].copy()
        try:
            self.array[self.where] = before + t * self.direction
            moved = np.subtract(self.array[self.where], before, dtype=np.float64)
            share = np.vdot(moved, self.direction) / np.vdot(self.direction, self.direction)
            return float(share), self.values()
        finally:
            self.array[self.where] = before

    def rise(self, high: Array, low: Array) -> float:
        """L(high) − L(low), taken value by value: what did not change then adds no rounding."""
        return float(np.vdot(self.upstream, high - low))

    def size(self, *values: Array) -> float:
        """How large the terms of L are, at most, at these values."""
        return float(np.linalg.norm(self.upstream * np.max(np.abs(values), axis=0)))


def relative_error(claimed: float, numeric: float, resolution: float, tolerance: float) -> float:
    """|a − n| over the larger of the two, or over the smallest slope that the nudges can judge."""
    error = abs(claimed - numeric) / max(abs(claimed), abs(numeric), resolution / tolerance, SUBNORMAL)
    return error if np.isfinite(error) else float("inf")


def first_look(line: Line, claimed: float, precision: Precision) -> Finding:
    """One central difference: it agrees, or it is worth a closer look."""
    h = precision.step * line.units[0]
    (right, above), (left, below) = line.at(h), line.at(-h)
    numeric = line.rise(above, below) / (right - left)
    resolution = 4 * (precision.epsilon * line.size(above, below) + SUBNORMAL) / h
    error = relative_error(claimed, numeric, resolution, precision.tolerance)
    # What is small against rounding may agree by chance as well as differ by it.
    near = abs(claimed - numeric) <= precision.tolerance * max(abs(claimed), abs(numeric))
    return Finding("agrees" if near else "differs", error, numeric)


def judge(line: Line, claimed: float, precision: Precision, *, noise: float = 0.0) -> Finding:
    """Whether the slope of `line` at t = 0 is what is claimed, from many nudges; L is off by `noise`.

    Among noisy slopes a few may agree by chance, far from the right one. So a claim differs only if it does
    in every one of several series of steps.
    """
    findings = []
    for unit in (*line.units, 0.7 * line.units[0], 0.5 * line.units[0]):
        findings.append(Sweep(line, unit, precision).finding(claimed, noise=noise))
        if findings[-1].verdict != "differs":
            return findings[-1]
    return min(findings, key=lambda finding: finding.error)


class Sweep:
    """Nudges of many sizes both ways: slopes to the right, to the left and across, the widest step first."""

    def __init__(self, line: Line, unit: float, precision: Precision) -> None:
        self.tolerance = precision.tolerance
        middle = line.values()
        rows: list[tuple[float, ...]] = []
        for step in precision.steps:
            (right, above), (left, below) = line.at(step * unit), line.at(-step * unit)
            if not 0 < right < (rows[-1][0] if rows else np.inf) or not left < 0:
                continue  # rounding left nothing of the step, or the one before
            row = (
                right,
                line.rise(above, below) / (right - left),
                line.rise(above, middle) / right,
                line.rise(below, middle) / left,
                4 * (precision.epsilon * line.size(above, middle, below) + SUBNORMAL),
            )
            rows += [row] if np.isfinite(row).all() else []
        self.steps, self.central, self.right, self.left, self.roundings = np.array(rows).reshape(-1, 5).T

    def finding(self, claimed: float, *, noise: float = 0.0, claim_noise: float = 0.0) -> Finding:
        """What the series says if L is off by `noise` and the claim by `claim_noise`."""
        resolutions = (self.roundings + noise) / self.steps + claim_noise
        slope = self.settled(self.central, resolutions, power=2)
        if slope is None:
            return Finding("differs", float("inf"), float("nan"))
        numeric, spread = slope
        resolution = SAFETY * spread
        error = relative_error(claimed, numeric, resolution, self.tolerance)
        is_resolved = not claimed or resolution <= 0.1 * max(abs(claimed), abs(numeric))
        if error <= self.tolerance:
            return Finding("agrees", error, numeric, is_resolved)
        narrow = self.narrow_slope(claimed, SAFETY * resolutions < abs(claimed - numeric))
        if narrow is not None:
            return Finding("agrees", relative_error(claimed, narrow, 0.0, self.tolerance), narrow)
        if self.has_corner_for(claimed, resolutions):
            return Finding("at a corner", 0.0, numeric)
        error = relative_error(claimed, numeric, 0.0, self.tolerance)
        return Finding("differs", error, numeric, is_resolved)

    def narrow_slope(self, claimed: float, is_exact: NDArray[np.bool_]) -> float | None:
        """A slope on which three steps in a row and the claim agree, although others agree on another.

        Wide steps that pass over a corner nearby may agree with each other; narrower ones know better, as
        long as they are exact enough to contradict.
        """
        errors = [relative_error(claimed, float(slope), 0.0, self.tolerance) for slope in self.central]
        agrees = is_exact & (np.array(errors) <= self.tolerance)
        in_a_row = np.flatnonzero(agrees[:-2] & agrees[1:-1] & agrees[2:])
        return float(self.central[in_a_row[0] + 2]) if in_a_row.size else None

    def has_corner_for(self, claimed: float, resolutions: NDArray[np.float64]) -> bool:
        """Whether the slopes to the right and to the left stay apart, with the claim between them."""
        right = self.settled(self.right, resolutions, power=1)
        left = self.settled(self.left, resolutions, power=1)
        if right is None or left is None:
            return False
        low, high = sorted((right[0], left[0]))
        spread = right[1] + left[1]
        slack = self.tolerance * max(abs(low), abs(high)) + SAFETY * spread
        return high - low > 2 * SAFETY * spread and low - slack <= claimed <= high + slack

    def settled(
        self, slopes: NDArray[np.float64], resolutions: NDArray[np.float64], *, power: int
    ) -> tuple[float, float] | None:
        """The slope at step 0, and how far it may be off: where extrapolations of it agree best.

        Neville's scheme for slopes that are a polynomial in `step ** power`.
        """
        candidates = extrapolated(self.steps**power, slopes, resolutions)
        return min(candidates, key=lambda pair: pair[1], default=None)


def extrapolated(
    z: NDArray[np.float64], slopes: NDArray[np.float64], resolutions: NDArray[np.float64]
) -> Iterator[tuple[float, float]]:
    """Neville's tableau, up to four steps at a time: values at z = 0, and how far they may be off."""
    above: list[float] = []
    for i, slope in enumerate(slopes):
        row = [float(slope)]
        for j in range(1, min(i, 3) + 1):
            finer = row[j - 1] + (row[j - 1] - above[j - 1]) / (z[i - j] / z[i] - 1)
            row.append(float(finer))
            spread = max(abs(finer - row[j - 1]), abs(finer - above[j - 1]))
            yield row[j], float(spread + resolutions[i])
        above = row

"""Trust, but verify: a backward pass against finite differences. Lesson 06.

    check_gradients(f, gradient, x)                        a function of an array, and its gradient
    check_gradients(Sigmoid(), x)                          a layer
    check_gradients(SquaredError(), outputs, targets)      a loss
    check_gradients(network, loss, x, targets)             a network

Each entry is nudged both ways, and (L(θ + h) − L(θ − h)) / 2h compared with what backward says. A central
difference is wrong by about h² from the curve's bend and by ε/h from rounding, so the best h is near ∛ε:
6e-6 in float64, 5e-3 in float32. The verdict uses a tolerance to match: float32 cannot see an error below a
per cent or so; check in float64 where you can.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.layers.contract import Array, Layer
from backproplab.losses import Loss
from backproplab.network import Network

TOLERANCES = {np.dtype(np.float64): 1e-6, np.dtype(np.float32): 2e-2}
ENTRIES = 200
"""How many entries of each parameter are nudged at most; drawn at random where there are more."""


@dataclass(frozen=True)
class Entry:
    """The worst entry of one parameter."""

    name: str
    checked: int
    """How many entries were nudged."""
    kinks: int
    """How many of them were left out, since the function has a corner there."""
    error: float
    """|analytic − numeric| / max(|analytic|, |numeric|), of the worst entry."""
    index: tuple[int, ...]
    """Where the worst entry is."""
    analytic: float
    """What backward says there."""
    numeric: float
    """What the nudge says there."""
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether the worst error is within tolerance and something was left to compare."""
        return self.error <= self.tolerance and self.kinks < self.checked


@dataclass(frozen=True)
class Report:
    """A verdict for each parameter; prints as a table. `passed` is True if all of them agree."""

    entries: tuple[Entry, ...]

    @property
    def passed(self) -> bool:
        """Whether every parameter's gradient agrees with the nudges."""
        return bool(self.entries) and all(entry.passed for entry in self.entries)

    def __str__(self) -> str:
        lines = [f"{'parameter':<24}{'worst error':>12}  {'at':<10}{'analytic':>14}{'numeric':>14}  verdict"]
        for e in self.entries:
            verdict = "agrees" if e.passed else "ALL KINKS" if e.kinks == e.checked else "DIFFERS"
            kinks = f" ({e.kinks} of {e.checked} skipped at kinks)" if e.kinks else ""
            where = ", ".join(map(str, e.index))
            numbers = f"{e.error:>12.1e}  {where:<10}{e.analytic:>14.6g}{e.numeric:>14.6g}"
            lines.append(f"{e.name:<24}{numbers}  {verdict}{kinks}")
        return "\n".join(lines)

    __repr__ = __str__


@singledispatch
def check_gradients(subject: Any, *inputs: Any, seed: int = 0) -> Report:
    """Compare a subject's own gradients with finite differences; see the module for the four forms.

    Returns a Report with, for each parameter and input: the worst relative error, where it is, and a verdict.
    Parameters are nudged in place and put back. Relative errors are measured against the larger of the two
    numbers, or against what the nudge can resolve where both are smaller than that. `seed` draws the entries
    to nudge where there are more than 200, and the upstream gradient that turns a layer's outputs into one
    number.
    """
    if not callable(subject) or len(inputs) != 2 or not callable(inputs[0]):
        raise wrong_call(subject, inputs)
    gradient, x = inputs
    point = as_floats(x).copy()
    analytic = np.asarray(gradient(point.copy()))
    if analytic.shape != point.shape:
        raise ValueError(
            f"the gradient has shape {analytic.shape}, its function's input {point.shape}; they must agree"
        )
    return Report((compare("x", point, analytic, lambda: float(subject(point)), seed),))


@check_gradients.register
def _(subject: Layer, *inputs: Any, seed: int = 0) -> Report:
    if len(inputs) != 1:
        raise wrong_call(subject, inputs)
    (x,) = inputs
    point = as_floats(x).copy()
    if any(view.dtype != point.dtype for view in subject.parameter_views().values()):
        subject = subject.astype(point.dtype)
    upstream = np.random.default_rng(seed).standard_normal(subject.forward(point).shape).astype(point.dtype)
    for gradient in subject.gradient_views().values():
        gradient[...] = np.nan  # so that one which backward does not set is seen
    downstream = subject.backward(upstream)
    targets = {} if downstream is None else {"x": (point, downstream)}
    gradients = {name: gradient.copy() for name, gradient in subject.gradient_views().items()}
    targets |= {name: (view, gradients[name]) for name, view in subject.parameter_views().items()}

    def loss() -> float:
        return float(np.vdot(upstream.astype(np.float64), subject.forward(point).astype(np.float64)))

    return Report(tuple(compare(name, *pair, loss, seed) for name, pair in targets.items()))


@check_gradients.register
def _(subject: Loss, *inputs: Any, seed: int = 0) -> Report:
    if len(inputs) != 2:
        raise wrong_call(subject, inputs)
    outputs, targets = inputs
    point = as_floats(outputs).copy()
    subject.forward(point, targets)
    analytic = subject.backward().copy()
    return Report((compare("outputs", point, analytic, lambda: subject.forward(point, targets), seed),))


@check_gradients.register
def _(subject: Network, *inputs: Any, seed: int = 0) -> Report:
    if len(inputs) != 3:
        raise wrong_call(subject, inputs)
    loss, x, targets = inputs
    subject.loss_and_gradient(loss, x, targets)
    gradients = {name: gradient.copy() for name, gradient in subject.gradient_views.items()}

    def value() -> float:
        return float(loss.forward(subject.predict(x), targets))

    views = subject.parameter_views
    return Report(tuple(compare(name, views[name], gradients[name], value, seed) for name in views))


def wrong_call(subject: Any, inputs: tuple[Any, ...]) -> TypeError:
    """The error for a call that takes none of the four forms."""
    return TypeError(
        "check_gradients takes (function, gradient, x), (layer, x), (loss, outputs, targets) or "
        f"(network, loss, x, targets); got {type(subject).__name__} and {len(inputs)} more"
    )


def compare(name: str, point: Array, analytic: Array, function: Callable[[], float], seed: int) -> Entry:
    """Nudge entries of `point` in place and compare; `function` reads `point`."""
    tolerance = TOLERANCES[point.dtype]
    worst: tuple[float, tuple[int, ...], float, float] = (-1.0, (), 0.0, 0.0)
    indices = sample(point.shape, np.random.default_rng(seed))
    kinks = 0
    for index in indices:
        claimed = float(analytic[index])
        error, numeric, at_kink = judge(point, index, claimed, function, tolerance)
        kinks += at_kink
        if not at_kink and not error <= worst[0]:
            worst = (error, index, claimed, numeric)
    error, index, claimed, numeric = worst
    return Entry(name, len(indices), kinks, max(error, 0.0), index, claimed, numeric, tolerance)


def judge(
    point: Array, index: tuple[int, ...], claimed: float, function: Callable[[], float], tolerance: float
) -> tuple[float, float, bool]:
    """Relative error at one entry, the numeric derivative, and whether the function has a corner there.

    A smooth curve's slopes to the right and to the left differ by h times its bend, so a smaller h closes
    the gap between them; at a corner the gap stays.
    """
    h = float(np.cbrt(np.finfo(point.dtype).eps)) * max(1.0, abs(float(point[index])))
    wide = nudge(point, index, h, function)
    error = relative_error(claimed, wide, tolerance)
    if error <= tolerance:
        return error, wide.slope, False
    narrow = nudge(point, index, h / 8, function)
    corner = wide.gap > 2 * tolerance * wide.size and narrow.gap > wide.gap / 4
    if corner or wide.allows(claimed, tolerance) or narrow.allows(claimed, tolerance):
        return 0.0, wide.slope, True
    closer = relative_error(claimed, narrow, tolerance)
    return (closer, narrow.slope, False) if closer < error else (error, wide.slope, False)


@dataclass(frozen=True)
class Nudge:
    """What two nudges of size h say."""

    right: float
    left: float
    resolution: float
    """How far rounding alone may put a slope."""

    @property
    def slope(self) -> float:
        """The central difference."""
        return (self.right + self.left) / 2

    @property
    def gap(self) -> float:
        """How far the slopes to the right and to the left differ, beyond rounding."""
        return max(0.0, abs(self.right - self.left) - 2 * self.resolution)

    @property
    def size(self) -> float:
        """The larger of the two slopes."""
        return max(abs(self.right), abs(self.left))

    def allows(self, claimed: float, tolerance: float) -> bool:
        """Whether the slopes differ beyond rounding and the claim lies between them: right, at a corner."""
        slack = self.resolution + tolerance * self.size
        low, high = sorted((self.left, self.right))
        return self.gap > 0 and low - slack <= claimed <= high + slack


def nudge(point: Array, index: tuple[int, ...], h: float, function: Callable[[], float]) -> Nudge:
    """Slopes to the right and to the left of an entry, which is put back."""
    before = point[index].copy()
    middle = function()
    try:
        point[index] = before + h
        step_right, right = float(point[index] - before), function()  # the step that rounding left of h
        point[index] = before - h
        step_left, left = float(before - point[index]), function()
    finally:
        point[index] = before
    epsilon = float(np.finfo(point.dtype).eps)
    resolution = 4 * epsilon * max(abs(left), abs(middle), abs(right)) / h
    return Nudge((right - middle) / step_right, (middle - left) / step_left, resolution)


def relative_error(claimed: float, found: Nudge, tolerance: float) -> float:
    """|a − n| over the larger of the two, or over the smallest number that the nudge can judge."""
    smallest = max(found.resolution / tolerance, np.finfo(float).tiny)
    error = abs(claimed - found.slope) / max(abs(claimed), abs(found.slope), smallest)
    return error if np.isfinite(error) else float("inf")


def sample(shape: tuple[int, ...], rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Indices of all entries, or of 200 drawn ones where there are more."""
    size = int(np.prod(shape))
    flat: NDArray[np.intp] = np.arange(size)
    if size > ENTRIES:
        flat = np.sort(rng.choice(size, ENTRIES, replace=False))
    return [tuple(int(i) for i in np.unravel_index(position, shape)) for position in flat]


def as_floats(x: ArrayLike) -> Array:
    """X as a float array: float32 and float64 stay, everything else becomes float64."""
    array = np.asarray(x)
    if array.size == 0:
        raise ValueError("nothing to check: the array is empty")
    return array if array.dtype in TOLERANCES else array.astype(np.float64)

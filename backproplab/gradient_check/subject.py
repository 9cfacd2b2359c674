"""What a check works on: numbers to nudge, the values that follow, and what backward claims of them."""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.gradient_check.slope import PRECISIONS, Line
from backproplab.layers.contract import Array

BESIDE = 1e-4
"""How far a point beside is, as a share of an entry's size."""
NEAREST = 3
"""How many of the points beside move all variables by that share."""
RANDOM = 12
"""How many of them move each variable by a share of its own, down to 1e-10."""
ELSEWHERE = 8
"""How many points far away there are."""
STRETCHES = (1e-6, 1e-8)
"""How far points are apart that show how rough a function is, as shares of an entry's size."""

UNDEFINED = (ArithmeticError, ValueError)
"""What functions raise where they are not defined, such as math.log(-1)."""

Claims = Mapping[str, Array]
Index = tuple[int, ...]


@dataclass(eq=False)
class Subject:
    """A function with its gradients; layers, losses, networks and pairs of functions become one of these.

    L = upstream · values is the number that is differentiated.
    """

    variables: dict[str, Array]
    """What is nudged, in place."""
    values: Callable[[], Any]
    """The function's values for the variables as they are now."""
    gradients: Callable[[], Mapping[str, Any]]
    """∂L/∂variable by name, as backward claims them for the variables as they are now."""
    upstream: Array
    seed: int = 0
    gradients_in_training: Callable[[], Mapping[str, Any]] | None = None
    """The same, by another way that may be wrong by itself."""

    def __post_init__(self) -> None:
        with suppress(*UNDEFINED), self.beside(0):
            self.claimed(
                self.gradients
            )  # if backward fills its gradients once and never again, this was once
        self.claims = self.claimed(self.gradients)
        """The gradients at the point to be checked."""
        training = self.gradients_in_training
        self.claims_in_training: Claims = self.claimed(training) if training else {}
        with np.errstate(all="ignore"):
            values = np.asarray(self.values())
        # A function computes no better than its coarsest part.
        parts = [*self.variables.values(), *self.claims.values(), values]
        is_coarse = any(part.dtype.kind == "f" and part.dtype.itemsize < 8 for part in parts)
        self.precision = PRECISIONS[np.dtype(np.float32 if is_coarse else np.float64)]

    def claimed(self, gradients: Callable[[], Mapping[str, Any]]) -> Claims:
        """Gradients at the point as it stands: copied, with their shapes checked."""
        with np.errstate(all="ignore"):
            claims = {name: np.array(gradient) for name, gradient in gradients().items()}
        for name, gradient in claims.items():
            if gradient.dtype.kind not in "iubf":
                raise TypeError(f"the gradient of {name} must be an array of numbers, got {gradient!r:.60}")
            if gradient.shape != self.variables[name].shape:
                raise ValueError(
                    f"the gradient of {name} has shape {gradient.shape}, {name} itself "
                    f"{self.variables[name].shape}; they must agree"
                )
        return claims

    def evaluate(self) -> Array:
        """The values in a row, wherever the variables are; nan where the function is not defined."""
        with np.errstate(all="ignore"):
            try:
                return np.array(self.values(), np.float64).ravel()
            except UNDEFINED:
                return np.full(self.upstream.size, np.nan)

    # how exact L is

    @cached_property
    def randomness(self) -> float:
        """How far L differs when it is computed again at the same point."""
        draws = [self.evaluate() for _ in range(3)]
        return max(abs(float(np.vdot(self.upstream, draw - draws[0]))) for draw in draws)

    @cached_property
    def noise(self) -> float:
        """How rough L is around the point: its rounding, known from its values alone."""
        stretches = [self.roughness(step, number) for step in STRETCHES for number in range(2)]
        return min(
            [rough for rough, is_fine in stretches if is_fine] or [rough for rough, _ in stretches[:2]]
        )

    def roughness(self, step: float, number: int) -> tuple[float, bool]:
        """What is left of L on a stretch so short that it should be straight, and whether it moves at all.

        Differences of sixth order of equally spaced values leave nothing of a polynomial of degree five, and
        30 times the noise (Hamming 1971; Moré and Wild 2011). This finds the float32 inside of a function
        that returns float64.
        """
        rng = np.random.default_rng([self.seed, number])
        moves = {}
        for name, array in self.variables.items():
            own = np.where(array == 0, self.sizes[name], np.abs(array))
            moves[name] = max(step, 100 * self.precision.epsilon) * own * signs(rng, array.shape)
        values = []
        for t in range(1, 11):
            with self.moved({name: t * move for name, move in moves.items()}):
                values.append(self.evaluate())
        rises = np.array([np.vdot(self.upstream, value - values[0]) for value in values])
        rough = float(np.sqrt(np.mean(np.diff(rises, 6) ** 2) / math.comb(12, 6)))
        return (rough, bool(np.diff(rises).all())) if np.isfinite(rough) else (0.0, False)

    @cached_property
    def sizes(self) -> dict[str, Array]:
        """A size for each entry, never 0: its own, or its array's root mean square where that is larger."""
        return {name: sizes(array) for name, array in self.variables.items()}

    # lines through the point

    def entry_line(self, name: str, index: Index) -> Line:
        """The line that moves a single entry."""
        array, size = self.variables[name], float(self.sizes[name][index])
        own = abs(float(array[index]))
        units = (size, own) if 0 < own < size / 10 else (size,)
        return Line(self.evaluate, self.upstream, name, array, index, 1.0, units, reach=size)

    def joint_line(self, name: str, entries: NDArray[np.intp], moves: Array) -> Line:
        """The line that moves several entries at once, together about as far as one of them alone is."""
        array, share = self.variables[name], 1 / np.sqrt(len(entries))
        where = np.unravel_index(entries, array.shape)
        return Line(self.evaluate, self.upstream, name, array, where, share * moves[where], reach=1 / share)

    # other points

    @contextmanager
    def beside(self, number: int) -> Iterator[None]:
        """Move every entry of every variable a little, one of `ways_beside`; put them back afterwards.

        The first NEAREST ways move all variables by the same share. Then each variable has its turn to move
        much farther than the others, upwards and downwards: a bias so turns all units of a ReLU on or off.
        The last ways are random.
        """
        rng = np.random.default_rng([self.seed, number])
        turn, is_down = divmod(number - NEAREST, 2)
        moves = {}
        for place, (name, array) in enumerate(self.variables.items()):
            move = BESIDE * self.sizes[name] * signs(rng, array.shape)
            if turn >= len(self.variables):
                move *= 10 ** rng.uniform(-6, 0)
            elif place == turn:
                move = np.abs(move) * (-1 if is_down else 1)
            elif turn >= 0:
                move *= 10 ** rng.uniform(-6, -4)
            moves[name] = move
        with self.moved(moves):
            yield

    @property
    def ways_beside(self) -> int:
        """How many points beside there are."""
        return NEAREST + 2 * len(self.variables) + RANDOM

    @contextmanager
    def moved(self, moves: Mapping[str, Array]) -> Iterator[None]:
        """Add `moves` to the variables; put them back afterwards."""
        before = {name: self.variables[name].copy() for name in moves}
        try:
            for name, move in moves.items():
                self.variables[name][...] += move
            yield
        finally:
            for name, numbers in before.items():
                self.variables[name][...] = numbers

    @contextmanager
    def elsewhere(self, line: Line, number: int) -> Iterator[None]:
        """Move far, by about the size of each entry: along a line or everywhere; put all back afterwards."""
        if number < 4:
            array = self.variables[line.name]
            move = np.zeros(array.shape)
            move[line.where] = (-1, 1, -4, 4)[number] * line.reach * line.direction
            moves = {line.name: move}
        else:
            rng, share = np.random.default_rng(self.seed), (-1, 1, -2, 2)[number - 4]
            moves = {name: share * size * signs(rng, size.shape) for name, size in self.sizes.items()}
        with self.moved(moves):
            yield

    def answers_to(self, name: str) -> bool:
        """Whether any value changes when all entries of a variable do, by a tenth or so."""
        here = self.evaluate()
        signed = signs(np.random.default_rng(self.seed), self.variables[name].shape)
        with self.moved({name: 0.1 * self.sizes[name] * signed}):
            return not np.array_equal(self.evaluate(), here)


def along(line: Line, claims: Claims) -> float:
    """The slope of a line that the gradients `claims` imply."""
    return float(np.vdot(claims[line.name][line.where], line.direction))


def sizes(array: Array) -> Array:
    """For each entry the larger of its size and the array's root mean square; 1 if all are 0."""
    magnitudes: Array = np.abs(array).astype(np.float64)
    largest = float(magnitudes.max())
    if not 0 < largest < np.inf:
        return np.ones(array.shape)
    # Divided by the largest first, so that no square is too large or too small for a float.
    typical: Array = np.maximum(magnitudes, largest * np.sqrt(np.mean((magnitudes / largest) ** 2)))
    return typical


def signs(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Numbers from ½ to 1½ with random signs: none is near 0, and no two errors cancel exactly."""
    numbers: Array = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    return numbers

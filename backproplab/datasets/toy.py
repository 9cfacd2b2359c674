"""Data sets small enough to see whole: XOR, plain and noisy; two moons, two circles, two spirals."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Examples = tuple[NDArray[np.float32], NDArray[np.int64]]


def xor() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The four cases of exclusive or: x (4, 2) and targets (4, 1), both float32.

    No straight line separates the two classes (Minsky and Papert, *Perceptrons*, 1969).

    >>> x, targets = xor()
    >>> [(*case, *target) for case, target in zip(x.tolist(), targets.tolist())]
    [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)]
    """
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
    return x, np.not_equal(x[:, :1], x[:, 1:]).astype(np.float32)


def moons(n: int, *, noise: float, seed: int) -> Examples:
    """Two half circles of radius 1, each with an end inside the other: x (n, 2) float32, labels (n,) int64.

    Class 0 is the arch around (0, 0), class 1 the bowl around (1, ½). Points lie evenly along each moon,
    moved by normal noise of that standard deviation, and shuffled. With odd n, class 1 has the extra point.
    ValueError if n is below 2 or the noise negative.
    """
    check("moons", n, noise, least=2, each="moon")
    rng = np.random.default_rng(seed)
    arch, bowl = (np.linspace(0, np.pi, count) for count in (n // 2, n - n // 2))
    x = np.concatenate(
        [
            np.column_stack([np.cos(arch), np.sin(arch)]),
            np.column_stack([1 - np.cos(bowl), 0.5 - np.sin(bowl)]),
        ]
    )
    labels = np.repeat(np.array([0, 1]), [len(arch), len(bowl)])
    return shuffle(x, labels, noise, rng)


def noisy_xor(n: int, *, noise: float, seed: int) -> Examples:
    """The four cases of exclusive or, again and again, moved by noise: x (n, 2) float32, labels (n,) int64.

    The cases take turns, so that both classes are as large as they can be; then noise and order are drawn as
    for `moons`. Without noise, every point is one of the four cases. ValueError as for `moons`, below 4.
    """
    check("noisy_xor", n, noise, least=4, each="case")
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])[np.arange(n) % 4]
    return shuffle(x, np.not_equal(x[:, 0], x[:, 1]), noise, np.random.default_rng(seed))


def circles(n: int, *, noise: float, seed: int) -> Examples:
    """A circle of radius 1, class 0, around one of radius ½, class 1: x (n, 2) float32, labels (n,) int64.

    Points lie evenly on each; noise, order, errors as for `moons`. With odd n, class 1 has the extra point.
    """
    check("circles", n, noise, least=2, each="circle")
    outer, inner = (np.linspace(0, 2 * np.pi, count, endpoint=False) for count in (n // 2, n - n // 2))
    angle = np.concatenate([outer, inner])
    labels = np.repeat(np.array([0, 1]), [len(outer), len(inner)])
    x = np.column_stack([np.cos(angle), np.sin(angle)]) * np.where(labels, 0.5, 1.0)[:, np.newaxis]
    return shuffle(x, labels, noise, np.random.default_rng(seed))


def spirals(n: int, *, noise: float, seed: int) -> Examples:
    """Two spirals wound into each other, one and a half turns each: x (n, 2) float32, labels (n,) int64.

    Along each, the radius grows with the angle from 0.1 to 1; class 1 is class 0 turned by half a turn.
    Noise, order and errors as for `moons`. With odd n, class 1 has the extra point.
    """
    check("spirals", n, noise, least=2, each="spiral")
    part = np.concatenate([np.linspace(0, 1, count) for count in (n // 2, n - n // 2)])
    labels = np.repeat(np.array([0, 1]), [n // 2, n - n // 2])
    angle, radius = np.pi * (3 * part + labels), 0.1 + 0.9 * part
    x = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    return shuffle(x, labels, noise, np.random.default_rng(seed))


def check(name: str, n: int, noise: float, *, least: int, each: str) -> None:
    """Raise ValueError where a data set cannot have so many points, or so much noise."""
    if n < least:
        raise ValueError(f"{name} needs n of at least {least}, one point for each {each}, got {n}")
    if not 0 <= noise < np.inf:
        raise ValueError(f"{name} needs a noise of 0 or more (a standard deviation), got {noise}")


def shuffle(x: NDArray[np.float64], labels: NDArray[Any], noise: float, rng: np.random.Generator) -> Examples:
    """The points, moved by noise and in another order, and their labels: an order first, then the noise."""
    order = rng.permutation(len(x))
    moved = x + rng.normal(scale=noise, size=x.shape)
    return moved[order].astype(np.float32), labels[order].astype(np.int64)

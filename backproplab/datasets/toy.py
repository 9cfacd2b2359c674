"""Data sets small enough to see whole: XOR, and two moons."""

import numpy as np
from numpy.typing import NDArray


def xor() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The four cases of exclusive or: x (4, 2) and targets (4, 1), both float32.

    No straight line separates the two classes (Minsky and Papert, *Perceptrons*, 1969).

    >>> x, targets = xor()
    >>> [(*case, *target) for case, target in zip(x.tolist(), targets.tolist())]
    [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)]
    """
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
    return x, np.not_equal(x[:, :1], x[:, 1:]).astype(np.float32)


def moons(n: int, *, noise: float, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Two half circles of radius 1, each with an end inside the other: x (n, 2) float32, labels (n,) int64.

    Class 0 is the arch around (0, 0), class 1 the bowl around (1, ½). Points lie evenly along each moon,
    moved by normal noise of that standard deviation, and shuffled. With odd n, class 1 has the extra point.
    ValueError if n is below 2 or the noise negative.
    """
    if n < 2:
        raise ValueError(f"moons needs n of at least 2, one point for each moon, got {n}")
    if not 0 <= noise < np.inf:
        raise ValueError(f"moons needs a noise of 0 or more (a standard deviation), got {noise}")
    rng = np.random.default_rng(seed)
    arch, bowl = (np.linspace(0, np.pi, count) for count in (n // 2, n - n // 2))
    x = np.concatenate(
        [
            np.column_stack([np.cos(arch), np.sin(arch)]),
            np.column_stack([1 - np.cos(bowl), 0.5 - np.sin(bowl)]),
        ]
    )
    labels = np.repeat(np.array([0, 1]), [len(arch), len(bowl)])
    order = rng.permutation(n)
    return (x + rng.normal(scale=noise, size=x.shape))[order].astype(np.float32), labels[order].astype(
        np.int64
    )

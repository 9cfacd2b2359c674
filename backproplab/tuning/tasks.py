"""The two tasks: moons, 500 steps of a small network, and digits, 939 steps of a larger one."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from backproplab.datasets import mnist, moons
from backproplab.datasets.toy import Examples
from backproplab.layers import Dense, ReLU
from backproplab.network import Network


@dataclass(frozen=True)
class Task:
    """What is to be learnt, and for how long; a run's seed is that of its first weights and its order."""

    name: str
    network: Callable[[int], Network]
    """From a seed to a new network."""
    data: Callable[[], tuple[Examples, Examples, Examples]]
    """Training, validation and test examples."""
    epochs: int
    batch_size: int

    @property
    def steps(self) -> int:
        """All steps of a run; the last batch of an epoch may be smaller."""
        (x, _), *_ = self.data()
        return self.epochs * math.ceil(len(x) / self.batch_size)


@cache
def _moons() -> tuple[Examples, Examples, Examples]:
    """Three draws of two moons that overlap a little: 500, 2,000 and 2,000 points."""
    training, validation, test = (moons(n, noise=0.2, seed=seed) for seed, n in enumerate((500, 2000, 2000)))
    return training, validation, test


@cache
def _digits() -> tuple[Examples, Examples, Examples]:
    """20,000 digits to train on, 5,000 others for validation, and the test set of 10,000."""
    images, labels = mnist("train")
    pixels = images.reshape(-1, 784)
    test, test_labels = mnist("test")
    return (
        (pixels[:20_000], labels[:20_000]),
        (pixels[50_000:55_000], labels[50_000:55_000]),
        (test.reshape(-1, 784), test_labels),
    )


def _small(seed: int) -> Network:
    hidden = [Dense(2, 16, initial="he"), ReLU(), Dense(16, 16, initial="he"), ReLU()]
    return Network([*hidden, Dense(16, 2, initial="xavier")], seed=seed)


def _larger(seed: int) -> Network:
    return Network([Dense(784, 128, initial="he"), ReLU(), Dense(128, 10, initial="xavier")], seed=seed)


MOONS = Task("moons", _small, _moons, epochs=20, batch_size=20)
MNIST = Task("MNIST", _larger, _digits, epochs=3, batch_size=64)
TASKS = (MOONS, MNIST)

"""Gradient descent by gradients that are late: taken where the parameters were some steps ago. Lesson 26.

Workers who do not wait for each other compute a gradient at parameters that others have moved on from. Here
the delay is the same for all, and exact, so that what it does can be repeated.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator

import numpy as np

from backproplab.layers.contract import Array
from backproplab.network import at_least_one


def delayed_steps(
    gradient_at: Callable[[Array], Array], start: Array, *, learning_rate: float, delay: int
) -> Iterator[Array]:
    """Yield the parameters after each step θ ← θ − rate · g(θ of `delay` steps ago), without end.

    Before there is anything so old, the gradient is that of the start. `gradient_at` gets parameters of the
    shape of `start` and returns a gradient of that shape; `start` stays as it is.

    >>> from itertools import islice
    >>> [round(float(theta), 3) for theta in islice(
    ...     delayed_steps(lambda theta: theta, np.array(1.0), learning_rate=0.5, delay=1), 4)]
    [0.5, 0.0, -0.25, -0.25]
    """
    if delay < 0:
        raise ValueError(f"a delay is a number of steps, 0 or more, got {delay}")
    theta = np.array(start)
    seen = deque([theta], maxlen=delay + 1)  # the oldest first
    while True:
        theta = theta - learning_rate * gradient_at(seen[0])
        seen.append(theta)
        yield theta


def largest_rate(curvature: float, delay: int) -> float:
    """The learning rate at which descent on a quadratic of this curvature stops converging.

    It is 2 sin(π / (2(2d + 1))) / curvature for a delay of d: 2, 1 and 0.618 … over it for 0, 1, 2.
    At that rate two roots of z^(d+1) − z^d + rate · curvature = 0 lie on the unit circle.

    >>> [round(largest_rate(1.0, delay), 3) for delay in range(4)]
    [2.0, 1.0, 0.618, 0.445]
    """
    if delay < 0:
        raise ValueError(f"a delay is a number of steps, 0 or more, got {delay}")
    return 2 * math.sin(math.pi / (2 * (2 * at_least_one(delay + 1, "delay + 1") - 1))) / curvature

"""Late gradients: the rule itself, and the rate at which it stops converging."""

from itertools import islice

import numpy as np
import pytest

from backproplab.parallel import delayed_steps, largest_rate


@pytest.mark.parametrize("delay", [0, 1, 3])
def test_each_step_takes_the_gradient_of_so_many_steps_ago(delay):
    start = np.array([1.0, -2.0])
    path = [start, *islice(delayed_steps(np.sin, start, learning_rate=0.3, delay=delay), 8)]
    for number in range(8):
        old = path[max(0, number - delay)]
        np.testing.assert_allclose(path[number + 1], path[number] - 0.3 * np.sin(old))
    assert start.tolist() == [1, -2]


@pytest.mark.parametrize("delay", range(6))
def test_the_largest_rate_parts_rest_from_growth(delay):
    for factor, rests in ((0.98, True), (1.02, False)):
        rate = factor * largest_rate(2.0, delay)
        polynomial = np.zeros(delay + 2)
        polynomial[0], polynomial[-1] = 1, 2 * rate
        polynomial[1] -= 1
        assert (abs(np.roots(polynomial)).max() < 1) == rests


def test_a_delay_below_zero_is_refused():
    with pytest.raises(ValueError, match="0 or more, got -1"):
        next(delayed_steps(np.sin, np.ones(1), learning_rate=1.0, delay=-1))
    with pytest.raises(ValueError, match="0 or more, got -1"):
        largest_rate(1.0, -1)

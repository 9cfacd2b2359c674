"""Seconds of passes: each pass is the one it says, on a copy, and repeated until a clock can tell."""

import copy

import numpy as np
import pytest

from backproplab import Dense, Network
from backproplab.costs import pass_times, timing
from backproplab.layers import BatchNorm, Layer


def test_each_number_is_of_its_own_pass(monkeypatch):
    clock = [0.0]

    class Slow(Layer):
        """Takes three seconds forward, five backward, and seven more for the gradient of its input."""

        keeps = {}

        def __init__(self):
            super().__init__(weight=[1.0])

        def forward(self, x):
            clock[0] += 3
            return x * self.weight

        def backward(self, upstream, *, needs_input_gradient=True):
            clock[0] += 12 if needs_input_gradient else 5
            self.weight_gradient = [0]
            return upstream * self.weight

    monkeypatch.setattr(timing.time, "process_time", lambda: clock[0])
    assert pass_times(Network([Slow()]), np.ones((2, 1), np.float32)) == (3, 5, 12)


def test_short_passes_are_repeated(monkeypatch):
    calls = []
    clock = [0.0]

    def run():
        calls.append(1)
        clock[0] += 1e-4

    monkeypatch.setattr(timing.time, "process_time", lambda: clock[0])
    assert timing.seconds(run, 20) == pytest.approx(1e-4)
    assert len(calls) == 20


def test_the_network_stays_as_it_is():
    network = Network([Dense(3, 4), BatchNorm(4)])
    before = copy.deepcopy(network)
    found = pass_times(network, np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32), readings=1)
    assert min(found) > 0
    np.testing.assert_array_equal(network.gradient, before.gradient)
    np.testing.assert_array_equal(network.layers[1].running_mean, before.layers[1].running_mean)
    with pytest.raises(ValueError, match="readings must be a whole number of at least 1, got 0"):
        pass_times(network, np.ones((5, 3), np.float32), readings=0)

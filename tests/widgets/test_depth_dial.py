"""The dial's Python half: sizes that a network gives, words and axes that fit them, a true still half."""

import re

import numpy as np
import pytest
from traitlets import TraitError

from backproplab import Dense, Network, ReLU
from backproplab.widgets import DepthDial
from backproplab.widgets.depth_dial.journeys import DEPTHS, STARTS, WIDTH, journeys, size

CASES = [("tanh", "0.1"), ("tanh", "0.141"), ("tanh", "0.2"), ("sigmoid", "0.4"), ("sigmoid", "1")]


@pytest.fixture(scope="module")
def dial():
    return DepthDial()


@pytest.fixture(scope="module")
def frames(dial):
    cases = dial.cases
    return [
        (name, start, depth, cases["frames"][name][start][str(depth)])
        for name in cases["activations"]
        for start in cases["starts"]
        for depth in cases["depths"]
    ]


def test_the_sizes_are_those_of_a_network_s_own_passes(monkeypatch):
    monkeypatch.setattr("backproplab.widgets.depth_dial.journeys.NETWORKS", 1)
    rng = np.random.default_rng(0)
    layers = [layer for _ in range(5) for layer in (Dense(WIDTH, WIDTH), ReLU())]
    network = Network(layers, dtype=np.float64)
    for dense in network.layers[::2]:
        dense.weights = STARTS["0.2"] * rng.normal(size=(WIDTH, WIDTH))
    rng.normal(size=(DEPTHS[-1] - 5, WIDTH, WIDTH))  # those of the deeper layers
    x, message = rng.normal(size=(10, WIDTH)), rng.normal(size=(10, WIDTH))
    there, back = journeys("ReLU", "0.2")[5]
    assert there[-1] == pytest.approx(size(network.forward(x)), rel=1e-12)
    steps = [size(step.downstream) for step in network.backward_steps(message)][1::2]
    np.testing.assert_allclose(back, [*steps[::-1], size(message)], rtol=1e-12)


def test_he_s_start_keeps_both_level_for_relu_and_half_of_its_variance_does_not():
    level, halved = journeys("ReLU", "0.141")[30], journeys("ReLU", "0.1")[30]
    assert 0.3 < level.message[0] < 3
    assert 0.3 < level.signal[-1] < 3
    assert halved.message[0] == pytest.approx(2**-15 * level.message[0], rel=1e-9)


def test_every_curve_lies_within_its_axis_and_1_is_always_on_it(frames):
    for *case, frame in frames:
        powers = [*frame["signal"], *frame["message"]]
        assert frame["low"] <= min(powers), case
        assert max(powers) <= frame["high"], case
        assert 0 in frame["ticks"], case
        assert 3 <= len(frame["ticks"]) <= 7, case


def test_a_message_begins_with_1_at_the_last_layer_and_a_signal_near_1_at_the_input(frames):
    for *case, depth, frame in frames:
        assert len(frame["signal"]) == len(frame["message"]) == depth + 1, case
        assert 10 ** frame["signal"][0] == pytest.approx(1, abs=0.05), case
        assert 10 ** frame["message"][-1] == pytest.approx(1, abs=0.05), case


def test_the_factor_that_is_told_makes_the_size_that_is_told(frames):
    for name, start, depth, frame in frames:
        assert frame["words"].startswith(f"{name}, s = {start}, {depth} layers.")
        text = frame["words"].replace("−", "-").replace(",", "")
        arrived, each = map(float, re.search(r"and (\S+) back at .* factor of (\S+) for", text).groups())
        assert depth * np.log10(each) == pytest.approx(np.log10(arrived), abs=0.02 + 0.003 * depth)


def test_only_cases_that_were_computed_can_be_chosen(dial):
    for wrong in ({"depth": 31}, {"start": "0.3"}, {"activation": "GELU"}):
        with pytest.raises(TraitError):
            dial.set_trait(*next(iter(wrong.items())))


def test_the_still_half_shows_every_start_and_where_each_signal_and_message_arrives():
    dial = DepthDial()
    dial.activation, dial.depth = "tanh", 10
    html, plain = dial.static()
    assert plain.startswith("tanh, 10 layers. Sizes over 10 layers")
    assert all(f"s = {start}: the signal" in plain for start in STARTS)
    rows = {line[:16].strip(): line[16:].split() for line in plain.splitlines() if ", " in line[:16]}
    assert rows["ReLU, message"][1] == "0.03"  # 2⁻⁵ of He's 1
    assert float(rows["tanh, signal"][3]) < 1 < float(rows["tanh, message"][3])
    assert len(re.findall("<td>[^<]", html)) == len(STARTS) * 3 * 2
    assert '<img alt="tanh, 10 layers.' in html


def test_what_lesson_13_says_of_turning_it():
    arrives = {(name, start): journeys(name, start)[30].message[0] for name, start in CASES}
    assert arrives["tanh", "0.1"] < 1 < arrives["tanh", "0.141"]  # level a little above 0.1
    assert journeys("tanh", "0.2")[30].signal.max() < 1.1
    assert arrives["tanh", "0.2"] > 50
    assert arrives["sigmoid", "0.4"] < 1e-5
    assert 0.2 < arrives["sigmoid", "1"] < 2

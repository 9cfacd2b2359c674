"""Sweeps and their recorded figures: read as written, and each fact of the lesson is in them."""

import math
import platform

import numpy as np
import pytest

from backproplab import Dense, ReLU
from backproplab.costs import (
    MemoryUse,
    PassTimes,
    load_costs,
    memory_over_blocks,
    record,
    sweeps,
    times_over_batches,
    times_over_weights,
)
from backproplab.costs.sweeps import BATCHES, BLOCKS, HIDDEN, BlockMemory, TimedPass


@pytest.fixture
def instant(monkeypatch):
    """Sweeps that measure nothing, and answer what their networks and batches are."""
    seen = []

    def times(network, x):
        seen.append((network, x.shape))
        return PassTimes(0.00123456, network.size * 1e-6, 3.0)

    monkeypatch.setattr(sweeps, "pass_times", times)
    return seen


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, "BLAS on all of them"),
        ({"OMP_NUM_THREADS": "3"}, "BLAS on 3 of them"),
        ({"OMP_NUM_THREADS": "3", "GOTO_NUM_THREADS": "2"}, "BLAS on 2 of them"),
        ({"OMP_NUM_THREADS": "3", "OPENBLAS_NUM_THREADS": "1"}, "BLAS on 1 of them"),
    ],
)
def test_the_cores_are_those_that_any_variable_leaves_to_blas(variables, says, monkeypatch):
    for name in record.THREADS:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert says in record.machine()


def test_each_sweep_times_the_network_that_it_names(instant):
    points = times_over_weights((16, 32), batch=9) + times_over_batches((1, 5), widths=(7, 6, 2))
    widths = [(784, 16, 10), (784, 32, 10), (7, 6, 2), (7, 6, 2)]
    for point, (network, shape), (inputs, units, outputs), batch in zip(
        points, instant, widths, (9, 9, 1, 5), strict=True
    ):
        kinds = [type(layer) for layer in network.layers]
        assert kinds == [Dense, ReLU, Dense]
        assert (point.weights, point.batch) == (network.size, batch)
        assert network.size == (inputs + 1) * units + (units + 1) * outputs
        assert shape == (batch, inputs)


def test_what_is_recorded_is_read_again(instant, monkeypatch, tmp_path):
    memory = [BlockMemory(0, MemoryUse(9, 10)), BlockMemory(8, MemoryUse(3, 5))]
    monkeypatch.setattr(record, "memory_over_blocks", lambda: memory)
    monkeypatch.setattr(record, "machine", lambda: "a machine")
    monkeypatch.setattr(record, "FILE", tmp_path / "recorded.json")
    monkeypatch.setattr(record, "files", lambda package: tmp_path)
    lines = list(record.rebuild())
    assert len(lines) == len(HIDDEN) + len(BATCHES) + 2
    found = load_costs.__wrapped__()
    assert found.machine == "a machine"
    assert found.blocks == tuple(memory)
    size = 785 * 16 + 17 * 10
    assert found.weights[0] == TimedPass(size, 64, PassTimes(0.00123, 0.0127, 3.0))
    assert [point.batch for point in found.batches] == list(BATCHES)


def test_a_machine_is_told_by_its_kind_and_not_by_name(monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: "somebodys-machine")
    monkeypatch.setattr(record.os, "getloadavg", lambda: (9.0, 0.0, 0.0), raising=False)
    monkeypatch.setattr(record.os, "cpu_count", lambda: 4)
    told = record.machine()
    assert told.endswith("busy with other work too")
    monkeypatch.setattr(record.os, "getloadavg", lambda: (1.9, 0.0, 0.0))
    assert "busy" not in record.machine()
    assert f"Python {platform.python_version()}" in told
    assert f"numpy {np.__version__}" in told
    assert "somebody" not in told


class TestTheFigures:
    def test_all_points_are_there(self):
        found = load_costs()
        assert [point.batch for point in found.batches] == list(BATCHES)
        assert [point.weights for point in found.weights] == [785 * h + (h + 1) * 10 for h in HIDDEN]
        assert [size for size, _ in found.blocks] == [0, *BLOCKS]
        assert all(min(point.times) > 0 for point in (*found.weights, *found.batches))

    def test_memory_comes_out_again(self):
        again = memory_over_blocks((0, 8))
        there = dict(load_costs().blocks)
        for size, use in again:
            np.testing.assert_allclose(use, there[size], rtol=0.05)

    def test_the_least_memory_is_at_the_root_of_the_layers(self):
        peaks = {size: use.peak for size, use in load_costs().blocks}
        assert min(peaks, key=peaks.get) == math.isqrt(sweeps.LAYERS)


def test_what_lesson_16_says_of_the_recorded_times_is_so():
    """Its prose quotes them: whoever records anew reads it again, in the cells after its two time sweeps."""
    sweep = load_costs().weights
    small, large = (point.times.forward + point.times.backward for point in (sweep[0], sweep[-1]))
    assert round(large / small) == 32  # "32 times"
    assert all(point.times.backward < point.times.forward for point in sweep)  # "lies below forward"
    times = {point.batch: point.times for point in load_costs().batches}
    ratios = {
        batch: (round(each.backward / each.forward, 1), round(each.backward_to_inputs / each.forward, 1))
        for batch, each in times.items()
    }
    many = [pair for batch, pair in ratios.items() if batch >= 8]
    assert [(min(column), max(column)) for column in zip(*many, strict=True)] == [(0.9, 1.1), (1.8, 2.3)]
    factors = [factor for pair in ratios.values() for factor in pair]
    factors += [round(point.times.backward / point.times.forward, 1) for point in sweep]
    assert (min(factors), max(factors)) == (0.7, 5.6)  # "anything from 0.7 to 5.6"
    assert times[1].backward > 1.2 * times[2].backward  # "longer for one example than for two"
    to_inputs = {batch: each.backward_to_inputs - each.backward for batch, each in times.items()}
    for few in (2, 4):  # "nearly as long as for 8"
        assert 0.8 < to_inputs[few] / to_inputs[8] < 1
    assert round(times[1024].forward / times[1].forward) == 117  # "about 117 times"

"""The Recorder: it keeps what was asked, at the steps asked, and says beforehand what that takes."""

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, SoftmaxCrossEntropy, Tanh, fit
from backproplab.training import BatchLoss, GradientMaps, GradientNorms, Recorder
from backproplab.training.recorder import Measurement, size


@pytest.mark.parametrize(
    ("at", "total", "steps"),
    [
        (1, 4, [1, 2, 3, 4]),
        (3, 10, [1, 3, 6, 9]),
        (20, 10, [1]),
        ((5, 2, 5, 50), 10, [2, 5]),
    ],
)
def test_steps_asked_for(at, total, steps):
    assert Measurement(at).steps(total) == steps


def network():
    return Network([Dense(3, 4), Tanh(), Dense(4, 2)], dtype=np.float64)


def test_memory_is_stated_to_the_byte_before_the_start(capsys):
    recorder = Recorder(
        norms=GradientNorms(at=2), maps=GradientMaps("dense1.weights", units=[0, 3], at=[1, 4])
    )
    text = recorder.start(network(), steps=5)
    assert text == "recording norms 3 times, maps 2 times: 184 bytes"
    series = (3 * 2 + 2 * 2 * 3) * 8  # float64 values
    assert recorder.nbytes == series + (3 + 2) * 8  # and the steps

    rng = np.random.default_rng(0)
    fit(
        network(),
        SoftmaxCrossEntropy(),
        rng.normal(size=(10, 3)),
        rng.integers(2, size=10),
        optimizer=SGD(0.1),
        epochs=1,
        batch_size=2,
        recorder=recorder,
        progress=lambda *_: print("a step"),
    )
    assert capsys.readouterr().out.splitlines() == [text] + ["a step"] * 5
    assert recorder.nbytes == series + (3 + 2) * 8


def test_a_recorder_starts_afresh_with_each_run():
    recorder = Recorder(loss=BatchLoss())
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(6, 3)), rng.integers(2, size=6)
    runs = [
        fit(
            network(),
            SoftmaxCrossEntropy(),
            x,
            labels,
            optimizer=SGD(0.1),
            epochs=epochs,
            batch_size=2,
            recorder=recorder,
        )
        for epochs in (2, 1)
    ]
    assert [len(run.records["loss"].values) for run in runs] == [6, 3]
    np.testing.assert_array_equal(runs[0].records["loss"].values[:3], runs[1].records["loss"].values)


@pytest.mark.parametrize(("count", "words"), [(999, "999 bytes"), (1500, "1.5 kB"), (40_000_000, "40.0 MB")])
def test_memory_is_said_in_words(count, words):
    assert size(count) == words


def test_steps_may_be_a_numpy_integer():
    assert Measurement(np.int64(3)).steps(6) == [1, 3, 6]


def test_steps_may_come_from_an_iterator():
    measurement = BatchLoss(at=(step for step in (1, 10, 100)))
    assert measurement.steps(50) == measurement.steps(99) == [1, 10]


def trained(**measurements):
    rng = np.random.default_rng(0)
    return fit(
        network(),
        SoftmaxCrossEntropy(),
        rng.normal(size=(6, 3)),
        rng.integers(2, size=6),
        optimizer=SGD(0.1),
        epochs=1,
        batch_size=2,
        recorder=Recorder(**measurements),
    )


def test_a_measurement_of_your_own_needs_no_more_than_measure():
    class LargestWeight(Measurement):
        def measure(self, moment):
            return np.abs(moment.network.parameters).max()

    series = trained(largest=LargestWeight()).records["largest"]
    assert series.values.shape == (3,)
    assert series.labels == ()
    assert (series.values > 0).all()


def test_a_measurement_of_another_shape_than_it_said_is_not_stretched_to_fit():
    class Each(Measurement):
        def labels(self, network):
            return ("a", "b", "c")

        def measure(self, moment):
            return 1.0

    with pytest.raises(ValueError, match=r"each measured something of shape \(\), .* room for \(3,\)"):
        trained(each=Each())


def test_a_recorder_that_was_in_no_run_yet_has_nothing():
    recorder = Recorder(loss=BatchLoss())
    assert recorder.finish() == {}
    assert recorder.nbytes == 0


class TestBadInput:
    @pytest.mark.parametrize("at", [0, -3, [], [0, 5], 2.5, [1.5], "10", np.geomspace(1, 100, 3), None])
    def test_steps_count_from_one(self, at):
        with pytest.raises(ValueError, match="steps count from 1, in whole numbers, got at="):
            BatchLoss(at=at)

    def test_something_else_than_a_measurement(self):
        with pytest.raises(TypeError, match="loss should be a measurement"):
            Recorder(loss=True)

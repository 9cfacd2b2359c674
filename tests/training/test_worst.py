"""The worst examples of a batch are those of the step's own forward pass, whatever else is measured there."""

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, Sigmoid, SoftmaxCrossEntropy, SquaredError, fit
from backproplab.training import BatchLoss, GradientNoise, Measurement, Recorder, WorstExamples

RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(22, 3)), RNG.integers(4, size=22)


class Outputs(Measurement):
    """What the network makes of all examples, at the weights that the step starts from."""

    def shape(self, network):
        return (len(X), 4)

    def measure(self, moment):
        return moment.network.predict(moment.x)


def run(dtype=np.float64, **measurements):
    network = Network([Dense(3, 5), Sigmoid(), Dense(5, 4)], seed=0, dtype=dtype)
    given = {"optimizer": SGD(2.0), "epochs": 3, "batch_size": 8, "recorder": Recorder(**measurements)}
    return fit(network, SoftmaxCrossEntropy(), X.astype(dtype), LABELS, **given).records


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_over_a_whole_batch_they_average_to_the_loss_of_the_step(dtype):
    # The noise is measured first, and sends other batches through the network and the loss.
    found = run(dtype, noise=GradientNoise(batches=2), worst=WorstExamples(8), loss=BatchLoss())
    losses = found["worst"].values[:, 4]
    near = 1e-12 if dtype is np.float64 else 1e-5
    np.testing.assert_allclose(np.nanmean(losses, axis=1), found["loss"].values, rtol=near)
    assert (np.diff(losses)[~np.isnan(np.diff(losses))] <= 0).all()


def test_row_label_reading_and_probability_are_those_of_the_network_at_that_step():
    found = run(outputs=Outputs(), worst=WorstExamples(3))
    for outputs, (rows, labels, read, p, loss) in zip(
        found["outputs"].values, found["worst"].values, strict=True
    ):
        rows = rows.astype(int)
        assert labels.tolist() == LABELS[rows].tolist()
        assert read.tolist() == outputs[rows].argmax(axis=1).tolist()
        softmax = np.exp(outputs[rows]) / np.exp(outputs[rows]).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(p, softmax.max(axis=1), rtol=1e-12)
        np.testing.assert_allclose(loss, -np.log(softmax[range(3), LABELS[rows]]), rtol=1e-10)


def test_a_smaller_batch_leaves_places_empty():
    last_of_an_epoch = run(worst=WorstExamples(8, at=[3]))["worst"].values[0]
    assert np.isnan(last_of_an_epoch).sum(axis=1).tolist() == [2] * 5  # 22 = 8 + 8 + 6


def test_a_loss_without_probabilities_is_refused():
    network = Network([Dense(3, 4)], seed=0, dtype=np.float64)
    recorder = Recorder(worst=WorstExamples())
    with pytest.raises(ValueError, match=r"train with SoftmaxCrossEntropy\(\) .* not SquaredError"):
        fit(
            network,
            SquaredError(),
            X,
            np.eye(4)[LABELS],
            optimizer=SGD(0.1),
            epochs=1,
            batch_size=8,
            recorder=recorder,
        )


def test_a_count_below_one_is_refused():
    with pytest.raises(ValueError, match="count must be a whole number of at least 1, got 0"):
        WorstExamples(0)

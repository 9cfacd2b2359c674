"""Measurements: each is what it says, at the weights that a step starts from."""

import numpy as np
import pytest

from backproplab import (
    SGD,
    Accuracy,
    BatchLoss,
    Dense,
    Flatten,
    GradientMaps,
    GradientNoise,
    GradientNorms,
    Gradients,
    Network,
    Recorder,
    SoftmaxCrossEntropy,
    SquaredError,
    Tanh,
    WeightMaps,
    Weights,
    accuracy,
    fit,
)

RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(24, 3)), RNG.integers(2, size=24)


def network(seed=0):
    return Network([Flatten(), Dense(3, 4), Tanh(), Dense(4, 2)], seed=seed, dtype=np.float64)


def run(epochs=2, batch_size=24, rate=0.5, **measurements):
    subject = network()
    return subject, fit(
        subject,
        SoftmaxCrossEntropy(),
        X,
        LABELS,
        optimizer=SGD(rate),
        epochs=epochs,
        batch_size=batch_size,
        recorder=Recorder(**measurements),
    )


def test_loss_norms_traces_and_maps_are_those_before_the_update():
    entries = [(0, 1), (2, 3)]
    _, history = run(
        loss=BatchLoss(),
        norms=GradientNorms(),
        weights=Weights("dense1.weights", entries),
        gradients=Gradients("dense1.weights", entries),
        weight_maps=WeightMaps("dense1.weights", units=[3, 0]),
        gradient_maps=GradientMaps("dense1.weights", units=[3, 0]),
        accuracy=Accuracy(),
    )
    reference, loss = network(), SoftmaxCrossEntropy()
    for step in range(2):
        value = reference.loss_and_gradient(loss, X, LABELS)  # the whole batch: its order does not matter
        view, gradient = (
            reference.parameter_views["dense1.weights"],
            reference.gradient_views["dense1.weights"],
        )
        at = {name: series.values[step] for name, series in history.records.items()}
        assert at["loss"] == pytest.approx(value)
        np.testing.assert_allclose(at["weights"], [view[0, 1], view[2, 3]])
        np.testing.assert_allclose(at["gradients"], [gradient[0, 1], gradient[2, 3]])
        np.testing.assert_allclose(at["weight_maps"], view[:, [3, 0]].T)
        np.testing.assert_allclose(at["gradient_maps"], gradient[:, [3, 0]].T)
        np.testing.assert_allclose(
            at["norms"], [np.linalg.norm(reference.gradient[:16]), np.linalg.norm(reference.gradient[16:])]
        )
        assert at["accuracy"] == pytest.approx(accuracy(reference, loss, X, LABELS))
        reference.parameters -= 0.5 * reference.gradient
    labels = {name: series.labels for name, series in history.records.items()}
    assert labels["norms"] == ("dense1", "dense2")
    assert labels["weights"] == labels["gradients"] == ("dense1.weights[0, 1]", "dense1.weights[2, 3]")
    assert labels["weight_maps"] == labels["gradient_maps"] == ("unit 3", "unit 0")
    assert labels["loss"] == ()


def test_measuring_does_not_change_the_training():
    measured, _ = run(
        batch_size=5, noise=GradientNoise(batches=3), accuracy=Accuracy(X, LABELS), loss=BatchLoss()
    )
    plain, _ = run(batch_size=5)
    np.testing.assert_array_equal(measured.parameters, plain.parameters)


def test_noise_of_single_examples_has_its_textbook_size():
    # A rate of 0 keeps the weights where they are; batches of 1 make the spread that of single examples.
    subject, history = run(epochs=1, batch_size=1, rate=0.0, noise=GradientNoise(batches=20_000, at=[1]))
    gradients = []
    for i in range(24):
        subject.loss_and_gradient(SoftmaxCrossEntropy(), X[i : i + 1], LABELS[i : i + 1])
        gradients.append(subject.gradient.copy())
    mean, spread = np.mean(gradients, axis=0), np.std(gradients, axis=0)
    expected = [
        [np.linalg.norm(part[layer]) for part in (mean, spread)] for layer in (slice(16), slice(16, None))
    ]
    np.testing.assert_allclose(history.records["noise"].values[0], expected, rtol=0.05)


def test_noise_falls_with_the_batch_as_sampling_says():
    noise = {}
    for size in (1, 16):
        _, history = run(epochs=1, batch_size=size, rate=0.0, noise=GradientNoise(batches=3000, at=[1]))
        noise[size] = history.records["noise"].values[0, :, 1]
    # √16, but 16 of 24 rows drawn without putting back leave less to chance: √((24 − 16) / (24 − 1)).
    np.testing.assert_allclose(noise[1] / noise[16], 4 / np.sqrt(8 / 23), rtol=0.05)


def test_accuracy_counts_right_answers():
    subject = Network([Dense(1, 1)], dtype=np.float64)
    subject.parameters[:] = [1.0, 0.0]
    x = np.array([[0.2], [0.4], [0.6], [0.9]])
    assert accuracy(subject, SquaredError(), x, [[0], [1], [1], [1]]) == 0.75
    network = Network([Dense(1, 2)], dtype=np.float64)
    network.parameters = [-1.0, 1.0, 0.5, 0.0]  # class 1 from x = ¼ on
    assert accuracy(network, SoftmaxCrossEntropy(), x, [0, 0, 1, 1]) == 0.75


def test_noise_is_the_same_whenever_it_is_measured_with_one_seed():
    noise = GradientNoise(batches=4, at=[3])
    values = [run(batch_size=10, noise=noise)[1].records["noise"].values for _ in range(2)]
    np.testing.assert_array_equal(*values)


def test_the_whole_data_set_as_a_batch_has_no_noise():
    _, history = run(epochs=1, noise=GradientNoise(batches=3))
    np.testing.assert_allclose(history.records["noise"].values[0, :, 1], 0, atol=1e-8)


def test_noise_at_the_partial_last_batch_is_that_of_whole_batches():
    _, history = run(epochs=1, batch_size=20, rate=0.0, noise=GradientNoise(batches=2000, at=[1, 2]))
    whole, partial = history.records["noise"].values[:, :, 1]
    np.testing.assert_allclose(whole, partial, rtol=0.1)


def test_one_entry_or_unit_may_come_without_brackets():
    _, history = run(epochs=1, bias=Weights("dense1.bias", [0]), unit=GradientMaps("dense1.weights", units=3))
    assert history.records["bias"].labels == ("dense1.bias[0]",)
    assert history.records["unit"].labels == ("unit 3",)


class TestBadInput:
    def test_accuracy_needs_a_label_for_each_row(self):
        with pytest.raises(ValueError, match="2 class labels"):
            accuracy(network(), SoftmaxCrossEntropy(), X[:2], [0])

    @pytest.mark.parametrize(
        ("measurement", "says"),
        [
            (Weights("dense3.weights", [(0, 0)]), "no 'dense3.weights'; it has dense1.weights, dense1.bias"),
            (Weights("dense1.weights", [(3, 0)]), r"shape \(3, 4\): there is no entry \[3, 0\]"),
            (Weights("dense1.weights", [(0,)]), "there is no entry"),
            (GradientMaps("dense1.weights", units=[4]), r"no map for each of the units \[4\]"),
            (GradientMaps("dense1.bias", units=[0]), "no map"),
        ],
    )
    def test_what_the_network_does_not_have_is_said_before_training(self, measurement, says):
        with pytest.raises(ValueError, match=says):
            run(it=measurement)

    def test_accuracy_takes_both_or_neither(self):
        with pytest.raises(ValueError, match="together"):
            Accuracy(X)

    def test_noise_needs_two_batches(self):
        with pytest.raises(ValueError, match="at least 2 batches, got 1"):
            GradientNoise(batches=1)

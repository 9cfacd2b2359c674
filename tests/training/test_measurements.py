"""Measurements: each is what it says, at the weights that a step starts from."""

import math

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, Sigmoid, SoftmaxCrossEntropy, SquaredError, Tanh, fit
from backproplab.layers import BatchNorm, Flatten, Layer
from backproplab.norms import norm
from backproplab.training import (
    Accuracy,
    BatchLoss,
    GradientMaps,
    GradientNoise,
    GradientNorms,
    Gradients,
    Moment,
    Recorder,
    WeightMaps,
    Weights,
    accuracy,
)
from backproplab.training.measurements import layer_norms

RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(24, 3)), RNG.integers(2, size=24)
TARGETS = RNG.normal(3.0, 1.0, size=(40, 1))


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


class Masks(Layer):
    """Silences half of the units, drawn from a generator of its own."""

    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(0)

    def forward(self, x):
        self.open = self.rng.random(x.shape) < 0.5
        return x * self.open

    def backward(self, upstream):
        return upstream * self.open

    def predict(self, x):
        return x / 2


@pytest.mark.parametrize("made", [lambda: BatchNorm(4), Masks])
def test_measuring_moves_no_running_mean_and_draws_from_no_generator(made):
    def trained(**measurements):
        subject = Network([Dense(3, 4), made(), Dense(4, 2)], dtype=np.float64)
        recorder = Recorder(**measurements) if measurements else None
        fit(
            subject,
            SoftmaxCrossEntropy(),
            X,
            LABELS,
            optimizer=SGD(0.1),
            epochs=2,
            batch_size=6,
            recorder=recorder,
        )
        return subject.parameters, subject.predict(X)

    for alone, beside in zip(trained(), trained(noise=GradientNoise(batches=3)), strict=True):
        np.testing.assert_array_equal(alone, beside)


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


def test_a_network_whose_numbers_broke_answers_nothing_rightly():
    subject = network()
    subject.parameters[:] = np.nan
    assert accuracy(subject, SoftmaxCrossEntropy(), X, np.zeros(24, int)) == 0


def test_each_time_of_a_sequence_is_an_answer_of_its_own():
    class Times(SquaredError):
        """Right is what lies on the same side of ½, at each time."""

        def right(self, outputs, targets):
            return np.equal(outputs > 0.5, targets > 0.5)  # (batch, time)

    subject = Network([Dense(3, 3, initial="zeros")], dtype=np.float64)  # answers 0 three times
    subject.parameter_views["dense1.bias"][:] = [1, 0, 0]
    targets = [[1, 0, 1], [0, 0, 1]]
    assert accuracy(subject, Times(), X[:2], targets) == 3 / 6
    history = fit(
        subject,
        Times(),
        X[:2],
        targets,
        optimizer=SGD(0.0),
        epochs=1,
        batch_size=2,
        validation=(X[:2], targets),
        recorder=Recorder(share=Accuracy()),
    )
    assert history.records["share"].values[0] == history.validation_accuracy[0] == 3 / 6


def test_accuracy_of_the_batch_takes_targets_that_are_encoded_already():
    class Encoding(SquaredError):
        """Encoded targets have a column more than those that come in."""

        def encode(self, targets, shape, dtype):
            encoded = super().encode(targets, shape, dtype)
            return np.column_stack([encoded, np.ones(len(encoded))])

        def compute(self, outputs, targets):
            return super().compute(outputs, targets[:, :1])

        def right(self, outputs, targets):
            return super().right(outputs, targets[:, :1])

    subject = Network([Dense(3, 1, initial="zeros")], dtype=np.float64)
    targets = [[0.0], [0.0], [0.0], [1.0]]
    history = fit(
        subject,
        Encoding(),
        X[:4],
        targets,
        optimizer=SGD(0.0),
        epochs=1,
        batch_size=4,
        recorder=Recorder(share=Accuracy()),
    )
    assert history.records["share"].values.tolist() == [0.75]


class TestNumbersThatFloat32CannotSquare:
    def test_norms_of_15_sigmoid_layers_do_not_vanish(self):
        layers = [layer for _ in range(15) for layer in (Dense(8, 8, initial="small normal"), Sigmoid())]
        subject = Network([*layers, Dense(8, 2)], seed=0)
        x, labels = RNG.normal(size=(16, 8)).astype(np.float32), np.arange(16) % 2
        history = fit(
            subject,
            SoftmaxCrossEntropy(),
            x,
            labels,
            optimizer=SGD(0.0),
            epochs=1,
            batch_size=16,
            seed=0,
            recorder=Recorder(norms=GradientNorms()),
        )
        series = history.records["norms"]
        assert series.values.dtype == np.float64
        parts = np.split(subject.gradient, np.cumsum([72] * 15))
        exact = [math.hypot(*part.astype(np.float64).tolist()) for part in parts]
        np.testing.assert_allclose(series.values[0], exact, rtol=1e-14)
        first = series.values[0, 0]
        assert 0 < first < 1e-30  # and its square is 0 in float32
        assert np.float32(first) ** 2 == 0

    def test_norms_of_a_large_gradient_are_not_infinite(self):
        subject = Network([Dense(1, 2)])
        gradient = np.array([3e25, 4e25, 0, 0], np.float32)
        np.testing.assert_allclose(layer_norms(subject, gradient), [5e25], rtol=1e-7)

    @pytest.mark.parametrize("scale", [5e-324, 1e-310, 1e-200, 1e-160, 1.0, 1e150, 1e200, 1e307])
    def test_a_norm_in_float64_needs_no_square_that_vanishes_or_overflows(self, scale):
        numbers = np.array([3.0, -4.0, 12.0, 0.0]) * scale
        assert norm(numbers) == pytest.approx(math.hypot(*numbers), rel=1e-15, abs=0)

    def test_a_norm_is_0_only_for_zeros_and_says_what_is_broken(self):
        assert norm(np.zeros(3)) == norm(np.zeros(0)) == 0
        assert norm(np.array([1.0, -np.inf])) == np.inf
        assert math.isnan(norm(np.array([1.0, np.nan, np.inf])))

    def test_a_norm_of_many_float32_numbers_has_the_digits_of_float64(self):
        assert norm(np.full(3_000_001, 0.1, np.float32)) == pytest.approx(
            float(np.float32(0.1)) * math.sqrt(3_000_001), rel=1e-10
        )

    @pytest.mark.parametrize("scale", [1e-200, 1e-30, 1e30, 1e200])
    def test_noise_scales_as_the_gradients_do(self, scale):
        plain, scaled = (self.noise(targets=TARGETS * factor) for factor in (1.0, scale))
        np.testing.assert_allclose(scaled / scale, plain, rtol=1e-9)
        assert (plain > 0).all()

    def test_noise_far_smaller_than_the_gradient_keeps_its_digits(self):
        spread = TARGETS.std()
        found = self.noise(targets=1e9 + TARGETS, batches=5000)
        assert found[0, 0] == pytest.approx(math.sqrt(2) * 1e9, rel=1e-6)  # weight and bias alike
        assert found[0, 1] == pytest.approx(math.sqrt(2) * spread, rel=0.05)

    def noise(self, *, targets, batches=500):
        """Of single examples, whose gradient is −t for the weight and for the bias."""
        subject = Network([Dense(1, 1, initial="zeros")], dtype=np.float64)
        loss, x = SquaredError(), np.ones((len(targets), 1))
        with np.errstate(over="ignore"):
            value = subject.training_pass(loss, x[:1], targets[:1])
            moment = Moment(subject, loss, x, targets, np.array([0]), 1, value, step=1)
            return GradientNoise(batches=batches).measure(moment)


class TestKept:
    def test_what_is_computed_is_kept_in_float64_and_copies_in_the_networks_dtype(self):
        subject = Network([Dense(3, 2)])
        history = fit(
            subject,
            SoftmaxCrossEntropy(),
            X.astype(np.float32),
            LABELS,
            optimizer=SGD(0.1),
            epochs=1,
            batch_size=8,
            recorder=Recorder(
                loss=BatchLoss(),
                share=Accuracy(),
                norms=GradientNorms(),
                noise=GradientNoise(batches=2),
                weights=Weights("dense1.weights", [(0, 0)]),
                gradients=Gradients("dense1.weights", [(0, 0)]),
                weight_maps=WeightMaps("dense1.weights", units=[0]),
                gradient_maps=GradientMaps("dense1.weights", units=[0]),
            ),
        )
        kinds = {name: series.values.dtype.name for name, series in history.records.items()}
        computed = dict.fromkeys(["loss", "share", "norms", "noise"], "float64")
        assert kinds == computed | dict.fromkeys(
            ["weights", "gradients", "weight_maps", "gradient_maps"], "float32"
        )
        assert history.records["share"].values[0] in [count / 8 for count in range(9)]


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
            (Weights("dense1.bias", [0.5]), r"there is no entry \[0.5\]"),
            (WeightMaps("dense1.weights", units=[1.5]), r"no map for each of the units \[1.5\]"),
            (Accuracy(X[:, :2], LABELS), "expected 3 input features"),
        ],
    )
    def test_what_the_network_does_not_have_is_said_before_training(self, measurement, says, capsys):
        with pytest.raises(ValueError, match=says):
            run(it=measurement)
        assert capsys.readouterr().out == ""  # not even the plan was made

    def test_accuracy_takes_both_or_neither(self):
        with pytest.raises(ValueError, match="together"):
            Accuracy(X)

    def test_accuracy_takes_as_many_of_one_as_of_the_other(self):
        with pytest.raises(ValueError, match="24 inputs, but 3 labels; each input needs one"):
            Accuracy(X, LABELS[:3])

    def test_a_trace_needs_an_entry(self):
        with pytest.raises(ValueError, match=r"no entry of dense1\.weights to trace"):
            Weights("dense1.weights", [])

    def test_noise_needs_two_batches(self):
        with pytest.raises(ValueError, match="at least 2 batches, got 1"):
            GradientNoise(batches=1)
        with pytest.raises(ValueError, match=r"at least 2 batches, got 2.5"):
            GradientNoise(batches=2.5)

    def test_noise_needs_a_seed(self):
        with pytest.raises(ValueError, match="seed must be a whole number of at least 0, got 'a'"):
            GradientNoise(seed="a")

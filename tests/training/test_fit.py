"""Training: batches, validation, stopping with the history kept, and what bad input is told."""

import warnings

import numpy as np
import pytest

from backproplab import (
    SGD,
    BinaryCrossEntropy,
    Dense,
    Network,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    SquaredError,
    Tanh,
    fit,
)
from backproplab.display import progress_bar
from backproplab.layers import Flatten, Layer
from backproplab.optimizers import Adam
from backproplab.targets import Masked
from backproplab.training import (
    BatchLoss,
    GradientNoise,
    GradientNorms,
    Recorder,
    TrainingStopped,
    steps,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(25, 3)).astype(np.float32)
LABELS = (X.sum(axis=1) > 0).astype(int)


def network(dtype=np.float32):
    return Network([Dense(3, 8), Tanh(), Dense(8, 2)], dtype=dtype)


def train(subject=None, loss=None, x=X, targets=LABELS, **options):
    settings = {"optimizer": SGD(0.1), "epochs": 1, "batch_size": 10} | options
    return fit(subject or network(), loss or SoftmaxCrossEntropy(), x, targets, **settings)


class Batches(SoftmaxCrossEntropy):
    """A loss that remembers the batches it was given."""

    def __init__(self, reduction="mean"):
        super().__init__(reduction)
        self.sizes, self.values = [], []

    def compute(self, outputs, targets):
        value = super().compute(outputs, targets)
        self.sizes.append(len(targets))
        self.values.append(value)
        return value


def test_the_last_batch_may_be_smaller():
    loss = Batches()
    history = train(loss=loss, epochs=2)
    assert loss.sizes == [10, 10, 5, 10, 10, 5]
    assert history.steps == 6


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_epoch_loss_weighs_each_example_alike(reduction):
    loss = Batches(reduction)
    history = train(loss=loss, optimizer=SGD(0.0))
    whole = SoftmaxCrossEntropy(reduction)
    subject = network()
    assert history.epoch_loss[0] == pytest.approx(whole.forward(subject.predict(X), LABELS), rel=1e-6)


def test_epoch_loss_weighs_each_prediction_alike_where_a_loss_counts_some_only():
    class Some(SquaredError):
        """The mean over the rows whose target is not nan."""

        def encode(self, targets, shape, dtype):
            return np.asarray(targets, dtype)

        def compute(self, outputs, targets):
            counts = ~np.isnan(targets)
            self.counted = int(counts.sum())
            self.error = np.where(counts, outputs - targets, 0)
            return float(np.square(self.error).sum() / max(self.counted, 1))

        def backward(self):
            return self.error

    targets = np.arange(10.0)[:, np.newaxis]
    targets[[1, 2, 3, 7]] = np.nan
    history = fit(
        Network([Dense(1, 1, initial="zeros")], dtype=np.float64),
        Some(),
        np.ones((10, 1)),
        targets,
        optimizer=SGD(0.0),
        epochs=1,
        batch_size=3,
        recorder=Recorder(noise=GradientNoise(batches=2)),  # passes of its own, over other rows
    )
    assert history.epoch_loss[0] == pytest.approx(np.nanmean(targets**2))


def test_an_epoch_sees_each_example_once():
    subject = Network([Dense(1, 1, initial="zeros")], dtype=np.float64)
    x = np.ones((10, 1))
    targets = np.arange(10.0)[:, np.newaxis]
    fit(subject, SquaredError("sum"), x, targets, optimizer=SGD(1e-12), epochs=1, batch_size=3)
    # With a tiny rate each example adds rate · target to weight and bias: in all, rate · (0 + … + 9).
    np.testing.assert_allclose(subject.parameters, 45e-12, rtol=1e-9)


def test_fit_is_the_plain_loop_to_the_bit():
    subject, plain = network(), network()
    train(subject, epochs=3, seed=5)
    rng, loss = np.random.default_rng(5), SoftmaxCrossEntropy()
    for _ in range(3):
        order = rng.permutation(25)
        for start in range(0, 25, 10):
            rows = order[start : start + 10]
            plain.loss_and_gradient(loss, X[rows], LABELS[rows])
            plain.parameters -= np.float32(0.1) * plain.gradient
    np.testing.assert_array_equal(subject.parameters, plain.parameters)


def test_seeds_decide_the_order():
    runs = []
    for seed in (0, 0, 1):
        subject = network()
        train(subject, seed=seed)
        runs.append(subject.parameters.copy())
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()


def test_it_learns_and_validation_says_so():
    history = train(epochs=60, optimizer=Adam(0.02), validation=(X, LABELS))
    assert history.epoch_loss[-1] < 0.3 * history.epoch_loss[0]
    assert history.validation_accuracy[-1] == 1.0
    assert len(history.validation_loss) == len(history.validation_accuracy) == 60
    assert history.stopped == ""


def test_without_validation_there_is_none():
    assert train().validation_loss.size == 0


def test_binary_networks_train_too():
    subject = Network([Dense(3, 8), Sigmoid(), Dense(8, 1)])
    targets = LABELS[:, np.newaxis]
    history = train(
        subject,
        BinaryCrossEntropy(),
        targets=targets,
        epochs=200,
        optimizer=Adam(0.05),
        validation=(X, targets),
    )
    assert history.validation_accuracy[-1] == 1.0


def test_progress_is_told_each_step():
    told = []
    train(epochs=2, progress=lambda step, steps, loss: told.append((step, steps, loss)))
    assert [(step, steps) for step, steps, _ in told] == [(step, 6) for step in range(1, 7)]
    assert all(loss > 0 for _, _, loss in told)


def test_progress_is_told_once_the_update_is_made():
    optimizer, made = SGD(0.1), []
    train(epochs=2, optimizer=optimizer, progress=lambda *_: made.append(optimizer.steps))
    assert made == [1, 2, 3, 4, 5, 6]


def test_data_in_another_order_in_memory_train_alike():
    plain, other = network(), network()
    train(plain)
    train(other, x=np.asfortranarray(X))
    np.testing.assert_array_equal(plain.parameters, other.parameters)


def test_a_batch_may_be_larger_than_the_data():
    assert train(batch_size=10**11).steps == 1


def test_data_stay_as_they_were():
    x, labels = X.copy(), LABELS.copy()
    fit(
        Network([Tanh(), Dense(3, 2)]),
        SoftmaxCrossEntropy(),
        x,
        labels,
        optimizer=SGD(1.0),
        epochs=2,
        batch_size=10,
    )
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(labels, LABELS)


class TestStopping:
    def test_divergence_names_step_rate_and_layer_and_keeps_the_history(self):
        subject = Network([Dense(3, 8), ReLU(), Dense(8, 8), ReLU(), Dense(8, 1)])
        recorder = Recorder(loss=BatchLoss(), norms=GradientNorms())
        with pytest.warns(
            TrainingStopped,
            match=r"training stopped: the loss became (inf|nan) at step \d+, learning rate 1e\+06",
        ):
            history = train(
                subject, SquaredError(), targets=X[:, :1], optimizer=SGD(1e6), epochs=50, recorder=recorder
            )
        assert history.steps > 0
        assert len(history.records["loss"].values) == len(history.records["norms"].steps) == history.steps
        assert np.isfinite(history.records["loss"].values).all()
        assert f"at step {history.steps + 1}" in history.stopped

    @pytest.mark.parametrize("guilty", ["dense1", "dense2"])
    def test_the_layer_that_overflows_first_is_named(self, guilty):
        subject = Network([Dense(3, 8), ReLU(), Dense(8, 2)])
        subject.parameter_views["dense1.bias"][:] = 1
        subject.parameter_views[f"{guilty}.weights"][:] = 3e38
        with pytest.warns(TrainingStopped, match=f"those of {guilty}, whose outputs are no longer finite"):
            history = train(subject, x=np.abs(X) + 5)
        assert history.steps == 0

    def test_weights_that_broke_in_an_update_are_named(self):
        class Breaks(SGD):
            def move(self, parameters, gradient, rate):
                parameters[-1] = np.nan  # the last bias

        with pytest.warns(TrainingStopped, match=r"those of dense2.bias, in the update before it"):
            train(optimizer=Breaks(0.1))

    def test_a_run_whose_very_last_update_breaks_says_so(self):
        class Breaks(SGD):
            def move(self, parameters, gradient, rate):
                parameters[0] = np.inf

        with pytest.warns(
            TrainingStopped, match=r"parameters were found to be no longer finite at step 1.*dense1.weights"
        ):
            train(optimizer=Breaks(0.1), batch_size=25)

    def test_the_rate_of_the_update_that_broke_it_is_named(self):
        rates = [0.1, 3e38, 0.001]
        with pytest.warns(TrainingStopped, match=r"at step 3, learning rate 3e\+38"):
            train(optimizer=SGD(lambda step: rates[step]), batch_size=10)

    def test_a_second_run_of_the_cell_says_so_again(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.resetwarnings()
            warnings.filterwarnings("always", category=TrainingStopped, append=True)
            for _ in range(2):
                train(optimizer=SGD(3e38), epochs=2)
        assert len([warning for warning in caught if warning.category is TrainingStopped]) == 2

    def test_ctrl_c_during_validation_leaves_no_half_epoch(self, monkeypatch):
        monkeypatch.setattr(SoftmaxCrossEntropy, "right", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.warns(TrainingStopped, match="interrupted"):
            history = train(validation=(X, LABELS))
        assert (
            len(history.epoch_loss) == len(history.validation_loss) == len(history.validation_accuracy) == 0
        )
        assert history.steps == 3

    def test_ctrl_c_keeps_the_history(self):
        def impatient(step, steps, loss):
            if step == 4:
                raise KeyboardInterrupt

        with pytest.warns(TrainingStopped, match="interrupted after step 4 of 9"):
            history = train(
                epochs=3, progress=impatient, recorder=Recorder(loss=BatchLoss()), validation=(X, LABELS)
            )
        assert history.steps == 4
        assert len(history.epoch_loss) == len(history.validation_loss) == 1
        assert history.records["loss"].steps.tolist() == [1, 2, 3, 4]

    def test_ctrl_c_in_the_middle_of_a_step_leaves_what_the_steps_before_it_made(self, monkeypatch):
        subject, plain, optimizer = network(), network(), Adam(0.05)
        computed = SoftmaxCrossEntropy.compute
        calls = []

        def impatient(loss, outputs, targets):
            calls.append(1)
            if len(calls) == 5:
                raise KeyboardInterrupt
            return computed(loss, outputs, targets)

        monkeypatch.setattr(SoftmaxCrossEntropy, "compute", impatient)
        with pytest.warns(TrainingStopped, match="interrupted after step 4 of 9"):
            history = train(subject, epochs=3, optimizer=optimizer)
        assert history.steps == optimizer.steps == 4
        monkeypatch.undo()
        for step in steps(
            plain, SoftmaxCrossEntropy(), X, LABELS, optimizer=Adam(0.05), batch_size=10, epochs=2
        ):
            if step.number == 5:
                break
        np.testing.assert_array_equal(subject.parameters, plain.parameters)
        assert train(subject, optimizer=optimizer).steps == 3  # and it can be trained on

    def test_errors_of_a_callback_are_not_swallowed(self):
        with pytest.raises(ZeroDivisionError):
            train(progress=lambda *_: 1 / 0)


PAIR = r"validation should be a pair \(x, targets\) of data that training does not see, got "


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "error", "says"),
        [
            ({"x": X[:, :2]}, ValueError, "expected 3 input features"),
            ({"x": X.astype(float)}, TypeError, "computes in float32, got float64"),
            ({"x": X[:0], "targets": LABELS[:0]}, ValueError, "empty batch"),
            (
                {"x": np.where(X[7, 1] == X, np.nan, X).astype(np.float32)},
                ValueError,
                r"first at index \(7, 1\)",
            ),
            ({"targets": LABELS[:5]}, ValueError, "training data: 25 inputs, but 5 targets"),
            ({"targets": LABELS + 5}, ValueError, "between 0 and 1, got 5 to 6"),
            ({"validation": (X, LABELS[:3])}, ValueError, "validation data: 25 inputs, but 3 targets"),
            ({"optimizer": 0.1}, TypeError, r"expected an optimizer, such as SGD\(0.1\), got 0.1"),
            ({"loss": SquaredError}, TypeError, r"expected a loss, such as SquaredError\(\)"),
            ({"recorder": BatchLoss()}, TypeError, "expected a recorder"),
            ({"recorder": []}, TypeError, r"such as Recorder\(norms=GradientNorms\(\)\), got \[\]"),
            ({"validation": (X, LABELS, LABELS)}, ValueError, PAIR + "a tuple of 3"),
            ({"validation": (X,)}, ValueError, PAIR + "a tuple of 1"),
            ({"validation": X}, TypeError, PAIR + r"one array of shape \(25, 3\)"),
            ({"validation": X[:2]}, TypeError, PAIR + r"one array of shape \(2, 3\)"),
            ({"validation": [X, LABELS]}, TypeError, PAIR + "a list of 2"),
            ({"validation": 0.2}, TypeError, PAIR + "0.2"),
            ({"progress": True}, TypeError, r"a function of \(step, steps, loss\), .*, got True"),
            ({"progress": progress_bar}, TypeError, r"such as .*progress_bar\(\), got <function"),
            ({"seed": None}, ValueError, "seed must be a whole number of at least 0, got None"),
            ({"seed": 1.5}, ValueError, "seed must be a whole number of at least 0, got 1.5"),
            ({"batch_size": "64"}, ValueError, "batch_size must be a whole number of at least 1, got '64'"),
            ({"targets": 3}, ValueError, "25 inputs, but 1 targets"),
            ({"batch_size": 0}, ValueError, "batch_size must be a whole number of at least 1, got 0"),
            ({"epochs": 1.5}, ValueError, "epochs must be a whole number of at least 1, got 1.5"),
        ],
    )
    def test_it_is_said_before_the_first_step(self, options, error, says):
        subject = network()
        before = subject.parameters.copy()
        with pytest.raises(error, match=says):
            train(subject, **options)
        np.testing.assert_array_equal(subject.parameters, before)

    def test_an_optimiser_of_another_network_is_refused_before_the_recorder_says_its_plan(self, capsys):
        optimizer = SGD(0.1)
        train(optimizer=optimizer)
        with pytest.raises(ValueError, match="remembers the parameters of another network; make a new one"):
            train(optimizer=optimizer, recorder=Recorder(loss=BatchLoss()))
        assert capsys.readouterr().out == ""

    def test_a_function_whose_arguments_python_cannot_tell_may_be_progress(self):
        assert train(progress=max).steps == 3


def test_a_mask_goes_through_fit_epoch_loss_and_accuracy():
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(6, 5, 3)), rng.integers(2, size=(6, 5))
    mask = np.arange(5) < np.array([[5], [4], [3], [2], [1], [1]])
    network = Network([Dense(3, 2)], dtype=np.float64)
    before = network.parameters.copy()
    loss, outputs = SoftmaxCrossEntropy(), network.predict(x)
    masked = Masked(np.where(mask, labels, -7), mask)
    right = loss.forward(outputs[mask], labels[mask]), np.mean(outputs[mask].argmax(axis=1) == labels[mask])
    history = fit(
        network, loss, x, masked, optimizer=SGD(0.0), epochs=1, batch_size=4, validation=(x, masked)
    )  # fmt: skip
    np.testing.assert_array_equal(network.parameters, before)
    assert history.epoch_loss[0] == pytest.approx(right[0], rel=1e-12)
    assert history.validation_loss[0] == pytest.approx(right[0], rel=1e-12)
    assert history.validation_accuracy[0] == pytest.approx(right[1])


@pytest.mark.parametrize("before", [[], [Flatten()], [Flatten(), Flatten()]])
def test_a_layer_that_says_nothing_may_hold_on_to_a_batch_or_a_view_of_it(before):
    class Holding(Layer):
        def __init__(self):
            super().__init__(gain=np.ones(2))
            self.batches = []

        def forward(self, x):
            self.x = x
            self.batches = [*self.batches, x]
            return x * self.gain

        def backward(self, upstream):
            self.gain_gradient = (self.x * upstream).sum(axis=0)
            return upstream * self.gain

    holding = Holding()
    x = np.arange(8.0).reshape(4, 2)
    network = Network([*before, holding, Dense(2, 1)], dtype=np.float64)
    fit(network, SquaredError(), x, np.ones((4, 1)), optimizer=SGD(0.01), epochs=1, batch_size=2)
    seen = np.concatenate(holding.batches)
    assert sorted(seen.tolist()) == x.tolist()

"""The tests for a network that refuses to learn: quiet on healthy networks, and each catches what it says."""

import numpy as np
import pytest

from backproplab import (
    SGD,
    BinaryCrossEntropy,
    Dense,
    Layer,
    Network,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    SquaredError,
    Tanh,
    check_gradients,
)
from backproplab.datasets import mnist, moons
from backproplab.diagnosis import first_loss, one_step, overfit_one_batch
from backproplab.optimizers import Adam
from backproplab.training import steps

LOSS = SoftmaxCrossEntropy()
RATES = {Sigmoid: 0.5, Tanh: 0.2, ReLU: 0.1}
seeds = pytest.mark.parametrize("seed", [1, 2, 3])
activations = pytest.mark.parametrize("activation", RATES, ids=lambda kind: kind.__name__)


class MaskOfTheMessage(Layer):
    """A ReLU whose backward asks where the message is positive, not where z is."""

    def forward(self, x):
        return np.maximum(x, 0)

    def backward(self, upstream):
        return upstream * (upstream > 0)


class SlopeOfTheSum(Layer):
    """A sigmoid with z(1 − z) for h(1 − h)."""

    def forward(self, x):
        self.z = x
        return 1 / (1 + np.exp(-x))

    def backward(self, upstream):
        return upstream * self.z * (1 - self.z)


class SlopeForgotten(Layer):
    """A ReLU that sends back what arrives."""

    def forward(self, x):
        return np.maximum(x, 0)

    def backward(self, upstream):
        return upstream


class Softmax(Layer):
    """Right in itself; one too many before a loss that has its own."""

    def forward(self, x):
        exponentials = np.exp(x - x.max(axis=1, keepdims=True))
        self.p = exponentials / exponentials.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, upstream):
        return self.p * (upstream - (upstream * self.p).sum(axis=1, keepdims=True))


@pytest.fixture(scope="module")
def digits():
    images, labels = mnist("test")
    return images[:500].reshape(-1, 784).astype(np.float64), labels[:500]


def network(activation, seed, *last):
    first = "he" if activation is ReLU else "xavier"
    layers = [Dense(784, 32, initial=first), activation(), Dense(32, 10, initial="xavier"), *last]
    return Network(layers, seed=seed, dtype=np.float64)


def train(net, digits, rate, updates):
    x, labels = digits
    with np.errstate(all="ignore"):
        for step in steps(net, LOSS, x, labels, optimizer=SGD(rate), batch_size=50):
            step.update()
            if step.number == updates:
                return


@seeds
@activations
def test_a_healthy_network_raises_no_question(activation, seed, digits):
    x, labels = digits
    net, sgd = network(activation, seed), SGD(RATES[activation])
    assert first_loss(net, LOSS, x, labels).passed
    assert overfit_one_batch(net, LOSS, x[:20], labels[:20], optimizer=sgd, updates=200).passed
    for updates in (0, 1, 40):
        if updates:
            train(net, digits, RATES[activation], updates)
        assert one_step(net, LOSS, x[:50], labels[:50], optimizer=sgd).passed


@seeds
def test_a_healthy_network_for_yes_and_no_raises_none_either(seed):
    x, labels = moons(200, noise=0.1, seed=0)
    x, targets = x.astype(np.float64), labels.reshape(-1, 1).astype(np.float64)
    net = Network([Dense(2, 16), Tanh(), Dense(16, 1, initial="xavier")], seed=seed, dtype=np.float64)
    loss = BinaryCrossEntropy()
    assert first_loss(net, loss, x, targets).passed
    assert one_step(net, loss, x, targets, optimizer=SGD(0.5)).passed
    assert overfit_one_batch(net, loss, x[:10], targets[:10], optimizer=SGD(0.5), updates=500).passed


@seeds
@activations
def test_the_first_loss_shows_weights_that_are_too_large(activation, seed, digits):
    x, labels = digits
    wide = network(activation, seed)
    wide.parameters *= 10
    found = first_loss(wide, LOSS, x, labels)
    assert found.verdict == "too high"
    assert "too large" in str(found)


@seeds
def test_the_first_loss_shows_inputs_that_are_too_large_unless_the_units_saturate(seed, digits):
    x, labels = digits
    assert first_loss(network(ReLU, seed), LOSS, 255 * x, labels).verdict == "too high"
    assert first_loss(network(Sigmoid, seed), LOSS, 255 * x, labels).passed


@seeds
def test_the_first_loss_shows_a_network_that_knows_the_answers(seed, digits):
    net = network(Sigmoid, seed)
    train(net, digits, 0.5, 100)
    assert first_loss(net, LOSS, *digits).verdict == "too low"


def test_what_is_expected_is_ln_of_the_classes_for_each_prediction():
    net = Network([Dense(3, 8, initial="zeros")], dtype=np.float64)
    x = np.ones((6, 3))
    mean = first_loss(net, LOSS, x, [0] * 6)
    added = first_loss(net, SoftmaxCrossEntropy("sum"), x, [0] * 6)
    assert mean.loss == pytest.approx(np.log(8))
    assert mean.expected == pytest.approx(np.log(8))
    assert added.loss == pytest.approx(6 * np.log(8))
    assert added.expected == pytest.approx(6 * np.log(8))
    yes_no = first_loss(net, BinaryCrossEntropy(), x, np.zeros((6, 8)))
    assert yes_no.expected == pytest.approx(8 * np.log(2))
    assert mean.passed
    assert added.passed
    assert yes_no.passed


def test_a_loss_of_nan_is_not_as_expected():
    net = Network([Dense(1, 2)], dtype=np.float64)
    net.parameters = np.nan
    assert not first_loss(net, LOSS, np.ones((1, 1)), [0]).passed


def test_a_loss_without_an_expectation_is_refused():
    net = Network([Dense(1, 1)], dtype=np.float64)
    with pytest.raises(TypeError, match="compare with the loss of answering the mean"):
        first_loss(net, SquaredError(), np.ones((1, 1)), [[1.0]])


@seeds
@pytest.mark.parametrize(
    ("build", "rate"),
    [
        (lambda seed: network(MaskOfTheMessage, seed), 0.1),
        (lambda seed: network(SlopeOfTheSum, seed), 0.5),
        (lambda seed: network(Sigmoid, seed, Softmax()), 0.5),
        (lambda seed: network(Sigmoid, seed), 1e-6),
    ],
    ids=["mask of the message", "slope of the sum, which ends in nan", "softmax twice", "a tiny rate"],
)
def test_one_batch_is_not_learnt_by(build, rate, seed, digits):
    x, labels = digits
    found = overfit_one_batch(build(seed), LOSS, x[:20], labels[:20], optimizer=SGD(rate), updates=200)
    assert not found.passed
    assert "NOT LEARNT" in str(found)


@seeds
def test_one_batch_is_learnt_by_a_network_whose_labels_are_shuffled(seed, digits):
    """So that what fails on all data and passes here points at the data."""
    x, labels = digits
    apart = np.random.default_rng(seed).permutation(labels)
    assert overfit_one_batch(network(Sigmoid, seed), LOSS, x[:20], apart[:20], optimizer=SGD(0.5)).passed


@seeds
def test_one_batch_is_learnt_by_some_wrong_backward_passes_which_a_check_catches(seed, digits):
    x, labels = digits
    net = network(SlopeForgotten, seed)
    assert overfit_one_batch(net, LOSS, x[:20], labels[:20], optimizer=SGD(0.1)).passed
    entries = {entry.name: entry.passed for entry in check_gradients(net, LOSS, x[:5], labels[:5]).entries}
    assert not entries["dense1.weights"]
    assert entries["dense2.weights"]


def test_the_losses_are_those_before_each_update_and_after_the_last(digits):
    x, labels = digits[0][:20], digits[1][:20]
    net = network(Sigmoid, 1)
    found = overfit_one_batch(net, LOSS, x, labels, optimizer=SGD(0.5), updates=3)
    losses = []
    for _ in range(4):
        losses.append(net.loss_and_gradient(LOSS, x, labels))
        net.parameters -= 0.5 * net.gradient
    assert found.losses == pytest.approx(losses, rel=1e-12)


@seeds
def test_one_step_shows_that_a_layer_is_told_nothing(seed, digits):
    x, labels = digits
    net = network(MaskOfTheMessage, seed)
    train(net, digits, 0.1, 100)  # its sums can only fall, until every unit is off
    rows = {row.name: row for row in one_step(net, LOSS, x, labels, optimizer=SGD(0.1)).parameters}
    assert rows["dense2.weights"].verdict == "no gradient"
    assert "no gradient" in str(one_step(net, LOSS, x, labels, optimizer=SGD(0.1)))


@seeds
def test_one_step_shows_steps_that_are_too_short_or_too_far(seed, digits):
    x, labels = digits
    net = network(Sigmoid, seed)
    for rate, verdict in ((1e-6, "hardly moves"), (50, "moves far")):
        found = one_step(net, LOSS, x, labels, optimizer=SGD(rate))
        assert [row.verdict for row in found.parameters if row.is_table] == [verdict] * 2
        assert not found.passed
    still = one_step(net, LOSS, x, labels, optimizer=SGD(0.0))
    assert {row.verdict for row in still.parameters} == {"hardly moves"}


def test_one_step_shows_numbers_that_are_not_finite():
    net = Network([Dense(1, 2)], dtype=np.float64)
    net.parameters = np.nan
    found = one_step(net, LOSS, np.ones((1, 1)), [0], optimizer=SGD(0.1))
    assert found.parameters[0].verdict == "not finite"


def test_the_sizes_are_norms_and_the_update_that_of_the_optimiser():
    net = Network([Dense(2, 1)], dtype=np.float64)
    net.parameters = [3.0, 4.0, 0.0]
    weights, bias = one_step(net, SquaredError(), [[1.0, 0.0]], [[1.0]], optimizer=SGD(0.5)).parameters
    assert (weights.parameter, weights.gradient, weights.update) == pytest.approx((5, 2, 1))
    assert weights.ratio == pytest.approx(0.2)
    assert (bias.parameter, bias.gradient, bias.update) == pytest.approx((0, 2, 1))
    assert np.isnan(bias.ratio)


def test_a_network_without_parameters_is_a_table_without_rows():
    found = one_step(
        Network([Sigmoid()], dtype=np.float64), SquaredError(), [[1.0]], [[0.5]], optimizer=SGD(0.1)
    )
    assert found.passed
    assert str(found).split() == ["parameter", "size", "gradient", "update", "ratio", "verdict"]


@pytest.mark.parametrize("make", [lambda: SGD(0.1, momentum=0.9), Adam], ids=["momentum", "Adam"])
@pytest.mark.parametrize("ask", [one_step, overfit_one_batch], ids=lambda ask: ask.__name__)
def test_asking_in_the_middle_of_training_changes_nothing(ask, make, digits):
    x, labels = digits[0][:100], digits[1][:100]
    asked, twin = network(Tanh, 1), network(Tanh, 1)
    for net in (asked, twin):
        optimizer = make()
        for step in steps(net, LOSS, x, labels, optimizer=optimizer, batch_size=50, epochs=2):
            if net is asked and step.number == 2:
                ask(net, LOSS, x[:20], labels[:20], optimizer=optimizer)
                assert optimizer.steps == 1
    assert np.array_equal(asked.parameters, twin.parameters)


def test_one_output_an_example_may_be_a_flat_batch():
    class Row(Layer):
        """`(batch, 1)` to `(batch,)`."""

        keeps = {}

        def forward(self, x):
            return x[:, 0]

        def backward(self, upstream):
            return upstream[:, np.newaxis]

        def output_shape(self, input_shape):
            return ()

    net = Network([Dense(2, 1, initial="zeros"), Row()])
    found = first_loss(net, BinaryCrossEntropy(), np.ones((100, 2), np.float32), np.ones(100))
    assert found.passed
    assert found.expected == pytest.approx(np.log(2))

"""Slopes of units over examples: those of the formulas and of PyTorch, and who is dead."""

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, ReLU, SoftmaxCrossEntropy, Tanh, fit
from backproplab.layers import GELU, LeakyReLU, Residual, Sigmoid, Softplus
from backproplab.training import Accuracy, Recorder, UnitSlopes, slopes, steps

RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(24, 3)), RNG.integers(2, size=24)


def network(*kinds, width=5, seed=0):
    """A hidden layer for each kind, and two logits."""
    sizes, layers = [3, *[width] * len(kinds)], []
    for inputs, kind in zip(sizes, kinds, strict=False):
        layers += [Dense(inputs, width, initial="xavier"), kind()]
    return Network([*layers, Dense(width, 2)], seed=seed, dtype=np.float64)


@pytest.mark.parametrize("kind", [Sigmoid, Tanh, ReLU, LeakyReLU, GELU, Softplus])
def test_slopes_are_those_of_pytorch_at_the_second_hidden_layer(kind):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    theirs = {
        Sigmoid: torch.sigmoid,
        Tanh: torch.tanh,
        ReLU: torch.relu,
        LeakyReLU: functional.leaky_relu,
        GELU: lambda v: functional.gelu(v, approximate="tanh"),
        Softplus: functional.softplus,
    }[kind]
    subject = network(kind, kind)
    first, second = (torch.tensor(subject.layers[place].weights) for place in (0, 2))
    z = (theirs(torch.tensor(X) @ first) @ second).detach().requires_grad_()
    theirs(z).sum().backward()
    np.testing.assert_allclose(slopes(subject, subject.names[3], X), z.grad, rtol=1e-9)


def test_the_largest_slope_of_each_unit_is_recorded_before_the_update():
    subject, twin = network(ReLU, ReLU), network(ReLU, ReLU)
    recorder = Recorder(first=UnitSlopes("relu1", X), second=UnitSlopes("relu2", X))
    history = fit(
        subject,
        SoftmaxCrossEntropy(),
        X,
        LABELS,
        optimizer=SGD(0.5),
        epochs=3,
        batch_size=24,
        recorder=recorder,
    )
    loss = SoftmaxCrossEntropy()
    for step in range(3):
        z1 = X @ twin.layers[0].weights + twin.layers[0].bias
        z2 = np.maximum(z1, 0) @ twin.layers[2].weights + twin.layers[2].bias
        for name, z in (("first", z1), ("second", z2)):
            np.testing.assert_array_equal(history.records[name].values[step], (z > 0).any(axis=0))
        twin.loss_and_gradient(loss, X, LABELS)
        twin.parameters -= 0.5 * twin.gradient
    assert history.records["first"].labels == tuple(f"unit {k}" for k in range(5))


class Counting(Dense):
    """Counts its forward passes for the examples X."""

    count = 0

    def forward(self, x, out=None):
        self.count += len(x) == len(X)
        return super().forward(x, out)


def test_layers_that_two_measurements_need_are_gone_through_once_a_step():
    first = Counting(3, 5)
    subject = Network([first, Tanh(), Dense(5, 5), Tanh(), Dense(5, 2)], seed=3, dtype=np.float64)
    records = {
        "second": UnitSlopes("tanh2", X, at=[2]),
        "other": Accuracy(X[:7], LABELS[:7], at=[2]),  # the layers then hold seven examples
        "first": UnitSlopes("tanh1", X, at=[2]),
        "again": UnitSlopes("tanh2", X, at=[2]),
        "rest": UnitSlopes("tanh1", X[7:], at=[2]),
    }
    options = {"epochs": 1, "batch_size": 12}
    recorder = Recorder(**records)
    history = fit(subject, SoftmaxCrossEntropy(), X, LABELS, optimizer=SGD(0.5), recorder=recorder, **options)
    assert first.count == 1
    alone = Network([Dense(3, 5), Tanh(), Dense(5, 5), Tanh(), Dense(5, 2)], seed=3, dtype=np.float64)
    for step in steps(alone, SoftmaxCrossEntropy(), X, LABELS, optimizer=SGD(0.5), **options):
        if step.number == 2:
            for name, layer, x in (("second", 2, X), ("first", 1, X), ("again", 2, X), ("rest", 1, X[7:])):
                right = np.abs(slopes(alone, f"tanh{layer}", x)).max(axis=0)
                np.testing.assert_array_equal(history.records[name].values[0], right)


def test_measuring_does_not_change_the_training():
    runs = []
    for recorder in (Recorder(), Recorder(slopes=UnitSlopes("gelu2", X[:7]))):
        subject = network(GELU, GELU)
        fit(
            subject,
            SoftmaxCrossEntropy(),
            X,
            LABELS,
            optimizer=SGD(0.3),
            epochs=2,
            batch_size=5,
            recorder=recorder,
        )
        runs.append(subject.parameters)
    np.testing.assert_array_equal(*runs)


def test_a_dead_unit_is_0_and_its_weights_have_no_gradient():
    subject = network(ReLU)
    subject.layers[0].bias[2] = -100
    largest = np.abs(slopes(subject, "relu1", X)).max(axis=0)
    assert largest.tolist() == [1, 1, 0, 1, 1]
    subject.loss_and_gradient(SoftmaxCrossEntropy(), X, LABELS)
    assert not subject.layers[0].weights_gradient[:, 2].any()
    assert subject.layers[0].weights_gradient[:, [0, 1, 3, 4]].any(axis=0).all()


def test_a_slope_below_0_counts_by_its_size():
    subject = Network([Dense(1, 1), GELU(), Dense(1, 2)], dtype=np.float64)
    subject.parameters[:2] = [1, 0]
    x = [[-1.0], [-8.0]]
    history = fit(
        subject,
        SoftmaxCrossEntropy(),
        x,
        [0, 1],
        optimizer=SGD(0.0),
        epochs=1,
        batch_size=2,
        recorder=Recorder(it=UnitSlopes("gelu1", x)),
    )
    assert history.records["it"].values[0, 0] == -slopes(subject, "gelu1", x)[0, 0] > 0.08


def test_times_of_a_sequence_count_as_examples():
    subject = Network([Dense(2, 3), ReLU()], dtype=np.float64)
    assert UnitSlopes("relu1", np.ones((4, 6, 2))).shape(subject) == (3,)
    assert slopes(subject, "relu1", np.ones((4, 6, 2))).shape == (4, 6, 3)


@pytest.mark.parametrize(
    ("name", "says"),
    [("relu3", "no activation 'relu3'; it has relu1, relu2"), ("dense1", "no activation 'dense1'")],
)
def test_a_layer_that_is_not_there_is_said_before_training(name, says):
    with pytest.raises(ValueError, match=says):
        UnitSlopes(name, X).labels(network(ReLU, ReLU))


def test_without_an_activation_it_says_so():
    subject = Network([Residual([Dense(3, 3), Tanh()])], dtype=np.float64)
    with pytest.raises(ValueError, match="no activation 'tanh1'; it has none"):
        slopes(subject, "tanh1", X)

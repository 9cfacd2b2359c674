"""The gradient check: it passes what is right and catches what is wrong, in both dtypes, corners or not."""

import numpy as np
import pytest

from backproplab import (
    Dense,
    Network,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    SquaredError,
    Tanh,
    check_gradients,
)


def cube(x):
    return float((x**3).sum())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_right_gradient_passes(dtype):
    report = check_gradients(cube, lambda x: 3 * x**2, np.array([0.5, -1.0, 2.0], dtype))
    assert report.passed
    assert report.entries[0].checked == 3


@pytest.mark.parametrize(
    ("wrong", "dtype"),
    [
        (lambda x: 3 * x**2 * 1.0001, np.float64),
        (lambda x: 3 * x**2 * 1.1, np.float32),
        (lambda x: -3 * x**2, np.float32),
        (lambda x: 3 * x**2 + np.array([0, 1e-3, 0]), np.float64),
        (lambda x: np.full(3, np.nan), np.float64),
    ],
)
def test_a_wrong_gradient_is_caught(wrong, dtype):
    assert not check_gradients(cube, wrong, np.array([0.5, -1.0, 2.0], dtype)).passed


def test_the_worst_entry_is_named():
    report = check_gradients(cube, lambda x: 3 * x**2 * np.array([1, 1.01, 1.5]), np.array([0.5, -1.0, 2.0]))
    entry = report.entries[0]
    assert entry.index == (2,)
    assert entry.error == pytest.approx(1 / 3, rel=1e-6)
    assert (entry.analytic, entry.numeric) == (pytest.approx(18), pytest.approx(12))
    assert "DIFFERS" in str(report)


def relu_sum(x):
    return float(np.maximum(x, 0).sum())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_corners_are_skipped_and_counted(dtype):
    x = np.array([0.0, 1.0, -1.0], dtype)
    entry = check_gradients(relu_sum, lambda x: (x > 0).astype(x.dtype), x).entries[0]
    assert (entry.checked, entry.kinks, entry.passed) == (3, 1, True)


def test_a_corner_nearby_is_seen_past():
    # 1e-6 lies inside a nudge of 6e-6, outside a nudge an eighth as large.
    report = check_gradients(relu_sum, lambda x: (x > 0).astype(x.dtype), np.array([1e-6, 2.0]))
    assert report.passed


def test_corners_do_not_hide_a_wrong_gradient_elsewhere():
    assert not check_gradients(relu_sum, lambda x: (x > 0) * 1.01, np.array([0.0, 1.0])).passed


def test_nothing_but_corners_is_no_pass():
    report = check_gradients(relu_sum, lambda x: x * 0, np.zeros(3))
    assert not report.passed
    assert "ALL KINKS" in str(report)


class ForgotTheTranspose(Dense):
    """A dense layer whose backward pass uses W where Wᵀ belongs."""

    def backward(self, upstream):
        super().backward(upstream)
        return upstream @ self.weights


class ForgotTheBatch(Dense):
    """A dense layer that averages the bias's gradient over the batch instead of adding it up."""

    def backward(self, upstream):
        downstream = super().backward(upstream)
        self.bias_gradient /= len(upstream)
        return downstream


class WrongX(Sigmoid):
    """A sigmoid whose derivative x (1 − x) uses the input instead of the activation."""

    def forward(self, x, out=None):
        self.x = x.copy()
        return super().forward(x, out)

    def backward(self, upstream, out=None):
        return upstream * self.x * (1 - self.x)


@pytest.mark.parametrize(
    ("layer", "name"),
    [(ForgotTheTranspose(3, 3), "x"), (ForgotTheBatch(3, 2), "bias"), (WrongX(), "x")],
)
def test_the_usual_mistakes_in_a_layer_are_caught_where_they_are(layer, name):
    report = check_gradients(layer, np.random.default_rng(0).normal(size=(4, 3)))
    assert [entry.name for entry in report.entries if not entry.passed] == [name]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layer", [ForgotTheBatch(4, 4), ForgotTheTranspose(4, 4)])
def test_a_mistake_inside_a_network_is_caught(layer, dtype):
    kind = type(layer)
    network = Network([Dense(3, 4), Tanh(), kind(4, 4), Tanh(), Dense(4, 2)], dtype=dtype)
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(dtype)
    assert not check_gradients(network, SoftmaxCrossEntropy(), x, [0, 1, 1, 0, 1]).passed


def test_a_network_is_left_as_it_was():
    network = Network([Dense(3, 4), ReLU(), Dense(4, 2)], dtype=np.float64)
    before = network.parameters.copy()
    check_gradients(network, SoftmaxCrossEntropy(), np.ones((2, 3)), [0, 1])
    np.testing.assert_array_equal(network.parameters, before)


@pytest.mark.parametrize("seed", range(20))
def test_a_right_network_in_float32_is_not_accused_at_its_corners(seed):
    # Hundreds of ReLUs, some of them within a nudge of their corner.
    rng = np.random.default_rng(seed)
    network = Network([Dense(100, 30), ReLU(), Dense(30, 10)], seed=seed)
    x, labels = rng.random(size=(8, 100), dtype=np.float32), rng.integers(10, size=8)
    assert check_gradients(network, SoftmaxCrossEntropy(), x, labels, seed=seed).passed


def test_a_network_without_parameters_proves_nothing():
    assert not check_gradients(
        Network([Tanh()], dtype=np.float64), SquaredError(), np.ones((1, 1)), [[0.0]]
    ).passed


def test_large_parameters_are_sampled():
    network = Network([Dense(50, 40), Tanh(), Dense(40, 1)], dtype=np.float64)
    report = check_gradients(network, SquaredError(), np.ones((2, 50)), np.ones((2, 1)))
    assert [entry.checked for entry in report.entries] == [200, 40, 40, 1]
    assert report.passed


class TestBadInput:
    def test_unknown_subject(self):
        with pytest.raises(TypeError, match=r"\(layer, x\).*got int and 1 more"):
            check_gradients(3, np.ones(2))

    @pytest.mark.parametrize("subject", [Network([Dense(2, 2)]), Tanh(), SquaredError()])
    def test_too_few_inputs(self, subject):
        with pytest.raises(TypeError, match=r"\(network, loss, x, targets\); got \w+ and 0 more"):
            check_gradients(subject)

    def test_gradient_of_another_shape(self):
        with pytest.raises(ValueError, match=r"shape \(2,\), its function's input \(3,\)"):
            check_gradients(cube, lambda x: x[:2], np.ones(3))

    def test_empty(self):
        with pytest.raises(ValueError, match="empty"):
            check_gradients(cube, lambda x: x, np.ones(0))

"""The gradient check: it passes what is right and catches what is wrong, in both dtypes, corners or not."""

import math
import warnings

import gradient_faults_kit as kit
import numpy as np
import pytest

from backproplab import (
    BinaryCrossEntropy,
    Dense,
    Network,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    SquaredError,
    Tanh,
    check_gradients,
)
from backproplab.layers import GELU


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


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_one_bad_number_in_a_large_gradient_is_found(bad):
    def gradient(x):
        claimed = 3 * x**2
        claimed[321] = bad
        return claimed

    entry = check_gradients(cube, gradient, np.random.default_rng(0).normal(size=1000)).entries[0]
    assert (entry.passed, entry.index, entry.error) == (False, (321,), math.inf)


# where to step


def positive(x):
    if x.min() <= 0:
        raise ValueError("not defined")
    return x


BENT = {
    "sin 1000x": (lambda x: np.sin(1000 * x).sum(), lambda x: 1000 * np.cos(1000 * x), [0.1, 0.2, 0.33]),
    "x³ near 0": (cube, lambda x: 3 * x**2, [0.01]),
    "sin of a large number": (lambda x: np.sin(x).sum(), np.cos, [1e6 + 1, 1e6 - 2]),
    "cubes far from 0": (lambda x: ((x - 1e6) ** 3).sum(), lambda x: 3 * (x - 1e6) ** 2, [1e6 + 1, 1e6 - 2]),
    "e^10x": (lambda x: np.exp(10 * x).sum(), lambda x: 10 * np.exp(10 * x), [1.0, 3.0]),
    "log near 0": (lambda x: np.log(x).sum(), lambda x: 1 / x, [1e-9, 1e-13, 1.0]),
    "tiny": (lambda x: 1e-30 * (x**2).sum(), lambda x: 2e-30 * x, [1.0, 2.0]),
    "huge": (lambda x: 1e30 * (x**2).sum(), lambda x: 2e30 * x, [1.0, 2.0]),
    "at tiny points": (lambda x: (x**2).sum(), lambda x: 2 * x, [1e-18, 2e-18]),
    "at huge points": (lambda x: (x**2).sum(), lambda x: 2 * x, [1e18, 2e18]),
    "beside a wall": (lambda x: math.log(x[0]), lambda x: 1 / positive(x), [1e-9]),
    "float32 inside": (lambda x: np.tanh(x.astype(np.float32)).sum(), lambda x: 1 - np.tanh(x) ** 2, [0.3]),
    "a float32 number": (lambda x: np.float32((x**2).sum()), lambda x: 2 * x, [1.0, 2.0]),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", BENT)
def test_a_curve_is_no_corner(name, dtype):
    function, gradient, x = BENT[name]
    x = np.array(x, dtype)
    assert check_gradients(function, gradient, x).passed
    for factor in (1.0055, 1.5) if "float32" not in name else (1.1, 1.5):
        report = check_gradients(function, lambda x, factor=factor: factor * gradient(x), x)
        assert not report.passed, factor
        assert report.entries[0].kinks == 0


# where L is near 0

CERTAIN = {
    "softmax": (SoftmaxCrossEntropy(), [[50, 0]], [0]),
    "softmax, very": (SoftmaxCrossEntropy(), [[500, 0, -500], [1e4, 0, 0]], [0, 0]),
    "softmax, one of two": (SoftmaxCrossEntropy(), [[50, 0, 0], [0, 0, 0]], [0, 1]),
    "binary": (BinaryCrossEntropy(), [[50, -50, 36, -36.7, 800]], [[1, 0, 1, 0, 1]]),
    "squares": (SquaredError(), [[1, 2, 3]], [[1, 2, 3]]),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", CERTAIN)
def test_a_loss_that_is_almost_nothing_is_not_accused(name, dtype):
    loss, outputs, targets = CERTAIN[name]
    assert check_gradients(loss, np.array(outputs, dtype), targets).passed


@pytest.mark.parametrize("x", [1e-160, 1e-155])
def test_numbers_that_float64_can_hardly_hold_are_not_accused(x):
    # x² has a few digits left at most, and none if x is nudged by a little.
    assert check_gradients(lambda x: (x**2).sum(), lambda x: 2 * x, np.array([x])).passed


def test_slopes_below_rounding_are_counted():
    report = check_gradients(SoftmaxCrossEntropy(), np.array([[50.0, 0.0]]), [0])
    assert report.entries[0].unresolved == 1
    assert "outputs: 1 of 2 tried are so small that rounding hides them." in str(report)


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), GELU(), ReLU()])
@pytest.mark.parametrize("x", [[[-46.0]], [[46.0]], [[-6.0]], np.linspace(-800, 800, 77)[np.newaxis]])
def test_a_saturated_unit_is_not_accused(layer, x):
    # The slope of a sigmoid at 46 is 1e-20, and its output 1; GELU at −6 is the difference of two ones.
    assert check_gradients(layer, np.array(x)).passed


def trained(dtype, seed):
    """A network so sure of itself that its loss is 1e-7 or less; its layer in the middle may be wrong."""
    rng = np.random.default_rng(seed)
    layers = [Dense(5, 8), Tanh(), kit.BiasAveraged(8, 8) if seed % 2 else Dense(8, 8), Tanh(), Dense(8, 3)]
    network = Network(layers, seed=seed, dtype=dtype)
    x = rng.normal(size=(6, 5)).astype(dtype)
    network.layers[-1].weights *= 1000
    labels = network.predict(x).argmax(axis=1)
    assert SoftmaxCrossEntropy().forward(network.predict(x), labels) < 1e-7
    return network, x, labels


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", [0, 2, 4, 1, 7, 9])
def test_a_certain_network_is_judged_by_its_code_not_its_loss(dtype, seed):
    network, x, labels = trained(dtype, seed)
    is_right = seed % 2 == 0
    assert check_gradients(network, SoftmaxCrossEntropy(), x, labels).passed == is_right


# corners


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


class Kinked(Tanh):
    """Slope 3e-9 near 1, and 1e-9 farther than 1e-4 away; others are a million million times larger."""

    def forward(self, x, out=None):
        self.inner = (np.abs(x - 1) < 1e-4) & (x < 2)
        self.a = np.where(x < 2, 1e-9 * (x - 1) + 2e-9 * np.clip(x - 1, -1e-4, 1e-4), x)
        self.slope = np.where(x < 2, 1e-9 + 2e-9 * self.inner, 1)
        return self.a

    def backward(self, upstream, out=None):
        return upstream * self.slope


def test_narrow_steps_know_better_than_wide_ones_that_agree():
    assert check_gradients(Kinked(), np.array([[1.0, 1000.0]])).passed


def absolute_sum(x):
    return np.abs(x).sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("claimed", "is_right"),
    [(-1, True), (0, True), (0.3, True), (1, True), (1.1, False), (-1.1, False), (5, False), (np.nan, False)],
)
def test_at_a_corner_the_claims_between_its_slopes_are_right(claimed, is_right, dtype):
    x = np.array([0.0, 1.0], dtype)
    for gradient in (lambda x: np.array([claimed, 1.0]), lambda x: np.where(x == 0, claimed, np.sign(x))):
        assert check_gradients(absolute_sum, gradient, x).passed == is_right


@pytest.mark.parametrize("infinite", [np.inf, -np.inf, np.nan])
def test_an_infinite_slope_is_right_nowhere(infinite):
    # Such as the root's at 0.
    def gradient(x):
        return np.array([infinite, 0.5])

    assert not check_gradients(lambda x: np.sqrt(x).sum(), gradient, np.array([0.0, 1.0])).passed


@pytest.mark.parametrize(
    "share", [lambda ties: ties / ties.sum(), lambda ties: np.arange(4) == np.argmax(ties)]
)
def test_a_tie_may_be_shared_or_won(share):
    x = np.array([2.0, 1.0, 2.0, 2.0])
    assert check_gradients(np.max, lambda x: 1.0 * share(x == x.max()), x).passed
    assert not check_gradients(np.max, lambda x: 3.5 * share(x == x.max()), x).passed


def test_slopes_right_along_each_axis_need_not_be_a_gradient():
    x = np.array([2.0, 1.0, 2.0, 2.0])
    report = check_gradients(np.max, lambda x: (x == x.max()).astype(float), x)
    assert not report.passed
    assert [line.split()[:3] for line in str(report).splitlines()[1:3]] == [
        ["x", "all", "4"],
        ["3", "at", "once"],
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_where_many_corners_meet_a_right_backward_is_not_accused(dtype):
    # All units of the first example are at 0: a move of its inputs turns some on and others off, whichever
    # way it goes, and backward says 0 where no slope is.
    network = Network([Dense(2, 8), ReLU(), Dense(8, 1)], seed=1, dtype=dtype)
    x, targets = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype), [[0], [1], [1], [0]]
    assert check_gradients(network, SquaredError(), x, targets).passed


@pytest.mark.parametrize("seed", range(3))  # one for each matrix that may be zero
def test_weights_of_zero_are_not_accused(seed):
    network = Network([Dense(3, 6), ReLU(), Dense(6, 4), ReLU(), Dense(4, 2)], seed=seed, dtype=np.float64)
    network.layers[2 * (seed % 3)].weights[:] = 0
    x = np.random.default_rng(seed).normal(size=(5, 3))
    assert check_gradients(network, SoftmaxCrossEntropy(), x, [0, 1, 1, 0, 1]).passed


class OnAtZero(ReLU):
    """A ReLU whose backward makes five of one at a corner."""

    def backward(self, upstream, out=None):
        return upstream * np.where(self.a == 0, 5 * (self.z == 0), 1)

    def forward(self, x, out=None):
        self.z = x.copy()
        return super().forward(x, out)


def test_a_mistake_at_a_corner_alone_is_caught():
    x = np.array([[0.0, 0.0], [1.0, 2.0]])
    assert not check_gradients(OnAtZero(), x).passed
    network = Network([Dense(2, 3), OnAtZero(), Dense(3, 1)], dtype=np.float64)
    assert not check_gradients(network, SquaredError(), x, np.ones((2, 1))).passed


def test_a_layer_all_at_corners_passes_if_it_is_right_beside_them():
    report = check_gradients(ReLU(), np.zeros((2, 3)))
    assert report.passed
    assert "ALL KINKS: every entry tried lies at a corner; backward is right beside them." in str(report)


# layers and networks


class ForgotTheTranspose(Dense):
    """A dense layer whose backward pass uses W where Wᵀ belongs."""

    def backward(self, upstream, out=None):
        super().backward(upstream)
        return upstream @ self.weights


class ForgotTheBatch(Dense):
    """A dense layer that averages the bias's gradient over the batch instead of adding it up."""

    def backward(self, upstream, out=None):
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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_network_is_left_as_it_was(dtype):
    network = Network([Dense(3, 4), ReLU(), Dense(4, 2)], dtype=dtype)
    x = np.zeros((2, 3), dtype)  # a corner, so that backward is asked beside it as well
    network.loss_and_gradient(SoftmaxCrossEntropy(), x, [0, 1])
    parameters, gradient = network.parameters.copy(), network.gradient.copy()
    check_gradients(network, SoftmaxCrossEntropy(), x, [0, 1])
    np.testing.assert_array_equal(network.parameters, parameters)
    np.testing.assert_array_equal(network.gradient, gradient)


@pytest.mark.parametrize("seed", range(20))
def test_a_right_network_in_float32_is_not_accused_at_its_corners(seed):
    # Hundreds of ReLUs, some of them within a nudge of their corner.
    rng = np.random.default_rng(seed)
    network = Network([Dense(100, 30), ReLU(), Dense(30, 10)], seed=seed)
    x, labels = rng.random(size=(8, 100), dtype=np.float32), rng.integers(10, size=8)
    assert check_gradients(network, SoftmaxCrossEntropy(), x, labels, seed=seed).passed


class FillsNothing(Dense):
    """A layer whose backward forgets its parameters."""

    def backward(self, upstream, out=None):
        return upstream @ self.weights.T


class FillsOnce(Dense):
    """A layer whose backward fills its parameters' gradients the first time alone."""

    has_filled = False

    def backward(self, upstream, out=None):
        before = {name: gradient.copy() for name, gradient in self.gradient_views().items()}
        downstream = super().backward(upstream)
        if self.has_filled:
            for name, gradient in self.gradient_views().items():
                gradient[...] = before[name]
        self.has_filled = True
        return downstream


class Adds(Dense):
    """A layer whose backward adds to the gradients that it finds."""

    def backward(self, upstream, out=None):
        before = self.bias_gradient.copy()
        downstream = super().backward(upstream)
        self.bias_gradient += before
        return downstream


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [FillsNothing, FillsOnce, Adds])
def test_an_old_gradient_does_not_pass_for_a_new_one(kind, dtype):
    x = np.random.default_rng(0).normal(size=(4, 3)).astype(dtype)
    layer = kind(3, 2).initialise(dtype=dtype)
    # What is right at this point lies ready in the gradients.
    right = Dense(3, 2).initialise(dtype=dtype)
    upstream = np.random.default_rng(0).standard_normal(right.forward(x).shape).astype(dtype)
    right.backward(upstream)
    for name, gradient in layer.gradient_views().items():
        gradient[...] = right.gradient_views()[name]
    assert not check_gradients(layer, x).passed
    network = Network([Dense(3, 3), Tanh(), kind(3, 2)], dtype=dtype)
    assert not kit.passes(network, SoftmaxCrossEntropy(), x, [0, 1, 1, 0])


class TrainsOtherwise(Network):
    """A network whose training leaves another gradient than its backward."""

    def loss_and_gradient(self, loss, x, targets):
        value = super().loss_and_gradient(loss, x, targets)
        self.gradient_views["dense1.bias"][...] *= 1.01
        return value


def test_training_is_checked_as_well_as_backward():
    network = TrainsOtherwise([Dense(3, 4), Tanh(), Dense(4, 2)], dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(4, 3))
    report = check_gradients(network, SoftmaxCrossEntropy(), x, [0, 1, 1, 0])
    assert [entry.name for entry in report.entries if not entry.passed] == ["dense1.bias"]


def test_a_network_is_checked_by_its_inputs_too():
    x = np.random.default_rng(0).normal(size=(4, 3))
    network = Network([ForgotTheTranspose(3, 3), Tanh(), Dense(3, 2)], dtype=np.float64)
    report = check_gradients(network, SoftmaxCrossEntropy(), x, [0, 1, 1, 0])
    assert [entry.name for entry in report.entries if not entry.passed] == ["x"]


@pytest.mark.parametrize("kind", [Tanh, kit.TanhNotSquared])
def test_a_network_without_parameters_is_checked_by_its_inputs(kind):
    network = Network([kind()], dtype=np.float64)
    report = check_gradients(network, SquaredError(), np.ones((1, 1)), [[0.0]])
    assert [entry.name for entry in report.entries] == ["x", "outputs"]
    assert report.passed == (kind is Tanh)


def test_the_loss_has_a_line_of_its_own():
    network = Network([Dense(3, 4), Tanh(), Dense(4, 2)], dtype=np.float64)
    report = check_gradients(network, kit.NoTarget(), np.ones((2, 3)), [0, 1])
    assert [entry.name for entry in report.entries if not entry.passed] == ["outputs"]


# float32


def function_of_float32(seed):
    """The loss of a float32 network as a function of its parameters, and its gradient; both in float64."""
    rng = np.random.default_rng(seed)
    network = Network([Dense(3, 6), [Tanh, ReLU, GELU, Sigmoid][seed % 4](), Dense(6, 3)], seed=seed)
    x = (rng.normal(size=(5, 3)) * 10.0 ** rng.integers(-2, 2)).astype(np.float32)
    loss, labels = SoftmaxCrossEntropy(), rng.integers(3, size=5)

    def function(parameters):
        network.parameters = parameters
        return loss.forward(network.predict(x), labels)

    def gradient(parameters):
        network.parameters = parameters
        network.loss_and_gradient(loss, x, labels)
        return network.gradient.astype(np.float64)

    return function, gradient, network.parameters.copy()


@pytest.mark.parametrize("seed", range(12))
def test_a_function_of_a_float32_network_is_judged_by_its_own_rounding(seed):
    function, gradient, start = function_of_float32(seed)
    assert check_gradients(function, gradient, start).passed
    assert not check_gradients(function, lambda p: 1.5 * gradient(p), start).passed
    assert not check_gradients(function, np.zeros_like, start).passed


def test_a_float32_network_is_checked_in_float64():
    network = Network([Dense(3, 4), ReLU(), Dense(4, 2)], seed=3)
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    report = check_gradients(network, SoftmaxCrossEntropy(), x, [0, 1, 1, 0, 1])
    assert report.passed
    assert {entry.tolerance for entry in report.entries} == {1e-6}


class Remembers(Dense):
    """A layer that a copy does not copy: a function that it keeps goes on with the original."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.product = lambda x: x @ self.weights + self.bias

    def forward(self, x, out=None):
        self.x = x
        return self.product(x)


class InsistsOnFloat32(Dense):
    def forward(self, x, out=None):
        if x.dtype != np.float32:
            raise TypeError("float32, please")
        return super().forward(x)


@pytest.mark.parametrize("kind", [Remembers, InsistsOnFloat32])
def test_code_that_insists_on_float32_is_checked_in_float32(kind):
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)

    class Wrong(kind):
        def backward(self, upstream, out=None):
            return 1.1 * super().backward(upstream)

    report = check_gradients(kind(3, 4).initialise(), x)
    assert report.passed
    assert {entry.tolerance for entry in report.entries} == {2e-2}
    assert not check_gradients(Wrong(3, 4).initialise(), x).passed


# many entries


def test_large_parameters_are_sampled():
    network = Network([Dense(50, 40), Tanh(), Dense(40, 1)], dtype=np.float64)
    report = check_gradients(network, SquaredError(), np.ones((2, 50)), np.ones((2, 1)))
    assert {entry.name: entry.checked for entry in report.entries} == {
        "x": 100,
        "dense1.weights": 200,
        "dense1.bias": 40,
        "dense2.weights": 40,
        "dense2.bias": 1,
        "outputs": 2,
    }
    assert [entry.name for entry in report.entries if entry.direction] == ["dense1.weights"]
    assert report.passed
    assert report.entries[1].direction.count == 3


def test_nudging_all_at_once_ends_with_the_first_direction_that_differs_and_says_so():
    weights = np.ones(1000)
    report = check_gradients(
        lambda x: float(x @ x), lambda x: 2 * x + 0.01 * (np.arange(1000) == 500), weights
    )
    assert report.entries[0].direction.count == 1
    assert "in 1 direction " in str(report)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_single_wrong_entry_of_100_000_is_found(dtype):
    layer = kit.OneEntryWrong(400, 250).initialise(dtype=dtype)
    x = np.random.default_rng(0).normal(size=(4, 400)).astype(dtype)
    report = check_gradients(layer, x)
    weights = next(entry for entry in report.entries if entry.name == "weights")
    assert "200 of 100,000 tried" in str(report)
    assert not weights.passed
    assert weights.index == (133, 125)
    assert [entry.name for entry in report.entries if not entry.passed] == ["weights"]


def test_two_wrong_entries_that_cancel_are_found():
    x = np.random.default_rng(0).normal(size=5_000)

    def gradient(x):
        claimed = 3 * x**2
        claimed[[7, 4_000]] += 0.01, -0.01
        return claimed

    assert not check_gradients(cube, gradient, x).passed


# functions of all kinds


def test_functions_may_change_what_they_are_given():
    def square(x):
        x *= x
        return x.sum()

    def gradient(x):
        x *= 2
        return x

    x = np.array([1.0, 2.0])
    assert check_gradients(square, gradient, x).passed
    np.testing.assert_array_equal(x, [1.0, 2.0])


@pytest.mark.parametrize(
    ("gradient", "x"),
    [
        (lambda x: x, np.array([1.0, 2.0])),
        (lambda x: x.tolist(), np.array([1.0, 2.0])),
        (lambda x: x, np.array([1, 2, 3])),
        (lambda x: x, 2.0),
        (lambda x: x.astype(int), np.array([1, 2, 3])),
    ],
)
def test_gradients_may_be_anything_like_an_array(gradient, x):
    assert check_gradients(lambda x: 0.5 * (x**2).sum(), gradient, x).passed
    assert not check_gradients(lambda x: (x**2).sum(), gradient, x).passed


def test_a_matrix_is_an_array():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # numpy's, of matrices
        x = np.matrix([[1.0, 2.0]])
        assert check_gradients(lambda x: (x**2).sum(), lambda x: np.matrix(2 * x), x).passed


def test_a_constant_has_no_gradient():
    assert check_gradients(lambda x: 3, np.zeros_like, np.ones(2)).passed
    assert not check_gradients(lambda x: 3, lambda x: np.full(2, 1e-3), np.ones(2)).passed
    assert not check_gradients(lambda x: 0, lambda x: np.full(2, 1e-30), np.ones(2)).passed


def test_a_function_that_draws_at_random_is_judged_within_its_noise():
    rng = np.random.default_rng(0)

    def noisy(x):
        return (x**2).sum() + 1e-10 * rng.normal()

    x = np.array([1.0, 2.0])
    assert check_gradients(noisy, lambda x: 2 * x, x).passed
    assert not check_gradients(noisy, lambda x: 2.02 * x, x).passed
    report = check_gradients(lambda x: (x**2).sum() + rng.normal(), lambda x: 2 * x, x)
    assert not report.passed
    assert "switch off what is random in it" in str(report)


# faults and right code, drawn at random; the kit, run by itself, draws more


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("fault", kit.FAULTS)
def test_faults_are_caught(fault, dtype):
    assert kit.caught(fault, dtype, 1)[0] == 1  # make soak: 100 of each


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", kit.RIGHT)
def test_right_code_is_not_accused(kind, dtype):
    assert kit.accused(kind, dtype, 3) == []  # make soak: 100 of each


def test_the_table_fits_a_page():
    network = Network([Dense(784, 128), ReLU(), Dense(128, 10)], dtype=np.float64)
    x = np.random.default_rng(0).random((2, 784))
    lines = str(check_gradients(network, SoftmaxCrossEntropy(), x, [3, 7])).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].split() == ["parameter", "entries", "error", "at", "analytic", "numeric", "verdict"]
    assert lines[3].split()[:5] == ["dense1.weights", "200", "of", "100,352", "tried"]
    assert lines[4].split()[:6] == ["all", "at", "once", "in", "3", "directions"]


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

    @pytest.mark.parametrize("function", [lambda x: x, lambda x: 1j, lambda x: None])
    def test_a_function_of_more_than_a_number(self, function):
        with pytest.raises(ValueError, match="the function must return one number, got"):
            check_gradients(function, lambda x: x, np.ones(2))

    def test_no_gradient(self):
        with pytest.raises(ValueError, match=r"the gradient has shape \(\), its function's input \(2,\)"):
            check_gradients(np.sum, lambda x: None, np.ones(2))

    def test_a_layer_without_downstream(self):
        class Silent(Tanh):
            def backward(self, upstream, out=None):
                super().backward(upstream)

        with pytest.raises(TypeError, match="the gradient of x must be an array of numbers, got array"):
            check_gradients(Silent(), np.ones((2, 3)))

    def test_empty(self):
        with pytest.raises(ValueError, match="empty"):
            check_gradients(cube, lambda x: x, np.ones(0))

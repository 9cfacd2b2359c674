"""RNN, GRU and LastStep: against nudges and PyTorch, and where truncation cuts the gradient."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backproplab import Dense, Network, SquaredError, Tanh, check_gradients, fit
from backproplab.layers import GRU, RNN, Cost, LastStep, Residual, gru
from backproplab.losses import BinaryCrossEntropy
from backproplab.optimizers import Adam

BOTH = pytest.mark.parametrize("kind", [RNN, GRU])
SIZES = st.integers(1, 4)


def awake(kind, features, units, seed=0, **more):
    """A layer whose biases are no longer 0."""
    layer = kind(features, units, **more).initialise(seed=seed, dtype=np.float64)
    layer.bias = np.random.default_rng(seed).normal(size=layer.bias.shape)
    return layer


def upstream_at(shape, step, seed=0):
    """An upstream gradient that comes to one step alone."""
    upstream = np.zeros(shape)
    upstream[:, step] = np.random.default_rng(seed).normal(size=(shape[0], shape[2]))
    return upstream


@settings(max_examples=25, deadline=None)
@given(batch=SIZES, steps=SIZES, features=SIZES, units=SIZES, seed=st.integers(0, 999))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@BOTH
def test_backward_agrees_with_nudges_for_any_shape(kind, dtype, batch, steps, features, units, seed):
    x = np.random.default_rng(seed).normal(size=(batch, steps, features)).astype(dtype)
    assert check_gradients(awake(kind, features, units, seed).astype(dtype), x, seed=seed).passed


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (2, 1, 3, 4)])
def test_the_last_step_gets_all_of_the_message(shape):
    x = np.random.default_rng(0).normal(size=shape)
    layer = LastStep()
    np.testing.assert_array_equal(layer.forward(x), x[:, -1])
    assert check_gradients(layer, x).passed


@BOTH
def test_it_agrees_with_pytorch(kind):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    ours = awake(kind, 3, 4)
    theirs = getattr(torch.nn, kind.__name__)(3, 4, batch_first=True, dtype=torch.float64)
    signs = np.ones((3 if kind is GRU else 1, 4))  # PyTorch's z is 1 − ours
    if kind is GRU:
        signs[0] = -1
        swap = [1, 0, 2]  # and it has r before z
    else:
        swap = [0]

    def rearranged(array):
        blocks = (array * signs.ravel()).reshape(*array.shape[:-1], -1, 4)[..., swap, :]
        return blocks.reshape(array.shape).T

    with torch.no_grad():
        theirs.weight_ih_l0[...] = torch.tensor(rearranged(ours.weights))
        theirs.weight_hh_l0[...] = torch.tensor(rearranged(ours.recurrent))
        theirs.bias_ih_l0[...] = torch.tensor(rearranged(ours.bias))
        theirs.bias_hh_l0[...] = 0
    x, upstream = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 4))
    z = torch.tensor(x, requires_grad=True)
    y, _ = theirs(z)
    y.backward(torch.tensor(upstream))
    exact = {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(ours.forward(x), y.detach(), **exact)
    np.testing.assert_allclose(ours.backward(upstream), z.grad, **exact)
    for gradient, expected in (
        (ours.weights_gradient, theirs.weight_ih_l0.grad),
        (ours.recurrent_gradient, theirs.weight_hh_l0.grad),
        (ours.bias_gradient, theirs.bias_ih_l0.grad),
    ):
        np.testing.assert_allclose(rearranged(gradient), expected, **exact)


@BOTH
class TestTruncation:
    def test_the_message_goes_as_many_steps_back_as_it_says(self, kind):
        x = np.random.default_rng(2).normal(size=(3, 10, 2))
        whole, cut = awake(kind, 2, 4), awake(kind, 2, 4, truncate=4)
        np.testing.assert_array_equal(cut.forward(x), whole.forward(x))
        upstream = upstream_at((3, 10, 4), 9)
        reached, expected = cut.backward(upstream), whole.backward(upstream)
        np.testing.assert_array_equal(reached[:, :6], 0)
        np.testing.assert_allclose(reached[:, 6:], expected[:, 6:], rtol=1e-12)
        assert (np.abs(expected[:, :6]).max(axis=(0, 2)) > 0).all()

    def test_it_is_the_gradient_of_pieces_whose_first_state_is_given(self, kind):
        x = np.random.default_rng(3).normal(size=(2, 6, 2))
        whole, cut, blunt = (awake(kind, 2, 3, truncate=truncate) for truncate in (None, 3, 1))
        for layer in (whole, cut, blunt):
            layer.forward(x)
        first = upstream_at((2, 6, 3), 2)  # it comes to the end of the first piece
        np.testing.assert_allclose(cut.backward(first), whole.backward(first), rtol=1e-12)
        np.testing.assert_allclose(cut.recurrent_gradient, whole.recurrent_gradient, rtol=1e-12)
        blunt.backward(first)
        assert np.abs(blunt.recurrent_gradient - whole.recurrent_gradient).max() > 1e-3

    def test_one_that_is_longer_than_time_changes_nothing(self, kind):
        x, upstream = np.random.default_rng(4).normal(size=(2, 2, 5, 3))
        whole, cut = awake(kind, 3, 3), awake(kind, 3, 3, truncate=5)
        for layer in (whole, cut):
            layer.forward(x)
        np.testing.assert_array_equal(cut.backward(upstream), whole.backward(upstream))

    def test_the_gradient_check_says_that_it_is_not_the_gradient(self, kind):
        x = np.random.default_rng(5).normal(size=(2, 5, 2))
        assert not check_gradients(awake(kind, 2, 3, truncate=2), x).passed


@pytest.mark.parametrize("kind", [RNN, GRU, LastStep])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_out_receives_the_result_and_the_dtype_stays(kind, dtype):
    x = np.random.default_rng(6).normal(size=(3, 4, 2)).astype(dtype)
    layer = kind() if kind is LastStep else awake(kind, 2, 5).astype(dtype)
    y = layer.forward(x).copy()
    upstream = np.ones_like(y)
    downstream = layer.backward(upstream)
    out, down = np.full_like(y, np.nan), np.full_like(x, np.nan)
    assert layer.forward(x, out) is out
    assert layer.backward(upstream, down) is down
    np.testing.assert_array_equal(out, y)
    np.testing.assert_array_equal(down, downstream)
    assert y.dtype == downstream.dtype == dtype
    np.testing.assert_array_equal(upstream, 1)


@BOTH
def test_a_gradient_of_the_input_that_nobody_asks_for(kind):
    x = np.random.default_rng(7).normal(size=(3, 4, 2))
    layer = awake(kind, 2, 5)
    upstream = np.ones_like(layer.forward(x))
    layer.backward(upstream)
    expected = {name: view.copy() for name, view in layer.gradient_views().items()}
    assert layer.backward(upstream, needs_input_gradient=False) is None
    for name, view in layer.gradient_views().items():
        np.testing.assert_array_equal(view, expected[name])


def test_in_a_network_training_has_the_gradient_of_the_calls_by_hand():
    layers = [
        Dense(2, 3),
        RNN(3, 4),
        Tanh(),
        Residual([GRU(4, 4)]),
        GRU(4, 3),
        Tanh(),
        LastStep(),
        Dense(3, 1),
    ]
    network = Network(layers, dtype=np.float64)
    for seed in range(3):
        x, targets = np.random.default_rng(seed).normal(size=(4, 5, 2)), np.ones((4, 1))
        network.loss_and_gradient(SquaredError(), x, targets)
        trained, alone = network.gradient.copy(), [copy.deepcopy(layer) for layer in network.layers]
        activation = x
        for layer in alone:
            activation = layer.forward(activation.copy())
        loss = SquaredError()
        loss.forward(activation, targets)
        blame = loss.backward()
        for layer in reversed(alone):
            blame = layer.backward(blame.copy())
        by_hand = [view.ravel() for layer in alone for view in layer.gradient_views().values()]
        np.testing.assert_array_equal(trained, np.concatenate(by_hand))
    assert check_gradients(network, SquaredError(), x, targets).passed
    assert network.output_shape((5, 2)) == (1,)


@BOTH
def test_it_learns_to_remember_a_bit(kind):
    rng = np.random.default_rng(8)
    x = rng.normal(size=(3200, 6, 1))
    bit = rng.integers(2, size=(3200, 1))
    x[:, 0] = 2 * bit - 1
    network = Network([kind(1, 8), LastStep(), Dense(8, 1, initial="xavier")], dtype=np.float64)
    fit(network, BinaryCrossEntropy(), x, bit, optimizer=Adam(0.01), epochs=3, batch_size=32)
    assert BinaryCrossEntropy().accuracy(network.predict(x), bit) > 0.95


def test_a_negative_bias_keeps_the_state():
    x = np.random.default_rng(9).normal(size=(8, 30, 4))
    reached = {}
    for bias in (0.0, -4.0):
        gru = GRU(4, 4, update_bias=bias).initialise(dtype=np.float64)
        np.testing.assert_array_equal(gru.bias, [bias] * 4 + [0] * 8)
        gru.backward(upstream_at(gru.forward(x).shape, -1))
        blame = gru.backward(upstream_at((8, 30, 4), -1))
        reached[bias] = np.linalg.norm(blame[:, 0]) / np.linalg.norm(blame[:, -1])
    assert reached[0.0] < 1e-4
    assert reached[-4.0] > 0.1


class Counted(np.ndarray):
    """An array that adds up in `operations` what is computed of it, a multiply-add as 2."""

    operations = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        arrays = [np.asarray(each) for each in inputs]
        targets = None if out is None else tuple(np.asarray(each) for each in out)
        result = getattr(ufunc, method)(*arrays, out=targets, **options)
        if ufunc is np.matmul:
            Counted.operations += 2 * arrays[0].size * arrays[1].shape[-1]
        else:
            Counted.operations += max(array.size for array in (*arrays, np.asarray(result)))
        return out[0] if out is not None else np.asarray(result).view(Counted)


@BOTH
@pytest.mark.parametrize("shape", [(5, 3), (1, 3)])
def test_the_cost_is_what_is_computed(kind, shape, monkeypatch):
    monkeypatch.setattr(kind, "check_input", lambda *_: None)  # which take plain arrays only
    monkeypatch.setattr(kind, "check_upstream", lambda *_: None)
    monkeypatch.setattr(gru, "sigmoid", np.negative)  # one operation
    layer, counts = awake(kind, 3, 4), []
    x, upstream, out = (np.ones((2, *each)).view(Counted) for each in (shape, (shape[0], 4), (shape[0], 4)))
    for call in (
        lambda: layer.forward(x, out),
        lambda: layer.backward(upstream, needs_input_gradient=False),
        lambda: layer.backward(upstream),
    ):
        Counted.operations = 0
        call()
        counts.append(Counted.operations // 2)
    cost = layer.cost(shape)
    assert counts == [cost.forward, cost.parameters, cost.parameters + cost.inputs]


@BOTH
@pytest.mark.parametrize("shape", [(5, 3), (1, 3)])
def test_the_summary_counts_what_is_kept(kind, shape):
    layer = awake(kind, 3, 4)
    kept = []
    for count in (2, 3):
        layer.forward(np.ones((count, *shape)))
        kept.append(sum(vars(layer)[name].nbytes for name in kind.keeps))
    assert layer.kept_bytes(shape, np.dtype(np.float64)) == (kept[1] - kept[0], True)
    without = kept[1] - kept[0] - 8 * shape[0] * shape[1]
    assert layer.kept_bytes(shape, np.dtype(np.float64), input_is_kept=True) == (without, True)


def test_a_last_step_costs_nothing():
    assert LastStep().cost((5, 3)) == Cost(0, 0, 0)
    assert LastStep().kept_bytes((5, 3), np.dtype(np.float64), input_is_kept=True) == (0, False)


def test_gates_of_sums_without_end_are_shut_and_nothing_overflows():
    layer = GRU(1, 1)
    layer.bias = [-2000.0, -2000.0, 0.0]
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(layer.forward(np.ones((1, 3, 1))), 0)


@BOTH
def test_u_starts_by_xaviers_rule_for_the_units_and_w_for_the_features_too(kind):
    layer = kind(300, 20).initialise(dtype=np.float64)
    assert layer.recurrent.std() == pytest.approx(np.sqrt(2 / (20 + 20)), rel=0.1)
    assert layer.weights.std() == pytest.approx(np.sqrt(2 / (300 + 20)), rel=0.1)


class TestBadInput:
    @BOTH
    def test_shapes_dtypes_and_numbers(self, kind):
        layer = kind(3, 4)
        for shape in ((2, 3), (2, 5, 4), (2, 0, 3), (2, 5, 3, 3)):
            with pytest.raises(ValueError, match=r"expected sequences of shape \(batch, time, 3\)"):
                layer.forward(np.ones(shape))
        with pytest.raises(TypeError, match="computes in float64, got float32"):
            layer.forward(np.ones((2, 5, 3), np.float32))
        with pytest.raises(TypeError, match="expected an array of floats"):
            layer.forward(np.ones((2, 5, 3), int))
        with pytest.raises(
            ValueError, match=r"1 does not fit .*\(batch, time, 3\).* got \('batch', '...', 4\)"
        ):
            Network([Dense(2, 4), kind(3, 4)])
        with pytest.raises(ValueError, match="at least one feature and one unit, got 3 and 0"):
            kind(3, 0)
        for truncate in (0, 2.5, np.nan, "2"):
            with pytest.raises(
                ValueError, match=rf"steps, at least one, got truncate={truncate!r}; leave it out"
            ):
                kind(3, 4, truncate=truncate)
        assert kind(3, 4, truncate=np.int64(2)).truncate == 2
        with pytest.raises(RuntimeError, match="call forward first"):
            kind(3, 4).backward(np.ones((2, 5, 4)))
        layer.forward(np.ones((2, 5, 3)))
        with pytest.raises(ValueError, match="expected an upstream gradient like its output"):
            layer.backward(np.ones((2, 4, 4)))

    def test_a_bias_that_is_no_number(self):
        for bias in (float("nan"), "x", None):
            with pytest.raises(ValueError, match=f"a finite number, got {bias!r}"):
                GRU(2, 2, update_bias=bias)

    @BOTH
    def test_advice_fits_the_shape(self, kind):
        for features, shape, advice in (
            (3, (5, 3), r"; pass a batch of sequences: x\[np.newaxis\] of a single one$"),
            (1, (5, 8), r"; one feature a step is x\[:, :, np.newaxis\]$"),
            (3, (5, 8, 4), r"got \(5, 8, 4\)$"),
        ):
            with pytest.raises(ValueError, match=advice):
                kind(features, 2).forward(np.ones(shape))

    @pytest.mark.parametrize(
        "upstream", [np.ones((2, 3)), np.ones((2, 4), np.float32), [[1.0] * 4] * 2, np.ones(4)]
    )
    def test_an_upstream_gradient_of_a_last_step(self, upstream):
        layer = LastStep()
        with pytest.raises(RuntimeError, match="call forward first"):
            layer.backward(upstream)
        layer.forward(np.ones((2, 5, 4)))
        with pytest.raises(ValueError, match=r"like its output, \(2, 4\) float64, got"):
            layer.backward(upstream)

    def test_a_last_step_of_nothing(self):
        for shape in ((3,), (3, 0, 2)):
            with pytest.raises(ValueError, match="at least one step long"):
                LastStep().forward(np.ones(shape))

"""BatchNorm and LayerNorm: against nudges, against PyTorch, and training told apart from prediction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nudging_kit import nudged

from backproplab import SGD, Dense, Network, ReLU, SquaredError, check_gradients, fit
from backproplab.layers import BatchNorm, Chain, Layer, LayerNorm, Residual

BOTH = pytest.mark.parametrize("kind", [BatchNorm, LayerNorm])


def awake(kind, features, seed=0):
    """A layer whose gains and biases are no longer 1 and 0."""
    rng = np.random.default_rng(seed)
    layer = kind(features)
    layer.gain, layer.bias = rng.normal(size=(2, features))
    return layer


@settings(max_examples=15, deadline=None)
@given(
    lead=st.lists(st.integers(2, 3), min_size=1, max_size=3), size=st.integers(2, 4), seed=st.integers(0, 999)
)
@BOTH
def test_the_message_is_what_nudging_every_input_says(kind, lead, size, seed):
    x, upstream = np.random.default_rng(seed).normal(size=(2, *lead, size))
    layer = awake(kind, size, seed)
    expected = nudged(layer, x, upstream)
    layer.forward(x)
    np.testing.assert_allclose(layer.backward(upstream), expected, rtol=1e-4, atol=1e-4 * abs(expected).max())


@BOTH
@pytest.mark.parametrize("shape", [(6, 4), (2, 5, 4), (3, 2, 2, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_passes_the_gradient_check(kind, shape, dtype):
    layer = awake(kind, 4)
    x = np.random.default_rng(2).normal(loc=3, size=shape)
    assert check_gradients(layer.astype(dtype), x.astype(dtype)).passed


@BOTH
def test_a_network_with_it_passes_too_and_its_running_numbers_stay(kind):
    x, targets = np.random.default_rng(2).normal(size=(2, 6, 3))
    network = Network([Dense(3, 4), awake(kind, 4), ReLU(), Dense(4, 3)], dtype=np.float64)
    before = {name: view.copy() for name, view in network.chain.state_views().items()}
    assert check_gradients(network, SquaredError(), x, targets).passed
    assert list(before) == (
        ["batchnorm1.running_mean", "batchnorm1.running_variance"] if kind is BatchNorm else []
    )
    for name, view in network.chain.state_views().items():
        np.testing.assert_array_equal(view, before[name])


@BOTH
@pytest.mark.parametrize("shape", [(7, 5), (3, 4, 5)])
def test_it_agrees_with_pytorch(kind, shape):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    ours = awake(kind, 5)
    theirs = (torch.nn.BatchNorm1d if kind is BatchNorm else torch.nn.LayerNorm)(5, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight[:], theirs.bias[:] = torch.tensor(ours.gain), torch.tensor(ours.bias)

    def features_second(array):  # PyTorch's BatchNorm1d wants (batch, features, time)
        return array.swapaxes(1, -1) if kind is BatchNorm and array.ndim == 3 else array

    for _ in range(3):
        x, upstream = rng.normal(loc=2, scale=3, size=(2, *shape))
        z = torch.tensor(x, requires_grad=True)
        theirs.zero_grad()
        y = features_second(theirs(features_second(z)))
        y.backward(torch.tensor(upstream))
        np.testing.assert_allclose(ours.forward(x), y.detach(), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(ours.backward(upstream), z.grad, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(ours.gain_gradient, theirs.weight.grad, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(ours.bias_gradient, theirs.bias.grad, rtol=1e-9, atol=1e-9)
    if kind is BatchNorm:
        np.testing.assert_allclose(ours.running_mean, theirs.running_mean, rtol=1e-9)
        np.testing.assert_allclose(ours.running_variance, theirs.running_var, rtol=1e-9)
    theirs.eval()
    expected = features_second(theirs(features_second(torch.tensor(x)))).detach()
    np.testing.assert_allclose(ours.predict(x), expected, rtol=1e-9, atol=1e-9)


@BOTH
def test_it_may_write_over_what_comes_in_both_ways(kind):
    x, upstream = np.random.default_rng(4).normal(size=(2, 6, 3))
    layer, in_place = awake(kind, 3), awake(kind, 3)
    y, downstream = layer.forward(x), layer.backward(upstream)
    buffer, message = x.copy(), upstream.copy()
    assert in_place.forward(buffer, buffer) is buffer
    assert in_place.backward(message, message) is message
    np.testing.assert_array_equal(buffer, y)
    np.testing.assert_array_equal(message, downstream)
    np.testing.assert_array_equal(in_place.gain_gradient, layer.gain_gradient)
    for name, view in layer.state_views().items():
        np.testing.assert_array_equal(in_place.state_views()[name], view)


def test_many_rows_far_from_zero_cost_float32_no_more_than_its_own_digits():
    x = (1000 + np.random.default_rng(5).normal(size=(20_000, 4))).astype(np.float32)
    y = BatchNorm(4).astype(np.float32).forward(x)
    expected = BatchNorm(4).forward(x.astype(np.float64))
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, expected, atol=1e-4)


class TestPredictionIsNotTraining:
    def test_only_backward_moves_the_running_numbers(self):
        x = np.random.default_rng(6).normal(loc=5, size=(8, 2))
        layer = BatchNorm(2)
        for _ in range(3):
            layer.forward(x)
            layer.predict(x)
        np.testing.assert_array_equal(layer.running_mean, 0)
        layer.forward(x)
        layer.backward(np.ones_like(x))
        np.testing.assert_allclose(layer.running_mean, 0.1 * x.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(layer.running_variance, 0.9 + 0.1 * x.var(axis=0, ddof=1), rtol=1e-12)

    @pytest.mark.parametrize(
        "wrap", [lambda layer: layer, lambda layer: Residual([layer]), lambda layer: Chain([layer])]
    )
    def test_a_prediction_does_not_depend_on_who_else_is_in_the_batch(self, wrap):
        rng = np.random.default_rng(7)
        x, targets = rng.normal(loc=2, size=(2, 40, 3))
        network = Network([Dense(3, 4), wrap(BatchNorm(4)), ReLU(), Dense(4, 3)], dtype=np.float64)
        fit(network, SquaredError(), x, targets, optimizer=SGD(0.05), epochs=3, batch_size=8)
        together = network.predict(x)
        alone = np.concatenate([network.predict(row[np.newaxis]) for row in x])
        np.testing.assert_allclose(alone, together, rtol=1e-12)
        np.testing.assert_array_equal(network.chain.predict(x), together)
        assert np.abs(network.forward(x) - together).max() > 0.01

    def test_a_backward_after_a_prediction_is_an_error(self):
        network = Network([Dense(3, 4), BatchNorm(4), Dense(4, 1)], dtype=np.float64)
        x = np.random.default_rng(8).normal(size=(5, 3))
        network.forward(x)
        network.predict(x + 1)
        with pytest.raises(RuntimeError, match="call forward first"):
            network.backward(np.ones((5, 1)))

    def test_a_saved_network_predicts_the_same(self, tmp_path):
        def made(seed):
            layers = [Dense(3, 4), Residual([BatchNorm(4)]), Dense(4, 1)]
            return Network(layers, dtype=np.float64, seed=seed)

        x = np.random.default_rng(9).normal(loc=3, size=(20, 3))
        network, other = made(0), made(1)
        fit(network, SquaredError(), x, x[:, :1], optimizer=SGD(0.01), epochs=2, batch_size=5)
        network.save(tmp_path / "network.npz")
        other.load(tmp_path / "network.npz")
        np.testing.assert_array_equal(other.predict(x), network.predict(x))
        twin = network.astype(np.float32)
        np.testing.assert_allclose(twin.predict(x.astype(np.float32)), network.predict(x), rtol=1e-4)
        fit(twin, SquaredError(), x.astype(np.float32), x[:, :1], optimizer=SGD(0.01), epochs=1, batch_size=5)
        np.testing.assert_array_equal(other.predict(x), network.predict(x))  # a twin's numbers are its own

    def test_a_layer_around_it_that_says_nothing_of_prediction_is_an_error(self):
        class Doubled(Layer):
            def __init__(self):
                super().__init__()
                self.norm = BatchNorm(3)

            def forward(self, x):
                return 2 * self.norm.forward(x)

            def backward(self, upstream):
                return self.norm.backward(2 * upstream)

        network, x = Network([Doubled()], dtype=np.float64), np.arange(6.0).reshape(2, 3)
        network.loss_and_gradient(SquaredError(), x, x)
        with pytest.raises(NotImplementedError, match=r"write Doubled.predict\(self, x\), with norm.predict"):
            network.predict(x)

        class Told(Doubled):
            def predict(self, x):
                return 2 * self.norm.predict(x)

        told = Network([Told()], dtype=np.float64)
        np.testing.assert_allclose(told.predict(x), 2 * x, rtol=1e-4)

    def test_what_a_learners_own_prediction_returns_is_looked_at(self):
        class Careless(Layer):
            def forward(self, x):
                return x * 2

            def backward(self, upstream):
                return upstream * 2

            def predict(self, x):
                return x.sum(axis=0)

        with pytest.raises(ValueError, match=r"predict returned \(3,\) for a batch of 2"):
            Network([Careless()], dtype=np.float64).predict(np.ones((2, 3)))


class TestBadInput:
    def test_one_row_has_no_spread(self):
        with pytest.raises(ValueError, match="spread of a batch, which one row does not have"):
            BatchNorm(3).forward(np.ones((1, 3)))

    @BOTH
    def test_shapes_dtypes_and_numbers(self, kind):
        with pytest.raises(ValueError, match=r"expected inputs of shape \(batch, 3\), got \(2, 4\)"):
            kind(3).forward(np.ones((2, 4)))
        with pytest.raises(TypeError, match=r"computes in float64, got float32"):
            kind(3).forward(np.ones((2, 3), np.float32))
        with pytest.raises(ValueError, match="does not fit what comes before"):
            Network([Dense(2, 4), kind(3)])
        with pytest.raises(ValueError, match="at least one feature"):
            kind(0)
        with pytest.raises(ValueError, match="a number above 0, got 0"):
            kind(2, epsilon=0)
        with pytest.raises(RuntimeError, match="call forward first"):
            kind(2).backward(np.ones((2, 2)))
        layer = kind(2)
        layer.forward(np.ones((4, 2)))
        with pytest.raises(ValueError, match="expected an upstream gradient like its output"):
            layer.backward(np.ones((3, 2)))

    def test_momentum(self):
        with pytest.raises(ValueError, match="above 0 and at most 1, got 0"):
            BatchNorm(2, momentum=0)


@BOTH
@pytest.mark.parametrize("shape", [(4,), (3, 4)])
def test_the_summary_counts_what_is_kept(kind, shape):
    layer = kind(4)
    one, two = (np.random.default_rng(0).normal(size=(count, *shape)) for count in (2, 3))
    kept = []
    for x in (one, two):
        layer.forward(x)
        kept.append(sum(array.nbytes for array in (layer.normal, layer.spread)))
    assert layer.kept_bytes(shape, np.dtype(np.float64))[0] == kept[1] - kept[0]


class Counted(np.ndarray):
    """An array of which `passes` notes each operation that goes through 12 numbers, and none of fewer."""

    passes = []

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        if max(map(np.size, inputs)) == 12:
            self.passes.append(ufunc.__name__)
        return getattr(ufunc, method)(*map(np.asarray, inputs), **options).view(Counted)


@BOTH
def test_the_cost_is_what_is_computed_for_each_number(kind, monkeypatch):
    monkeypatch.setattr(kind, "check_input", lambda *_: None)  # which take plain arrays only
    monkeypatch.setattr(kind, "check_upstream", lambda *_: None)
    layer, counts = kind(4), []
    x, upstream = np.random.default_rng(0).normal(size=(2, 3, 4)).view(Counted)
    for call, array in ((layer.forward, x), (layer.backward, upstream)):
        Counted.passes.clear()
        call(array)
        counts.append(len(Counted.passes))
    cost = layer.cost((4,))
    assert counts == [cost.forward // 4, (cost.parameters + cost.inputs) // 4]


@pytest.mark.parametrize(
    ("kept", "other"),
    [
        (LayerNorm(3, epsilon=1.0), LayerNorm(3)),
        (BatchNorm(3, epsilon=1.0), BatchNorm(3)),
        (BatchNorm(3, momentum=0.5), BatchNorm(3)),
    ],
)
def test_norms_of_other_numbers_are_told_apart_where_weights_are_read(kept, other, tmp_path):
    path = tmp_path / "weights.npz"
    Network([kept, Dense(3, 1)]).save(path)
    with pytest.raises(ValueError, match=r"build a network with the same layers first"):
        Network([other, Dense(3, 1)]).load(path)
    assert repr(other) == f"{type(other).__name__}(3)"
    assert repr(eval(repr(kept))) == repr(kept)

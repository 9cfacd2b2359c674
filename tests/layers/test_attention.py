"""Attention and Position: against nudges, against PyTorch, and what a causal mask promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backproplab import Dense, Network, SoftmaxCrossEntropy, check_gradients, fit
from backproplab.layers import Attention, Cost, Embedding, LayerNorm, Position, Residual
from backproplab.layers.attention import softmax_backward
from backproplab.optimizers import Adam
from backproplab.targets import Masked

MATRICES = ("query", "key", "value", "output")


def pair(*shape, seed=0):
    """Inputs and an upstream gradient of a shape."""
    return np.random.default_rng(seed).normal(size=(2, *shape))


@settings(max_examples=20, deadline=None)
@given(
    lead=st.lists(st.integers(1, 3), min_size=1, max_size=2),
    time=st.integers(1, 5),
    heads=st.integers(1, 3),
    width=st.integers(1, 3),
    seed=st.integers(0, 999),
)
def test_attention_agrees_with_nudges_for_any_shape(lead, time, heads, width, seed):
    x = np.random.default_rng(seed).normal(size=(*lead, time, heads * width))
    assert check_gradients(Attention(heads * width, heads=heads), x, seed=seed).passed


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 2, 3, 4), (1, 1, 4)])
@pytest.mark.parametrize("make", [lambda: Attention(4, heads=2), lambda: Position(3, 4)])
def test_it_passes_the_gradient_check_in_its_dtype(make, shape, dtype):
    x = np.random.default_rng(1).normal(size=shape).astype(dtype)
    layer = make().astype(dtype)
    assert check_gradients(layer, x).passed
    assert layer.forward(x).dtype == layer.backward(np.ones_like(x)).dtype == dtype


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("shape", [(3, 6, 8), (1, 1, 8)])
def test_attention_agrees_with_pytorch(shape, heads):
    torch = pytest.importorskip("torch")
    x, upstream = pair(*shape)
    ours = Attention(8, heads=heads)
    theirs = torch.nn.MultiheadAttention(8, heads, bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        theirs.in_proj_weight[:] = torch.tensor(np.hstack([ours.query, ours.key, ours.value]).T)
        theirs.out_proj.weight[:] = torch.tensor(ours.output.T)
    z = torch.tensor(x, requires_grad=True)
    ahead = torch.triu(torch.ones(shape[1], shape[1], dtype=torch.bool), 1)
    y, weights = theirs(z, z, z, attn_mask=ahead, average_attn_weights=False)
    y.backward(torch.tensor(upstream))
    np.testing.assert_allclose(ours.forward(x), y.detach(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.attention, weights.detach(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.backward(upstream), z.grad, rtol=1e-9, atol=1e-9)
    inner = np.hstack([ours.query_gradient, ours.key_gradient, ours.value_gradient]).T
    np.testing.assert_allclose(inner, theirs.in_proj_weight.grad, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.output_gradient.T, theirs.out_proj.weight.grad, rtol=1e-9, atol=1e-9)


def test_the_rows_of_attention_add_up_to_one_and_see_nothing_ahead():
    x, _ = pair(2, 5, 4)
    layer = Attention(4, heads=2)
    layer.forward(100 * x)  # scores of thousands, which overflow an exponential
    assert layer.attention.shape == (2, 2, 5, 5)
    np.testing.assert_allclose(layer.attention.sum(axis=-1), 1, rtol=1e-12)
    np.testing.assert_array_equal(np.triu(layer.attention, 1), 0)


def test_what_comes_later_changes_nothing_before_it_in_either_direction():
    x, upstream = pair(2, 5, 4)
    layer = Attention(4)
    before = layer.forward(x)
    other = x.copy()
    other[:, 3:] = 7
    np.testing.assert_array_equal(layer.forward(other)[:, :3], before[:, :3])
    upstream[:, 3:] = 0  # the loss asks of the first three alone
    np.testing.assert_array_equal(layer.backward(upstream)[:, 3:], 0)
    short = Attention(4)
    np.testing.assert_allclose(short.forward(x[:, :3].copy()), before[:, :3], rtol=1e-12)


def test_with_no_position_words_in_another_order_are_the_same_to_the_last_place():
    x, _ = pair(1, 4, 6)
    layer, shuffled = Attention(6), x[:, [2, 0, 1, 3]]
    np.testing.assert_allclose(layer.forward(shuffled)[:, 3], layer.forward(x)[:, 3], rtol=1e-12)
    position = Position(4, 6)
    apart = layer.forward(position.forward(shuffled))[:, 3] - layer.forward(position.forward(x))[:, 3]
    assert np.abs(apart).max() > 0.01


@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 6), seed=st.integers(0, 999))
def test_the_messages_to_the_scores_of_a_row_add_up_to_zero(size, seed):
    weights, upstream = pair(3, size, seed=seed)
    weights = np.exp(weights) / np.exp(weights).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(softmax_backward(weights, upstream).sum(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(softmax_backward(weights, np.ones_like(weights)), 0, atol=1e-12)


@pytest.mark.parametrize("make", [lambda: Attention(4, heads=2), lambda: Position(5, 4)])
def test_out_receives_the_result_and_changes_nothing_else(make):
    x, upstream = pair(2, 3, 4)
    layer, given = make(), (x.copy(), upstream.copy())
    y, downstream = layer.forward(x), layer.backward(upstream)
    out, down = np.empty_like(x), np.empty_like(x)
    assert layer.forward(x, out) is out
    assert layer.backward(upstream, down) is down
    np.testing.assert_array_equal(out, y)
    np.testing.assert_array_equal(down, downstream)
    np.testing.assert_array_equal((x, upstream), given)


def test_a_position_is_added_in_every_sequence_and_its_gradient_over_them():
    x, upstream = pair(3, 2, 4)
    layer = Position(5, 4)
    np.testing.assert_array_equal(layer.forward(x), x + layer.weights[:2])
    np.testing.assert_array_equal(layer.backward(upstream), upstream)
    np.testing.assert_allclose(layer.weights_gradient[:2], upstream.sum(axis=0), rtol=1e-12)
    layer.weights_gradient[:] = np.nan  # what an earlier, longer batch left
    layer.backward(upstream)
    np.testing.assert_array_equal(layer.weights_gradient[2:], 0)
    buffer = x.copy()
    assert layer.forward(buffer, buffer) is buffer
    np.testing.assert_array_equal(buffer, x + layer.weights[:2])


def language(heads=1, dtype=np.float64):
    """A small language network over seven words."""
    layers = [
        Embedding(7, 8),
        Position(6, 8),
        Residual([LayerNorm(8), Attention(8, heads=heads)]),
        LayerNorm(8),
        Dense(8, 7, initial="xavier"),
    ]
    return Network(layers, dtype=dtype)


def test_a_language_network_passes_the_gradient_check_with_masked_targets():
    rng = np.random.default_rng(3)
    x, labels = rng.integers(7, size=(2, 4, 6))
    targets = Masked(labels, rng.random((4, 6)) < 0.5)
    assert check_gradients(language(heads=2), SoftmaxCrossEntropy(), x, targets).passed


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fit_teaches_it_to_copy_what_stood_first(dtype):
    x = np.random.default_rng(4).integers(7, size=(600, 6))
    targets = np.repeat(x[:, :1], 6, axis=1)  # at every place: the first word, found by its position alone
    network = language(dtype=dtype)
    history = fit(
        network, SoftmaxCrossEntropy(), x, targets, optimizer=Adam(0.01), epochs=12, batch_size=50,
        validation=(x, targets),
    )  # fmt: skip
    assert history.validation_accuracy[-1] > 0.98


@pytest.mark.parametrize("heads", [1, 3])
def test_the_cost_grows_with_the_square_of_time_only_in_scores_and_averages(heads):
    layer, features = Attention(6, heads=heads), 6
    for part in range(3):
        costs = [layer.cost((time, features))[part] for time in (10, 20, 40)]
        second = costs[2] - 2 * costs[1] - 2 * (costs[1] - 2 * costs[0])  # of a t² + b t: 400 a
        quadratic = {0: 4 * features + 7 * heads, 1: 8 * features + 5 * heads, 2: 0}[part]
        assert second == 400 * quadratic
    assert layer.cost((1, features)).forward == 8 * features**2 + 4 * features + 7 * heads


@pytest.mark.parametrize("heads", [1, 2])
def test_what_is_kept_is_counted_with_the_square_of_time(heads):
    layer, found = Attention(4, heads=heads), []
    for batch in (2, 3):
        x, _ = pair(batch, 5, 4)
        layer.forward(x)
        kept = {name: getattr(layer, name) for name in layer.keeps}
        assert kept["x"] is x
        found.append(sum(array.nbytes for array in kept.values()))
    assert layer.kept_bytes((5, 4), np.dtype(np.float64)) == (found[1] - found[0], False)
    without = found[1] - found[0] - 8 * 5 * 4
    assert layer.kept_bytes((5, 4), np.dtype(np.float64), input_is_kept=True) == (without, False)
    assert found[1] - found[0] == 8 * (5 * 5 * 4 + heads * 5 * 5)  # x, Q, K, V, A V; and A


def test_what_is_kept_is_counted_without_a_pass(monkeypatch):
    monkeypatch.setattr(Attention, "forward", None)  # of 100,000 places it would need 80 GB
    size = np.dtype(np.float64)
    assert Attention(8).kept_bytes((100_000, 8), size)[0] == 8 * (5 * 800_000 + 10**10)
    assert Attention(8, heads=2).kept_bytes((3, 50, 8), size)[0] == 8 * 3 * (5 * 400 + 2 * 2500)


def test_a_gradient_of_the_input_that_nobody_asks_for():
    x, upstream = pair(2, 3, 4)
    layer = Attention(4, heads=2)
    layer.forward(x)
    layer.backward(upstream)
    expected = {name: view.copy() for name, view in layer.gradient_views().items()}
    assert layer.backward(upstream, needs_input_gradient=False) is None
    for name, view in layer.gradient_views().items():
        np.testing.assert_array_equal(view, expected[name])


@pytest.mark.parametrize("shape", [(0, 3, 4), (2, 0, 3, 4), (0, 0, 3, 4)])
@pytest.mark.parametrize("make", [lambda: Attention(4, heads=2), lambda: Position(5, 4)])
def test_an_empty_batch_goes_through(make, shape):
    layer = make()
    y = layer.forward(np.zeros(shape))
    assert y.shape == layer.backward(y).shape == shape
    for gradient in layer.gradient_views().values():
        np.testing.assert_array_equal(gradient, 0)


def test_a_position_adds_many_small_gradients_rightly():
    layer = Position(1, 2).astype(np.float32)
    tenth = np.full((1_000_000, 1, 2), 0.1, np.float32)
    layer.forward(tenth)
    layer.backward(tenth)
    np.testing.assert_allclose(layer.weights_gradient, 1e6 * float(np.float32(0.1)), rtol=1e-6)


def test_a_position_costs_an_addition_an_element_each_way():
    assert Position(9, 4).cost((5, 4)) == Cost(20, 20, 0)


@pytest.mark.parametrize(
    ("layers", "example"),
    [
        (lambda: [Attention(4)], r"\(10, 4\)"),
        (lambda: [Embedding(5, 3), Position(12, 3), Dense(3, 2)], r"\(10,\)"),
        (lambda: [Embedding(5, 3), Position(6, 3), Dense(3, 2)], r"\(1,\)"),
    ],
)
def test_a_summary_asks_for_the_length_of_a_sequence(layers, example):
    network = Network(layers())
    with pytest.raises(ValueError, match=rf"say which: summary\(input_shape={example}\)"):
        network.summary()
    length = (6,) if network.chain.integers else (6, 4)
    assert network.summary(input_shape=length).rows[0].output[0] == 6
    with pytest.raises(ValueError, match="expected inputs of shape"):
        network.summary(input_shape=length[1:])


class TestBadInput:
    def test_attention(self):
        with pytest.raises(ValueError, match=r"divides its features among its heads.*got 4 features and 3"):
            Attention(4, heads=3)
        with pytest.raises(ValueError, match=r"\(batch, time, 4\), got \(3, 4\); pass a batch of sequences"):
            Attention(4).forward(np.ones((3, 4)))
        with pytest.raises(ValueError, match=r"\(batch, time, 4\), got \(2, 3, 5\); what comes before"):
            Attention(4).forward(np.ones((2, 3, 5)))
        with pytest.raises(TypeError, match="computes in float64, got float32"):
            Attention(4).forward(np.ones((2, 3, 4), np.float32))
        with pytest.raises(RuntimeError, match="call forward first"):
            Attention(4).backward(np.ones((2, 3, 4)))
        layer = Attention(4)
        layer.forward(np.ones((2, 3, 4)))
        with pytest.raises(ValueError, match="expected an upstream gradient like its output"):
            layer.backward(np.ones((2, 2, 4)))
        with pytest.raises(ValueError, match="does not fit what comes before"):
            Network([Dense(2, 5), Attention(4)])

    def test_position(self):
        with pytest.raises(ValueError, match="needs a place and a feature at least, got 0 and 4"):
            Position(0, 4)
        with pytest.raises(ValueError, match=r"got \(2, 5, 4\); shorten .* make it Position\(5, 4\)"):
            Position(3, 4).forward(np.ones((2, 5, 4)))
        with pytest.raises(ValueError, match="with at most 3 places"):
            Position(3, 4).output_shape((5, 4))
        with pytest.raises(TypeError, match="computes in float64, got float32"):
            Position(3, 4).forward(np.ones((2, 3, 4), np.float32))
        with pytest.raises(TypeError, match="expected an array of floats"):
            Position(3, 4).forward(np.ones((2, 3, 4), int))
        for shape, says in (
            ((3, 4), "pass a batch of sequences"),
            ((2, 3, 5), "must give 4 features a place"),
        ):
            with pytest.raises(ValueError, match=says):
                Position(3, 4).forward(np.ones(shape))

    @pytest.mark.parametrize("layer", [Attention(4), Position(3, 4)], ids=repr)
    def test_features_alone_are_no_sequence(self, layer):
        with pytest.raises(ValueError, match=r"\(batch, time, 4\).*got \('batch', 4\)"):
            layer.output_shape((4,))

    def test_a_sequence_of_no_place(self):
        for call in (
            lambda: Attention(4).forward(np.ones((2, 0, 4))),
            lambda: Attention(4).output_shape((0, 4)),
        ):
            with pytest.raises(ValueError, match="a sequence has at least one place"):
                call()

    @pytest.mark.parametrize(("features", "heads"), [(4, 2.0), (4.0, 1), (4, 0), (4, None)])
    def test_heads_and_features_are_whole_numbers(self, features, heads):
        with pytest.raises(ValueError, match="the same whole number to each"):
            Attention(features, heads=heads)
        with pytest.raises(ValueError, match=r"needs a place and a feature at least, got 2\.5"):
            Position(2.5, 4)

    @pytest.mark.parametrize(
        "upstream",
        [
            np.ones((2, 3, 1)),  # would be broadcast into the table
            np.ones((7, 2, 4)),
            np.ones((2, 3, 4), int),
            np.ones((2, 3, 4), np.float32),
            np.ma.ones((2, 3, 4)),
        ],
        ids=lambda array: f"{type(array).__name__} {array.shape} {array.dtype}",
    )
    def test_an_upstream_gradient_of_a_position(self, upstream):
        layer = Position(3, 4)
        with pytest.raises(RuntimeError, match="call forward first"):
            layer.backward(upstream)
        layer.forward(np.ones((2, 3, 4)))
        with pytest.raises(ValueError, match="expected an upstream gradient like its output"):
            layer.backward(upstream)

    def test_an_upstream_gradient_of_a_position_in_a_network(self):
        network = Network([Residual([Position(5, 4)])], dtype=np.float64)
        network.forward(np.ones((3, 5, 4)))
        with pytest.raises(ValueError, match="expected an upstream gradient like its output"):
            network.backward(np.ones((3, 5, 1)))

"""Conv2D and the poolings: against their definition, nudges and PyTorch, and in a network that trains."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nudging_kit import nudged

from backproplab import SGD, Dense, Network, ReLU, SoftmaxCrossEntropy, check_gradients, fit
from backproplab.layers import AvgPool2D, BatchNorm, Conv2D, Cost, Flatten, MaxPool2D, Residual, convolution

SHAPES = {
    "batch": st.integers(1, 4),
    "height": st.integers(3, 7),
    "width": st.integers(3, 7),
    "size": st.integers(1, 3),
    "stride": st.integers(1, 3),
    "seed": st.integers(0, 999),
}
POOLS = pytest.mark.parametrize("kind", [MaxPool2D, AvgPool2D])


def awake(inputs, outputs, seed=0, **more):
    """A convolution whose bias is no longer 0."""
    layer = Conv2D(inputs, outputs, **more).initialise(seed=seed, dtype=np.float64)
    layer.bias = np.random.default_rng(seed).normal(size=outputs)
    return layer


def by_definition(layer, x):
    """Σ x[r·stride + i, c·stride + j] · W[i, j] + b, one output after the other."""
    p, s, k = layer.padding, layer.stride, layer.filter_size
    x = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    down, across = ((length - k) // s + 1 for length in x.shape[1:3])
    y = np.empty((len(x), down, across, layer.outputs))
    for example, r, c, output in np.ndindex(y.shape):
        window = x[example, s * r : s * r + k, s * c : s * c + k]
        y[example, r, c, output] = np.sum(window * layer.weights[..., output]) + layer.bias[output]
    return y


@settings(max_examples=25, deadline=None)
@given(**SHAPES, inputs=st.integers(1, 3), outputs=st.integers(1, 3), padding=st.integers(0, 2))
def test_a_convolution_is_its_definition_and_its_gradients_are_those_of_nudges(
    batch, height, width, size, stride, seed, inputs, outputs, padding
):
    layer = awake(inputs, outputs, seed, size=size, stride=stride, padding=min(padding, size - 1))
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(batch, height, width, inputs))
    y = layer.forward(x)
    np.testing.assert_allclose(y, by_definition(layer, x), rtol=1e-12, atol=1e-12)
    assert y.shape == (batch, *layer.output_shape(x.shape[1:]))
    upstream = rng.normal(size=y.shape)
    expected = nudged(layer, x, upstream)
    layer.forward(x)
    np.testing.assert_allclose(layer.backward(upstream), expected, atol=1e-7)
    assert check_gradients(layer, x).passed


@settings(max_examples=25, deadline=None)
@given(**SHAPES, channels=st.integers(1, 3))
@POOLS
def test_a_pooling_is_its_definition_and_its_gradient_is_that_of_nudges(
    kind, batch, height, width, size, stride, seed, channels
):
    layer = kind(size, stride=stride)
    x = np.random.default_rng(seed).normal(size=(batch, height, width, channels))
    y = layer.forward(x)
    assert y.shape == (batch, *layer.output_shape(x.shape[1:]))
    of_a_window = np.max if kind is MaxPool2D else np.mean
    for example, r, c, channel in np.ndindex(y.shape):
        window = x[example, stride * r : stride * r + size, stride * c : stride * c + size, channel]
        assert y[example, r, c, channel] == pytest.approx(of_a_window(window), rel=1e-12)
    upstream = np.random.default_rng(seed + 1).normal(size=y.shape)
    expected = nudged(layer, x, upstream)
    layer.forward(x)
    np.testing.assert_allclose(layer.backward(upstream), expected, atol=1e-7)
    assert check_gradients(layer, x).passed


@pytest.mark.parametrize(
    ("size", "stride", "padding"), [(3, 1, 0), (3, 1, 1), (5, 2, 2), (2, 3, 1), (1, 1, 0)]
)
def test_a_convolution_agrees_with_pytorch(size, stride, padding):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    ours = awake(3, 4, size=size, stride=stride, padding=padding)
    x = rng.normal(size=(5, 9, 8, 3))
    z = torch.tensor(x, requires_grad=True)
    weights = torch.tensor(ours.weights, requires_grad=True)
    bias = torch.tensor(ours.bias, requires_grad=True)
    y = torch.nn.functional.conv2d(
        z.permute(0, 3, 1, 2), weights.permute(3, 2, 0, 1), bias, stride=stride, padding=padding
    ).permute(0, 2, 3, 1)
    upstream = rng.normal(size=tuple(y.shape))
    y.backward(torch.tensor(upstream))
    for mine, theirs in (
        (ours.forward(x), y.detach()),
        (ours.backward(upstream), z.grad),
        (ours.weights_gradient, weights.grad),
        (ours.bias_gradient, bias.grad),
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9)


@POOLS
@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (3, 1), (2, 3)])
def test_a_pooling_agrees_with_pytorch_where_numbers_are_equal_too(kind, size, stride):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    x = rng.integers(0, 3, size=(4, 8, 7, 3)).astype(float)  # three numbers alone: most windows have a tie
    pool = torch.nn.functional.max_pool2d if kind is MaxPool2D else torch.nn.functional.avg_pool2d
    z = torch.tensor(x, requires_grad=True)
    y = pool(z.permute(0, 3, 1, 2), size, stride).permute(0, 2, 3, 1)
    upstream = rng.normal(size=tuple(y.shape))
    y.backward(torch.tensor(upstream))
    ours = kind(size, stride=stride)
    np.testing.assert_allclose(ours.forward(x), y.detach(), rtol=1e-9)
    np.testing.assert_allclose(ours.backward(upstream), z.grad, rtol=1e-9, atol=1e-12)


def test_of_equal_numbers_the_first_in_reading_order_gets_all():
    pool = MaxPool2D(2)
    pool.forward(np.ones((1, 2, 2, 1)))
    np.testing.assert_array_equal(pool.backward(np.full((1, 1, 1, 1), 5.0)).ravel(), [5, 0, 0, 0])


def test_a_nan_is_seen_wherever_it_stands_in_its_window():
    for place in range(4):
        x = np.array([3.0, 1.0, 2.0, 0.0])
        x[place] = np.nan
        assert np.isnan(MaxPool2D(2).forward(x.reshape(1, 2, 2, 1))).all()


def test_a_message_that_overflowed_reaches_its_pixel_alone():
    pool = MaxPool2D(2)
    pool.forward(np.arange(4.0).reshape(1, 2, 2, 1))
    np.testing.assert_array_equal(pool.backward(np.full((1, 1, 1, 1), np.inf)).ravel(), [0, 0, 0, np.inf])


def test_the_way_back_is_a_convolution_with_the_filter_turned():
    layer = awake(2, 3, size=3)
    upstream = np.random.default_rng(3).normal(size=(2, 4, 5, 3))
    layer.forward(np.zeros((2, 6, 7, 2)))
    back = Conv2D(3, 2, size=3, padding=2)
    back.weights = layer.weights[::-1, ::-1].swapaxes(2, 3)
    np.testing.assert_allclose(layer.backward(upstream), back.forward(upstream), rtol=1e-12)


def test_a_filter_as_large_as_the_picture_is_a_dense():
    layer, x = awake(2, 3, size=4), np.random.default_rng(4).normal(size=(5, 4, 4, 2))
    dense = Dense(32, 3)
    dense.weights, dense.bias = layer.weights.reshape(32, 3), layer.bias
    np.testing.assert_allclose(layer.forward(x)[:, 0, 0], dense.forward(x.reshape(5, 32)), rtol=1e-12)


def test_many_examples_are_taken_in_chunks_and_give_the_same(monkeypatch):
    x = np.random.default_rng(5).normal(size=(7, 6, 6, 2))
    upstream = np.random.default_rng(6).normal(size=(7, 6, 6, 3))
    found = []
    for chunk in (1 << 30, 6 * 6 * 18 * 8 * 3, 1):  # all at once, three, one by one
        monkeypatch.setattr(convolution, "CHUNK", chunk)
        layer = awake(2, 3, size=3, padding=1)
        found.append([layer.forward(x), layer.backward(upstream), layer.weights_gradient.copy()])
    for other in found[1:]:
        for mine, theirs in zip(found[0], other, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layer", [awake(2, 2, size=3, padding=1), MaxPool2D(2), AvgPool2D(2)], ids=repr)
def test_dtype_out_and_what_comes_in(layer, dtype):
    layer = layer.astype(dtype)
    x = np.random.default_rng(7).normal(size=(3, 4, 4, 2)).astype(dtype)
    given = x.copy()
    y = layer.forward(x).copy()
    upstream = np.random.default_rng(8).normal(size=y.shape).astype(dtype)
    downstream = layer.backward(upstream).copy()
    assert y.dtype == downstream.dtype == dtype
    for order in ("C", "F"):  # garbage stands in `out`, and it need not be contiguous
        out = np.full(y.shape, np.nan, dtype, order=order)
        assert layer.forward(x, out) is out
        np.testing.assert_array_equal(out, y)
        back = np.full(x.shape, np.nan, dtype, order=order)
        assert layer.backward(upstream, back) is back
        np.testing.assert_array_equal(back, downstream)
    np.testing.assert_array_equal(x, given)


def test_the_gradients_of_many_chunks_are_added_rightly(monkeypatch):
    monkeypatch.setattr(convolution, "CHUNK", 1)  # each of 100,000 pictures by itself
    layer = Conv2D(1, 1, size=1).astype(np.float32)
    tenth = np.full((100_000, 1, 1, 1), 0.1, np.float32)
    layer.forward(tenth)
    layer.backward(tenth, needs_input_gradient=False)
    number = float(np.float32(0.1))
    np.testing.assert_allclose(layer.bias_gradient, 100_000 * number, rtol=1e-6)
    np.testing.assert_allclose(layer.weights_gradient.ravel(), 100_000 * number**2, rtol=1e-6)


def test_a_gradient_of_the_input_that_nobody_asks_for():
    layer, x = awake(2, 3, size=3, padding=1), np.random.default_rng(12).normal(size=(4, 5, 5, 2))
    upstream = np.random.default_rng(13).normal(size=layer.forward(x).shape)
    layer.backward(upstream)
    expected = {name: view.copy() for name, view in layer.gradient_views().items()}
    assert layer.backward(upstream, needs_input_gradient=False) is None
    for name, view in layer.gradient_views().items():
        np.testing.assert_array_equal(view, expected[name])


def test_what_a_pass_costs():
    windows, filters = (
        3 * 3,
        3 * 3 * 2 * 4,
    )  # of a picture of 6 × 6 with two channels, a filter every second pixel
    each = windows * (2 * filters + 4)
    assert Conv2D(2, 4, size=3, stride=2, padding=1).cost((6, 6, 2)) == Cost(each, each, 6 * 6 * 2 * filters)
    for pool in (MaxPool2D(2), AvgPool2D(2)):
        assert pool.cost((6, 6, 2)) == Cost(6 * 6 * 2, 0, 6 * 6 * 2)
    for pool in (MaxPool2D(3, stride=1), AvgPool2D(3, stride=1)):
        assert pool.cost((6, 6, 2)) == Cost(4 * 4 * 2 * 9, 0, 4 * 4 * 2 * 9)


def test_a_summary_asks_for_the_size_of_a_picture():
    for layers in ([Conv2D(1, 3, size=3)], [MaxPool2D(2)], [Conv2D(1, 3, size=3), Flatten(), Dense(12, 2)]):
        with pytest.raises(ValueError, match=r"say which: summary\(input_shape=\(28, 28, 1\)\)"):
            Network(layers).summary()


def test_an_empty_batch_goes_through():
    for layer in (Conv2D(2, 3, size=3), MaxPool2D(2), AvgPool2D(2)):
        y = layer.forward(np.zeros((0, 4, 4, 2)))
        assert layer.backward(y).shape == (0, 4, 4, 2)


@pytest.mark.parametrize("layer", [Conv2D(2, 3, size=3), MaxPool2D(2), AvgPool2D(2)], ids=repr)
def test_what_is_kept_is_what_is_said(layer):
    size = np.dtype(np.float64)
    said = layer.kept_bytes((6, 6, 2), size)
    assert said == {"Conv2D": (6 * 6 * 2 * 8, False), "MaxPool2D": (3 * 3 * 2, False)}.get(
        type(layer).__name__, (0, False)
    )
    assert layer._measured((6, 6, 2), size, False)[0] == said[0]


def network(*, seed=0, dtype=np.float64):
    return Network(
        [
            Conv2D(1, 3, size=3, padding=1),
            BatchNorm(3),
            ReLU(),
            MaxPool2D(2),
            Residual([Conv2D(3, 3, size=3, padding=1), ReLU()]),
            AvgPool2D(2),
            Flatten(),
            Dense(12, 2),
        ],
        seed=seed,
        dtype=dtype,
    )


def test_a_network_of_all_passes_the_gradient_check_and_states_its_cost():
    x = np.random.default_rng(9).normal(size=(4, 8, 8, 1))
    assert check_gradients(network(), SoftmaxCrossEntropy(), x, [0, 1, 0, 1]).passed
    summary = network().summary(batch=1, input_shape=(8, 8, 1))
    conv = summary.rows[0]
    assert conv.output == (8, 8, 3)
    assert conv.forward_flops == 8 * 8 * (2 * 9 * 3 + 3)


def test_training_has_the_gradient_of_the_calls_by_hand_to_the_bit():
    rng = np.random.default_rng(10)
    net, loss = network(), SoftmaxCrossEntropy()
    for _ in range(3):
        x = rng.normal(size=(5, 8, 8, 1))
        net.loss_and_gradient(loss, x, [0, 1, 0, 1, 1])
        trained = net.gradient.copy()
        loss.forward(net.forward(x), [0, 1, 0, 1, 1])
        net.backward(loss.backward())
        np.testing.assert_array_equal(net.gradient, trained)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fit_teaches_it_where_a_bright_pixel_is(dtype):
    rng = np.random.default_rng(11)
    x, labels = np.zeros((200, 8, 8, 1), dtype), rng.integers(0, 2, 200)
    x[np.arange(200), rng.integers(0, 8, 200), 4 * labels + rng.integers(0, 4, 200)] = 1
    net = network(dtype=dtype)
    fit(net, SoftmaxCrossEntropy(), x, labels, optimizer=SGD(0.1), epochs=15, batch_size=20)
    assert (net.predict(x).argmax(axis=1) == labels).mean() > 0.95


class TestErrorsSayWhatToDo:
    @pytest.mark.parametrize(
        ("shape", "says"),
        [
            ((5, 8, 8), r"one channel: x\[..., np.newaxis\]"),
            ((8, 8, 1), r"pass a batch: x\[np.newaxis\]"),
            ((5, 1, 8, 8), r"channels come last: x.transpose\(0, 2, 3, 1\)"),
            ((5, 8, 8, 3), r"channels come last, and are 3: make it Conv2D\(3, 2, size=3\)"),
            ((5, 64), "give each example these three axes first"),
        ],
    )
    def test_of_a_convolution(self, shape, says):
        with pytest.raises(ValueError, match=says):
            Conv2D(1, 2, size=3).forward(np.zeros(shape))

    @pytest.mark.parametrize("layer", [Conv2D(1, 2, size=3), MaxPool2D(3), AvgPool2D(3)], ids=repr)
    def test_of_a_picture_that_is_too_small(self, layer):
        with pytest.raises(ValueError, match="got a picture of 2 × 5; take"):
            layer.forward(np.zeros((1, 2, 5, 1)))

    @POOLS
    def test_of_a_picture_without_channels(self, kind):
        with pytest.raises(ValueError, match=r"grey pictures have one channel"):
            kind(2).forward(np.zeros((4, 8, 8)))
        for shape in ((3, 784), (2, 3, 8, 8, 1)):
            with pytest.raises(ValueError, match=r"give each example these three axes first, with x.reshape"):
                kind(2).forward(np.zeros(shape))

    @pytest.mark.parametrize("layer", [Conv2D(1, 2, size=3), MaxPool2D(2), AvgPool2D(2)], ids=repr)
    def test_of_an_upstream_gradient(self, layer):
        with pytest.raises(AttributeError, match="call forward first"):
            type(layer).backward(layer, np.zeros((1, 4, 4, 1)))
        y = layer.forward(np.zeros((2, 6, 6, 1)))
        for wrong in (y[:1], y.astype(np.float32)):
            with pytest.raises(ValueError, match="expected an upstream gradient like its output"):
                layer.backward(wrong)

    def test_of_a_dtype(self):
        with pytest.raises(TypeError, match="Conv2D computes in float64, got float32"):
            Conv2D(1, 2, size=3).forward(np.zeros((1, 4, 4, 1), np.float32))

    @pytest.mark.parametrize(
        ("make", "says"),
        [
            (lambda: Conv2D(0, 1, size=3), "at least one input"),
            (lambda: Conv2D(1, 1, size=0), "size is a whole number of pixels from 1, got 0"),
            (
                lambda: Conv2D(1, 1, size=3, stride=1.5),
                r"stride is a whole number of pixels from 1, got 1\.5",
            ),
            (
                lambda: Conv2D(1, 1, size=3, padding=3),
                "from 0 to size − 1 = 2, got 3: with more, some windows",
            ),
            (lambda: Conv2D(1, 1, size=3, padding=-1), "padding is a whole number of pixels from 0, got -1"),
            (lambda: Conv2D(1, 1, size=3, padding=1.0), r"got 1\.0; .* padding=1 keeps height and width"),
            (lambda: Conv2D(1, 1, size=3, padding="same"), "got 'same'"),
            (lambda: Conv2D(1.5, 1, size=3), r"one input and one output, got 1\.5 and 1"),
            (lambda: MaxPool2D(2, stride=0), "stride is a whole number"),
        ],
    )
    def test_of_what_cannot_be(self, make, says):
        with pytest.raises(ValueError, match=says):
            make()

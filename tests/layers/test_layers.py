"""Layers: forward against their formulas, backward against nudges and PyTorch, and what bad input is told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backproplab import Dense, ReLU, Sigmoid, Tanh, check_gradients
from backproplab.layers import GELU, Flatten, LeakyReLU, Residual, Softplus
from backproplab.layers.initial import STANDARD_DEVIATIONS

ACTIVATIONS = [Sigmoid, Tanh, ReLU, LeakyReLU, GELU, Softplus]
SIZES = st.integers(1, 5)
SEEDS = st.integers(0, 10_000)


def make(kind, size):
    """A layer by kind, for inputs of shape (batch, size)."""
    if kind is Dense:
        return Dense(size, size + 1, initial="xavier")
    if kind is Residual:
        return Residual([Dense(size, 3, initial="xavier"), Tanh(), Dense(3, size, initial="xavier")])
    return kind()


@settings(max_examples=25, deadline=None)
@given(batch=SIZES, size=SIZES, seed=SEEDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [Dense, Flatten, Residual, *ACTIVATIONS])
def test_backward_agrees_with_nudges_for_any_shape(kind, dtype, batch, size, seed):
    x = np.random.default_rng(seed).normal(size=(batch, size))
    report = check_gradients(make(kind, size), x.astype(dtype), seed=seed)
    assert all(entry.passed or entry.kinks == entry.checked for entry in report.entries), report


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [Dense, Flatten, Residual, *ACTIVATIONS])
def test_dtype_stays(kind, dtype):
    x = np.random.default_rng(0).normal(size=(2, 3)).astype(dtype)
    layer = make(kind, 3).initialise(dtype=dtype)
    out = layer.forward(x)
    assert out.dtype == dtype
    assert layer.backward(np.ones_like(out)).dtype == dtype
    assert all(gradient.dtype == dtype for gradient in layer.gradient_views().values())


@pytest.mark.parametrize("kind", [Dense, *ACTIVATIONS, Residual])
def test_out_receives_the_result_and_changes_nothing_else(kind):
    x = np.random.default_rng(1).normal(size=(4, 3))
    layer = make(kind, 3).initialise(dtype=np.float64)
    expected = layer.forward(x)
    expected_down = layer.backward(np.ones_like(expected))
    out, down = np.empty_like(expected), np.empty_like(x)
    assert layer.forward(x, out) is out
    assert layer.backward(np.ones_like(expected), down) is down
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(down, expected_down)


@pytest.mark.parametrize("kind", [Sigmoid, Tanh, ReLU, LeakyReLU, Softplus])
def test_layers_that_keep_their_output_may_overwrite_what_comes_in(kind):
    x = np.random.default_rng(1).normal(size=(4, 3))
    separate, in_place = kind(), kind()
    expected = separate.forward(x)
    buffer = x.copy()
    in_place.forward(buffer, buffer)
    np.testing.assert_array_equal(buffer, expected)
    upstream = np.random.default_rng(2).normal(size=(4, 3))
    expected = separate.backward(upstream)
    assert in_place.backward(upstream, upstream) is upstream
    np.testing.assert_array_equal(upstream, expected)


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_activations_stay_finite_at_extreme_inputs(kind):
    for dtype in (np.float32, np.float64):
        layer = kind()
        a = layer.forward(np.array([-1000.0, -30.0, 0.0, 30.0, 1000.0], dtype))
        assert np.isfinite(a).all()
        assert np.isfinite(layer.backward(np.ones(5, dtype))).all()


def test_sigmoid_keeps_its_small_tail():
    # A form such as (1 + tanh(z/2)) / 2 rounds this to 0.
    a = Sigmoid().forward(np.array([-40.0], np.float32))
    assert a[0] == pytest.approx(np.exp(-40.0), rel=1e-5)


def test_relu_has_slope_zero_at_zero():
    relu = ReLU()
    relu.forward(np.zeros(1))
    assert relu.backward(np.ones(1))[0] == 0


def test_gelu_is_close_to_the_exact_one():
    from math import erf

    z = np.linspace(-6, 6, 1001)
    exact = np.array([0.5 * v * (1 + erf(v / np.sqrt(2))) for v in z])
    assert np.abs(GELU().forward(z) - exact).max() < 0.0005


@pytest.mark.parametrize("z", [-700.0, -40.0, -1e-3, 30.0, 1e300])
def test_softplus_and_its_slope_keep_their_digits_far_out(z):
    # ln(1 + eᶻ) as it stands is 0 at −40 and infinite at 710; so would be the slope taken as 1 − e⁻ᵃ.
    softplus = Softplus()
    expected = np.exp(z) if z < -30 else np.logaddexp(0, z)
    assert softplus.forward(np.array([z]))[0] == pytest.approx(expected, rel=1e-14, abs=0)
    slope = np.exp(z) if z < -30 else 1 / (1 + np.exp(-z))
    assert softplus.backward(np.ones(1))[0] == pytest.approx(slope, rel=1e-14, abs=0)


def test_flatten_gives_rows_and_takes_them_back():
    x = np.arange(24.0).reshape(2, 3, 4)
    flatten = Flatten()
    rows = flatten.forward(x)
    assert rows.shape == (2, 12)
    np.testing.assert_array_equal(flatten.backward(rows), x)


def test_residual_sends_upstream_through_the_shortcut_unchanged():
    residual = Residual([Dense(3, 3, initial="zeros")]).initialise(dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(2, 3))
    np.testing.assert_array_equal(residual.forward(x), x)
    np.testing.assert_array_equal(residual.backward(x), x)


@pytest.mark.parametrize(
    ("name", "variance"), [("zeros", 0.0), ("small normal", 1e-4), ("xavier", 2 / 900), ("he", 2 / 500)]
)
def test_initial_weights_have_their_published_variance(name, variance):
    weights = Dense(500, 400, initial=name).initialise(seed=3, dtype=np.float64).weights
    assert weights.var() == pytest.approx(variance, rel=0.02)
    assert abs(weights.mean()) <= 4 * np.sqrt(variance / weights.size)


def test_the_same_seed_draws_the_same_weights_in_both_dtypes():
    single, double = (
        Dense(5, 4).initialise(seed=7, dtype=dtype).weights for dtype in (np.float32, np.float64)
    )
    np.testing.assert_array_equal(single, double.astype(np.float32))


def test_every_initialisation_is_documented():
    import backproplab.layers.initial as module

    assert all(f'"{name}"' in (module.__doc__ or "") for name in STANDARD_DEVIATIONS)


class TestBadInput:
    def test_images_are_to_be_flattened(self):
        dense = Dense(784, 10).initialise()
        with pytest.raises(
            ValueError, match=r"784 input features, got \(32, 28, 28\); flatten the images first"
        ):
            dense.forward(np.zeros((32, 28, 28), np.float32))

    def test_the_batch_is_no_part_of_an_image(self):
        with pytest.raises(ValueError, match=r"64 input features, got \(32, 6, 6\); inputs are an array"):
            Dense(64, 1).forward(np.zeros((32, 6, 6)))

    def test_a_single_example_is_to_become_a_batch(self):
        with pytest.raises(ValueError, match=r"pass a batch"):
            Dense(3, 1).initialise().forward(np.zeros(3, np.float32))

    def test_wrong_width(self):
        with pytest.raises(ValueError, match=r"expected 3 input features, got \(2, 4\)"):
            Dense(3, 1).initialise().forward(np.zeros((2, 4), np.float32))

    def test_wrong_dtype_is_not_upcast(self):
        with pytest.raises(TypeError, match=r"computes in float32, got float64.*astype\(np.float32\)"):
            Dense(3, 1).initialise().forward(np.zeros((2, 3)))

    @pytest.mark.parametrize("kind", [Dense, Flatten, *ACTIVATIONS])
    def test_backward_before_forward(self, kind):
        layer = make(kind, 3).initialise(dtype=np.float64)
        with pytest.raises(RuntimeError, match="call forward first"):
            layer.backward(np.ones((2, 3)))

    @pytest.mark.parametrize("kind", [Dense, *ACTIVATIONS])
    @pytest.mark.parametrize("wrong", [np.ones((2, 9)), np.ones((9, 3)), np.ones((2, 3), np.float32)])
    def test_upstream_must_look_like_the_output(self, kind, wrong):
        layer = make(kind, 3).initialise(dtype=np.float64)
        layer.forward(np.ones((2, 3)))
        with pytest.raises(ValueError, match="expected an upstream gradient like its output"):
            layer.backward(wrong)

    def test_flatten_upstream(self):
        flatten = Flatten()
        flatten.forward(np.ones((2, 3)))
        for upstream in (np.ones((2, 4)), np.ones((3, 2)), np.ones((2, 3), np.float32)):
            with pytest.raises(ValueError, match=r"Flatten.backward expected .* \(2, 3\) float64"):
                flatten.backward(upstream)
        assert Flatten().forward(np.ones((0, 28, 28))).shape == (0, 784)

    def test_unknown_initialisation(self):
        with pytest.raises(
            ValueError, match="unknown initialisation 'glorot'; choose one of 'zeros', 'small normal'"
        ):
            Dense(2, 2, initial="glorot")

    def test_sizes_and_slopes(self):
        with pytest.raises(ValueError, match="at least one input"):
            Dense(0, 3)
        with pytest.raises(ValueError, match="between 0 and 1"):
            LeakyReLU(2.0)
        with pytest.raises(ValueError, match="at least one layer"):
            Residual([])
        with pytest.raises(ValueError, match="make the last inner layer's outputs equal"):
            Residual([Dense(3, 4)])

    @pytest.mark.parametrize("kind", ACTIVATIONS)
    @pytest.mark.parametrize("x", [np.arange(3), np.array(1.0), 0.5, [1.0, 2.0]])
    def test_activations_take_arrays_of_floats(self, kind, x):
        with pytest.raises(TypeError, match=f"{kind.__name__} expected an array of floats"):
            kind().forward(x)

    def test_a_list_for_dense(self):
        with pytest.raises(TypeError, match=r"Dense expected an array of floats .* got list; convert"):
            Dense(2, 1).initialise().forward([[1, 2]])

    def test_a_numpy_slope_does_not_upcast(self):
        assert LeakyReLU(np.float64(0.1)).forward(np.ones(2, np.float32)).dtype == np.float32

    def test_a_misspelt_attribute_is_still_an_attribute_error(self):
        with pytest.raises(AttributeError, match="no attribute 'wieghts'"):
            _ = Dense(2, 2).initialise().wieghts


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_activations_agree_with_pytorch(kind):
    torch = pytest.importorskip("torch")
    theirs = {
        Sigmoid: torch.sigmoid,
        Tanh: torch.tanh,
        ReLU: torch.relu,
        LeakyReLU: torch.nn.functional.leaky_relu,
        GELU: lambda z: torch.nn.functional.gelu(z, approximate="tanh"),
        Softplus: torch.nn.functional.softplus,
    }[kind]
    rng = np.random.default_rng(0)
    x, upstream = rng.normal(scale=3, size=(2, 50, 20))
    layer, z = kind(), torch.tensor(x, requires_grad=True)
    a = theirs(z)
    a.backward(torch.tensor(upstream))
    np.testing.assert_allclose(layer.forward(x), a.detach(), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(layer.backward(upstream), z.grad, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 30), (1, 1, 30)])
def test_the_gradient_of_a_single_row_is_one_product_an_entry(shape, dtype):
    x, upstream = np.random.default_rng(0).normal(size=(2, 30)).astype(dtype)
    dense = Dense(30, 8).initialise(dtype=dtype)
    dense.forward(x.reshape(shape))
    dense.weights_gradient = np.full((30, 8), np.nan)
    dense.backward(upstream[:8].reshape(*shape[:-1], 8))
    np.testing.assert_array_equal(dense.weights_gradient, x[:, np.newaxis] * upstream[:8])


def test_dense_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    x, upstream = rng.normal(size=(7, 5)), rng.normal(size=(7, 3))
    dense = Dense(5, 3).initialise(dtype=np.float64)
    theirs = torch.nn.Linear(5, 3, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight[:], theirs.bias[:] = torch.tensor(dense.weights.T.copy()), torch.tensor(dense.bias)
    z = torch.tensor(x, requires_grad=True)
    out = theirs(z)
    out.backward(torch.tensor(upstream))
    np.testing.assert_allclose(dense.forward(x), out.detach(), rtol=1e-12)
    np.testing.assert_allclose(dense.backward(upstream), z.grad, rtol=1e-12)
    np.testing.assert_allclose(dense.weights_gradient, theirs.weight.grad.T, rtol=1e-12)
    np.testing.assert_allclose(dense.bias_gradient, theirs.bias.grad, rtol=1e-12)

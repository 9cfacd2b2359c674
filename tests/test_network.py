"""Networks: flat parameters with views, passes against nudges and PyTorch, files, bad input."""

import copy
import itertools
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from backproplab.layers import GELU, Flatten, Layer, LeakyReLU, Residual, Softplus

ACTIVATIONS = [Sigmoid, Tanh, ReLU, LeakyReLU, GELU, Softplus]


def random_network(rng, dtype=np.float64):
    """Two to four dense layers of random widths and activations, here and there a residual block."""
    widths = rng.integers(1, 6, size=rng.integers(3, 6))
    layers = []
    for inputs, outputs in itertools.pairwise(widths):
        layers += [Dense(int(inputs), int(outputs), initial="xavier"), ACTIVATIONS[rng.integers(5)]()]
        if rng.random() < 0.3:
            size = int(outputs)
            layers.append(
                Residual([Dense(size, 3, initial="xavier"), Tanh(), Dense(3, size, initial="xavier")])
            )
    return Network([*layers, Dense(int(widths[-1]), 3)], seed=int(rng.integers(1000)), dtype=dtype)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), batch=st.integers(1, 6))
def test_gradients_agree_with_nudges_for_random_networks(seed, batch):
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    x = rng.normal(size=(batch, *network.input_shape))
    report = check_gradients(network, SoftmaxCrossEntropy(), x, rng.integers(3, size=batch))
    assert all(entry.passed or entry.kinks == entry.checked for entry in report.entries), report


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), batch=st.integers(1, 6))
def test_gradients_agree_with_pytorch_for_random_networks(seed, batch):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    x, labels = rng.normal(size=(batch, *network.input_shape)), rng.integers(3, size=batch)
    leaves = {name: torch.tensor(view, requires_grad=True) for name, view in network.parameter_views.items()}
    z = torch.tensor(x, requires_grad=True)
    outputs = torch_forward(torch, network.names, network.layers, leaves, z)
    theirs = torch.nn.functional.cross_entropy(outputs, torch.tensor(labels))
    theirs.backward()

    loss = SoftmaxCrossEntropy()
    assert network.loss_and_gradient(loss, x, labels) == pytest.approx(theirs.item(), rel=1e-9)
    for name, gradient in network.gradient_views.items():
        np.testing.assert_allclose(gradient, leaves[name].grad, rtol=1e-6, atol=1e-12)
    loss.forward(network.forward(x), labels)
    np.testing.assert_allclose(network.backward(loss.backward()), z.grad, rtol=1e-6, atol=1e-12)


def torch_forward(torch, names, layers, leaves, z, prefix=""):
    """What PyTorch makes of the same layers and parameters."""
    functional = torch.nn.functional
    activations = {
        Sigmoid: torch.sigmoid,
        Tanh: torch.tanh,
        ReLU: torch.relu,
        LeakyReLU: functional.leaky_relu,
        GELU: lambda v: functional.gelu(v, approximate="tanh"),
        Softplus: functional.softplus,
    }
    for name, layer in zip(names, layers, strict=True):
        if isinstance(layer, Dense):
            z = z @ leaves[f"{prefix}{name}.weights"] + leaves[f"{prefix}{name}.bias"]
        elif isinstance(layer, Residual):
            z = z + torch_forward(torch, layer.names, layer.layers, leaves, z, f"{prefix}{name}.")
        else:
            z = activations[type(layer)](z)
    return z


def small(dtype=np.float32, seed=0):
    return Network([Dense(3, 4), ReLU(), Dense(4, 2)], seed=seed, dtype=dtype)


def test_every_parameter_is_a_view_into_the_flat_vector():
    network = Network([Flatten(), Dense(4, 3), Residual([Dense(3, 3)]), Dense(3, 2)])
    assert list(network.parameter_views) == [
        "dense1.weights",
        "dense1.bias",
        "residual1.dense1.weights",
        "residual1.dense1.bias",
        "dense2.weights",
        "dense2.bias",
    ]
    network.parameters[:] = np.arange(network.size)
    flat = np.concatenate([view.ravel() for view in network.parameter_views.values()])
    np.testing.assert_array_equal(flat, np.arange(network.size))
    network.parameter_views["dense2.bias"][:] = -1
    np.testing.assert_array_equal(network.parameters[-2:], -1)
    assert all(np.shares_memory(view, network.gradient) for view in network.gradient_views.values())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_is_upcast_on_the_way(dtype):
    network = Network(
        [Dense(3, 4), Sigmoid(), GELU(), LeakyReLU(), Residual([Dense(4, 4), Tanh()]), Dense(4, 2)],
        dtype=dtype,
    )
    loss = SoftmaxCrossEntropy()
    outputs = network.forward(np.ones((2, 3), dtype))
    loss.forward(outputs, [0, 1])
    steps = list(network.backward_steps(loss.backward()))
    arrays = [
        outputs,
        network.parameters,
        network.gradient,
        *(s.upstream for s in steps),
        *(s.downstream for s in steps),
    ]
    kept = [getattr(layer, name) for layer in network.layers for name in layer.keeps or ()]
    kept = [array for array in kept if isinstance(array, np.ndarray)]
    assert {array.dtype for array in arrays + kept} == {np.dtype(dtype)}


def test_float32_and_float64_networks_of_one_seed_agree_to_float32():
    x = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(
        small().predict(x.astype(np.float32)), small(np.float64).predict(x), rtol=1e-4, atol=1e-6
    )


def test_seeds_decide_the_weights():
    np.testing.assert_array_equal(small(seed=1).parameters, small(seed=1).parameters)
    assert (small(seed=1).parameters != small(seed=2).parameters).any()


def test_steps_tell_what_backward_does():
    rng = np.random.default_rng(0)
    x, upstream = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    network = small(np.float64)
    network.forward(x)
    downstream = network.backward(upstream)
    gradient = network.gradient.copy()
    network.gradient[:] = 0
    network.forward(x)
    steps = list(network.backward_steps(upstream))
    assert [step.name for step in steps] == ["dense2", "relu1", "dense1"]
    assert steps[0].upstream is upstream
    assert all(later.upstream is earlier.downstream for earlier, later in itertools.pairwise(steps))
    np.testing.assert_array_equal(steps[-1].downstream, downstream)
    np.testing.assert_array_equal(network.gradient, gradient)
    assert set(steps[0].gradients) == {"weights", "bias"}


def test_training_pass_and_the_plain_passes_agree_to_the_bit():
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(6, 3)), rng.integers(2, size=6)
    for layers in (
        [Dense(3, 4), ReLU(), Sigmoid(), Dense(4, 2)],
        [Tanh(), Flatten(), Dense(3, 4), GELU(), Tanh(), Dense(4, 2)],
    ):
        network = Network(layers, dtype=np.float64)
        loss = SoftmaxCrossEntropy()
        before = x.copy()
        value = network.loss_and_gradient(loss, x, labels)
        gradient = network.gradient.copy()
        assert loss.forward(network.forward(x), labels) == value
        network.backward(loss.backward())
        np.testing.assert_array_equal(network.gradient, gradient)
        np.testing.assert_array_equal(x, before)


def test_outputs_of_two_calls_are_two_arrays():
    network = small(np.float64)
    first = network.predict(np.ones((2, 3)))
    kept = first.copy()
    network.predict(np.zeros((2, 3)))
    np.testing.assert_array_equal(first, kept)
    outputs = network.forward(np.ones((2, 3)))
    network.forward(np.zeros((2, 3)))
    np.testing.assert_array_equal(outputs, kept)


def test_prediction_in_pieces_is_prediction():
    network, x = small(np.float64), np.random.default_rng(0).normal(size=(10, 3))
    np.testing.assert_allclose(network.predict(x, batch_size=3), network.forward(x), rtol=1e-12)


def test_images_go_in_whole_where_the_network_flattens_them():
    network = Network([Flatten(), Dense(12, 2)], dtype=np.float64)
    images = np.random.default_rng(0).normal(size=(5, 3, 4))
    assert network.predict(images).shape == (5, 2)
    network.loss_and_gradient(SoftmaxCrossEntropy(), images, [0, 1, 0, 1, 0])
    assert check_gradients(network, SoftmaxCrossEntropy(), images, [0, 1, 0, 1, 0]).passed


def test_numbers_typed_by_hand_are_taken():
    assert small().predict([[1, 2, 3]]).dtype == np.float32


def test_an_initialised_layer_keeps_its_numbers():
    dense = Dense(2, 2).initialise(dtype=np.float64)
    dense.weights[:] = [[0.15, 0.25], [0.20, 0.30]]
    network = Network([dense, Sigmoid()], dtype=np.float64)
    np.testing.assert_array_equal(network.parameter_views["dense1.weights"], [[0.15, 0.25], [0.20, 0.30]])
    assert np.shares_memory(dense.weights, network.parameters)


def test_save_and_load_round_trip(tmp_path):
    network, other = small(seed=1), small(seed=2)
    path = tmp_path / "weights.npz"
    network.save(path)
    other.load(path)
    np.testing.assert_array_equal(other.parameters, network.parameters)
    assert [file.name for file in tmp_path.iterdir()] == ["weights.npz"]
    assert np.shares_memory(other.parameter_views["dense1.weights"], other.parameters)


def test_load_refuses_what_does_not_fit(tmp_path):
    path = tmp_path / "weights.npz"
    small().save(path)
    with pytest.raises(ValueError, match="build a network with the same layers first"):
        Network([Dense(3, 4), Tanh(), Dense(4, 2)]).load(path)
    with pytest.raises(TypeError, match=r"holds float32, this network computes in float64"):
        small(np.float64).load(path)
    np.savez(path, layers=np.array(list(map(repr, small().layers))), parameters=np.zeros(1, np.float32))
    with pytest.raises(ValueError, match="holds 1 parameters"):
        small().load(path)


def test_load_names_a_file_that_is_no_such_file(tmp_path):
    path = tmp_path / "weights.npz"
    small().save(path)
    whole = path.read_bytes()
    for content in (b"", b"not a zip", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(
            ValueError, match=r"weights.npz was not written by Network.save, or it is damaged"
        ):
            small().load(path)
    np.savez(path, something=np.zeros(3))
    with pytest.raises(ValueError, match=r"weights.npz was not written by Network.save"):
        small().load(path)
    with pytest.raises(FileNotFoundError):
        small().load(tmp_path / "nowhere.npz")
    with pytest.raises(OSError, match=re.escape(str(tmp_path))):  # a folder is no damaged file
        small().load(tmp_path)


def test_load_does_not_mind_how_weights_once_started(tmp_path):
    path = tmp_path / "weights.npz"
    Network([Dense(3, 2, initial="xavier")]).save(path)
    Network([Dense(3, 2, initial="zeros")]).load(path)


def test_loading_never_unpickles(tmp_path):
    path = tmp_path / "weights.npz"
    np.savez(path, layers=np.array([object()]), parameters=np.zeros(3))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        small().load(path)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
def test_a_copy_learns_on_its_own(copied):
    network = Network([Dense(3, 4), Residual([Dense(4, 4)]), Dense(4, 2)], dtype=np.float64)
    x, labels = np.random.default_rng(0).normal(size=(6, 3)), [0, 1, 0, 1, 0, 1]
    network.loss_and_gradient(SoftmaxCrossEntropy(), x, labels)
    twin = copied(network)
    np.testing.assert_array_equal(twin.predict(x), network.predict(x))
    twin.loss_and_gradient(SoftmaxCrossEntropy(), x, labels)
    np.testing.assert_array_equal(twin.gradient, network.gradient)
    twin.parameters -= twin.gradient
    assert (twin.predict(x) != network.predict(x)).any()
    np.testing.assert_array_equal(twin.parameter_views["dense2.bias"], twin.parameters[-2:])


class Gain(Layer):
    """a = g z, with one g for each feature: a layer that a reader might write."""

    keeps = {"x": "input"}

    def __init__(self, features):
        super().__init__(gain=np.ones(features))

    def forward(self, x, out=None):
        self.x = x
        return np.multiply(x, self.gain, out=out)

    def backward(self, upstream, out=None):
        np.sum(self.x * upstream, axis=0, out=self.gain_gradient)
        return np.multiply(upstream, self.gain, out=out)

    def draw(self, rng):
        return {"gain": 1 + rng.random(self.gain.shape)}


def test_a_layer_of_ones_own_has_its_place_in_a_network():
    network = Network([Dense(3, 4), Gain(4), Tanh(), Dense(4, 2)], dtype=np.float64)
    x, labels = np.random.default_rng(0).normal(size=(5, 3)), [0, 1, 1, 0, 1]
    report = check_gradients(network, SoftmaxCrossEntropy(), x, labels)
    assert report.passed
    assert np.shares_memory(network.layers[1].gain, network.parameters)
    with pytest.raises(RuntimeError, match=r"Gain\.backward needs `x`, which forward keeps"):
        Gain(2).initialise().backward(np.ones((1, 2)))


def test_new_numbers_go_into_the_old_place():
    network = small(np.float64)
    network.parameters = network.parameters * 2
    network.layers[0].weights = np.ones((3, 4))
    network.layers[0].bias = 0.5
    np.testing.assert_array_equal(network.parameters[:16], [1.0] * 12 + [0.5] * 4)
    np.testing.assert_array_equal(network.predict(np.ones((1, 3))), network.predict(np.ones((1, 3))))
    assert np.shares_memory(network.layers[0].weights, network.parameters)
    with pytest.raises(ValueError, match="broadcast"):
        network.layers[0].weights = np.ones((4, 3))


def test_numbers_inside_a_residual_are_kept_too():
    inner = Dense(3, 3).initialise(seed=9, dtype=np.float64)
    weights = inner.weights.copy()
    network = Network([Residual([inner, Tanh(), Dense(3, 3)])], dtype=np.float64)
    np.testing.assert_array_equal(network.parameter_views["residual1.dense1.weights"], weights)


class TestBadInput:
    @pytest.mark.parametrize("call", ["forward", "predict"])
    @pytest.mark.parametrize(
        ("x", "error", "says"),
        [
            (np.zeros((2, 4), np.float32), ValueError, r"expected 3 input features, got \(2, 4\)"),
            (np.zeros(3, np.float32), ValueError, "pass a batch"),
            (
                np.zeros((2, 3)),
                TypeError,
                r"computes in float32, got float64 inputs; convert them with x.astype",
            ),
            (np.zeros((2, 3), np.uint8), TypeError, "divide pixels by 255"),
            (np.zeros((0, 3), np.float32), ValueError, "empty batch"),
            (
                np.array([[0, np.nan, 0]], np.float32),
                ValueError,
                r"nan or infinity \(first at index \(0, 1\)\)",
            ),
            ([["a", "b", "c"]], TypeError, "expected numbers"),
        ],
    )
    def test_inputs(self, call, x, error, says):
        with pytest.raises(error, match=says):
            getattr(small(), call)(x)

    def test_backward_before_forward(self):
        with pytest.raises(RuntimeError, match="call forward first"):
            small().backward(np.ones((2, 2), np.float32))

    def test_layers(self):
        with pytest.raises(ValueError, match="at least one layer"):
            Network([])
        with pytest.raises(TypeError, match="with its brackets"):
            Network([Dense(2, 2), ReLU])
        with pytest.raises(
            ValueError, match=r"dense2 does not fit.*expected 5 input features, got \('batch', 4\)"
        ):
            Network([Dense(3, 4), ReLU(), Dense(5, 1)])
        with pytest.raises(TypeError, match="float32 or float64, got dtype int64"):
            Network([Dense(2, 2)], dtype=np.int64)

    def test_a_layer_has_one_place(self):
        shared = Dense(2, 2)
        with pytest.raises(ValueError, match="make a new one for each place"):
            Network([shared, shared])
        Network([Residual([shared])])
        with pytest.raises(ValueError, match="make a new one for each place"):
            Network([shared])
        again = Dense(2, 2)
        with pytest.raises(ValueError, match="make a new one for each place"):
            Residual([again, Tanh(), again])
        with pytest.raises(TypeError, match="with its brackets"):
            Residual([ReLU])

    def test_an_initialised_layer_of_another_dtype(self):
        with pytest.raises(TypeError, match=r"Dense\(2, 2\) was initialised in float64"):
            Network([Dense(2, 2).initialise(dtype=np.float64)])

    def test_batches_of_nothing(self):
        with pytest.raises(ValueError, match="batch_size must be a whole number of at least 1, got 0"):
            small().predict(np.ones((2, 3), np.float32), batch_size=0)
        with pytest.raises(ValueError, match="batch must be"):
            small().summary(batch=-1)

    def test_binary_targets_without_a_column(self):
        network = Network([Dense(2, 1)])
        with pytest.raises(ValueError, match=r"outputs' shape \(3, 1\), got \(3,\)"):
            network.loss_and_gradient(BinaryCrossEntropy(), np.zeros((3, 2), np.float32), [0, 1, 0])

    def test_squared_error_learns_from_wrong_shapes_by_an_error(self):
        with pytest.raises(ValueError, match="each output has its own target"):
            small().loss_and_gradient(SquaredError(), np.zeros((3, 3), np.float32), [0, 1, 0])

"""Checkpoint: to the bit what its layers give without it; less is kept, and all runs forward once more."""

import copy
import tracemalloc

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, ReLU, SoftmaxCrossEntropy, SquaredError, check_gradients, fit
from backproplab.costs import memory_use, pass_times
from backproplab.layers import (
    GRU,
    Attention,
    BatchNorm,
    Chain,
    Checkpoint,
    Embedding,
    Flatten,
    LastStep,
    Layer,
    LayerNorm,
    MaxPool2D,
    NotYetError,
    Position,
    Residual,
    Tanh,
    checkpoint,
    in_blocks,
)

FLOAT64 = np.dtype(np.float64)


class Dropout(Layer):
    """Half of the features, drawn anew in each pass."""

    keeps = {"mask": "own"}

    def __init__(self, seed=0):
        super().__init__()
        self.rng = np.random.default_rng(seed)

    def random(self, shape):
        return self.rng.random(shape)

    def forward(self, x):
        self.mask = (self.random(x.shape) > 0.5).astype(x.dtype)
        return x * self.mask

    def backward(self, upstream):
        return upstream * self.mask


class Centred(Layer):
    """Less a running mean, which forward moves, as BatchNorm does in other libraries."""

    state = ("average",)

    def __init__(self):
        super().__init__()
        self.average = np.zeros(6)
        self.passes = 0

    def forward(self, x):
        self.passes += 1
        self.average += 0.1 * (x.mean(axis=0) - self.average)
        return x - self.average.astype(x.dtype)

    def backward(self, upstream):
        return upstream - 0.1 * upstream.mean(axis=0, keepdims=True)


def parts():
    """Layers 3 -> 6 -> 6 -> 6 -> 2 with a bit of everything."""
    return [
        Dense(3, 6),
        BatchNorm(6),
        Tanh(),
        Residual([Dense(6, 6), ReLU()]),
        Dropout(),
        Centred(),
        Dense(6, 6),
        Tanh(),
        Dense(6, 2),
    ]


GROUPINGS = {
    "two blocks": lambda layers: in_blocks(layers, 5),
    "single layers": lambda layers: in_blocks(layers, 1),
    "the middle": lambda layers: [*layers[:2], Checkpoint(layers[2:7]), *layers[7:]],
    "nested": lambda layers: [Checkpoint([*layers[:3], Checkpoint(layers[3:6]), *layers[6:]])],
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("grouping", GROUPINGS)
def test_training_is_the_same_to_the_bit_and_state_moves_once(grouping, dtype):
    x, targets = np.random.default_rng(1).normal(size=(2, 20, 3)).astype(dtype)
    plain = Network(parts(), dtype=dtype)
    network = Network(GROUPINGS[grouping](parts()), dtype=dtype)
    np.testing.assert_array_equal(network.parameters, plain.parameters)
    for each in (plain, network):
        fit(each, SquaredError(), x, targets[:, :2], optimizer=SGD(0.1), epochs=3, batch_size=6)
    np.testing.assert_array_equal(network.parameters, plain.parameters)
    np.testing.assert_array_equal(network.gradient, plain.gradient)
    states = [list(each.chain.state_views().values()) for each in (plain, network)]
    assert len(states[0]) == 3
    for ours, theirs in zip(*states, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_by_hand_it_gives_the_gradient_of_the_input_too():
    x = np.random.default_rng(2).normal(size=(5, 3))
    layers = [layer.initialise(dtype=np.float64) for layer in (Dense(3, 4), Tanh(), Dense(4, 2))]
    plain, block = Chain(copy.deepcopy(layers)), Checkpoint(layers)
    np.testing.assert_array_equal(block.forward(x), plain.forward(x))
    upstream = np.random.default_rng(3).normal(size=(5, 2))
    np.testing.assert_array_equal(block.backward(upstream), plain.backward(upstream))
    assert block.backward(upstream, needs_input_gradient=False) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_passes_the_gradient_check(dtype):
    block = Checkpoint([Dense(3, 4), BatchNorm(4), Tanh(), Dense(4, 2)]).initialise(dtype=dtype)
    assert check_gradients(block, np.random.default_rng(4).normal(size=(6, 3)).astype(dtype)).passed


def test_integers_may_come_in():
    words = np.array([[0, 2], [1, 1], [2, 0]])
    labels = np.array([0, 1, 1])
    gradients = []
    for wrap in (lambda layers: layers, lambda layers: [Checkpoint(layers)]):
        network = Network(wrap([Embedding(3, 4), Flatten(), Dense(8, 2)]), seed=1)
        network.loss_and_gradient(SoftmaxCrossEntropy(), words, labels)
        gradients.append(network.gradient)
    np.testing.assert_array_equal(*gradients)
    assert Checkpoint([Embedding(3, 4)]).kept_bytes((2,), FLOAT64) == (16, False)


def test_it_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    from torch.utils.checkpoint import checkpoint

    rng = np.random.default_rng(5)
    first, second = (
        Dense(3, 5).initialise(seed=1, dtype=FLOAT64),
        Dense(5, 2).initialise(seed=2, dtype=FLOAT64),
    )
    block = Checkpoint([first, Tanh(), second])
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 2)).double()
    with torch.no_grad():
        for linear, dense in ((theirs[0], first), (theirs[2], second)):
            linear.weight[:], linear.bias[:] = torch.tensor(dense.weights.T.copy()), torch.tensor(dense.bias)
    x, upstream = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
    z = torch.tensor(x, requires_grad=True)
    y = checkpoint(theirs, z, use_reentrant=False)
    y.backward(torch.tensor(upstream))
    np.testing.assert_allclose(block.forward(x), y.detach(), rtol=1e-9)
    np.testing.assert_allclose(block.backward(upstream), z.grad, rtol=1e-9)
    np.testing.assert_allclose(first.weights_gradient, theirs[0].weight.grad.T, rtol=1e-9)
    np.testing.assert_allclose(second.bias_gradient, theirs[2].bias.grad, rtol=1e-9)


class TestMemory:
    layers, width, batch = 16, 40, 500

    def network(self, size):
        """Sixteen times Dense and Tanh, in blocks of so many pairs; 0 for none."""
        deep = [layer for _ in range(self.layers) for layer in (Dense(self.width, self.width), Tanh())]
        return Network(in_blocks(deep, 2 * size) if size else deep, dtype=np.float64)

    def traced(self, size):
        """Arrays `(batch, width)` that are there after forward, at the most in a pass, and after backward."""
        network = self.network(size)
        x = np.random.default_rng(0).normal(size=(self.batch, self.width))
        network.backward(network.forward(x))  # whatever is made only once
        network = copy.deepcopy(network)  # which leaves behind what the layers keep
        tracemalloc.start()
        try:
            y = network.forward(x)
            kept = tracemalloc.get_traced_memory()[0]
            network.backward(y)
            del y
            after, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        return np.array([kept, peak, after]) / x.nbytes

    @pytest.mark.parametrize("size", [1, 2, 4, 8, 16])
    def test_between_the_passes_a_block_keeps_its_input_and_after_them_nothing_else(self, size):
        kept, peak, after = self.traced(size)
        blocks = self.layers // size
        assert kept == pytest.approx(blocks, abs=0.3)  # inputs, of which x was there before, and the output
        assert blocks + size <= peak <= blocks + size + 4.2  # and what single steps back work with
        assert after == pytest.approx(blocks - 1, abs=0.3)

    def test_least_memory_is_at_the_root_of_the_layers(self):
        peaks = {size: self.traced(size)[1] for size in (1, 2, 4, 8, 16)}
        assert min(peaks, key=peaks.get) == 4
        assert peaks[4] < 0.65 * self.traced(0)[1]

    def test_what_it_says_to_keep_and_to_fill_is_what_it_does(self):
        block = Checkpoint([Dense(4, 6), Tanh(), Residual([Dense(6, 6), Tanh()]), Dense(6, 2)])
        assert block.kept_bytes((4,), FLOAT64) == (32, False)
        assert block.kept_bytes((4,), FLOAT64, input_is_kept=True) == (0, False)
        assert block.filled_bytes((4,), FLOAT64) == 8 * (6 + 6 + 6)
        assert Network([block]).summary(batch=3).total.kept_bytes == 3 * 16  # in float32

    def test_in_training_it_spares_what_the_passes_hold_too(self):
        x = np.random.default_rng(0).normal(size=(self.batch, self.width))
        peaks = []
        for size in (0, 4):
            network = self.network(size)
            tracemalloc.start()
            try:
                network.loss_and_gradient(SquaredError(), x, x)
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
        assert peaks[1] < 0.5 * peaks[0]

    def test_no_parameter_is_copied(self):
        block = Checkpoint([Dense(500, 500), Tanh()]).initialise(dtype=np.float64)
        x = np.ones((2, 500))
        tracemalloc.start()
        try:
            block.backward(block.forward(x))
            block.predict(x)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 0.1 * 8 * block.size

    def test_the_layers_hold_nothing_after_either_pass(self):
        dense, tanh, norm = Dense(3, 3), Tanh(), BatchNorm(3)
        network = Network([Checkpoint([dense, Residual([tanh]), norm])])
        network.forward(np.eye(3, dtype=np.float32))
        for _ in range(2):
            for layer, name in ((dense, "x"), (tanh, "a"), (norm, "normal"), (norm, "seen")):
                with pytest.raises(NotYetError, match="call forward first"):
                    getattr(layer, name)
            network.backward(np.eye(3, dtype=np.float32))


PASSES_BEFORE = {
    "gru": (lambda: [GRU(4, 4)], (3, 4)),
    "attention": (lambda: [Attention(4)], (3, 4)),
    "a class of yours": (lambda: [type("Mine", (Attention,), {})(4)], (3, 4)),
    "layer norm": (lambda: [LayerNorm(4)], (3, 4)),
    "batch norm": (lambda: [BatchNorm(4)], (3, 4)),
    "max pooling": (lambda: [MaxPool2D(2)], (4, 4, 2)),
    "position and last step": (lambda: [Position(9, 4), LastStep()], (3, 4)),
    "inside a residual": (lambda: [Residual([LayerNorm(4), Attention(4)])], (3, 4)),
}


@pytest.mark.parametrize(("make", "shape"), PASSES_BEFORE.values(), ids=PASSES_BEFORE)
class TestWhatAnEarlierPassLeft:
    """A layer may have been used before, and may be called between the passes: that is another pass's."""

    def test_it_is_let_go(self, make, shape):
        layers, array = make(), np.random.default_rng(0).normal(size=(5, *shape))
        for layer in layers:
            array = layer.forward(array)
        block, array = Checkpoint(layers), np.random.default_rng(1).normal(size=(2, *shape))
        for one_pass in (block.forward, block.backward):
            array = one_pass(array)
            for layer in checkpoint.inside(block):
                names = set(layer.keeps) - set(layer.state) - {"layers"}
                assert not names & set(vars(layer))

    def test_it_is_not_what_backward_reads(self, make, shape):
        x, layers = np.random.default_rng(2).normal(size=(3, *shape)), make()
        plain, block = Chain(copy.deepcopy(layers)), Checkpoint(layers)
        y = plain.forward(x)
        upstream = np.random.default_rng(3).normal(size=y.shape)
        np.testing.assert_array_equal(block.forward(x), y)
        other = np.random.default_rng(4).normal(size=(3, *shape))
        for layer in block.layers:
            other = layer.forward(other)
        np.testing.assert_array_equal(block.backward(upstream), plain.backward(upstream))
        for name, gradient in plain.gradient_views().items():
            np.testing.assert_array_equal(block.gradient_views()[name], gradient)


class TestTheSecondRun:
    def test_it_is_one_more_forward_pass_and_the_cost_says_so(self):
        calls = []

        class Probe(Tanh):
            def forward(self, x):
                calls.append("forward")
                return super().forward(x)

            def backward(self, upstream):
                calls.append("backward")
                return super().backward(upstream)

        block = Checkpoint([Probe()])
        block.backward(block.forward(np.ones((1, 1))))
        assert calls == ["forward", "forward", "backward"]
        for layers in ([Dense(4, 6), Tanh(), Dense(6, 2)], [Tanh(), Dense(4, 2)], [Tanh(), ReLU()]):
            once, twice = Chain(copy.deepcopy(layers)).cost((4,)), Checkpoint(layers).cost((4,))
            assert twice.forward == once.forward
            assert sum(twice[1:]) == sum(once[1:]) + once.forward
        assert Checkpoint([Tanh()]).cost((4,)).parameters == 0
        assert Checkpoint([Dropout()]).cost((4,)) is None

    @pytest.mark.parametrize("source", ["global", "elsewhere"])
    def test_random_numbers_from_elsewhere_are_refused(self, source):
        elsewhere = np.random.default_rng(0)

        class Leaky(Dropout):
            def random(self, shape):
                return np.random.random(shape) if source == "global" else elsewhere.random(shape)  # noqa: NPY002

        network = Network([Dense(3, 40), Checkpoint([Leaky(), Dense(40, 1)])])
        with pytest.raises(RuntimeError, match="an attribute of its own, or leave it outside"):
            network.loss_and_gradient(SquaredError(), np.ones((2, 3), np.float32), np.ones((2, 1)))

    def test_a_bad_layer_inside_is_told_as_anywhere(self):
        class Writes(Layer):
            def forward(self, x):
                x *= 2
                return x

            def backward(self, upstream):
                return upstream * 2

        with pytest.raises(ValueError, match=r"writes1\.forward writes to the array"):
            Checkpoint([Writes()]).forward(np.ones((2, 2)))

    def test_a_pass_with_undeclared_counters_moves_them_once(self):
        layer = Centred()
        block = Checkpoint([layer])
        for _ in range(3):
            block.backward(block.forward(np.ones((2, 6))))
        assert layer.passes == 3


class Softmax(Layer):
    """Rows that add up to 1, whatever they are made of."""

    keeps = {"p": "output"}

    def forward(self, x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p

    def backward(self, upstream):
        return self.p * (upstream - (upstream * self.p).sum(axis=-1, keepdims=True))


class Flip(Layer):
    """Some examples' features from last to first, as somebody else's generator will have it."""

    keeps = {"flipped": "own"}
    elsewhere = np.random.default_rng(1)

    def forward(self, x):
        self.flipped = self.elsewhere.random((len(x), 1)) > 0.5
        return np.where(self.flipped, x[:, ::-1], x)

    def backward(self, upstream):
        return np.where(self.flipped, upstream[:, ::-1], upstream)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("follow", [[], [Dense(6, 5), Softmax()]], ids=["flipped", "softmax"])
def test_a_second_run_that_differs_is_seen_where_the_sums_agree(follow, dtype):
    x = np.random.default_rng(0).normal(size=(8, 6)).astype(dtype)
    block = Checkpoint([Flip(), *copy.deepcopy(follow)]).initialise(dtype=dtype)
    block.forward(x)
    with pytest.raises(RuntimeError, match="gave another output when it ran a second time"):
        block.backward(np.ones((8, 5 if follow else 6), dtype))


class TestWhatAPassMoves:
    """As without the Checkpoint, however many passes there are, and whichever of them go back."""

    x = np.random.default_rng(8).normal(size=(8, 6)).astype(np.float32)

    def test_forward_alone_draws_new_numbers(self):
        draws = [
            [layer.forward(np.ones((1, 6))).tolist() for _ in range(6)]
            for layer in (Chain([Dropout()]), Checkpoint([Dropout()]))
        ]
        assert draws[0] == draws[1]
        assert len(set(map(str, draws[1]))) > 1

    @pytest.mark.parametrize("kind", ["before the first parameters", "with a validation", "one generator"])
    def test_training_is_the_same_to_the_bit(self, kind):
        runs = []
        for wrap in (Chain, Checkpoint):
            if kind == "before the first parameters":
                layers = [wrap([Dropout()]), Dense(6, 1)]
            else:
                layers = [wrap([Dense(6, 6), Dropout()]), wrap([Dropout(3), Dense(6, 1)])]
            if kind == "one generator":
                layers[1].layers[0].rng = layers[0].layers[1].rng
            network, more = Network(layers, seed=1), {}
            if kind == "with a validation":
                more["validation"] = (self.x, np.ones((8, 1)))
            targets = np.ones((8, 1))
            fit(network, SquaredError(), self.x, targets, optimizer=SGD(0.1), epochs=3, batch_size=4, **more)
            runs.append(network.parameters)
        np.testing.assert_array_equal(*runs)

    def test_backward_twice_is_backward_of_the_same_pass(self):
        layers = [Dense(6, 6), Dropout(), Centred(), Dense(6, 2)]
        upstream, found = np.random.default_rng(9).normal(size=(8, 2)), []
        for wrap in (Chain, Checkpoint):
            chain = wrap(copy.deepcopy(layers)).initialise(dtype=np.float64)
            chain.forward(self.x.astype(float))
            back = [chain.backward(upstream) for _ in range(3)]
            found.append([*back, chain.forward(self.x.astype(float))])
        for plain, checkpointed in zip(*found, strict=True):
            np.testing.assert_array_equal(plain, checkpointed)

    def test_its_times_can_be_taken(self):
        times = pass_times(Network([Dense(6, 6), Checkpoint([Dropout(), Dense(6, 1)])]), self.x, readings=1)
        assert min(times) > 0

    def test_what_backward_draws_goes_on_from_where_forward_was(self):
        class Noisy(Dropout):
            def backward(self, upstream):
                return upstream * self.mask + self.random(upstream.shape)

        found = []
        for wrap in (Chain, Checkpoint):
            chain = wrap([Noisy()])
            for _ in range(3):
                chain.forward(np.ones((2, 3)))
                back = chain.backward(np.ones((2, 3)))
            found.append(back)
        np.testing.assert_array_equal(*found)

    def test_a_copy_made_between_the_passes_goes_back_by_its_own_parameters(self):
        network = Network([Checkpoint([Dense(6, 6), Dropout(), Dense(6, 1)])])
        y = network.forward(self.x)
        twin = copy.deepcopy(network)
        twin.backward(y)
        np.testing.assert_array_equal(network.gradient, 0)
        network.backward(y)
        np.testing.assert_array_equal(twin.gradient, network.gradient)

    def test_an_empty_batch_goes_through(self):
        assert Checkpoint([Dropout()]).forward(np.zeros((0, 6))).shape == (0, 6)


class TestLayersOfYourOwn:
    def test_one_that_names_nothing_costs_no_more_memory_than_it_would(self):
        class TanhDense(Layer):
            def __init__(self):
                super().__init__(weights=np.random.default_rng(0).normal(size=(50, 50)) / 7)

            def forward(self, x):
                self.x, self.a = x, np.tanh(x @ self.weights)
                return self.a

            def backward(self, upstream):
                blame = upstream * (1 - self.a**2)
                self.weights_gradient = self.x.T @ blame
                return blame @ self.weights.T

        x, peaks, gradients = np.random.default_rng(0).normal(size=(2000, 50)), [], []
        for wrap in (list, lambda layers: in_blocks(layers, 4)):
            network = Network(wrap([TanhDense() for _ in range(16)]), dtype=np.float64)
            network.backward(network.forward(x))
            peaks.append(memory_use(network, x).peak)
            gradients.append(network.gradient)
        assert peaks[1] < 0.75 * peaks[0]
        np.testing.assert_array_equal(*gradients)

    def test_a_table_that_is_made_once_is_there_in_every_pass(self):
        class Ramp(Layer):
            keeps = {"table": "own", "fixed": "own"}

            def __init__(self):
                super().__init__()
                self.table, self.fixed = None, np.arange(6.0)

            def forward(self, x):
                if self.table is None:
                    self.table = np.arange(6.0)
                return x * self.table * self.fixed

            def backward(self, upstream):
                return upstream * self.table * self.fixed

        block = Checkpoint([Ramp()])
        for _ in range(3):
            np.testing.assert_array_equal(block.forward(np.ones((2, 6)))[1], np.arange(6.0) ** 2)
            np.testing.assert_array_equal(block.backward(np.ones((2, 6)))[1], np.arange(6.0) ** 2)


class TestPrediction:
    def test_it_is_that_of_the_layers(self):
        x = np.random.default_rng(6).normal(size=(9, 3))
        plain = Network([Dense(3, 4), BatchNorm(4), Tanh()], dtype=FLOAT64)
        network = Network([Checkpoint([Dense(3, 4), BatchNorm(4), Tanh()])], dtype=FLOAT64)
        for each in (plain, network):
            each.backward(each.forward(x))
        np.testing.assert_array_equal(network.predict(x), plain.predict(x))
        with pytest.raises(NotYetError, match="call forward first"):
            network.backward(np.ones((9, 4)))

    def test_without_a_prediction_of_their_own_it_counts_as_a_forward_pass(self):
        x, other = np.random.default_rng(7).normal(size=(2, 3, 3))
        gradients = []
        for wrap in (lambda layers: layers, lambda layers: [Checkpoint(layers)]):
            network = Network(wrap([Dense(3, 4), Tanh()]), dtype=FLOAT64)
            network.forward(x)
            network.chain.predict(other)
            network.backward(np.ones((3, 4)))
            gradients.append(network.gradient)
        np.testing.assert_array_equal(*gradients)


def test_backward_before_forward():
    with pytest.raises(NotYetError, match="call forward first"):
        Checkpoint([Tanh()]).backward(np.ones((1, 1)))


def test_backward_after_a_forward_that_failed():
    block = Checkpoint([Dense(3, 2), Tanh()])
    block.forward(np.ones((4, 3)))
    with pytest.raises(ValueError, match="expected 3 input features"):
        block.forward(np.ones((4, 5)))
    with pytest.raises(NotYetError, match="call forward first"):
        block.backward(np.ones((4, 2)))


def test_a_block_has_at_least_one_layer():
    with pytest.raises(ValueError, match="at least one layer, got size=0"):
        in_blocks([Tanh()], 0)

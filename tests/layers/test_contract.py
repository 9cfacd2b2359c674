"""The contract of a layer: in any order, the gradient in training is the right one, or there is an error.

Right means: that of `forward` and `backward` called by hand, one layer after the other, to the bit; and that
of finite differences.
"""

import copy
import itertools
import pickle
import subprocess
import sys
from collections import defaultdict
from contextlib import contextmanager

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, SoftmaxCrossEntropy, SquaredError, check_gradients, fit
from backproplab.layers import (
    GELU,
    GRU,
    RNN,
    Attention,
    AvgPool2D,
    BatchNorm,
    Chain,
    Checkpoint,
    Conv2D,
    Cost,
    Embedding,
    Flatten,
    Half,
    LastStep,
    Layer,
    LayerNorm,
    LeakyReLU,
    MaxPool2D,
    NotYetError,
    Position,
    ReLU,
    Residual,
    Sigmoid,
    Softplus,
    Tanh,
)

WIDTH = 4


class TanhDense(Layer):
    """a = tanh(x W), written from the docstring of Layer alone: it has parameters and keeps its output."""

    def __init__(self, inputs, outputs):
        rng = np.random.default_rng(0)
        super().__init__(weights=rng.normal(size=(inputs, outputs)) / np.sqrt(inputs))

    def forward(self, x):
        self.x, self.a = x, np.tanh(x @ self.weights)
        return self.a

    def backward(self, upstream):
        blame = upstream * (1 - self.a**2)
        self.weights_gradient = self.x.T @ blame
        return blame @ self.weights.T


class TanhOfDense(Dense):
    """The same as a Dense that was extended: it says nothing, though Dense does."""

    def forward(self, x, out=None):
        self.a = np.tanh(super().forward(x, out))
        return self.a

    def backward(self, upstream, out=None, *, needs_input_gradient=True):
        blame = upstream * (1 - self.a**2)
        return super().backward(blame, out, needs_input_gradient=needs_input_gradient)


class Scale(Layer):
    """y = g x, one g for each feature: no trick, and all that there is to say is said."""

    keeps = {"x": "input"}

    def __init__(self, features):
        super().__init__(gain=np.linspace(0.5, 1.5, features))

    def forward(self, x, out=None):
        self.x = x
        return np.multiply(x, self.gain, out=out)

    def backward(self, upstream, out=None, *, needs_input_gradient=True):
        self.gain_gradient = (self.x * upstream).sum(axis=0)
        return np.multiply(upstream, self.gain, out=out) if needs_input_gradient else None


class Shift(Layer):
    """y = x + b: in place, and nothing is kept at all."""

    keeps = {}
    in_place = True

    def __init__(self, features):
        super().__init__(bias=np.linspace(-0.5, 0.5, features))

    def forward(self, x, out=None):
        return np.add(x, self.bias, out=out)

    def backward(self, upstream, out=None):
        self.bias_gradient = upstream.sum(axis=0)
        return np.multiply(upstream, 1, out=out)


class Softsign(Layer):
    """y = x / (1 + |x|), of its own array alone."""

    keeps = {"divisor": "own"}

    def forward(self, x, out=None):
        self.divisor = 1 + np.abs(x)
        return np.divide(x, self.divisor, out=out)

    def backward(self, upstream, out=None):
        return np.divide(upstream, self.divisor * self.divisor, out=out)


class Same(Layer):
    """y = x: the very array goes on, as one who writes a layer in a hurry lets it."""

    def forward(self, x):
        return x

    def backward(self, upstream):
        return upstream


class Reversed(Layer):
    """The features in reverse: a view of what comes in, both ways."""

    def forward(self, x):
        return x[:, ::-1]

    def backward(self, upstream):
        return upstream[:, ::-1]


KINDS = {
    "dense": lambda: Dense(WIDTH, WIDTH, initial="xavier"),
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky": LeakyReLU,
    "gelu": GELU,
    "softplus": Softplus,
    "batch norm": lambda: BatchNorm(WIDTH),
    "layer norm": lambda: LayerNorm(WIDTH),
    "residual of batch norm": lambda: Residual([BatchNorm(WIDTH), Tanh()]),
    "flatten": Flatten,
    "residual": lambda: Residual([Dense(WIDTH, 3), Tanh(), Dense(3, WIDTH)]),
    "residual of activations": lambda: Residual([Tanh(), Sigmoid()]),
    "residual of a bad one": lambda: Residual([TanhDense(WIDTH, WIDTH), Tanh()]),
    "checkpoint": lambda: Checkpoint([Dense(WIDTH, 3), BatchNorm(3), Residual([Tanh()]), Dense(3, WIDTH)]),
    "checkpoint of a bad one": lambda: Checkpoint([TanhDense(WIDTH, WIDTH), Tanh()]),
    "chain": lambda: Chain([Dense(WIDTH, WIDTH), ReLU()]),
    "tanh dense": lambda: TanhDense(WIDTH, WIDTH),
    "tanh of dense": lambda: TanhOfDense(WIDTH, WIDTH),
    "scale": lambda: Scale(WIDTH),
    "shift": lambda: Shift(WIDTH),
    "softsign": Softsign,
    "same": Same,
    "reversed": Reversed,
}
CHANNELS = 2
PICTURES = {
    "convolution": lambda: Conv2D(CHANNELS, CHANNELS, size=3, padding=1, initial="xavier"),
    "strided": lambda: Conv2D(CHANNELS, CHANNELS, size=2, stride=2, padding=1),
    "max pooling": lambda: MaxPool2D(2, stride=1),
    "mean pooling": lambda: AvgPool2D(2, stride=1),
    "dense": lambda: Dense(CHANNELS, CHANNELS),
    "tanh": Tanh,
    "gelu": GELU,
    "batch norm": lambda: BatchNorm(CHANNELS),
    "layer norm": lambda: LayerNorm(CHANNELS),
    "half": Half,
    "residual": lambda: Residual([Conv2D(CHANNELS, CHANNELS, size=3, padding=1), ReLU()]),
    "checkpoint": lambda: Checkpoint(
        [Conv2D(CHANNELS, 3, size=2, padding=1), MaxPool2D(2), Dense(3, CHANNELS)]
    ),
    "chain": lambda: Chain([AvgPool2D(1), Conv2D(CHANNELS, CHANNELS, size=1)]),
    "same": Same,
    "reversed": Reversed,
}
SEQUENCES = {
    "rnn": lambda: RNN(WIDTH, WIDTH),
    "truncated": lambda: RNN(WIDTH, WIDTH, truncate=2),
    "gru": lambda: GRU(WIDTH, WIDTH),
    "attention": lambda: Attention(WIDTH, heads=2),
    "position": lambda: Position(4, WIDTH),
    "last step": LastStep,
    "dense": lambda: Dense(WIDTH, WIDTH),
    "tanh": Tanh,
    "relu": ReLU,
    "batch norm": lambda: BatchNorm(WIDTH),
    "layer norm": lambda: LayerNorm(WIDTH),
    "half": Half,
    "residual": lambda: Residual([LayerNorm(WIDTH), Attention(WIDTH)]),
    "checkpoint": lambda: Checkpoint([GRU(WIDTH, 3), Position(3, 3), RNN(3, WIDTH)]),
    "same": Same,
    "reversed": Reversed,
}
AFTER_TIME = ("dense", "tanh", "relu", "batch norm", "layer norm", "half", "same", "reversed")


def orders(table, triples):
    """Every two and some three of a table, by their first; behind the last step what needs no time."""
    three = list(itertools.product(table, repeat=3))
    some = [three[i] for i in np.random.default_rng(0).choice(len(three), triples, replace=False)]
    found = defaultdict(list)
    for kinds in [*itertools.product(table, repeat=2), *some]:
        behind = kinds[kinds.index("last step") + 1 :] if "last step" in kinds else ()
        if set(behind) <= set(AFTER_TIME):
            found[kinds[0]].append(kinds)
    return found


ORDERS = orders(KINDS, 600)
first_layers = pytest.mark.parametrize("first", KINDS)


@contextmanager
def named(kinds):
    """Whatever is raised within says which layers it was, in which order."""
    try:
        yield
    except Exception as error:
        error.add_note(" · ".join(kinds))
        raise


def network_of(kinds, table=KINDS):
    return Network([table[kind]() for kind in kinds], seed=3, dtype=np.float64)


def by_hand(network, loss, x, targets):
    """Each layer's forward and backward, called one after the other on copies, as lesson 07 does."""
    layers = [copy.deepcopy(layer) for layer in network.layers]
    activation = x
    for layer in layers:
        activation = layer.forward(activation.copy())
    loss.forward(activation.copy(), targets)
    upstream = loss.backward()
    for layer in reversed(layers):
        upstream = layer.backward(upstream.copy())
    gradients = [gradient.ravel() for layer in layers for gradient in layer.gradient_views().values()]
    return np.concatenate([np.empty(0), *gradients])


def assert_trains_as_by_hand(network, shape):
    """Three passes on inputs of a whole shape: the first is watched, later ones are not."""
    rng, loss = np.random.default_rng(1), SquaredError()
    for _ in range(3):
        x, targets = rng.normal(size=shape), rng.normal(size=(shape[0], *network.output_shape(shape[1:])))
        before = x.copy()
        network.loss_and_gradient(loss, x, targets)
        trained = network.gradient.copy()
        np.testing.assert_array_equal(trained, by_hand(network, loss, x, targets))
        loss.forward(network.forward(x), targets)
        network.backward(loss.backward())
        np.testing.assert_array_equal(network.gradient, trained)
        np.testing.assert_array_equal(x, before)


@first_layers
def test_in_any_order_training_has_the_gradient_of_the_calls_by_hand(first):
    for kinds in ORDERS[first]:
        with named(kinds):
            assert_trains_as_by_hand(network_of(kinds), (5, WIDTH))


@pytest.mark.parametrize("first", PICTURES)
def test_so_it_has_in_any_order_of_what_takes_pictures(first):
    for kinds in orders(PICTURES, 100)[first]:
        with named(kinds):
            assert_trains_as_by_hand(network_of(kinds, PICTURES), (3, 4, 5, CHANNELS))


@pytest.mark.parametrize("first", SEQUENCES)
def test_so_it_has_in_any_order_of_what_takes_sequences(first):
    for kinds in orders(SEQUENCES, 100)[first]:
        with named(kinds):
            assert_trains_as_by_hand(network_of(kinds, SEQUENCES), (3, 3, WIDTH))


@first_layers
def test_in_any_order_the_gradient_is_that_of_finite_differences(first):
    for second in KINDS:
        with named((first, second)):
            network, loss, h = network_of((first, second)), SquaredError(), 1e-6
            x, targets = np.random.default_rng(2).normal(size=(2, 5, WIDTH))
            network.loss_and_gradient(loss, x, targets)
            gradient, slopes = network.gradient.copy(), []
            for index in range(network.size):
                before = network.parameters[index]
                network.parameters[index] = before + h
                up = loss.forward(network.forward(x), targets)
                network.parameters[index] = before - h
                down = loss.forward(network.forward(x), targets)
                network.parameters[index] = before
                slopes.append((up - down) / (2 * h))
            assert gradient == pytest.approx(np.array(slopes), rel=1e-4, abs=1e-8)


def test_a_layer_written_from_the_docstring_alone_trains():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    labels = (np.tanh(x @ [1.0, -2.0, 0.5]) > 0).astype(int)
    network = Network([TanhDense(3, 8), Tanh(), TanhDense(8, 8), Dense(8, 2)], dtype=np.float64)
    history = fit(
        network, SoftmaxCrossEntropy(), x, labels, optimizer=SGD(0.5), epochs=30, batch_size=20,
        validation=(x, labels),
    )  # fmt: skip
    assert history.validation_accuracy[-1] > 0.97
    assert check_gradients(TanhDense(3, 4), x[:5]).passed


def test_it_computes_in_the_dtype_of_its_network():
    network = Network([TanhDense(3, 8), Dense(8, 2)])
    x = np.ones((4, 3), np.float32)
    network.loss_and_gradient(SoftmaxCrossEntropy(), x, [0, 1, 0, 1])
    assert network.layers[0].weights.dtype == np.float32
    assert np.shares_memory(network.layers[0].weights, network.parameters)


@pytest.mark.parametrize("place", ["first", "middle", "inside"])
class TestAWrongLayerIsAnErrorAndNeverASilentOne:
    """Slips that people make. Each would be a wrong gradient, or one that stays 0 for ever."""

    def run(self, layer, place):
        before = [] if place == "first" else [Dense(3, 3), Tanh()]
        middle = Residual([layer]) if place == "inside" else layer
        network = Network([*before, middle, Tanh(), Dense(3, 2)], dtype=np.float64)
        for _ in range(2):
            network.loss_and_gradient(SoftmaxCrossEntropy(), np.ones((4, 3)), [0, 1, 0, 1])

    def test_a_gradient_that_is_not_set(self, place):
        class Forgetful(Scale):
            keeps = {"x": "input"}

            def backward(self, upstream):
                return upstream * self.gain

        with pytest.raises(ValueError, match=r"left part of gain_gradient as it was"):
            self.run(Forgetful(3), place)

    def test_a_gradient_that_is_added_up(self, place):
        class Adding(Scale):
            def backward(self, upstream):
                self.gain_gradient += (self.x * upstream).sum(axis=0)
                return upstream * self.gain

        with pytest.raises(ValueError, match=r"or added to it; a backward pass sets the whole gradient"):
            self.run(Adding(3), place)

    def test_a_parameter_that_nobody_knows_of(self, place):
        class Unnamed(Layer):
            def __init__(self):
                self.gain = np.ones(3)

            def forward(self, x):
                self.x = x
                return x * self.gain

            def backward(self, upstream):
                self.gain_gradient = (self.x * upstream).sum(axis=0)
                return upstream * self.gain

        with pytest.raises(ValueError, match=r"no parameter 'gain'; pass it to super\(\).__init__\(gain="):
            self.run(Unnamed(), place)

    def test_the_input_is_written_over(self, place):
        class Greedy(Layer):
            def forward(self, x):
                self.x = x
                x *= 2
                return x

            def backward(self, upstream):
                return upstream * 2

        with pytest.raises(ValueError, match=r"forward writes to the array that it is given"):
            self.run(Greedy(), place)

    def test_the_input_is_written_over_by_a_layer_that_says_something(self, place):
        class Greedy(Layer):
            keeps = {}

            def forward(self, x):
                x *= 2
                return x

            def backward(self, upstream):
                return upstream * 2

        with pytest.raises(ValueError, match=r"forward writes to the array that it is given"):
            self.run(Greedy(), place)

    def test_upstream_is_written_over(self, place):
        class Greedy(Scale):
            def backward(self, upstream):
                self.gain_gradient = (self.x * upstream).sum(axis=0)
                upstream *= self.gain
                return upstream

        with pytest.raises(ValueError, match=r"upstream = upstream \* 2 for upstream \*= 2"):
            self.run(Greedy(3), place)

    def test_the_output_is_kept_and_not_said(self, place):
        class Sly(TanhDense):
            keeps = {"x": "input"}

            def forward(self, x, out=None):
                self.x = x
                self.a = np.tanh(x @ self.weights, out=out)
                return self.a

        if place == "inside":
            self.run(Sly(3, 3), place)  # inside a residual nothing is written over
            return
        with pytest.raises(TypeError, match=r"keeps its output in `a`, but its `keeps` does not say so"):
            self.run(Sly(3, 3), place)

    def test_forward_returns_nothing(self, place):
        class Mute(Layer):
            def forward(self, x):
                self.y = x * 2

            def backward(self, upstream):
                return upstream * 2

        with pytest.raises((TypeError, AttributeError), match=r"returned NoneType|'NoneType'"):
            self.run(Mute(), place)

    def test_backward_returns_nothing(self, place):
        class Mute(Scale):
            def backward(self, upstream):
                self.gain_gradient = (self.x * upstream).sum(axis=0)

        with pytest.raises(TypeError, match=r"backward returned NoneType; return ∂L/∂inputs"):
            self.run(Mute(3), place)

    def test_another_dtype(self, place):
        class Wide(Layer):
            def forward(self, x):
                return x.astype(np.float32)

            def backward(self, upstream):
                return upstream

        with pytest.raises(TypeError, match=r"forward returned float32, but computes in float64"):
            self.run(Wide(), place)

    def test_a_gradient_of_another_shape(self, place):
        class Summed(Layer):
            def forward(self, x):
                return x * 2

            def backward(self, upstream):
                return 2 * upstream.sum(axis=0)

        with pytest.raises(
            ValueError, match=r"backward returned shape \(3,\); return ∂L/∂inputs, in the shape"
        ):
            self.run(Summed(), place)

    def test_a_batch_that_is_averaged_away(self, place):
        class Averaged(Layer):
            def forward(self, x):
                return x.mean(axis=0, keepdims=True)

            def backward(self, upstream):
                return upstream

        with pytest.raises(ValueError, match=r"one output for each example|adds its input"):
            self.run(Averaged(), place)

    def test_no_backward_at_all(self, place):
        class Half(Layer):
            def forward(self, x):
                return x * 2

        with pytest.raises(NotImplementedError, match=r"Half has no backward\(self, upstream\) yet"):
            self.run(Half(), place)


def watched_network(*layers):
    return Network([*layers], dtype=np.float64)


class TestWhatALayerSaysIsTried:
    """Claims that a look at one layer cannot refute: the first two passes are done by hand as well."""

    def run(self, layer):
        network = watched_network(Dense(3, 3), layer, Dense(3, 3))
        rng = np.random.default_rng(0)
        for _ in range(3):
            network.loss_and_gradient(SquaredError(), rng.normal(size=(4, 3)), rng.normal(size=(4, 3)))

    def test_in_place_forward(self):
        class Leak(Layer):
            keeps = {"p": "own"}
            in_place = True

            def forward(self, x, out=None):
                self.p = np.where(x > 0, 1, 0.2)
                y = np.maximum(x, 0, out=out)
                y += 0.2 * np.minimum(x, 0)
                return y

            def backward(self, upstream, out=None):
                return np.multiply(upstream, self.p, out=out)

        with pytest.raises(
            TypeError, match="outputs of dense2 in training differ from those of the same calls"
        ):
            self.run(Leak())

    def test_in_place_backward(self):
        class Bent(Layer):
            keeps = {"a": "output"}
            in_place = True

            def forward(self, x, out=None):
                self.a = np.tanh(x, out=out)
                return self.a

            def backward(self, upstream, out=None):
                downstream = np.multiply(upstream, 1 - self.a, out=out)
                downstream += upstream * (1 - self.a) * self.a
                return downstream

        network = watched_network(Dense(3, 3), Bent(), Tanh(), Dense(3, 3))
        with pytest.raises(TypeError, match=r"gradient of dense1 in training differ"):
            network.loss_and_gradient(SquaredError(), np.ones((2, 3)), np.zeros((2, 3)))

    def test_numbers_found_in_out(self):
        class Adding(Layer):
            keeps = {}

            def forward(self, x, out=None):
                out = np.zeros_like(x) if out is None else out
                out += x
                return out

            def backward(self, upstream, out=None):
                return np.multiply(upstream, 1, out=out)

        with pytest.raises(TypeError, match="reads what it finds in `out`"):
            self.run(Adding())

    def test_an_output_kept_by_a_layer_inside(self):
        class Block(Layer):
            keeps = {"dense": "input"}

            def __init__(self):
                super().__init__()
                self.dense, self.tanh = Dense(3, 3), Tanh()

            def forward(self, x, out=None):
                return self.tanh.forward(self.dense.forward(x), out=out)

            def backward(self, upstream):
                return self.dense.backward(self.tanh.backward(upstream))

        network = watched_network(Block(), Tanh(), Dense(3, 3))
        with pytest.raises(TypeError, match=r"gradient of block1 in training differ"):
            network.loss_and_gradient(SquaredError(), np.ones((2, 3)), np.zeros((2, 3)))

    def test_a_backward_that_leaves_out_too_much(self):
        class Lazy(TanhDense):
            keeps = {"x": "input", "a": "output"}

            def forward(self, x):
                return super().forward(x)

            def backward(self, upstream, needs_input_gradient=True):
                return super().backward(upstream) if needs_input_gradient else None

        network = watched_network(Lazy(3, 3), Dense(3, 3))
        with pytest.raises(ValueError, match=r"lazy1.backward left part of weights_gradient as it was"):
            network.loss_and_gradient(SquaredError(), np.ones((2, 3)), np.zeros((2, 3)))

    def test_an_earlier_batch_stays_as_it_was(self):
        class Delayed(Layer):
            before = None

            def forward(self, x):
                y = x if self.before is None else x + 0.5 * self.before
                self.before = x
                return y + 0

            def backward(self, upstream):
                return upstream + 0

        network, plain = (watched_network(Dense(3, 3), Delayed(), Dense(3, 3)) for _ in range(2))
        rng, loss = np.random.default_rng(0), SquaredError()
        for _ in range(4):
            x, targets = rng.normal(size=(2, 4, 3))
            network.loss_and_gradient(loss, x, targets)
            loss.forward(plain.forward(x), targets)
            plain.backward(loss.backward())
            np.testing.assert_array_equal(network.gradient, plain.gradient)

    def test_random_numbers_of_its_own_and_from_outside(self):
        class Dropout(Layer):
            def __init__(self, draw):
                super().__init__()
                self.draw_mask = draw

            def forward(self, x):
                self.mask = self.draw_mask(x.shape) > 0.5
                return x * self.mask

            def backward(self, upstream):
                return upstream * self.mask

        outside = np.random.default_rng(0)
        for draw in (np.random.default_rng(0).random, lambda shape: outside.random(shape)):
            network = watched_network(Dense(3, 3), Dropout(draw), Dense(3, 3))
            for _ in range(3):
                network.loss_and_gradient(SquaredError(), np.ones((2, 3)), np.zeros((2, 3)))


class TestTheCallsByHand:
    """They are compared with training, so that nothing but a layer's slip may make them differ."""

    def test_a_gradient_that_is_only_rounding_is_no_slip(self):
        class Copied(Layer):
            def forward(self, x):
                return x * 1

            def backward(self, upstream):
                return upstream * 1

        for seed in range(5):  # what BatchNorm sends back adds up to 0, which is the bias's true gradient
            rng = np.random.default_rng(seed)
            network = watched_network(Dense(50, 10), Copied(), BatchNorm(10))
            x, targets = np.asfortranarray(rng.normal(size=(200, 50))), rng.normal(size=(200, 10))
            network.loss_and_gradient(SquaredError(), x, targets)
            assert np.abs(network.layers[0].bias_gradient).max() < 1e-14

    @pytest.mark.parametrize("order", ["C", "F"])
    def test_they_see_the_inputs_in_the_order_in_memory_of_training(self, order):
        orders_seen = []

        class Looks(Layer):
            def forward(self, x):
                orders_seen.append("C" if x.flags.c_contiguous else "F")
                return x * 1

            def backward(self, upstream):
                return upstream * 1

        x = np.asarray(np.random.default_rng(0).normal(size=(4, 3)), order=order)
        watched_network(Looks(), Dense(3, 2)).loss_and_gradient(SquaredError(), x, np.zeros((4, 2)))
        assert set(orders_seen[-2:]) == {order}  # by hand, and in training


class TestNamesAndNumbers:
    def test_a_childs_parameter_comes_to_its_parents(self):
        class Shifted(TanhDense):
            def __init__(self):
                super().__init__(3, 3)
                Layer.__init__(self, shift=np.zeros(3))

        assert list(Shifted().parameter_views()) == ["weights", "shift"]

    def test_a_gradient_has_the_shape_of_its_parameter(self):
        scale = Scale(3)
        with pytest.raises(
            ValueError, match=r"gain_gradient has shape \(3,\), got \(\); a gradient has one number"
        ):
            scale.gain_gradient = np.float64(2.0)

    def test_a_parameter_held_twice_is_refused(self):
        layer = TanhDense(3, 3)
        layer.everything = [layer.weights]
        with pytest.raises(ValueError, match="holds a parameter in `everything` too"):
            Network([layer])

    def test_a_class_whose_name_ends_in_a_number(self):
        class Dense1(Dense):
            pass

        network = Network([Dense1(3, 3), *[Dense(3, 3) for _ in range(11)]])
        assert len(set(network.names)) == 12
        assert len(network.parameter_views) == 24

    def test_layers_cannot_be_exchanged_behind_the_networks_back(self):
        with pytest.raises(TypeError, match="does not support item assignment"):
            Network([Dense(2, 2), Tanh()]).layers[1] = ReLU()

    def test_what_was_placed_once_keeps_its_numbers(self):
        copied = copy.deepcopy(Network([Dense(3, 3), Dense(3, 3)], dtype=np.float64))
        again = Network(copy.deepcopy(copied.layers), seed=5, dtype=np.float64)
        np.testing.assert_array_equal(again.parameters, copied.parameters)
        assigned = Dense(3, 3)
        assigned.weights = Dense(3, 3).weights
        np.testing.assert_array_equal(
            Network([assigned], seed=5).layers[0].weights, np.float32(Dense(3, 3).weights)
        )

    @pytest.mark.parametrize("numbers", [None, 1j, "one", np.ma.array([1.0], mask=[True])])
    def test_a_parameter_is_made_of_numbers(self, numbers):
        with pytest.raises(TypeError, match="a parameter is an array of numbers, got gain="):
            Layer(gain=numbers)

    def test_a_mask_is_not_lost_on_the_way(self):
        with pytest.raises(TypeError, match="bias cannot keep a mask"):
            Dense(2, 2).bias = np.ma.array([1.0, 2.0], mask=[True, False])

    def test_one_class_with_and_without_a_parameter(self):
        class Optional(Layer):
            def __init__(self, *, bias):
                self.bias = None
                super().__init__(**({"bias": np.ones(2)} if bias else {}))

        assert Optional(bias=True).bias.tolist() == [1, 1]
        assert Optional(bias=False).bias is None
        assert Optional(bias=True).bias.tolist() == [1, 1]

    @pytest.mark.parametrize("said", [["x"], {"x"}, "x", {"x": "outputs"}])
    def test_keeps_is_understood_or_refused(self, said):
        with pytest.raises(TypeError, match="keeps says of each attribute that forward sets what it is"):
            type("Wrong", (Layer,), {"keeps": said})

    def test_upstream_of_another_dtype(self):
        network = Network([TanhDense(3, 3)])
        network(np.ones((1, 3), np.float32))
        with pytest.raises(ValueError, match="computes in float32, got an upstream gradient in float64"):
            network.backward(np.ones((1, 3)))

    def test_a_file_of_other_shapes_is_refused(self, tmp_path):
        Network([TanhDense(2, 6)]).save(tmp_path / "weights.npz")
        with pytest.raises(ValueError, match="build a network with the same layers first"):
            Network([TanhDense(3, 4)]).load(tmp_path / "weights.npz")

    def test_an_embedding_adds_many_small_numbers_rightly(self):
        table = Embedding(1, 1).initialise()
        table.forward(np.zeros((1, 2_000_000), int))
        table.backward(np.full((1, 2_000_000, 1), 0.1, np.float32))
        assert table.weights_gradient[0, 0] == pytest.approx(2_000_000 * float(np.float32(0.1)), rel=1e-6)


MISFITS = [
    ([Conv2D(1, 3, size=3), Conv2D(4, 2, size=3)], r"conv2d2 does not fit.*channels come last, and are 3"),
    ([Conv2D(1, 3, size=3), MaxPool2D(2), Conv2D(4, 2, size=3)], r"conv2d2 does not fit.*and are 3"),
    ([Conv2D(1, 3, size=3), BatchNorm(4)], r"batchnorm1 does not fit.*\('batch', 3\)"),
    ([Residual([Conv2D(1, 1, size=3)]), Conv2D(3, 1, size=3)], r"conv2d1 does not fit"),
    ([Dense(2, 3), RNN(4, 4)], r"rnn1 does not fit.*\('batch', '...', 3\)"),
    ([Embedding(5, 3), RNN(4, 2)], r"rnn1 does not fit"),
    ([RNN(2, 3), LastStep(), Dense(2, 2)], r"dense1 does not fit.*\('batch', 3\)"),
    ([Dense(2, 3), Position(5, 4)], r"position1 does not fit.*must give 4 features"),
    ([Chain([GRU(2, 3), Tanh()]), Attention(4)], r"attention1 does not fit.*must give 4 features"),
]


class TestShapes:
    @pytest.mark.parametrize(("layers", "says"), MISFITS, ids=str)
    def test_layers_that_cannot_fit_whatever_comes_in_are_refused_at_once(self, layers, says):
        with pytest.raises(ValueError, match=says):
            Network(layers)

    @pytest.mark.parametrize("layers", [[RNN(3, 4)], [Conv2D(3, 4, size=1)]], ids=str)
    def test_a_sum_that_cannot_be_is_refused_at_once(self, layers):
        with pytest.raises(
            ValueError, match=r"Residual adds its input, \(3,\), to its layers' output, \(4,\)"
        ):
            Residual(layers)

    @pytest.mark.parametrize(
        "layers",
        [
            lambda: [Conv2D(2, 3, size=3), MaxPool2D(2), Conv2D(3, 2, size=1), Flatten(), Dense(2, 5)],
            lambda: [Embedding(5, 3), Position(9, 3), Attention(3), RNN(3, 2), LastStep(), Dense(2, 5)],
            lambda: [MaxPool2D(2), Dense(2, 3), Residual([GRU(3, 3)])],
        ],
    )
    def test_what_fits_is_taken(self, layers):
        assert Network(layers()).layers

    def test_a_misfit_that_shows_only_with_an_input_has_the_layers_name(self):
        network = Network([Conv2D(1, 2, size=3), Conv2D(2, 2, size=3), Flatten(), Dense(2, 1)])
        x = np.zeros((1, 4, 4, 1), np.float32)
        for call in (
            lambda: network.loss_and_gradient(SquaredError(), x, [[0]]),
            lambda: network.summary(input_shape=(4, 4, 1)),
        ):
            with pytest.raises(
                ValueError, match=r"^conv2d2: Conv2D has a filter of 3 × 3, got a picture of 2"
            ):
                call()

    def test_what_has_no_parameters_before_what_has_some_inside_a_residual(self):
        class Twice(Layer):
            def forward(self, x):
                return np.concatenate([x, x], axis=1)

            def backward(self, upstream):
                return upstream[:, :3] + upstream[:, 3:]

        network = watched_network(Residual([Twice(), TanhDense(6, 3)]), Dense(3, 3))
        x = np.random.default_rng(0).normal(size=(4, 3))
        for _ in range(4):
            network.loss_and_gradient(SquaredError(), x, np.zeros((4, 3)))
            np.testing.assert_array_equal(
                network.gradient, by_hand(network, SquaredError(), x, np.zeros((4, 3)))
            )

    def test_a_recurrent_layer_behind_a_dense_one_in_a_residual(self):
        class Recurrent(Layer):
            input_shape = (3,)

            def __init__(self):
                super().__init__(weights=np.eye(3) / 2)

            def forward(self, x):
                batch, time, features = x.shape
                self.x, self.h = x, np.zeros((batch, time + 1, features), x.dtype)
                for t in range(time):
                    self.h[:, t + 1] = np.tanh(x[:, t] + self.h[:, t] @ self.weights)
                return self.h[:, 1:].copy()

            def backward(self, upstream):
                downstream, later = np.empty_like(upstream), 0
                gradient = np.zeros_like(self.weights)
                for t in reversed(range(upstream.shape[1])):
                    blame = (upstream[:, t] + later) * (1 - self.h[:, t + 1] ** 2)
                    gradient += self.h[:, t].T @ blame
                    downstream[:, t], later = blame, blame @ self.weights.T
                self.weights_gradient = gradient
                return downstream

            def output_shape(self, input_shape):
                time, features = input_shape
                return time, features

        network = watched_network(Residual([Dense(3, 3), Recurrent()]), Tanh(), Recurrent(), Dense(3, 2))
        x = np.random.default_rng(0).normal(size=(4, 5, 3))
        assert network.output_shape((5, 3)) == (5, 2)
        assert check_gradients(network, SquaredError(), x, np.zeros((4, 5, 2))).passed

    def test_a_summary_asks_for_the_shape_that_it_needs(self):
        network = Network([Embedding(7, 3), Dense(3, 4), Tanh(), Flatten(), Dense(20, 2)])
        with pytest.raises(ValueError, match=r"say which: summary\(input_shape="):
            network.summary()
        rows = network.summary(batch=10, input_shape=(5,)).rows
        assert rows[0].kept_bytes == 10 * 5 * 8  # the integers


class Gated(Layer):
    """y = tanh(u) · sigmoid(v), u and v each a Dense of x: layers inside a layer."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.value = Dense(inputs, outputs)
        self.gates = [Dense(inputs, outputs)]
        self.activations = (Tanh(), Sigmoid())

    def forward(self, x):
        self.a = self.activations[0](self.value(x))
        self.g = self.activations[1](self.gates[0](x))
        return self.a * self.g

    def backward(self, upstream):
        through_value = self.value.backward(self.activations[0].backward(upstream * self.g))
        through_gate = self.gates[0].backward(self.activations[1].backward(upstream * self.a))
        return through_value + through_gate


class TestLayersInsideALayer:
    def test_their_parameters_are_the_outer_ones(self):
        network = Network([Gated(3, 4), Tanh(), Dense(4, 2)], dtype=np.float64)
        assert list(network.parameter_views) == [
            f"gated1.{name}" for name in ("value.weights", "value.bias", "gates1.weights", "gates1.bias")
        ] + ["dense1.weights", "dense1.bias"]  # fmt: skip
        x, labels = np.random.default_rng(0).normal(size=(6, 3)), [0, 1, 0, 1, 0, 1]
        assert check_gradients(network, SoftmaxCrossEntropy(), x, labels).passed
        before = network.parameters.copy()
        fit(network, SoftmaxCrossEntropy(), x, labels, optimizer=SGD(0.5), epochs=2, batch_size=3)
        assert (network.parameters != before).mean() > 0.9

    def test_they_have_their_place(self):
        gated = Gated(3, 4)
        Network([gated])
        with pytest.raises(ValueError, match="make a new one for each place"):
            Network([gated.value])

    def test_one_layer_in_two_places_is_refused(self):
        one, other = Gated(3, 3), Gated(3, 3)
        other.value = one.value
        with pytest.raises(ValueError, match="make a new one for each place"):
            Network([one, other])
        placed = Dense(3, 3)
        Network([placed])
        one.value = placed
        with pytest.raises(ValueError, match="make a new one for each place"):
            Network([one])

    def test_one_that_is_called_twice_is_an_error(self):
        class Twice(Layer):
            def __init__(self):
                super().__init__()
                self.cell = Dense(3, 3)

            def forward(self, x):
                return self.cell(self.cell(x))

            def backward(self, upstream):
                return self.cell.backward(self.cell.backward(upstream))

        with pytest.raises(ValueError, match=r"twice1.forward calls cell.forward twice in one pass"):
            Network([Twice(), Dense(3, 2)], dtype=np.float64)(np.ones((1, 3)))

    def test_a_copy_has_layers_of_its_own(self):
        network = Network([Gated(3, 4)], dtype=np.float64)
        twin = copy.deepcopy(network)
        twin.parameters[:] = 0
        assert network.layers[0].value.weights.any()
        assert not twin.layers[0].value.weights.any()


class TestParameters:
    def test_they_exist_from_construction(self):
        assert Dense(2, 1).weights.shape == (2, 1)
        assert Dense(2, 1).bias_gradient.shape == (1,)
        assert Dense(2, 1).forward(np.ones((3, 2))).shape == (3, 1)
        assert Embedding(3, 2).weights.shape == (3, 2)
        assert Residual([Dense(2, 2)]).parameter_views()["dense1.weights"].shape == (2, 2)

    def test_numbers_that_somebody_wrote_are_kept_and_others_drawn_from_the_seed(self):
        dense = Dense(3, 3)
        dense.weights[:] = 7
        network = Network([dense, Dense(3, 3)], seed=5)
        assert (network.layers[0].weights == 7).all()
        np.testing.assert_array_equal(
            network.layers[1].weights, Network([Dense(3, 3)], seed=5).layers[0].weights
        )

    def test_looking_at_numbers_does_not_choose_them(self):
        looked_at = Dense(3, 3)
        assert looked_at.weights.any()
        np.testing.assert_array_equal(
            Network([looked_at], seed=5).parameters, Network([Dense(3, 3)], seed=5).parameters
        )

    def test_a_gradient_assigned_is_copied_into_the_flat_vector(self):
        network = Network([Dense(2, 1)], dtype=np.float64)
        network.layers[0].weights_gradient = [[3.0], [4.0]]
        np.testing.assert_array_equal(network.gradient, [3, 4, 0])

    @pytest.mark.parametrize("name", ["forward", "size", "keeps", "formulas"])
    def test_a_name_that_is_taken_is_refused(self, name):
        with pytest.raises(ValueError, match=f"already; give the parameter '{name}' another name"):
            Layer(**{name: np.ones(2)})

    @pytest.mark.parametrize("dtype", [int, np.float16, complex, bool])
    def test_layers_compute_in_two_dtypes(self, dtype):
        with pytest.raises(TypeError, match="layers compute in float32 or float64"):
            Dense(2, 2).initialise(dtype=dtype)

    def test_a_layer_in_a_network_is_drawn_anew_in_its_place(self):
        network = Network([Dense(3, 2)])
        network.layers[0].initialise(seed=9)
        np.testing.assert_array_equal(network.parameters[:6], Dense(3, 2).initialise(seed=9).weights.ravel())
        with pytest.raises(
            ValueError, match="part of a network, which computes in another dtype than float64"
        ):
            network.layers[0].initialise(dtype=np.float64)


class Refused(Layer):
    """A layer whose numbers cannot be drawn."""

    def __init__(self):
        super().__init__(weights=np.ones(2))

    def draw(self, rng):
        return {"weights": np.ones(3)}


class TestARefusalChangesNothing:
    def test_of_another_dtype(self):
        dense = Dense(2, 2).initialise(dtype=np.float32)
        before = dense.weights.copy()
        for _ in range(2):
            with pytest.raises(
                TypeError, match="was initialised in float32, the network computes in float64"
            ):
                Network([dense], dtype=np.float64)
        np.testing.assert_array_equal(dense.weights, before)
        Network([dense])

    @pytest.mark.parametrize(
        "others",
        [
            lambda: [Dense(5, 5)],
            lambda: [ReLU],
            lambda: [Dense(3, 3).initialise(dtype=np.float64)],
            lambda: [Refused()],
            lambda: [Residual([Dense(4, 4)])],
        ],
    )
    def test_of_other_layers(self, others):
        dense = Dense(3, 3).initialise(seed=4)
        before = dense.weights.copy()
        for owner in (Network, Chain, Residual):
            if owner is not Network and isinstance(others()[0], Refused | Dense) and others()[0].size != 30:
                continue  # a chain draws no numbers
            with pytest.raises((ValueError, TypeError)):
                owner([dense, *others()])
        np.testing.assert_array_equal(dense.weights, before)
        assert not dense.has_place
        Network([dense])

    def test_of_a_residual(self):
        layers = [Dense(3, 4)]
        with pytest.raises(ValueError, match="make the last inner layer's outputs equal"):
            Residual(layers)
        Network(layers)

    def test_of_a_network_leaves_a_residual_whole(self):
        residual = Residual([Dense(3, 3), Tanh()])
        before = residual.forward(np.ones((1, 3)))
        with pytest.raises(ValueError, match="dense1 does not fit"):
            Network([residual, Dense(4, 4)])
        np.testing.assert_array_equal(residual.forward(np.ones((1, 3))), before)
        Network([residual, Dense(3, 4)])

    def test_of_a_draw(self):
        with pytest.raises(ValueError, match=r"Refused.draw gave 'weights' of shape \(3,\)"):
            Network([Refused()])


class TestLeadingAxes:
    def test_dense_treats_each_place_alike(self):
        rng = np.random.default_rng(0)
        dense, x, upstream = Dense(3, 2), rng.normal(size=(4, 5, 3)), rng.normal(size=(4, 5, 2))
        y = dense.forward(x)
        downstream = dense.backward(upstream)
        flat = copy.deepcopy(dense)
        np.testing.assert_allclose(y.reshape(20, 2), flat.forward(x.reshape(20, 3)), rtol=1e-13)
        np.testing.assert_allclose(
            downstream.reshape(20, 3), flat.backward(upstream.reshape(20, 2)), rtol=1e-13
        )
        np.testing.assert_allclose(dense.weights_gradient, flat.weights_gradient, rtol=1e-13)
        np.testing.assert_allclose(dense.bias_gradient, flat.bias_gradient, rtol=1e-13)

    @pytest.mark.parametrize("kind", [Tanh, GELU, lambda: Residual([Dense(6, 6), ReLU()])])
    def test_a_network_over_batch_time_and_features(self, kind):
        network = Network([Dense(3, 6), kind(), Dense(6, 3)], dtype=np.float64)
        x = np.random.default_rng(0).normal(size=(4, 5, 3))
        assert network(x).shape == (4, 5, 3)
        assert network.output_shape((5, 3)) == (5, 3)
        assert check_gradients(network, SquaredError(), x, np.zeros((4, 5, 3))).passed

    def test_an_embedding_takes_integers(self):
        network = Network([Embedding(7, 3), Dense(3, 4), Tanh(), Flatten(), Dense(20, 2)], dtype=np.float64)
        words = np.random.default_rng(0).integers(7, size=(6, 5))
        assert network(words).shape == (6, 2)
        assert network.backward(np.ones((6, 2))) is None
        history = fit(
            network,
            SoftmaxCrossEntropy(),
            words,
            words[:, 0] % 2,
            optimizer=SGD(0.3),
            epochs=200,
            batch_size=3,
        )
        assert history.epoch_loss[-1] < 0.02

    def test_a_word_twice_gets_both_gradients(self):
        table = Embedding(3, 2)
        table.forward(np.array([[2, 0, 2]]))
        table.backward(np.arange(6.0).reshape(1, 3, 2))
        np.testing.assert_array_equal(table.weights_gradient, [[2, 3], [0, 0], [4, 6]])

    @pytest.mark.parametrize(
        ("words", "error", "says"),
        [
            (
                np.array([[7]]),
                IndexError,
                r"rows 0 to 6, got 7 to 7; number from 0, or make it Embedding\(8, 3\)",
            ),
            (np.array([[-1]]), IndexError, "rows 0 to 6, got -1 to -1"),
            (np.array([[1.0]]), TypeError, "this network takes integers, got float64"),
        ],
    )
    def test_words_that_there_are_not(self, words, error, says):
        with pytest.raises(error, match=says):
            Network([Embedding(7, 3)]).forward(words)


READS_A_PICKLE = """
import pickle, sys
layer, network = pickle.load(open(sys.argv[1], "rb"))
layer.gain = [5.0, 6.0, 7.0]
assert layer.gain.tolist() == layer.parameter_views()["gain"].tolist() == [5, 6, 7]
network.load(sys.argv[2])
print(*network.layers[0].weights.ravel().tolist())
"""


def test_a_pickle_has_its_parameters_in_a_process_that_made_no_such_layer(tmp_path):
    layer, network = LayerNorm(3), Network([Conv2D(1, 2, size=1)], seed=4, dtype=np.float64)
    (tmp_path / "pickle").write_bytes(pickle.dumps((layer, network)))
    network.layers[0].weights = np.reshape([0.25, -2.0], (1, 1, 1, 2))
    network.save(tmp_path / "weights.npz")
    command = [sys.executable, "-c", READS_A_PICKLE, tmp_path / "pickle", tmp_path / "weights.npz"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0.25", "-2.0"]


class TestWhatALayerSaysOfItself:
    def test_an_output_that_nobody_keeps_is_kept_by_the_next_layer(self):
        for nothing in (Shift(4), Half(), Position(9, 4)):
            said = nothing.kept_bytes((5, 4), np.dtype(np.float64), input_is_kept=True)
            assert said == nothing.kept_bytes((5, 4), np.dtype(np.float64)) == (0, False)

    def test_a_layer_that_says_nothing_is_measured(self):
        layer = TanhDense(3, 4)
        assert layer.output_shape((3,)) == (4,)
        assert layer.kept_bytes((3,), np.dtype(np.float32)) == (28, True)
        assert layer.kept_bytes((3,), np.dtype(np.float32), input_is_kept=True) == (16, True)
        assert layer.cost((3,)) is None
        layer.forward(np.ones((2, 3)))
        assert layer.kept_bytes((3,), np.dtype(np.float32)) == (28, True)
        row, total = Network([layer, Tanh()]).summary(input_shape=(3,)).rows[0], None
        assert (row.forward_flops, row.kept_bytes) == (None, 28)
        assert total is None

    def test_costs_add_up_along_a_chain(self):
        assert Dense(3, 4).cost((3,)) == Cost(28, 28, 24)
        assert Dense(3, 4).cost((5, 3)) == Cost(140, 140, 120)
        chain = Chain([Tanh(), Dense(3, 4), Tanh(), Dense(4, 3)])
        assert chain.cost((3,)) == Cost(3 + 28 + 4 + 27, 28 + 8 + 27 + 24, 6 + 24)

    @pytest.mark.parametrize("activation", [Sigmoid(), Tanh(), ReLU(), LeakyReLU(0.2), GELU(), Softplus()])
    def test_the_formulas_of_an_activation_are_what_it_computes(self, activation):
        z = np.random.default_rng(0).normal(size=50)
        a = activation.forward(z)
        known = {
            "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
            "tanh": np.tanh,
            "max": np.maximum,
            "ln": np.log,
            "exp": np.exp,
            "abs": np.abs,
            "positive": lambda v, otherwise: np.where(v > 0, 1, otherwise),
        }
        np.testing.assert_allclose(eval(activation.value, known, {"z": z}), a, rtol=1e-12)
        local = eval(activation.derivative, known, {"z": z, "a": a})
        np.testing.assert_allclose(local, activation.backward(np.ones(50)), rtol=1e-12)

    def test_a_layer_and_a_network_can_be_called(self):
        network, x = Network([Dense(3, 2)], dtype=np.float64), np.ones((1, 3))
        np.testing.assert_array_equal(network(x), network.layers[0](x))


@pytest.mark.parametrize("kind", [np.matrix, np.ma.array])
@pytest.mark.parametrize("layer", [lambda: Dense(2, 2), Sigmoid, GELU, ReLU])
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_arrays_that_multiply_by_rules_of_their_own_are_refused(layer, kind):
    with pytest.raises(TypeError, match=r"expected an array of floats with at least one axis, got [mM]a"):
        layer().forward(kind(np.eye(2)))
    made = layer()
    made.forward(np.eye(2))
    with pytest.raises(ValueError, match="expected an upstream gradient like its output"):
        made.backward(kind(np.eye(2)))


def test_a_bias_gradient_over_millions_of_rows_is_right():
    dense = Dense(1, 1).initialise()
    rows = np.full((2_000_000, 1), 0.1, np.float32)
    dense.forward(rows)
    dense.backward(rows)
    assert dense.bias_gradient[0] == pytest.approx(2_000_000 * float(np.float32(0.1)), rel=1e-6)


def test_backward_before_forward_of_a_layer_that_says_nothing():
    with pytest.raises(NotYetError, match="call forward first"):
        Network([TanhDense(2, 2)], dtype=np.float64).backward(np.ones((1, 2)))


def test_a_copy_of_a_layer_is_free():
    network = Network([Dense(3, 3), Residual([Dense(3, 3)])])
    twins = [copy.deepcopy(layer) for layer in network.layers]
    Network(twins)
    assert network.layers[0].has_place
    with pytest.raises(ValueError, match="make a new one for each place"):
        Network([twins[1].layers[0]])


def test_another_dtype_has_the_same_numbers():
    network = Network([Dense(3, 4), Residual([Dense(4, 4).initialise()]), Tanh()], seed=2)
    twin = network.astype(np.float64)
    np.testing.assert_array_equal(twin.parameters, network.parameters)
    assert (twin.dtype, network.dtype) == (np.float64, np.float32)
    twin.parameters[:] = 0
    assert network.parameters.any()
    assert np.shares_memory(twin.layers[0].weights, twin.parameters)

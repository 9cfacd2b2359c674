"""Backward passes with a fault planted, and right ones at awkward points: the measure of a gradient check.

    python tests/gradient_faults_kit.py            # 500 random cases of each, in both dtypes: half an hour
    python tests/gradient_faults_kit.py 50 faults  # fewer; faults alone, or `right` code alone

A fault counts as one if it changes the gradient of some parameter, input or output by more than 1 % of that
gradient's length in float32, and 0.01 % in float64; and if that gradient is no less than 10⁻⁸ of the largest,
since no nudge sees what saturated units let through. Where it changes less, the case is drawn again: ReLU's
mask may be taken of the wrong array and be right, if all of its units are active.
"""

import sys

import numpy as np

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
from backproplab.losses import Loss
from backproplab.optimizers import Adam

ACTIVATIONS = [Sigmoid, Tanh, ReLU, LeakyReLU, GELU, Softplus]
COUNTS_AS_FAULT = {np.float32: 1e-2, np.float64: 1e-4}

# Layers that are wrong. Each forward is right.


class WeightsForTransposed(Dense):
    def backward(self, upstream, out=None):
        super().backward(upstream)
        return upstream @ self.weights


class WeightsGradientTransposed(Dense):
    def backward(self, upstream, out=None):
        down = super().backward(upstream)
        self.weights_gradient[...] = self.weights_gradient.T.copy()
        return down


class BiasAveraged(Dense):
    def backward(self, upstream, out=None):
        down = super().backward(upstream)
        self.bias_gradient /= len(upstream)
        return down


class BiasNotSummed(Dense):
    def backward(self, upstream, out=None):
        down = super().backward(upstream)
        self.bias_gradient[...] = upstream[0]
        return down


class WeightsAveraged(Dense):
    def backward(self, upstream, out=None):
        down = super().backward(upstream)
        self.weights_gradient /= len(upstream)
        return down


class SignFlipped(Dense):
    def backward(self, upstream, out=None):
        down = super().backward(upstream)
        self.weights_gradient *= -1
        return down


class BatchOffByOne(Dense):
    def backward(self, upstream, out=None):
        down = super().backward(upstream)
        self.weights_gradient[...] = self.x.T @ np.roll(upstream, 1, axis=0)
        return down


class LastExampleForgotten(Dense):
    def backward(self, upstream, out=None):
        down = super().backward(upstream)
        self.weights_gradient[...] = self.x[:-1].T @ upstream[:-1]
        return down


class OneEntryWrong(Dense):
    """One entry of a big matrix, wrong by 2 % of the gradient's length or by all of itself."""

    def backward(self, upstream, out=None):
        down = super().backward(upstream)
        g = self.weights_gradient
        i, j = g.shape[0] // 3, g.shape[1] // 2
        g[i, j] += np.abs(g[i, j]) + 0.02 * np.linalg.norm(g)
        return down


class OneEntryNan(Dense):
    def backward(self, upstream, out=None):
        down = super().backward(upstream)
        self.weights_gradient[-1, -1] = np.nan
        return down


class Stale(Dense):
    """Fills the weights' gradient the first time and never again."""

    def backward(self, upstream, out=None):
        kept = self.weights_gradient.copy() if "has_run" in vars(self) else None
        down = super().backward(upstream)
        if kept is not None:
            self.weights_gradient[...] = kept
        self.has_run = True
        return down


class Accumulates(Dense):
    def backward(self, upstream, out=None):
        before = self.weights_gradient.copy()
        down = super().backward(upstream)
        self.weights_gradient += before
        return down


class KeepsOutput(Dense):
    """Multiplies by what came out instead of what went in."""

    def forward(self, x, out=None):
        z = super().forward(x, out)
        self.z = z.copy()
        return z

    def backward(self, upstream, out=None):
        down = super().backward(upstream)
        self.weights_gradient[...] = self.z.T @ upstream
        return down


class SigmoidOfInput(Sigmoid):
    def forward(self, x, out=None):
        self.z = x.copy()
        return super().forward(x, out)

    def backward(self, upstream, out=None):
        return upstream * self.z * (1 - self.z)


class UpstreamForgotten(Sigmoid):
    def backward(self, upstream, out=None):
        return self.a * (1 - self.a)


class TanhNotSquared(Tanh):
    def backward(self, upstream, out=None):
        return upstream * (1 - self.a)


class MaskOfUpstream(ReLU):
    def backward(self, upstream, out=None):
        return upstream * (upstream > 0)


class SlopeForgotten(LeakyReLU):
    def __init__(self):
        super().__init__(0.2)

    def backward(self, upstream, out=None):
        return upstream * (self.a > 0)


class RightLeaky(LeakyReLU):
    def __init__(self):
        super().__init__(0.2)


class TermForgotten(GELU):
    def backward(self, upstream, out=None):
        t = np.tanh(self.scale * (self.z + self.cubic * self.z**3))
        return upstream * 0.5 * (1 + t)


class Doubled(Layer):
    def forward(self, x, out=None):
        return np.multiply(x, 2, out=out)

    def backward(self, upstream, out=None):
        return np.multiply(upstream, 2, out=out)


class DownstreamUnscaled(Doubled):
    def backward(self, upstream, out=None):
        return upstream.copy()


class ShortcutForgotten(Residual):
    def backward(self, upstream, out=None):
        return super().backward(upstream) - upstream


class NoTarget(SoftmaxCrossEntropy):
    def backward(self):
        return self.probabilities * self.weight


class BatchForgotten(SoftmaxCrossEntropy):
    def backward(self):
        return super().backward() * len(self.probabilities)


class ExtraFactor(BinaryCrossEntropy):
    """Multiplies by p (1 − p), as if the sigmoid were not part of the loss."""

    def backward(self):
        p = self.probability
        return super().backward() * p * (1 - p)

    def compute(self, outputs, targets):
        self.probability = 1 / (1 + np.exp(-np.clip(outputs, -50, 50)))
        return super().compute(outputs, targets)


class TwiceTooMuch(SquaredError):
    def backward(self):
        return super().backward() * 2


DENSE = {
    "W where Wᵀ belongs": WeightsForTransposed,
    "∂L/∂W transposed": WeightsGradientTransposed,
    "bias averaged over the batch": BiasAveraged,
    "bias of the first example alone": BiasNotSummed,
    "∂L/∂W averaged over the batch": WeightsAveraged,
    "sign of ∂L/∂W": SignFlipped,
    "examples off by one": BatchOffByOne,
    "last example forgotten": LastExampleForgotten,
    "one entry of a big matrix": OneEntryWrong,
    "one entry nan": OneEntryNan,
    "stale gradient": Stale,
    "accumulates": Accumulates,
    "output kept for input": KeepsOutput,
}
ELEMENTWISE = {
    "x (1 − x) of the input": (SigmoidOfInput, Sigmoid),
    "upstream forgotten": (UpstreamForgotten, Sigmoid),
    "1 − a for 1 − a²": (TanhNotSquared, Tanh),
    "ReLU's mask of the wrong array": (MaskOfUpstream, ReLU),
    "leaky slope forgotten": (SlopeForgotten, RightLeaky),
    "GELU's second term forgotten": (TermForgotten, GELU),
    "downstream not scaled": (DownstreamUnscaled, Doubled),
}
LOSSES = {
    "p without t": (NoTarget, SoftmaxCrossEntropy),
    "1 / batch forgotten": (BatchForgotten, SoftmaxCrossEntropy),
    "p (1 − p) too much": (ExtraFactor, BinaryCrossEntropy),
    "factor of 2": (TwiceTooMuch, SquaredError),
}
SHORTCUT = "shortcut forgotten"
FAULTS = [*DENSE, *ELEMENTWISE, SHORTCUT, *LOSSES]


def faulty(name, rng, dtype):
    """Arguments for check_gradients, right and wrong, at the same random point."""
    seed = int(rng.integers(1 << 30))
    scale = rng.choice([1e-3, 1.0, 1.0, 100.0])
    batch, size = int(rng.integers(2, 9)), int(rng.integers(2, 7))
    if name in LOSSES:
        wrong, right = LOSSES[name]
        reduction = "mean" if name == "1 / batch forgotten" else str(rng.choice(["mean", "sum"]))
        return loss_case(right(reduction), wrong(reduction), rng, dtype, batch, size, scale, seed)
    if name == "one entry of a big matrix":
        size = 120
    if name in DENSE:
        make = {"right": lambda: Dense(size, size), "wrong": lambda: DENSE[name](size, size)}
    elif name == SHORTCUT:
        inner = lambda: [Dense(size, 3), Tanh(), Dense(3, size)]  # noqa: E731
        make = {"right": lambda: Residual(inner()), "wrong": lambda: ShortcutForgotten(inner())}
    else:
        wrong, right = ELEMENTWISE[name]
        make = {"right": right, "wrong": wrong}
    x = (scale * rng.normal(size=(batch, size))).astype(dtype)
    if rng.random() < 0.5:
        cases = {key: (kind().initialise(seed=seed, dtype=dtype), x) for key, kind in make.items()}
    else:
        targets = rng.normal(size=(batch, 3))
        before, after = ACTIVATIONS[rng.integers(5)], ACTIVATIONS[rng.integers(5)]
        labels = rng.integers(3, size=batch)
        loss, wanted = (SoftmaxCrossEntropy(), labels) if rng.random() < 0.5 else (SquaredError(), targets)
        cases = {
            key: (
                Network(
                    [Dense(size, size), before(), kind(), after(), Dense(size, 3)], seed=seed, dtype=dtype
                ),
                loss,
                x,
                wanted,
            )
            for key, kind in make.items()
        }
    return cases["right"], cases["wrong"]


def loss_case(right, wrong, rng, dtype, batch, size, scale, seed):
    targets = {
        SquaredError: rng.normal(size=(batch, size)),
        BinaryCrossEntropy: rng.integers(2, size=(batch, size)),
        SoftmaxCrossEntropy: rng.integers(size, size=batch),
    }[type(right)]
    x = (scale * rng.normal(size=(batch, size))).astype(dtype)
    if rng.random() < 0.5:
        return (right, x, targets), (wrong, x, targets)
    layers = lambda: [Dense(size, 4), Tanh(), Dense(4, size)]  # noqa: E731
    networks = [Network(layers(), seed=seed, dtype=dtype) for _ in range(2)]
    return (networks[0], right, x, targets), (networks[1], wrong, x, targets)


def gradients(subject, *inputs):
    """All gradients by hand, by name; backward runs twice, as it does in training."""
    found = {}
    for _ in range(2):
        match subject, inputs:
            case Network(), (loss, x, targets):
                loss.forward(subject.forward(x), targets)
                found = {"outputs": loss.backward().copy()}
                found["x"] = subject.backward(found["outputs"].copy())
                found |= subject.gradient_views
            case Loss(), (outputs, targets):
                subject.forward(outputs, targets)
                found = {"outputs": subject.backward()}
            case Layer(), (x,):
                outputs = subject.forward(x)
                upstream = np.random.default_rng(0).standard_normal(outputs.shape).astype(outputs.dtype)
                found = {"x": subject.backward(upstream)} | subject.gradient_views()
    return [np.array(gradient, np.float64) for gradient in found.values()]


def change(right, wrong):
    """By how much the worst gradient is off, relative to its length."""
    pairs = list(zip(gradients(*right), gradients(*wrong), strict=True))
    visible = max(1e-8 * max(np.linalg.norm(gradient) for gradient, _ in pairs), 1e-300)
    errors = [
        np.linalg.norm(other - gradient) / np.linalg.norm(gradient)
        for gradient, other in pairs
        if np.linalg.norm(gradient) > visible
    ]
    return np.inf if np.isnan(errors).any() else max(errors, default=0.0)


def planted(name, rng, dtype):
    """A random case of a fault that is one, and how many draws were none."""
    skipped = 0
    while True:
        right, wrong = faulty(name, rng, dtype)
        # What is stale shows at the second point alone.
        if name == "stale gradient" or is_refused(wrong) or change(right, wrong) > COUNTS_AS_FAULT[dtype]:
            return wrong, skipped
        skipped += 1


# Right code at awkward points


def awkward_x(rng, shape, scale):
    x = scale * rng.normal(size=shape)
    kind = rng.integers(4)
    if kind == 1:
        x[rng.random(shape) < 0.3] = 0
    elif kind == 2:
        x = scale * rng.integers(-2, 3, size=shape).astype(float)
    elif kind == 3:
        x[0] = 0
    return x


def right_layer(rng, dtype):
    size = int(rng.integers(1, 7))
    makers = [
        lambda: Dense(size, int(rng.integers(1, 7))),
        Flatten,
        lambda: Residual([Dense(size, 3), Tanh(), Dense(3, size)]),
        lambda: Residual([Dense(size, 4), ReLU(), Dense(4, size)]),
        *ACTIVATIONS,
    ]
    layer = makers[rng.integers(len(makers))]()
    layer.initialise(seed=int(rng.integers(1 << 30)), dtype=dtype)
    if rng.random() < 0.2:
        for view in layer.parameter_views().values():
            view[...] = 0
    shape = (int(rng.integers(1, 9)), size)
    return layer, awkward_x(rng, shape, rng.choice([1e-3, 1.0, 30.0, 100.0])).astype(dtype)


def right_loss(rng, dtype):
    batch, size = int(rng.integers(1, 9)), int(rng.integers(2, 7))
    scale = rng.choice([1e-3, 1.0, 10.0, 30.0, 100.0, 1000.0])
    kind = [SquaredError, BinaryCrossEntropy, SoftmaxCrossEntropy][rng.integers(3)]
    x = awkward_x(rng, (batch, size), scale).astype(dtype)
    targets = {
        SquaredError: rng.normal(size=(batch, size)) if rng.random() < 0.5 else x.astype(float),
        BinaryCrossEntropy: x > 0 if rng.random() < 0.5 else rng.random(size=(batch, size)),
        SoftmaxCrossEntropy: x.argmax(axis=1) if rng.random() < 0.5 else rng.integers(size, size=batch),
    }[kind]
    return kind(str(rng.choice(["mean", "sum"]))), x, targets


def random_network(rng, dtype, inputs, outputs):
    layers, width = [], inputs
    for _ in range(int(rng.integers(1, 4))):
        hidden = int(rng.integers(2, 12))
        layers += [Dense(width, hidden), ACTIVATIONS[rng.integers(5)]()]
        width = hidden
        if rng.random() < 0.2:
            layers.append(Residual([Dense(width, 3), ReLU(), Dense(3, width)]))
    return Network([*layers, Dense(width, outputs)], seed=int(rng.integers(1 << 30)), dtype=dtype)


def a_loss(rng, batch, outputs):
    match rng.integers(3):
        case 0:
            return SoftmaxCrossEntropy(), rng.integers(outputs, size=batch)
        case 1:
            return BinaryCrossEntropy(), rng.integers(2, size=(batch, outputs))
        case _:
            return SquaredError(), rng.normal(size=(batch, outputs))


def right_network(rng, dtype):
    batch, inputs, outputs = int(rng.integers(1, 9)), int(rng.integers(1, 7)), int(rng.integers(2, 5))
    x = awkward_x(rng, (batch, inputs), rng.choice([1e-3, 1.0, 100.0])).astype(dtype)
    network = random_network(rng, dtype, inputs, outputs)
    zeros = rng.choice([0.0, 0.0, 0.3, 1.0])  # the share of parameters that start at 0
    for view in network.parameter_views.values():
        if rng.random() < zeros:
            view[...] = 0
    loss, targets = a_loss(rng, batch, outputs)
    return network, loss, x, targets


def confident_network(rng, dtype):
    """Its outputs are certain and right: a loss from 1e-3 down to 0."""
    batch, inputs, outputs = int(rng.integers(1, 9)), int(rng.integers(1, 7)), int(rng.integers(2, 5))
    x = awkward_x(rng, (batch, inputs), rng.choice([1.0, 100.0])).astype(dtype)
    network = random_network(rng, dtype, inputs, outputs)
    logits = network.forward(x)
    gap = max(float(np.median(logits.max(axis=1) - np.median(logits, axis=1))), 1e-3)
    network.layers[-1].weights *= dtype(rng.choice([7, 14, 20, 40, 100]) / gap)
    logits = network.forward(x)
    if rng.random() < 0.5:
        return network, SoftmaxCrossEntropy(), x, logits.argmax(axis=1)
    return network, BinaryCrossEntropy(), x, logits > 0


def trained_network(rng, dtype):
    """Trained in its own dtype until its loss is small."""
    batch, inputs, outputs = int(rng.integers(2, 7)), int(rng.integers(4, 9)), int(rng.integers(2, 4))
    x = rng.normal(size=(batch, inputs)).astype(dtype)
    labels = rng.integers(outputs, size=batch)
    activation = ACTIVATIONS[rng.integers(5)]
    network = Network(
        [Dense(inputs, 12), activation(), Dense(12, outputs)], seed=int(rng.integers(1 << 30)), dtype=dtype
    )
    loss = SoftmaxCrossEntropy() if rng.random() < 0.7 else SquaredError()
    targets = labels if isinstance(loss, SoftmaxCrossEntropy) else np.eye(outputs)[labels]
    optimizer = Adam(0.05)
    goal = 10.0 ** -rng.integers(3, 8)
    for _ in range(2000):
        if network.loss_and_gradient(loss, x, targets) < goal:
            break
        optimizer.step(network.parameters, network.gradient)
    return network, loss, x, targets


FUNCTIONS = {
    "cubes": (lambda x: (x**3).sum(), lambda x: 3 * x**2),
    "sin 1000 x": (lambda x: np.sin(1000 * x).sum(), lambda x: 1000 * np.cos(1000 * x)),
    "exp": (lambda x: np.exp(x / 10).sum(), lambda x: np.exp(x / 10) / 10),
    "|x|": (lambda x: np.abs(x).sum(), np.sign),
    "max": (lambda x: x.max(), lambda x: (x == x.max()) / (x == x.max()).sum()),
    "sum of squares": (lambda x: x @ x, lambda x: 2 * x),
    "1e30": (lambda x: 1e30 * (x**2).sum(), lambda x: 2e30 * x),
    "1e-30": (lambda x: 1e-30 * (x**2).sum(), lambda x: 2e-30 * x),
    "constant": (lambda x: 3.0, np.zeros_like),
    "log cosh": (lambda x: np.logaddexp(x, -x).sum(), np.tanh),
    "float32 inside": (
        lambda x: np.tanh(x.astype(np.float32)).sum(),
        lambda x: 1 - np.tanh(x.astype(np.float32)) ** 2,
    ),
}


def right_function(rng, dtype):
    name = list(FUNCTIONS)[rng.integers(len(FUNCTIONS))]
    x = awkward_x(rng, (int(rng.integers(1, 7)),), rng.choice([1e-3, 1.0, 100.0])).astype(dtype)
    return *FUNCTIONS[name], x


RIGHT = {
    "layers": right_layer,
    "losses": right_loss,
    "networks": right_network,
    "confident networks": confident_network,
    "trained networks": trained_network,
    "functions": right_function,
}


def caught(name, dtype, cases):
    """How many cases of a fault are caught, and how many draws were no fault."""
    rng = np.random.default_rng(FAULTS.index(name))
    count = skipped = 0
    for _ in range(cases):
        wrong, none = planted(name, rng, dtype)
        skipped += none
        count += not passes(*wrong, seed=int(rng.integers(1000)))
    return count, skipped


def is_refused(subject):
    """Whether a network does not take a layer, since it leaves a gradient as it was or adds to it."""
    try:
        gradients(*subject)
    except ValueError as error:
        if "a backward pass sets the whole gradient" not in str(error):
            raise
        return True
    return False


def passes(*subject, seed=0):
    """Whether the check is content; what a network refuses does not pass."""
    return not is_refused(subject) and check_gradients(*subject, seed=seed).passed


def accused(name, dtype, cases):
    """Reports that accuse right code."""
    rng = np.random.default_rng(1000)
    reports = [check_gradients(*RIGHT[name](rng, dtype), seed=number) for number in range(cases)]
    return [report for report in reports if not report.passed]


def main(cases, which):
    """Print how each fault and all right code fares; returns how many cases went wrong."""
    wrong = 0
    for dtype in (np.float64, np.float32):
        for name in FAULTS if which != "right" else ():
            count, skipped = caught(name, dtype, cases)
            wrong += cases - count
            print(
                f"{dtype.__name__}  {name:<32} caught {count} of {cases}; {skipped} draws were none",
                flush=True,
            )
        for name in RIGHT if which != "faults" else ():
            reports = accused(name, dtype, cases)
            wrong += len(reports)
            print(
                f"{dtype.__name__}  right {name:<26} accused {len(reports)} of {cases}",
                *reports,
                sep="\n",
                flush=True,
            )
    return wrong


if __name__ == "__main__":
    words = sys.argv[1:]
    number = next((int(word) for word in words if word.isdigit()), 500)
    sys.exit(main(number, next((word for word in words if word.isalpha()), "")) > 0)

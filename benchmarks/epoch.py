"""Train one system for one epoch on MNIST and print what it cost, as a line of JSON.

    python benchmarks/epoch.py fit 784-128-10 64        # or: bare, products, torch, sklearn

`training.py` runs this, one fresh process a measurement. All systems start from the same weights and see the
same batches; the last one may be smaller. Beside the time of the epoch stands the speed of a large square
product in the same process: what this system's BLAS can do on this machine.
"""

import itertools
import json
import math
import sys
import time
import warnings

import numpy as np
from bare_loop import train, views

from backproplab import SGD, Dense, Network, ReLU, SoftmaxCrossEntropy, accuracy, fit
from backproplab.datasets import mnist
from backproplab.losses import one_hot

LEARNING_RATE, SEED = 0.1, 0


def build(widths):
    """Our network: dense layers with ReLU between them."""
    layers = []
    for inputs, outputs in itertools.pairwise(widths):
        layers += [Dense(inputs, outputs), ReLU()]
    return Network(layers[:-1], seed=SEED)


def with_fit(network, x, labels, widths, batch_size):
    history = fit(
        network,
        SoftmaxCrossEntropy(),
        x,
        labels,
        optimizer=SGD(LEARNING_RATE),
        epochs=1,
        batch_size=batch_size,
        seed=SEED,
    )
    return history.epoch_loss[0]


def with_bare_loop(network, x, labels, widths, batch_size):
    targets = one_hot(labels, widths[-1], np.dtype(np.float32))
    return train(
        network.parameters,
        x,
        targets,
        widths=widths,
        batch_size=batch_size,
        learning_rate=LEARNING_RATE,
        seed=SEED,
    )


def with_products(network, x, labels, widths, batch_size):
    """The epoch's matrix products and nothing else: with this BLAS, no network can be faster."""
    weights, _ = views(network.parameters, widths)
    gradients, _ = views(np.empty_like(network.parameters), widths)
    activations = [x[:batch_size], *(np.ones((batch_size, width), np.float32) for width in widths[1:])]
    upstream, below = ([np.ones_like(part) for part in activations] for _ in range(2))
    for start in range(0, len(x), batch_size):
        size = min(batch_size, len(x) - start)
        for layer, matrix in enumerate(weights):
            np.matmul(activations[layer][:size], matrix, out=upstream[layer + 1][:size])
        for layer, matrix in enumerate(weights):
            np.matmul(activations[layer][:size].T, activations[layer + 1][:size], out=gradients[layer])
            if layer:
                np.matmul(activations[layer + 1][:size], matrix.T, out=below[layer][:size])
    return math.nan


def with_torch(network, x, labels, widths, batch_size):
    """PyTorch, eager: tensors in memory, batches by index_select, its own modules, loss and optimiser."""
    import torch

    torch.set_num_threads(1)
    x, labels = torch.from_numpy(x), torch.from_numpy(labels)
    layers = []
    for weights, bias in zip(*views(network.parameters, widths), strict=True):
        linear = torch.nn.Linear(*weights.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights.T))
            linear.bias.copy_(torch.from_numpy(bias))
        layers += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    order = torch.from_numpy(np.random.default_rng(SEED).permutation(len(x)))
    total = 0.0
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x.index_select(0, rows)), labels.index_select(0, rows))
        loss.backward()
        optimizer.step()
        total += loss.item() * len(rows)
    with torch.no_grad():
        for (weights, bias), linear in zip(
            zip(*views(network.parameters, widths), strict=True), layers[::2], strict=True
        ):
            weights[:], bias[:] = linear.weight.numpy().T, linear.bias.numpy()
    return total / len(x)


def with_sklearn(network, x, labels, widths, batch_size):
    """scikit-learn's MLPClassifier, plain SGD: its own fit, given our weights and our order of the rows."""
    from sklearn.neural_network import MLPClassifier, _multilayer_perceptron

    given = zip(*views(network.parameters, widths), strict=True)
    order = np.random.default_rng(SEED).permutation(len(x))
    _multilayer_perceptron.shuffle = lambda rows, random_state: rows[order]
    model = MLPClassifier(
        widths[1:-1],
        solver="sgd",
        alpha=0.0,
        batch_size=batch_size,
        learning_rate_init=LEARNING_RATE,
        momentum=0.0,
        nesterovs_momentum=False,
        max_iter=1,
    )
    model._init_coef = lambda fan_in, fan_out, dtype: tuple(part.copy() for part in next(given))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one epoch is all we want
        model.fit(x, labels)
    for (weights, bias), *trained in zip(
        zip(*views(network.parameters, widths), strict=True), model.coefs_, model.intercepts_, strict=True
    ):
        weights[:], bias[:] = trained
    return model.loss_


SYSTEMS = {
    "fit": with_fit,
    "bare": with_bare_loop,
    "products": with_products,
    "torch": with_torch,
    "sklearn": with_sklearn,
}


def sgemm(system, size=1536):
    """Multiplications and additions a second, in billions, of a square product: the best of five."""
    a = np.random.default_rng(0).random((size, size), np.float32)
    if system == "torch":
        import torch

        a = torch.from_numpy(a)
    times = []
    for _ in range(5):
        start = time.process_time()
        a @ a
        times.append(time.process_time() - start)
    return 2 * size**3 / min(times) / 1e9


def kernel():
    """The kernels that numpy's OpenBLAS really runs."""
    from threadpoolctl import threadpool_info

    named = {library["internal_api"]: library.get("architecture", "?") for library in threadpool_info()}
    return named.get("openblas", ", ".join(named) or "none")


def main(system, shape, batch_size):
    widths, batch_size = [int(width) for width in shape.split("-")], int(batch_size)
    images, labels = mnist("train")
    x = images.reshape(len(images), -1)
    SYSTEMS[system](build(widths), x[:1000], labels[:1000], widths, batch_size)  # wakes BLAS and lazy imports
    network = build(widths)
    start = time.process_time()
    loss = SYSTEMS[system](network, x, labels, widths, batch_size)
    seconds = time.process_time() - start
    peak = sgemm(system)
    test_images, test_labels = mnist("test")
    right = accuracy(network, SoftmaxCrossEntropy(), test_images.reshape(len(test_images), -1), test_labels)
    end = {"loss": float(loss), "accuracy": right}
    print(json.dumps({"seconds": seconds, "sgemm": peak, "kernel": kernel()} | end))


if __name__ == "__main__":
    main(*sys.argv[1:])

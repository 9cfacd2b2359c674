"""Train one system for an epoch of MNIST and print what it cost, as a line of JSON.

    python benchmarks/epoch.py fit 784-128-10 64 3        # SYSTEM SHAPE BATCH EPOCHS

SYSTEM: fit, bare, torch, sklearn; or products, torch-products: an epoch's matrix products and nothing else;
or limit: those, and one pass over what a step must read and write.
`training.py` runs this with default threads, one fresh process a measurement, and `turns.py` uses what is
here. All systems start from the same weights and see the
same batches; the last one may be smaller. More than one epoch: each from the same start, and their mean is
the measurement: CPU time in `seconds`, by the clock in `wall`. Beside it stands the speed of a large square
product in the same process: what this system's BLAS can do on this machine.
"""

import hashlib
import itertools
import json
import os
import sys
import time
import warnings
from statistics import mean

import numpy as np
from bare_loop import train, views

from backproplab import SGD, Dense, Network, ReLU, SoftmaxCrossEntropy, fit
from backproplab.datasets import mnist
from backproplab.losses import one_hot
from backproplab.training import accuracy, steps

LEARNING_RATE, SEED = 0.1, 0
LEARN_NOTHING = ("products", "torch-products", "limit")


def build(widths):
    """Our network: dense layers with ReLU between them."""
    layers = []
    for inputs, outputs in itertools.pairwise(widths):
        layers += [Dense(inputs, outputs), ReLU()]
    return Network(layers[:-1], seed=SEED)


# Each system gets what it needs before the watch starts, and returns two functions. The first is timed: it
# trains for an epoch and returns the mean loss. The second puts the trained weights back into the network.


def with_fit(network, x, labels, widths, batch_size):
    def train_epoch():
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

    return train_epoch, nothing


def with_bare_loop(network, x, labels, widths, batch_size):
    def train_epoch():
        return train(
            network.parameters,
            x,
            one_hot(labels, widths[-1], np.dtype(np.float32)),
            widths=widths,
            batch_size=batch_size,
            learning_rate=LEARNING_RATE,
            seed=SEED,
        )

    return train_epoch, nothing


def with_products(network, x, labels, widths, batch_size):
    """The matrix products of an epoch as `fit` and the bare loop ask for them, and nothing else."""
    weights, _ = views(network.parameters, widths)
    gradients, _ = views(np.empty_like(network.parameters), widths)
    activations = [x[:batch_size], *(np.ones((batch_size, width), np.float32) for width in widths[1:])]
    upstream, below = ([np.ones_like(part) for part in activations] for _ in range(2))

    def multiply():
        for start in range(0, len(x), batch_size):
            size = min(batch_size, len(x) - start)
            for layer, matrix in enumerate(weights):
                np.matmul(activations[layer][:size], matrix, out=upstream[layer + 1][:size])
            for layer, matrix in enumerate(weights):
                np.matmul(activations[layer][:size].T, activations[layer + 1][:size], out=gradients[layer])
                if layer:
                    np.matmul(activations[layer + 1][:size], matrix.T, out=below[layer][:size])
        return 0.0

    return multiply, nothing


def with_limit(network, x, labels, widths, batch_size):
    """The same products, and one pass over each thing that a step must read and write; nothing is learnt.

    These are the batch's rows, which lie apart in memory; what each layer puts out; the gradients on their
    way back, beside the outputs that they meet; and all parameters, beside their gradient. What does more in
    a step, such as softmax, or the mask of ReLU as an array of its own, is beyond this limit.
    """
    weights, biases = views(network.parameters, widths)
    gradient = np.zeros_like(network.parameters)
    gradients, _ = views(gradient, widths)
    targets = one_hot(labels, widths[-1], np.dtype(np.float32))
    activations = [np.ones((batch_size, width), np.float32) for width in widths]
    outputs, below = ([np.ones_like(part) for part in activations] for _ in range(2))
    order = np.random.default_rng(SEED).permutation(len(x))

    def pass_through():
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            size = len(rows)
            x.take(rows, axis=0, out=activations[0][:size], mode="clip")
            targets.take(rows, axis=0, out=below[-1][:size], mode="clip")
            for layer, matrix in enumerate(weights):
                z = np.matmul(activations[layer][:size], matrix, out=outputs[layer + 1][:size])
                z += biases[layer]
            for layer, matrix in enumerate(weights):
                np.matmul(activations[layer][:size].T, activations[layer + 1][:size], out=gradients[layer])
                if layer:
                    blame = np.matmul(activations[layer + 1][:size], matrix.T, out=below[layer][:size])
                    blame *= activations[layer][:size]
            parameters = network.parameters
            parameters += gradient
        return 0.0

    return pass_through, nothing


def torch_here():
    """PyTorch with as many threads as the libraries were told, or as many as it takes by itself."""
    import torch

    if told := os.environ.get("OMP_NUM_THREADS"):
        torch.set_num_threads(int(told))
    return torch


def with_torch_products(network, x, labels, widths, batch_size):
    """The same products as PyTorch asks for them: its weights lie the other way round."""
    torch = torch_here()
    weights = [torch.ones(outputs, inputs) for inputs, outputs in itertools.pairwise(widths)]
    gradients = [torch.empty_like(matrix) for matrix in weights]
    activations = [torch.ones(batch_size, width) for width in widths]
    upstream, below = ([torch.ones_like(part) for part in activations] for _ in range(2))

    def multiply():
        for start in range(0, len(x), batch_size):
            size = min(batch_size, len(x) - start)
            for layer, matrix in enumerate(weights):
                torch.mm(activations[layer][:size], matrix.t(), out=upstream[layer + 1][:size])
            for layer, matrix in enumerate(weights):
                torch.mm(activations[layer + 1][:size].t(), activations[layer][:size], out=gradients[layer])
                if layer:
                    torch.mm(activations[layer + 1][:size], matrix, out=below[layer][:size])
        return 0.0

    return multiply, nothing


def with_torch(network, x, labels, widths, batch_size):
    """PyTorch, eager: tensors in memory, batches by index_select, its own modules, loss and optimiser."""
    torch = torch_here()
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

    def train_epoch():
        order = torch.from_numpy(np.random.default_rng(SEED).permutation(len(x)))
        total = 0.0
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            optimizer.zero_grad()
            outputs = model(x.index_select(0, rows))
            loss = torch.nn.functional.cross_entropy(outputs, labels.index_select(0, rows))
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        return total / len(x)

    def finish():
        trained = [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in layers[::2]]
        put(network, widths, trained)

    return train_epoch, finish


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

    def train_epoch():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one epoch is all we want
            model.fit(x, labels)
        return model.loss_

    return train_epoch, lambda: put(network, widths, zip(model.coefs_, model.intercepts_, strict=True))


def nothing():
    """What is left to do where the network itself was trained."""


def put(network, widths, trained):
    """Copy trained weights and biases into the network."""
    for (weights, bias), (new_weights, new_bias) in zip(
        zip(*views(network.parameters, widths), strict=True), trained, strict=True
    ):
        weights[:], bias[:] = new_weights, new_bias


SYSTEMS = {
    "fit": with_fit,
    "bare": with_bare_loop,
    "products": with_products,
    "limit": with_limit,
    "torch": with_torch,
    "torch-products": with_torch_products,
    "sklearn": with_sklearn,
}


def sgemm(system, size=1536):
    """Multiplications and additions a second, in billions, of a square product: the best of five."""
    a = np.random.default_rng(0).random((size, size), np.float32)
    if system.startswith("torch"):
        import torch

        a = torch.from_numpy(a)
    times = []
    for _ in range(5):
        start = time.process_time()
        a @ a
        times.append(time.process_time() - start)
    return 2 * size**3 / min(times) / 1e9


def kernel(system):
    """The kernels that numpy's OpenBLAS really runs; for PyTorch its own."""
    if system.startswith("torch"):
        import torch

        blas = "MKL" if torch.backends.mkl.is_available() else "no MKL"
        return f"{blas}, {torch.backends.cpu.get_cpu_capability()}"
    from threadpoolctl import threadpool_info

    named = {library["internal_api"]: library.get("architecture", "?") for library in threadpool_info()}
    return named.get("openblas", ", ".join(named) or "none")


def once(network, x, labels, batch_size):
    """Seconds that `fit` takes before its first step, to check and encode the data."""
    start = time.process_time()
    steps(network, SoftmaxCrossEntropy(), x, labels, optimizer=SGD(LEARNING_RATE), batch_size=batch_size)
    return time.process_time() - start


def main(system, shape, batch_size, epochs=1):
    widths, batch_size = [int(width) for width in shape.split("-")], int(batch_size)
    images, labels = mnist("train")
    x = images.reshape(len(images), -1)
    train, _ = SYSTEMS[system](build(widths), x[:1000], labels[:1000], widths, batch_size)
    train()  # wakes BLAS and lazy imports
    seconds, wall = [], []
    for _ in range(int(epochs)):
        network = build(widths)
        train, finish = SYSTEMS[system](network, x, labels, widths, batch_size)
        begun, start = time.perf_counter(), time.process_time()
        loss = train()
        seconds.append(time.process_time() - start)
        wall.append(time.perf_counter() - begun)
        finish()
    found = {"seconds": mean(seconds), "wall": mean(wall), "loss": float(loss)}
    print(json.dumps(found | ends(system, network, x, labels, batch_size)))


def ends(system, network, x, labels, batch_size):
    """What is measured once training is over: the speed of BLAS, and where the network has come."""
    found = {"sgemm": sgemm(system), "kernel": kernel(system)}
    if system == "fit":
        found["once"] = once(network, x, labels, batch_size)
    if system not in LEARN_NOTHING:
        test_images, test_labels = mnist("test")
        test_x = test_images.reshape(len(test_images), -1)
        found["accuracy"] = accuracy(network, SoftmaxCrossEntropy(), test_x, test_labels)
        found["weights"] = hashlib.sha256(network.parameters.tobytes()).hexdigest()
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])

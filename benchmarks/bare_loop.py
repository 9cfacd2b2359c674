"""The least that an epoch of training can be in numpy: one flat vector, buffers, no classes, no checks.

The peer that `fit` is measured against. It does the same arithmetic in the same order, so it ends at the
same bits.
"""

import itertools

import numpy as np


def train(parameters, x, targets, *, widths, batch_size, learning_rate, seed):
    """One epoch of ReLU layers and softmax cross-entropy, in place; returns the mean loss.

    parameters: flat float32, weights (inputs, outputs) then bias for each layer. x `(n, inputs)` and one-hot
    targets `(n, classes)`, both float32.
    """
    gradient, change = np.empty_like(parameters), np.empty_like(parameters)
    weights, biases = views(parameters, widths)
    weight_gradients, bias_gradients = views(gradient, widths)
    last = len(weights) - 1
    order = np.random.default_rng(seed).permutation(len(x))
    sizes = {batch_size, len(x) % batch_size or batch_size}
    buffers = {
        size: tuple([np.empty((size, width), np.float32) for width in widths] for _ in range(3))
        for size in sizes
    }
    total = 0.0
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        size = len(rows)
        activations, blames, (*_, goal) = buffers[size]
        x.take(rows, axis=0, out=activations[0], mode="clip")
        targets.take(rows, axis=0, out=goal, mode="clip")
        for layer in range(last + 1):
            z = np.matmul(activations[layer], weights[layer], out=activations[layer + 1])
            z += biases[layer]
            if layer < last:
                np.maximum(z, 0, out=z)
        shifted = z - np.maximum.reduce(z, axis=1, keepdims=True)
        upstream = np.exp(shifted)
        sums = np.add.reduce(upstream, axis=1, keepdims=True)
        upstream /= sums
        total += float(np.add.reduce(np.log(sums), axis=None) - np.vdot(goal, shifted))
        upstream -= goal
        upstream *= 1.0 / size
        for layer in range(last, -1, -1):
            np.matmul(activations[layer].T, upstream, out=weight_gradients[layer])
            np.add.reduce(upstream, axis=0, out=bias_gradients[layer])
            if layer:
                below = np.matmul(upstream, weights[layer].T, out=blames[layer])
                upstream = np.multiply(below, activations[layer] > 0, out=below)
        np.multiply(gradient, learning_rate, out=change)
        parameters -= change
    return total / len(x)


def views(flat, widths):
    """Weights and biases of each layer as views into a flat vector."""
    weights, biases, start = [], [], 0
    for inputs, outputs in itertools.pairwise(widths):
        weights.append(flat[start : start + inputs * outputs].reshape(inputs, outputs))
        start += inputs * outputs
        biases.append(flat[start : start + outputs])
        start += outputs
    return weights, biases

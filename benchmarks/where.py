"""Where a step's time goes in the bare loop, part by part: microseconds, as a line of JSON.

    python benchmarks/where.py 784-128-10 64        # SHAPE BATCH

The same lines as in bare_loop.py, with a look at the clock after each part. Medians over an epoch.
"""

import json
import sys
import time
from collections import defaultdict
from statistics import median

import numpy as np
from bare_loop import views
from epoch import LEARNING_RATE, SEED, build, one_hot

from backproplab.datasets import mnist


class Watch:
    """Adds what passed since the last look to a part."""

    def __init__(self):
        self.parts = defaultdict(float)
        self.last = time.perf_counter()

    def look(self, part):
        now = time.perf_counter()
        self.parts[part] += now - self.last
        self.last = time.perf_counter()


def step(watch, x, targets, rows, activations, blames, weights, biases, slopes, flat):
    """One step of training; `slopes`: weight and bias gradients; `flat`: parameters, gradient, change."""
    last, goal = len(weights) - 1, blames[-1]
    watch.look("rest")
    x.take(rows, axis=0, out=activations[0], mode="clip")
    targets.take(rows, axis=0, out=goal, mode="clip")
    watch.look("fetching the batch")
    for layer in range(last + 1):
        z = np.matmul(activations[layer], weights[layer], out=activations[layer + 1])
        watch.look("matrix products")
        z += biases[layer]
        if layer < last:
            np.maximum(z, 0, out=z)
        watch.look("bias and ReLU")
    shifted = z - np.maximum.reduce(z, axis=1, keepdims=True)
    upstream = np.exp(shifted)
    sums = np.add.reduce(upstream, axis=1, keepdims=True)
    upstream /= sums
    np.add.reduce(np.log(sums), axis=None) - np.vdot(goal, shifted)
    upstream -= goal
    upstream *= 1.0 / len(rows)
    watch.look("softmax and loss")
    for layer in range(last, -1, -1):
        np.matmul(activations[layer].T, upstream, out=slopes[0][layer])
        watch.look("matrix products")
        np.add.reduce(upstream, axis=0, out=slopes[1][layer])
        watch.look("bias and ReLU")
        if layer:
            below = np.matmul(upstream, weights[layer].T, out=blames[layer])
            watch.look("matrix products")
            upstream = np.multiply(below, activations[layer] > 0, out=below)
            watch.look("bias and ReLU")
    parameters, gradient, change = flat
    np.multiply(gradient, LEARNING_RATE, out=change)
    parameters -= change
    watch.look("update")


def main(shape, batch_size):
    widths, batch_size = [int(width) for width in shape.split("-")], int(batch_size)
    images, labels = mnist("train")
    x, targets = images.reshape(len(images), -1), one_hot(labels, widths[-1], np.dtype(np.float32))
    parameters = build(widths).parameters
    gradient, change = np.empty_like(parameters), np.empty_like(parameters)
    arrays = [[np.empty((batch_size, width), np.float32) for width in widths] for _ in range(2)]
    order = np.random.default_rng(SEED).permutation(len(x))
    steps = []
    for start in range(0, len(x) - batch_size + 1, batch_size):
        watch = Watch()
        rows = order[start : start + batch_size]
        flat = (parameters, gradient, change)
        step(watch, x, targets, rows, *arrays, *views(parameters, widths), views(gradient, widths), flat)
        steps.append(watch.parts)
    found = {part: 1e6 * median(parts[part] for parts in steps) for part in steps[0] if part != "rest"}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])

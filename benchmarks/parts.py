"""What a forward and a backward pass of 784-300-100-10 cost, and what they keep, as a line of JSON.

    python benchmarks/parts.py 64        # BATCH

Seconds a pass, with the gradient of the input, the median of many; bytes: what is alive after a training
pass on a fresh batch, the batch itself included.
"""

import json
import sys
import time
import tracemalloc
from statistics import median

import numpy as np
from epoch import build

from backproplab import SoftmaxCrossEntropy

WIDTHS = [784, 300, 100, 10]


def main(batch):
    network, loss, rng = build(WIDTHS), SoftmaxCrossEntropy(), np.random.default_rng(0)
    upstream = rng.standard_normal((batch, WIDTHS[-1]), np.float32)
    x = rng.random((batch, WIDTHS[0]), np.float32)
    marks = []
    for _ in range(max(50, 6400 // batch)):
        start = time.process_time()
        network.forward(x)
        forward = time.process_time()
        network.backward(upstream)
        marks.append((forward - start, time.process_time() - forward))
    forward, backward = (median(times) for times in zip(*marks, strict=True))
    print(json.dumps({"forward": forward, "backward": backward, "kept": kept(loss, batch)}))


def kept(loss, batch):
    """Bytes alive after a training pass beyond those before it."""
    network = build(WIDTHS)
    another = np.zeros((batch + 1, WIDTHS[0]), np.float32)  # buffers are kept for each size of batch
    network.training_pass(loss, another, np.zeros((batch + 1, WIDTHS[-1]), np.float32))
    tracemalloc.start()
    x = np.zeros((batch, WIDTHS[0]), np.float32)
    network.training_pass(loss, x, np.eye(10, dtype=np.float32)[np.zeros(batch, int)])
    alive, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return alive


if __name__ == "__main__":
    main(int(sys.argv[1]))

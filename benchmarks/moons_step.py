"""Train micrograd's own network on two moons for a few steps; print what a step cost, as a line of JSON.

    python benchmarks/moons_step.py value off        # SYSTEM COLLECTOR

SYSTEM: micrograd, value, tape and graph (the barest ones), or value-dot, tape-dot: a unit's sum is one node.
All of them run micrograd's `nn.MLP(2, [16, 16, 1])` on its loss, over the same 100 points from the same
weights, so that the expression graph is the same node for node; a dot makes it smaller. COLLECTOR off or on:
with it, a step's cost is the mean, since collections come rarely and are dear; without it, the median.
"""

import gc
import json
import random
import sys
import time
from statistics import mean, median
from types import SimpleNamespace

import barest_graph
import barest_tape
from micrograd import engine, nn

from backproplab import scalar
from backproplab.datasets import moons

WARM_UP, STEPS = 2, 7


def engine_of(system):
    """The engine that a system stands for: Value, and dot and total where it has them."""
    name, _, fused = system.partition("-")
    if name == "micrograd":
        return SimpleNamespace(Value=engine.Value, dot=None, total=sum)
    found = {"value": scalar, "tape": barest_tape, "graph": barest_graph}[name]
    kind = found.Value if name == "value" else found.Bare
    return SimpleNamespace(Value=kind, dot=found.dot if fused else None, total=found.total if fused else sum)


def network_on(used):
    """micrograd's network, on another engine: its weights are that engine's Values."""
    nn.Value = used.Value
    if used.dot:

        def call(self, x):
            act = used.dot(self.w, x) + self.b
            return act.relu() if self.nonlin else act

        nn.Neuron.__call__ = call
    random.seed(1337)
    return nn.MLP(2, [16, 16, 1])


def loss_of(model, used, points, labels):
    """The loss of micrograd's demonstration: the largest margin, and a little of the squared weights."""
    scores = [model(list(map(used.Value, point))) for point in points]
    losses = [(1.0 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
    weights = model.parameters()
    squares = used.dot(weights, weights) if used.dot else sum(p * p for p in weights)
    return used.total(losses) * (1.0 / len(losses)) + 1e-4 * squares


def main(system, collector):
    used = engine_of(system)
    model = network_on(used)
    x, targets = moons(100, noise=0.1, seed=0)
    points, labels = x.tolist(), [2.0 * target - 1.0 for target in targets.ravel().tolist()]
    if collector == "off":
        gc.disable()
    marks = []
    for _ in range(WARM_UP + STEPS):
        start = time.process_time()
        loss = loss_of(model, used, points, labels)
        built = time.process_time()
        model.zero_grad()
        loss.backward()
        back = time.process_time()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        value = loss.data
        del loss  # a graph that is freed is freed at the step's expense
        marks.append((time.process_time() - start, built - start, back - built))
    usual = median if collector == "off" else mean
    steps = [usual(times) for times in zip(*marks[WARM_UP:], strict=True)]
    found = dict(zip(("seconds", "forward", "backward"), steps, strict=True))
    watched = objects_of(lambda: loss_of(model, used, points, labels))
    print(json.dumps(found | {"loss": value, "watched": watched}))


def objects_of(build):
    """How many objects a graph is made of that the garbage collector has to look through."""
    gc.disable()  # a collection would strike off those that hold no other
    before = len(gc.get_objects())
    graph = build()
    after = len(gc.get_objects())
    del graph
    return after - before


if __name__ == "__main__":
    main(*sys.argv[1:])

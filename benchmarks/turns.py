"""Train several systems for an epoch of MNIST, taking turns in one process; print what each cost, as JSON.

    python benchmarks/turns.py 784-128-10 64 fit bare torch        # SHAPE BATCH SYSTEMS, as epoch.py has them

A turn is a tenth of the epoch; each goes on from the weights of the turn before. In each, the order is drawn
anew. A slow spell of the machine that lasts a second then hits all of them, which it does not where each has
its epoch by itself.
"""

import json
import random
import sys
import time

import numpy as np
from epoch import SYSTEMS, build, ends

from backproplab.datasets import mnist

TURNS = 10


def take_turns(x, labels, widths, batch_size, systems, *, turns=TURNS):
    """What each system took, CPU time in `seconds` and the clock's in `wall`, its loss, and its network."""
    networks = {system: build(widths) for system in systems}
    found = {system: {"seconds": 0.0, "wall": 0.0, "loss": 0.0} for system in systems}
    for rows in np.array_split(np.arange(len(x)), turns):
        part = slice(rows[0], rows[-1] + 1)  # a view, not a copy
        for system in random.sample(systems, len(systems)):
            train, finish = SYSTEMS[system](networks[system], x[part], labels[part], widths, batch_size)
            begun, start = time.perf_counter(), time.process_time()
            loss = train()
            found[system]["seconds"] += time.process_time() - start
            found[system]["wall"] += time.perf_counter() - begun
            found[system]["loss"] += float(loss) / turns
            finish()
    return found, networks


def main(shape, batch_size, *systems):
    widths, batch_size = [int(width) for width in shape.split("-")], int(batch_size)
    images, labels = mnist("train")
    x = images.reshape(len(images), -1)
    take_turns(x[:1000], labels[:1000], widths, batch_size, systems, turns=1)  # wakes BLAS and lazy imports
    found, networks = take_turns(x, labels, widths, batch_size, systems)
    for system in systems:
        found[system] |= ends(system, networks[system], x, labels, batch_size)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])

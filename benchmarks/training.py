"""What `fit` costs beside the bare numpy loop, PyTorch and scikit-learn, and how near it is to the hardware.

    python benchmarks/training.py

One epoch of MNIST: CPU time on one thread; and by the clock, with the threads that a user gets. All systems
end at the same loss and accuracy, asserted.
"""

import itertools
import math
import os
import subprocess
from functools import partial
from statistics import median

from epoch import LEARN_NOTHING
from goals import DEEPEST, SHAPES
from rounds import column, fresh, in_rounds, missing, ratio

ROUNDS, ROWS = 6, 60_000
EPOCHS = {"784-30-10": 2, "784-128-10": 3}
"""How many epochs a process takes for one measurement with default threads, where one alone is too short to
tell; 1 elsewhere."""
PEERS = {
    "bare": "bare numpy loop",
    "limit": "products and one pass",
    "torch": "PyTorch",
    "sklearn": "scikit-learn",
}
TOO_LONG = 120
"""Seconds of a process with default threads, of which a quiet machine takes a tenth. Threads that wait for a
core which another program holds can take hours."""


def main():
    """Entries for the results."""
    there = [system for system in PEERS if system in ("bare", "limit") or not missing(system)]
    for shape in SHAPES:
        yield from beside(shape, [s for s in there if s != "sklearn" or shape in list(SHAPES)[:2]])
        if "torch" in there:
            yield from with_default_threads(shape)
    yield from passes()


def in_turns(shape, systems):
    """What each system did in each round on one network: all in one process, by tenths of the epoch."""
    whole = in_rounds({shape: partial(fresh, "turns.py", shape, SHAPES[shape], *systems)}, ROUNDS)[shape]
    runs = {system: [each[system] for each in whole] for system in systems}
    same_training(runs)
    return runs


def one_by_one(shape, systems, **options):
    """What each system did in each round on one network, each in a process of its own."""
    size, epochs = SHAPES[shape], EPOCHS.get(shape, 1)
    each = {s: partial(fresh, "epoch.py", s, shape, size, epochs, **options) for s in systems}
    runs = in_rounds(each, ROUNDS)
    same_training(runs)
    return runs


def beside(shape, peers):
    """Ratios of `fit` to its limits and peers on one network, one thread each."""
    systems = ["fit", "products", *peers, *(["torch-products"] if "torch" in peers else [])]
    runs = in_turns(shape, systems)
    seconds = {system: column(results, "seconds") for system, results in runs.items()}
    note = f"OpenBLAS kernel {runs['fit'][0]['kernel']}, batch {SHAPES[shape]}"
    more = {"bare": beyond(runs, shape), "limit": where_it_goes(runs, shape)}
    if "torch" in peers:
        more["torch"] = f"; {beside_torch(seconds)}; {blas(runs)}"
    if "sklearn" in peers:
        more["sklearn"] = f", accuracy {runs['sklearn'][0]['accuracy']:.3f}"
    found = []
    for peer in peers:
        title = f"fit ÷ {PEERS[peer]}{', one thread' * (peer == 'torch')}, {shape}"
        found.append(ratio(title, seconds["fit"], seconds[peer], note=note + more[peer]))
    if shape == DEEPEST:
        bare, alone = (share(runs[system], shape, "")["ratio"] for system in ("bare", "products"))
        reached = f"the bare loop reaches {bare:.2f}, the products alone {alone:.2f}"
        found.append(share(runs["fit"], shape, f"{note}, GFLOP/s; {reached}"))
    return found


def with_default_threads(shape):
    """`fit` and PyTorch by the clock, both with the threads that their libraries take by themselves."""
    try:
        runs = one_by_one(shape, ["fit", "torch"], threads="default", within=TOO_LONG)
    except subprocess.TimeoutExpired:
        print(f"Another program holds a core: no figure with default threads, {shape}.", flush=True)
        return
    busy = {system: median(column(results, "seconds")) for system, results in runs.items()}
    note = (
        f"by the clock, on {os.cpu_count()} cores, batch {SHAPES[shape]}; "
        f"CPU time: ours {busy['fit']:.2f} s, PyTorch's {busy['torch']:.2f} s"
    )
    wall = {system: column(results, "wall") for system, results in runs.items()}
    yield ratio(f"fit ÷ PyTorch, default threads, {shape}", wall["fit"], wall["torch"], note=note)


def where_it_goes(runs, shape):
    """Microseconds of a step by what they go into, from the products up to all that `fit` does."""
    count = math.ceil(ROWS / SHAPES[shape])
    once = median(column(runs["fit"], "once"))

    def beyond(more, less, offset=0.0):
        pairs = zip(column(runs[more], "seconds"), column(runs[less], "seconds"), strict=True)
        return 1e6 * median([a - b - offset for a, b in pairs]) / count

    alone = 1e6 * median(column(runs["products"], "seconds")) / count
    return (
        f"; of a step: products {alone:.0f} µs, one pass {beyond('limit', 'products'):+.1f}, further passes "
        f"of the bare loop {beyond('bare', 'limit'):+.1f}, layers, checks and records "
        f"{beyond('fit', 'bare', once):+.1f}; once {1000 * once:.0f} ms"
    )


def beyond(runs, shape):
    """What our checks add once, and our layers and records to each step."""
    steps = math.ceil(ROWS / SHAPES[shape])
    once = median(column(runs["fit"], "once"))
    pairs = zip(column(runs["fit"], "seconds"), column(runs["bare"], "seconds"), strict=True)
    each = median([ours - bare - once for ours, bare in pairs]) / steps
    whole = median(column(runs["bare"], "seconds")) / steps
    return (
        f"; the bare loop takes {1e6 * whole:.0f} µs a step, and `fit` {1e6 * each:+.1f} µs, "
        f"and {1000 * once:.0f} ms once to check the data"
    )


def beside_torch(seconds):
    """How much of a ratio to PyTorch is not the layers' doing."""

    def over(ours, theirs):
        return ratio("", seconds[ours], seconds[theirs])["ratio"]

    return (
        f"÷ PyTorch the bare loop is {over('bare', 'torch'):.2f}, numpy's products alone "
        f"{over('products', 'torch'):.2f}, PyTorch's products alone {over('torch-products', 'torch'):.2f}"
    )


def same_training(runs):
    """Every round of every system ends where `fit` does: the bare loop at its very weights, others nearly."""
    first = runs["fit"][0]
    for system, results in runs.items():
        for end in results:
            if system in LEARN_NOTHING:
                continue
            near = abs(end["loss"] - first["loss"]) < 1e-3 and abs(end["accuracy"] - first["accuracy"]) < 2e-3
            same = system not in ("fit", "bare") or end["weights"] == first["weights"]
            assert all((near, same)), f"not the same training: {system} ended at {end}, fit at {first}"


def blas(runs):
    """How fast each side's own BLAS multiplies large matrices, and which it is."""
    ours, theirs = (max(column(runs[system], "sgemm")) for system in ("fit", "torch"))
    return f"a large product: ours {ours:.0f}, PyTorch's ({runs['torch'][0]['kernel']}) {theirs:.0f} GFLOP/s"


def share(results, shape, note):
    """The speed of the whole epoch over that of a large product in the same process."""
    work = products([int(width) for width in shape.split("-")], rows=ROWS)
    speeds = [work / result["seconds"] / 1e9 for result in results]
    return ratio(f"share of sgemm peak, {shape}", speeds, column(results, "sgemm"), note=note)


def products(widths, rows):
    """Operations in the products of an epoch: forward, weights' gradients, and messages but to the input."""
    sizes = [a * b for a, b in itertools.pairwise(widths)]
    return 2 * rows * (2 * sum(sizes) + sum(sizes[1:]))


def passes():
    """Backward against forward, and memory, of a network taken apart."""
    found, widths = [], (784, 300, 100, 10)
    runs = in_rounds({batch: partial(fresh, "parts.py", batch) for batch in (64, 1)}, ROUNDS)
    for batch, results in runs.items():
        title = f"backward ÷ forward, batch {batch}"
        note = "784-300-100-10, with the gradient of the input"
        found.append(ratio(title, column(results, "backward"), column(results, "forward"), note=note))
    units = [4 * 64 * sum(widths)] * len(runs[64])
    note = "bytes; 784-300-100-10, batch 64, the batch itself a part of both"
    return [*found, ratio("bytes kept ÷ 4 · batch · Σ units", column(runs[64], "kept"), units, note=note)]


if __name__ == "__main__":
    from show import show

    show(main())

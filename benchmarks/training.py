"""What `fit` costs beside the bare numpy loop, PyTorch and scikit-learn, and how near it is to the hardware.

    python benchmarks/training.py

CPU time of one epoch of MNIST on one thread. All systems end at the same loss and accuracy, asserted.
"""

import itertools
import math
from functools import partial
from statistics import median

from goals import DEEPEST, SHAPES
from rounds import column, fresh, in_rounds, missing, ratio, rounds

ROUNDS, ROWS = 4, 60_000
PEERS = {"bare": "bare numpy loop", "torch": "PyTorch", "sklearn": "scikit-learn"}


def main():
    """Entries for the results."""
    there = [system for system in PEERS if system == "bare" or not missing(system)]
    for shape in SHAPES:
        native = [s for s in there if s != "sklearn" or shape in list(SHAPES)[:2]]
        yield from beside(shape, native, "native")
        if "torch" in there:
            yield from beside(shape, ["bare", "torch"], "Haswell")
    yield from passes()


def beside(shape, peers, kernels):
    """Ratios of `fit` to its peers on one network."""
    systems = ["fit", "products", *peers]
    runs = in_rounds(
        {s: partial(fresh, "epoch.py", s, shape, SHAPES[shape], kernels=kernels) for s in systems}, ROUNDS
    )
    same_training(runs)
    seconds = {system: column(results, "seconds") for system, results in runs.items()}
    ran = runs["fit"][0]["kernel"]
    note = f"OpenBLAS kernel {ran}, batch {SHAPES[shape]}, accuracy {runs['fit'][0]['accuracy']:.3f}"
    found = []
    for peer in peers:
        title = f"fit ÷ {PEERS[peer]}, {shape}"
        if peer == "torch":
            title = f"fit ÷ PyTorch, {kernels} kernels, {shape}"
            bare, products = (ratio("", seconds[s], seconds[peer])["ratio"] for s in ("bare", "products"))
            more = f"; ÷ PyTorch the bare loop is {bare:.2f}, its products alone {products:.2f}; {blas(runs)}"
        elif kernels == "Haswell":
            continue  # asked for with native kernels; here the bare loop shows what numpy can reach at most
        else:
            more = beyond(seconds["fit"], seconds[peer], SHAPES[shape]) if peer == "bare" else ""
        found.append(ratio(title, seconds["fit"], seconds[peer], note=note + more))
    if shape == DEEPEST and kernels == "native":
        bare, alone = (share(runs[system], shape, "")["ratio"] for system in ("bare", "products"))
        reached = f"the bare loop reaches {bare:.2f}, the products alone {alone:.2f}"
        found.append(share(runs["fit"], shape, f"{note}, GFLOP/s; {reached}"))
    return found


def beyond(ours, bare, batch_size):
    """What our layers, checks and records add to each step."""
    steps = math.ceil(ROWS / batch_size)
    extra = median([(a - b) / steps for a, b in zip(ours, bare, strict=True)])
    return f"; {1e6 * median(bare) / steps:.0f} µs a step, and {1e6 * extra:+.1f} µs for layers and checks"


def same_training(runs):
    """Every system ends where `fit` ends: the bare loop at its very bits, others within rounding."""
    ends = {
        system: (results[0]["loss"], results[0]["accuracy"])
        for system, results in runs.items()
        if system != "products"
    }
    loss, right = ends["fit"]
    assert ends["bare"] == ends["fit"], f"not the same training: {ends}"
    assert all(abs(end[0] - loss) < 0.001 and abs(end[1] - right) < 0.002 for end in ends.values()), (
        f"not the same training: {ends}"
    )


def blas(runs):
    """How fast each side's own BLAS multiplies: the part of a ratio that is not the library's doing."""
    ours, theirs = (max(column(runs[system], "sgemm")) for system in ("fit", "torch"))
    return f"sgemm: ours {ours:.0f}, PyTorch's {theirs:.0f} GFLOP/s"


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
    for batch in (64, 1):
        results = [fresh("parts.py", batch) for _ in range(rounds(ROUNDS))]
        title = f"backward ÷ forward, batch {batch}"
        note = "784-300-100-10, with the gradient of the input"
        found.append(ratio(title, column(results, "backward"), column(results, "forward"), note=note))
        if batch == 64:
            units = 4 * batch * sum(widths)
            note = "784-300-100-10, batch 64, the batch itself a part of both"
            found.append(
                ratio(
                    "bytes kept ÷ 4 · batch · Σ units",
                    column(results, "kept"),
                    [units] * len(results),
                    note=note,
                )
            )
    return found


if __name__ == "__main__":
    from show import told

    told(main())

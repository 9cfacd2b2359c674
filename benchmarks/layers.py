"""A convolution and attention, forward and backward, beside PyTorch and the products that they are made of.

python benchmarks/layers.py
"""

import math
from functools import partial

from layer_pass import SYSTEMS
from rounds import column, fresh, in_rounds, missing, ratio

ROUNDS = 4
CASES = {
    ("convolution", 8): "8 channels",
    ("convolution", 32): "32 channels",
    ("attention", 1): "batch 1",
    ("attention", 32): "batch 32",
}
OF_THEM = "the layer's time in that of the products that it is made of, each in one piece"


def main():
    """Entries for the results."""
    peers = [] if missing("torch") else ["torch", "torch-last"]
    for (layer, size), words in CASES.items():
        systems = ["ours", "products", *(peer for peer in peers if (peer, layer) in SYSTEMS)]
        runs = in_rounds({s: partial(fresh, "layer_pass.py", s, layer, size) for s in systems}, ROUNDS)
        same_work(runs)
        seconds = {system: column(results, "seconds") for system, results in runs.items()}
        yield ratio(f"{layer} ÷ products alone, {words}", seconds["ours"], seconds["products"], note=OF_THEM)
        if "torch" not in seconds:
            continue
        alone = ratio("", seconds["products"], seconds["torch"])["ratio"]
        note = f"÷ PyTorch numpy's products alone are {alone:.2f}"
        if "torch-last" in seconds:
            last = ratio("", seconds["ours"], seconds["torch-last"])["ratio"]
            note += f"; where PyTorch's channels lie last in memory as ours do, the ratio is {last:.2f}"
        yield ratio(f"{layer} ÷ PyTorch, {words}", seconds["ours"], seconds["torch"], note=note)


def same_work(runs):
    """Every system but the products alone ends at the norms of ours, as float32 has them."""
    first = runs["ours"][0]["norms"]
    for system, results in runs.items():
        for found in (run["norms"] for run in results if system != "products"):
            near = [math.isclose(a, b, rel_tol=1e-4) for a, b in zip(first, found, strict=True)]
            assert all(near), f"not the same work: {system} has the norms {found}, ours {first}"


if __name__ == "__main__":
    from show import show

    show(main())

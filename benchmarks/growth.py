"""How cost grows: with width, depth, length, the batch, nodes, submissions and workers.

    python benchmarks/growth.py

The curves that the page draws, in `growth.json`: one list of points a curve, each the median of three runs.
"""

from functools import partial
from statistics import median

from goals import SHAPES
from grading import a_course, graded
from results import write_growth
from rounds import column, fresh, in_rounds, missing, rounds

DEPTHS = (1, 2, 4, 8, 16, 32, 64)
PLACES = (8, 32, 128, 512)
SEQUENCES = ("rnn", "gru", "attention")
HIDDEN = (16, 32, 64, 128, 256, 512)
BATCHES = (1, 4, 16, 64, 256, 1024)
NODES = (1_000, 10_000, 100_000, 1_000_000, 8_000_000)
SUBMISSIONS = (10, 30, 100, 300, 1000)
WORKERS = (1, 2, 3, 4)


def main():
    """Measure every curve and write the file; no entries for the table come of it."""
    curves = {
        "steps": [steps(shape) for shape in SHAPES],
        "epoch": epochs(),
        "depth": [{"layers": count} | passes("depth", count) for count in DEPTHS],
        "sequence": [sequence(places) for places in PLACES],
        "memory": [{"batch": batch, "bytes": fresh("parts.py", batch)["kept"]} for batch in BATCHES],
        "nodes": [nodes(count) for count in NODES],
        **grading(),
    }
    write_growth(curves)
    return []


def steps(shape):
    """Microseconds of a step of the bare loop, by part."""
    runs = [fresh("where.py", shape, SHAPES[shape]) for _ in range(rounds(3))]
    return {"shape": shape} | {part: median(run[part] for run in runs) for part in runs[0]}


def nodes(count):
    """Seconds to build a graph and to go back through it, with Python's collector as it comes."""
    runs = [fresh("nodes.py", count) for _ in range(rounds(3))]
    return {key: median(run[key] for run in runs) for key in ("nodes", "forward", "backward", "seconds")}


def epochs():
    """Seconds an epoch of 784-h-10 in batches of 64, for growing h: `fit`, and PyTorch where it is."""
    systems = ["fit"] if missing("torch") else ["fit", "torch"]
    points = []
    for hidden in HIDDEN:
        shape = f"784-{hidden}-10"
        runs = in_rounds({system: partial(fresh, "epoch.py", system, shape, 64) for system in systems}, 3)
        seconds = {system: median(column(found, "seconds")) for system, found in runs.items()}
        points.append({"weights": 784 * hidden + hidden * 10} | seconds)
    return points


def passes(kind, size):
    """Seconds of a forward and a backward pass, by system: ours, and PyTorch where it is."""
    systems = ["ours"] if missing("torch") else ["ours", "torch"]
    runs = in_rounds({system: partial(fresh, "growing.py", system, kind, size) for system in systems}, 3)
    return {system: median(column(found, "seconds")) for system, found in runs.items()}


def sequence(places):
    """Seconds for sequences of that many places: of each layer by its name, PyTorch's with a mark."""
    point = {"places": places}
    for kind in SEQUENCES:
        found = passes(kind, places)
        point |= {kind if system == "ours" else f"{kind}, torch": taken for system, taken in found.items()}
    return point


def grading():
    """Seconds for a class, start and reports included: by its size on two workers, and 100 by workers."""
    with a_course() as (folder, _, notebook):
        graded(folder, notebook, SUBMISSIONS[0])  # the first run finds its files cold

        def taken(size, workers=2):
            return median(graded(folder, notebook, size, workers)[0] for _ in range(rounds(3)))

        sizes = [{"submissions": count, "seconds": taken(count)} for count in SUBMISSIONS]
        workers = [{"workers": count, "seconds": taken(100, count)} for count in WORKERS]
    return {"submissions": sizes, "workers": workers}


if __name__ == "__main__":
    main()

"""How cost grows: with weights, with the batch, with nodes, with submissions and workers.

    python benchmarks/growth.py

The curves that the page draws, in `growth.json`: one list of points a curve.
"""

from statistics import median

from grading import a_course, graded
from results import write_growth
from rounds import fresh, missing, rounds

HIDDEN = (16, 32, 64, 128, 256, 512)
BATCHES = (1, 4, 16, 64, 256, 1024)
NODES = (1_000, 10_000, 100_000, 1_000_000, 8_000_000)
SUBMISSIONS = (10, 30, 100, 300, 1000)
WORKERS = (1, 2, 3, 4)


def main():
    """Measure every curve and write the file; no entries for the table come of it."""
    curves = {
        "epoch": epochs(),
        "memory": [{"batch": batch, "bytes": fresh("parts.py", batch)["kept"]} for batch in BATCHES],
        "nodes": [nodes(count) for count in NODES],
        **grading(),
    }
    write_growth(curves)
    return []


def nodes(count):
    """Seconds to build a graph and to go back through it, with Python's collector as it comes."""
    found = fresh("nodes.py", count)
    return {key: found[key] for key in ("nodes", "forward", "backward", "seconds")}


def epochs():
    """Seconds an epoch of 784-h-10 in batches of 64, for growing h: `fit`, and PyTorch where it is."""
    systems = ["fit"] if missing("torch") else ["fit", "torch"]
    points = []
    for hidden in HIDDEN:
        point = {"weights": 784 * hidden + hidden * 10}
        for system in systems:
            runs = [fresh("epoch.py", system, f"784-{hidden}-10", 64) for _ in range(rounds(3))]
            point[system] = median(run["seconds"] for run in runs)
        points.append(point)
    return points


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

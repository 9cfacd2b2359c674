"""What grading on Dask costs beside the pool of this machine, and what more workers bring.

    python benchmarks/cluster.py

By the clock, with the scheduler and the workers on this machine: what is measured is Dask's own share, and
not a network. Nothing else should run.
"""

import random
from contextlib import contextmanager

from grading import a_course, graded
from rounds import missing, ratio, rounds

ROUNDS, SMALL, LARGE = 3, 1000, 10_000
WORKERS, LONG = (1, 2, 4), 8
FIVE_SECONDS = """
import time

begin = time.process_time()
while time.process_time() - begin < 2.5:  # and once more, since each notebook runs twice
    pass
"""


def main():
    """Entries for the results."""
    if missing("distributed"):
        return
    with a_course() as (folder, _, notebook):
        yield from beside_the_pool(folder, notebook)
        yield from more_workers(folder, notebook)


@contextmanager
def a_cluster(workers):
    """The options of a command that grades on so many worker processes."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", memory_limit=0
    ) as made:
        yield [f"--scheduler={made.scheduler_address}"]


def beside_the_pool(folder, notebook):
    """A thousand on two workers, either way; and ten thousand, once, beside a thousand."""
    runs = {"pool": [], "dask": [], "large": []}
    with a_cluster(2) as options:
        ways = {
            "pool": lambda: graded(folder, notebook, SMALL),
            "dask": lambda: graded(folder, notebook, SMALL, more=options),
            "large": lambda: graded(folder, notebook, LARGE, more=options),
        }
        for number in range(rounds(ROUNDS)):
            names = [name for name in ways if name != "large" or number == 0]
            for name in random.sample(names, len(names)):
                runs[name].append(ways[name]())
    seconds = {name: [run[0] for run in found] for name, found in runs.items()}
    memory = {name: [run[1] for run in found] for name, found in runs.items()}
    note = "the command on two workers, start and reports included, by the clock"
    yield ratio(f"Dask ÷ local pool, {SMALL:,} submissions", seconds["dask"], seconds["pool"], note=note)
    words = f"grading {LARGE:,} ÷ {SMALL:,} on Dask"
    first = len(runs["large"])  # the rounds that it was in
    yield ratio(f"{words}, time", seconds["large"], seconds["dask"][:first], note=note)
    note = "MB, of the driver, the reports of the class included, which read all results"
    yield ratio(f"{words}, peak memory", memory["large"], memory["dask"][:first], note=note)


def more_workers(folder, notebook):
    """Submissions that compute for five seconds each, on one worker and on more."""
    slow = notebook | {"cells": [*notebook["cells"][:1], _cell(), *notebook["cells"][1:]]}
    runs = {}
    for workers in WORKERS:
        with a_cluster(workers) as options:
            runs[workers] = [graded(folder, slow, LONG, more=options)[0] for _ in range(rounds(ROUNDS))]
    for workers in WORKERS[1:]:
        note = "submissions that compute for five seconds; workers share the cores of this machine"
        yield ratio(f"1 ÷ {workers} workers of Dask, time", runs[workers], runs[1], turned=True, note=note)


def _cell():
    import nbformat.v4

    return nbformat.v4.new_code_cell(FIVE_SECONDS, id="five-seconds")


if __name__ == "__main__":
    from show import show

    show(main())

"""How long each lesson takes with all its cells, run as `make nbval` runs them; and all lessons, one by one.

    make bench ONLY=lessons

By the clock, one process at a time, from the start of the test runner to its end, kernel included. Outputs
are not compared here, which is the tests' work, but a cell that fails stops the run.
"""

import resource
import subprocess
import time

from rounds import amount, environment
from with_tests import PYTHON, ROOT, install

NBVAL = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env"]
NBVAL += ["--nbval-cell-timeout=300"]


def main():
    """Entries for the results."""
    install()
    return entries({path.stem: run(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))})


def run(path):
    """Seconds by the clock, and of CPU, of a notebook with all its cells."""
    before, start = used(), time.perf_counter()
    done = subprocess.run(
        [PYTHON, *NBVAL, path], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{path.name} did not run to its end:\n{done.stdout[-2000:]}")
    return time.perf_counter() - start, used() - before


def used():
    """CPU seconds of all processes that this one has begun and seen end, and of theirs."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


def entries(found):
    """Entries from seconds, by the clock and of CPU, for each lesson by name."""
    slowest = max(found, key=lambda name: found[name][0])
    wall, cpu = found[slowest]
    note = f"{slowest}, by the clock; {cpu:.1f} s of CPU"
    whole, all_cpu = (sum(times) for times in zip(*found.values(), strict=True))
    return [
        amount("a lesson, all cells: the slowest", [wall], note=note),
        amount(
            "a lesson, all cells: all of them",
            [whole / 60],
            note=f"{len(found)} lessons one after the other, by the clock; {all_cpu / 60:.1f} minutes of CPU",
        ),
    ]


if __name__ == "__main__":
    from show import show

    show(main())

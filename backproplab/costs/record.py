"""Figures of one machine, kept beside the package: what a lesson shows next to those of its reader's.

`backproplab record-costs` writes recorded.json, in some seconds on a machine that does nothing else.
"""

import json
import os
import platform
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from backproplab.costs.memory import MemoryUse
from backproplab.costs.sweeps import (
    BlockMemory,
    TimedPass,
    memory_over_blocks,
    times_over_batches,
    times_over_weights,
)
from backproplab.costs.timing import PassTimes
from backproplab.files import write_text

THREADS = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
"""Where OpenBLAS reads how many cores it may use; the first that is set decides."""
FILE = Path(__file__).with_name("recorded.json")


class Recorded(NamedTuple):
    """Sweeps of one machine, and in words where they come from."""

    machine: str
    weights: tuple[TimedPass, ...]
    """`times_over_weights()`."""
    batches: tuple[TimedPass, ...]
    """`times_over_batches()`."""
    blocks: tuple[BlockMemory, ...]
    """`memory_over_blocks()`."""


def rebuild() -> Iterator[str]:
    """Measure everything, and write recorded.json; yields what was found, a line a point."""
    where = machine()  # now: what is measured makes it busy
    found: dict[str, list[Any]] = {"weights": [], "batches": [], "blocks": []}
    for name, sweep in (("weights", times_over_weights), ("batches", times_over_batches)):
        for point in sweep():
            found[name].append([point.weights, point.batch, *(float(f"{t:.3g}") for t in point.times)])
            yield (
                f"{point.weights:,} parameters, batch {point.batch}: {point.times.forward:.2g} s forward, "
                f"{point.times.backward:.2g} s backward"
            )
    for size, use in memory_over_blocks():
        found["blocks"].append([size, *use])
        yield f"blocks of {size}: {use.kept:,} bytes kept, {use.peak:,} at the most"
    parts = [f'"machine": {json.dumps(where, ensure_ascii=False)}']
    for name, rows in found.items():
        lines = ",\n".join(map(json.dumps, rows))
        parts.append(f'"{name}": [\n{lines}\n]')
    write_text(FILE, "{\n" + ",\n".join(parts) + "\n}\n")


@cache
def load_costs() -> Recorded:
    """What `backproplab record-costs` wrote into recorded.json."""
    table = json.loads(files("backproplab.costs").joinpath("recorded.json").read_text("utf-8"))
    blocks = tuple(BlockMemory(size, MemoryUse(*use)) for size, *use in table["blocks"])
    return Recorded(
        table["machine"], _timed_passes(table["weights"]), _timed_passes(table["batches"]), blocks
    )


def _timed_passes(rows: list[tuple[int, int, float, float, float]]) -> tuple[TimedPass, ...]:
    return tuple(TimedPass(weights, batch, PassTimes(*times)) for weights, batch, *times in rows)


def machine() -> str:
    """This machine in words: versions, the class of its processor, whether it is busy; no name of it."""
    try:
        own = version("backproplab")
    except PackageNotFoundError:  # run from a folder that nobody installed
        own = "(not installed)"
    config: Any = np.show_config(mode="dicts")
    vectors = config.get("SIMD Extensions", {}).get("found", [])[-1:]  # the widest
    threads = next(filter(None, map(os.environ.get, THREADS)), "all")
    is_busy = hasattr(os, "getloadavg") and os.getloadavg()[0] > 0.5 * (os.cpu_count() or 1)
    return (
        f"backproplab {own}, Python {platform.python_version()}, numpy {np.__version__}, float32; "
        f"{' with '.join([platform.machine(), *vectors])}, {os.cpu_count()} cores, BLAS on {threads} of them"
        f"{', busy with other work too' if is_busy else ''}"
    )

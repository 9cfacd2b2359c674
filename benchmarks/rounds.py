"""How every figure is taken: fresh processes, paired rounds in shuffled order, one thread unless it says so.

A round runs each system once, each in a process of its own, and a ratio is taken within a round: a slow spell
of the machine hits both sides of it. `median`, `low` and `high` are those of the rounds' figures.
"""

import ast
import importlib.util
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
LIBRARIES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
ONE_THREAD = dict.fromkeys(LIBRARIES, "1")
KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_ENABLE_INSTRUCTIONS", "ATEN_CPU_CAPABILITY")
"""What would choose a library's kernels: unset, so that each takes those that it has for this processor."""

PEERS = {
    "torch": "PyTorch",
    "sklearn": "scikit-learn",
    "micrograd": "micrograd",
    "nbclient": "nbclient",
    "nbgrader": "nbgrader",
    "distributed": "Dask",
}


def rounds(usual: int) -> int:
    """How many rounds to take: BENCH_ROUNDS in the shell, for a quick look, or as many as usual."""
    return int(os.environ.get("BENCH_ROUNDS") or usual)


def missing(module: str) -> bool:
    """Whether a peer is not installed here; it is named, so that a gap on the page is no mystery."""
    if importlib.util.find_spec(module):
        return False
    print(f"{PEERS[module]} is not installed here: no comparison with it.", flush=True)
    return True


def environment(*, threads: str = "one") -> dict[str, str]:
    """The shell's variables, with one thread or the libraries' defaults, and the machine's own kernels.

    Python keeps what it has compiled, as it does unless told otherwise: else each start would compile anew.
    """
    unset = (*KERNELS, *LIBRARIES, "PYTHONDONTWRITEBYTECODE")
    kept = {key: value for key, value in os.environ.items() if key not in unset}
    return kept | {"one": ONE_THREAD, "default": {}}[threads]


def fresh(
    script: str, *arguments: object, threads: str = "one", within: float | None = None
) -> dict[str, Any]:
    """Run a script of this folder in a process of its own; returns the JSON of its last line.

    subprocess.TimeoutExpired if it takes longer than `within` seconds.
    """
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(
        command, env=environment(threads=threads), capture_output=True, text=True, check=False, timeout=within
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:])} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def kernel() -> str:
    """The kernels that numpy's BLAS runs here."""
    source = "import numpy, threadpoolctl as t; print([i.get('architecture') for i in t.threadpool_info()])"
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    return ", ".join(name for name in ast.literal_eval(done.stdout) if name) or "unknown"


def in_rounds(
    systems: Mapping[str, Callable[[], dict[str, Any]]], usual: int
) -> dict[str, list[dict[str, Any]]]:
    """Run every system once a round, in shuffled order; returns each system's results, round by round."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in systems}
    for _ in range(rounds(usual)):
        for name in random.sample(list(systems), len(systems)):
            found[name].append(systems[name]())
    return found


def column(results: list[dict[str, Any]], key: str) -> list[float]:
    return [result[key] for result in results]


def ratio(name: str, ours: list[float], peer: list[float], *, turned: bool = False, note: str = "") -> dict:
    """An entry for ours ÷ peer (turned: peer ÷ ours), the quotients taken round by round."""
    above, below = (peer, ours) if turned else (ours, peer)
    quotients = [a / b for a, b in zip(above, below, strict=True)]
    return {
        "name": name,
        "ours": median(ours),
        "peer": median(peer),
        "ratio": median(quotients),
        "low": min(quotients),
        "high": max(quotients),
        "note": noted(note, len(ours)),
    }


def amount(name: str, values: list[float], *, peer: list[float] | None = None, note: str = "") -> dict:
    """An entry for a figure that is held to a goal by itself, with a peer's beside it where there is one."""
    return {
        "name": name,
        "ours": median(values),
        "peer": median(peer) if peer else None,
        "ratio": median(values) / median(peer) if peer else None,
        "low": min(values),
        "high": max(values),
        "note": noted(note, len(values)),
    }


def noted(note: str, times: int) -> str:
    """The note, with what a reader must know of any measurement: how often, and when."""
    taken = f"{times} round{'s' * (times > 1)}, {date.today().isoformat()}"
    return f"{note}; {taken}" if note else taken

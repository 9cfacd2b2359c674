"""What `fit` costs beside the bare numpy loop, and beside PyTorch where it is installed.

    python benchmarks/training.py [ROUNDS]

CPU time of one epoch of MNIST, on one thread, a fresh process for each measurement. A round runs every system
once, in shuffled order; ratios are taken within a round, so that a slow spell of the machine hits both sides
of a ratio. Printed: the median over the rounds, and their range.
"""

import importlib.util
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from statistics import median

SHAPES = [("784-30-10", 10), ("784-128-10", 64), ("784-300-100-10", 64), ("784-512-512-10", 128)]
ONE_THREAD = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}


def measure(system, shape, batch_size):
    """One epoch in a process of its own."""
    program = [sys.executable, str(Path(__file__).with_name("epoch.py")), system, shape, str(batch_size)]
    done = subprocess.run(program, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def told(values):
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def main(rounds=4):
    systems = ["fit", "bare"] + (["torch"] if importlib.util.find_spec("torch") else [])
    if "torch" not in systems:
        print("PyTorch is not installed here: no comparison with it.")
    print(f"kernel: {os.environ.get('OPENBLAS_CORETYPE', 'native')}, {rounds} rounds, CPU time of one epoch")
    for shape, batch_size in SHAPES:
        runs = {system: [] for system in systems}
        for _ in range(rounds):
            for system in random.sample(systems, len(systems)):
                runs[system].append(measure(system, shape, batch_size))
        ends = {system: (results[0]["loss"], results[0]["accuracy"]) for system, results in runs.items()}
        assert ends["fit"][1] == ends["bare"][1], f"not the same training: {ends}"
        assert all(abs(end[0] - ends["fit"][0]) < 0.01 for end in ends.values()), (
            f"not the same training: {ends}"
        )
        seconds = {system: [result["seconds"] for result in results] for system, results in runs.items()}
        line = f"{shape:>15} batch {batch_size:<4} accuracy {ends['fit'][1]:.3f}"
        line += f"   fit {median(seconds['fit']):.2f} s"
        for peer in systems[1:]:
            line += (
                f"   fit ÷ {peer} {told([a / b for a, b in zip(seconds['fit'], seconds[peer], strict=True)])}"
            )
        print(line, flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))

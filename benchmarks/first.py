"""What one waits for at the start: the import of the package, and MNIST's first load.

python benchmarks/first.py
"""

import json
import subprocess
import sys

from rounds import amount, environment, in_rounds

ROUNDS = 8
IMPORT = "import time; start = time.process_time(); {}; print(time.process_time() - start)"
MNIST = """
import time
from backproplab.datasets import mnist
start = time.process_time()
mnist("train")
print(time.process_time() - start)
"""


def python(source):
    """Run a few lines in a process of their own; returns the number that they print."""
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    return {"seconds": json.loads(done.stdout)}


def main():
    """Entries for the results."""
    runs = in_rounds(
        {
            "numpy": lambda: python(IMPORT.format("import numpy")),
            "package": lambda: python(IMPORT.format("from backproplab import *")),
            "mnist": lambda: python(MNIST),
        },
        ROUNDS,
    )
    numpy, package, mnist = ([run["seconds"] for run in runs[name]] for name in ("numpy", "package", "mnist"))
    over = [b - a for a, b in zip(numpy, package, strict=True)]
    return [
        amount(
            "import backproplab, over numpy alone",
            over,
            peer=numpy,
            note="of all its names; the peer is the import of numpy itself",
        ),
        amount("mnist(), first load", mnist, note="60 000 images, checksum included, as float32"),
    ]


if __name__ == "__main__":
    from show import show

    show(main())

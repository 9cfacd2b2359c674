"""How long the checks of this project take, by the clock: they are slow, so they run only when asked for.

make bench ONLY=suite
"""

import subprocess
import time
from pathlib import Path

from rounds import amount

ROOT = Path(__file__).parent.parent


def main():
    """Entries for the results."""
    return [
        amount("make test", [minutes("test")], note="everything, after installation, two workers"),
        amount("all lessons under nbval", [minutes("nbval", "NOTEBOOKS=notebooks/")], note="two workers"),
    ]


def minutes(*what):
    subprocess.run(["make", "install-test"], cwd=ROOT, check=True, capture_output=True)
    start = time.perf_counter()
    subprocess.run(["make", *what], cwd=ROOT, check=True)
    return (time.perf_counter() - start) / 60


if __name__ == "__main__":
    from show import show

    show(main())

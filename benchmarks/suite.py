"""How long the checks of this project take, by the clock: they are slow, so they run only when asked for.

make bench ONLY=suite
"""

import subprocess
import time

from rounds import amount
from with_tests import ROOT, install


def main():
    """Entries for the results."""
    install()
    note = "everything, after installation, two workers, on a machine that does nothing else"
    yield amount("make test", [minutes("make", "test")], note=note)
    note = "what is missing is installed, then `make test`, then what the frameworks and another Python say"
    yield amount("all of CI", [minutes(".ci/run")], note=note)


def minutes(*command):
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True)
    return (time.perf_counter() - start) / 60


if __name__ == "__main__":
    from show import show

    show(main())

"""How long the checks of this project take, by the clock: they are slow, so they run only when asked for.

make bench ONLY=suite
"""

import re
import subprocess
import tempfile
import time
from pathlib import Path

from rounds import amount
from with_tests import ROOT

TOOK = re.compile(r"^make test took (\d+) s$")


def main():
    """Entries for the results, all of one run in a clone of what is committed, as a build server makes it."""
    builds = (
        ROOT / "build"
    )  # not the system's folder for what is temporary: a sandbox shows an empty one there
    builds.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=builds) as folder:
        Path(folder).chmod(0o755)  # else whoever student code runs as cannot find the package
        subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
        start = time.perf_counter()
        tests = tests_within(folder)
        whole = time.perf_counter() - start
    note = "two workers; within all of CI, so PyTorch, TensorFlow and JAX are still being installed beside it"
    yield amount("make test", [tests / 60], note=note)
    note = "in a new clone: installation, `make test`, then what the frameworks and another Python say"
    yield amount("all of CI", [whole / 60], note=note)


def tests_within(folder):
    """Run all of CI in `folder`, and give the seconds that its `make test` took."""
    took = None
    with subprocess.Popen([f"{folder}/.ci/run"], cwd=folder, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            print(line, end="", flush=True)
            if found := TOOK.match(line):
                took = int(found[1])
    if run.returncode or took is None:
        raise RuntimeError("CI failed; what it said stands above")
    return took


if __name__ == "__main__":
    from show import show

    show(main())

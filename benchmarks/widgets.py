"""From a key to the change on the page, and pictures a second: what latency.py measures, as entries.

It needs Chromium and the environment of the tests, so it runs only when asked for.

make bench ONLY=widgets
"""

import json
import subprocess
import tempfile
from pathlib import Path

from rounds import amount

ROOT = Path(__file__).parent.parent
PEER = "matplotlib in an Output"


def main():
    """Entries for the results."""
    subprocess.run(["make", "install-test"], cwd=ROOT, check=True, capture_output=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "latency.json"
        command = [ROOT / ".venv/bin/python", ROOT / "benchmarks/latency.py", "--json", file]
        subprocess.run(command, check=True)
        return entries(json.loads(file.read_text(encoding="utf-8")))


def entries(found):
    """Entries from what latency.py wrote: milliseconds of each key by line, and pictures a second."""
    peer = found["milliseconds"][PEER]
    result = []
    for line, times in found["milliseconds"].items():
        if line != PEER:
            result.append(amount(line, times, peer=peer, note=f"a round is a key; the peer is {PEER}"))
    note = f"counted over {found['seconds']:g} s"
    return [*result, amount("Playground: pictures", [found["pictures_a_second"]], note=note)]


if __name__ == "__main__":
    from show import show

    show(main())

"""The most memory that this process has had.

    python benchmarks/peak.py grade submissions --out grades        # the `backproplab` command, measured

A parent's own height would count for its children where the system keeps it from before they became another
program (Linux does, in `ru_maxrss`): so a process asks for itself.
"""

import json
import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak():
    """Bytes, since this program began."""
    if STATUS.exists():
        lines = dict(line.split(":", 1) for line in STATUS.read_text(encoding="utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    from backproplab.cli import main

    status = main(sys.argv[1:])
    print(json.dumps({"status": status, "peak": peak()}))

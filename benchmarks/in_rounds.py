"""The command line of what is measured in rounds with a browser: `--rounds` and `--json`."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser.lab import chromium


def in_rounds(measure: Callable[[int], object], about: str | None) -> None:
    """Measure as the command line says; print what was found as JSON, and write it where that asks for it."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to this file, too")
    arguments = parser.parse_args()
    if chromium() is None:
        sys.exit("no chromium on this machine (Debian: apt-get install chromium)")
    text = json.dumps(measure(arguments.rounds))
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n", encoding="utf-8")

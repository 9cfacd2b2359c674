"""From `make lab` to the page, and from a click to the first cell's answer: what opening.py measures.

It needs Chromium and the environment of the tests; from nothing, what pip has kept or can fetch.

make bench ONLY=lab
"""

from rounds import amount, rounds
from with_tests import found_by, no_browser

ROUNDS = 4
WHAT = {"page": "the page", "answer": "first cell answered"}
NOTES = {
    "page": "from the command to the course map, by the clock; the peer: `jupyter lab` to its page",
    "answer": "from the click on lesson 00; the peer: JupyterLab opened on one cell, `import numpy`",
}
FIRST = "a new environment, whatever pip has kept; no page of it was opened before"


def main():
    """Entries for the results."""
    return [] if no_browser() else entries(found_by("opening.py", "--rounds", rounds(ROUNDS)))


def entries(found):
    """Entries from what opening.py wrote: seconds, from nothing where it could be installed, and warm."""
    for key, words in WHAT.items():
        if found["cold"]:
            yield amount(f"make lab, cold: {words}", [found["cold"][key]], note=FIRST)
    for key, words in WHAT.items():
        ours, peer = ([opened[key] for opened in found[side]] for side in ("warm", "peer"))
        yield amount(f"make lab, warm: {words}", ours, peer=peer, note=NOTES[key])


if __name__ == "__main__":
    from show import show

    show(main())

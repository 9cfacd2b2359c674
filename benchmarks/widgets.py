"""From a key to the change on the page, and pictures a second: what latency.py measures, as entries.

It needs Chromium and the environment of the tests.

make bench ONLY=widgets
"""

from rounds import amount
from with_tests import found_by, no_browser

PEER = "matplotlib in an Output"
PICTURES = ("Playground: pictures", "Flow: pictures, 40 nodes")


def main():
    """Entries for the results."""
    return [] if no_browser() else entries(found_by("latency.py"))


def entries(found):
    """Entries from what latency.py wrote: milliseconds of each key by line, and pictures a second."""
    peer = found["milliseconds"][PEER]
    result = []
    for line, times in found["milliseconds"].items():
        if line != PEER:
            result.append(amount(line, times, peer=peer, note=f"a round is a key; the peer is {PEER}"))
    note = f"counted over {found['seconds']:g} s"
    whole = {PICTURES[0]: note, PICTURES[1]: f"{note}, in a browser that waits for no screen"}
    return [
        *result,
        *(amount(line, [found["pictures_a_second"][line]], note=note) for line, note in whole.items()),
    ]


if __name__ == "__main__":
    from show import show

    show(main())

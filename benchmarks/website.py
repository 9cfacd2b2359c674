"""How soon a page of the site shows its first text, and is there as a whole: what reading.py measures.

It needs Chromium and the environment of the tests, and builds the site.

make bench ONLY=website
"""

from statistics import median

from rounds import amount, rounds
from with_tests import found_by, no_browser

ROUNDS = 4
FIGURES = {"text": "site: first text, the slowest page", "whole": "site: whole page, the slowest"}
PEER = "a page with one word"


def main():
    """Entries for the results."""
    return [] if no_browser() else entries(found_by("reading.py", "--rounds", rounds(ROUNDS)))


def entries(found):
    """Entries from what reading.py wrote: seconds `text` and `whole` of each page, round by round."""
    pages = {name: rounds for name, rounds in found.items() if name != PEER}
    for key, title in FIGURES.items():
        times = {name: [seen[key] for seen in rounds] for name, rounds in pages.items()}
        slowest = max(times, key=lambda name: median(times[name]))
        middle = median(median(each) for each in times.values())
        note = f"{slowest}; the median of {len(pages)} lessons is {middle:.2f} s; the peer is {PEER}"
        yield amount(title, times[slowest], peer=[seen[key] for seen in found[PEER]], note=note)


if __name__ == "__main__":
    from show import show

    show(main())

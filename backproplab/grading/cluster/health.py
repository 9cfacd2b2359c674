"""What went wrong where: which notebook failed at which worker, and which workers fail at all that they get.

It is of one run over a class, so that the round in which each notebook is tried alone knows what happened in
the one before. It only says whom to prefer: a worker that failed is better than none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

IN_A_ROW = 3
"""Notebooks that a worker may fail at, one after another, before it is given no more."""


class Health:
    """Which workers have failed, ended or hung, by their addresses, and with which notebooks, by stem."""

    def __init__(self) -> None:
        self.ended = Counter[str]()
        """By stem, how many workers ended, or hung, while at work on it."""
        self._failed_at: defaultdict[str, set[str]] = defaultdict(set)
        """By stem, the workers that did not grade it."""
        self._in_a_row: defaultdict[str, set[str]] = defaultdict(set)
        """By worker, the notebooks that it has failed at since it ran one."""

    def blame(self, stems: Iterable[str]) -> None:
        """Count a worker that has ended, or hangs, against what it was at."""
        self.ended.update(stems)

    def avoid(self, stem: str, address: str) -> None:
        """Have a notebook go to another worker next, if there is one: this one did not grade it."""
        self._failed_at[stem].add(address)

    def fail(self, stem: str, address: str) -> None:
        """Note that a worker failed at a notebook, and is there still."""
        self.avoid(stem, address)
        self._in_a_row[address].add(stem)

    def clear(self, address: str) -> None:
        """Note that a worker ran a notebook, or that another one may stand there now."""
        self._in_a_row.pop(address, None)

    def fails(self, address: str, others: Iterable[str]) -> bool:
        """Does a worker fail at whatever it gets, while one of the others does not?

        Where all fail, it is the notebooks perhaps, or what the workers share, and all are of equal use.
        """
        return self._is_failing(address) and not all(self._in_a_row.get(other) for other in others)

    def reluctance(self, stem: str, address: str) -> tuple[bool, bool, int]:
        """Return how little a worker is to be preferred for a notebook: the lowest is the best."""
        failed = len(self._in_a_row.get(address, ()))
        return self._is_failing(address), address in self._failed_at.get(stem, ()), failed

    def _is_failing(self, address: str) -> bool:
        return len(self._in_a_row.get(address, ())) >= IN_A_ROW

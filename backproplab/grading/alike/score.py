"""How surprising is what two answers share, and from where on is that worth a look?

What a share p of the others has as well counts −log₂ p bits, and nothing where the course explains it. Pieces
of structure nest: one counts for all that is inside it, or else that for it, whichever is more. Lines of one
answer follow from one another, so that an exercise counts no more than `MOST` things that nobody else has;
the same holds for names, for comments and for odd spaces, each over the whole set.

The sum is no probability, since one habit shows in many lines. What it means is read off the class. A
student whose way of writing is common is somewhat alike to everybody, so from each pair's sum goes what both
have with the others at the median. Of what is left most is chance, and its spread says how many pairs are to
be expected so far out, as BLAST says of alignments (S. Karlin and S. Altschul, 1990).
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.grading.alike.answers import Own
from backproplab.grading.alike.course import Explained

FEWEST = 10
"""Students below whom nothing can be said to be rare."""
EXPECTED = 0.1
"""How many pairs so alike chance may bring into a class for a pair to be shown."""
MOST = 1.5  # what one exercise counts at most, in things that nobody else has
LEAST = 2  # what a pair has to share, likewise, however little the class does
SHARE = 0.95  # of pairs, up to which chance alone is taken to be at work
SLIGHT = 0.05  # bits that are not worth adding

KINDS = {
    "name": "names",
    "comment": "comments and texts",
    "text": "comments and texts",
    "spaces": "odd spaces",
}

Matrix = NDArray[np.float32]


class Work(NamedTuple):
    """What one student wrote."""

    student: str
    cells: Sequence[Own]
    is_earlier: bool = False
    """Is it of another class, named to compare with?"""


@dataclass(eq=False)
class Held:
    """Who has what of one exercise, or of one kind of words."""

    explained: Mapping[str, str]
    holders: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    inside: dict[str, Sequence[str]] = field(default_factory=dict)

    def add(self, key: str, work: int, inside: Sequence[str] = ()) -> None:
        """Note that a work has this."""
        self.holders[key].add(work)
        self.inside[key] = inside

    @cached_property
    def works(self) -> int:
        """How many have anything."""
        return len(set[int]().union(*self.holders.values()))

    @cached_property
    def counts(self) -> dict[str, float]:
        """What each thing that two share counts, in bits, beyond what is inside it."""
        return self._counts(copies=0)

    @cached_property
    def counts_if_copied(self) -> dict[str, float]:
        """The same, were there one more who has it: a copy."""
        return self._counts(copies=1)

    def bits(self, key: str, *, copies: int = 0) -> float:
        """Return how rare a thing is among the others of somebody who has it; 0 where the course has it."""
        having, others = len(self.holders[key]) - 1 + copies, self.works - 1 + copies
        return 0.0 if key in self.explained or not having else -math.log2(having / others)

    def _counts(self, *, copies: int) -> dict[str, float]:
        whole: dict[str, float] = {}

        def inner(key: str) -> float:
            return sum(of(each) for each in self.inside[key] if each in self.holders)

        def of(key: str) -> float:
            if key not in whole:
                whole[key] = 0.0  # nothing stands inside itself; should two hashes say so, this ends it
                whole[key] = max(self.bits(key, copies=copies), inner(key))
            return whole[key]

        return {key: of(key) - inner(key) for key in self.holders}


@dataclass(frozen=True)
class Pair:
    """Two who share more than chance explains."""

    one: int
    other: int
    bits: float
    """What they share."""
    usual: float
    """What each of them shares with others, for comparison."""
    expected: float
    """How many pairs at least so alike chance would bring into such a class."""
    parts: Mapping[str, float]
    """By exercise, and by kind of words, what it counts."""


@dataclass(frozen=True)
class Likeness:
    """What comparing a class gives."""

    works: Sequence[Work]
    held: Mapping[str, Held]
    """By exercise, and by kind of words."""
    pairs: Sequence[Pair]
    """Those worth a look, the most surprising first."""
    compared: int
    """How many pairs were."""
    at_most: float
    """What an exercise counts at most, in bits."""
    threshold: float
    """Bits above the usual from which on a pair is shown."""
    unseen: Sequence[str]
    """Students whose answers are so common that even an exact copy of them would not be shown."""

    @property
    def groups(self) -> list[list[int]]:
        """Works that hang together by pairs, three or more, the largest group first."""
        group = {work: {work} for pair in self.pairs for work in (pair.one, pair.other)}
        for pair in self.pairs:
            joined = group[pair.one] | group[pair.other]
            group |= dict.fromkeys(joined, joined)
        distinct = {min(each): sorted(each) for each in group.values() if len(each) > 2}
        return sorted(distinct.values(), key=len, reverse=True)


def compare(works: Sequence[Work], explained: Explained) -> Likeness:
    """Compare all works of a class, and with those of an earlier one; none of these with each other."""
    held = _held(works, explained)
    size = len(works)
    unique = math.log2(max(size - 1, 2))
    at_most = MOST * unique
    total = np.zeros((size, size), np.float32)
    copied = np.zeros(size)
    for each in held.values():
        total += np.minimum(_shared(each, size), at_most)
        copied += np.minimum(_if_copied(each, size), at_most)
    usual = _usual(total)
    is_earlier = np.array([work.is_earlier for work in works])
    rows, columns = np.triu_indices(size, 1)
    asked = ~(is_earlier[rows] & is_earlier[columns])
    rows, columns = rows[asked], columns[asked]
    middle = float(np.median(usual))
    expected = np.maximum(usual[rows] + usual[columns] - middle, 0)
    above = total[rows, columns] - expected
    half, high = np.quantile(above, [0.5, SHARE])
    spread = max(float(high - half) / NormalDist().inv_cdf(SHARE), 1e-6)
    pairs = len(above)
    threshold = max(float(half) + spread * NormalDist().inv_cdf(1 - EXPECTED / pairs), LEAST * unique)
    found = [
        Pair(
            int(rows[index]),
            int(columns[index]),
            float(total[rows[index], columns[index]]),
            float(expected[index]),
            pairs * _tail((float(above[index]) - float(half)) / spread),
            _parts(held, int(rows[index]), int(columns[index]), at_most),
        )
        for index in np.flatnonzero(above > threshold)
    ]
    found.sort(key=lambda pair: (pair.usual - pair.bits, pair.one, pair.other))
    unseen = copied - np.maximum(2 * usual - middle, 0) <= threshold
    own = [work.student for work, small in zip(works, unseen, strict=True) if small and not work.is_earlier]
    return Likeness(works, held, found, pairs, at_most, threshold, own)


def _held(works: Sequence[Work], explained: Explained) -> dict[str, Held]:
    held: dict[str, Held] = {}
    for index, work in enumerate(works):
        for cell in work.cells:
            of_exercise = held.setdefault(cell.exercise, Held(explained.pieces))
            for piece in cell.pieces:
                of_exercise.add(piece.key, index, piece.inside)
            for word in cell.words:
                held.setdefault(KINDS[word.kind], Held(explained.words)).add(word.key, index)
    return held


def _shared(held: Held, size: int) -> Matrix:
    """Return what each pair shares, in bits: through who has each thing, not through all pairs of works."""
    bits = np.zeros((size, size), np.float32)
    for key, counts in held.counts.items():
        if counts > SLIGHT and len(held.holders[key]) > 1:
            having = np.fromiter(held.holders[key], int)
            bits[np.ix_(having, having)] += counts
    np.fill_diagonal(bits, 0)
    return bits


def _if_copied(held: Held, size: int) -> NDArray[np.float64]:
    """Return what each work would share with a copy of it."""
    bits = np.zeros(size)
    for key, counts in held.counts_if_copied.items():
        bits[list(held.holders[key])] += counts
    return bits


def _usual(total: Matrix) -> NDArray[np.float32]:
    """Return the median of what each shares with the others."""
    others = total[~np.eye(len(total), dtype=bool)].reshape(len(total), -1)
    return np.median(others, axis=1)


def _tail(deviations: float) -> float:
    """Return the share of a normal distribution beyond so many standard deviations."""
    return 0.5 * math.erfc(deviations / math.sqrt(2))


def _parts(held: Mapping[str, Held], one: int, other: int, at_most: float) -> dict[str, float]:
    found = {}
    for name, each in held.items():
        bits = sum(
            counts
            for key, counts in each.counts.items()
            if counts > SLIGHT and one in each.holders[key] and other in each.holders[key]
        )
        if bits > SLIGHT:
            found[name] = min(bits, at_most)
    return found

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
from collections.abc import Iterable, Mapping, Sequence
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
WIDER = 4.5  # by which share of it, over the number of students, the spread is widened: few tell it badly
NEAR = 0.7  # of the structure that the course has not: from there on, two works count once
SAME = 0.9  # likewise: from there on, they are said to be the same
LEAST_SAME = 8  # pieces of such structure that two works need to be called one
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
    unit: Mapping[int, int] = field(default_factory=dict)
    """Of a work that is the same as an earlier one but for names, that one: the two count once."""

    def add(self, key: str, work: int, inside: Sequence[str] = ()) -> None:
        """Note that a work has this."""
        self.holders[key].add(work)
        self.inside[key] = inside

    @cached_property
    def same(self) -> set[int]:
        """Works that are the same as another."""
        return {*self.unit, *self.unit.values()}

    @cached_property
    def works(self) -> int:
        """How many have anything."""
        return len(set[int]().union(*self.holders.values()))

    @cached_property
    def _units(self) -> int:
        """How many have anything, those that are the same counted once."""
        return self._count(work for having in self.holders.values() for work in having)

    def _count(self, works: Iterable[int]) -> int:
        return len({self.unit.get(work, work) for work in works})

    def copies(self, one: int, other: int) -> int:
        """Return 1 if the second of two counts as a copy of the first, which nobody else is; else 0."""
        return int(self.unit.get(one, one) == self.unit.get(other, other))

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
        if key in self.explained:
            return 0.0
        having = self._count(self.holders[key]) - 1 + copies
        return -math.log2(having / (self._units - 1 + copies)) if having else 0.0

    def _counts(self, *, copies: int) -> dict[str, float]:
        whole: dict[str, float] = {}
        beyond: dict[str, float] = {}
        for outermost in self.holders:
            waiting = [(outermost, False)]
            while waiting:  # no recursion: what students write may be nested as deep as they like
                key, is_open = waiting.pop()
                if is_open:
                    inner = sum(whole[each] for each in self._inner(key))
                    whole[key] = max(self.bits(key, copies=copies), inner)
                    beyond[key] = whole[key] - inner
                elif key not in whole:
                    whole[key] = 0.0  # nothing stands inside itself; should two hashes say so, this ends it
                    waiting.append((key, True))
                    waiting += [(each, False) for each in self._inner(key)]
        return beyond

    def _inner(self, key: str) -> list[str]:
        return [each for each in self.inside[key] if each in self.holders]


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
    same: Sequence[Sequence[int]]
    """Works that are the same but for names, order and comments, however rare that is."""

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
    size = len(works)
    closeness = _closeness(works, explained)
    unit = _units(closeness, NEAR)
    held = _held(works, explained, {work: first for work, first in enumerate(unit.tolist()) if work != first})
    first = np.flatnonzero(unit == np.arange(size))
    unique = math.log2(max(len(first) - 1, 2))
    at_most = MOST * unique
    total = np.zeros((size, size), np.float32)
    copied = np.zeros(size)
    for each in held.values():
        total += np.minimum(_shared(each, size), at_most)
        copied += np.minimum(_if_copied(each, size), at_most)
    usual = _usual(total, unit)
    is_earlier = np.array([work.is_earlier for work in works])
    rows, columns = np.triu_indices(size, 1)
    student = np.array([work.student for work in works])
    again = (is_earlier[rows] != is_earlier[columns]) & (
        student[rows] == student[columns]
    )  # repeats the course
    asked = ~(is_earlier[rows] & is_earlier[columns]) & ~again
    rows, columns = rows[asked], columns[asked]
    middle = float(np.median(usual[first]))
    expected = np.maximum(usual[rows] + usual[columns] - middle, 0)
    above = total[rows, columns] - expected
    pairs = len(above)
    by_chance = above[(unit[rows] == rows) & (unit[columns] == columns)]
    half, spread = _spread(by_chance, len(first))
    threshold = max(half + spread * NormalDist().inv_cdf(1 - EXPECTED / pairs), LEAST * unique)
    if len(first) < FEWEST:
        threshold = math.inf
    found = [
        Pair(
            int(rows[index]),
            int(columns[index]),
            float(total[rows[index], columns[index]]),
            float(expected[index]),
            pairs * _tail((float(above[index]) - half) / spread),
            _parts(held, int(rows[index]), int(columns[index]), at_most),
        )
        for index in np.flatnonzero(above > threshold)
    ]
    found.sort(key=lambda pair: (pair.usual - pair.bits, pair.one, pair.other))
    unseen = copied - np.maximum(2 * usual - middle, 0) <= threshold
    own = [work.student for work, small in zip(works, unseen, strict=True) if small and not work.is_earlier]
    return Likeness(works, held, found, pairs, at_most, threshold, own, _same(works, closeness))


def _closeness(works: Sequence[Work], explained: Explained) -> Matrix:
    """Return which share of their structure each two have in common, but for what the course has.

    How rare that is plays no part: of what many copied, nothing is rare. It is 0 where there is too little.
    """
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    for index, work in enumerate(works):
        for cell in work.cells:
            for piece in cell.pieces:
                if not piece.is_together and piece.key not in explained.pieces:
                    holders[cell.exercise, piece.key].add(index)
    both = np.zeros((len(works), len(works)), np.float32)
    for having in holders.values():
        indices = np.fromiter(having, int)
        both[np.ix_(indices, indices)] += 1
    own = np.diag(both)
    either = own[:, None] + own - both
    return np.where(either >= LEAST_SAME, both / np.maximum(either, 1), 0)


def _units(closeness: Matrix, share: float) -> NDArray[np.intp]:
    """Return for each work the first one that it is so close to, or itself."""
    each = np.arange(len(closeness))
    unit = each.copy()
    for index in each:
        if unit[index] == index:  # close to the first, rather than to anyone of a chain
            unit[(closeness[index] >= share) & (unit == each) & (each > index)] = index
    return unit


def _same(works: Sequence[Work], closeness: Matrix) -> list[list[int]]:
    """Return works that are the same, of two people or more, not all of an earlier class."""
    unit = _units(closeness, SAME)
    groups = [np.flatnonzero(unit == first).tolist() for first in np.unique(unit)]
    return [
        group
        for group in groups
        if len({works[each].student for each in group}) > 1
        and not all(works[each].is_earlier for each in group)
    ]


def _spread(above: NDArray[np.float32], students: int) -> tuple[float, float]:
    """Return the median of what chance does, and the standard deviation of a normal distribution as wide."""
    if not len(above):
        return 0.0, 1e-6
    half, high = np.quantile(above, [0.5, SHARE])
    spread = float(high - half) / NormalDist().inv_cdf(SHARE)
    return float(half), max(spread * (1 + WIDER / students), 1e-6)


def _held(works: Sequence[Work], explained: Explained, unit: Mapping[int, int]) -> dict[str, Held]:
    held: dict[str, Held] = {}
    for index, work in enumerate(works):
        for cell in work.cells:
            of_exercise = held.setdefault(cell.exercise, Held(explained.pieces, unit=unit))
            for piece in cell.pieces:
                of_exercise.add(piece.key, index, piece.inside)
            for word in cell.words:
                held.setdefault(KINDS[word.kind], Held(explained.words, unit=unit)).add(word.key, index)
    return held


def _shared(held: Held, size: int) -> Matrix:
    """Return what each pair shares, in bits: through who has each thing, not through all pairs of works.

    Of two that are the same, it is what any work would share with a copy of it.
    """
    bits, if_same = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    for key, holders in held.holders.items():
        having = np.fromiter(holders, int)
        if held.counts[key] > SLIGHT and len(having) > 1:
            bits[np.ix_(having, having)] += held.counts[key]
        copies = np.array([work for work in having if work in held.same], int)
        if held.counts_if_copied[key] > SLIGHT and len(copies) > 1:
            if_same[np.ix_(copies, copies)] += held.counts_if_copied[key]
    unit = np.array([held.unit.get(work, work) for work in range(size)])
    bits = np.where(unit[:, None] == unit, if_same, bits)
    np.fill_diagonal(bits, 0)
    return bits


def _if_copied(held: Held, size: int) -> NDArray[np.float64]:
    """Return what each work would share with a copy of it."""
    bits = np.zeros(size)
    for key, counts in held.counts_if_copied.items():
        bits[list(held.holders[key])] += counts
    return bits


def _usual(total: Matrix, unit: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the median of what each shares with the others, those that are the same as it left out."""
    first = np.flatnonzero(unit == np.arange(len(unit)))
    if len(first) < 2:
        return np.zeros(len(total), np.float32)
    others = total[:, first]
    others[unit[:, None] == first] = np.nan
    return np.nanmedian(others, axis=1)


def _tail(deviations: float) -> float:
    """Return the share of a normal distribution beyond so many standard deviations."""
    return 0.5 * math.erfc(deviations / math.sqrt(2))


def _parts(held: Mapping[str, Held], one: int, other: int, at_most: float) -> dict[str, float]:
    found = {}
    for name, each in held.items():
        counted = each.counts_if_copied if each.copies(one, other) else each.counts
        bits = sum(
            counts
            for key, counts in counted.items()
            if counts > SLIGHT and one in each.holders[key] and other in each.holders[key]
        )
        if bits > SLIGHT:
            found[name] = min(bits, at_most)
    return found

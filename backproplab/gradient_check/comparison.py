"""The claims for one variable, compared with nudges: single entries, and all entries at once."""

import numpy as np
from numpy.typing import NDArray

from backproplab.gradient_check.report import Direction, Entry
from backproplab.gradient_check.second_opinion import SecondOpinion
from backproplab.gradient_check.slope import Finding, Line, first_look, judge
from backproplab.gradient_check.subject import Index, Subject, along, signs
from backproplab.layers.contract import Array

ENTRIES = 200
"""How many entries of each parameter are nudged one at a time; drawn at random where there are more."""
DIRECTIONS = 3
"""In how many directions, up to one that differs, all entries are nudged at once where not each was."""


def compare(subject: Subject, name: str, second_opinion: SecondOpinion) -> Entry:
    """The verdict on the variable `name`, in training too where that gives another gradient."""
    claims = subject.claims[name]
    entry = Comparison(subject, name, claims, second_opinion).entry()
    others = subject.claims_in_training.get(name, claims)
    tolerance = subject.precision.tolerance
    if entry.passed and not np.allclose(others, claims, tolerance, tolerance * np.abs(claims).max()):
        return Comparison(subject, name, others, second_opinion).entry()
    return entry


class Comparison:
    """One variable of a subject, and the claims for it."""

    def __init__(self, subject: Subject, name: str, claims: Array, second_opinion: SecondOpinion) -> None:
        self.subject = subject
        self.name = name
        self.claims = claims
        self.precision = subject.precision
        self.second_opinion = second_opinion
        self.rng = np.random.default_rng(subject.seed)

    def entry(self) -> Entry:
        """The verdict."""
        indices = sample(self.claims.shape, self.rng)
        findings = self.one_by_one(indices)
        kinks = [index for index, finding in findings.items() if finding.verdict == "at a corner"]
        direction = None
        if not any(finding.verdict == "differs" for finding in findings.values()):
            if len(indices) < self.claims.size:
                direction, culprits = self.at_once(np.arange(self.claims.size))
                findings |= culprits
            elif len(kinks) > 1:
                # Where corners meet, slopes that are right along each axis need not be a gradient: of a
                # largest entry that is there twice, 1 for both.
                entries = [int(np.ravel_multi_index(index, self.claims.shape)) for index in kinks]
                direction, _ = self.at_once(np.array(entries))
        worst = max(findings, key=lambda index: (findings[index].verdict == "differs", findings[index].error))
        return Entry(
            name=self.name,
            checked=len(indices),
            kinks=len(kinks),
            error=findings[worst].error,
            index=worst,
            analytic=float(self.claims[worst]),
            numeric=findings[worst].numeric,
            tolerance=self.precision.tolerance,
            size=self.claims.size,
            unresolved=sum(not finding.is_resolved for finding in findings.values()),
            noise=self.subject.randomness,
            beside=len(kinks) == len(indices) and self.agrees_beside(kinks[:20]),
            direction=direction,
        )

    # one entry at a time

    def one_by_one(self, indices: list[Index]) -> dict[Index, Finding]:
        """A finding for each entry that was settled, up to the first that differs: it settles the rest."""
        for bad in np.argwhere(~np.isfinite(self.claims))[:1]:  # nan and infinity are right nowhere
            index = tuple(int(i) for i in bad)
            return {index: Finding("differs", float("inf"), self.look(index).numeric)}
        looks = {index: self.look(index) for index in indices}
        findings = {index: look for index, look in looks.items() if look.verdict == "agrees"}
        for index in sorted(looks.keys() - findings.keys(), key=lambda index: (-looks[index].error, index)):
            findings[index] = self.judge(self.subject.entry_line(self.name, index), self.claims[index])
            if findings[index].verdict == "differs":
                break
        return findings

    def look(self, index: Index) -> Finding:
        """A first look at an entry: cheap, and enough for most."""
        return first_look(
            self.subject.entry_line(self.name, index), float(self.claims[index]), self.precision
        )

    def judge(self, line: Line, claimed: float) -> Finding:
        """A close look, from here and from other points."""
        finding = judge(line, float(claimed), self.precision, noise=self.subject.noise)
        if finding.verdict != "differs":
            return finding
        if self.second_opinion.is_right_for_a_corner(line, claimed):
            return Finding("at a corner", 0.0, finding.numeric)
        if self.second_opinion.is_rounded_off(line, claimed):
            return Finding("agrees", 0.0, finding.numeric, is_resolved=False)
        return finding

    def agrees_beside(self, indices: list[Index]) -> bool:
        """Whether backward is right for these entries at points beside."""
        lines = [self.subject.entry_line(self.name, index) for index in indices]
        return all(self.second_opinion.agrees_beside(line) for line in lines)

    # many entries at once

    def at_once(self, entries: NDArray[np.intp]) -> tuple[Direction, dict[Index, Finding]]:
        """Nudge entries together. Returns the worst direction, and the entry to blame if there is one."""
        worst, worst_claim = Finding("agrees", 0.0, 0.0), 0.0
        culprits: dict[Index, Finding] = {}
        for tried in range(1, DIRECTIONS + 1):
            moves = self.subject.sizes[self.name] * signs(self.rng, self.claims.shape)
            line = self.subject.joint_line(self.name, entries, np.abs(moves) if tried == 1 else moves)
            claim = along(line, {self.name: self.claims})
            finding = look = first_look(line, claim, self.precision)
            if look.verdict != "agrees":
                finding = self.judge(line, claim)
            if finding.error >= worst.error:
                worst, worst_claim = finding, claim
            if look.verdict != "agrees" and (finding.verdict == "differs" or not finding.error):
                # A corner or rounding may excuse all entries together, and yet no single one of them.
                culprits = self.culprit(entries, moves)
            if culprits or finding.verdict == "differs":
                break
        tolerance = self.precision.tolerance
        return Direction(tried, len(entries), worst.error, worst_claim, worst.numeric, tolerance), culprits

    def culprit(self, entries: NDArray[np.intp], moves: Array) -> dict[Index, Finding]:
        """The entry to blame for a direction that differs, if it is a single one: halve, and halve again."""
        while len(entries) > 1:
            entries = max(np.array_split(entries, 2), key=lambda half: self.mismatch(half, moves))
        index = tuple(int(i) for i in np.unravel_index(entries[0], self.claims.shape))
        finding = self.judge(self.subject.entry_line(self.name, index), self.claims[index])
        return {index: finding} if finding.verdict == "differs" else {}

    def mismatch(self, entries: NDArray[np.intp], moves: Array) -> float:
        """By how much claim and nudges differ where these entries move."""
        line = self.subject.joint_line(self.name, entries, moves)
        claim = along(line, {self.name: self.claims})
        return abs(claim - first_look(line, claim, self.precision).numeric)


def sample(shape: tuple[int, ...], rng: np.random.Generator) -> list[Index]:
    """Indices of all entries, or of 200 drawn ones where there are more."""
    size = int(np.prod(shape))
    flat: NDArray[np.intp] = np.arange(size)
    if size > ENTRIES:
        flat = np.sort(rng.choice(size, ENTRIES, replace=False))
    return [tuple(int(i) for i in np.unravel_index(position, shape)) for position in flat]

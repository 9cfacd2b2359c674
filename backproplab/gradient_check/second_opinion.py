"""A claim that nudges deny may be right all the same: where many corners meet, or where 1 + 10⁻²² is 1."""

from contextlib import suppress
from functools import cached_property

import numpy as np

from backproplab.gradient_check.slope import SAFETY, Line, Sweep, judge
from backproplab.gradient_check.subject import (
    BESIDE,
    ELSEWHERE,
    NEAREST,
    STRETCHES,
    UNDEFINED,
    Claims,
    Subject,
    along,
)


class SecondOpinion:
    """Other points, at which a subject's backward can be asked."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    @cached_property
    def claims_beside(self) -> dict[int, Claims]:
        """What backward claims at points beside, wherever it can."""
        claims = {}
        for number in range(self.subject.ways_beside):
            with suppress(*UNDEFINED), self.subject.beside(number):
                claims[number] = self.subject.claimed(self.subject.gradients)
        return claims

    def agrees_beside(self, line: Line) -> bool:
        """Whether backward is right along `line` at points beside this one."""
        noise = self.subject.noise  # around this point
        nearest = range(NEAREST) & self.claims_beside.keys()
        for number in nearest:
            claimed = along(line, self.claims_beside[number])
            with self.subject.beside(number):
                finding = judge(line, claimed, self.subject.precision, noise=noise)
            if finding.verdict == "differs":
                return False
        return bool(nearest)

    def is_right_for_a_corner(self, line: Line, claimed: float) -> bool:
        """Whether a claim is one of those that are right where many corners meet.

        Those are the gradients at points beside, and all between them: the generalised gradient of Clarke
        1975. The slopes along one line need not show it: relu(t + a) − relu(b − t) is smooth in t where a and
        b are 0, and backward gives 0 there, both units being off. So backward has to be right beside, and its
        claim here among those. A few points do not meet every combination of on and off; where they meet
        several, the claim may lie outside of theirs by as much as theirs differ.
        """
        beside = [along(line, claims) for claims in self.claims_beside.values()]
        if not beside or not np.isfinite(beside).all():
            return False
        low, high = min(beside), max(beside)
        # On a curve, too, claims differ from point to point, if by little.
        slack = 10 * BESIDE * max(abs(low), abs(high))
        if any(low + slack < value < high - slack for value in beside):
            low, high = low - (high - low), high + (high - low)
        return low - slack <= claimed <= high + slack and self.agrees_beside(line)

    def is_rounded_off(self, line: Line, claimed: float) -> bool:
        """Whether a claim is right to within what forward or backward round on their way.

        log(1 + 10⁻²²) is 0, and p − 1 is 0 where p is 1 − 10⁻¹⁹: the result does not show that there was
        a 1. How large the numbers are that a function works with shows elsewhere. They excuse a claim only if
        backward is right there.
        """
        subject, precision = self.subject, self.subject.precision
        sweeps = [Sweep(line, unit, precision) for unit in line.units]
        for number in range(ELSEWHERE):
            with suppress(*UNDEFINED), subject.elsewhere(line, number):
                claims = subject.claimed(subject.gradients)
                noise = subject.roughness(STRETCHES[0], 0)[0] + SAFETY * precision.epsilon * line.size(
                    line.values()
                )
                largest = float(np.abs(claims[line.name]).max() * np.linalg.norm(line.direction))
                claim_noise = SAFETY * precision.epsilon * largest
                excuses = [s.finding(claimed, noise=noise, claim_noise=claim_noise) for s in sweeps]
                if any(finding.verdict != "differs" for finding in excuses):
                    there = judge(line, along(line, claims), precision, noise=noise)
                    if there.verdict == "agrees" and there.is_resolved:
                        return True
        return False

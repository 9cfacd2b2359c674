"""A hint for review: a gradient that is right, but only as far as one that was measured is.

A central difference is right to seven or ten digits, a formula to fifteen, however it is written. So the
distance that the comparison finds in any case tells one from the other, and asks nothing of a student's code
that was not asked. It is no verdict: a formula in single precision looks the same; and a nudge of a forward
pass that is linear, or a complex step, has all its digits and looks like a formula (`review` names the
complex numbers of an answer).
"""

from collections.abc import Iterator, Sequence

from backproplab.grading.reports import REVIEW
from backproplab.marking.compare import agree
from backproplab.marking.exercise import Exercise
from backproplab.sandbox.protocol import Outcome

EXACT = 1e-12
"""Relative distance: of all solutions' alternatives none is farther than 1e-14, of nudges few are nearer."""
DERIVATIVES = ("∂", "message")
"""In the name of a value that is a derivative; where nudges are what is asked for, names say otherwise."""


def hints(exercises: Sequence[Exercise], outcome: Outcome, seeds: Sequence[int]) -> Iterator[str]:
    """Yield a sentence for each exercise whose derivatives are right as a measured one is."""
    for exercise in exercises:
        distances = [
            agreement.distance
            for (of, seed, name), value in outcome.values.items()
            if of == exercise.id and seed in seeds and any(word in name for word in DERIVATIVES)
            if (expected := exercise.values.get(seed, {}).get(name)) is not None
            if (agreement := agree(expected, value)).ok
        ]
        if max(distances, default=0.0) > EXACT:
            yield (
                f"{REVIEW} the answer to {exercise.id} is right to {max(distances):.0e} only, as a gradient "
                "that was measured by nudges is"
            )

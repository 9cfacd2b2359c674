"""The words for wrong and for otherwise-right answers in a solution notebook, and for what is said of them.

While the author runs the notebook they only make sure that the right answer stays in place. `release` and
the grader read their cells and try each answer in a namespace of its own; learners never see them.

    >>> def slope(x): return 2 * x
    >>> @misconception("1.1", "That is x² itself: its slope is 2x.")
    ... def slope(x): return x * x
    >>> slope(3)
    6
"""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

from backproplab.marking.slips import SLIPS

Answer = TypeVar("Answer", bound=Callable[..., Any])


def misconception(
    exercise: str, sentence: str, *, slug: str = "", **values: object
) -> Callable[[Answer], Answer]:
    """Declare a wrong answer that people give, with the sentence that helps whoever gave it.

    Decorate a function or class that bears the name of an answer of `exercise`; or, for values and for
    several answers that are wrong together, call it: `misconception("3.4", "…", learning_rate=10.0)`.

    `slug` is the name of the mistake across the course, such as "upstream-forgotten"; `marking.slips` lists
    them.
    """
    if slug and slug not in SLIPS:
        raise ValueError(f"slug {slug!r} is no slip of the course; choose one of: {', '.join(SLIPS)}")
    if not sentence.strip():
        raise ValueError(f"the misconception of {exercise} has no sentence: say what helps who made it")
    return _keep_the_right_one


def alternative(exercise: str, **values: object) -> Callable[[Answer], Answer]:
    """Declare a right answer written otherwise, which the check must accept. Use it like `misconception`."""
    return _keep_the_right_one


def reply(exercise: str, value: str, sentence: str) -> None:
    """Say what helps whose test misses one thing: `reply("6.2", "catches a lost sign", "…")`.

    For an exercise of kind "tests". Of whoever reads it only this is known, that their test let the fault
    through or refused the right code; the sentence has to be true of them all.
    """
    if not sentence.strip():
        raise ValueError(f"the reply of {exercise} to “{value}” has no sentence: say what helps")


def _keep_the_right_one(answer: Answer) -> Answer:
    """Hand back what the name of `answer` stood for, so that defining it changed nothing."""
    right: Answer | None = sys._getframe(1).f_globals.get(answer.__name__)
    if right is None:
        raise NameError(f"{answer.__name__!r} has no right answer yet; run its answer cell first")
    return right

"""What hostile submissions try. Each is a name, what it must not achieve, and a student's cells.

An honest submission answers 1.1, 1.2 and 1.3 of the set below. An attack answers 1.2 before and 1.3 after its
own cells, rightly, and 1.1 wrongly, and wants the marks of 1.1; or wants to take marks or the machine from
others. It must earn what its answers earn: nothing for 1.1, and all of 1.2 and 1.3.
"""

from typing import NamedTuple

from backproplab.sandbox import Assignment, Check

GIVEN = (
    "import numpy as np\nfrom backproplab.check import answered, check, check_set, summary",
    "check_set('00-attacked')",
)
CHECKS = (
    Check(
        "1.1",
        '@check("1.1")\ndef _(rng):\n    return {"twice": double(rng.normal(size=3))}',
        ("double",),
    ),
    Check(
        "1.2",
        '@check("1.2")\ndef _(rng):\n    return {"square": square(rng.normal())}',
        ("square",),
    ),
    Check(
        "1.3",
        '@check("1.3")\ndef _(rng):\n    x = rng.normal(size=(2, 2))\n'
        '    return {"sum": total(x), "T": flip(x)}',
        ("total", "flip"),
    ),
)
ASSIGNMENT = Assignment("00-attacked", GIVEN, CHECKS)

RIGHT = {
    "1.1": "def double(x):\n    return 2 * x",
    "1.2": "def square(x):\n    return x**2",
    "1.3": "def total(x):\n    return x.sum()\n\ndef flip(x):\n    return x.T",
}
WRONG = "def double(x):\n    return x"

HELPERS = """
import os, sys

def descriptors():
    found = []
    for number in range(256):
        try:
            os.fstat(number)
            found.append(number)
        except OSError:
            pass
    return found

def learn(text):
    # What a stolen file says: with it, 1.1 would be right.
    if "return 2 * x" in text:
        exec("def double(x):\\n    return 2 * x", globals())
"""


class Attack(NamedTuple):
    """A hostile submission."""

    name: str
    must_not: str
    """Completes "it must not …"."""
    code: str
    """Runs between the answers to 1.2 and 1.3; knows {secrets}, {home}, {port}, {victim} and {grader}."""
    answer: str = WRONG
    """The answer to 1.1, after `code`; "" where the attack is to bring its own."""
    spoils: bool = False
    """It answers for what it had answered rightly, too, and may lose that. Never does it earn 1.1."""

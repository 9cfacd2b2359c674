"""A digest changes with a program and with what it reads, and with nothing else."""

import linecache

import numpy as np
import pytest

from backproplab.frameworks.programs import digest

PROGRAM = """
import math
start = {
    "w": np.array([0.5, -0.0]),
    "cases": [(lambda x: x * x, 3)],
}
other = 1.0

def helper(x):
    return x + 1

def program():
    import math

    def inner(x):
        return helper(x) * start["w"]
    return {"other": inner(2.0).other}
"""


def digest_of(source):
    name = f"<made up {hash(source)}>"
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    namespace = {"np": np}
    exec(compile(source, name, "exec"), namespace)
    return digest(namespace["program"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"other":', '"another":'),
        ("helper(x) *", "helper(x) /"),
        ("x + 1", "x + 2"),
        ("0.5", "0.25"),
        ("x * x", "x * 2"),
        (", 3)", ", 4)"),
    ],
)
def test_it_changes_with_the_program_its_helpers_and_its_numbers(before, after):
    assert PROGRAM.count(before) == 1
    assert digest_of(PROGRAM) != digest_of(PROGRAM.replace(before, after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("other = 1.0", "other = 2.0"),
        ("0.5", "0.5000000000000001"),
        ("-0.0", "0.0"),
        ("\n\ndef", "\n\n\n\ndef"),
    ],
)
def test_it_stays_where_nothing_is_changed_that_is_read(before, after):
    assert before in PROGRAM
    assert digest_of(PROGRAM) == digest_of(PROGRAM.replace(before, after))

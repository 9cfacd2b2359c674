"""Structure is what stays when names, operands and statements change places; words are what else is left."""

import random

import alike_kit as alike
import pytest

from backproplab.grading.alike.terms import pieces
from backproplab.grading.alike.words import words

CODE = alike.written("03-spreadsheet", 1) | alike.written("07-layers", 1)
BROKEN = "def f(x):\n    total = (x * 2 + 1\n    return total ** 3 - 4 * x"


def keys(source):
    return {each.key for each in pieces(source)}


@pytest.mark.parametrize("exercise", CODE)
def test_a_copy_with_other_names_or_turned_operands_has_the_same_structure(exercise):
    source, rng = CODE[exercise], random.Random(1)
    for copy in (alike.renamed(source, rng), alike.swapped(source), alike.reordered(source, rng)):
        assert keys(copy) == keys(source), copy


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = a - b", "x = -b + a"),
        ("x += 2", "x = 2 + x"),
        ("x, y = 1, z[2]", "x = 1\ny = z[2]"),
        ("x: float = y > 2", "x = 2 < y"),
        ("import numpy as n\nn.sum(q, axis=0)", "import numpy as np\nnp.sum(q, axis=0)"),
        ("d = {'a': p.q, 'b': 2}", "d = {'b': 2.0, 'a': p.q}"),
    ],
)
def test_two_ways_of_writing_one_thing_have_pieces_in_common(one, other):
    assert next(each.key for each in pieces(one) if not each.is_together) in keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = a @ b", "x = b @ a.T"),
        ("x = a - b", "x = b - a / b"),
        ("x = a * b", "x = a * a"),
        ("x = f(1)", "x = g(1)"),
    ],
)
def test_what_is_something_else_has_another_key(one, other):
    assert not keys(one) & keys(other)


def test_code_that_is_no_python_is_told_by_its_tokens():
    assert keys(BROKEN) & keys(BROKEN.replace("\n", "\n\n") + "\nprint(1")
    assert not keys(BROKEN) & keys("for (i = 0; i < 3; i++) { print(i * i); }")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1\0",
        "x = " + "(" * 5000,
        "x = " + "(" * 90 + "1" + ")" * 90,
        "x = " + "+".join("abcd" * 2000),
        "x = y" + ".a" * 20_000,
        "x = " + "-" * 20_000 + "1",
        "if a:\n pass\n" + "elif a:\n pass\n" * 3000,
        "x = 1\n" * 200_000,
        "x = '" + "a" * 3_000_000 + "'",
        "x = 1" + "0" * 5000,
        "x = 1e999 - 1e999j",
        "\ud800 = '\udfff'  # \ud800",
        "%%bash\nrm -rf x",
        "class A:\n  def f(self): return lambda *a, **k: (yield)\nmatch x:\n  case [1, *_]: pass",
        "try:\n  x\nexcept* E as e:\n  pass\nasync def f():\n  async with a as b: await c",
    ],
    ids=range(16),
)
def test_nothing_that_a_cell_may_hold_stops_it(source):
    assert len(pieces(source)) < 300_000
    assert isinstance(words(source), list)


def test_what_is_left_besides_structure_is_found_and_look_alike_letters_are_one():
    found = words('total= x  # Why  TWО\ns = "three words here"')
    assert [(each.kind, each.line) for each in found] == [
        ("comment", 1),
        ("text", 2),
        ("name", 1),
        ("spaces", 1),
    ]
    assert found[0].key == words("# why two")[0].key

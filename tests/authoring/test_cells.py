import authoring_kit as kit
import pytest
from nbformat.v4 import new_code_cell

from backproplab.authoring.cells import Role, answer_names, read_cell
from backproplab.authoring.errors import ReleaseError


@pytest.mark.parametrize(
    ("node", "role", "exercise"),
    [
        (kit.prose("# Title"), Role.PROSE, ""),
        (kit.given("x = 1"), Role.GIVEN, ""),
        (kit.given(""), Role.GIVEN, ""),
        (kit.answer(kit.SLOPE, "3.12"), Role.ANSWER, "3.12"),
        (kit.check(kit.SLOPE_CHECK), Role.CHECK, "3.1"),
        (kit.answer(kit.SLOPE, "C1.12"), Role.ANSWER, "C1.12"),
        (kit.check(kit.SLOPE_CHECK, "C1.1"), Role.CHECK, "C1.1"),
        (kit.written("why"), Role.WRITTEN, ""),
        (kit.written("x = 1", new_code_cell), Role.WRITTEN, ""),
        (kit.author(kit.SLOPE_WRONG), Role.AUTHOR, ""),
        (kit.author("from backproplab.authoring import misconception"), Role.AUTHOR, ""),
        (kit.author('misconception("3.1", "No.", rate=1)'), Role.AUTHOR, ""),
        (kit.author("from backproplab.authoringly import misconception"), Role.GIVEN, ""),
        (kit.author('alternative("3.1", rate=1)\nrate = 2'), Role.GIVEN, ""),
    ],
)
def test_a_cell_is_what_its_metadata_say_and_an_authors_cell_holds_nothing_else(node, role, exercise):
    cell = read_cell(node)
    assert (cell.role, cell.exercise) == (role, exercise)


@pytest.mark.parametrize(
    ("node", "told"),
    [
        (kit.given("%matplotlib inline"), "cell 'given', line 1: not plain Python"),
        (kit.given("x = = 1"), "not plain Python"),
        (
            new_code_cell("x = 1", id="mine", metadata=kit.meta("answer-3.1", solution=True)),
            "'answer-3.1'; for exercise 3.2 write 'answer-3-2', for C1.2 of a capstone 'answer-C1-2'",
        ),
        (new_code_cell("x = 1", id="mine", metadata=kit.meta("slope", grade=True)), "write 'check-3-2'"),
    ],
)
def test_a_cell_that_cannot_be_placed_is_named_with_its_mend(node, told):
    with pytest.raises(ReleaseError) as refused:
        read_cell(node)
    assert told in refused.value.reasons[0]


def test_an_answer_cell_asks_for_what_it_binds_at_its_top_level():
    source = """\
import math
from os import path
def f(inner): local = 1
class Layer: pass
a, (b, *c) = 1, (2, 3)
typed: int = 1
_private = 1
box.attribute = 1
row[0] = 1
if a:
    branch = 1
for step in range(2):
    last = step
with open(path) as file:
    text = 1"""
    assert answer_names(source) == ("f", "Layer", "a", "b", "c", "typed")

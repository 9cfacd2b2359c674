import authoring_kit as kit
import pytest

from backproplab.authoring.assignment import load_solution
from backproplab.authoring.errors import ReleaseError
from backproplab.sandbox.protocol import Check

TRAINED = "### BEGIN SOLUTION\nw = np.ones(2)\n### END SOLUTION"
TRAINED_CHECK = """\
@check("3.2", points=3, kind="trained", shapes={"w": (2,)}, accept=lambda values, rng: True)
def _(rng):
    return {"w": w}"""
CHOICE = '### BEGIN SOLUTION\nchoice = "b"\n### END SOLUTION'
CHOICE_CHECK = """\
@check("3.3", points=0, kind="choice")
def _(rng):
    return {"choice": "abc".index(choice)}"""


def refused(path):
    with pytest.raises(ReleaseError) as caught:
        load_solution(path)
    return "\n".join(caught.value.reasons)


def test_what_goes_to_the_sandbox_holds_the_given_cells_and_the_checks_and_no_answer(tmp_path):
    path = kit.saved(tmp_path, kit.prose("# Slopes"), *kit.slope_exercise(), kit.given("x = 1"))
    assignment = load_solution(path).assignment
    assert assignment.name == kit.NAME
    assert assignment.given == (kit.SETUP, "x = 1", "summary()")
    assert assignment.checks == (Check("3.1", kit.SLOPE_CHECK, ("slope",)),)
    assert "upstream * " not in repr(assignment)


def test_an_exercise_is_what_its_cells_say(tmp_path):
    cells = [
        *kit.slope_exercise(),
        kit.answer(TRAINED, "3.2"),
        kit.check(TRAINED_CHECK, "3.2", 3),
        kit.written("Because."),
    ]
    slope, trained, why = load_solution(kit.saved(tmp_path, *cells)).exercises
    assert (slope.id, slope.points, slope.kind, slope.answers) == ("3.1", 2, "function", ("slope",))
    sentences = [each.sentence for each in slope.misconceptions]
    assert sentences == ["That is the slope by x.", "Multiply by the upstream gradient."]
    assert len(slope.alternatives) == 1
    assert "raise NotImplementedError" in slope.stub
    assert (trained.shapes, trained.accept) == ({"w": (2,)}, "lambda values, rng: True")
    assert (why.id, why.points, why.kind) == ("why-3-9", 1, "manual")


def test_the_title_of_an_exercise_is_that_of_its_heading(tmp_path):
    prose = kit.prose("# 3 Slopes\n\nSee 3.1 · below.\n\n## 3.1 · By hand\n\n### 3.10 · Another")
    (slope,) = load_solution(kit.saved(tmp_path, prose, *kit.slope_exercise())).exercises
    assert slope.title == "By hand"
    (slope,) = load_solution(kit.saved(tmp_path, *kit.slope_exercise())).exercises
    assert slope.title == ""


def test_no_notebook_no_ids_and_an_id_used_twice_are_refused(tmp_path):
    path = tmp_path / "03-none.ipynb"
    assert "FileNotFoundError" in refused(path)
    path.write_text('{"cells": [{"source": "x"}]}')
    assert "KeyError: 'id'" in refused(path)
    path = kit.saved(tmp_path, kit.given("x = 1"), kit.given("x = 2", id="given-two"))
    path.write_text(path.read_text().replace("given-two", "given"))
    assert "cell id 'given' is used twice" in refused(path)


POINTS = kit.SLOPE_CHECK.replace("points=2", "points=3")
REFUSED = {
    "points": ([kit.answer(kit.SLOPE), kit.check(POINTS)], "points=3 in the check, 2 in the cell's metadata"),
    "kind": (
        [kit.answer(kit.SLOPE), kit.check(kit.SLOPE_CHECK.replace("points=2", 'points=2, kind="task"'))],
        "kind 'task'; expected one of function, fix, tests, trained, hand, choice",
    ),
    "marks for practice": (
        [kit.answer(CHOICE, "3.3"), kit.check(CHOICE_CHECK.replace("=0", "=2"), "3.3")],
        "a choice is for practice, and its answer is recorded; write points=0",
    ),
    "trained without a judge": (
        [
            kit.answer(TRAINED, "3.2"),
            kit.check(TRAINED_CHECK.replace(", accept=lambda values, rng: True", ""), "3.2", 3),
        ],
        "kind='trained', shapes={…} and accept=… go together",
    ),
    "a name for a literal": (
        [kit.answer(kit.SLOPE), kit.check(kit.SLOPE_CHECK.replace("points=2", "points=TWO"))],
        "points=TWO must be written out",
    ),
    "another exercise in the check": (
        [kit.answer(kit.SLOPE), kit.check(kit.SLOPE_CHECK.replace("3.1", "3.2"))],
        "cell 'check-e3-1' must hold one function and nothing else, under @check(\"3.1\"",
    ),
    "more in the check cell": (
        [kit.answer(kit.SLOPE), kit.check("import math\n\n" + kit.SLOPE_CHECK)],
        "move the rest to a given cell",
    ),
    "no check": (
        [kit.answer(kit.SLOPE)],
        "exercise 3.1 has no check cell; add one with grade_id 'check-3-1'",
    ),
    "no answer": ([kit.check(kit.SLOPE_CHECK)], "exercise 3.1 has no answer cell"),
    "check first": ([kit.check(kit.SLOPE_CHECK), kit.answer(kit.SLOPE)], "move the check below"),
    "no solution": (
        [kit.answer("def slope(): pass"), kit.check(kit.SLOPE_CHECK)],
        "answer cell 'answer-e3-1', no solution is marked",
    ),
    "nothing bound": (
        [kit.answer("### BEGIN SOLUTION\nprint(1)\n### END SOLUTION"), kit.check(kit.SLOPE_CHECK)],
        "defines no name; bind the answer to one",
    ),
    "a name bound by two": (
        [
            *kit.slope_exercise(),
            kit.answer(kit.SLOPE, "3.2"),
            kit.check(kit.SLOPE_CHECK.replace("3.1", "3.2"), "3.2"),
        ],
        "exercises 3.1 and 3.2 both bind 'slope'; rename it in one",
    ),
    "a name bound by a given cell": (
        [*kit.slope_exercise(), kit.given("slope = 1")],
        "cell 'given' binds 'slope', the answer of 3.1; rename it there",
    ),
    "a misconception of nothing": (
        [
            kit.answer(kit.SLOPE),
            kit.check(kit.SLOPE_CHECK),
            kit.author('misconception("3.1", "No.", rate=1)'),
        ],
        "cell 'wrong': 'rate' is no answer of exercise 3.1",
    ),
    "another set": ([kit.given('check_set("04-else")')], f'write check_set("{kit.NAME}") once, at the top'),
}


@pytest.mark.parametrize(("cells", "told"), REFUSED.values(), ids=REFUSED)
def test_a_notebook_that_is_not_as_agreed_is_refused_with_cell_and_mend(cells, told, tmp_path):
    assert told in refused(kit.saved(tmp_path, *cells))


def test_two_cells_of_one_role_are_refused_and_every_reason_is_given(tmp_path):
    again = kit.answer(kit.SLOPE)
    again.id = "answer-again"
    told = refused(kit.saved(tmp_path, *kit.slope_exercise(), again, kit.given("x = = 1")))
    assert "exercise 3.1 has 2 answer cells, expected 1" in told
    assert "cell 'given', line 1: not plain Python" in told

"""Symbols: derivatives by rules are those of Value, and counted as they are written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_scalar import BINARY, NUMBERS, UNARY, build, gradients

from backproplab.differentiation import (
    derivative,
    evaluate,
    exp,
    graph_operations,
    relu,
    symbol,
    symbolic,
    tanh,
    tree_operations,
)
from backproplab.differentiation.expression import expression

FORMULAS = st.lists(
    st.tuples(st.sampled_from([*BINARY, *UNARY]), st.integers(0, 30), st.integers(0, 30)).filter(
        lambda step: step[0] != "relu"
    ),
    min_size=1,
    max_size=8,
)


@given(numbers=st.lists(NUMBERS, min_size=1, max_size=3), steps=FORMULAS)
def test_value_and_derivatives_are_those_of_reverse_mode(numbers, steps):
    names = [f"x{place}" for place in range(len(numbers))]
    formula = build(list(map(symbol, names)), steps)
    result, grads = gradients(numbers, steps)
    at = dict(zip(names, numbers, strict=True))
    assert evaluate(formula, at) == pytest.approx(result, rel=1e-9)
    found = [evaluate(derivative(formula, name), at) for name in names]
    assert found == pytest.approx(grads, rel=1e-7, abs=1e-9)


@given(steps=FORMULAS)
def test_what_is_written_can_be_read_by_python(steps):
    formula = build([symbol("x"), symbol("y")], steps[:3])
    if tree_operations(formula) < 2000:
        words = {"exp": math.exp, "log": math.log, "tanh": math.tanh, "x": 0.7, "y": -1.3}
        words["sigmoid"] = lambda z: 1 / (1 + math.exp(-z))
        read = eval(str(formula), words)
        assert read == pytest.approx(evaluate(formula, words), rel=1e-4)  # numbers have six digits


x, y = symbol("x"), symbol("y")


@pytest.mark.parametrize(
    ("formula", "written", "slope"),
    [
        (x * y + 3, "x * y + 3", "y"),
        (x**2, "x**2", "2 * x"),
        (4 * x * (1 - x), "4 * x * (1 + -1 * x)", "4 * (1 + -1 * x) + 4 * x * -1"),
        (tanh(x * y), "tanh(x * y)", "(1 + -1 * tanh(x * y)**2) * y"),
        (y / x, "y * x**-1", "y * -1 * x**-2"),
        (exp(-x), "exp(-1 * x)", "exp(-1 * x) * -1"),
        (expression(-2) ** 2 * x, "(-2)**2 * x", "(-2)**2"),
        (5 - y, "5 + -1 * y", "0"),
    ],
)
def test_formulas_and_derivatives_in_writing(formula, written, slope):
    assert (str(formula), str(derivative(formula, "x"))) == (written, slope)


def test_a_formula_of_formulas_swells_and_its_graph_does_not():
    state, counts = x, []
    for _ in range(6):
        state = 4 * state * (1 - state)
        slope = derivative(state, "x")
        counts.append((tree_operations(slope), graph_operations(slope)))
    trees, graphs = zip(*counts, strict=True)
    assert trees == (6, 28, 88, 240, 608, 1472)
    assert graphs == (6, 15, 24, 33, 42, 51)


def test_counts_are_those_of_the_written_formula():
    formula = (x + y) * (x + y) + exp(x)  # two sums, a product, a sum, a function
    assert (tree_operations(formula), graph_operations(formula)) == (5, 5)
    total = x + y
    assert (tree_operations(total * total), graph_operations(total * total)) == (3, 2)
    assert tree_operations(x) == 0


def test_a_deep_formula_takes_no_recursion():
    deep = x
    for _ in range(5000):
        deep = tanh(deep)
    assert evaluate(derivative(deep, "x"), {"x": 0.0}) == 1.0


def test_a_symbol_without_a_number():
    with pytest.raises(KeyError, match="y"):
        evaluate(x * y, {"x": 1.0})


def test_an_exponent_from_which_the_symbols_went_out_is_a_number():
    power = x ** (2 + 0 * y)
    assert str(derivative(power, "x")) == "2 * x"
    assert evaluate(power, {"x": -3.0}) == 9.0


def test_relu_has_no_formula_and_says_so():
    with pytest.raises(TypeError, match="relu has no formula of one piece"):
        symbolic(lambda x: relu(x), [1.0])

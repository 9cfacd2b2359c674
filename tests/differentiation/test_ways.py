"""Four ways to one derivative: they agree, and their operations are those that are done."""

import math
from fractions import Fraction
from functools import reduce
from operator import mul

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_scalar import NUMBERS, STEPS, build

from backproplab import Value, real
from backproplab.differentiation import (
    exp,
    forward,
    function_operations,
    numeric,
    relu,
    reverse,
    sigmoid,
    symbolic,
    tanh,
)
from backproplab.differentiation.counting import Counted, Counter, reverse_operations
from backproplab.scalar import dot

POINT = (0.4, -1.2, 0.7)


def two_outputs(x, y, z):
    return [x * y / (z * z + 1), tanh(x - 2 * z) ** 3 + sigmoid(y) - exp(x)]


@pytest.mark.parametrize("way", [numeric, symbolic, forward, reverse])
def test_each_way_finds_the_table_of_derivatives(way):
    x, y, z = POINT
    t = math.tanh(x - 2 * z)
    s = 1 / (1 + math.exp(-y))
    expected = [
        [y / (z * z + 1), x / (z * z + 1), -2 * x * y * z / (z * z + 1) ** 2],
        [3 * t**2 * (1 - t * t) - math.exp(x), s * (1 - s), -6 * t**2 * (1 - t * t)],
    ]
    found = way(two_outputs, POINT).derivatives
    np.testing.assert_allclose(found, expected, rtol=1e-8 if way is numeric else 1e-13)


@pytest.mark.parametrize(
    ("formula", "alone", "forwards", "backwards"),
    [
        (lambda x, y: x * y, 1, 4, 1 + 4),
        (lambda x, y: x + y, 1, 2, 1 + 4),
        (lambda x, y: x - y, 1, 2, 1 + 4),
        (lambda x, y: x / y, 1, 4, 1 + 3 + 4),
        (lambda x, y: -x, 1, 2, 1 + 2),
        (lambda x, y: exp(x), 1, 2, 1 + 2),
        (lambda x, y: x**3, 1, 4, 1 + 2 + 2),
        (lambda x, y: x**y, 1, 9, 1 + 5 + 4),
        (lambda x, y: tanh(x), 1, 8, 1 + 4 + 2),
        (lambda x, y: sigmoid(x), 1, 5, 1 + 1 + 2),
        (lambda x, y: relu(x), 1, 2, 1 + 1 + 2),
        (lambda x, y: x * x * x, 2, 8, 2 * 5),
        (lambda x, y: 2.0 * x, 1, 4, 1 + 4),
    ],
)
def test_operations_counted_by_hand(formula, alone, forwards, backwards):
    point = (3.0, 2.0)
    assert function_operations(formula, point) == alone
    assert forward(formula, point).operations == 2 * forwards
    assert reverse(formula, point).operations == backwards


def test_nudges_take_the_function_twice_for_each_input_and_four_operations_more():
    for inputs in (1, 3, 8):

        def product(*numbers):
            return math.prod(numbers)

        point = [1.0 + k for k in range(inputs)]
        alone = function_operations(product, point)
        assert numeric(product, point).operations == inputs * (2 * alone + 4)


@given(
    numbers=st.lists(NUMBERS, min_size=1, max_size=3),
    steps=st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(0, 30), st.integers(0, 30)), max_size=9),
)
def test_reverse_operations_are_those_that_a_value_does(numbers, steps):
    def formula(*leaves):
        nodes = list(leaves)
        operate = {
            "+": lambda a, b: a + b,
            "-": lambda a, b: a - b,
            "*": lambda a, b: a * b,
            "/": lambda a, b: a / b,
        }
        for name, i, j in steps:
            a, b = nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]
            nodes.append(operate[name](a, b))
        return reduce(mul, nodes) * nodes[0]  # all are used, and what comes last is a product

    counter = Counter()
    with pytest.MonkeyPatch.context() as patch:  # a Value then holds numbers that count
        patch.setattr(real, "number", lambda number, holder="": number)
        patch.setattr(Counted, "__eq__", lambda self, other: self.data == other)
        patch.setattr(Counted, "__hash__", object.__hash__)
        try:
            out = formula(*[Value(counter.number(x)) for x in numbers])
        except ZeroDivisionError:
            return
        out.backward()
    assert reverse_operations([out]) == counter.operations


@given(numbers=st.lists(NUMBERS, min_size=1, max_size=4), steps=STEPS)
def test_the_whole_gradient_costs_no_more_than_a_small_multiple_of_the_function(numbers, steps):
    def f(*leaves):
        return build(leaves, steps)

    assert reverse(f, numbers).operations <= 10 * function_operations(f, numbers)


def test_reverse_mode_does_not_care_how_many_inputs_there_are_and_forward_mode_how_many_outputs():
    def product(*numbers):
        return math.prod(numbers)

    per_function = []
    for inputs in (4, 8, 16):
        point = np.linspace(1.1, 1.9, inputs)
        alone = function_operations(product, point)
        per_function.append([way(product, point).operations / alone for way in (forward, reverse)])
    assert [row[0] for row in per_function] == [16, 32, 64]
    assert [row[1] for row in per_function] == [5, 5, 5]

    def many(outputs):
        def f(x):
            for _ in range(10):
                x = 3.5 * x * (1 - x)
            return [x * k for k in range(outputs)]

        return f

    costs = [[way(many(m), (0.3,)).operations for way in (forward, reverse)] for m in (1, 2, 20)]
    assert costs[0][0] < costs[0][1]
    assert [row[0] - costs[0][0] for row in costs] == [0, 4, 76]
    assert [row[1] - costs[0][1] for row in costs] == [0, 5 + 120, 19 * 125]


def test_a_sum_of_many_in_one_node_is_not_counted():
    with pytest.raises(ValueError, match="write it with operators"):
        reverse(lambda x: dot([x], [2.0]), (1.0,))


def test_a_node_that_is_used_again_and_again_counts_once():
    def squares(x):
        for _ in range(60):
            x = x * x
        return x

    assert reverse(squares, (1.0,)).operations == 60 * 5


@pytest.mark.parametrize("way", [numeric, symbolic, forward, reverse])
def test_an_output_that_is_a_plain_number_stands_still(way):
    found = way(lambda x, y: [x * y, 3.0], (2.0, 5.0)).derivatives
    np.testing.assert_allclose(found, [[5, 2], [0, 0]], rtol=1e-9)
    np.testing.assert_array_equal(way(lambda x: 3, (2.0,)).derivatives, [[0]])


@pytest.mark.parametrize("way", [numeric, symbolic, forward, reverse])
@pytest.mark.parametrize("wrong", [None, "x", np.ones(2)])
def test_an_output_that_is_no_number_is_refused(way, wrong):
    with pytest.raises(TypeError, match="return one number, or a list or tuple of numbers"):
        way(lambda x: wrong, (2.0,))


@pytest.mark.parametrize("x", [1e9, -1e12])
def test_a_nudge_grows_with_the_number_that_it_moves(x):
    assert numeric(lambda x: x * x, (x,)).derivatives[0, 0] == pytest.approx(2 * x, rel=1e-9)


def test_the_slope_of_a_power_of_0_takes_nothing():
    assert reverse(lambda x: x**0, (3.0,)).operations == 1 + 2
    assert reverse(lambda x: x**0.0, (3.0,)).operations == 1 + 2


@pytest.mark.parametrize("way", [numeric, symbolic, forward, reverse])
def test_a_power_that_is_no_real_number_is_refused_with_both_numbers(way):
    with pytest.raises(ValueError, match=r"not a real number: -[12]\.\d* \*\* -?0\.5"):
        way(lambda x: x**0.5, (-2.0,))
    with pytest.raises(ZeroDivisionError, match=r"0 has no negative power: 0\.0 \*\* -1\.0"):
        forward(lambda x: x ** (-1.0), (0.0,))
    with pytest.raises(OverflowError, match=r"too large for a float: 10\.0 \*\* 400\.0"):
        forward(lambda x: x**400, (10.0,))


@pytest.mark.parametrize("exponent", [Fraction(1, 2), 0.5, np.float64(0.5), math.inf])
def test_any_exponent_that_a_value_takes_is_counted(exponent):
    assert reverse(lambda x: x**exponent, [4.0]).operations > 0

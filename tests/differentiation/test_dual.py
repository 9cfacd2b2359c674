"""Dual numbers: against Value on any graph, against known derivatives, and the errors of Value."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_scalar import NUMBERS, STEPS, build, gradients

from backproplab import Value
from backproplab.differentiation import Dual, exp, log, relu, sigmoid, tanh

FUNCTIONS = [exp, log, tanh, sigmoid, relu]


def forward(numbers, steps):
    """Value and all derivatives of the random expression, a pass for each input."""
    passes = [
        build([Dual(x, 1.0 if place == chosen else 0.0) for place, x in enumerate(numbers)], steps)
        for chosen in range(len(numbers))
    ]
    return passes[0].data, [out.tangent for out in passes]


@given(numbers=st.lists(NUMBERS, min_size=1, max_size=4), steps=STEPS)
def test_on_any_graph_forward_mode_and_reverse_mode_agree(numbers, steps):
    result, tangents = forward(numbers, steps)
    expected, grads = gradients(numbers, steps)
    assert result == pytest.approx(expected, rel=1e-12)
    assert tangents == pytest.approx(grads, rel=1e-9, abs=1e-12)


@given(
    numbers=st.lists(NUMBERS, min_size=1, max_size=3), steps=STEPS, direction=st.lists(NUMBERS, min_size=3)
)
def test_a_tangent_is_the_slope_in_any_direction(numbers, steps, direction):
    duals = [Dual(x, t) for x, t in zip(numbers, direction, strict=False)]
    _, grads = gradients(numbers, steps)
    expected = sum(grad * t for grad, t in zip(grads, direction, strict=False))
    assert build(duals, steps).tangent == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("x", [0.3, 1.7, 25.0])
def test_one_function_takes_a_float_a_value_and_a_dual(function, x):
    value = function(leaf := Value(x))
    value.backward()
    dual = function(Dual(x, 1.0))
    assert function(x) == value.data == dual.data
    assert dual.tangent == pytest.approx(leaf.grad, rel=1e-15)
    h = 1e-5
    assert dual.tangent == pytest.approx((function(x + h) - function(x - h)) / (2 * h), rel=1e-6, abs=1e-9)


def test_the_tails_keep_their_digits():
    assert Dual(40.0, 1.0).sigmoid().tangent == pytest.approx(math.exp(-40), rel=1e-12, abs=0)
    assert Dual(-40.0, 1.0).tanh().tangent == pytest.approx(4 * math.exp(-80), rel=1e-12, abs=0)


def test_a_dual_of_duals_has_the_second_derivative():
    x = Dual(Dual(2.0, 1.0), Dual(1.0, 0.0))
    y = x**3 * exp(x)
    assert y.tangent.tangent == pytest.approx((8 + 6 * 4 + 6 * 2) * math.exp(2), rel=1e-14)


def test_a_dual_of_values_has_a_gradient_of_its_slope():
    x, y = Value(0.4), Value(-1.2)
    slope = (tanh(Dual(x, 1.0) * Dual(y)) / relu(Dual(x, 1.0) + 2)).tangent
    slope.backward()

    def slope_at(a, b):
        return (tanh(Dual(a, 1.0) * b) / relu(Dual(a, 1.0) + 2)).tangent

    h = 1e-5
    assert x.grad == pytest.approx((slope_at(0.4 + h, -1.2) - slope_at(0.4 - h, -1.2)) / (2 * h), rel=1e-7)
    assert y.grad == pytest.approx((slope_at(0.4, -1.2 + h) - slope_at(0.4, -1.2 - h)) / (2 * h), rel=1e-7)


def test_numpy_numbers_on_either_side():
    for made in (np.float64(2) * Dual(3.0, 1.0), Dual(3.0, 1.0) * np.float64(2), Dual(np.float32(6), 2)):
        assert (type(made), made.data, made.tangent) == (Dual, 6.0, 2.0)


@pytest.mark.parametrize("kind", [Value, lambda x: Dual(x, 1.0)], ids=["Value", "Dual"])
@pytest.mark.parametrize(
    ("formula", "error", "says"),
    [
        (lambda x: 1 / (x - x), ZeroDivisionError, "division by 0"),
        (lambda x: (x - x) ** -1, ZeroDivisionError, "0 has no negative power"),
        (lambda x: (x - x) ** 0.5, ZeroDivisionError, "with the slope"),
        (lambda x: (-x) ** 0.5, ValueError, "not a real number"),
        (lambda x: (-x) ** x, ValueError, "base above 0|not a real number"),
        (lambda x: (x - x).log(), ValueError, "log needs a number above 0"),
        (lambda x: (1000 * x).exp(), OverflowError, "too large for a float"),
        (lambda x: x + [1.0], TypeError, "holds one real number"),
        (lambda x: x < 1.0, TypeError, "order"),
        (lambda x: x == 2.0, TypeError, "order"),
        (lambda x: 1.0 if x else 0.0, TypeError, "truth"),
    ],
)
def test_what_a_value_refuses_a_dual_refuses(kind, formula, error, says):
    with pytest.raises(error, match=says):
        formula(kind(2.0))


def test_a_power_of_zero_has_slope_zero_even_at_zero():
    assert (Dual(0.0, 1.0) ** 0).tangent == 0.0
    assert (Dual(0.0, 1.0) ** 1).tangent == 1.0


def test_relu_has_slope_zero_at_zero_and_hands_nan_on():
    assert Dual(0.0, 1.0).relu().tangent == 0.0
    assert math.isnan(Dual(math.nan, 1.0).relu().data)
    assert math.isnan(relu(math.nan))


def test_the_slope_of_relu_at_nan_is_nan_as_that_of_a_value():
    leaf = Value(math.nan)
    relu(leaf).backward()
    assert math.isnan(leaf.grad)
    assert math.isnan(relu(Dual(math.nan, 1.0)).tangent)


@pytest.mark.parametrize("exponent", ["2", [2.0], np.array([2.0])])
def test_an_exponent_is_one_number(exponent):
    for kind in (Dual, Value):
        with pytest.raises(TypeError, match="holds one real number"):
            kind(3.0) ** exponent


def test_powers_of_two_duals_have_the_errors_and_corners_of_two_values():
    for kind in (Dual, Value):
        with pytest.raises(OverflowError, match=r"too large for a float: 10\.0 \*\* 400\.0"):
            kind(10.0) ** kind(400.0)
    power = Dual(5e-324, 1.0) ** Dual(0.0)
    assert (power.data, power.tangent) == (1.0, 0.0)
    base = Value(5e-324)
    (base ** Value(0.0)).backward()
    assert base.grad == 0.0


def test_a_value_in_the_exponent_of_a_dual_of_values_is_as_in_its_products():
    x, y = Value(2.0), Value(3.0)
    slope = (Dual(x, 1.0) ** y).tangent
    slope.backward()
    assert slope.data == pytest.approx(3 * 2**2)  # y · xʸ⁻¹
    assert y.grad == pytest.approx(2**2 + 3 * 2**2 * math.log(2))

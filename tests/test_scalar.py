"""Value against its own algebra, finite differences, PyTorch and the limits that it promises."""

import gc
import math
import sys
import tracemalloc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproplab.scalar import BackwardStep, Value, dot, total

BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / (b * b + 1.5),
    "**": lambda a, b: (a * a + 0.5) ** b.tanh(),
    "2 - x": lambda a, b: 2 - a * b,
    "2 / x": lambda a, b: 2 / (a * a + b * b + 1),
    "2 ** x": lambda a, b: 2 ** (a - b).tanh(),
}
UNARY = {
    "neg": lambda a: -a,
    "exp": lambda a: (a * 0.1).exp(),
    "log": lambda a: (a * a + 0.3).log(),
    "tanh": lambda a: a.tanh(),
    "sigmoid": lambda a: a.sigmoid(),
    "relu": lambda a: a.relu(),
    "** 3": lambda a: a.tanh() ** 3,
    "** -1.5": lambda a: (a * a + 0.7) ** -1.5,
}
NUMBERS = st.floats(-2.0, 2.0).filter(lambda x: abs(x) > 1e-3)
STEPS = st.lists(
    st.tuples(st.sampled_from([*BINARY, *UNARY]), st.integers(0, 30), st.integers(0, 30)),
    min_size=1,
    max_size=12,
)


def build(leaves, steps):
    """An expression in which any node may be used again: each step takes two of the nodes made so far."""
    nodes = list(leaves)
    for name, i, j in steps:
        a, b = nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]
        nodes.append((BINARY[name](a, b) if name in BINARY else UNARY[name](a)).tanh())
    result = nodes[-1]
    for node in nodes[:-1]:
        result = result + node * 0.25
    return result


def gradients(numbers, steps):
    leaves = [Value(x) for x in numbers]
    out = build(leaves, steps)
    out.backward()
    return out.data, [leaf.grad for leaf in leaves]


# Facts of the course


def diamond(x=5.0):
    a = Value(x, label="a")
    b = 4 * a
    c = 3 * b
    return a, b, c, b * c


def test_diamond_is_1200_with_slope_480():
    a, b, c, d = diamond()
    d.backward()
    assert (d.data, a.grad, b.grad, c.grad, d.grad) == (1200.0, 480.0, 120.0, 20.0, 1.0)


def test_a_value_used_twice_hears_from_both_uses():
    a = Value(2.0)
    c = 3 * (a * a)
    c.backward()
    assert a.grad == 12.0


def test_a_second_backward_accumulates_in_leaves_and_starts_afresh_between():
    a = Value(2.0)
    b = a * a
    c = 3 * b
    c.backward()
    c.backward()
    assert (a.grad, b.grad, c.grad) == (24.0, 3.0, 1.0)


def test_backward_on_a_leaf_accumulates_as_any_leaf_does():
    a = Value(2.0)
    a.backward()
    a.backward()
    assert a.grad == 2.0


def test_2_1_1_network_of_lesson_3():
    x1, x2, w1, w2, b1, w3, b2 = (Value(v) for v in (0.5, 0.3, 0.4, -0.2, 0.1, 0.7, -0.3))
    y = (w3 * (w1 * x1 + w2 * x2 + b1).sigmoid() + b2).sigmoid()
    loss = 0.5 * (y - 1) ** 2
    loss.backward()
    assert round(y.data, 9) == 0.522933785
    assert round(loss.data, 9) == 0.113796087
    grads = [round(v.grad, 9) for v in (w3, w1, w2, b1, b2, x1, x2)]
    assert grads == [
        -0.066614676,
        -0.010265336,
        -0.006159202,
        -0.020530673,
        -0.119015637,
        -0.008212269,
        0.004106135,
    ]


# Against finite differences and PyTorch


@given(numbers=st.lists(NUMBERS, min_size=2, max_size=4), steps=STEPS)
def test_gradients_agree_with_finite_differences(numbers, steps):
    _, analytic = gradients(
        numbers, [s for s in steps if s[0] != "relu"]
    )  # nudges across its kink prove nothing
    h = 1e-5
    for i, slope in enumerate(analytic):
        ends = []
        for sign in (1, -1):
            nudged = list(numbers)
            nudged[i] += sign * h
            ends.append(gradients(nudged, [s for s in steps if s[0] != "relu"])[0])
        assert slope == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-6)


@given(numbers=st.lists(NUMBERS, min_size=2, max_size=4), steps=STEPS)
def test_random_expressions_agree_with_pytorch(numbers, steps):
    torch = pytest.importorskip("torch")
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
    out = build(leaves, steps)
    out.backward()
    value, slopes = gradients(numbers, steps)
    assert value == pytest.approx(out.item(), rel=1e-12, abs=1e-12)
    assert slopes == pytest.approx(
        [0.0 if v.grad is None else v.grad.item() for v in leaves], rel=1e-9, abs=1e-9
    )


@given(pairs=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8))
def test_dot_and_total_are_the_sums_they_stand_for(pairs):
    left, right = [Value(a) for a, _ in pairs], [Value(b) for _, b in pairs]
    fused = dot(left, right) * 2 + total(left)
    fused.backward()
    assert fused.data == pytest.approx(2 * sum(a * b for a, b in pairs) + sum(a for a, _ in pairs), abs=1e-12)
    assert [v.grad for v in left] == [2 * b + 1 for _, b in pairs]
    assert [v.grad for v in right] == [2 * a for a, _ in pairs]


def test_fused_nodes_take_numbers_and_count_a_repeated_parent_each_time():
    x = Value(3.0)
    out = dot([x, x, x], [x, 2, 5.0]) + total([x, x, 1])
    out.backward()
    assert (out.data, x.grad) == (37.0, 15.0)
    assert len(dot([x, 1], [2, 3]).parents) == 4
    assert dot([], []).data == total([]).data == 0.0


# How it is written


@pytest.mark.parametrize(
    ("op", "expected"), [("+", 5.5), ("-", -0.5), ("*", 7.5), ("/", 2.5 / 3), ("**", 2.5**3)]
)
def test_numbers_stand_on_either_side(op, expected):
    apply = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "**": lambda a, b: a**b,
    }[op]
    kinds = [
        (Value(2.5), 3),
        (2.5, Value(3)),
        (Value(2.5), Value(3)),
        (np.float64(2.5), Value(3)),
        (2.5, Value(np.int64(3))),
    ]
    for a, b in kinds:
        result = apply(a, b)
        assert type(result) is Value
        assert type(result.data) is float
        assert result.data == expected
    assert Value(np.float32(2.5)).data == 2.5


def test_names_of_operations():
    a, b = Value(2.0), Value(3.0)
    nodes = [
        a,
        a + b,
        a - b,
        a * b,
        a / b,
        a**2,
        a**-0.5,
        a**b,
        -a,
        a.exp(),
        a.log(),
        a.tanh(),
        a.sigmoid(),
        a.relu(),
    ]
    names = ["", "+", "-", "*", "/", "**2", "**-0.5", "**", "neg", "exp", "log", "tanh", "sigmoid", "ReLU"]
    assert [node._op for node in [*nodes, dot([a], [b]), total([a, b])]] == [*names, "dot", "total"]
    assert (a**2).primitive is (b**2).primitive  # one primitive an exponent, not one a node


def test_local_derivatives_are_those_of_the_operation():
    a, b = Value(3.0), Value(4.0)
    assert tuple((a * b).local_derivatives()) == (4.0, 3.0)
    assert tuple((a / b).local_derivatives()) == (0.25, -0.1875)
    assert tuple(a.local_derivatives()) == ()


def test_a_node_made_by_hand_takes_parents_operation_and_label():
    a, b = Value(2.0), Value(3.0)
    node = Value(6.0, [a, b], "*", label="area")
    node.backward()
    assert (node.label, node._op, node._prev, a.grad) == ("area", "*", {a, b}, 3.0)
    with pytest.raises(ValueError, match=r"hand-made node 'swish'.*Value's own operations"):
        Value(6.0, (a, b), "swish").backward()


def test_data_that_was_set_is_still_one_real_number_for_what_comes_after():
    a = Value(2.0)
    a.data = np.float64(3.0)
    assert [type(node.data) for node in (a * a, a + 1, dot([a], [a]), dot([], []))] == [float] * 4
    a.data = np.ones(2)
    with pytest.raises(TypeError, match="one real number"):
        a * 2


@pytest.mark.parametrize("x", [-1000.0, -745.5, -30.0, 0.0, 30.0, 745.5, 1000.0])
def test_sigmoid_is_stable_at_both_ends(x):
    s = Value(x).sigmoid()
    assert s.data + Value(-x).sigmoid().data == pytest.approx(1.0, abs=1e-15)
    assert s.local_derivatives()[0] == pytest.approx(Value(-x).sigmoid().local_derivatives()[0], abs=1e-15)


def test_kink_of_relu_and_power_of_zero():
    assert [Value(x).relu().local_derivatives()[0] for x in (-1.0, 0.0, 1.0)] == [0.0, 0.0, 1.0]
    assert math.isnan(Value(math.nan).relu().data)  # trouble is passed on, not hidden
    assert [(Value(0.0) ** n).local_derivatives()[0] for n in (0, 1, 2)] == [0.0, 1.0, 0.0]


DOMAIN = [
    (lambda: Value(0.0).log(), ValueError, r"log\(0\.0\).*above 0"),
    (lambda: Value(-2.0).log(), ValueError, r"log\(-2\.0\).*above 0"),
    (lambda: Value(0.0) ** -1, ZeroDivisionError, r"0\.0 \*\* -1.*move the base"),
    (lambda: Value(3.0) / Value(0.0), ZeroDivisionError, r"3\.0 / 0\.0.*move the divisor"),
    (lambda: 3 / Value(0.0), ZeroDivisionError, r"3\.0 / 0\.0"),
    (lambda: Value(-2.0) ** 0.5, ValueError, r"-2\.0 \*\* 0\.5.*base above 0"),
    (lambda: Value(-2.0) ** Value(3.0), ValueError, r"-2\.0 \*\* 3\.0.*plain number"),
    (lambda: 0 ** Value(3.0), ValueError, r"0\.0 \*\* 3\.0"),
    (lambda: Value(1e200) ** 2, OverflowError, r"1e\+200 \*\* 2.*smaller"),
    (lambda: Value(1000.0).exp(), OverflowError, r"exp\(1000\.0\).*stay below"),
    (lambda: (Value(0.0) ** 0.5).backward(), ZeroDivisionError, r"0\.0 \*\* -0\.5"),
    (lambda: dot([Value(1.0)], [1.0, 2.0]), ValueError, r"one length, got 1 and 2"),
    (lambda: Value("3"), TypeError, r"'3' \(str\).*one Value for each"),
    (lambda: Value(1.0) * [1.0], TypeError, r"one real number, got \[1\.0\] \(list\)"),
    (lambda: Value(1j), TypeError, r"complex"),
    (lambda: Value(2.0) ** "2", TypeError, r"'2' \(str\)"),
]


@pytest.mark.parametrize(("mistake", "error", "message"), DOMAIN)
def test_a_mistake_is_named_with_its_numbers(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()


# The pass, told as steps


@given(numbers=st.lists(NUMBERS, min_size=2, max_size=4), steps=STEPS)
def test_steps_are_what_backward_does(numbers, steps):
    _, expected = gradients(numbers, steps)
    leaves = [Value(x) for x in numbers]
    sent, told = set(), set()
    for step in build(leaves, steps).backward_steps():
        assert isinstance(step, BackwardStep)
        assert step.contribution == step.upstream * step.local
        assert step.upstream == step.node.grad
        assert step.total == step.parent.grad  # one sees it as soon as it has happened
        assert step.parent not in sent  # nobody speaks before hearing from all
        sent.add(step.node)
        told.add(step.parent)
    assert [leaf.grad for leaf in leaves] == expected
    assert {node for node in told if node.parents} <= sent


def test_an_abandoned_pass_leaves_nothing_that_disturbs_the_next():
    a, _, _, d = diamond()
    steps = d.backward_steps()
    next(steps)
    next(steps)
    del steps
    assert a.grad == 0.0  # nobody had yet sent to it
    d.backward()
    assert a.grad == 480.0


def test_a_pass_that_fails_halfway_leaves_nothing_that_disturbs_the_next():
    a = Value(0.0)
    root = a**0.5
    out = root * 3 + root
    with pytest.raises(ZeroDivisionError):
        out.backward()
    a.data = 4.0
    root.data = 2.0
    out.backward()
    assert a.grad == 1.0


# Limits


def test_a_chain_of_a_million_nodes_is_built_differentiated_and_freed():
    first = Value(0.5)
    node = first
    for _ in range(500_000):
        node = -(node + first)
    node.backward()
    assert (node.data, first.grad) == (0.5, 1.0)
    del node
    assert sys.getrefcount(first) <= 2  # the name and the call: no node is left to hold it


def test_a_graph_is_freed_without_the_garbage_collector():
    class Watched(Value):
        __slots__ = ("__weakref__",)

    leaf = Watched(2.0)
    out = (leaf * 3 + 1).tanh() ** 2 / dot([leaf], [leaf])
    gc.collect()
    gc.disable()
    try:
        list(out.backward_steps())
        watch = weakref.ref(leaf)
        del leaf, out
        assert watch() is None
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("grow", "nodes"),
    [
        (lambda x, a: x + a, 1),
        (lambda x, a: x * a, 1),
        (lambda x, a: x - 1e-9, 2),  # the number becomes a leaf
        (lambda x, a: x.tanh(), 1),
    ],
)
def test_a_node_costs_at_most_200_bytes_at_the_height_of_the_pass(grow, nodes):
    count = 10_000
    node, other = Value(0.9), Value(0.9999)
    grow(node, other).backward()
    tracemalloc.start()
    try:
        for _ in range(count):
            node = grow(node, other)
        node.backward()
        _, peak = tracemalloc.get_traced_memory()
        assert peak / (count * nodes) <= 200
    finally:
        tracemalloc.stop()


def test_a_pass_still_under_way_does_not_disturb_another():
    a, _, _, d = diamond()
    under_way = d.backward_steps()
    next(under_way)
    d.backward()
    assert a.grad == 480.0

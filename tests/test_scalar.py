"""Value against its own algebra, finite differences, PyTorch and the limits that it promises."""

import copy
import gc
import itertools
import math
import pickle
import sys
import tracemalloc
import weakref
from decimal import Decimal, localcontext
from fractions import Fraction
from operator import ge, gt, le, lt, mul

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
    assert [node.op for node in nodes] == names
    assert (a**2).op is (b**2).op  # one text an exponent, not one a node


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


@given(numbers=st.lists(NUMBERS, min_size=2, max_size=4), steps=STEPS, later=NUMBERS)
def test_data_that_is_set_after_the_forward_pass_counts_in_what_is_written_from_then_on(
    numbers, steps, later
):
    expected = gradients(numbers, steps)
    leaves = [Value(x) for x in numbers]
    out = build(leaves, steps)
    for leaf in leaves:
        leaf.data = later
    out.backward()
    assert (out.data, [leaf.grad for leaf in leaves]) == expected
    assert build(leaves, steps).data == gradients([later] * len(numbers), steps)[0]


def test_numpy_numbers_in_data_do_not_bring_numpys_silent_rules():
    a = Value(1.0)
    a.data = np.float64(-2.0)
    with pytest.raises(ValueError, match=r"not a real number: -2\.0 \*\* 0\.5"):
        a**0.5
    a.data = np.float64(0.0)
    with pytest.raises(ZeroDivisionError, match=r"0\.0 \*\* -1\.0"):
        a**-1


@pytest.mark.parametrize("x", [-1000.0, -745.5, -30.0, 0.0, 30.0, 745.5, 1000.0])
def test_sigmoid_is_stable_at_both_ends(x):
    s = Value(x).sigmoid()
    assert s.data + Value(-x).sigmoid().data == pytest.approx(1.0, abs=1e-15)
    assert s.local_derivatives()[0] == pytest.approx(Value(-x).sigmoid().local_derivatives()[0], abs=1e-15)


def test_kink_of_relu_and_power_of_zero():
    assert [Value(x).relu().local_derivatives()[0] for x in (-1.0, 0.0, 1.0)] == [0.0, 0.0, 1.0]
    assert math.isnan(Value(math.nan).relu().data)  # trouble is passed on, not hidden
    assert [(Value(0.0) ** n).local_derivatives()[0] for n in (0, 1, 2)] == [0.0, 1.0, 0.0]


def exact(x):
    """Sigmoid' and tanh' at x, from fifty decimal digits."""
    with localcontext() as context:
        context.prec = 50
        e, e2 = Decimal(-abs(x)).exp(), Decimal(-2 * abs(x)).exp()
        return float(e / (1 + e) ** 2), float(4 * e2 / (1 + e2) ** 2)


@pytest.mark.parametrize("x", [0.0, 0.3, 5.0, 19.5, 37.5, 40.0, 300.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_saturated_slopes_are_small_and_not_0(x, sign):
    sigmoid, tanh = exact(x)
    assert Value(sign * x).sigmoid().local_derivatives()[0] == pytest.approx(sigmoid, rel=1e-14, abs=0)
    assert Value(sign * x).tanh().local_derivatives()[0] == pytest.approx(tanh, rel=1e-14, abs=0)


def test_nan_is_passed_on_by_every_function_and_by_its_slope():
    x = Value(math.nan)
    nodes = [
        -x * 1,
        x.exp(),
        x.log(),
        x.tanh(),
        x.sigmoid(),
        x.relu(),
        x**2,
        1 / x,
        dot([x], [x]),
        total([x]),
    ]
    for node in nodes:
        assert math.isnan(node.data), node.op
    for node in nodes[1:-1]:
        assert all(math.isnan(slope) for slope in node.local_derivatives()), node.op


def test_what_is_too_large_is_inf_as_with_floats():
    huge = Value(1e200)
    for node in (huge * huge, huge * 1e200, huge / 1e-200, Value(1.7e308) + 1.7e308):
        assert node.data == math.inf


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
    (lambda: Value(Value(2.0)), TypeError, r"got Value\(data=2\.0.*another Value's data"),
    (lambda: Value(Decimal("0.5")), TypeError, r"Decimal\('0\.5'\) \(Decimal\).*float\(x\)"),
    (lambda: Value(np.array(2.0)), TypeError, r"\(ndarray\).*float\(x\)"),
    (lambda: Value(1.0) + None, TypeError, r"None \(NoneType\)"),
    (lambda: Value(10**400), OverflowError, r"a number of type int.*stay below"),
    (lambda: Value(1.0) * 10**5000, OverflowError, r"a number of type int"),
    (lambda: Value(2.0) ** 10**400, OverflowError, r"a number of type int"),
    (lambda: Value(0.0) ** 0.5, ZeroDivisionError, r"slope 0\.5 · 0\.0 \*\* -0\.5.*move the base"),
    (lambda: Value(1e-200) ** -1, OverflowError, r"too large.*slope -1\.0 · 1e-200 \*\* -2\.0"),
    (lambda: Value(-8.0) ** Fraction(1, 3), ValueError, r"-8\.0 \*\* 0\.333.*whole exponent"),
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


def test_of_two_branches_the_right_one_speaks_first():
    a, b, c, d = (Value(x) for x in (1.0, 2.0, 3.0, 4.0))
    left, right = a * b, c * d
    bent = right.tanh()
    out = left + bent
    steps = [(step.node, step.parent) for step in out.backward_steps()]
    assert steps == [(out, left), (out, bent), (bent, right), (right, c), (right, d), (left, a), (left, b)]


def test_an_abandoned_pass_leaves_nothing_that_disturbs_the_next():
    a, _, _, d = diamond()
    steps = d.backward_steps()
    next(steps)
    next(steps)
    del steps
    assert a.grad == 0.0  # nobody had yet sent to it
    d.backward()
    assert a.grad == 480.0


def test_a_pass_that_cannot_be_run_adds_nothing():
    a = Value(2.0)
    known = a * 3
    out = known + Value(6.0, (a, known), "swish")
    with pytest.raises(ValueError, match="hand-made node 'swish'"):
        out.backward()
    assert a.grad == 0.0
    known.backward()
    assert a.grad == 3.0


def two_results():
    """3a² and 5a² at a = 2, from one a²: slopes 12 and 20."""
    a = Value(2.0)
    square = a * a
    return a, square * 3, square * 5


@pytest.mark.parametrize("first", ["p", "q"])
def test_two_passes_side_by_side_give_the_right_number_or_an_error(first):
    for turns in itertools.product("pq", repeat=8):
        a, p, q = two_results()
        passes = {"p": p.backward_steps(), "q": q.backward_steps()}
        heard, overtaken = {"p": 0.0, "q": 0.0}, set()
        for name in [first, *turns, *"ppppp", *"qqqqq"]:  # and then each to its end
            try:
                step = next(passes[name], None)
            except RuntimeError:
                overtaken.add(name)
            else:
                heard[name] += step.contribution if step and step.parent is a else 0.0
        assert overtaken <= {first}, turns  # the later pass never has to give way
        for name in {"p", "q"} - overtaken:
            assert heard[name] == {"p": 12.0, "q": 20.0}[name], turns
        assert a.grad == sum(heard.values())


@given(
    numbers=st.lists(NUMBERS, min_size=2, max_size=3),
    steps=STEPS,
    pair=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    turns=st.lists(st.booleans(), max_size=120),
)
def test_passes_over_one_graph_in_any_order_of_their_steps(numbers, steps, pair, turns):
    def results():
        leaves = nodes = [Value(x) for x in numbers]
        for name, i, j in steps:
            a, b = nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]
            nodes = [*nodes, BINARY[name](a, b) if name in BINARY else UNARY[name](a)]
        return leaves, [nodes[-1 - i % len(nodes)] for i in pair]

    alone = []
    for which in (0, 1):
        leaves, roots = results()
        roots[which].backward()
        alone.append([leaf.grad for leaf in leaves])
    leaves, roots = results()
    passes, got = [root.backward_steps() for root in roots], [[0.0] * len(leaves) for _ in roots]
    running = {0, 1}
    ended = set()
    for which in [*turns, *[0] * 500, *[1] * 500]:
        if which in running:
            try:
                step = next(passes[which])
            except (StopIteration, RuntimeError) as end:
                running.remove(which)
                ended |= {which} if isinstance(end, StopIteration) else set()
                continue
            for place, leaf in enumerate(leaves):
                got[which][place] += step.contribution if step.parent is leaf else 0.0
    assert ended
    for which in ended:
        if roots[which].parents:
            assert got[which] == pytest.approx(alone[which], rel=1e-9, abs=1e-9)


def test_a_pass_that_was_overtaken_says_so_and_the_later_one_is_right():
    a, _, _, d = diamond()
    steps = d.backward_steps()
    next(steps)
    d.backward()
    assert a.grad == 480.0
    with pytest.raises(RuntimeError, match=r"another backward pass has begun.*one pass before the next"):
        next(steps)
    assert a.grad == 480.0


def test_a_pass_from_a_node_in_between_overtakes_too():
    a = Value(2.0)
    b = a * 3
    steps = (b * 5).backward_steps()
    next(steps)
    b.backward()
    with pytest.raises(RuntimeError, match="another backward pass"):
        list(steps)
    assert a.grad == 3.0


def test_passes_that_share_only_leaves_may_run_side_by_side():
    a = Value(2.0)
    both = zip((a * a * 3).backward_steps(), (a * a * 5).backward_steps(), strict=True)
    assert len(list(both)) == 4
    assert a.grad == 32.0


def test_a_copy_that_is_made_between_two_steps_disturbs_nothing():
    a, _, _, d = diamond()
    for _ in d.backward_steps():
        copy.deepcopy(d).backward()
        pickle.dumps(d)
    assert a.grad == 480.0


# Comparing


def test_a_value_equals_itself_alone():
    a, b = Value(2.0), Value(2.0)
    assert a == a
    assert a != b
    assert len({a, b, a}) == 2
    assert [b, a].index(a) == 1
    assert {a: "a", b: "b"}[b] == "b"
    assert a not in [b, None, "2.0"]
    a.data = 3.0
    assert a in {a}


@pytest.mark.parametrize(
    "question",
    [
        lambda a: a == 2.0,
        lambda a: a == 2,
        lambda a: Fraction(2) == a,
        lambda a: a != 2,
        lambda a: a == np.float64(2.0),
        lambda a: np.float64(2.0) == a,
        lambda a: a in [1.0, 2.0],
        lambda a: max(a, Value(3.0)),
        lambda a: min([a, 3.0]),
        lambda a: sorted([a, Value(1.0)]),
        lambda a: bool(a),
        lambda a: not a,
        *(
            lambda a, ask=ask, other=other: ask(a, other)
            for ask in (lt, le, gt, ge)
            for other in (1.0, Value(1))
        ),
        *(lambda a, ask=ask: ask(1.0, a) for ask in (lt, le, gt, ge)),
    ],
)
def test_a_question_about_the_number_says_to_ask_data(question):
    with pytest.raises(TypeError, match=r"a\.data < b\.data, a\.data == 2\.0 or max\("):
        question(Value(2.0))


# Sums


FLOATS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e150, max_value=1e150)


@given(pairs=st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=20))
def test_sums_are_rounded_once_and_so_the_same_on_every_python(pairs):
    left, right = zip(*pairs, strict=True)
    products = list(map(mul, left, right))
    assert total(left).data == float(sum(map(Fraction, left)))
    assert dot(left, right).data == float(sum(map(Fraction, products)))


def test_sums_keep_what_adding_one_by_one_loses():
    assert total([1e16, 1.0, -1e16]).data == 1.0
    assert dot([1e8, 1.0, -1e8], [1e8, 1.0, 1e8]).data == 1.0
    assert total([0.1] * 10).data == 1.0


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([math.inf, 1.0], math.inf),
        ([1.0, -math.inf], -math.inf),
        ([math.inf, -math.inf], math.nan),
        ([math.nan, 1.0], math.nan),
        ([1.7e308, 1.7e308], math.inf),
        ([-1.7e308, -1.7e308, 1.0], -math.inf),
    ],
)
def test_sums_that_are_not_finite_are_what_adding_finds(terms, expected):
    assert sum(map(Value, terms), Value(0.0)).data == pytest.approx(expected, nan_ok=True)
    for node in (total(terms), dot(terms, [1.0] * len(terms))):
        assert node.data == pytest.approx(expected, nan_ok=True)
        assert type(node.data) is float


# Copies and pickles

WAYS = {
    "deepcopy": copy.deepcopy,
    **{
        f"protocol {number}": lambda it, number=number: pickle.loads(pickle.dumps(it, number))
        for number in range(pickle.HIGHEST_PROTOCOL + 1)
    },
    "in Python": lambda it: pickle._loads(pickle._dumps(it)),
}


@pytest.mark.parametrize("again", WAYS.values(), ids=WAYS)
def test_a_copy_is_a_graph_of_its_own_with_everything_in_it(again):
    a = Value(2.0, label="a")
    square = a * a
    out = (square + square.tanh() * a) ** 2
    out.label, a.grad = "out", 0.5
    a2, square2, out2, [same] = again((a, square, out, [square]))
    assert same is square2
    assert square2.parents == (a2, a2)
    assert out2.parents[0].parents[0] is square2
    assert (a2.label, a2.grad, a2.data, out2.label, out2.op) == ("a", 0.5, 2.0, "out", "**2")
    assert out2.local_derivatives() == out.local_derivatives()
    out2.backward()
    assert a.grad == 0.5
    out.backward()
    assert a2.grad == a.grad != 0.5
    for node in (a, square, out):
        assert not {a2, square2, out2} & {node, *node.parents}


@pytest.mark.parametrize("again", [copy.deepcopy, WAYS["protocol 4"]])
def test_a_chain_of_30_000_nodes_can_be_copied_and_pickled(again):
    first = Value(0.5)
    nodes = [first]
    for _ in range(15_000):
        nodes += [node := nodes[-1] * first, node + first]
    assert len(nodes) == 30_001
    first2, middle2, last2 = again((first, nodes[18_000], nodes[-1]))  # each goes on where the last ended
    nodes[-1].backward()
    last2.backward()
    assert (last2.data, first2.grad) == (nodes[-1].data, first.grad)
    while last2 is not middle2:
        last2 = last2.parents[0]


def test_nodes_may_be_pickled_in_any_order_and_once_more_afterwards():
    nodes = [Value(1.0)]
    for _ in range(2_000):
        nodes.append(nodes[-1] * 0.5)
    for order in (nodes, nodes[::-1], nodes[::2]):
        text = pickle.dumps(order)
        assert text == pickle.dumps(order)
        assert len(text) < 500 * len(nodes)
    backwards = pickle.loads(pickle.dumps(nodes[::-1]))
    assert all(child.parents[0] is parent for child, parent in itertools.pairwise(backwards))


def test_a_copy_or_a_pickle_that_fails_does_not_stand_in_the_way_of_the_next():
    node = first = Value(1.0)
    for _ in range(3_000):
        node = node * first
    for again in (copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot pickle") as caught:
            again([node, (x for x in ())])
        again(node)
        assert caught.tb is not None  # it keeps the frames of what failed, as a notebook does


class Named(Value):
    """A Value of somebody's own."""


def test_a_copy_keeps_the_class_and_a_shallow_copy_the_parents():
    a = Named(2.0)
    assert [type(again(a)) for again in WAYS.values()] == [Named] * len(WAYS)
    product = a * 3
    twin = copy.copy(product)
    assert twin is not product
    assert twin.parents == product.parents
    assert (twin.data, twin.op, twin.local_derivatives()) == (6.0, "*", (3.0, 2.0))


# Limits


def test_a_chain_of_200_000_nodes_is_built_differentiated_and_freed():
    first = Value(0.5)
    node = first
    for _ in range(100_000):
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
        (lambda x, a: x * x, 1),  # every node is shared
        (lambda x, a: x**2, 1),
    ],
)
def test_a_node_costs_at_most_260_bytes_at_the_height_of_the_pass(grow, nodes):
    count = 10_000
    node, other = Value(0.9), Value(0.9999)
    grow(node, other).backward()
    tracemalloc.start()
    try:
        for _ in range(count):
            node = grow(node, other)
        node.backward()
        _, peak = tracemalloc.get_traced_memory()
        assert peak / (count * nodes) <= 260
    finally:
        tracemalloc.stop()


def test_a_pass_still_under_way_does_not_disturb_another():
    a, _, _, d = diamond()
    under_way = d.backward_steps()
    next(under_way)
    d.backward()
    assert a.grad == 480.0

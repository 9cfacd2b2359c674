"""Flow's groups: which nodes they hold, what they refuse, and the derivative along an arrow into one."""

import pytest
from traitlets import TraitError

from backproplab import Dense, Network, SquaredError, Value
from backproplab.plots.nodes import edges_of, nodes_of
from backproplab.plots.words import short
from backproplab.widgets import Flow
from backproplab.widgets.flow.groups import groups_of


def network():
    """h₁, h₂, y and L of a little network, whose products and sums have no names."""
    w = [Value(0.1 * number, label=f"w{number}") for number in range(1, 7)]
    h1 = (w[0] * 0.5 + w[1] * 0.3).sigmoid()
    h2 = (w[2] * 0.5 + w[3] * 0.3).tanh()
    y = (w[4] * h1 + w[5] * h2).sigmoid()
    loss = (y - 1) ** 2
    h1.label, h2.label, y.label, loss.label = "h₁", "h₂", "y", "L"
    return h1, h2, y, loss


def found(loss, groups):
    nodes = nodes_of(loss)
    return nodes, groups_of(nodes, edges_of(nodes, None)[0], groups)


def test_a_unit_is_its_output_with_the_unnamed_nodes_that_serve_it_alone():
    h1, h2, y, loss = network()
    nodes, groups = found(loss, {"hidden": {"h₁": h1, "h₂": [h2]}, "y": y})
    held = {
        group.name: sorted(nodes[place].value.op or "constant" for place in group.members) for group in groups
    }
    assert held["h₁"] == ["*", "*", "+", "constant", "constant", "sigmoid"]
    assert held["y"] == ["*", "*", "+", "sigmoid"]
    assert held["hidden"] == sorted([*held["h₁"], *held["h₂"]])
    outputs = {group.name: [nodes[place].value for place in group.outputs] for group in groups}
    assert outputs == {"hidden": [h1, h2], "h₁": [h1], "h₂": [h2], "y": [y]}
    assert [group.within for group in groups] == [-1, 0, 0, -1]


def test_what_two_groups_use_is_in_neither_and_a_constant_of_one_layer_in_the_layer():
    x = Value(0.5)
    a = Value(2.0, label="a")
    one, other = (a * x).tanh(), (a * x).sigmoid()
    one.label, other.label = "one", "other"
    nodes, (layer, first, second) = found(one + other, {"layer": {"one": one, "other": other}})
    shared = next(place for place, node in enumerate(nodes) if node.value is x)
    assert shared in layer.members
    assert shared not in first.members + second.members


def test_the_number_on_an_arrow_into_a_closed_unit_is_the_derivative_of_its_output():
    h1, h2, y, loss = network()
    nodes = nodes_of(loss)
    edges, _ = edges_of(nodes, None)
    scene = Flow(loss, groups={"h₁": h1, "h₂": h2, "y": y}).scene
    for group, output in zip(scene["groups"], (h1, h2, y), strict=True):
        assert len(group["locals"]) == (4 if output is y else 2)
        for node in nodes:
            node.value.grad = 0.0
        output.backward()
        for edge, told in group["locals"].items():
            parent = nodes[edges[int(edge)].parent].value  # each is used once in its unit
            assert told == short(parent.grad)


def test_of_a_layer_no_arrow_has_one_derivative():
    h1, h2, _, loss = network()
    assert Flow(loss, groups={"hidden": {"h₁": h1, "h₂": h2}}).scene["groups"][0]["locals"] == {}


def refused(case):
    h1, h2, y, loss = network()
    product = h1 * y  # comes back to what y was computed from, in another graph
    alone = Value(2.0, label="x").tanh()
    through = (h1.parents[0], y)
    return {
        "a leaf": (loss, {"w": h1.parents[0].parents[0].parents[0]}, ValueError, "is a leaf"),
        "elsewhere": (loss, {"p": product}, ValueError, "the graph has no node"),
        "a number": (loss, {"n": [3.0]}, TypeError, "takes Values"),
        "twice": (loss, {"one": [h1, h2], "two": [h2, y]}, ValueError, "h₂ is in both 'one' and 'two'"),
        "one name": (loss, {"h": {"y": h1}, "y": y}, ValueError, "two groups are called 'y'"),
        "alone": (alone, {"a": alone}, ValueError, "needs two"),
        "not closed": (loss, {"odd": through}, ValueError, "a path leaves"),
    }[case]


@pytest.mark.parametrize(
    "case", ["a leaf", "elsewhere", "a number", "twice", "one name", "alone", "not closed"]
)
def test_refused_groups_say_why(case):
    loss, groups, error, says = refused(case)
    with pytest.raises(error, match=says):
        Flow(loss, groups=groups)


def test_two_groups_that_wait_for_each_other_are_refused():
    a = Value(2.0, label="a")
    first, second = a.tanh(), a.exp()
    later, last = second * 2, first * 3
    root = later.tanh() + last.tanh()
    for node, name in ((first, "f"), (second, "s"), (later, "g"), (last, "h")):
        node.label = name
    with pytest.raises(ValueError, match="'one' and 'two' would wait"):
        Flow(root, groups={"one": [first, later], "two": [second, last]})


def test_only_groups_that_are_there_are_closed():
    h1, *_, loss = network()
    flow = Flow(loss, groups={"h₁": h1}, closed=["h₁"])
    assert flow.closed == ["h₁"]
    with pytest.raises(TraitError, match="no group is called 'h₂'; the groups are 'h₁'"):
        flow.closed = ["h₂"]
    with pytest.raises(TraitError, match="none: name some with groups="):
        Flow(loss, closed=["h₁"])


def test_a_networks_layers_are_closed_already():
    with pytest.raises(ValueError, match="closed already"):
        Flow(Network([Dense(1, 1)]), SquaredError(), x=[[1.0]], targets=[[1.0]], groups={})

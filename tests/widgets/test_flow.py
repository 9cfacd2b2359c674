"""Flow: the steps that it is told are those of the passes themselves, right and wrong."""

import json
import random
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from backproplab import Dense, Network, ReLU, Sigmoid, SoftmaxCrossEntropy, SquaredError, Value
from backproplab.plots.nodes import edges_of, nodes_of
from backproplab.plots.words import FIGURE_SPACE, POINT_SPACE, short
from backproplab.scalar import dot
from backproplab.widgets import Flow
from backproplab.widgets.flow.forward import forward_steps, trace
from backproplab.widgets.flow.graph import value_scene
from backproplab.widgets.flow.messages import depth_first_steps, right_messages, wrong_messages
from backproplab.widgets.flow.shares import carried
from backproplab.widgets.flow.words import entries


def diamond(swapped=False):
    a = Value(5.0, label="a")
    b = 4 * a
    c = 3 * b
    d = c * b if swapped else b * c
    b.label, c.label, d.label = "b", "c", "d"
    return a, b, c, d


def random_expression(seed, leaves=4, size=15):
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(-2, 2), label=f"x{index}") for index in range(leaves)]
    for _ in range(size):
        one, other = rng.choice(nodes), rng.choice(nodes)
        nodes.append(rng.choice([one + other, one * other, one.tanh(), one - 0.5]))
    return sum(nodes[leaves:], nodes[0])


seeds = st.integers(0, 10_000)


@pytest.mark.parametrize(("swapped", "found"), [(False, 240), (True, 480)])
def test_depth_first_the_diamond_is_right_by_luck_of_the_order_alone(swapped, found):
    a, *_, d = diamond(swapped)
    assert [step.total for step in depth_first_steps(d) if step.parent is a] == [found]


@given(seeds)
def test_in_the_right_order_nobody_speaks_early_and_the_totals_are_the_gradients(seed):
    root = random_expression(seed)
    nodes = nodes_of(root)
    messages = right_messages(nodes)
    assert not any(message.early or message.late for message in messages)
    root.backward()
    for index, total in {message.hearer: message.total for message in messages}.items():
        assert total == pytest.approx(nodes[index].value.grad, rel=1e-12)


@given(seeds)
def test_both_orders_use_each_arrow_once_and_leave_every_gradient_as_it_was(seed):
    root = random_expression(seed)
    nodes = nodes_of(root)
    for place, node in enumerate(nodes):
        node.value.grad = float(place)
    told = right_messages(nodes), wrong_messages(nodes)
    assert [node.value.grad for node in nodes] == list(range(len(nodes)))
    right, wrong = ([message.edge for message in messages] for messages in told)
    assert sorted(right) == sorted(wrong)
    assert len(set(right)) == len(right)


@given(seeds)
def test_at_the_end_each_box_shows_its_gradient_and_a_wrong_one_says_so(seed):
    root = random_expression(seed)
    nodes = nodes_of(root)
    right, wrong = right_messages(nodes), wrong_messages(nodes)
    ended = {message.hearer: message.total for message in wrong}
    boxes = list(zip(nodes, entries(nodes, right), entries(nodes, wrong, right), strict=True))
    root.backward()
    for index, (node, right_box, wrong_box) in enumerate(boxes[:-1]):
        if not right_box:
            continue
        grad = node.value.grad
        assert right_box[-1].gradient == short(grad)
        assert right_box[-1].state == "complete"
        assert (wrong_box[-1].state == "wrong") == (ended[index] != pytest.approx(grad, rel=1e-9, abs=1e-12))


def test_the_diamond_is_told_in_four_messages():
    passes = Flow(diamond()[-1]).scene["passes"]
    titles = [[told["title"] for told in one["sums"]] for one in passes]
    assert titles[0] == ["d tells b", "d tells c", "c tells b", "b tells a"]
    assert titles[1] == ["d tells b", "d tells c", "b tells a", "c tells b"]
    assert passes[0]["said"][3] == (
        "c tells b: 20 × 3 = 60. b held 60 and now holds 120; it has heard all its 2 messages and may speak."
    )
    assert passes[1]["said"][3].startswith(
        "b has heard 1 of 2 and speaks too early. b tells a: 60 × 4 = 240."
    )
    assert passes[1]["said"][4].endswith("The pass is over, and wrong: a got 240, not 480.")


def test_what_a_box_shows_at_each_step_of_the_diamond():
    right, wrong = (one["held"][2] for one in Flow(diamond()[-1]).scene["passes"])  # b
    assert right == [
        (0, "?", "heard 0 of 2", "unheard"),
        (1, "60", "heard 1 of 2", "waiting"),
        (3, "120", "✓ 2 of 2", "complete"),
    ]
    assert wrong[2:] == [(3, "60", "✗ spoke at 1 of 2", "early"), (4, "120", "✗ spoke at 1 of 2", "early")]


def test_luck_is_called_luck():
    assert (
        Flow(diamond(swapped=True)[-1])
        .scene["passes"][1]["said"][-1]
        .endswith("by luck of the order, every gradient is right.")
    )


def test_what_is_no_number_in_either_order_is_not_called_wrong():
    a = Value(float("nan"), label="a")
    assert "wrong" not in Flow(a * a + a).scene["passes"][1]["said"][-1]


def test_an_operand_used_twice_sends_two_messages_on_two_arrows():
    a = Value(3.0)
    scene = Flow(a * a).scene
    assert scene["passes"][0]["moves"] == [[1, 0, 0], [1, 0, 1]]
    assert [term[0] for term in scene["passes"][0]["sums"][1]["total"]] == ["3", "+", "3", "=", "6"]


def test_a_constant_hears_nothing_and_without_labels_every_leaf_hears():
    assert Flow(3 * Value(2.0, label="a")).last == 1
    assert Flow(3 * Value(2.0)).last == 2


def test_negative_numbers_stand_in_brackets():
    a = Value(-2.0, label="a")
    told = Flow(a * -3.0 + a).scene["passes"][0]["sums"][-1]
    assert [term[0] for term in told["product"]] == ["1", "×", "(−3)", "=", "−3"]


def test_sixty_nodes_are_stepped_and_more_are_refused():
    leaves = [Value(1.0) for _ in range(59)]
    assert Flow(dot(leaves[:1], leaves[1:2]) + dot(leaves[:28], leaves[28:56])).last == 60
    with pytest.raises(ValueError, match="at most 60 nodes"):
        Flow(dot(leaves, [Value(1.0) for _ in leaves]))


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ((Value(1.0),), ValueError, "computed from nothing"),
        ((3.0,), TypeError, "got float 3.0"),
        ((Network([Dense(1, 1)]),), TypeError, "needs a loss and a batch"),
    ],
)
def test_what_cannot_be_stepped_is_refused_with_what_to_do(arguments, error, says):
    with pytest.raises(error, match=says):
        Flow(*arguments)


def test_layers_in_a_row_have_no_wrong_order():
    with pytest.raises(ValueError, match="one order"):
        Flow(Network([Dense(1, 1)]), SquaredError(), x=[[1.0]], targets=[[1.0]], wrong_order=True)


def test_step_stays_within_the_pass():
    flow = Flow(diamond()[-1])
    flow.step = flow.last
    with pytest.raises(TraitError, match="4 steps back and 3 forward, got 5"):
        flow.step = 5


class TestNetwork:
    def small(self):
        network = Network([Dense(2, 3), ReLU(), Dense(3, 1), Sigmoid()], seed=3, dtype=np.float64)
        network.gradient = 7.0
        flow = Flow(network, SquaredError(), x=[[1.0, 2.0], [0.0, 1.0]], targets=[[1.0], [0.0]])
        return network, flow

    def test_each_step_has_the_numbers_of_a_training_pass(self):
        network, flow = self.small()
        network.loss_and_gradient(SquaredError(), [[1.0, 2.0], [0.0, 1.0]], [[1.0], [0.0]])
        for step in flow.scene["steps"][1:]:
            own = {part["name"]: part for part in step["parts"][1:-1]}
            for name in ("weights", "bias") if own else ():
                gradient = np.atleast_2d(network.gradient_views[f"{step['title']}.{name}"])
                rows = own[f"gradient of its {name}"]["rows"]
                plain = [[text.rstrip(f"{FIGURE_SPACE}{POINT_SPACE}") for text in row] for row in rows]
                assert plain == [[short(entry) for entry in row] for row in gradient]

    def test_what_one_layer_sends_on_the_next_one_hears(self):
        steps = self.small()[1].scene["steps"]
        for sender, hearer in pairwise(steps):
            assert sender["parts"][-1].get("rows") == hearer["parts"][0].get("rows")

    def test_a_norm_whose_square_float32_cannot_hold_is_not_0(self):
        network = Network([Dense(1, 1, initial="zeros")])
        flow = Flow(network, SquaredError(), x=[[1.0]], targets=[[3e-30]])
        assert [part["norm"] for part in flow.scene["steps"][1]["parts"][:3]] == ["3e−30"] * 3

    def test_the_networks_own_gradient_is_as_it_was(self):
        assert (self.small()[0].gradient == 7.0).all()

    def test_a_large_network_is_told_in_shapes_and_norms(self):
        network = Network([Dense(784, 128), Sigmoid(), Dense(128, 10)], seed=0)
        x = np.random.default_rng(0).random((32, 784)).astype(np.float32)
        flow = Flow(network, SoftmaxCrossEntropy(), x=x, targets=np.arange(32) % 10)
        assert len(json.dumps(flow.scene)) < 5_000
        assert "dense1: upstream (32, 128)" in flow.static().plain

    def test_without_a_kernel_there_is_a_table_of_the_layers(self):
        still = self.small()[1].static()
        assert still.html.count("<tr>") == 5
        assert still.plain.splitlines()[1].startswith("sigmoid1: upstream (2, 1), norm")


class TestStatic:
    def test_a_small_graph_is_a_picture_and_a_table_of_its_messages(self):
        still = Flow(diamond()[-1]).static()
        assert 'alt="Computational graph with 1 leaf' in still.html
        assert "a: value 5, gradient 480" in still.html
        assert "c tells b: 20 × 3 = 60; ∂d/∂b: 60 + 60 = 120" in still.plain
        assert "240" not in still.plain

    def test_the_wrong_order_stands_there_if_it_was_asked_for(self):
        assert "a got 240, not 480" in Flow(diamond()[-1], wrong_order=True).static().plain

    def test_a_longer_pass_is_a_picture_alone(self):
        still = Flow(random_expression(1)).static()
        assert "<table" not in still.html
        assert still.plain.startswith("Computational graph")

    def test_the_gradients_of_a_lesson_stay_as_they_were(self):
        a, *_, d = diamond()
        d.backward()
        Flow(d).static()
        assert (a.grad, d.grad) == (480, 1)


def test_points_of_a_column_stand_below_one_another():
    network = Network([Dense(1, 1)], dtype=np.float64)
    network.parameters = [2.0, 0.5]
    x, targets = [[0.25], [1.5], [-2.0]], [[0.0], [0.0], [0.5]]
    scene = Flow(network, SquaredError(), x=x, targets=targets).scene
    column = [row[0] for row in scene["steps"][0]["parts"][0]["rows"]]
    assert len({len(text) - re.search(r"[.\u2008]|$", text).start() for text in column}) == 1


def network_of_lesson_three():
    """Lesson 05's graph of the network of lesson 03: a long one, most of its boxes without a label."""
    w1, w2, b1, w3, b2 = (Value(number) for number in (0.4, -0.2, 0.1, 0.7, -0.3))
    z1 = 0.5 * w1 + 0.3 * w2 + b1
    h = z1.sigmoid()
    z2 = w3 * h + b2
    y = z2.sigmoid()
    loss = 0.5 * (y - 1) ** 2
    values = (w1, w2, b1, w3, b2, z1, h, z2, y, loss)
    for name, value in zip(["w₁", "w₂", "b₁", "w₃", "b₂", "z₁", "h", "z₂", "y", "L"], values, strict=True):
        value.label = name
    return loss


def test_a_box_without_a_label_is_called_by_what_it_was_made_from():
    names = [node["name"] for node in value_scene(network_of_lesson_three())["nodes"]]
    assert {"w₃ × h", "y − 1", "(y − 1)²"} <= set(names)
    assert not any("box" in name for name in names)


def test_the_right_half_of_a_long_drawing_stands_as_high_as_its_left():
    scene = value_scene(network_of_lesson_three())
    half = [node for node in scene["nodes"] if node["x"] > scene["width"] / 2]
    assert min(node["y"] for node in half) < scene["height"] / 3
    for node in scene["nodes"]:
        assert 0 <= node["y"] <= scene["height"] - node["height"] + 0.2


class TestForward:
    @given(seeds)
    def test_each_step_computes_from_what_is_there_already_and_gives_the_value(self, seed):
        root = random_expression(seed)
        nodes = nodes_of(root)
        edges, _ = edges_of(nodes, None)
        there = {index for index, node in enumerate(nodes) if not node.value.parents}
        for step in forward_steps(nodes, edges):
            assert {edges[edge].parent for edge in step["edges"]} <= there
            assert step["product"][-1][0] == short(nodes[step["node"]].value.data)
            there.add(step["node"])
        assert there == set(range(len(nodes)))

    @given(seeds)
    def test_the_code_of_a_graph_computes_its_value(self, seed):
        root = random_expression(seed)
        leaves = {
            node.value.label: node.value.data
            for node in nodes_of(root)
            if not node.value.parents and node.value.label
        }
        names = {name: Value(number) for name, number in leaves.items()}
        lines = trace(nodes_of(root))
        for line in lines:
            exec(line.text, names)
        last = lines[-1].text.split(" = ")[0]
        assert names[last].data == pytest.approx(root.data, rel=1e-12)

    @pytest.mark.parametrize(
        ("root", "line"),
        [
            (Value(-2.0) ** 3, "v1 = (-2) ** 3"),
            (-Value(2.0, label="a"), "v1 = -a"),
            (Value(2.0, label="a").relu(), "v1 = a.relu()"),
            (dot([Value(1.0)] * 3, [Value(2.0)] * 3), "v1 = dot(… 6 values)"),
        ],
    )
    def test_code_is_written_as_python_is(self, root, line):
        assert [one.text for one in trace(nodes_of(root))] == [line]

    def test_a_computation_is_told_with_the_local_derivatives_that_it_leaves(self):
        said = [step["said"] for step in value_scene(diamond()[-1])["forward"]]
        assert said[0] == "b is computed: 5 × 4 = 20. Its arrow keeps the local derivative 4."
        assert said[2].startswith(
            "d is computed: 20 × 60 = 1200. Its arrows keep the local derivatives 60 and"
        )

    def test_layers_compute_what_the_network_does(self):
        network = Network([Dense(2, 3), ReLU(), Dense(3, 1)], seed=3, dtype=np.float64)
        x = [[1.0, 2.0], [0.0, 1.0]]
        flow = Flow(network, SquaredError(), x=x, targets=[[1.0], [0.0]])
        last = flow.scene["forward"][-2]["parts"][-1]["rows"]
        plain = [row[0].rstrip(f"{FIGURE_SPACE}{POINT_SPACE}") for row in last]
        assert plain == [short(entry) for entry in network.forward(np.array(x))[:, 0]]
        assert flow.first == -4  # three layers and the loss


class TestCarried:
    @given(seeds)
    def test_the_shares_of_one_gradient_add_up_to_it_where_nothing_cancels(self, seed):
        root = random_expression(seed)
        nodes = nodes_of(root)
        edges, _ = edges_of(nodes, None)
        told = carried(nodes, edges, right_messages(nodes))
        for index in range(len(nodes)):
            said = [told[at][-1].text for at, edge in enumerate(edges) if edge.parent == index]
            shares = [int(found[1]) for text in said if (found := re.search(r", (\d+) % of", text))]
            if shares:
                assert len(shares) == len(said)
                assert sum(shares) == pytest.approx(100, abs=0.5 * len(said) + 1e-9)

    def test_an_arrow_tells_no_share_before_its_box_has_heard_all(self):
        upper = value_scene(diamond()[-1])["passes"][0]["carried"][4]  # from b to d
        assert upper == [
            (0, "b → d: carries 20, local derivative 60. No message yet."),
            (1, "d → b: 1 × 60 = 60."),
            (3, "d → b: 1 × 60 = 60, 50 % of ∂d/∂b, 120."),
        ]

    def test_of_messages_that_cancel_none_is_called_a_percentage(self):
        a = Value(3.0, label="a")
        said = [entries[-1][1] for entries in value_scene(2 * a - a)["passes"][0]["carried"]]
        assert not any("%" in text for text in said)
        assert sum("one part of the gradient of a, 1." in text for text in said) == 2

    def test_a_constant_is_told_nothing(self):
        said = value_scene(4 * Value(5.0, label="a"))["passes"][0]["carried"]
        assert [entries[-1][1] for entries in said][1].endswith("A constant is told nothing.")

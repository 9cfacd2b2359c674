"""The graph of a Value: nothing overlaps, all runs from left to right, each number is the engine's."""

from itertools import combinations, pairwise
from random import Random

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from backproplab.display import alt_text
from backproplab.plots.boxes import text_width
from backproplab.plots.graph import computational_graph
from backproplab.plots.layered import PORT, Edge, layered
from backproplab.plots.style import panels
from backproplab.scalar import Value, dot, total


def diamond():
    a = Value(5.0, label="a")
    b = 4 * a
    c = 3 * b
    d = b * c
    b.label, c.label, d.label = "b", "c", "d"
    return d


def random_expression(seed, leaves=9, size=30):
    random = Random(seed)
    nodes = [Value(round(random.uniform(-2, 2), 3), label="pqrstuvwx"[index]) for index in range(leaves)]
    loose = list(nodes)
    while len(nodes) < size:
        left = loose.pop(random.randrange(len(loose)))
        other = loose.pop() if len(loose) > size - len(nodes) - 1 else random.choice(nodes)
        nodes.append(
            random.choice([left + other, left * other, left - other, left.tanh(), dot([left], [other])])
        )
        loose.append(nodes[-1])
    root = total(loose)
    root.label = "f"
    return root


def random_layout(seed):
    """Boxes of many sizes and a random graph in which each box but the last leads on to a later one."""
    random = Random(seed)
    count = random.randint(2, 40)
    sizes = [(random.uniform(0.3, 1.2), random.uniform(0.2, 0.8)) for _ in range(count)]
    edges = [Edge(node, random.randint(node + 1, min(count - 1, node + 6)), 0.3) for node in range(count - 1)]
    edges += [Edge(*sorted(random.sample(range(count), 2)), 0.5) for _ in range(count // 2)]
    return layered(sizes, edges), edges


layouts = pytest.mark.parametrize("seed", range(25))


@layouts
def test_no_two_boxes_overlap(seed):
    layout, _ = random_layout(seed)
    for one, other in combinations(layout.boxes, 2):
        beside = abs(one.x - other.x) >= (one.width + other.width) / 2
        above = abs(one.y - other.y) >= (one.height + other.height) / 2
        assert beside or above


@layouts
def test_every_line_runs_from_its_parent_to_its_child_and_never_turns_back(seed):
    layout, edges = random_layout(seed)
    for edge, line in zip(edges, layout.lines, strict=True):
        parent, child = layout.boxes[edge.parent], layout.boxes[edge.child]
        assert (line[0].left, line[0].y) == pytest.approx((parent.right, parent.y))
        assert line[-1].right == pytest.approx(child.left)
        assert abs(line[-1].y - child.y) <= child.height / 2
        places = [place for run in line for place in (run.left, run.right)]
        assert all(before <= after + 1e-9 for before, after in pairwise(places))
        assert parent.right < child.left


@layouts
def test_no_line_runs_through_a_box(seed):
    layout, _ = random_layout(seed)
    for box in layout.boxes:
        for line in layout.lines:
            for run in line:
                level = abs(run.y - box.y) < box.height / 2
                assert not (level and run.left < box.right - 1e-9 and run.right > box.left + 1e-9)
            for before, after in pairwise(line):  # bends keep to where no box is
                assert before.right >= box.right - 1e-9 or after.left <= box.left + 1e-9


@layouts
def test_a_label_has_its_place_to_itself(seed):
    layout, edges = random_layout(seed)
    for edge, own in zip(edges, layout.lines, strict=True):
        right, bottom = own[-1].right, own[-1].y
        left, top = right - edge.label_width, bottom + PORT * 0.8
        for box in layout.boxes:
            assert (
                box.right <= left + 1e-9 or box.left >= right - 1e-9 or abs(box.y - bottom) > box.height / 2
            )
        for line in layout.lines:
            for run in line:
                if line is not own and bottom < run.y < top:
                    assert run.right <= left + 1e-9 or run.left >= right - 1e-9
            for before, after in pairwise(line):
                assert after.left <= left + 1e-9 or before.right >= right - 1e-9


def test_the_first_operand_is_on_top():
    boxes = layered([(1, 0.5)] * 3, [Edge(0, 2, 0.1), Edge(1, 2, 0.1)]).boxes
    assert boxes[0].y > boxes[1].y
    boxes = layered([(1, 0.5)] * 3, [Edge(1, 2, 0.1), Edge(0, 2, 0.1)]).boxes
    assert boxes[1].y > boxes[0].y


def test_a_box_stands_level_with_the_middle_of_its_inputs_and_a_chain_runs_straight():
    edges = [Edge(0, 3, 0.1), Edge(1, 3, 0.1), Edge(2, 3, 0.1), Edge(3, 4, 0.1)]
    boxes = layered([(1, 0.5), (1, 0.3), (1, 0.5), (1, 0.5), (1, 0.9)], edges).boxes
    middle = sum(box.y for box in boxes[:3]) / 3
    assert boxes[3].y == pytest.approx(middle, abs=1e-3)
    assert boxes[4].y == pytest.approx(middle, abs=1e-3)


def test_the_same_graph_is_laid_out_the_same_each_time():
    assert random_layout(7) == random_layout(7)


def lines_cross(one, other):
    """Bends between the same two layers whose ends change places."""
    for (a, b), (c, d) in ((p, q) for p in pairwise(one) for q in pairwise(other)):
        if abs(b.left - d.left) < 1e-9 and (a.y - c.y) * (b.y - d.y) < -1e-9:
            return True
    return False


def test_a_tree_is_drawn_without_crossings():
    edges = [Edge(node, 16 + node // 2, 0.2) for node in range(30)]
    layout = layered([(0.8, 0.6)] * 31, edges)
    assert not any(lines_cross(one, other) for one, other in combinations(layout.lines, 2))


def drawn(ax, gid):
    return [text.get_text() for text in ax.texts if text.get_gid() == gid]


def boxes_of(ax):
    return [patch for patch in ax.patches if patch.get_gid() == "box"]


def test_each_value_is_drawn_once_and_each_operand_has_an_arrow():
    root = diamond()
    ax = computational_graph(root)
    assert len(boxes_of(ax)) == 6  # a, 4, b, 3, c, d
    assert len([patch for patch in ax.patches if patch.get_gid() == "arrow"]) == 6
    a = Value(2.0, label="a")
    ax = computational_graph(a * a)
    assert len(boxes_of(ax)) == 2
    assert drawn(ax, "local") == ["2", "2"]


def test_the_diamond_shows_its_published_numbers():
    root = diamond()
    root.backward()
    ax = computational_graph(root)
    assert sorted(drawn(ax, "value")) == sorted(["5", "4", "20", "3", "60", "1200"])
    assert sorted(drawn(ax, "gradient")) == sorted(["480", "120", "20", "1"])  # constants show none
    assert {"a", "b", "c", "d"} < set(drawn(ax, "heading"))


def test_local_derivatives_are_those_of_the_backward_pass():
    root = random_expression(3)
    steps = list(root.backward_steps())
    shown = [float(text.replace("−", "-")) for text in drawn(computational_graph(root, digits=6), "local")]
    assert sorted(shown) == pytest.approx(sorted(step.local for step in steps), rel=1e-5, abs=1e-9)


def test_drawing_changes_no_gradient():
    root = diamond()
    computational_graph(root)
    assert root.grad == root.parents[0].grad == 0.0


def test_an_unlabelled_leaf_is_a_constant_only_beside_labelled_ones():
    product = Value(2.0) * Value(3.0)
    product.backward()
    assert sorted(drawn(computational_graph(product), "gradient")) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("make", "sign"),
    [
        (lambda a: a * 2, "×"),
        (lambda a: a / 2, "÷"),
        (lambda a: -a, "−(·)"),
        (lambda a: a**2, "(·)²"),
        (lambda a: a**-1.0, "(·)⁻¹"),
        (lambda a: a**0.5, "(·)^0.5"),
        (lambda a: a.sigmoid(), "sigmoid"),
    ],
)
def test_operations_are_written_as_in_mathematics(make, sign):
    assert sign in drawn(computational_graph(make(Value(4.0, label="a"))), "heading")


@pytest.mark.parametrize("seed", range(4))
def test_thirty_nodes_are_readable_every_text_is_in_its_box_and_clear_of_the_others(seed):
    root = random_expression(seed)
    root.backward()
    ax = computational_graph(root)
    figure = ax.get_figure()
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    boxes = [box.get_window_extent(renderer) for box in boxes_of(ax)]
    texts = [
        (text.get_gid(), text.get_window_extent(renderer)) for text in ax.texts if text.get_gid() != "legend"
    ]
    for gid, extent in texts:
        around = [box for box in boxes if box.overlaps(extent)]
        assert len(around) == (0 if gid == "local" else 1)
        assert all(box.x0 < extent.x0 and extent.x1 < box.x1 for box in around)
    for (_, one), (_, other) in combinations(texts, 2):
        wide = min(one.x1, other.x1) - max(one.x0, other.x0)
        high = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert wide <= 0 or high <= 0.35 * min(
            one.height, other.height
        )  # extents reserve room below the line
    assert min(text.get_fontsize() for text in ax.texts if text.get_gid() != "legend") == pytest.approx(9)


def test_the_figure_grows_with_the_graph_and_keeps_inches():
    small, large = (computational_graph(root) for root in (diamond(), random_expression(1)))
    assert large.get_figure().get_figheight() > small.get_figure().get_figheight()
    for ax in (small, large):
        left, right = ax.get_xlim()
        assert right - left == pytest.approx(ax.get_figure().get_figwidth())


def test_given_axes_are_used_and_their_text_shrinks_with_them():
    axes = panels(1, 2, width=8)[1][0, 0]
    assert computational_graph(random_expression(2), ax=axes) is axes
    left, right = axes.get_xlim()
    inches = axes.get_window_extent().width / axes.get_figure().dpi
    sizes = {text.get_fontsize() for text in axes.texts if text.get_gid() == "value"}
    assert list(sizes) == [pytest.approx(9 * inches / (right - left))]


def test_alt_text_tells_a_small_graph_box_by_box():
    root = diamond()
    root.backward()
    assert alt_text(computational_graph(root)) == (
        "Computational graph with 1 leaf, 2 constants and 3 computed values, ending in d = 1200."
        " a: value 5, gradient 480; b: value 20, gradient 120; c: value 60, gradient 20;"
        " d: value 1200, gradient 1."
    )


def test_alt_text_of_a_large_graph_names_the_leaf_with_the_largest_gradient():
    leaves = [Value(float(index), label=f"x{index}") for index in range(12)]
    root = dot(leaves[:6], leaves[6:])
    root.backward()
    text = alt_text(computational_graph(root))
    assert text.endswith("The leaf with the largest gradient is x5, with 11.")
    assert "12 leaves and 1 computed value," in text


def test_before_backward_picture_and_alt_text_say_so():
    root = diamond()
    ax = computational_graph(root)
    assert "before backward()" in alt_text(ax)
    assert any("before backward()" in text for text in drawn(ax, "legend"))
    root.backward()
    ax = computational_graph(root)
    assert "backward()" not in alt_text(ax) + " ".join(drawn(ax, "legend"))


def test_the_legend_names_the_root_only_if_the_gradients_are_of_the_root():
    root = diamond()
    loss = root * 2
    loss.backward()
    assert "gradient" in drawn(computational_graph(root), "legend")
    root.backward()
    assert "gradient ∂d/∂box" in drawn(computational_graph(root), "legend")


def test_a_single_leaf_is_a_graph():
    assert drawn(computational_graph(Value(3.0, label="a")), "value") == ["3"]


def test_a_graph_that_is_too_large_is_refused_at_once_however_deep_it_is():
    value = Value(1.0)
    for _ in range(200_000):
        value = value + 1.0
    with pytest.raises(ValueError, match=r"at most 60 nodes.*dot"):
        computational_graph(value)


def test_sixty_nodes_are_drawn():
    root = total([Value(1.0, label="x") for _ in range(59)])
    assert len(boxes_of(computational_graph(root))) == 60


def test_a_node_without_known_derivatives_can_be_drawn_without_them():
    odd = Value(1.0, (Value(2.0, label="a"),), "odd")
    with pytest.raises(ValueError, match="no derivative"):
        computational_graph(odd)
    assert drawn(computational_graph(odd, show_local=False), "local") == []


def test_a_text_has_the_width_that_it_has_on_paper():
    ax = computational_graph(Value(1.0, label="long name"))
    text = next(text for text in ax.texts if text.get_text() == "long name")
    renderer = FigureCanvasAgg(ax.get_figure()).get_renderer()
    measured = text.get_window_extent(renderer).width / ax.get_figure().dpi
    assert text_width("long name", 9.5, "bold") == pytest.approx(measured, rel=0.05)

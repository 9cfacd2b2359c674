"""Every number in the diagram is the network's, stands alone and can be read."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.patches import Circle

from backproplab.display import alt_text
from backproplab.layers import Dense, Sigmoid
from backproplab.losses import SquaredError
from backproplab.network import Network
from backproplab.plots.network_diagram import Names, network_diagram, unit_diagram


@pytest.fixture
def network():
    """The 2-1-1 network of lesson 03."""
    hidden, output = (Dense(i, 1).initialise(dtype=np.float64) for i in (2, 1))
    hidden.weights[:], hidden.bias[:] = [[0.4], [-0.2]], 0.1
    output.weights[:], output.bias[:] = 0.7, -0.3
    return Network([hidden, Sigmoid(), output, Sigmoid()], dtype=np.float64)


def written(ax):
    return [text.get_text() for text in ax.texts if text.get_color() != "none"]


def test_the_numbers_of_lesson_03(network):
    network.loss_and_gradient(SquaredError(reduction="sum"), np.array([[0.5, 0.3]]), np.array([[1.0]]))
    ax = network_diagram(network, [0.5, 0.3], gradients=network.gradient_views)
    expected = {"0.50", "0.30", "0.56", "0.52", "+0.40", "−0.20", "+0.70", "b +0.10", "b −0.30"}
    assert expected | {"−0.0103", "−0.00616", "−0.0666"} <= set(written(ax))
    assert alt_text(ax) == (
        "A 2-1-1 network computing 0.52 from 0.50, 0.30. Its 3 weights reach 0.70; dashed lines are "
        "negative; the largest gradient is −0.067."
    )


def test_drawing_leaves_the_gradients_alone(network):
    network.loss_and_gradient(SquaredError(), np.array([[0.5, 0.3]]), np.array([[1.0]]))
    before = network.gradient.copy()
    network_diagram(network, [1, 1])
    np.testing.assert_array_equal(network.gradient, before)


def test_dashes_say_negative_and_thickness_says_size():
    ax = unit_diagram([[1, 1], [0]], [[[2.0], [-0.5]]])
    thick, thin = ax.lines
    assert thick.get_linestyle() == "-"
    assert thin.get_linestyle() != "-"
    assert thick.get_linewidth() > 2 * thin.get_linewidth()


@pytest.mark.parametrize("named", [False, True], ids=["numbers", "names"])
@pytest.mark.parametrize("sizes", [(2, 1), (2, 1, 1), (2, 2, 1), (2, 2, 2), (2, 3, 1), (2, 4, 1)])
@pytest.mark.parametrize("seed", range(3))
def test_no_number_lies_on_another_nor_on_a_unit(sizes, seed, named):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=shape) for shape in pairwise(sizes)]
    ax = unit_diagram(
        [rng.random(size) for size in sizes],
        weights,
        gradients=[w * 1e-3 for w in weights],
        biases=[rng.normal(size=size) for size in sizes[1:]],
        deltas=[rng.normal(size=size) * 1e-3 for size in sizes[1:]] if named else None,
        names=Names.numbered(*sizes) if named else None,
    )
    ax.figure.draw_without_rendering()
    texts = [text for text in ax.texts if text.get_color() != "none"]
    boxes = [text.get_window_extent() for text in texts]
    assert not [
        (texts[i].get_text(), texts[j].get_text())
        for i, a in enumerate(boxes)
        for j, b in enumerate(boxes[:i])
        if a.padded(-1).overlaps(b.padded(-1))
    ]
    circles = [patch.get_window_extent() for patch in ax.patches if isinstance(patch, Circle)]
    labels = [box for text, box in zip(texts, boxes, strict=True) if text.get_text()[0] in "+−w"]
    assert not any(label.overlaps(circle.padded(-4)) for label in labels for circle in circles)


CLASSIC = [[[0.15, 0.25], [0.20, 0.30]], [[0.40, 0.50], [0.45, 0.55]]]  # lesson 04, (inputs, outputs)
UNKNOWN = [np.nan, np.nan]


def test_weights_are_named_unit_by_unit():
    names = Names.numbered(2, 2, 2)
    assert names.weights == [[["w₁", "w₃"], ["w₂", "w₄"]], [["w₅", "w₇"], ["w₆", "w₈"]]]
    assert names.biases == [["b₁", "b₂"], ["b₃", "b₄"]]
    assert Names.numbered(3, 2, 1, 1).units == [["x₁", "x₂", "x₃"], ["h₁", "h₂"], ["h₃"], ["y"]]
    assert Names.numbered(4, 3).weights[0][3] == ["w₄", "w₈", "w₁₂"]


def test_names_are_those_of_the_sheet():
    """Lessons 03 and 04 draw what `spreadsheet.Sheet` writes down."""
    from backproplab.spreadsheet.formulas import formulas_of
    from backproplab.spreadsheet.language import pretty

    network = Network([Dense(2, 3), Sigmoid(), Dense(3, 2), Sigmoid()], dtype=np.float64)
    formulas, names = formulas_of(network, SquaredError()), Names.numbered(2, 3, 2)
    for drawn, written_down in zip(names.weights, formulas.parameters.values(), strict=True):
        assert drawn == [[pretty(weight) for weight in row] for row in written_down.weights]
    for drawn, written_down in zip(names.biases, formulas.parameters.values(), strict=True):
        assert drawn == [pretty(bias) for bias in written_down.bias]
    levels = [[pretty(name) for name in level] for level in formulas.levels]
    assert names.units == [levels[0], levels[2], levels[4]]


def test_every_edge_carries_its_name_and_the_alt_text_says_where_it_leads():
    names = Names.numbered(2, 2, 2)._replace(biases=[["b₁", "b₁"], ["b₂", "b₂"]])
    biases = [[0.35, 0.35], [0.60, 0.60]]
    ax = unit_diagram([[0.05, 0.10], UNKNOWN, UNKNOWN], CLASSIC, biases=biases, names=names)
    weights = ["+0.15", "+0.20", "+0.25", "+0.30", "+0.40", "+0.45", "+0.50", "+0.55"]
    edges = {f"w{'₁₂₃₄₅₆₇₈'[k]} {weight}" for k, weight in enumerate(weights)}
    assert edges | {"x₁", "0.05", "h₁", "y₂", "b₁ +0.35", "b₂ +0.60"} <= set(written(ax))
    assert not any("nan" in text for text in written(ax)), "a unit not yet computed has its name alone"
    assert alt_text(ax) == (
        "A 2-2-2 network. Units: x₁ 0.050, x₂ 0.10. Weights: w₁ 0.15 from x₁ to h₁; w₂ 0.20 from x₂ to h₁; "
        "w₃ 0.25 from x₁ to h₂; w₄ 0.30 from x₂ to h₂; w₅ 0.40 from h₁ to y₁; w₆ 0.45 from h₂ to y₁; "
        "w₇ 0.50 from h₁ to y₂; w₈ 0.55 from h₂ to y₂. Biases: b₁ 0.35 into h₁, b₁ 0.35 into h₂, "
        "b₂ 0.60 into y₁, b₂ 0.60 into y₂."
    )


def test_deltas_and_gradients_are_drawn_and_told():
    gradients = [np.full((2, 2), 0.5), np.full((2, 2), -0.25)]
    deltas = [[0.01, 0.02], [0.14, -0.04]]
    names = Names.numbered(2, 2, 2)
    ax = unit_diagram([[1, 1]] * 3, CLASSIC, gradients=gradients, deltas=deltas, names=names)
    assert {"δ +0.0100", "δ −0.0400", "δ = ∂L/∂z"} <= set(written(ax))
    assert "w₈ 0.55 from h₂ to y₂, gradient −0.25." in alt_text(ax)
    assert alt_text(ax).endswith("δ: 0.010 at h₁, 0.020 at h₂, 0.14 at y₁, −0.040 at y₂.")


def test_a_unit_may_show_its_sum_on_the_way_to_its_output(network):
    names = Names.numbered(2, 1, 1)._replace(sums=[["z₁"], ["z₂"]])
    ax = network_diagram(network, [0.5, 0.3], names=names)
    assert {"z₁ → h", "z₂ → y", "x₁", "w₃ +0.70"} <= set(written(ax))
    assert "w₃ 0.70 from h to y" in alt_text(ax)
    ax = network_diagram(network, [0.5, 0.3], names=names._replace(sums=[["z₁"], [""]]))
    assert {"z₁ → h", "y"} <= set(written(ax))


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (Names.numbered(2, 3, 2), r"names.units have the sizes \[2, 3, 2\], but the network has \[2, 2, 2\]"),
        (Names.numbered(2, 2, 2)._replace(weights=[[["w"]]]), "names.weights have the sizes"),
        (Names.numbered(2, 2, 2)._replace(biases=[["b"], ["b"]]), "names.biases"),
        (Names.numbered(2, 2, 2)._replace(sums=[["z"]]), "names.sums"),
    ],
)
def test_names_that_do_not_fit_are_refused_with_a_way_out(names, fault):
    with pytest.raises(ValueError, match=rf"{fault}.*Names.numbered\(2, 2, 2\) makes names that fit"):
        unit_diagram([[1, 1]] * 3, CLASSIC, names=names)


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"weights 0 have shape \(1, 2\).*\(2, 1\)"):
        unit_diagram([[1, 1], [0]], [[[2.0, -0.5]]])

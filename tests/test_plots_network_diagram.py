"""Every number in the diagram is the network's, stands alone and can be read."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.patches import Circle

from backproplab.display import alt_text
from backproplab.layers import Dense, Sigmoid
from backproplab.losses import SquaredError
from backproplab.network import Network
from backproplab.plots.network_diagram import network_diagram, unit_diagram


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


@pytest.mark.parametrize("sizes", [(2, 1), (2, 1, 1), (2, 2, 1), (2, 2, 2), (2, 3, 1), (2, 4, 1)])
@pytest.mark.parametrize("seed", range(3))
def test_no_number_lies_on_another_nor_on_a_unit(sizes, seed):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=shape) for shape in pairwise(sizes)]
    ax = unit_diagram(
        [rng.random(size) for size in sizes],
        weights,
        gradients=[w * 1e-3 for w in weights],
        biases=[rng.normal(size=size) for size in sizes[1:]],
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
    labels = [box for text, box in zip(texts, boxes, strict=True) if text.get_text()[0] in "+−"]
    assert not any(label.overlaps(circle.padded(-4)) for label in labels for circle in circles)


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"weights 0 have shape \(1, 2\).*\(2, 1\)"):
        unit_diagram([[1, 1], [0]], [[[2.0, -0.5]]])

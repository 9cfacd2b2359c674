"""The lines are where the mathematics puts them."""

import numpy as np
import pytest
from matplotlib.text import Text

from backproplab.display import alt_text
from backproplab.layers import Dense, ReLU, Sigmoid
from backproplab.network import Network
from backproplab.plots.boundary import decision_boundary, hidden_lines

CORNERS, LABELS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])


@pytest.fixture
def xor():
    """XOR by hand: h₁ is OR, h₂ is AND, the output h₁ and not h₂."""
    hidden, output = (Dense(i, o).initialise(dtype=np.float64) for i, o in ((2, 2), (2, 1)))
    hidden.weights[:], hidden.bias[:] = [[20, 20], [20, 20]], [-10, -30]
    output.weights[:], output.bias[:] = [[20], [-20]], -10
    return Network([hidden, Sigmoid(), output, Sigmoid()], dtype=np.float64)


def black_contour(ax):
    paths = ax.collections[-1].get_paths()
    return np.concatenate([path.vertices for path in paths])


class TestDecisionBoundary:
    def test_the_black_line_is_where_the_probability_is_one_half(self, xor):
        ax = decision_boundary(xor, CORNERS, LABELS)
        np.testing.assert_allclose(xor.predict(black_contour(ax)), 0.5, atol=0.05)

    def test_a_network_whose_numbers_broke_has_no_point_right(self, xor):
        xor.parameters[:] = np.nan
        assert "0 of 4 points lie on the right side" in alt_text(decision_boundary(xor, CORNERS, LABELS))

    def test_a_function_and_a_logit_draw_the_same_as_the_network(self, xor):
        logit = Network([Dense(2, 2), Sigmoid(), Dense(2, 1)], dtype=np.float64)
        logit.parameters[:] = xor.parameters
        models = (xor, logit, xor.predict)
        texts = {alt_text(decision_boundary(model, CORNERS, LABELS)) for model in models}
        assert len(texts) == 1
        assert "4 of 4 points lie on the right side" in texts.pop()

    def test_two_softmax_outputs_are_the_sigmoid_of_their_difference(self):
        dense = Dense(2, 2).initialise(dtype=np.float64)
        dense.weights[:], dense.bias[:] = [[0, 3], [0, 0]], [0, -1.5]
        ax = decision_boundary(Network([dense], dtype=np.float64), CORNERS, LABELS)
        np.testing.assert_allclose(black_contour(ax)[:, 0], 0.5, atol=1e-6)

    def test_three_classes_share_the_plane(self):
        dense = Dense(2, 3).initialise(dtype=np.float64)
        dense.weights[:] = [[1, -1, 0], [0, 0, 5]]
        ax = decision_boundary(Network([dense], dtype=np.float64), CORNERS, [0, 1, 2, 2])
        assert "class 0" in alt_text(ax)
        assert len({line.get_marker() for line in ax.lines}) == 3

    def test_classes_differ_in_marker_as_in_colour(self, xor):
        zero, one = decision_boundary(xor, CORNERS, LABELS).lines
        assert zero.get_marker() != one.get_marker()
        assert zero.get_color() != one.get_color()

    def test_classes_have_their_names_in_the_key_the_scale_and_the_text(self, xor):
        ax = decision_boundary(xor, CORNERS, LABELS, classes=("land", "water"))
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["land", "water"]
        written = [text.get_text() for text in ax.get_figure().findobj(Text)]
        assert "probability of water" in written
        assert alt_text(ax).startswith("Probability of water over the plane")
        with pytest.raises(ValueError, match="got 3 names for 2 classes: a, b, c"):
            decision_boundary(xor, CORNERS, LABELS, classes="abc")

    def test_points_that_are_no_plane_are_refused(self, xor):
        with pytest.raises(ValueError, match=r"expected x of shape \(n, 2\)"):
            decision_boundary(xor, np.zeros((4, 3)), LABELS)


class TestHiddenLines:
    def test_each_line_has_z_zero_and_its_arrow_points_to_positive_z(self, xor):
        ax = decision_boundary(xor, CORNERS, LABELS)
        before = len(ax.lines)
        hidden_lines(xor, ax=ax)
        arrows = [text for text in ax.texts if text.get_text() == ""]
        dense = xor.layers[0]
        for unit, (line, arrow) in enumerate(zip(ax.lines[before:], arrows, strict=True)):
            z = dense.forward(line.get_xydata())[:, unit]
            np.testing.assert_allclose(z, 0, atol=1e-9)
            assert dense.forward(np.array([arrow.xy]))[0, unit] > 0

    def test_the_lines_run_from_edge_to_edge_of_the_view(self, xor):
        ax = hidden_lines(xor, ax=decision_boundary(xor, CORNERS, LABELS))
        low, high = ax.get_xlim()
        for line in ax.lines[-2:]:
            for x, y in line.get_xydata():
                assert min(abs(v - edge) for v in (x, y) for edge in (low, high)) < 1e-9

    def test_names_stay_in_the_view(self):
        hidden = Dense(2, 3).initialise(dtype=np.float64)
        # The free spots of the third line, far from the other two names, lie next to the left edge.
        hidden.weights[:], hidden.bias[:] = [[1.58, -2.48, -4.57], [3.09, -4.03, 2.89]], [-3.41, 4.85, -1.74]
        network = Network([hidden, ReLU()], dtype=np.float64)
        ax = hidden_lines(network, ax=decision_boundary(network, CORNERS, LABELS))
        low, high = ax.get_xlim()
        for name in filter(lambda text: text.get_text(), ax.texts):
            assert low + 0.05 < min(name.get_position())
            assert max(name.get_position()) < high - 0.05

    def test_a_name_covers_no_point_of_the_data(self):
        hidden = Dense(2, 1).initialise(dtype=np.float64)
        hidden.weights[:], hidden.bias[:] = [[0], [-1]], [0.5]  # the line x₂ = ½, its arrow downwards
        network = Network([hidden, ReLU()], dtype=np.float64)
        below = np.array([[0.0, 0.0], [1.0, 1.0], [0.5, 0.32]])  # the third lies below the middle of the line
        ax = hidden_lines(network, ax=decision_boundary(network, below, [0, 1, 0]))
        (name,) = filter(lambda text: text.get_text(), ax.texts)
        assert np.linalg.norm(below - name.get_position(), axis=1).min() > 0.1

    def test_a_line_outside_the_view_is_told(self, xor):
        xor.layers[0].bias[1] = -500
        ax = hidden_lines(xor, ax=decision_boundary(xor, CORNERS, LABELS))
        assert alt_text(ax).endswith("h₂ never changes sign in view.")

    def test_a_unit_without_weights_has_no_line(self, xor):
        xor.layers[0].weights[:, 0] = 0
        assert "h₁ never" in alt_text(hidden_lines(xor, ax=decision_boundary(xor, CORNERS, LABELS)))

    def test_a_network_of_more_inputs_is_refused(self, xor):
        other = Network([Dense(3, 2), ReLU()])
        with pytest.raises(ValueError, match=r"starts with Dense\(2"):
            hidden_lines(other, ax=decision_boundary(xor, CORNERS, LABELS))

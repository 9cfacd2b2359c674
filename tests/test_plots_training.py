"""What is drawn of a training run is what was recorded."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots.training import (
    default_window,
    gradient_noise,
    gradient_norms,
    loss_curve,
    weight_traces,
)
from backproplab.training import History
from backproplab.training.recorder import Series


def series(values, labels=(), steps=None):
    values = np.asarray(values, float)
    return Series(np.arange(1, len(values) + 1) if steps is None else np.asarray(steps), values, labels)


def history(losses, validation=()):
    empty = np.zeros(0)
    return History(np.array(losses), np.array(validation), empty, {}, len(losses), "")


class TestLossCurve:
    def test_a_short_series_is_drawn_as_it_is(self):
        ax = loss_curve(series([2.3, 1.0, 0.5], steps=[1, 10, 20]))
        (line,) = ax.lines
        assert line.get_xydata().tolist() == [[1, 2.3], [10, 1.0], [20, 0.5]]
        assert alt_text(ax) == "Loss over 3 recorded steps: it falls from 2.3 to about 0.5."

    def test_a_long_series_stays_visible_behind_its_mean_and_the_title_says_so(self):
        values = 1 + np.random.default_rng(0).random(200)
        ax = loss_curve(series(values))
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), values)
        assert ax.lines[1].get_ydata().std() < values.std() / 2
        assert f"mean over {default_window(series(values))}" in ax.get_title("left")

    def test_a_history_shows_training_and_validation_by_name(self):
        ax = loss_curve(history([0.5, 0.1], [0.4, 0.2]))
        assert [list(line.get_ydata()) for line in ax.lines] == [[0.5, 0.1], [0.4, 0.2]]
        assert [text.get_text() for text in ax.texts] == ["training", "validation"]
        assert "validation loss falls from 0.40 to 0.20" in alt_text(ax)

    def test_a_loss_axis_starts_at_zero(self):
        assert loss_curve(history([5.0, 4.0])).get_ylim()[0] == 0

    def test_a_loss_that_broke_is_drawn_up_to_there_and_told(self):
        ax = loss_curve(series([1.0, 50.0, np.inf, np.nan]))
        assert "no longer a finite number from step 3" in alt_text(ax)


class TestGradients:
    def test_each_layer_has_its_own_line_style_marker_and_name(self):
        ax = gradient_norms(series([[1, 0.1, 0.01]] * 3, ("dense1", "dense2", "dense3")))
        assert ax.get_yscale() == "log"
        assert len({(line.get_linestyle(), line.get_marker()) for line in ax.lines}) == 3
        assert [text.get_text() for text in ax.texts] == ["dense1", "dense2", "dense3"]

    def test_the_line_is_a_geometric_mean_over_the_window(self):
        values = np.exp(np.random.default_rng(0).normal(size=(9, 1)))
        ax = gradient_norms(series(values, ("dense1",)), window=9)
        assert ax.lines[1].get_ydata()[4] == pytest.approx(np.exp(np.log(values).mean()))

    def test_a_gradient_of_zero_leaves_a_gap_on_the_log_scale(self):
        ax = gradient_norms(series([[1.0], [0.0], [0.5]], ("dense1",)))
        assert np.isnan(ax.lines[0].get_ydata()[1])

    def test_noise_is_deviation_over_mean(self):
        ax = gradient_noise(series([[[2.0, 1.0]], [[0.5, 2.0]]], ("dense1",)))
        assert ax.lines[0].get_ydata().tolist() == [0.5, 4.0]
        assert "dense1 rises from 0.50 to about 5" in alt_text(ax)

    def test_names_of_lines_that_end_together_do_not_overlap(self):
        names = ("dense1", "dense2", "dense3", "dense4")
        ax = gradient_norms(series([[1.0, 1.1, 1.05, 1.02]] * 2, names))
        ax.figure.draw_without_rendering()
        boxes = [text.get_window_extent() for text in ax.texts]
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


class TestWeightTraces:
    labels = ("dense1.weights[406, 3]", "dense1.weights[350, 7]")

    def test_a_panel_of_values_and_a_panel_for_each_gradient_on_one_scale(self):
        weights, gradients = series([[1, 2], [1.5, 1]], self.labels), series([[3, -4], [0, 0.5]], self.labels)
        figure = weight_traces(weights, gradients)
        values, *slopes = figure.axes
        assert [list(line.get_ydata()) for line in values.lines] == [[1, 1.5], [2, 1]]
        assert [list(ax.lines[-1].get_ydata()) for ax in slopes] == [[3, 0], [-4, 0.5]]
        assert len({ax.get_ylim() for ax in slopes}) == 1
        assert [text.get_text() for text in values.texts] == ["[406, 3]", "[350, 7]"]

    def test_the_words_name_each_weight_and_how_its_gradient_changed(self):
        weights = series([[1.0], [1.5]], self.labels[:1])
        text = alt_text(weight_traces(weights, series([[-3.0], [0.1]], self.labels[:1])))
        assert "dense1.weights[406, 3] rises from 1.0 to about 2; " in text
        assert "the size of its gradient shrinks, from about 3." in text

    def test_traces_of_different_weights_are_refused(self):
        with pytest.raises(ValueError, match="record the same for both"):
            weight_traces(series([[1.0]], self.labels[:1]), series([[1.0]], self.labels[1:]))

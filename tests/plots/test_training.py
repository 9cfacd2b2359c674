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

    def test_a_norm_of_zero_stands_at_the_foot_and_is_named_and_told(self):
        names = ("dense1", "dense2", "dense3")
        ax = gradient_norms(series([[0, 2.2e-32, 1.0]] * 3, names))
        assert [text.get_text() for text in ax.texts] == ["dense1: 0", "dense2", "dense3"]
        heights = [text.xy[1] for text in ax.texts]  # where each name's line ends, as a share of the height
        assert heights[0] == 0 < heights[1] < 0.1 < 0.9 < heights[2] < 1
        foot = ax.lines[-1]
        assert foot.get_marker() == "v"
        assert foot.get_transform() == ax.get_xaxis_transform()
        assert foot.get_xydata().tolist() == [[1, 0], [2, 0], [3, 0]]
        assert "▼ is 0" in ax.get_ylabel()
        assert "dense1 is exactly 0 at every recorded step; dense2 stays at 2.2e−32" in alt_text(ax)

    def test_zeros_in_between_or_at_the_end_are_told(self):
        ax = gradient_norms(series([[1.0, 1.0], [0, 0], [0.5, 0]], ("dense1", "dense2")))
        assert [text.get_text() for text in ax.texts] == ["dense1", "dense2: 0"]
        assert "dense1 falls from 1.0 to about 0.5, and is exactly 0 at 1 of 3 recorded steps" in alt_text(ax)
        assert "dense2 stays at 1.0, and is exactly 0 from step 2 on" in alt_text(ax)

    def test_layers_that_are_all_zero_leave_an_axis_without_numbers(self):
        ax = gradient_norms(series([[0.0, 0.0]] * 2, ("dense1", "dense2")))
        ax.figure.draw_without_rendering()
        assert list(ax.get_yticks()) == []
        assert [text.get_text() for text in ax.texts] == ["dense1: 0", "dense2: 0"]
        assert ax.get_xlim()[0] < 1 < 2 < ax.get_xlim()[1]

    def test_a_line_goes_on_after_a_zero_and_its_mean_leaves_the_zero_out(self):
        values = np.full((9, 1), 8.0)
        values[2] = 2.0
        values[4] = 0.0
        pale, mean, _ = gradient_norms(series(values, ("dense1",)), window=3).lines
        assert np.isnan(pale.get_ydata()).tolist() == np.isnan(mean.get_ydata()).tolist()
        assert np.isnan(mean.get_ydata()).tolist() == [row == 4 for row in range(9)]
        np.testing.assert_allclose(mean.get_ydata()[[2, 3, 5, 8]], [np.cbrt(128), 4, 8, 8])

    def test_what_is_infinite_stands_at_the_top_and_is_told(self):
        ax = gradient_norms(series([[1.0, 2.0], [np.inf, 3.0]], ("dense1", "dense2")))
        assert [text.get_text() for text in ax.texts] == ["dense1: ∞", "dense2"]
        assert ax.texts[0].xy[1] == 1
        assert "▲ is ∞" in ax.get_ylabel()
        assert "dense1 stays at 1.0, and is infinite from step 2 on" in alt_text(ax)

    @pytest.mark.parametrize(("draw", "shape"), [(gradient_norms, (0, 2)), (gradient_noise, (0, 2, 2))])
    def test_a_series_without_a_step_is_refused(self, draw, shape):
        with pytest.raises(ValueError, match="training ended before the first step at which this was due"):
            draw(series(np.zeros(shape), ("dense1", "dense2")))

    def test_numbers_that_all_have_a_place_are_drawn_without_remarks(self):
        ax = gradient_norms(series([[1.0], [0.5]], ("dense1",)))
        assert ax.get_ylabel() == "‖∂L/∂θ‖ (log scale)"
        assert len(ax.lines) == 1

    def test_noise_without_a_mean_gradient_is_infinite_not_huge(self):
        ax = gradient_noise(series([[[2.0, 1.0]], [[0.0, 2.0]], [[1.0, 3.0]]], ("dense1",)))
        assert ax.lines[0].get_ydata()[[0, 2]].tolist() == [0.5, 3.0]
        assert ax.get_ylim()[1] < 10
        assert "and is infinite at 1 of 3 recorded steps" in alt_text(ax)

    def test_names_stand_at_their_lines_although_the_line_at_1_widens_the_axis(self):
        ax = gradient_noise(series([[[1.0, 200.0]], [[1.0, 100.0]]], ("dense1",)))
        (name,) = (text for text in ax.texts if text.get_text() == "dense1")
        ax.figure.draw_without_rendering()  # now the limits are what a reader sees
        to_fraction = ax.transScale + ax.transLimits
        assert name.xy[1] == pytest.approx(to_fraction.transform((1, 100))[1])

    def test_noise_is_deviation_over_mean(self):
        ax = gradient_noise(series([[[2.0, 1.0]], [[0.5, 2.0]]], ("dense1",)))
        assert ax.lines[0].get_ydata().tolist() == [0.5, 4.0]
        assert alt_text(ax).startswith("Noise of a single batch divided by the signal")
        assert "dense1 rises from 0.50 to about 5" in alt_text(ax)
        assert ax.get_ylabel() == "noise ÷ signal (log scale)"

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
        assert "the typical size of its gradient shrinks, from about 3." in text

    def test_gradients_that_are_all_zero_have_an_axis_around_zero(self):
        flat = series([[0.0], [0.0]], self.labels[:1])
        words = alt_text(weight_traces(series([[1.0], [1.0]], self.labels[:1]), flat))
        assert words.endswith("stays at 1.0; its gradient is 0 throughout.")
        low, high = weight_traces(series([[1.0], [1.0]], self.labels[:1]), flat).axes[1].get_ylim()
        assert low == -high < 0

    def test_traces_of_different_weights_are_refused(self):
        with pytest.raises(ValueError, match="record the same for both"):
            weight_traces(series([[1.0]], self.labels[:1]), series([[1.0]], self.labels[1:]))

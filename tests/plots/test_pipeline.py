"""A pipeline's picture: a box for each pass, and words that say what is idle."""

import pytest

from backproplab.display import alt_text
from backproplab.parallel import gpipe, one_forward_one_backward
from backproplab.plots import pipeline_schedules


def test_each_pass_has_a_box_where_it_runs():
    schedule = gpipe(2, 3)
    ax = pipeline_schedules({"plain": schedule}).axes[0]
    boxes = {(box.get_x(), round(box.get_y() + box.get_height() / 2), box.get_width()) for box in ax.patches}
    assert boxes == {(task.start, task.stage, task.end - task.start) for task in schedule}
    hatched = sum(box.get_hatch() is not None for box in ax.patches)
    assert hatched == 6
    assert [text.get_text() for text in ax.texts].count("2") == 4


def test_the_words_say_how_long_how_idle_and_how_much_is_kept():
    figure = pipeline_schedules({"A": gpipe(2, 3), "B": one_forward_one_backward(2, 3)})
    assert alt_text(figure) == (
        "A: 3 micro-batches through 2 stages take 12 units of time; 25 % of the stages' time is idle, and "
        "stage 0 keeps 3 micro-batches at most. "
        "B: 3 micro-batches through 2 stages take 12 units of time; 25 % of the stages' time is idle, and "
        "stage 0 keeps 2 micro-batches at most."
    )


def test_nothing_to_draw_is_refused():
    for nothing in ({}, {"A": []}):
        with pytest.raises(ValueError, match="one schedule or more"):
            pipeline_schedules(nothing)

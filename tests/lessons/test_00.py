"""Lesson 00 on a page: the misread 7 through the network and the sweep back, in Flow, by keyboard alone."""

import re

import pytest
from browser.flow import press, says
from lessons.lesson import cells_of


@pytest.fixture(scope="module")
def lesson(open_stage):
    cells = cells_of("00")
    last = list(cells).index("draw-the-sweep")
    return open_stage(dict(list(cells.items())[: last + 1]))


def test_the_knobs_near_the_loss_have_their_gradient_first(lesson):
    output = lesson.output("watch-the-sweep")
    says(output, "0 of 101,770 knobs have their gradient.")
    press(output, "ArrowRight")
    says(output, "+0.08 at 2, +0.83 at 3 and −0.92 at 7")
    says(output, "1,290 of 101,770 knobs have their gradient.")
    press(output, "ArrowRight")
    says(output, "101,770 of 101,770 knobs have their gradient, after one run and one sweep.")
    lesson.becomes("shown['watch-the-sweep'].step", 2)
    lesson.screenshot("watch-the-sweep", "lesson-00-sweep")


def test_the_boxes_hold_as_many_gradients_as_the_cell_before_them_prints(lesson):
    held = lesson.output("watch-the-sweep").locator(".flow-card").all_inner_texts()
    counted = [int(re.search(r"([\d,]+) of them not 0", text)[1].replace(",", "")) for text in held]
    assert sum(counted) == lesson.ask("int(np.sum(gradient != 0))") == 10_020

"""Lesson 12 on a page: the point finds the places that the next cell computes."""

import pytest
from browser.test_widgets_activation_curves import says
from lessons.lesson import cells_of


@pytest.fixture(scope="module")
def lesson(open_stage):
    cells = cells_of("12")
    return open_stage({name: cells[name] for name in ("what-passes", "moving-point")})


def test_a_sigmoid_lets_a_hundredth_pass_up_to_just_below_four_point_six(lesson):
    output = lesson.output("moving-point")
    output.get_by_role("slider", name="z").focus()
    for key in [*["PageUp"] * 4, *["ArrowRight"] * 11]:
        output.page.keyboard.press(key)
    says(output, "sigmoid at z = 4.55: a is 0.990, its slope is 0.0103.")
    output.page.keyboard.press("ArrowRight")
    says(output, "sigmoid at z = 4.60: a is 0.990, its slope is 0.00985.")
    lesson.screenshot("moving-point", "lesson-12-point")


def test_gelu_has_no_slope_at_three_quarters_below_zero(lesson):
    output = lesson.output("moving-point")
    output.get_by_label("Activation", exact=True).select_option("GELU")
    output.get_by_role("slider", name="z").focus()
    for key in ["Home", *["PageUp"] * 5, *["ArrowRight"] * 5]:
        output.page.keyboard.press(key)
    says(output, "GELU at z = −0.75: a is −0.170, its slope is 0.00")

"""Lesson 02 on a page: the friend's factor found by dragging, the diamond in Flow by keyboard alone."""

import pytest
from browser.flow import begin, press, says
from browser.test_widgets_linked_panels import grip, products
from browser.test_widgets_linked_panels import says as panels_say
from lessons.lesson import cells_of

STEP = "shown['step-the-diamond'].step"


@pytest.fixture(scope="module")
def lesson(open_stage):
    return open_stage(cells_of("02"))


def test_the_diamond_is_stepped_from_d_to_a_and_back(lesson):
    output = lesson.output("step-the-diamond")
    says(output, "Before the first message: ∂d/∂d = 1")
    press(output, "ArrowRight")
    says(output, "b holds 60; it has heard 1 of 2 and waits.")
    press(output, "ArrowRight", "ArrowRight")
    says(output, "b held 60 and now holds 120")
    press(output, "ArrowRight")
    says(output, "b tells a: 120 × 4 = 480.")
    lesson.becomes(STEP, 4)
    begin(output)
    lesson.becomes(STEP, 0)
    assert lesson.ask("a.grad") == 480  # what backward() had left there


def test_one_goes_straight_to_the_message_that_reaches_a(lesson):
    output = lesson.output("step-the-diamond")
    output.get_by_role("combobox", name="next message to").focus()
    lesson.page.keyboard.type("a")
    lesson.page.keyboard.press("Tab")
    lesson.page.keyboard.press("Enter")
    says(output, "b tells a: 120 × 4 = 480.")


def test_the_friends_factor_is_the_slope_of_another_hill(lesson):
    """As the text says: the middle point at v = 12.8, then a small nudge."""
    output = lesson.output("the-friend")
    output.get_by_role("slider", name="Nudge Δp").wait_for()
    assert [row[1] for row in products(output)[:3]] == ["0.625", "3.000", "64.000"]
    x, y = grip(output, 1)
    lesson.page.mouse.move(x, y)
    lesson.page.mouse.down()
    x -= 40
    while "v = 12.81" not in output.get_by_role("img").nth(1).get_attribute("aria-label"):
        x -= 1
        lesson.page.mouse.move(x, y)
    lesson.page.mouse.up()
    panels_say(output, "p = 8.200, v = 12.81,")
    assert products(output)[1][:2] == ["ds/dv", "2.601"]
    output.get_by_role("slider", name="Nudge Δp").focus()
    lesson.page.keyboard.press("Home")
    panels_say(output, "for Δp = 0.001.")
    assert [row[2] for row in products(output)[:2]] == [row[1] for row in products(output)[:2]]
    lesson.screenshot("the-friend", "lesson-02-friend")

"""Lesson 02 on a page: the diamond in Flow, by keyboard alone."""

import pytest
from browser.flow import begin, press, says
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

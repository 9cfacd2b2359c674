"""Lesson 15 on a page: the landscape answers what the text asks of it, and agrees with the next cell."""

import pytest
from browser.test_widgets_descent import says, shows
from lessons.lesson import cells_of


@pytest.fixture(scope="module")
def lesson(open_stage):
    return open_stage({"landscape": cells_of("15")["landscape"]})


def losses(output):
    lines = output.locator(".descent-list li").all_text_contents()
    return {name: float(end.replace("−", "-")) for name, end in (line.split(": ") for line in lines)}


def test_plain_gradient_descent_has_not_got_past_the_saddle(lesson):
    output = lesson.output("landscape")
    shows(output, "turned ravine, rate 0.03, after 60 of 60 steps.")
    output.get_by_label("Landscape", exact=True).select_option("saddle")
    says(output, "saddle, rate 0.03, after 60 of 60 steps.")
    ends = losses(output)
    assert ends["gradient descent"] > 0.25  # the height of the saddle point
    assert all(ends[name] < 0.04 for name in ("momentum", "Nesterov", "Adam"))
    lesson.screenshot("landscape", "lesson-15-saddle")


def test_on_the_plateau_only_plain_gradient_descent_is_still_up(lesson):
    output = lesson.output("landscape")
    output.get_by_label("Landscape", exact=True).select_option("plateau")
    output.get_by_role("slider", name="Rate").focus()
    output.page.keyboard.press("End")
    says(output, "plateau, rate 0.3, after 60 of 60 steps.")
    ends = losses(output)
    assert ends.pop("gradient descent") > 0.9
    assert all(end < 0.1 for end in ends.values())
    lesson.screenshot("landscape", "lesson-15-plateau")

"""Lesson 05 on a page: two graphs in Flow, by keyboard alone."""

import pytest
from browser.flow import begin, press, says
from lessons.lesson import cells_of


@pytest.fixture(scope="module")
def lesson(open_stage):
    cells = cells_of("05")
    last = list(cells).index(
        "lesson-three-again"
    )  # the next cell reads the source of cells, which a page has not
    return open_stage(dict(list(cells.items())[: last + 1]))


def test_right_and_wrong_order_part_at_the_third_message(lesson):
    output = lesson.output("step-right-beside-wrong")
    press(output, "ArrowRight", "ArrowRight")
    right, wrong = (output.locator(".bpl-said").nth(place) for place in range(2))
    assert right.inner_text() == wrong.inner_text()
    press(output, "ArrowRight")
    assert right.inner_text().startswith("c tells b: 20 × 3 = 60.")
    assert wrong.inner_text().startswith("b has heard 1 of 2 and speaks too early.")
    press(output, "End")
    says(output, "The pass is over, and wrong: a got 240, not 480.")


def test_the_wrong_order_can_be_put_away(lesson):
    output = lesson.output("step-right-beside-wrong")
    output.get_by_role("checkbox").focus()
    lesson.page.keyboard.press("Space")
    output.get_by_role("group", name="The wrong order, depth first").wait_for(state="hidden")
    lesson.page.keyboard.press("Space")
    output.get_by_role("group", name="The wrong order, depth first").wait_for()


def test_one_finds_the_message_that_reaches_w3_in_the_network_of_lesson_03(lesson):
    output = lesson.output("lesson-three-again")
    output.get_by_role("combobox", name="next message to").focus()
    lesson.page.keyboard.type("w₃")
    lesson.page.keyboard.press("Tab")
    lesson.page.keyboard.press("Enter")
    says(output, "tells w₃: −0.119 × 0.56 = −0.0666. w₃ holds −0.0666")
    assert lesson.ask("drawn[-1].grad") == 0  # stepping leaves no gradient behind


def test_drawing_and_controls_stay_where_they_are_at_every_step(lesson):
    output = lesson.output("lesson-three-again")
    begin(output)
    drawing = output.locator(".flow-graph").first
    menu = output.get_by_role("combobox", name="next message to")
    places = []
    for _ in range(16):
        places.append((drawing.bounding_box()["y"], menu.bounding_box()["y"]))
        press(output, "ArrowRight")
    assert set(places) == {places[0]}

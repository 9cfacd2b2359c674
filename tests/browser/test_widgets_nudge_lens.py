"""The nudge lens on a real page: the open point moved on the curve and under the lens, by all three ways."""

import re

import pytest

from browser.test_widgets_spreadsheet import swipe

SOURCE = """
from backproplab.widgets import NudgeLens

names, labels = ("v", "s"), ("speed v (m/s)", "stopping distance s (m)")
lens = NudgeLens(lambda v: v + v**2 / 16, 20, derivative=3.5, nudge=8, names=names, labels=labels)
lens
"""
START = "Δv = 8 changes s by 32: Δs/Δv = 4, and the tangent has the slope 3.5."


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({"lens": SOURCE})


@pytest.fixture
def lens(stage):
    """The widget, as at the start."""
    stage.ask("lens.set_trait('place', 52)")
    output = stage.output("lens")
    shows(output, START)
    return output


def shows(output, text):
    output.get_by_role("img", name=text).wait_for(timeout=20_000)


def says(output, text):
    output.locator("p[role=status]", has_text=text).wait_for(state="attached", timeout=20_000)


def open_point(output, picture):
    """Where it stands on the page: on the whole curve, 0, or under the lens, 1."""
    box = output.locator(".panels-then").nth(picture).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, start, across):
    x, y = start
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across, y, steps=4)
    page.mouse.up()


def test_the_point_follows_the_mouse_along_the_curve_and_the_lens_comes_closer(stage, lens):
    stage.screenshot("lens", "nudge-lens")
    frame = lens.locator(".lens-frame").first
    wide, (x, y) = frame.bounding_box()["width"], open_point(lens, 0)
    drag(lens.page, (x, y), -30)
    now = open_point(lens, 0)
    assert now[0] == pytest.approx(x - 30, abs=6)
    assert now[1] > y + 5
    assert frame.bounding_box()["width"] < 0.7 * wide
    place = stage.ask("lens.place")
    assert 36 < place < 50
    lens.page.mouse.move(x, y)  # no button is down: nothing follows
    stage.becomes("lens.place", place)


def test_under_the_lens_a_drag_halves_the_nudge_again_and_again(stage, lens):
    straight = lens.locator(".panels-curve").nth(1)
    bent = straight.get_attribute("points")
    x, y = open_point(lens, 1)
    width = lens.get_by_role("img").nth(1).bounding_box()["width"]
    drag(lens.page, (x, y), -16 * 6 * width / 250)  # 16 places: four halvings
    says(lens, "Δv = 0.5 changes s by 1.766: Δs/Δv = 3.531,")
    stage.becomes("lens.place", 36)
    assert open_point(lens, 1)[0] == pytest.approx(x, abs=1)
    assert straight.get_attribute("points") != bent
    stage.screenshot("lens", "nudge-lens-near")


def test_keys_bring_the_nudge_to_where_curve_and_tangent_agree(stage, lens):
    lens.get_by_role("slider", name="Nudge Δv").focus()
    lens.page.keyboard.press("ArrowLeft")
    says(lens, "Δv = 6.727 changes s by")
    lens.page.keyboard.press("Home")
    says(lens, "Δv = 0.0009766 changes s by 0.003418: Δs/Δv = 3.5,")
    assert lens.locator("tbody td").all_text_contents() == ["3.50006", "3.50000", "0.00006"]
    stage.becomes("lens.place", 0)
    assert stage.ask("lens.static().plain") == lens.locator("p[role=status]").text_content()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wrong_for_who_cannot_see_it_well(stage, lens, theme):
    if theme == "dark":
        stage.dark()
    assert stage.violations() == []
    stage.screenshot("lens", f"nudge-lens-{theme}")


def test_on_a_phone_a_finger_moves_the_point_and_nothing_is_cut_off(open_stage):
    phone = open_stage({"lens": SOURCE}, viewport={"width": 390, "height": 900}, has_touch=True)
    output = phone.output("lens")
    shows(output, START)
    assert output.locator(".lens").evaluate("one => one.scrollWidth <= one.clientWidth")
    assert (
        output.locator(".panels-picture").last.evaluate("one => getComputedStyle(one).touchAction") == "pan-y"
    )
    x, y = open_point(output, 0)
    phone.page.touchscreen.tap(x - 28, y)
    says(output, re.compile(r"Δv = (?!8 )"))
    assert open_point(output, 0)[0] == pytest.approx(x - 28, abs=5)
    phone.screenshot("lens", "nudge-lens-390")
    here = open_point(output, 0)[0]
    swipe(phone, output.locator(".panels-picture").first, down=-80)  # that scrolls the page
    assert open_point(output, 0)[0] == here

"""The linked panels on a real page: a point dragged in any panel moves all, by mouse, finger and keys."""

import re
from itertools import pairwise

import pytest

from browser.test_widgets_spreadsheet import swipe

SOURCE = """
from math import sqrt

from backproplab.widgets import LinkedPanels

steps = [lambda p: sqrt(20 * p), lambda v: v + v**2 / 16, lambda s: s**2]
linked = LinkedPanels(steps, names="pvsA", at=12.8, between=(2, 20))
linked
"""


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({"linked": SOURCE})


@pytest.fixture
def linked(stage):
    """The widget, as at the start."""
    stage.ask("[linked.set_trait(name, value) for name, value in dict(place=54, nudge=6).items()]")
    output = stage.output("linked")
    begins(output)
    return output


def begins(output):
    output.get_by_role("img", name=re.compile("From p = 12.80 to v = 16.00, .* Δp = 2.000 ")).wait_for(
        timeout=20_000
    )


def says(output, text):
    output.get_by_role("status").filter(has_text=text).wait_for(state="attached", timeout=20_000)


def products(output):
    """What the table says of each step and of all, slopes and ribbon."""
    rows = output.locator("tbody tr")
    return [
        [cell.text_content() for cell in row.locator("th, .panels-slope, .panels-rate").all()]
        for row in rows.all()
    ]


def grip(output, panel):
    """Where the point of a panel stands on the page."""
    box = output.locator(".panels-point").nth(panel).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_it_shows_the_products_that_the_still_half_says(stage, linked):
    shown = products(linked)
    assert [row[0] for row in shown] == ["dv/dp", "ds/dv", "dA/ds", "dA/dp"]
    _, slopes, ribbon = stage.ask("linked.static().plain").splitlines()
    for _, slope, rate in shown:
        assert f" {slope}" in slopes
        assert f" {rate}" in ribbon
    stage.screenshot("linked", "linked-panels")


@pytest.mark.parametrize("panel", [0, 1, 2])
def test_the_mouse_in_any_panel_moves_the_points_of_all(stage, linked, panel):
    before = [grip(linked, each) for each in range(3)]
    x, y = before[panel]
    linked.page.mouse.move(x, y)
    linked.page.mouse.down()
    linked.page.mouse.move(x - 40, y, steps=3)
    linked.page.mouse.up()
    after = [grip(linked, each) for each in range(3)]
    assert after[panel][0] == pytest.approx(x - 40, abs=3)
    assert all(now[0] < then[0] - 5 and now[1] > then[1] + 2 for now, then in zip(after, before, strict=True))
    place = stage.ask("linked.place")
    assert place < 54
    linked.page.mouse.move(x, y)  # no button is down: nothing follows
    stage.becomes("linked.place", place)


def test_the_open_point_of_a_panel_is_the_nudge(stage, linked):
    x, y = grip(linked, 1)
    box = linked.locator(".panels-then").nth(1).bounding_box()
    open_x = box["x"] + box["width"] / 2
    linked.page.mouse.move(open_x, box["y"] + box["height"] / 2)
    linked.page.mouse.down()
    linked.page.mouse.move((open_x + x) / 2, y, steps=3)
    linked.page.mouse.up()
    stage.becomes("linked.place", 54)  # the large point stays
    says(linked, "for Δp = 1.")


def test_keys_move_the_points_and_shrink_the_ribbon_to_its_slopes(stage, linked):
    linked.get_by_role("slider", name="p", exact=True).focus()
    linked.page.keyboard.press("ArrowRight")
    says(linked, "p = 13.00, v = 16.12,")
    linked.page.keyboard.press("ArrowLeft")
    linked.get_by_role("slider", name="Nudge Δp").focus()
    linked.page.keyboard.press("Home")
    says(linked, "for Δp = 0.001.")
    assert products(linked) == [
        ["dv/dp", "0.625", "0.625"],
        ["ds/dv", "3.000", "3.000"],
        ["dA/ds", "64.000", "64.002"],
        ["dA/dp", "120.000", "120.003"],
    ]
    stage.becomes("(linked.place, linked.nudge)", [54, 0])


def test_the_ribbon_of_one_panel_is_as_wide_as_the_change_that_the_next_begins_with(linked):
    labels = [one.get_attribute("aria-label") for one in linked.get_by_role("img").all()]
    for label, following in pairwise(labels):
        assert label.rpartition(" to ")[2].rstrip(".") in following


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wrong_for_who_cannot_see_it_well(stage, linked, theme):
    if theme == "dark":
        stage.dark()
    assert stage.violations() == []
    stage.screenshot("linked", f"linked-panels-{theme}")


def test_on_a_phone_a_finger_moves_the_points_and_nothing_is_cut_off(open_stage):
    phone = open_stage({"linked": SOURCE}, viewport={"width": 390, "height": 1000}, has_touch=True)
    output = phone.output("linked")
    begins(output)
    assert output.locator(".panels").evaluate("one => one.scrollWidth <= one.clientWidth")
    assert output.locator(".bpl-scroll").get_attribute("data-more") is None
    assert (
        output.locator(".panels-picture").first.evaluate("one => getComputedStyle(one).touchAction")
        == "pan-y"
    )
    x, y = grip(output, 1)
    phone.page.touchscreen.tap(x - 100, y)
    said = output.locator("p[role=status]").filter(has_text=re.compile("p = (?!12.80)"))
    said.wait_for(state="attached", timeout=20_000)
    assert grip(output, 1)[0] == pytest.approx(x - 100, abs=4)
    assert phone.ask("linked.place") < 54
    phone.screenshot("linked", "linked-panels-390")
    here = grip(output, 1)[0]
    swipe(phone, output.locator(".panels-picture").nth(1), down=-80)  # that scrolls the page
    assert grip(output, 1)[0] == here
    swipe(phone, output.locator(".panels-picture").nth(1), across=60)
    assert grip(output, 1)[0] > here + 20

"""The descent on a real page: turned by keyboard and mouse; paths up to a step, each with its loss."""

import pytest

SOURCE = """
from backproplab.widgets import Descent

descent = Descent("ravine", rate=0.03, step=20)
descent
"""


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({"descent": SOURCE})


@pytest.fixture
def descent(stage):
    """The widget, as at the start."""
    start = {"surface": 0, "rate": 2, "shown": 5, "step": 20, "turn": 30, "tilt": 45}
    stage.ask(f"[descent.set_trait(name, value) for name, value in {start}.items()]")
    output = stage.output("descent")
    shows(output, "ravine, rate 0.03, after 20 of 60 steps.")
    turned(output, 30)
    return output


def shows(output, text):
    output.locator(".descent-words", has_text=text).wait_for(timeout=20_000)


def says(output, text):
    shows(output, text)
    output.get_by_role("status").filter(has_text=text).wait_for(state="attached", timeout=20_000)


def turned(output, degrees):
    output.locator(f'svg[aria-label*="Turned by {degrees} degrees"]').wait_for(timeout=20_000)


def test_it_says_what_the_still_half_says(stage, descent):
    first, *lines = stage.ask("descent.static().plain").splitlines()
    assert descent.locator(".descent-words").text_content() == first
    assert descent.locator(".descent-list li").all_text_contents() == [line.strip() for line in lines]
    assert descent.locator("path.descent-path").count() == 5
    stage.screenshot("descent", "descent")


@pytest.mark.parametrize(
    ("label", "pressed", "trait", "value"),
    [
        ("Turn", ["ArrowRight"], "turn", 35),
        ("Turn", ["Home", "ArrowLeft"], "turn", 355),
        ("From above", ["End"], "tilt", 90),
        ("Step", ["End"], "step", 60),
        ("Rate", ["ArrowRight", "ArrowRight"], "rate", 4),
    ],
)
def test_keys_move_each_slider_here_and_in_python(stage, descent, label, pressed, trait, value):
    descent.get_by_role("slider", name=label, exact=True).focus()
    for key in pressed:
        descent.page.keyboard.press(key)
    stage.becomes(f"descent.{trait}", value)


def test_turning_moves_what_is_drawn_and_no_loss(descent):
    path = descent.locator("path.descent-path").first
    before, losses = path.get_attribute("d"), descent.locator(".descent-list").text_content()
    descent.get_by_role("slider", name="Turn").focus()
    descent.page.keyboard.press("ArrowRight")
    turned(descent, 35)
    assert path.get_attribute("d") != before
    assert descent.locator(".descent-list").text_content() == losses


def test_the_mouse_turns_it(stage, descent):
    box = descent.locator(".descent-picture").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    descent.page.mouse.move(x, y)
    descent.page.mouse.down()
    descent.page.mouse.move(x + 60, y)
    descent.page.mouse.up()
    turned(descent, 60)
    descent.page.mouse.move(x, y)  # no button is down: nothing follows
    stage.becomes("descent.turn", 60)


def test_one_path_alone_and_one_that_has_left(stage, descent):
    descent.get_by_label("Path of", exact=True).select_option("gradient descent")
    descent.get_by_role("slider", name="Rate").focus()
    descent.page.keyboard.press("End")
    says(descent, "ravine, rate 0.3, after 20 of 60 steps.")
    assert descent.locator(".descent-list li").all_text_contents() == ["gradient descent: run away"]
    assert descent.locator("path.descent-path").count() == 1
    assert descent.locator(".descent-picture path.descent-mark").count() == 0
    descent.get_by_label("Landscape", exact=True).select_option("plateau")
    says(descent, "plateau, rate 0.3, after 20 of 60 steps.")
    stage.becomes("(descent.surface, descent.shown)", [3, 0])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wrong_for_who_cannot_see_it_well(stage, descent, theme):
    if theme == "dark":
        stage.dark()
    assert stage.violations() == []
    stage.screenshot("descent", f"descent-{theme}")


def test_on_a_phone_nothing_is_cut_off(open_stage):
    phone = open_stage({"descent": SOURCE}, viewport={"width": 390, "height": 900}, has_touch=True)
    output = phone.output("descent")
    shows(output, "ravine, rate 0.03, after 20 of 60 steps.")
    assert output.locator(".descent").evaluate("one => one.scrollWidth <= one.clientWidth")
    assert output.locator(".descent-picture").bounding_box()["width"] > 300
    phone.screenshot("descent", "descent-390")

"""The activation curves on a real page: moved by keyboard and by mouse, chosen from the menu."""

import pytest

SOURCE = """
from backproplab.widgets import ActivationCurves

curves = ActivationCurves(shown="GELU", z=-1.0)
curves
"""


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({"curves": SOURCE})


@pytest.fixture
def curves(stage):
    """The widget, as at the start, with the slider in focus."""
    stage.ask("[curves.set_trait(name, value) for name, value in dict(which=4, place=100).items()]")
    output = stage.output("curves")
    shows(output, "GELU at z = −1.00: a is −0.159, its slope is −0.0830.")
    output.get_by_role("slider", name="z").focus()
    return output


def shows(output, text):
    output.locator(".curves-words", has_text=text).wait_for(timeout=20_000)


def says(output, text):
    shows(output, text)
    output.get_by_role("status").filter(has_text=text).wait_for(state="attached", timeout=20_000)


def center(output, mark):
    """Where a point stands on the page."""
    box = output.locator(mark).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(
    ("pressed", "place", "z"),
    [
        (["ArrowRight"], 101, "−0.95"),
        (["PageUp", "ArrowLeft"], 119, "−0.05"),
        (["PageDown"], 80, "−2.00"),
        (["End"], 240, "6.00"),
        (["End", "ArrowRight"], 240, "6.00"),
        (["Home", "PageDown"], 0, "−6.00"),
    ],
)
def test_keys_move_the_point_here_and_in_python(stage, curves, pressed, place, z):
    for key in pressed:
        curves.page.keyboard.press(key)
    says(curves, f"GELU at z = {z}:")
    stage.becomes("curves.place", place)


def test_another_activation_keeps_the_place(stage, curves):
    curves.get_by_label("Activation", exact=True).select_option("softplus")
    says(curves, "softplus at z = −1.00: a is 0.313, its slope is 0.269.")
    stage.becomes("(curves.which, curves.place)", [5, 100])


def test_both_points_stand_at_one_z_and_follow_the_mouse(stage, curves):
    stage.screenshot("curves", "activation-curves")
    picture = curves.get_by_role("img").bounding_box()
    (x, upper), (below, lower) = center(curves, "circle"), center(curves, "path.curves-point")
    assert x == pytest.approx(below, abs=1)
    assert upper < lower
    y = picture["y"] + picture["height"] / 2
    curves.page.mouse.move(x, y)
    curves.page.mouse.down()
    curves.page.mouse.move(
        picture["x"] + picture["width"] * (34 + 318 * 0.75) / 360, y
    )  # three quarters: z = 3
    curves.page.mouse.up()
    says(curves, "GELU at z = 3.00:")
    stage.becomes("curves.place", 180)
    curves.page.mouse.move(x, y)  # no button is down: nothing follows
    assert stage.ask("curves.place") == 180


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wrong_for_who_cannot_see_it_well(stage, curves, theme):
    if theme == "dark":
        stage.dark()
    assert stage.violations() == []
    stage.screenshot("curves", f"activation-curves-{theme}")


def test_on_a_phone_a_finger_moves_the_point_and_nothing_is_cut_off(open_stage):
    phone = open_stage({"curves": SOURCE}, viewport={"width": 390, "height": 800}, has_touch=True)
    output = phone.output("curves")
    shows(output, "GELU at z = −1.00")
    assert output.locator(".curves").evaluate("one => one.scrollWidth <= one.clientWidth")
    picture = output.get_by_role("img").bounding_box()
    assert picture["width"] > 300
    x = picture["x"] + picture["width"] * (34 + 318 / 2) / 360
    phone.page.touchscreen.tap(x, picture["y"] + picture["height"] / 2)
    says(output, "GELU at z = 0.00")
    phone.becomes("curves.place", 120)
    phone.screenshot("curves", "activation-curves-390")


def test_the_picture_says_what_it_shows(curves):
    label = curves.get_by_role("img").get_attribute("aria-label")
    assert label.endswith(
        "GELU at z = −1.00: a is −0.159, its slope is −0.0830. A blame of 1 leaves as −0.0830."
    )

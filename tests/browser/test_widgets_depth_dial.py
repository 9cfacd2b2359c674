"""The dial on a page: three controls by keyboard, the words and curves that follow, and a narrow screen."""

import re

import pytest

CELL = "dial"
SOURCE = """
from backproplab.widgets import DepthDial
dial = DepthDial()
dial
"""


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({CELL: SOURCE})


@pytest.fixture
def dial(stage):
    """A dial afresh."""
    stage.run(CELL)
    root = stage.output(CELL).locator(".dial")
    root.get_by_role("status").filter(has_text="ReLU, s = 0.1, 30 layers.").wait_for()
    return root


def press(stage, dial, label, *keys):
    dial.get_by_label(label, exact=True).focus()
    for key in keys:
        stage.page.keyboard.press(key)


def says(dial, text):
    dial.get_by_role("status").filter(has_text=text).wait_for()


def places(dial, kind):
    """How many layers a curve has, and the height of its two ends in thousandths from the top."""
    numbers = [float(text) for text in re.findall(r"[\d.]+", dial.locator(f"path.{kind}").get_attribute("d"))]
    return len(numbers) // 2 - 1, numbers[1], numbers[-1]


def test_depth_activation_and_start_are_turned_by_keyboard_and_python_follows(stage, dial):
    press(stage, dial, "Depth", "End")
    says(dial, "ReLU, s = 0.1, 50 layers.")
    assert dial.get_by_label("Depth", exact=True).get_attribute("aria-valuetext") == "50 layers"
    press(stage, dial, "Activation", "ArrowUp")
    says(dial, "tanh, s = 0.1, 50 layers.")
    press(stage, dial, "Start: s =", "ArrowDown")
    says(dial, "tanh, s = 0.141, 50 layers.")
    stage.becomes("[dial.activation, dial.start, dial.depth]", ["tanh", "0.141", 50])


def test_the_curves_are_those_of_the_case_that_the_words_tell(stage, dial):
    press(stage, dial, "Activation", "Home")
    says(dial, "sigmoid, s = 0.1, 30 layers.")
    says(dial, "a factor of 0.23")
    depth, at_input, at_output = places(dial, "dial-message")
    frame = stage.ask("dial.cases['frames']['sigmoid']['0.1']['30']")
    down = [1000 * (frame["high"] - power) / (frame["high"] - frame["low"]) for power in frame["message"]]
    assert depth == 30
    assert (at_input, at_output) == pytest.approx((down[0], down[-1]), abs=0.01)
    assert at_input > 800 > 200 > at_output  # it starts high at the right, and arrives low


def test_what_python_sets_is_shown(stage, dial):
    stage.ask("dial.set_trait('depth', 5)")
    says(dial, "ReLU, s = 0.1, 5 layers.")
    assert places(dial, "dial-signal")[0] == 5


def test_on_a_narrow_screen_nothing_sticks_out(stage, dial):
    stage.page.set_viewport_size({"width": 390, "height": 800})
    box = dial.bounding_box()
    for each in dial.locator("select, input, .dial-plot, .dial-tick, p").all():
        inner = each.bounding_box()
        assert inner["x"] >= box["x"], each
        assert inner["x"] + inner["width"] <= box["x"] + box["width"] + 1, each
    stage.screenshot(CELL, "depth-dial-narrow")
    stage.page.set_viewport_size({"width": 1024, "height": 900})
    stage.screenshot(CELL, "depth-dial")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_either_theme(stage, dial, theme):
    says(dial, "ReLU, s = 0.1, 30 layers.")
    if theme == "dark":
        stage.dark()
    assert stage.violations() == []
    stage.screenshot(CELL, f"depth-dial-{theme}")

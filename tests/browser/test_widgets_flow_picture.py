"""Flow over one picture, on a page: a box a layer, in steps and in motion, on a desk and on a phone."""

from itertools import pairwise

import pytest

from browser.every_widget import every_widget, exported
from browser.flow import begin, press, says

READER = """
import numpy as np
from backproplab import Dense, Network, ReLU, SoftmaxCrossEntropy
from backproplab.datasets import mnist
from backproplab.widgets import Flow
images, labels = mnist("test")
x = images[[0]].reshape(1, 784)
network = Network([Dense(784, 128, initial="he"), ReLU(), Dense(128, 10)], seed=1)
reader = Flow(network, SoftmaxCrossEntropy(), x=x, targets=labels[:1], image_shape=(28, 28))
reader
"""
DEEPER = """
network = Network([Dense(784, 20), ReLU(), Dense(20, 16), ReLU(), Dense(16, 10)], seed=1)
deeper = Flow(network, SoftmaxCrossEntropy(), x=x, targets=labels[:1], image_shape=(28, 28))
deeper
"""
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({"reader": READER, "again": "reader", "deeper": DEEPER})


def drawings(output) -> list[str]:
    """Of each drawing of a gradient, whether it is to be seen."""
    return output.locator(".flow-of-gradient > *").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).visibility)"
    )


def still_to_come(output, count: int) -> None:
    """Wait until so many drawings of what is put out have yet to be seen."""
    output.page.wait_for_function(
        "([node, count]) => node.querySelectorAll('.flow-of-value.flow-to-come').length === count",
        arg=[output.element_handle(), count],
        timeout=30_000,
    )


def test_the_sweep_fills_the_boxes_from_the_loss_on_and_python_counts_along(stage):
    output = stage.output("reader")
    says(output, "Step 0 of 2. One run is over: the loss is")
    says(output, "0 of 101,770 knobs have their gradient.")
    assert drawings(output) == ["hidden", "hidden"]
    press(output, "ArrowRight")
    says(output, "1,290 of 101,770 knobs have their gradient.")
    assert drawings(output) == ["hidden", "visible"]
    assert "the sweep is here" in output.get_by_role("button", name="10 outputs").inner_text()
    press(output, "ArrowRight")
    says(output, "101,770 of 101,770 knobs have their gradient, after one run and one sweep.")
    assert drawings(output) == ["visible", "visible"]
    assert output.get_by_role("progressbar").evaluate("bar => bar.value === bar.max")
    stage.becomes("reader.step", 2)
    stage.screenshot("reader", "flow-picture")


def test_the_run_goes_from_the_picture_to_the_loss(stage):
    output = stage.output("reader")
    press(output, "Home")
    says(output, "Before the run: a picture of 784 pixels")
    says(output, "◆ ?")
    still_to_come(output, 3)  # all but the picture
    press(output, "ArrowRight")
    says(output, "The 784 numbers go to 128 units;")
    still_to_come(output, 2)
    press(output, "ArrowRight", "ArrowRight")
    says(output, "The right answer is 7, so the loss is")
    still_to_come(output, 0)
    stage.becomes("reader.step", 0)


def test_it_plays_to_the_end_and_pauses_on_the_way(stage):
    output = stage.output("reader")
    begin(output)
    press(output, " ", " ")
    output.get_by_role("button", name="◀ backward").wait_for()
    message = output.locator(".flow-message").filter(visible=True)
    assert message.inner_text() == "▲ 10 gradients"
    place = message.bounding_box()
    output.page.wait_for_timeout(100)
    assert message.bounding_box() == place
    press(output, " ")
    says(output, "101,770 of 101,770 knobs")
    output.get_by_role("button", name="▶ forward").click()
    says(output, "That was one run.")
    stage.becomes("reader.step", 0)


def test_a_box_fills_when_the_label_arrives(stage):
    output = stage.output("again")
    begin(output)
    output.evaluate(
        """node => {
             window.seen = [];
             const look = () => {
               const label = node.querySelector(".flow-message");
               const now = [!label.hidden, node.querySelector(".flow-tally").innerText.split(" ")[0]];
               if (String(now) !== String(window.seen.at(-1))) window.seen.push(now);
             };
             new MutationObserver(look).observe(node, {
               subtree: true, childList: true, characterData: true,
               attributes: true, attributeFilter: ["hidden"] });
           }"""
    )
    press(output, "ArrowRight")
    output.page.wait_for_function("window.seen.some((one) => one[1] === '1,290')")
    seen = output.page.evaluate("window.seen")
    assert [True, "0"] in seen
    assert seen[-1] == [False, "1,290"]
    assert [True, "1,290"] not in seen


def test_a_box_that_is_pressed_shows_what_the_sweep_leaves_there(stage):
    output = stage.output("deeper")
    output.get_by_role("button", name="20 units").click()
    stage.becomes("deeper.step", 3)
    says(output, "The sweep goes on to the 20 units. All 15,700 knobs that lead there")
    output.get_by_role("button", name="16 units").focus()
    output.page.keyboard.press("Enter")
    stage.becomes("deeper.step", 2)
    output.page.keyboard.press("ArrowLeft")
    stage.becomes("deeper.step", 1)


def test_nothing_moves_on_the_page_when_a_step_is_shown(stage):
    output = stage.output("reader")
    press(output, "Home")
    places = []
    for _ in range(6):
        slider = output.get_by_role("slider", name="step").bounding_box()
        places.append((slider["y"], output.locator(".bpl-flow").bounding_box()["height"]))
        press(output, "ArrowRight")
    assert set(places) == {places[0]}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(stage, theme):
    if theme == "dark":
        stage.dark()
    for cell in ("reader", "deeper"):
        press(stage.output(cell), "End")
        stage.screenshot(cell, f"flow-picture-{cell}-{theme}")
    assert stage.violations() == []


def test_on_a_phone_the_boxes_stand_below_one_another_and_the_sweep_goes_up(open_stage):
    stage = open_stage({"reader": READER}, viewport=PHONE, has_touch=True)
    output = stage.output("reader")
    boxes = [one.bounding_box() for one in output.locator(".flow-boxes > li").all()]
    assert all(above["y"] + above["height"] <= below["y"] for above, below in pairwise(boxes))
    for name in (".bpl", ".flow-cards"):
        assert output.locator(name).evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    output.get_by_role("button", name="10 outputs").tap()
    says(output, "1,290 of 101,770 knobs have their gradient.")
    output.evaluate(
        """node => {
             const label = node.querySelector(".flow-message");
             const middle = (one) => {
               const { top, height } = one.getBoundingClientRect();
               return top + height / 2 - node.getBoundingClientRect().top; // whoever taps may scroll
             };
             window.way = [middle(node.querySelectorAll(".flow-boxes > li")[2])];
             const look = () => label.hidden || window.way.push(middle(label));
             const changes = { attributes: true, attributeFilter: ["style", "hidden"] };
             new MutationObserver(look).observe(label, changes);
           }"""
    )
    output.get_by_role("button", name="one step on").tap()
    says(output, "101,770 of 101,770 knobs")
    outputs, begins, *way = output.page.evaluate("window.way")
    assert begins == pytest.approx(outputs, abs=2)
    assert all(lower >= upper for lower, upper in pairwise([begins, *way]))
    stage.becomes("reader.step", 2)
    stage.screenshot("reader", "flow-picture-phone")


def test_who_wants_no_motion_gets_the_steps(open_stage):
    stage = open_stage({"reader": READER}, reduced_motion="reduce")
    output = stage.output("reader")
    output.evaluate(
        """node => {
             window.moved = false;
             const label = node.querySelector(".flow-message");
             const look = () => { window.moved ||= !label.hidden; };
             new MutationObserver(look).observe(label, { attributes: true });
           }"""
    )
    press(output, "ArrowRight")
    says(output, "1,290 of 101,770 knobs have their gradient.")
    press(output, " ")
    says(output, "101,770 of 101,770 knobs")
    assert not output.page.evaluate("window.moved")


def test_it_plays_on_a_page_without_python(browser, watched, tmp_path):
    page = exported(browser, {"picture": every_widget()["picture"]}, tmp_path)
    watched.append(page.watched)
    output = page.output("picture")
    output.get_by_role("button", name="◀ backward").click()
    says(output, "That was one sweep.")
    says(output, "6,370 of 6,370 knobs have their gradient")

"""The digit pad in a real page: drawn on by keyboard, mouse and finger; Python answers each time."""

import re

import pytest

NETWORK = """
import threading
import time
import numpy as np
from backproplab import SGD, Dense, Network, SoftmaxCrossEntropy, fit
from backproplab.datasets import mnist
from backproplab.widgets import DigitPad

images, labels = mnist("test")
network = Network([Dense(784, 10)], seed=0)
x = images[:2000].reshape(-1, 784)
fit(network, SoftmaxCrossEntropy(), x, labels[:2000], optimizer=SGD(0.2), epochs=4, batch_size=20)
"""
HOLD = """
def hold(pad, seconds):
    # In a thread of its own: messages come in, but no answer goes out.
    held = threading.Event()
    def keep():
        with pad._lock:
            held.set()
            time.sleep(seconds)
    threading.Thread(target=keep).start()
    return held.wait()
"""
CORNER = ["Shift+Home"] * 6  # of the paper, wherever the pen was
START = [*CORNER, *["ArrowRight"] * 13, *["ArrowDown"] * 6]
SEVEN = ["Space", "Shift+ArrowRight", "Shift+ArrowRight", *["End"] * 10, "ArrowDown", "ArrowDown", "Space"]


CELLS = {
    "network": NETWORK + HOLD,
    "pad": "pad = DigitPad(network)\npad",
    "other": "other = DigitPad(network)\nother",
}


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage(CELLS)


@pytest.fixture
def pad(stage):
    """The first pad's output, blank, as at the start."""
    stage.ask("[setattr(pad, 'actions', []), setattr(pad, 'target', 7), setattr(pad, 'step_size', 0.03)]")
    output = stage.output("pad")
    said(output, "Blank paper")
    return output


def paper(output):
    return output.get_by_role("application", name="Paper to draw a digit on")


def said(output, text):
    output.get_by_role("status").filter(has_text=text).wait_for(timeout=20_000)


def press(output, *names):
    for name in names:
        output.page.keyboard.press(name)


def test_a_digit_drawn_by_keyboard_is_read(stage, pad):
    paper(pad).focus()
    press(pad, *START, *SEVEN)
    said(pad, re.compile("Read as 7, with "))
    actions = stage.ask("pad.actions")
    assert len(actions) == 1
    assert actions[0]["stroke"][:6] == [54, 26, 74, 26, 94, 26]
    assert stage.ask("int(pad.reading.probabilities.argmax())") == 7
    assert pad.locator("polyline").count() == 1
    assert stage.violations() == []
    stage.screenshot("pad", "digit-pad-keyboard")


def test_the_pen_says_where_it_is_and_what_it_leaves(pad):
    paper(pad).focus()
    press(pad, *CORNER)
    said(pad, "Pen at row 1, column 1 of 28.")
    press(pad, "Shift+PageDown", "ArrowRight", "ArrowUp")
    said(pad, "Pen at row 5, column 7 of 28.")
    press(pad, "Space")
    said(pad, "Pen down at row 5, column 7 of 28.")
    press(pad, "PageUp")
    said(pad, "Ink to row 4, column 8 of 28.")
    press(pad, "End")
    said(pad, "Ink to row 5, column 7 of 28.")
    press(pad, "Escape")
    said(pad, "Read as ")


def test_backspace_undoes_and_the_drawing_goes(stage, pad):
    paper(pad).focus()
    press(pad, "Space", "Space", "Backspace")
    said(pad, "Blank paper")
    assert stage.ask("pad.actions") == []
    assert pad.locator("polyline").count() == 0


def test_what_no_undo_brings_back_is_let_go(stage, pad):
    for _ in range(3):
        paper(pad).focus()
        press(pad, "Space", "ArrowDown", "Space")
        pad.get_by_role("button", name="Clear").press("Enter")
    stage.becomes("[list(action) for action in pad.actions]", [["clear"], ["stroke"], ["clear"]])
    pad.get_by_role("button", name="Undo").press("Enter")
    stage.becomes("[list(action) for action in pad.actions]", [["clear"], ["stroke"]])
    assert pad.locator("polyline").count() == 1


def test_going_elsewhere_lifts_the_pen(stage, pad):
    paper(pad).focus()
    press(pad, "Space", "ArrowDown", "Tab")
    said(pad, "Read as ")
    paper(pad).focus()
    press(pad, "ArrowDown")
    said(pad, "Pen at row ")
    assert len(stage.ask("pad.actions")) == 1


def test_a_target_is_chosen_by_arrows(stage, pad):
    pad.get_by_role("radio", name="7").focus()
    press(pad, "ArrowDown")
    said(pad, "For the target 8 ")
    assert stage.ask("pad.target") == 8
    assert pad.get_by_role("button", name="1 step towards 8").count() == 1
    assert pad.get_by_text("∂L/∂pixel for a 8").count() == 1


def test_an_answer_is_labelled_with_the_target_that_was_asked_about(stage, pad):
    stage.page.evaluate(
        """() => {
          window.atOnce = toPython;
          window.unsent = [];
          window.toPython = async message => { unsent.push(message); };
        }"""
    )
    for target in (3, 4):
        pad.get_by_role("radio", name=re.compile(f"^{target}")).check()
    stage.page.evaluate("async () => { await atOnce(unsent.shift()); await listen(); }")
    assert pad.get_by_text("Loss for the target 3: ").count() == 1
    assert pad.get_by_text("∂L/∂pixel for a 3").count() == 1
    stage.page.evaluate(
        "async () => { window.toPython = atOnce; await toPython(unsent.shift()); await listen(); }"
    )
    assert pad.get_by_text("Loss for the target 4: ").count() == 1


def test_steps_towards_a_target_by_keyboard(stage, pad):
    pad.get_by_label("or take a real digit").focus()
    press(pad, "9")
    said(pad, "Read as 9")
    before = stage.ask("pad.reading.loss")
    pad.get_by_label("step size").focus()
    press(pad, "ArrowDown")  # to 0.1
    pad.get_by_role("button", name="1 step towards 7").focus()
    press(pad, "Enter")
    said(pad, "After 1 step, read as ")
    assert stage.ask("pad.reading.loss") < before
    press(pad, "Tab", *["Enter"] * 4)
    said(pad, "After 41 steps, read as 7")
    assert stage.ask("[pad.step_size, pad.answer['steps']]") == [0.1, 41]
    assert pad.get_by_text("after 41 steps from your ink").count() == 1
    stage.screenshot("pad", "digit-pad-steps")
    pad.get_by_role("button", name="Undo").focus()
    press(pad, *["Enter"] * 5)
    said(pad, "Read as 9")
    assert stage.ask("pad.actions") == [{"sample": 9}]


def test_clear_can_be_undone(pad):
    pad.get_by_label("or take a real digit").select_option("3")
    said(pad, "Read as 3")
    pad.get_by_role("button", name="Clear").click()
    said(pad, "Blank paper")
    pad.get_by_role("button", name="Undo").click()
    said(pad, "Read as 3")


def test_a_mouse_draws(stage, pad):
    drag(pad, stage.page.mouse)
    said(pad, re.compile("Read as 1"))
    assert len(stage.ask("pad.actions")) == 1


def drag(output, mouse):
    box = paper(output).bounding_box()
    mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.2 * box["height"])
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.85 * box["height"], steps=12)
    mouse.up()


def test_python_moves_the_page(stage, pad):
    stage.ask("setattr(pad, 'actions', [{'sample': 4}]) or setattr(pad, 'target', 2)")
    said(pad, "For the target 2 ")
    assert pad.get_by_role("radio", name=re.compile("^2")).is_checked()
    assert pad.get_by_label("or take a real digit").input_value() == "4"


def test_two_pads_do_not_disturb_each_other(stage, pad):
    other = stage.output("other")
    other.get_by_role("radio", name=re.compile("^1")).check()
    said(other, "For the target 1 ")
    assert pad.get_by_role("radio", name=re.compile("^7")).is_checked()
    assert stage.ask("[pad.target, other.target]") == [7, 1]


def test_python_that_does_not_answer_is_told_and_comes_back(stage, pad):
    stage.ask("hold(pad, 8)")
    pad.get_by_label("or take a real digit").select_option("5")
    said(pad, "Python has not answered for 5 seconds.")
    said(pad, "Read as ")
    assert stage.ask("pad.actions") == [{"sample": 5}]


def test_at_twice_the_size_in_the_dark_and_by_finger(open_stage):
    stage = open_stage(CELLS, viewport={"width": 640, "height": 450}, device_scale_factor=2, has_touch=True)
    stage.dark()
    pad = stage.output("pad")
    paper(pad).scroll_into_view_if_needed()
    box = paper(pad).bounding_box()
    finger = stage.page.context.new_cdp_session(stage.page)

    def touch(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    middle = box["x"] + box["width"] / 2
    touch("touchStart", {"x": middle, "y": box["y"] + 0.2 * box["height"]})
    for share in (0.4, 0.6, 0.8):
        touch("touchMove", {"x": middle, "y": box["y"] + share * box["height"]})
    touch("touchEnd")
    said(pad, re.compile("Read as 1"))
    assert len(stage.ask("pad.actions")) == 1
    assert paper(pad).bounding_box() == box  # the page has not scrolled under the finger
    assert stage.violations() == []
    assert pad.evaluate("output => output.scrollWidth <= output.clientWidth")
    stage.screenshot("pad", "digit-pad-dark-twice")

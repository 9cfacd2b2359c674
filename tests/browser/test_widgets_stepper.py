"""The Stepper in JupyterLab, by keyboard alone."""

import pytest

from browser.lab import notebook_of
from browser.stepper import press, says

DIAMOND = """
from backproplab import Dense, Network, Sigmoid, SquaredError, Value
from backproplab.widgets import Stepper
a = Value(5, label="a")
b = 4 * a
c = 3 * b
d = b * c
b.label, c.label, d.label = "b", "c", "d"
diamond = Stepper(d)
diamond
"""
FORTY = """
node = Value(0.5, label="x")
for _ in range(13):
    node = (node * node + 1).tanh()
large = Stepper(node)
large
"""
LAYERS = """
network = Network([Dense(2, 4), Sigmoid(), Dense(4, 1), Sigmoid()], seed=1)
layers = Stepper(network, SquaredError(), x=[[0, 1], [1, 1]], targets=[[1], [0]])
layers
"""


@pytest.fixture(scope="module")
def notebook(open_notebook, lab):
    cells = {"diamond": DIAMOND, "again": "diamond", "large": FORTY, "layers": LAYERS}
    notebook_of(cells, lab[1] / "stepper.ipynb")
    notebook = open_notebook("stepper.ipynb")
    notebook.run()
    return notebook


def test_each_arrow_is_a_message_and_python_counts_along(notebook):
    output = notebook.output("diamond")
    says(output, "Before the first message: ∂d/∂d = 1, and no other box has heard anything.")
    press(output, "ArrowRight")
    says(output, "d tells b: 1 × 60 = 60. b holds 60; it has heard 1 of 2 and waits.")
    press(output, "ArrowRight", "ArrowRight")
    says(output, "b held 60 and now holds 120; it has heard all its 2 messages and may speak.")
    notebook.becomes("diamond.step", 3)
    press(output, "ArrowLeft")
    notebook.becomes("diamond.step", 2)
    press(output, "End")
    says(output, "The pass is over: every gradient is complete.")
    press(output, "Home", "ArrowLeft")
    notebook.becomes("diamond.step", 0)


def test_the_drawing_and_the_buttons_answer_the_same_keys(notebook):
    output = notebook.output("diamond")
    press(output, "Home")
    output.get_by_role("group", name="Graph, stepped in the right order").focus()
    output.page.keyboard.press("ArrowRight")
    notebook.becomes("diamond.step", 1)
    output.get_by_role("button", name="one step on").focus()
    output.page.keyboard.press("Enter")
    output.page.keyboard.press("ArrowRight")
    notebook.becomes("diamond.step", 3)


def test_keys_answer_after_a_click_anywhere_in_the_widget(notebook):
    output = notebook.output("diamond")
    press(output, "Home")
    for step, words in enumerate(("Before the first message: ∂d/∂d", "Keys, after a click"), start=1):
        output.page.locator("body").evaluate("body => body.ownerDocument.activeElement.blur()")
        output.get_by_text(words).filter(visible=True).first.click()
        output.page.keyboard.press("ArrowRight")
        notebook.becomes("diamond.step", step)


def test_the_picture_is_told_in_words_step_by_step(notebook):
    output = notebook.output("diamond")
    press(output, "Home", "ArrowRight")
    label = output.get_by_role("img").first.get_attribute("aria-label")
    assert "a: value 5, gradient not known, heard 0 of 1;" in label
    assert "b: value 20, gradient 60, heard 1 of 2, hears now;" in label
    notebook.becomes("diamond.step", 1)  # all that the page had to say has arrived


def test_python_moves_the_page_and_two_views_go_together(notebook):
    notebook.ask("setattr(diamond, 'step', 4)")
    for cell in ("diamond", "again"):
        says(notebook.output(cell), "b tells a: 120 × 4 = 480. a holds 480; it has heard its only message")
    press(notebook.output("again"), "Home", "ArrowRight")
    says(notebook.output("diamond"), "it has heard 1 of 2 and waits.")


def test_one_goes_to_the_next_message_that_reaches_a_box(notebook):
    output = notebook.output("diamond")
    press(output, "Home")
    output.get_by_role("combobox", name="next message to").focus()
    output.page.keyboard.type("b")
    output.page.keyboard.press("Tab")
    for step in (1, 3, 1):  # after the last comes the first again
        output.page.keyboard.press("Enter")
        notebook.becomes("diamond.step", step)
    output.locator(".bps-node").first.click()  # a, with the mouse
    notebook.becomes("diamond.step", 4)


def test_a_wrong_order_stands_beside_the_right_one(notebook):
    output = notebook.output("diamond")
    output.get_by_role("checkbox", name="also a wrong order, depth first").focus()
    output.page.keyboard.press("Space")
    press(output, "Home", "ArrowRight", "ArrowRight", "ArrowRight")
    says(output, "b has heard 1 of 2 and speaks too early. b tells a: 60 × 4 = 240.")
    notebook.becomes("diamond.wrong_order", True)
    press(output, "End")
    says(output, "The pass is over, and wrong: a got 240, not 480.")
    output.get_by_role("group", name="The wrong order, depth first").get_by_text("✗ right: 480").wait_for()
    notebook.screenshot("diamond", "stepper-wrong-order")


def test_it_plays_to_the_end_and_pauses(notebook):
    output = notebook.output("diamond")
    press(output, "End", "ArrowLeft", "ArrowLeft", " ")
    output.get_by_role("button", name="pause").wait_for()
    says(output, "The pass is over: every gradient is complete.")
    output.get_by_role("button", name="play").wait_for()
    press(output, "Home", " ", " ")
    output.get_by_role("button", name="play").wait_for()
    notebook.becomes("diamond.step", 0)


def test_in_a_large_graph_the_message_is_in_view_at_every_step_and_the_page_stays_put(notebook):
    output = notebook.output("large")
    press(output, "Home")
    top = output.evaluate("node => node.getBoundingClientRect().top")
    for _ in range(notebook.ask("large.last")):
        output.page.keyboard.press("ArrowRight")
        hidden = output.evaluate(
            """async node => {
                 await new Promise(requestAnimationFrame);
                 const [box, line] = [".bps-graph", ".bps-now"].map(
                   (name) => node.querySelector(name).getBoundingClientRect());
                 return Math.max(box.left - line.left, line.right - box.right, box.top - line.top);
               }"""
        )
        assert hidden < 12  # the arrow's head
    assert output.evaluate("node => node.getBoundingClientRect().top") == top
    notebook.screenshot("large", "stepper-large")


def test_a_network_is_stepped_layer_by_layer(notebook):
    output = notebook.output("layers")
    says(output, "Step 0 of 4. Forward is done: the loss is")
    press(output, "ArrowRight", "ArrowRight")
    says(output, "∂L/∂W = xᵀ · ∂L/∂z")
    notebook.becomes("layers.step", 2)
    output.get_by_role("button", name="dense1").focus()
    output.page.keyboard.press("Enter")
    notebook.becomes("layers.step", 4)
    says(output, "Step 4 of 4. dense1 hears a gradient of norm")
    notebook.screenshot("layers", "stepper-layers")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(notebook, theme):
    if theme == "dark":
        notebook.dark()
    for cell in ("diamond", "large", "layers"):
        notebook.screenshot(cell, f"stepper-{cell}-{theme}")
    assert notebook.violations() == []


def test_closed_and_opened_again_it_is_where_it_was(notebook):
    press(notebook.output("diamond"), "Home", "ArrowRight", "ArrowRight")
    notebook.becomes("diamond.step", 2)
    notebook.save()
    notebook.open()
    says(notebook.output("diamond"), "d tells c: 1 × 20 = 20. c holds 20")
    says(notebook.output("diamond"), "Wrong: depth first")

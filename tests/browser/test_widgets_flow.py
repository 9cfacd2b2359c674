"""Flow on a page: in steps by keyboard alone, and in motion."""

import pytest

from browser.flow import begin, press, says

DIAMOND = """
from backproplab import Dense, Network, Sigmoid, SquaredError, Value
from backproplab.widgets import Flow
a = Value(5, label="a")
b = 4 * a
c = 3 * b
d = b * c
b.label, c.label, d.label = "b", "c", "d"
diamond = Flow(d)
diamond
"""
FORTY = """
node = Value(0.5, label="x")
for _ in range(13):
    node = (node * node + 1).tanh()
large = Flow(node)
large
"""
LAYERS = """
network = Network([Dense(2, 4), Sigmoid(), Dense(4, 1), Sigmoid()], seed=1)
layers = Flow(network, SquaredError(), x=[[0, 1], [1, 1]], targets=[[1], [0]])
layers
"""


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({"diamond": DIAMOND, "again": "diamond", "large": FORTY, "layers": LAYERS})


def test_each_arrow_is_a_message_and_python_counts_along(stage):
    output = stage.output("diamond")
    says(output, "Before the first message: ∂d/∂d = 1, and no other box has heard anything.")
    press(output, "ArrowRight")
    says(output, "d tells b: 1 × 60 = 60. b holds 60; it has heard 1 of 2 and waits.")
    press(output, "ArrowRight", "ArrowRight")
    says(output, "b held 60 and now holds 120; it has heard all its 2 messages and may speak.")
    stage.becomes("diamond.step", 3)
    press(output, "ArrowLeft")
    stage.becomes("diamond.step", 2)
    press(output, "End")
    says(output, "The pass is over: every gradient is complete.")
    press(output, "Home", "ArrowLeft")
    stage.becomes("diamond.step", -3)


def test_the_drawing_and_the_buttons_answer_the_same_keys(stage):
    output = stage.output("diamond")
    begin(output)
    output.get_by_role("group", name="Graph, stepped in the right order").focus()
    output.page.keyboard.press("ArrowRight")
    stage.becomes("diamond.step", 1)
    output.get_by_role("button", name="one step on").focus()
    output.page.keyboard.press("Enter")
    output.page.keyboard.press("ArrowRight")
    stage.becomes("diamond.step", 3)


def test_keys_answer_after_a_click_anywhere_in_the_widget(stage):
    output = stage.output("diamond")
    begin(output)
    for step, words in enumerate(("Before the first message: ∂d/∂d", "has heard nothing"), start=1):
        output.page.locator("body").evaluate("body => body.ownerDocument.activeElement.blur()")
        output.get_by_text(words).filter(visible=True).first.click()
        output.page.keyboard.press("ArrowRight")
        stage.becomes("diamond.step", step)


def test_the_picture_is_told_in_words_step_by_step(stage):
    output = stage.output("diamond")
    begin(output)
    press(output, "ArrowRight")
    label = output.get_by_role("img").first.get_attribute("aria-label")
    assert "a: value 5, gradient not known, heard 0 of 1;" in label
    assert "b: value 20, gradient 60, heard 1 of 2, hears now;" in label
    stage.becomes("diamond.step", 1)  # all that the page had to say has arrived


def test_python_moves_the_page_and_two_views_go_together(stage):
    stage.ask("setattr(diamond, 'step', 4)")
    for cell in ("diamond", "again"):
        says(stage.output(cell), "b tells a: 120 × 4 = 480. a holds 480; it has heard its only message")
    begin(stage.output("again"))
    press(stage.output("again"), "ArrowRight")
    says(stage.output("diamond"), "it has heard 1 of 2 and waits.")


def test_one_goes_to_the_next_message_that_reaches_a_box(stage):
    output = stage.output("diamond")
    begin(output)
    output.get_by_role("combobox", name="next message to").focus()
    output.page.keyboard.type("b")
    output.page.keyboard.press("Tab")
    for step in (1, 3, 1):  # after the last comes the first again
        output.page.keyboard.press("Enter")
        stage.becomes("diamond.step", step)


def test_a_click_on_a_box_chooses_it_and_gives_nothing_away(stage):
    output = stage.output("diamond")
    begin(output)
    output.locator(".flow-node").first.click()  # a, with the mouse
    output.page.keyboard.press("ArrowRight")
    stage.becomes("diamond.step", 1)
    assert (
        output.get_by_role("combobox", name="next message to").locator("option:checked").text_content() == "a"
    )
    output.get_by_role("button", name="go there").click()
    stage.becomes("diamond.step", 4)


def test_a_wrong_order_stands_beside_the_right_one(stage):
    output = stage.output("diamond")
    output.get_by_role("checkbox", name="also a wrong order, depth first").focus()
    output.page.keyboard.press("Space")
    begin(output)
    press(output, "ArrowRight", "ArrowRight", "ArrowRight")
    says(output, "b has heard 1 of 2 and speaks too early. b tells a: 60 × 4 = 240.")
    stage.becomes("diamond.wrong_order", True)
    press(output, "End")
    says(output, "The pass is over, and wrong: a got 240, not 480.")
    output.get_by_role("group", name="The wrong order, depth first").get_by_text("✗ right: 480").wait_for()
    stage.screenshot("diamond", "flow-wrong-order")


def test_it_plays_to_the_end_and_pauses(stage):
    output = stage.output("diamond")
    press(output, "End", "ArrowLeft", " ")
    output.get_by_role("button", name="pause").wait_for()
    says(output, "The pass is over: every gradient is complete.")
    output.get_by_role("button", name="◀ backward").wait_for()
    begin(output)
    press(output, " ", " ")
    output.get_by_role("button", name="◀ backward").wait_for()
    stage.becomes("diamond.step", 1)  # on its way, and goes on from there
    message = output.locator(".flow-message").filter(visible=True).first
    place = message.bounding_box()
    output.page.wait_for_timeout(100)
    assert message.bounding_box() == place
    press(output, " ")
    says(output, "The pass is over: every gradient is complete.")


def test_a_step_in_another_view_ends_the_play_and_the_button_says_so(stage):
    output = stage.output("diamond")
    begin(output)
    output.get_by_role("button", name="◀ backward").click()
    output.get_by_role("button", name="pause").wait_for()
    press(stage.output("again"), "End")
    output.get_by_role("button", name="◀ backward").wait_for()
    stage.becomes("diamond.step", 4)


def test_in_a_large_graph_the_message_is_in_view_at_every_step_and_the_page_stays_put(stage):
    output = stage.output("large")
    begin(output)
    top = output.evaluate("node => node.getBoundingClientRect().top")
    for _ in range(stage.ask("large.last")):
        output.page.keyboard.press("ArrowRight")
        hidden = output.evaluate(
            """async node => {
                 await new Promise(requestAnimationFrame);
                 const [box, line] = [".flow-graph", ".flow-now"].map(
                   (name) => node.querySelector(name).getBoundingClientRect());
                 return Math.max(box.left - line.left, line.right - box.right, box.top - line.top);
               }"""
        )
        assert hidden < 12  # the arrow's head
    assert output.evaluate("node => node.getBoundingClientRect().top") == top
    stage.screenshot("large", "flow-large")


def test_a_network_is_stepped_layer_by_layer(stage):
    output = stage.output("layers")
    says(output, "Step 0 of 4. Forward is done: the loss is")
    press(output, "ArrowRight", "ArrowRight")
    says(output, "∂L/∂W = xᵀ · ∂L/∂z")
    stage.becomes("layers.step", 2)
    output.get_by_role("button", name="dense1").focus()
    output.page.keyboard.press("Enter")
    stage.becomes("layers.step", 4)
    says(output, "Step 4 of 4. dense1 hears a gradient of norm")
    stage.screenshot("layers", "flow-layers")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(stage, theme):
    if theme == "dark":
        stage.dark()
    for cell in ("diamond", "large", "layers"):
        stage.screenshot(cell, f"flow-{cell}-{theme}")
    assert stage.violations() == []


def test_on_the_narrowest_page_nothing_reaches_beyond_the_widget(open_stage):
    stage = open_stage({"diamond": DIAMOND, "layers": LAYERS}, viewport={"width": 280, "height": 800})
    for cell in ("diamond", "layers"):
        assert stage.output(cell).locator(".bpl").evaluate("node => node.scrollWidth <= node.clientWidth + 1")


def test_right_and_wrong_stand_beside_each_other_where_a_sidebar_leaves_900_pixels(open_stage):
    stage = open_stage({"diamond": DIAMOND}, viewport={"width": 900, "height": 800})
    output = stage.output("diamond")
    output.get_by_role("checkbox", name="also a wrong order, depth first").check()
    right, wrong = (one.bounding_box() for one in output.locator(".flow-graph").all())
    assert right["y"] == wrong["y"]
    assert right["x"] + right["width"] <= wrong["x"]


def test_before_the_first_message_its_place_says_what_will_stand_there(stage):
    output = stage.output("diamond")
    begin(output)
    line = output.locator(".flow-line").first
    assert line.is_visible()
    assert line.inner_text().split() == ["?", "upstream", "×", "?", "local", "=", "?", "contribution"]


# What can be seen of the diamond whenever its drawing changes: the label that travels, and b's gradient.
WATCH = """node => {
  window.seen = [];
  const box = [...node.querySelectorAll(".flow-node")].find((one) => one.textContent.startsWith("b"));
  const look = () => {
    const label = node.querySelector(".flow-message");
    const now = [label.hidden ? "" : label.textContent, box.querySelector(".flow-triangle-text").textContent];
    if (String(now) !== String(window.seen.at(-1))) window.seen.push(now);
  };
  new MutationObserver(look).observe(node, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["hidden"] });
}"""


def test_a_message_meets_the_local_derivative_and_its_box_fills_on_arrival(stage):
    output = stage.output("again")
    begin(output)
    output.page.wait_for_timeout(50)  # frames in which all that began is drawn
    output.evaluate(WATCH)
    press(output, " ")  # played, each stage lasts longer than a slow machine's frame
    output.page.wait_for_function("window.seen.some((one) => one[1] === '60')")
    press(output, " ")
    seen = output.page.evaluate("window.seen")
    arrived = seen.index(["", "60"])
    assert [one for one in seen[:arrived] if one[0]] == [["1", "?"], ["1 × 60", "?"], ["60", "?"]]


def test_values_run_forward_and_leave_the_local_derivatives(stage):
    output = stage.output("again")
    press(output, "Home")
    says(output, "Before the forward pass: only the leaves have a value")
    picture = output.get_by_role("img").first
    assert "b: not computed yet" in picture.get_attribute("aria-label")
    assert not output.locator(".flow-local").filter(visible=True).count()
    output.get_by_role("button", name="▶ forward").click()
    says(output, "d is computed: 20 × 60 = 1200. Its arrows keep the local derivatives 60 and 20.")
    stage.becomes("diamond.step", 0)
    assert "d: value 1200, gradient 1" in picture.get_attribute("aria-label")
    output.get_by_role("button", name="▶ forward").wait_for()


def test_in_the_wrong_order_the_second_60_is_seen_to_come_too_late(open_stage):
    stage = open_stage({"diamond": DIAMOND, "wrong": "Flow(d, wrong_order=True)"})
    output = stage.output("wrong")
    press(output, "End")
    late = output.locator(".flow-message").filter(visible=True)
    assert late.all_inner_texts() == ["60 ✗ too late"]
    graph = output.get_by_role("group", name="The wrong order, depth first")
    assert graph.locator(".flow-too-late").count() == 1


def point_at(arrow) -> None:
    """Bring the mouse to the middle of a line."""
    arrow.scroll_into_view_if_needed()
    x, y = arrow.evaluate(
        """line => {
             const { x, y } = line.getPointAtLength(line.getTotalLength() / 2);
             const point = new DOMPoint(x, y).matrixTransform(line.getScreenCTM());
             return [point.x, point.y];
           }"""
    )
    arrow.page.mouse.move(x, y)


def test_an_arrow_that_is_pointed_at_says_its_share_and_a_line_of_code_shows_its_box(stage):
    output = stage.output("diamond")
    press(output, "End")
    says(output, "b → a: 120 × 4 = 480, all of ∂d/∂a.")  # of the last message, by keyboard too
    point_at(output.locator(".flow-target").nth(4))
    says(output, "d → b: 1 × 60 = 60, 50 % of ∂d/∂b, 120.")
    output.get_by_text("as code").click()
    output.get_by_role("button", name="c = b * 3").click()
    assert output.locator(".flow-selected").first.text_content().startswith("c")
    output.locator(".flow-node").filter(has_text="1200").first.click()
    assert output.locator("[aria-pressed=true]").all_inner_texts() == ["d = b * c"]
    output.get_by_text("as code").click()


def test_no_frame_of_a_move_lays_the_page_out(stage):
    output = stage.output("large")
    begin(output)
    session = output.page.context.new_cdp_session(output.page)
    session.send("Performance.enable")

    def layouts():
        found = session.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in found if one["name"] == "LayoutCount")

    before = layouts()
    press(output, "ArrowRight")
    frames = output.page.evaluate(
        """() => new Promise((done) => {
             let frames = 0; const begun = performance.now();
             requestAnimationFrame(function frame(now) {
               frames += 1;
               if (now - begun < 800) requestAnimationFrame(frame); else done(frames);
             });
           })"""
    )
    assert layouts() - before < max(10, frames / 2)  # a few, where the label is written anew


def test_who_wants_no_motion_gets_the_steps(open_stage):
    stage = open_stage({"diamond": DIAMOND}, reduced_motion="reduce")
    output = stage.output("diamond")
    output.evaluate(WATCH)
    press(output, "ArrowRight", " ")
    says(output, "The pass is over: every gradient is complete.")
    assert {label for label, _ in output.page.evaluate("window.seen")} == {""}

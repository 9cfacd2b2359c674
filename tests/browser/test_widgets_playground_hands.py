"""The Playground by hand: weights and points taken by mouse, key and finger; the page's forward pass."""

import numpy as np
import pytest

from backproplab import Dense, Network, Sigmoid
from backproplab.widgets import Playground
from backproplab.widgets.kit.modules import script
from backproplab.widgets.playground.run import ACTIVATIONS
from browser.every_widget import exported
from browser.test_widgets_playground import press, says, wait_for_steps
from browser.waits import waits, watch_timers

CELL = "playground"
SOURCE = """
from backproplab.widgets import Playground
playground = Playground(width=2, seed=7)
playground
"""
POINTS = "[[*map(float, x), float(t)] for x, (t,) in zip(playground.x, playground.targets)]"
PATIENCE = 5000  # milliseconds in which the page expects an answer
XOR = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({CELL: SOURCE}, has_touch=True)


@pytest.fixture
def playground(stage):
    """A playground after 300 steps from afresh."""
    root = stage.output(CELL).locator(".bpl-playground[data-pictures]")
    stage.ask("[playground.set_trait('seed', 7), playground.reset(), playground.train(300)]")
    wait_for_steps(stage, root, 300)
    says(root, "After 300 steps the loss is")
    return root


def plane(root):
    return root.get_by_role("application", name="over the plane")


def at(root, x1, x2):
    """Where a point of XOR's plane lies on the page: its window goes from −0.2 to 1.2."""
    box = plane(root).bounding_box()
    return box["x"] + box["width"] * (x1 + 0.2) / 1.4, box["y"] + box["height"] * (1.2 - x2) / 1.4


def made(activation):
    return [] if activation is None else [activation()]


def drag(page, start, *ends):
    page.mouse.move(*start)
    page.mouse.down()
    for end in ends:
        page.mouse.move(*end)
    page.mouse.up()


def test_the_page_s_forward_pass_gives_the_numbers_of_the_layers(stage):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(20, 2))
    for name, activation in ACTIVATIONS.items():
        network = Network(
            [Dense(2, 3), *made(activation), Dense(3, 3), *made(activation), Dense(3, 1), Sigmoid()],
            seed=1,
            dtype=np.float64,
        )
        network.parameters = 3 * rng.normal(size=network.size)
        found = stage.page.evaluate(
            """async ([text, net, x]) => {
                 const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
                 const { forward } = await import(address);
                 return forward(net, Float64Array.from(x)).values.map((layer) => [...layer]);
               }""",
            [
                script("playground/forward.js"),
                {"sizes": [2, 3, 3, 1], "activation": name, "parameters": network.parameters.tolist()},
                x.ravel().tolist(),
            ],
        )
        values = [x]
        for layer in network.layers:
            signal = layer.forward(values[-1])
            if not isinstance(layer, Dense):
                values[-1] = signal  # what the unit says, in place of its sum
            else:
                values.append(signal)
        for ours, theirs in zip(found, values, strict=True):
            np.testing.assert_allclose(ours, theirs.ravel(), rtol=1e-12, atol=1e-15, err_msg=name)


def test_the_plane_answers_to_a_weight_before_python_does(stage, playground):
    before, after = playground.evaluate(
        """root => {
             const line = () => root.querySelector(".pg-line").getAttribute("d");
             const slider = root.querySelector(".pg-weigh input");
             const before = line();
             slider.value = "2";
             slider.dispatchEvent(new Event("input"));
             return [before, line()];
           }"""
    )
    assert before != after
    stage.becomes("playground.network.parameters[0]", 2.0)
    says(playground, "After 300 steps the loss is")


def test_a_weight_is_moved_by_keys_and_training_goes_on_from_there(stage, playground):
    playground.get_by_label("weight", exact=True).focus()
    stage.page.keyboard.press("ArrowDown")
    stage.becomes("playground.weight", 1)
    playground.get_by_role("slider", name="its value").focus()
    stage.page.keyboard.press("Home")
    stage.becomes("playground.network.parameters[1]", -20.0)
    press(playground, "One step")
    says(playground, "After 301 steps")
    assert abs(stage.ask("playground.network.parameters[1]") + 20) < 0.5


def test_a_weight_is_pulled_by_its_line(stage, playground):
    line = playground.locator(".pg-hold").nth(3)
    box = line.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = stage.ask("playground.network.parameters[3]")
    drag(stage.page, middle, (middle[0], middle[1] - 40))
    stage.becomes("playground.weight", 3)
    stage.becomes(f"round(playground.network.parameters[3] - {before}, 6)", 2.0)


def test_the_unit_that_is_chosen_already_asks_python_nothing(stage, playground):
    watch_timers(stage.page)
    playground.locator(".pg-network").focus()
    stage.page.keyboard.press("End")
    assert waits(stage.page, PATIENCE) == 0
    press(playground, "One step")
    says(playground, "After 301 steps the loss is")


def test_a_weight_beyond_the_slider_goes_on_from_where_it_is(stage, playground):
    stage.ask(
        "[playground._run.set_parameter(0, 35.0), playground.train(0), playground.set_trait('weight', 0)]"
    )
    slider = playground.get_by_role("slider", name="its value")
    slider.focus()
    stage.page.wait_for_function("node => node.value === '35'", arg=slider.element_handle())
    stage.page.keyboard.press("ArrowLeft")
    stage.becomes("playground.network.parameters[0]", 34.9)
    stage.page.keyboard.press("Home")
    stage.becomes("playground.network.parameters[0]", -35.0)


def test_a_weight_that_broke_is_pulled_from_0(stage, playground):
    stage.ask("[playground.network.parameters.fill(float('nan')), playground.train(0)]")
    says(playground, "The numbers broke")
    box = playground.locator(".pg-hold").nth(3).bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(stage.page, middle, (middle[0], middle[1] - 40))
    stage.becomes("round(playground.network.parameters[3], 6)", 2.0)


def test_data_as_given_hands_the_focus_on_as_it_goes(stage, playground):
    plane(playground).focus()
    stage.page.keyboard.press("+")
    press(playground, "Data as given")
    playground.get_by_role("button", name="Data as given").wait_for(state="hidden")
    assert plane(playground).evaluate("node => node === document.activeElement")


def test_backspace_removes_a_point_too(stage, playground):
    plane(playground).focus()
    stage.page.keyboard.press("Escape")
    stage.page.keyboard.press("n")
    stage.page.keyboard.press("Backspace")
    stage.becomes(POINTS, XOR[1:])


def test_a_plane_in_focus_is_not_named_anew_at_each_picture(stage, playground):
    plane(playground).focus()
    press(playground, "Start")
    wait_for_steps(stage, playground, 310)
    node = plane(playground).element_handle()
    node.evaluate(
        """node => {
             window.named = 0;
             const note = () => { window.named += 1; };
             new MutationObserver(note).observe(node, { attributes: true, attributeFilter: ["aria-label"] });
           }"""
    )
    wait_for_steps(stage, playground, 1000)
    assert stage.page.evaluate("window.named") == 0
    press(playground, "Pause")
    playground.get_by_role("application", name="points are right").wait_for()


def test_a_unit_that_is_chosen_in_training_is_told(stage, playground):
    press(playground, "Start")
    wait_for_steps(stage, playground, 310)
    playground.locator(".pg-network").focus()
    stage.page.keyboard.press("Home")
    says(playground, "x₁ over the plane")
    assert stage.ask("playground.playing")
    stage.page.keyboard.press("End")
    says(playground, "y over the plane")
    press(playground, "Pause")


def test_the_menus_of_the_hidden_space_follow_python(open_stage):
    stage = open_stage({CELL: SOURCE.replace("width=2", "width=4")})
    root = stage.output(CELL).locator(".bpl-playground[data-pictures]")
    stage.ask("playground.set_trait('pair', [2, 3])")
    root.locator(".pg-hidden .pg-x", has_text="h₃").wait_for()
    menus = [root.get_by_label(label, exact=True) for label in ("across", "up")]
    assert [menu.input_value() for menu in menus] == ["2", "3"]


def test_a_view_that_goes_takes_no_hand_s_change_along_and_waits_for_nothing(open_stage):
    stage = open_stage({CELL: SOURCE})
    watch_timers(stage.page)
    root = stage.output(CELL).locator(".bpl-playground[data-pictures]")
    root.evaluate(
        """root => {
             const slider = root.querySelector(".pg-weigh input");
             slider.value = "2";
             slider.dispatchEvent(new Event("input"));
             root.closest(".jp-OutputArea-output").cleanUp();
           }"""
    )
    stage.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    assert waits(stage.page, PATIENCE) == 0
    stage.becomes("playground.network.parameters[0]", 2.0)


def test_a_point_is_dragged_turned_added_and_removed_by_mouse(stage, playground):
    plane(playground).scroll_into_view_if_needed()
    drag(stage.page, at(playground, 0, 0), at(playground, 0.2, 0.2), at(playground, 0.5, 0.25))
    stage.becomes(f"[round(x, 2) for x in {POINTS}[0]]", [0.5, 0.25, 0.0])
    stage.page.mouse.click(*at(playground, 1, 1))
    stage.becomes(f"{POINTS}[3]", [1.0, 1.0, 1.0])
    stage.page.mouse.click(*at(playground, 0.2, 0.6))
    stage.becomes(f"[[round(x, 1) for x in point] for point in {POINTS}[4:]]", [[0.2, 0.6, 0.0]])
    drag(stage.page, at(playground, 0.2, 0.6), at(playground, 0.2, 1), at(playground, 0.2, 1.5))
    stage.becomes("len(playground.x)", 4)
    stage.screenshot(CELL, "playground-by-hand")
    press(playground, "Data as given")
    stage.becomes(POINTS, XOR)
    playground.get_by_role("button", name="Data as given").wait_for(state="hidden")


def test_a_finger_turns_a_point_into_the_other_class(stage, playground):
    plane(playground).scroll_into_view_if_needed()
    stage.page.touchscreen.tap(*at(playground, 0, 1))
    stage.becomes(f"{POINTS}[1]", [0.0, 1.0, 0.0])


def test_points_by_keyboard(stage, playground):
    plane(playground).focus()
    keys = stage.page.keyboard
    keys.press("Escape")
    keys.press("n")
    says(playground, "Point 1 of 4: x₁ 0, x₂ 0, class 0.")
    keys.press("ArrowRight")
    stage.becomes(f"[round(x, 2) for x in {POINTS}[0]]", [0.07, 0.0, 0.0])
    keys.press("Enter")
    stage.becomes(f"{POINTS}[0][2]", 1.0)
    keys.press("+")
    stage.becomes(f"[round(x, 2) for x in {POINTS}[-1]]", [0.5, 0.5, 0.0])
    keys.press("Delete")
    stage.becomes("len(playground.x)", 4)


def test_points_move_through_the_hidden_space_as_training_goes(stage, playground):
    space = playground.get_by_role("img", name="Hidden space")
    trained = space.get_attribute("aria-label")
    hidden = stage.ask(
        "playground.network.layers[1].forward(playground.network.layers[0].forward(playground.x)).tolist()"
    )
    for (x1, x2, _), (h1, h2) in zip(XOR, hidden, strict=True):
        assert f"({x1}, {x2}) lies at ({h1:.2f}, {h2:.2f})" in trained
    press(playground, "Start afresh")
    says(playground, "Before the first step")
    assert space.get_attribute("aria-label") != trained


def test_all_pictures_stand_together_beside_a_sidebar(stage, playground):
    """JupyterLab's notebook at 1024 × 768 with its sidebar open leaves 592 × 647 pixels for a widget."""
    stage.page.set_viewport_size({"width": 592 + 28, "height": 700})
    boxes = [
        playground.locator(name).last.bounding_box()
        for name in (
            ".pg-start",
            ".pg-network",
            ".pg-of-plane .pg-plane",
            ".pg-hidden .pg-plane",
            ".pg-box",
        )
    ]
    stage.page.set_viewport_size({"width": 1280, "height": 900})
    top = min(box["y"] for box in boxes)
    assert max(box["y"] + box["height"] for box in boxes) - top < 630
    assert boxes[1]["y"] < boxes[2]["y"] + boxes[2]["height"]
    assert boxes[1]["x"] < boxes[2]["x"]


# where there is no Python


@pytest.fixture(scope="module")
def page(browser, watched, tmp_path_factory):
    made = exported(browser, {CELL: Playground(width=2, seed=6)}, tmp_path_factory.mktemp("recorded"))
    watched.append(made.watched)
    return made


def test_a_page_without_python_plays_two_recorded_starts(page):
    root = page.output(CELL).locator(".bpl-playground[data-pictures]")
    slider = root.get_by_role("slider", name="recorded step")
    press(root, "Start")
    slider.filter(visible=True).wait_for()
    page.page.wait_for_function("node => node.value > 2", arg=slider.element_handle())
    press(root, "Pause")
    slider.focus()
    page.page.keyboard.press("End")
    root.get_by_text("2,000 steps · loss 0.0631 · 2 of 4 points right").wait_for()
    seed = root.get_by_label("seed", exact=True)
    seed.fill("7")
    seed.press("Enter")
    root.get_by_text("0 steps · loss").wait_for()
    slider.focus()
    page.page.keyboard.press("End")
    root.get_by_text("2,000 steps · loss 0.000612 · 4 of 4 points right").wait_for()
    seed.fill("8")
    seed.press("Enter")
    says(root, "A seed is a whole number from 6 to 7; it stays 7.")


def test_a_recorded_network_answers_to_a_hand_and_says_why_it_cannot_be_set(page):
    root = page.output(CELL).locator(".bpl-playground[data-pictures]")
    root.get_by_role("slider", name="recorded step").focus()
    page.page.keyboard.press("End")
    root.get_by_role("slider", name="its value").focus()
    page.page.keyboard.press("Home")
    says(root, "Changed by hand:")
    page.page.keyboard.press("End")
    root.get_by_role("slider", name="recorded step").focus()
    page.page.keyboard.press("ArrowLeft")
    says(root, "After 1,960 steps")
    root.locator("summary").press("Enter")
    assert root.get_by_text("A recording: this page has no Python. It holds seeds 6 and 7.").is_visible()
    assert root.get_by_text("Of these settings runs were recorded").is_visible()
    assert root.get_by_label("units in each", exact=True).is_disabled()
    assert page.violations(where=".bpl-playground") == []


def test_a_unit_of_a_recorded_network_is_told_as_it_is_chosen(page):
    root = page.output(CELL).locator(".bpl-playground[data-pictures]")
    root.locator(".pg-network").focus()
    page.page.keyboard.press("Home")
    says(root, "x₁ over the plane")
    page.page.keyboard.press("End")
    says(root, "y over the plane")


def test_a_recorded_step_is_drawn_once(page):
    root = page.output(CELL).locator(".bpl-playground[data-pictures]")
    root.get_by_role("slider", name="recorded step").focus()
    page.page.keyboard.press("Home")
    page.page.evaluate(
        """() => {
             const canvas = CanvasRenderingContext2D.prototype, paint = canvas.putImageData;
             window.painted = 0;
             canvas.putImageData = function (...all) { window.painted += 1; paint.apply(this, all); };
           }"""
    )
    page.page.keyboard.press("ArrowRight")
    root.get_by_text("1 step ·").wait_for()
    small, large = root.locator(".pg-unit").count(), 2
    assert page.page.evaluate("window.painted") == small + large

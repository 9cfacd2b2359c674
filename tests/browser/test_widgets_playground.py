"""The Playground on a page: a network in training, by keyboard alone."""

import re

import pytest

CELL = "playground"
SOURCE = """
import time
from backproplab.widgets import Playground
playground = Playground(width=2, seed=6)
playground
"""


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({CELL: SOURCE})


@pytest.fixture
def playground(stage):
    """A playground afresh."""
    stage.run(CELL)
    root = stage.output(CELL).locator(".bpl-playground[data-pictures]")
    root.wait_for()
    return root


def press(root, name):
    root.get_by_role("button", name=name, exact=True).press("Enter")


def choose(stage, root, label, keys):
    unfold(root)
    root.get_by_label(label, exact=True).focus()
    for key in keys.split():
        stage.page.keyboard.press(key)


def unfold(root):
    """Open the strip of settings, by keyboard, if it is folded."""
    if root.locator("details:not([open])").count():
        root.locator("summary").press("Enter")


def says(root, text):
    root.get_by_role("status").filter(has_text=text).wait_for()


def pictures(root):
    return int(root.get_attribute("data-pictures"))


def wait_for_steps(stage, root, least):
    stage.page.wait_for_function(
        """([root, least]) => {
             const text = root.querySelector(".pg-progress").textContent.split(" step")[0];
             return Number(text.replaceAll(",", "")) >= least;
           }""",
        arg=[root.element_handle(), least],
    )


def test_one_step_is_one_step(stage, playground):
    press(playground, "One step")
    says(playground, "After 1 step the loss is")
    assert stage.ask("playground.steps") == 1
    press(playground, "Start afresh")
    says(playground, "Before the first step")
    assert stage.ask("playground.steps") == 0


def test_seed_6_sticks_and_seed_7_gets_through(stage, playground):
    choose(stage, playground, "steps a picture", "ArrowDown")
    press(playground, "Start")
    wait_for_steps(stage, playground, 2000)
    stage.screenshot(CELL, "playground-training")
    press(playground, "Pause")
    says(playground, "2 of 4 points are right")
    assert 0.0625 < stage.ask("playground._run.value") < 0.0640
    choose(stage, playground, "seed", "ArrowUp Tab")
    says(playground, "Before the first step")
    press(playground, "Start")
    wait_for_steps(stage, playground, 2000)
    press(playground, "Pause")
    says(playground, "4 of 4 points are right")
    assert stage.ask("playground.seed") == 7
    assert stage.ask("bool(abs(playground.network.predict(playground.x) - playground.targets).max() < 0.1)")


def test_a_seed_that_is_none_is_refused_with_a_sentence(stage, playground):
    for typed in ("- 5", "1 . 5", "Delete"):
        choose(stage, playground, "seed", f"Control+a {typed} Enter")
        says(playground, "A seed is a whole number from 0 to 999,999; it stays 6.")
        assert playground.get_by_label("seed", exact=True).input_value() == "6"
        playground.locator("p[role=status]").evaluate("said => { said.textContent = ''; }")
    assert stage.ask("playground.seed") == 6


def test_enter_takes_the_seed_that_was_typed(stage, playground):
    choose(stage, playground, "seed", "Control+a 7 Enter")
    says(playground, "Before the first step the loss is 0.137")
    assert stage.ask("playground.seed") == 7
    assert playground.get_by_label("seed", exact=True).evaluate("node => node === document.activeElement")


def test_paused_it_stands_still(stage, playground):
    playground.locator(".pg-network").focus()
    stage.page.keyboard.press("Space")
    wait_for_steps(stage, playground, 10)
    stage.page.keyboard.press("Space")
    playground.get_by_role("button", name="Start", exact=True).wait_for()
    stage.page.wait_for_timeout(100)  # the slice under way, if there was one, is answered before this
    steps, shown = stage.ask("playground.steps"), pictures(playground)
    stage.page.wait_for_timeout(300)
    assert (stage.ask("playground.steps"), stage.ask("playground.playing")) == (steps, False)
    assert pictures(playground) - shown <= 1


def test_arrows_choose_a_unit_for_the_large_map(stage, playground):
    playground.locator(".pg-network").focus()
    stage.page.keyboard.press("ArrowLeft")
    playground.get_by_text("h₁ over the plane").wait_for()
    says(playground, "h₁, weights and (gradients): x₁ ×")
    stage.page.keyboard.press("ArrowDown")
    says(playground, "h₂, weights and (gradients): x₁ ×")
    assert stage.ask("playground.unit") == 3
    stage.page.keyboard.press("Home")
    playground.get_by_text("x₁ over the plane, pale −0.20 to deep 1.2", exact=True).wait_for()
    stage.page.keyboard.press("End")
    playground.get_by_text("y over the plane").wait_for()
    assert stage.ask("playground.unit") == -1


def test_from_zeros_nothing_moves(stage, playground):
    choose(stage, playground, "first weights", "z")
    says(playground, "every gradient is exactly 0")
    press(playground, "One step")
    says(playground, "After 1 step the loss is 0.125")
    assert not stage.ask("bool(playground.network.parameters.any())")


def test_what_the_lines_show_is_chosen_with_radio_keys(stage, playground):
    unfold(playground)
    playground.get_by_role("radio", name="both").focus()
    stage.page.keyboard.press("ArrowUp")
    playground.locator(".pg-network[data-lines='gradients']").wait_for()
    assert not playground.locator(".pg-weight").first.is_visible()
    assert stage.ask("playground.lines") == "gradients"


def test_a_page_that_is_closed_stops_the_work(stage, playground):
    press(playground, "Start")
    wait_for_steps(stage, playground, 10)
    playground.evaluate("root => root.remove()")
    stage.page.wait_for_timeout(200)  # longer than a slice takes: what was asked for is answered
    steps = stage.ask("playground.steps")
    stage.page.wait_for_timeout(500)
    assert stage.ask("playground.steps") == steps


def test_python_that_does_not_answer_is_told(stage, playground):
    """Busy for seven seconds, then free: the page says so, or Python if it was asked, and neither trains."""
    press(playground, "Start")
    wait_for_steps(stage, playground, 10)
    playground.evaluate(
        """root => {
             root.told = [];
             const status = root.querySelector("p[role=status]");
             const note = () => root.told.push(status.textContent);
             new MutationObserver(note).observe(status, { childList: true });
           }"""
    )
    stage.ask("[playground._lock.acquire(), time.sleep(7), playground._lock.release()][1]")
    stage.page.wait_for_function(
        "root => root.told.some((text) => text.includes('for 5 seconds'))", arg=playground.element_handle()
    )
    stage.becomes("playground.playing", False)


def test_a_python_two_seconds_away_trains(stage, playground):
    """Each message takes 2.2 seconds to the page: training is slow then, and goes on."""
    stage.page.evaluate(
        """() => {
             const near = window.fromPython;
             window.fromPython = async () => {
               const messages = await near();
               await new Promise((done) => setTimeout(done, messages.length ? 2200 : 0));
               return messages;
             };
             window.comeNear = () => { window.fromPython = near; };
           }"""
    )
    try:
        press(playground, "Start")
        wait_for_steps(stage, playground, 10)
        first = stage.ask("playground.steps")
        wait_for_steps(stage, playground, first + 10)
        assert playground.get_by_role("button", name="Pause", exact=True).count() == 1
        assert stage.ask("playground.playing")
    finally:
        stage.page.evaluate("() => comeNear()")


def test_why_training_paused_is_said_until_the_reader_does_something(stage, playground):
    press(playground, "Start")
    wait_for_steps(stage, playground, 10)
    stage.ask("[playground._lock.acquire(), time.sleep(7), playground._lock.release()][1]")
    says(playground, "Paused: P")
    stage.ask("playground.train(1)")
    progress = playground.locator(".pg-progress").element_handle()
    steps = f"{stage.ask('playground.steps'):,} step"
    stage.page.wait_for_function("([node, text]) => node.textContent.startsWith(text)", arg=[progress, steps])
    says(playground, "Paused: Python did not answer for 5 seconds. After")
    press(playground, "One step")
    says(playground, re.compile("^After"))


def test_lines_of_gradients_fade_as_training_stalls(stage, playground):
    """Seed 6 sticks: its gradients fall, and the drawing must not say otherwise."""

    def thickest():
        return playground.locator(".pg-network .pg-gradient").evaluate_all(
            "lines => Math.max(...lines.map((line) => Number(line.getAttribute('stroke-width'))))"
        )

    before = thickest()
    stage.ask("playground.train(6000)")
    wait_for_steps(stage, playground, 6000)
    assert thickest() < before - 1
    assert playground.get_by_text("≤ 1e−6").is_visible()


def test_a_view_that_comes_back_asks_whether_training_goes_on(stage, playground):
    press(playground, "Start")
    wait_for_steps(stage, playground, 10)
    playground.evaluate(
        """root => {
             const place = root.parentElement;
             root.remove(); // as a long notebook does with what is far from the window
             setTimeout(() => place.append(root), 5500);
           }"""
    )
    says(playground, "did not reach each other for 5 seconds")
    stage.becomes("playground.playing", False)


def test_nothing_bars_a_reader_in_light_or_dark(stage, playground):
    assert stage.violations() == []
    stage.dark()
    press(playground, "One step")
    says(playground, "After 1 step the loss is")
    stage.screenshot(CELL, "playground-dark")
    assert stage.violations() == []

"""Lesson 08 as a reader meets it: a network in training, by keyboard alone."""

import time

import pytest

from browser.quick_check import answer_all

LESSON = "notebooks/08-xor.ipynb"
CELL = "playground"


@pytest.fixture(scope="module")
def lesson(open_notebook):
    notebook = open_notebook(LESSON)
    notebook.run()
    return notebook


@pytest.fixture
def playground(lesson):
    """The lesson's playground, as its cell makes it."""
    lesson.run(CELL)
    root = lesson.output(CELL).locator(".bpl-playground[data-pictures]")
    root.wait_for()
    return root


def press(root, name):
    root.get_by_role("button", name=name, exact=True).press("Enter")


def choose(lesson, root, label, keys):
    root.get_by_label(label, exact=True).focus()
    for key in keys.split():
        lesson.page.keyboard.press(key)


def says(root, text):
    root.get_by_role("status").filter(has_text=text).wait_for()


def pictures(root):
    return int(root.get_attribute("data-pictures"))


def wait_for_steps(lesson, root, least):
    lesson.page.wait_for_function(
        """([root, least]) => {
             const text = root.querySelector(".pg-progress").textContent.split(" step")[0];
             return Number(text.replaceAll(",", "")) >= least;
           }""",
        arg=[root.element_handle(), least],
    )


def test_one_step_is_one_step(lesson, playground):
    press(playground, "One step")
    says(playground, "After 1 step the loss is")
    assert lesson.ask("playground.steps") == 1
    press(playground, "Start afresh")
    says(playground, "Before the first step")
    assert lesson.ask("playground.steps") == 0


def test_seed_6_sticks_and_seed_7_gets_through(lesson, playground):
    choose(lesson, playground, "steps a picture", "ArrowDown")
    press(playground, "Start")
    wait_for_steps(lesson, playground, 2000)
    lesson.screenshot(CELL, "lesson-08-training")
    press(playground, "Pause")
    says(playground, "2 of 4 points are right")
    assert 0.0625 < lesson.ask("playground._run.value") < 0.0640
    choose(lesson, playground, "seed", "ArrowUp Tab")
    says(playground, "Before the first step")
    press(playground, "Start")
    wait_for_steps(lesson, playground, 2000)
    press(playground, "Pause")
    says(playground, "4 of 4 points are right")
    assert lesson.ask("playground.seed") == 7
    assert lesson.ask("bool(abs(playground.network.predict(playground.x) - playground.targets).max() < 0.1)")


def test_a_seed_that_is_none_is_refused_with_a_sentence(lesson, playground):
    for typed in ("- 5", "1 . 5", "Delete"):
        choose(lesson, playground, "seed", f"Control+a {typed} Enter")
        says(playground, "A seed is a whole number from 0 to 999,999; it stays 6.")
        assert playground.get_by_label("seed", exact=True).input_value() == "6"
        playground.locator("p[role=status]").evaluate("said => { said.textContent = ''; }")
    assert lesson.ask("playground.seed") == 6


def test_enter_takes_the_seed_that_was_typed(lesson, playground):
    choose(lesson, playground, "seed", "Control+a 7 Enter")
    says(playground, "Before the first step the loss is 0.137")
    assert lesson.ask("playground.seed") == 7
    assert playground.get_by_label("seed", exact=True).evaluate("node => node === document.activeElement")


def test_paused_it_stands_still(lesson, playground):
    playground.locator(".pg-network").focus()
    lesson.page.keyboard.press("Space")
    wait_for_steps(lesson, playground, 10)
    lesson.page.keyboard.press("Space")
    playground.get_by_role("button", name="Start", exact=True).wait_for()
    lesson.ask("0")  # the slice under way, if there was one, is answered before this
    steps, shown = lesson.ask("playground.steps"), pictures(playground)
    lesson.ask("__import__('time').sleep(0.3)")
    assert (lesson.ask("playground.steps"), lesson.ask("playground.playing")) == (steps, False)
    assert pictures(playground) - shown <= 1


def test_arrows_choose_a_unit_for_the_large_map(lesson, playground):
    playground.locator(".pg-network").focus()
    lesson.page.keyboard.press("ArrowLeft")
    playground.get_by_text("h1 over the plane").wait_for()
    says(playground, "h1, weights and (gradients): x₁ ×")
    lesson.page.keyboard.press("ArrowDown")
    says(playground, "h2, weights and (gradients): x₁ ×")
    assert lesson.ask("playground.unit") == 3
    lesson.page.keyboard.press("Home")
    playground.get_by_text("x₁ over the plane, pale −0.20 to deep 1.2", exact=True).wait_for()
    lesson.page.keyboard.press("End")
    playground.get_by_text("y over the plane").wait_for()
    assert lesson.ask("playground.unit") == -1


def test_from_zeros_nothing_moves(lesson, playground):
    choose(lesson, playground, "first weights", "z")
    says(playground, "every gradient is exactly 0")
    press(playground, "One step")
    says(playground, "After 1 step the loss is 0.125")
    assert not lesson.ask("bool(playground.network.parameters.any())")


def test_what_the_lines_show_is_chosen_with_radio_keys(lesson, playground):
    playground.get_by_role("radio", name="both").focus()
    lesson.page.keyboard.press("ArrowUp")
    playground.locator(".pg-network[data-lines='gradients']").wait_for()
    assert not playground.locator(".pg-weight").first.is_visible()
    assert lesson.ask("playground.lines") == "gradients"


def test_another_cell_runs_meanwhile_and_its_settings_reach_the_page(lesson, playground):
    press(playground, "Start")
    wait_for_steps(lesson, playground, 10)
    lesson.ask("setattr(playground, 'learning_rate', 0.7)")
    lesson.page.wait_for_function(
        "select => select.value === '0.7'",
        arg=playground.get_by_label("learning rate", exact=True).element_handle(),
    )
    assert lesson.ask("playground.playing")
    press(playground, "Pause")


def test_a_page_that_is_closed_stops_the_work(lesson, playground):
    press(playground, "Start")
    wait_for_steps(lesson, playground, 10)
    playground.evaluate("root => root.remove()")
    time.sleep(0.2)  # longer than a slice takes: what was asked for is answered
    steps = lesson.ask("playground.steps")
    time.sleep(0.5)
    assert lesson.ask("playground.steps") == steps


def test_python_that_does_not_answer_is_told(lesson, playground):
    """A kernel that is busy for three seconds, then free: both sides say so, and neither trains."""
    press(playground, "Start")
    wait_for_steps(lesson, playground, 10)
    lesson.ask("[playground._lock.acquire(), __import__('time').sleep(3), playground._lock.release()][1]")
    says(playground, "did not reach each other for 2 seconds")
    assert not lesson.ask("playground.playing")


def test_a_view_that_comes_back_asks_whether_training_goes_on(lesson, playground):
    press(playground, "Start")
    wait_for_steps(lesson, playground, 10)
    playground.evaluate(
        """root => {
             const place = root.parentElement;
             root.remove(); // as a long notebook does with what is far from the window
             setTimeout(() => place.append(root), 2500);
           }"""
    )
    says(playground, "did not reach each other for 2 seconds")
    lesson.becomes("playground.playing", False)


def test_it_is_where_it_was_when_the_notebook_is_opened_again(lesson, playground):
    choose(lesson, playground, "units in each", "5")
    says(playground, "Before the first step")
    press(playground, "One step")
    says(playground, "After 1 step the loss is")
    lesson.save()
    lesson.open()
    root = lesson.output(CELL).locator(".bpl-playground[data-pictures]")
    root.get_by_text("1 step · loss").wait_for()
    assert root.get_by_label("units in each", exact=True).input_value() == "5"
    press(root, "One step")
    says(root, "After 2 steps the loss is")


def test_the_quick_check(lesson):
    answer_all(lesson, "08")


def test_nothing_bars_a_reader_in_light_or_dark(lesson, playground):
    assert lesson.violations() == []
    lesson.dark()
    press(playground, "One step")
    says(playground, "After 1 step the loss is")
    lesson.screenshot(CELL, "lesson-08-dark")
    assert lesson.violations() == []


def test_without_a_kernel_it_keeps_its_picture_and_says_what_to_do(lesson, playground):
    press(playground, "One step")
    says(playground, "After 1 step the loss is")
    lesson.save()
    lesson.restart()
    press(playground, "One step")  # on a page whose kernel went away under it
    says(playground, "Python has not answered for 2 seconds")
    lesson.open()
    root = lesson.output(CELL).locator(".bpl-playground[data-pictures]")
    root.get_by_text("1 step · loss").wait_for()
    press(root, "Start")
    says(root, "Python has not answered for 2 seconds")
    root.get_by_role("button", name="Start", exact=True).wait_for()

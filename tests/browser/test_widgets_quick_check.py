"""The quiz on a page: by keyboard, twice on a page, in both themes, at twice the size."""

import pytest

from backproplab.widgets.quick_check.questions import questions
from browser.quick_check import answer_all, check, spoken

CELLS = {
    "first": "from backproplab.widgets import quick_check\n\nfirst = quick_check('02')\nfirst",
    "second": "second = quick_check('05')\nsecond",
    "again": "first",
}


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage(CELLS, viewport={"width": 1024, "height": 900})


@pytest.fixture
def fresh(stage):
    stage.run()
    stage.output("first").get_by_text("0 of 3 answered rightly.").wait_for()
    return stage


def group(stage, cell, place):
    return stage.output(cell).locator("fieldset").nth(place)


def test_tab_and_arrows_lead_through_it_and_enter_checks(fresh):
    keyboard = fresh.page.keyboard
    group(fresh, "first", 0).get_by_role("radio").first.focus()
    keyboard.press("ArrowDown")
    keyboard.press("Tab")
    assert fresh.page.evaluate("document.activeElement.textContent") == "Check"
    keyboard.press("Enter")
    group(fresh, "first", 0).get_by_text("Right.").wait_for()
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Enter")
    group(fresh, "first", 1).get_by_text("Not yet.").wait_for()
    fresh.output("first").get_by_text("1 of 3 answered rightly after 2 tries.").wait_for()
    fresh.becomes("[first.answers, first.tries]", [["12", "5: both paths carry 5", None], [1, 1, 0]])


def test_it_can_be_answered_to_the_end_and_two_on_a_page_are_apart(fresh):
    answer_all(fresh, "05", "second")
    fresh.becomes("[first.tries, second.tries]", [[0, 0, 0], [3, 3, 3]])
    assert group(fresh, "first", 0).get_by_role("radio", checked=True).count() == 0


def test_another_try_changes_the_answer_and_a_reply_stays(fresh):
    for index in (0, 1, 2):
        check(fresh.page, group(fresh, "first", 0), index)
    group(fresh, "first", 0).get_by_text(spoken(questions("02")[0].choices[2].reply)).wait_for()
    assert group(fresh, "first", 0).get_by_text("Not yet.").count() == 2
    fresh.output("first").get_by_text("1 of 3 answered rightly after 3 tries.").wait_for()
    fresh.becomes("first.answers[0]", "36")


def test_the_same_choice_twice_is_one_try(fresh):
    for _ in range(2):
        check(fresh.page, group(fresh, "first", 0), 0)
    fresh.becomes("first.tries", [1, 0, 0])


def test_nothing_chosen_is_told_and_is_no_try(fresh):
    group(fresh, "first", 2).get_by_role("button").press("Enter")
    group(fresh, "first", 2).get_by_text("Choose an answer first.").wait_for()
    check(fresh.page, group(fresh, "first", 2), 1)
    group(fresh, "first", 2).get_by_text("Choose an answer first.").wait_for(state="hidden")
    fresh.becomes("first.tries", [0, 0, 1])


def test_nothing_chosen_is_told_again_after_a_moment_without_it(fresh):
    card = group(fresh, "first", 2)
    card.get_by_role("button").press("Enter")
    hint = card.get_by_text("Choose an answer first.")
    hint.evaluate(
        """node => {
          window.heard = [];
          new MutationObserver(() => heard.push(node.textContent)).observe(node, { childList: true });
        }"""
    )
    card.get_by_role("button").press("Enter")
    fresh.page.wait_for_function("heard.length === 2")
    assert fresh.page.evaluate("heard") == ["", "Choose an answer first."]


def test_two_views_of_one_quiz_agree(fresh):
    check(fresh.page, group(fresh, "first", 0), 1)
    group(fresh, "again", 0).get_by_text("Right.").wait_for()
    assert group(fresh, "again", 0).get_by_role("radio").nth(1).is_checked()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_either_theme(fresh, theme):
    for place, index in ((0, 0), (0, 1), (1, 0)):
        check(fresh.page, group(fresh, "first", place), index)
    group(fresh, "first", 2).get_by_role("button").press("Enter")
    if theme == "dark":
        fresh.dark()
    fresh.screenshot("first", f"quick-check-{theme}")
    assert fresh.violations() == []


def test_at_twice_the_size_nothing_is_cut_off(open_stage):
    narrow = open_stage(CELLS, viewport={"width": 512, "height": 1100}, device_scale_factor=2)
    check(narrow.page, group(narrow, "second", 2), 2)
    narrow.screenshot("second", "quick-check-200-percent")
    box = narrow.output("second").evaluate("node => [node.scrollWidth, node.clientWidth]")
    assert box[0] <= box[1]

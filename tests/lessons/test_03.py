"""Lesson 03 on a page: the sheet, by keyboard alone."""

import pytest
from browser.test_widgets_spreadsheet import OnPage, press_button
from lessons.lesson import cells_of

BEHIND_W3 = {"dL_dh", "dL_dz1", "dL_dw1", "dL_dw2", "dL_db1", "dL_dx1", "dL_dx2"}


@pytest.fixture(scope="module")
def lesson(open_stage):
    return open_stage(cells_of("03"))


@pytest.fixture
def sheet(lesson):
    return OnPage(lesson, "live-sheet")


def test_a_weight_of_zero_stops_the_gradients_behind_it_until_it_is_updated(lesson, sheet):
    sheet.type("w3", "0")
    numbers = sheet.numbers()
    assert {name for name in numbers if name.startswith("dL_d") and numbers[name] == 0} == BEHIND_W3
    sheet.python("live.numbers", {"w3": 0})
    press_button(sheet, "One update")
    assert round(sheet.number("w3"), 3) == 0.079
    assert not any(number == 0 for name, number in sheet.numbers().items() if name in BEHIND_W3)
    sheet.python("[live.updates, round(live.numbers['w3'], 3)]", [1, 0.079])
    press_button(sheet, "Start again")


def test_a_target_that_can_be_overshot_is(lesson, sheet):
    sheet.type("t", "0.6")
    before = sheet.number("L")
    sheet.type("eta", "100")
    press_button(sheet, "One update")
    assert 19 < sheet.number("L") / before < 20
    sheet.python("[live.numbers['t'], live.numbers['eta'], live.updates]", [0.6, 100, 1])
    press_button(sheet, "Start again")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_is_accessible_in_both_themes(lesson, sheet, theme):
    if theme == "dark":
        lesson.dark()
    sheet.type("w3", "0")
    sheet.focus("dL_dh")
    lesson.screenshot("live-sheet", f"lesson-03-sheet-{theme}")
    assert lesson.violations() == []

"""Widgets that say aloud where a hand has come to rest say nothing when a page has just shown them."""

from browser.test_widgets_swipe import CELLS
from browser.waits import waits, watch_timers

SPOKEN = ("curves", "descent", "linked", "lens")


def test_only_what_a_reader_moved_is_said(open_stage):
    stage = open_stage({"import": "import numpy as np"})
    watch_timers(stage.page)
    stage.put({cell: CELLS[cell] for cell in SPOKEN})
    outputs = [stage.output(cell) for cell in SPOKEN]
    for output in outputs:
        output.get_by_role("slider").first.wait_for()
    assert waits(stage.page, 250) + waits(stage.page, 300) == 0  # none is about to speak, and none has
    assert [output.locator("p[role=status]").text_content() for output in outputs] == [""] * len(SPOKEN)
    for output in outputs:
        output.get_by_role("slider").first.press("Home")
        output.locator("p[role=status]:not(:empty)").wait_for(state="attached")

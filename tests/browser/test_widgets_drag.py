"""What is dragged follows the hand that took it, and nothing else that goes by."""

import pytest

from browser.test_widgets_swipe import CELLS, SCROLLS

PULLED = "[playground.weight, [round(float(one), 6) for one in playground.network.parameters]]"
DRAGGED = {**SCROLLS, "playground": (".pg-hold", PULLED)}


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({cell: CELLS[cell] for cell in DRAGGED})


@pytest.fixture(params=DRAGGED)
def handle(request, stage):
    """(where it stands on the page, what Python has of it) of a handle of each widget."""
    selector, state = DRAGGED[request.param]
    node = stage.page.locator(f"[data-cell='{request.param}'] {selector}").first
    node.evaluate("node => node.scrollIntoView({ block: 'center' })")
    box = node.bounding_box()

    def known():
        stage.page.evaluate("settled()")
        return stage.ask(state)

    return (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), known


def drag(page, start, end, button="left"):
    page.mouse.move(*start)
    page.mouse.down(button=button)
    page.mouse.move(*end, steps=5)
    page.mouse.up(button=button)


def test_the_mouse_drags_it_once_and_a_selection_that_goes_by_does_not(stage, handle):
    (x, y), known = handle
    begun = known()
    drag(stage.page, (x, y), (x + 30, y - 10))
    dragged = known()
    assert dragged != begun
    drag(stage.page, (5, y), (x - 20, y))  # from beside the widget, as a selection of text
    stage.page.mouse.move(x, y)
    assert known() == dragged


def test_another_button_of_the_mouse_drags_nothing(stage, handle):
    (x, y), known = handle
    begun = known()
    drag(stage.page, (x, y), (x - 30, y + 10), button="right")
    assert known() == begun

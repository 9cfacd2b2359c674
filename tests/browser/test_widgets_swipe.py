"""A finger that begins on a widget and goes up scrolls the page, and leaves the widget as it was."""

import pytest

CURVES = """
from backproplab.widgets import ActivationCurves, Descent, LinkedPanels, NudgeLens, Playground
curves = ActivationCurves(shown="GELU", z=-1.0)
curves
"""
SHEET = """
import numpy as np
from backproplab import Dense, Network, Sigmoid, SquaredError
from backproplab.spreadsheet import Sheet
from backproplab.widgets import Spreadsheet
network = Network([Dense(2, 1), Sigmoid(), Dense(1, 1), Sigmoid()], seed=1, dtype=np.float64)
sheet = Spreadsheet(Sheet(network, SquaredError(), x=[0.5, 0.3], target=[1.0], learning_rate=1.0))
sheet
"""
FILM = """
from backproplab.training import History
from backproplab.training.recorder import Series
from backproplab.widgets import GradientFilm
steps = np.arange(1, 101)
records = {
    "gradient_maps": Series(steps, np.ones((100, 1, 784)), ("unit 1",)),
    "loss": Series(steps, 1 / steps, ()),
}
film = GradientFilm(History(np.array([]), np.array([]), np.array([]), records, 100, ""))
film
"""
PAD = """
from backproplab.widgets import DigitPad
pad = DigitPad(Network([Dense(784, 10)], seed=1))
pad
"""
CELLS = {
    "curves": CURVES,
    "descent": 'descent = Descent("ravine", rate=0.03, step=20)\ndescent',
    "linked": 'linked = LinkedPanels([lambda v: v**2], names="vs", at=5, between=(1, 9))\nlinked',
    "lens": 'lens = NudgeLens(lambda v: v**2, 3, derivative=6, nudge=4, names="vs", labels="vs")\nlens',
    "sheet": SHEET,
    "film": FILM,
    "pad": PAD,
    "playground": "playground = Playground(width=2, seed=7)\nplayground",
}
WATCH = """() => {
  [window.ended, window.settled] = ["", false];
  const note = (event) => { window.ended = event.type; };
  addEventListener("pointerup", note, { capture: true, once: true });
  addEventListener("pointercancel", note, { capture: true, once: true });
  addEventListener("scrollend", () => { window.settled = true; }, { capture: true, once: true });
}"""
SWIPE, ACROSS = 200, 120  # pixels up, and to the side: no finger goes straight


@pytest.fixture(scope="module")
def stage(open_stage):
    stage = open_stage(CELLS, viewport={"width": 390, "height": 700}, has_touch=True)
    stage.page.evaluate("document.querySelector('main').style.paddingBlock = '700px'")
    return stage


def scrolls(stage, cell: str, selector: str) -> bool:
    """Let a finger begin in the middle of a handle and go up: whether the browser scrolled the page."""
    handle = stage.page.locator(f"[data-cell='{cell}'] {selector}").first
    handle.evaluate("node => node.scrollIntoView({ block: 'center' })")
    box = handle.bounding_box()
    stage.page.evaluate(WATCH)
    finger = stage.page.context.new_cdp_session(stage.page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for share in range(11):
        point = {"x": x + ACROSS * share / 10, "y": y - SWIPE * share / 10}
        kind = "touchMove" if share else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()
    stage.page.wait_for_function("window.ended")
    scrolled = stage.page.evaluate("window.ended === 'pointercancel'")
    if scrolled:
        stage.page.wait_for_function("window.settled")
    return scrolled


SCROLLS = {
    "curves": ("svg", "curves.place"),
    "descent": ("svg.descent-picture", "descent.turn"),
    "linked": (".panels-picture", "linked.place"),
    "lens": (".panels-picture", "lens.place"),
    "sheet": (".bpl-sheet-handle", "[float(value) for value in sheet.numbers.values()]"),
    "film": (".film-plot", "film.frame"),
}


@pytest.mark.parametrize("cell", SCROLLS)
def test_a_swipe_scrolls_the_page_and_leaves_the_handle_where_it_was(stage, cell):
    selector, state = SCROLLS[cell]
    before = stage.ask(state)
    assert scrolls(stage, cell, selector)
    assert stage.ask(state) == before


@pytest.mark.parametrize(
    ("cell", "selector"),
    [
        ("pad", ".bpl-pad-surface"),
        ("playground", ".pg-hold"),
        ("playground", ".pg-of-plane .pg-plane canvas"),
    ],
)
def test_where_a_finger_draws_or_pulls_upwards_the_page_stays(stage, cell, selector):
    assert not scrolls(stage, cell, selector)

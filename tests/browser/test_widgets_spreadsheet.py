"""The sheet in a browser: its JavaScript finds the package's numbers; all of it works by keyboard alone."""

import math
import re

import numpy as np
import pytest
from spreadsheet_kit import NETWORKS, two_one_one

from backproplab.spreadsheet import Sheet
from backproplab.widgets import Spreadsheet
from backproplab.widgets.kit.modules import read
from browser.lab import Watched

SOURCE = """
import numpy as np
from backproplab import Dense, Network, Sigmoid, SquaredError
from backproplab.spreadsheet import Sheet
from backproplab.widgets import Spreadsheet

network = Network([Dense(2, 1), Sigmoid(), Dense(1, 1), Sigmoid()], dtype=np.float64)
network.parameters = [0.4, -0.2, 0.1, 0.7, -0.3]
sheet = Sheet(network, SquaredError(), x=[0.5, 0.3], target=[1.0], learning_rate=1.0)
widget = Spreadsheet(sheet)
widget
"""


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({"sheet": SOURCE, "twin": "other = Spreadsheet(sheet)\nother", "mirror": "widget"})


@pytest.fixture(scope="module")
def sheet(stage):
    return OnPage(stage, "sheet")


def plain(text):
    return text.replace("\u2060", "")  # what keeps ∂L/∂w on one line


class OnPage:
    """A sheet of a stage, and the keyboard."""

    def __init__(self, stage, cell):
        self.stage, self.page, self.cell = stage, stage.page, cell
        self.output = stage.output(cell)
        self.output.get_by_role("grid").wait_for()

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def focus(self, name):
        """Go to a cell by its name, as Tab and arrows do."""
        self.output.locator(f"td[data-name='{name}']").focus()
        self.press("ArrowDown", "ArrowUp")

    def number(self, name):
        return float(self.output.locator(f"td[data-name='{name}']").get_attribute("data-number"))

    def numbers(self):
        found = self.output.locator("td[data-name]").evaluate_all(
            "cells => cells.map(cell => [cell.dataset.name, cell.dataset.number])"
        )
        return {name: float(number) for name, number in found}

    def selected(self):
        return self.page.evaluate("() => document.activeElement.dataset.name")

    def python(self, expression, value):
        self.stage.becomes(expression, value)

    def told(self):
        return plain(self.output.locator(".bpl-said").inner_text())

    def bar(self):
        return plain(self.output.locator(".bpl-sheet-bar").inner_text())

    def type(self, name, text):
        self.focus(name)
        self.press("F2", "Control+a")
        self.page.keyboard.type(text)
        self.press("Enter")


def close(found, expected, name):
    noisy = name.startswith(("by_nudge", "gap_"))  # rounding over a nudge: 1e-16 / 1e-5
    return math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-10 if noisy else 1e-16)


@pytest.fixture(scope="module")
def work(browser, watched):
    """What formulas.js makes of a sheet, for other numbers in it: every cell by name."""
    watched.append(Watched(browser, "about:"))
    page = watched[-1].page
    page.goto("about:blank")

    def work(widget, numbers):
        cells = widget.page["cells"]
        given = {
            each["at"]: numbers.get(name, each["value"])
            for name, each in cells.items()
            if not each["formula"]
        }
        formulas = {each["at"]: each["formula"] for each in cells.values()}
        found = calculated(page, formulas, given)
        return {name: found[each["at"]] for name, each in cells.items()}

    return work


def calculated(page, formulas, numbers):
    return page.evaluate(
        """async ([text, formulas, numbers]) => {
             const { calculator } = await import("data:text/javascript," + encodeURIComponent(text));
             try {
               return Object.fromEntries(calculator(formulas).work(numbers));
             } catch (error) {
               return error.message;
             }
           }""",
        [read("spreadsheet/formulas.js"), formulas, numbers],
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_the_page_works_out_what_the_package_computes(name, work):
    sheet = Sheet(*NETWORKS[name]())
    found = work(Spreadsheet(sheet), {})
    assert found.keys() == sheet.cells.keys()
    wrong = [cell for cell in sheet.cells.values() if not close(found[cell.name], cell.value, cell.name)]
    assert not wrong


@pytest.mark.parametrize("name", NETWORKS)
def test_after_edits_too(name, work):
    network, loss, x, target = NETWORKS[name]()
    widget = Spreadsheet(Sheet(network, loss, x, target))
    rng = np.random.default_rng(5)
    network.parameters += rng.normal(0, 0.5, network.size)
    edited = Sheet(network, loss, np.asarray(x) + rng.normal(0, 0.5, len(x)), target, learning_rate=2.0)
    found = work(widget, {cell.name: cell.value for cell in edited.cells.values() if cell.editable})
    wrong = [cell for cell in edited.cells.values() if not close(found[cell.name], cell.value, cell.name)]
    assert not wrong


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=-2^2", 4),  # as in every spreadsheet: the sign binds first
        ("=2-3-4", -5),
        ("=8/4/2", 1),
        ("=1+2*3^2", 19),
        ("=(1+2)*-3", -9),
        ("=MAX(0,-3,2)+ABS(-1e-05)*1E+5", 3),
        ("=IF(2>1,10,20)+IF(2<1,1,2)", 12),
        ("=EXP(LN(5))+TANH(0)", 5),
    ],
)
def test_formulas_are_read_as_a_spreadsheet_reads_them(formula, value, stage):
    assert math.isclose(calculated(stage.page, {"A!A1": formula}, {})["A!A1"], value, rel_tol=1e-15)


@pytest.mark.parametrize(
    ("formulas", "sentence"),
    [
        ({"A!A1": "=A2", "A!A2": "=A1+1"}, "depends on itself"),
        ({"A!A1": "=1+"}, "expected a number or a cell, found its end"),
        ({"A!A1": "=(1+2"}, 'expected ")"'),
        ({"A!A1": "=B7"}, "there is no cell A!B7"),
        ({"A!A1": "=SIN(1)"}, "SIN with 1 numbers is no function"),
        ({"A!A1": "=1;2"}, '";" is not part of a formula'),
        ({"A!A1": "=1 2"}, "nothing should follow, found 2"),
        ({"A!A1": "=constructor(1)"}, "is not part of a formula"),
        ({"A!A1": "1+1"}, "a formula begins with ="),
    ],
)
def test_what_is_no_formula_is_refused_by_name(formulas, sentence, stage):
    said = calculated(stage.page, formulas, {})
    assert sentence in said
    assert "A!A" in said


def test_arrows_walk_and_the_bar_tells_the_formula(sheet):
    sheet.focus("dL_dw3")
    assert "C15 ▲ ∂L/∂w₃ = ∂L/∂z₂ × h" in sheet.bar()
    assert "= −0.11902 × 0.55971 = −0.066614676" in sheet.bar()
    assert "=C20*B19" in sheet.bar()
    assert "Made from ∂L/∂z₂ (C20) and h (B19)." in sheet.bar()
    near = sheet.output.locator(".bpl-sheet-near").evaluate_all(
        "cells => cells.map(cell => cell.dataset.name)"
    )
    assert near == ["h", "dL_dz2"]
    sheet.press("ArrowLeft")
    assert sheet.selected() == "w3"
    assert "Goes into" in sheet.bar()
    sheet.press("End")
    assert sheet.selected() == "new_w3"
    sheet.press("Home", "PageDown")
    assert sheet.selected() == "L"
    sheet.press("PageUp")
    assert sheet.selected() == "eta"
    sheet.python("widget.selected", "eta")


def test_a_weight_of_zero_sends_no_gradient_further_back(sheet):
    sheet.type("w3", "0")
    gone = {name for name, number in sheet.numbers().items() if name.startswith("dL_d") and number == 0}
    assert gone == {"dL_dh", "dL_dz1", "dL_dw1", "dL_dw2", "dL_db1", "dL_dx1", "dL_dx2"}
    assert "w₃ is now 0. L goes from 0.113796087 to" in sheet.told()
    assert "Now 0: ∂L/∂x₁, ∂L/∂x₂, ∂L/∂w₁, ∂L/∂w₂, ∂L/∂b₁, ∂L/∂z₁ and ∂L/∂h." in sheet.told()
    sheet.python("widget.numbers", {"w3": 0})
    sheet.press("Delete")
    sheet.python("widget.numbers", {})
    assert sheet.number("L") == pytest.approx(0.113796087, abs=1e-9)


@pytest.mark.parametrize("wrong", ["abc", "1/0", "1e999", "--2", "0x10"])
def test_a_wrong_entry_is_refused_and_the_old_number_stays(sheet, wrong):
    sheet.type("w1", wrong)
    assert f"“{wrong}” is not a number, so w₁ stays 0.4." in sheet.told()
    assert sheet.number("w1") == 0.4
    sheet.python("widget.numbers", {})


@pytest.mark.parametrize(("typed", "number"), [("-0,25", -0.25), ("−1.5e-1", -0.15), (".5", 0.5)])
def test_a_number_may_be_written_in_several_ways(sheet, typed, number):
    sheet.type("w1", typed)
    assert sheet.number("w1") == number
    sheet.press("Backspace")


def test_typing_on_a_cell_replaces_its_number(sheet):
    sheet.focus("w1")
    sheet.press("-", "2", "Enter")
    assert sheet.number("w1") == -2
    assert sheet.selected() == "w1"
    sheet.press("Delete")


def test_escape_leaves_the_old_number_and_a_formula_cannot_be_typed_over(sheet):
    sheet.focus("w1")
    sheet.press("9", "9", "Escape")
    assert sheet.number("w1") == 0.4
    assert sheet.selected() == "w1"
    sheet.focus("z1")
    sheet.press("5")
    assert "z₁ is worked out from w₁, x₁, w₂, x₂ and b₁." in sheet.told()
    sheet.type("nudge", "0")
    assert "A nudge must be above 0" in sheet.told()


@pytest.mark.parametrize(("rate", "loss"), [("0.1", 0.111887671), ("1", 0.095490687), ("10", 0.011045764)])
def test_one_update_is_the_packages_update(sheet, rate, loss):
    sheet.type("eta", rate)
    press_button(sheet, "One update")
    assert round(sheet.number("L"), 9) == loss
    assert "1 update." in sheet.told()
    sheet.python("widget.updates", 1)
    network, of_loss, x, target = two_one_one()
    network.loss_and_gradient(of_loss, np.array([x]), np.array([target]))
    network.parameters -= float(rate) * network.gradient
    numbers = sheet.stage.ask("widget.numbers")
    found = [numbers[name] for name in ("w1", "w2", "b1", "w3", "b2")]
    assert np.allclose(found, network.parameters, rtol=1e-12, atol=0)
    press_button(sheet, "Start again")
    sheet.python("[widget.updates, widget.numbers]", [0, {}])


def press_button(sheet, name):
    sheet.output.get_by_role("button", name=name).focus()
    sheet.press("Enter")


def test_an_update_that_moves_nothing_is_told_and_not_told_again(sheet):
    sheet.type("eta", "0")
    press_button(sheet, "One update")
    assert sheet.told().startswith("1 update. L stays at")
    sheet.type("w1", "0.5")
    assert sheet.told().startswith("w₁ is now 0.5. L goes from")
    press_button(sheet, "Start again")


def test_ten_updates_are_ten_of_the_package(sheet):
    press_button(sheet, "Ten updates")
    network, loss, x, target = two_one_one()
    for _ in range(10):
        network.loss_and_gradient(loss, np.array([x]), np.array([target]))
        network.parameters -= network.gradient
    expected = Sheet(network, loss, x, target, learning_rate=1.0)
    found = sheet.numbers()
    assert all(close(found[name], expected[name].value, name) for name in found)
    sheet.python("widget.updates", 10)
    press_button(sheet, "Start again")


def test_numbers_that_python_sets_reach_the_page_and_the_other_sheet_stays(sheet):
    sheet.python("widget.numbers", {})  # what the page said last has come in
    sheet.stage.ask("setattr(widget, 'numbers', {'w3': 1.5})")
    sheet.output.locator("td[data-name='w3'][data-number='1.5']").wait_for()
    assert OnPage(sheet.stage, "twin").number("w3") == 0.7
    sheet.stage.ask("setattr(widget, 'numbers', {})")
    sheet.output.locator("td[data-name='w3'][data-number='0.7']").wait_for()


def test_formulas_are_shown_in_place_of_numbers(sheet):
    press_button(sheet, "Show formulas")
    assert plain(sheet.output.locator("td[data-name='dL_dz1']").inner_text()) == "∂L/∂h × h×(1 − h)"
    sheet.python("widget.formulas_shown", True)
    press_button(sheet, "Show formulas")
    assert sheet.output.locator("td[data-name='dL_dz1']").inner_text() == "−0.020530673"


def test_another_view_of_the_same_sheet_follows(sheet):
    sheet.stage.run("mirror")
    mirror = OnPage(sheet.stage, "mirror")
    mirror.type("w1", "2")
    assert mirror.selected() == "w1"
    again = OnPage(sheet.stage, "sheet")
    assert again.number("w1") == 2
    assert again.number("L") == mirror.number("L")
    assert "w₁" in again.bar()


def lit(sheet):
    """What the picture of the network has lit, box by box; edges have no words."""
    return [text for text in sheet.output.locator(".bpl-sheet-lit").all_text_contents() if text]


def way(sheet):
    return plain(sheet.output.locator(".bpl-sheet-way").inner_text())


def weight(sheet, name):
    return sheet.output.get_by_role("slider", name=name, exact=True)


@pytest.fixture
def begun(sheet):
    """The sheet with the numbers that it began with."""
    sheet.stage.ask("[widget.set_trait('numbers', {}), widget.set_trait('updates', 0)]")
    sheet.output.locator("td[data-name='w3'][data-number='0.7']").wait_for()
    return sheet


@pytest.mark.parametrize(
    ("cell", "boxes", "edges", "said", "term"),
    [
        ("dL_dw1", ["w₁ 0.4", "z₁ 0.24h 0.56"], 3, "w₁ → z₁ → h → z₂ → y → L: z₁ =", "w₁×x₁"),
        ("w3", ["w₃ 0.7"], 2, "w₃ → z₂ → y → L: z₂ =", "w₃×h"),
        ("by_nudge_b1", ["b₁ 0.1", "z₁ 0.24h 0.56"], 3, "b₁ → z₁ → h → z₂ → y → L: z₁ =", "b₁"),
        ("x2", ["x₂ 0.3", "z₁ 0.24h 0.56"], 3, "x₂ → z₁ → h → z₂ → y → L: z₁ =", "w₂×x₂"),
        ("h", ["z₁ 0.24h 0.56"], 2, "h → z₂ → y → L: z₂ =", "w₃×h"),
    ],
)
def test_a_cell_lights_its_edge_its_term_and_its_way_to_the_loss(begun, cell, boxes, edges, said, term):
    begun.focus(cell)
    begun.python("widget.selected", cell)
    assert sorted(lit(begun)) == sorted([*boxes, "z₂ 0.092y 0.523", "L 0.114"])
    assert begun.output.locator(".bpl-sheet-edge.bpl-sheet-lit").count() == edges
    assert way(begun).startswith(said)
    assert begun.output.locator(".bpl-sheet-way mark").all_text_contents() == [term]


def test_a_cell_that_the_mouse_points_at_lights_too_until_it_leaves(begun):
    begun.focus("w3")
    begun.output.locator("td[data-name='dL_dx1']").hover()
    assert way(begun).startswith("x₁ → z₁")
    begun.output.get_by_role("button", name="One update").hover()
    assert way(begun).startswith("w₃ → z₂")
    begun.python("widget.selected", "w3")


def loss_at(place, value):
    """What the package's own sheet has for L with one parameter changed."""
    network, *rest = two_one_one()
    network.parameters[place] = value
    return Sheet(network, *rest)["L"].value


def test_a_weight_that_is_dragged_moves_the_loss_and_undo_takes_the_whole_drag_back(begun):
    box = weight(begun, "w₃").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    begun.page.mouse.move(x, y)
    begun.page.mouse.down()
    begun.page.mouse.move(x + 80, y, steps=4)
    begun.page.mouse.up()
    turned = begun.number("w3")
    assert turned > 1
    assert round(turned, 2) == turned
    assert math.isclose(begun.number("L"), loss_at(3, turned), rel_tol=1e-12)
    begun.page.mouse.move(x, y)  # no button is down: nothing follows
    begun.python("widget.numbers", {"w3": turned})
    press_button(begun, "Undo")
    assert begun.number("w3") == 0.7
    begun.python("widget.numbers", {})


def test_keys_turn_a_weight_and_undo_goes_back_one_by_one(begun):
    weight(begun, "b₂").focus()
    begun.python("widget.selected", "b2")
    begun.press("ArrowRight", "PageDown")
    assert begun.number("b2") == -0.75
    assert weight(begun, "b₂").get_attribute("aria-valuetext") == f"−0.75, L is {loss_at(4, -0.75):.3f}"
    press_button(begun, "Undo")
    assert begun.number("b2") == -0.25
    press_button(begun, "Undo")
    assert begun.number("b2") == -0.3


def test_a_weight_beyond_the_slider_goes_on_from_where_it_is(begun):
    begun.type("w1", "25.123")
    slider = weight(begun, "w₁")
    assert [slider.get_attribute(f"aria-value{end}") for end in ("min", "now", "max")] == [
        "-25.123",
        "25.123",
        "25.123",
    ]
    slider.focus()
    begun.press("ArrowRight")
    assert begun.number("w1") == 25.123
    begun.press("ArrowLeft")
    assert begun.number("w1") == 25.07


def test_undo_has_nothing_to_take_back_of_what_changed_nothing(begun):
    undo = begun.output.get_by_role("button", name="Undo")
    begun.type("w1", "10")
    press_button(begun, "Undo")
    assert undo.get_attribute("aria-disabled") == "true"
    assert undo.evaluate("node => node === document.activeElement")
    press_button(begun, "Start again")
    assert undo.get_attribute("aria-disabled") == "true"
    begun.type("w1", "0.40")
    assert undo.get_attribute("aria-disabled") == "true"
    box = weight(begun, "w₃").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    begun.page.mouse.move(x, y)
    begun.page.mouse.down()
    begun.page.mouse.move(x + 20, y)
    begun.page.mouse.move(x, y)
    begun.page.mouse.up()
    assert begun.number("w3") == 0.7
    assert undo.get_attribute("aria-disabled") == "true"
    begun.type("w1", "10")
    weight(begun, "w₁").focus()
    begun.press("ArrowRight")
    press_button(begun, "Undo")
    assert begun.number("w1") == 0.4


def test_undo_takes_back_no_change_of_another_view(begun):
    begun.stage.run("mirror")
    mirror = OnPage(begun.stage, "mirror")
    begun.type("w1", "2")
    mirror.type("w3", "3")
    assert begun.output.get_by_role("button", name="Undo").get_attribute("aria-disabled") == "true"
    press_button(mirror, "Undo")
    assert (begun.number("w1"), begun.number("w3")) == (2, 0.7)


@pytest.mark.parametrize(
    ("layers", "target"), [("Dense(2, 2), Sigmoid(), Dense(2, 1)", [1]), ("Dense(2, 2), Sigmoid()", [1, 0])]
)
def test_a_network_of_another_form_has_its_sheet_alone(stage, layers, target):
    network = f"Network([{layers}], dtype=np.float64)"
    stage.put({"wide": f"Spreadsheet(Sheet({network}, SquaredError(), x=[1, 2], target={target}))"})
    stage.output("wide").get_by_role("grid").wait_for()
    assert stage.output("wide").locator(".bpl-sheet-network").count() == 0


@pytest.mark.parametrize("look", ["light", "small", "dark"])
def test_it_is_accessible_in_every_look(look, stage):
    stage.page.set_viewport_size({"width": 640 if look == "small" else 1280, "height": 1000})
    if look == "dark":
        stage.dark()
    sheet = OnPage(stage, "sheet")
    sheet.type("w3", "0")
    sheet.focus("dL_dh")
    stage.screenshot("sheet", f"spreadsheet-{look}")
    assert stage.violations() == []
    grid = sheet.output.locator(".bpl-sheet-scroll").bounding_box()
    cell = sheet.output.locator("td[data-name='dL_dh']").bounding_box()
    assert grid["x"] <= cell["x"]
    assert cell["x"] + cell["width"] <= grid["x"] + grid["width"] + 1, "the selected cell is in view"


def test_a_number_is_read_as_one(sheet):
    """Its text stands in two boxes, before the point and after it; a reader of screens says what is seen."""
    names = sheet.output.locator("td[data-name]").evaluate_all(
        "cells => cells.map((cell) => [cell.getAttribute('aria-label'), cell.textContent])"
    )
    assert names
    assert all(name == text for name, text in names)
    sheet.output.get_by_role("gridcell", name=re.compile(r"^−0\.\d{9}$")).first.wait_for()


def test_a_tap_on_a_bordered_number_begins_to_type(open_stage):
    stage = open_stage({"sheet": SOURCE}, has_touch=True)
    output = stage.output("sheet")
    output.locator("td[data-name='w3']").tap()
    stage.page.keyboard.type("0.5")  # instead of what stood there, not after it
    stage.page.keyboard.press("Enter")
    stage.becomes("widget.numbers", {"w3": 0.5})
    output.locator("td[data-name='L']").tap()
    assert output.get_by_role("textbox").count() == 0
    output.get_by_text("Keys and marks").tap()
    assert output.get_by_text("tap a bordered number").is_visible()
    swipe(stage, output.get_by_role("slider", name="w₃", exact=True), across=40)
    width = output.locator(".bpl-sheet-network").bounding_box()["width"]
    kept = {"w3": round(0.5 + 0.01 * 40 / width * 420, 2)}  # a hundredth for each unit of the picture
    stage.becomes("widget.numbers", kept)
    swipe(stage, output.get_by_role("slider", name="w₃", exact=True), down=-60)  # that scrolls the page
    stage.becomes("widget.numbers", kept)


def swipe(stage, node, *, across=0, down=0):
    """A finger, from the middle of a node."""
    box = node.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = stage.context.new_cdp_session(stage.page)
    for kind, share in (("touchStart", 0), ("touchMove", 0.4), ("touchMove", 0.7), ("touchMove", 1)):
        points = [{"x": x + share * across, "y": y + share * down}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

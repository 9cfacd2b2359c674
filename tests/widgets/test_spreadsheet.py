"""What the sheet's widget hands to the page, what it refuses, and what it leaves where there is no kernel."""

import re

import pytest
from house.lessons import _Pictures
from spreadsheet_kit import NETWORKS, classic, two_one_one
from traitlets import TraitError

from backproplab.spreadsheet import Sheet
from backproplab.widgets import Spreadsheet


@pytest.fixture
def widget():
    return Spreadsheet(Sheet(*two_one_one(), learning_rate=1.0))


def test_the_page_gets_every_formula_and_the_numbers_that_have_none(widget):
    cells = widget.page["cells"]
    assert cells.keys() == widget.sheet.cells.keys()
    assert cells["dL_dw3"]["formula"] == "=C20*B19"
    assert cells["dL_dw3"]["template"] == "{Network!C20} × {Network!B19}"
    assert cells["w3"] == {
        "at": "Network!B15",
        "role": "parameter",
        "title": "w₃",
        "template": "",
        "formula": "",
        "value": 0.7,
        "editable": True,
    }
    assert not any("value" in cell for cell in cells.values() if cell["formula"])
    assert [name for name, cell in cells.items() if "value" in cell and not cell["editable"]] == ["dL_dL"]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_place_in_a_template_is_a_cell(name):
    page = Spreadsheet(Sheet(*NETWORKS[name]())).page
    places = {cell["at"] for cell in page["cells"].values()}
    named = {
        place
        for cell in page["cells"].values()
        for place in re.findall(r"\{(.*?)\}", cell.get("template", ""))
    }
    assert named
    assert named <= places


def test_every_cell_of_the_grid_stands_in_its_row_and_column(widget):
    for row in widget.page["rows"]:
        for column, name in zip("BCDEF", row["cells"], strict=False):
            if name:
                assert widget.page["cells"][name]["at"] == f"Network!{column}{row['number']}"


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"w9": 1.0}, "no number 'w9' to change; it has eta, nudge, x1, x2, t, w1"),
        ({"z1": 1.0}, "no number 'z1' to change"),
        ({"w1": float("nan")}, "w1 cannot be nan"),
        ({"w1": 10**400}, "w1 cannot be 1000"),
        ({"w1": "0.4"}, "w1 cannot be '0.4'; give it a finite number"),
        ({"nudge": 0.0}, "the nudge one above 0"),
    ],
)
def test_numbers_that_the_sheet_cannot_hold_are_refused(widget, numbers, sentence):
    with pytest.raises(TraitError, match=sentence):
        widget.numbers = numbers
    assert widget.numbers == {}


def test_only_a_cell_of_the_sheet_can_be_selected(widget):
    widget.selected = "dL_dh"
    with pytest.raises(TraitError, match="no cell 'L_with_w3_up' to select"):
        widget.selected = "L_with_w3_up"


def test_a_network_in_place_of_a_sheet_is_told_what_to_do():
    with pytest.raises(TypeError, match="make one first: Sheet"):
        Spreadsheet(two_one_one()[0])


def test_without_a_kernel_a_table_holds_value_formula_and_gradient(widget):
    still = widget.static()
    rows = [re.split(r"\s{2,}", line) for line in still.plain.splitlines()]
    assert ["w₃", "0.7", "∂L/∂z₂ × h", "−0.066614676", "−0.066614676", "0.766614676"] in rows
    assert ["L", "(y − t)² / 2", "0.113796087", "1", "1", "0.095490687"] in rows
    assert still.html.count("<tr>") == len(rows)
    assert "style=" not in still.html
    assert not _Pictures(still.html).texts


def test_what_stands_without_a_kernel_is_the_same_to_the_last_printed_digit():
    """What nbval compares: no column of differences, which are rounding alone."""
    assert "e−" not in Spreadsheet(Sheet(*classic())).static().plain


def test_the_still_table_lines_up_the_points_of_its_numbers(widget):
    rows = re.findall(r"<tr><th>[^<]*</th>(<td.*?)</tr>", widget.static().html)
    values = [re.findall(r'<td align="(\w+)">([^<]*)</td>', row)[1] for row in rows]
    assert {side for side, _ in values} == {"right"}
    after = [len(text) - re.search(r"[.\u2008]", text).start() for _, text in values]
    assert len(values) > 5
    assert len(set(after)) == 1

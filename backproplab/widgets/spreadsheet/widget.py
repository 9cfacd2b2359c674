"""A sheet of live formulas on a page: change a number and see what follows, update the weights."""

from collections.abc import Mapping
from html import escape
from typing import Any

from traitlets import Bool, Dict, Int, TraitError, Unicode, validate

from backproplab.plots.words import line_up, number
from backproplab.spreadsheet import Cell, Row, Sheet
from backproplab.spreadsheet.language import pretty
from backproplab.spreadsheet.layout import NETWORK
from backproplab.widgets.kit.base import Live, Static, is_finite

COLUMNS = ("", "dL_d", "by_nudge_", "gap_", "new_")  # what stands before a row's name in columns B to F
HEADS = ("value", "gradient", "by a nudge", "difference", "after one update")
STILL = ("name", "formula", "value", "formula of its gradient", "gradient", "by a nudge", "after one update")
NUMBERS = (2, 4, 5, 6)  # the columns of STILL that hold numbers


class Spreadsheet(Live, folder="spreadsheet"):
    """A `backproplab.spreadsheet.Sheet` to work with: the page works out its formulas, and no others.

        sheet = Sheet(network, SquaredError(), x=[0.5, 0.3], target=[1.0], learning_rate=1.0)
        Spreadsheet(sheet)

    Above the sheet of a network of two layers with one unit each stands its picture: a cell that is pointed
    at lights its edge and its way to L, and a weight that is dragged there changes the sheet at once.

    `numbers` holds what the reader changed, by name, updated weights included; `updates` counts the updates.
    Set either, and the page follows. TraitError for a name that is no number of the sheet.
    """

    page = Dict().tag(sync=True)
    """The sheet as the page draws it: rows, and cells with their formulas."""
    numbers = Dict().tag(sync=True)
    """Numbers that differ from those the sheet began with: {"w3": 0.5}."""
    updates = Int(0, min=0).tag(sync=True)
    """How often the weights were updated since the start."""
    selected = Unicode().tag(sync=True)
    """The name of the cell whose formula is told: "dL_dw3"."""
    formulas_shown = Bool(False).tag(sync=True)
    """Whether cells show their formulas in place of their numbers."""

    def __init__(self, sheet: Sheet, **keywords: Any) -> None:
        if not isinstance(sheet, Sheet):
            raise TypeError(
                f"Spreadsheet shows a backproplab.spreadsheet.Sheet, got {type(sheet).__name__}; "
                "make one first: Sheet(network, SquaredError(), x=…, target=…)"
            )
        self.sheet = sheet
        super().__init__(page=_page(sheet), selected="L", **keywords)

    @validate("numbers")
    def _finite_numbers_of_the_sheet(self, proposal: Mapping[str, Any]) -> dict[str, float]:
        numbers: dict[str, float] = proposal["value"]
        for name, value in numbers.items():
            if name not in self.sheet.cells or not self.sheet[name].editable:
                known = ", ".join(cell.name for cell in self.sheet.cells.values() if cell.editable)
                raise TraitError(f"the sheet has no number {name!r} to change; it has {known}")
            if not is_finite(value) or (name == "nudge" and value <= 0):
                raise TraitError(
                    f"{name} cannot be {value!r}; give it a finite number, the nudge one above 0"
                )
        return numbers

    @validate("selected")
    def _cell_of_the_sheet(self, proposal: Mapping[str, Any]) -> str:
        name: str = proposal["value"]
        if name not in self.sheet.cells or self.sheet[name].worksheet != NETWORK:
            raise TraitError(f"the sheet has no cell {name!r} to select; try 'L', or 'dL_dL'")
        return name

    def static(self) -> Static:
        """The sheet as a table: formula, value and gradient of each number, the nudge, and one update."""
        rows = [_still_row(self.sheet, row) for row in self.sheet.rows if row.name != "nudge"]
        head = "".join(f"<th>{escape(text)}</th>" for text in STILL)
        body = "".join(f"<tr>{_still_markup(row)}</tr>" for row in _lined_up(rows))
        widths = [
            max(map(len, column))
            for column in zip(STILL, *(row for row in rows if len(row) > 1), strict=True)
        ]
        plain = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in ([*STILL], *rows)]
        return Static(f"<table><tr>{head}</tr>{body}</table>", "\n".join(plain))


def _page(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "heads": HEADS,
        "parameters": sheet.parameters,
        "rows": [_row(sheet, row) for row in sheet.rows],
        "cells": {
            cell.name: {
                "at": f"{cell.worksheet}!{cell.address}",
                "role": cell.role,
                "formula": cell.formula,
                **_words(sheet, cell),
                **({} if cell.formula else {"value": cell.value, "editable": cell.editable}),
            }
            for cell in sheet.cells.values()
        },
    }


def _words(sheet: Sheet, cell: Cell) -> dict[str, str]:
    """What a page may write for a cell; most nudges are but numbers on the way to an L."""
    title = pretty(cell.name).replace("L/∂", "L/\u2060∂")  # no line breaks there
    if cell.worksheet == NETWORK:
        return {"title": title, "template": sheet.template(cell.name)}
    return {"title": title} if cell.role == "loss" else {}


def _row(sheet: Sheet, row: Row) -> dict[str, Any]:
    cells = [f"{column}{row.name}" if f"{column}{row.name}" in sheet.cells else "" for column in COLUMNS]
    return {
        "number": row.number,
        "title": row.title,
        "meaning": row.meaning,
        "role": row.role,
        "cells": cells if row.name else [],
    }


def _still_row(sheet: Sheet, row: Row) -> list[str]:
    """The texts of one row of the still table; a heading has but one."""
    if not row.name:
        return [row.title]
    gradient, new = f"dL_d{row.name}", f"new_{row.name}"
    numbers = [
        places(sheet[name].value) if name in sheet.cells else ""
        for name in (gradient, f"by_nudge_{row.name}", new)
    ]
    return [
        row.title,
        sheet.letters(row.name),
        places(sheet[row.name].value),
        sheet.letters(gradient),
        *numbers,
    ]


def _still_markup(row: list[str]) -> str:
    if len(row) == 1:
        return f'<th colspan="{len(STILL)}" align="left">{escape(row[0])}</th>'
    first, *others = (escape(text).replace("L/∂", "L/&NoBreak;∂") for text in row)
    sides = ["right" if column in NUMBERS else "left" for column in range(1, len(STILL))]
    cells = [f'<td align="{side}">{text}</td>' for side, text in zip(sides, others, strict=True)]
    return f"<th>{first}</th>" + "".join(cells)


def _lined_up(rows: list[list[str]]) -> list[list[str]]:
    """The rows with the points of each column of numbers below one another; a heading is left alone."""
    full = [row for row in rows if len(row) > 1]
    columns = [
        line_up(column) if at in NUMBERS else column
        for at, column in enumerate(map(list, zip(*full, strict=True)))
    ]
    lined = map(list, zip(*columns, strict=True))
    return [next(lined) if len(row) > 1 else row for row in rows]


def places(value: float) -> str:
    """Write a number with up to nine decimals, as lesson 03 does.

    >>> places(0.24000000000000002), places(-0.0666146763), places(1e-12), places(-0.0)
    ('0.24', '−0.066614676', '1e−12', '0')
    """
    text = f"{value + 0.0:.9f}".rstrip("0").rstrip(".")
    return number(value, 3) if text in ("0", "-0") and value else text.replace("-", "−")

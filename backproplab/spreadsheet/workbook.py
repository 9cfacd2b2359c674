"""The sheet as an .xlsx workbook: live formulas, a style for each role, and the same bytes each time."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backproplab.files import atomic_write
from backproplab.spreadsheet.language import pretty
from backproplab.spreadsheet.layout import HEAD, NETWORK, NUDGES, WAYS, Row

if TYPE_CHECKING:
    from backproplab.spreadsheet.sheet import Cell, Sheet

HEADS = (
    *("", "value", "gradient", "by a nudge", "difference", "after one update"),
    *("what it is", "value, in letters", "gradient, in letters"),
)
WIDTHS = (13, 15, 15, 15, 11, 17, 24, 44, 44)
READ_ME = (
    "Change any number on yellow: inputs, targets, weights, biases, the learning rate η, the nudge. The rest "
    "are formulas and follow. To make an update last, copy “after one update” of all weights and biases and "
    "paste it, values only, on them."
)
NUDGES_READ_ME = (
    "Two forward passes for each number, with it a nudge up and down. A blank cell has not moved."
)
MARKS = {"value": "●", "gradient": "▲", "parameter": "■", "loss": "◆"}
COLOURS = {"value": "#0072B2", "gradient": "#A84A00", "parameter": "#5B0E62", "loss": "#1A1A1A"}
EDITABLE = {"bg_color": "#FFF6D6", "border": 1, "border_color": "#8C6D1F"}
HEADING = {"bg_color": "#E8ECEF"}
BOLD, ITALIC, LEFT = {"bold": True}, {"italic": True}, {"align": "left", "indent": 1}
PLACES, POWER = "0.000000000", "0E+00"
A_DATE = datetime(2000, 1, 1)  # a file says nothing of the day that it was made on

Page = Any  # a worksheet of XlsxWriter, which has no types to tell
Style = Callable[..., Any]
"""Makes a format of the workbook from properties: style(BOLD, LEFT)."""


class _AllDigits(float):
    """A number that XlsxWriter writes with all its digits; by itself it writes 16, and some need 17."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def write(sheet: "Sheet", path: str | os.PathLike[str]) -> None:
    """Write `sheet` to `path`; the file appears whole or not at all.

    Beside each formula stands the package's number. Excel works everything out when it opens the file. A
    preview only shows the numbers, and LibreOffice goes on from them until something changes: so they have
    all their digits, or a nudge would be lost.
    """
    try:
        import xlsxwriter
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'saving a sheet needs xlsxwriter, which is not installed: pip install "backproplab[sheet]"',
            name=error.name,
        ) from error

    with atomic_write(path) as file, xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"author": "backproplab", "created": A_DATE})

        def style(*properties: dict[str, Any]) -> Any:
            return book.add_format({name: value for each in properties for name, value in each.items()})

        _write_network(sheet, book.add_worksheet(NETWORK), style)
        _write_nudges(sheet, book.add_worksheet(NUDGES), style)


def _write_network(sheet: "Sheet", page: Page, style: Style) -> None:
    page.write("A1", f"A {sheet.title} network, with every gradient", style(BOLD, {"font_size": 14}))
    page.merge_range("A2:G2", READ_ME, style({"text_wrap": True, "valign": "top"}))
    page.set_row(1, 48)
    for column, width in enumerate(WIDTHS):
        page.set_column(column, column, width)
    _write_heads(page, HEAD - 1, HEADS, style, words=(0, 6, 7, 8))
    for row in sheet.rows:
        if row.name:
            _write_words(sheet, page, row, style)
        else:
            for column in range(len(HEADS)):
                page.write(row.number - 1, column, "" if column else row.title, style(BOLD, HEADING))
    page.freeze_panes(HEAD, 1)
    _finish(sheet, NETWORK, page, style)


def _write_words(sheet: "Sheet", page: Page, row: Row, style: Style) -> None:
    """What stands beside the numbers of a row: its title, its meaning, its formulas in letters."""
    title = style(BOLD, {"font_color": COLOURS[row.role]})
    page.write(row.number - 1, 0, f"{MARKS[row.role]} {row.title}", title)
    words = (row.meaning, sheet.letters(row.name), sheet.letters(f"dL_d{row.name}"))
    for column, text in enumerate(words, start=6):
        page.write(row.number - 1, column, text, style(LEFT))


def _write_nudges(sheet: "Sheet", page: Page, style: Style) -> None:
    columns = sheet.layout.nudge_columns
    _write_heads(page, 0, ("nudged", *map(pretty, columns)), style, words=(0,))
    page.set_column(0, 0, 15)
    page.set_column(1, len(columns), 13)
    for index, name in enumerate(sheet.layout.nudged):
        for turn, sign in enumerate(WAYS.values()):
            page.write(1 + 2 * index + turn, 0, f"{pretty(name)} {sign.replace('-', '−')} nudge", style())
    page.write(2 + 2 * len(sheet.layout.nudged), 0, NUDGES_READ_ME, style(ITALIC))
    page.freeze_panes(1, 1)
    _finish(sheet, NUDGES, page, style)


def _write_heads(
    page: Page, row: int, heads: tuple[str, ...], style: Style, *, words: tuple[int, ...]
) -> None:
    """The heads of columns: over words at the left, over numbers at the right."""
    for column, head in enumerate(heads):
        side = {"align": "right"} if column not in words else {"align": "left"} if not column else LEFT
        page.write(row, column, head, style(BOLD, {"bottom": 1}, side))


def _finish(sheet: "Sheet", worksheet: str, page: Page, style: Style) -> None:
    """Write all numbers of a worksheet, and let it print one page wide."""
    for cell in sheet.cells.values():
        if cell.worksheet == worksheet:
            _write_number(page, cell, style)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _write_number(page: Page, cell: "Cell", style: Style) -> None:
    properties: list[dict[str, Any]] = [{"font_color": COLOURS[cell.role]}]
    if cell.role == "loss":
        properties.append(BOLD)
    if cell.editable:
        properties.append(EDITABLE)
    if cell.formula:
        places = POWER if cell.name.startswith("gap_") else PLACES
        page.write_formula(cell.address, cell.formula, style(*properties, {"num_format": places}), cell.value)
    else:
        page.write_number(cell.address, _AllDigits(cell.value), style(*properties))

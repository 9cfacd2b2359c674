"""The sheet as an .xlsx workbook: live formulas, a style for each role, and the same bytes each time."""

import io
import os
import re
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backproplab.files import atomic_write
from backproplab.spreadsheet.language import pretty
from backproplab.spreadsheet.layout import HEAD, NETWORK, NUDGES, WAYS, Row

if TYPE_CHECKING:
    from backproplab.spreadsheet.sheet import Sheet

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
COLOURS = {"value": "0072B2", "gradient": "A84A00", "parameter": "5B0E62", "loss": "1A1A1A"}
WASH, HEADING = "FFF6D6", "E8ECEF"
PLACES = "0.000000000"
FACE = {"name": "Calibri", "size": 11}  # that of plain cells; without a name LibreOffice takes a serif
A_DATE = datetime(2000, 1, 1)  # a file says nothing of the day that it was made on


def write(sheet: "Sheet", path: str | os.PathLike[str]) -> None:
    """Write `sheet` to `path`; the file appears whole or not at all."""
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'saving a sheet needs openpyxl, which is not installed: pip install "backproplab[sheet]"',
            name=error.name,
        ) from error
    workbook = openpyxl.Workbook()
    workbook.properties.creator = "backproplab"
    workbook.properties.created = A_DATE
    workbook.calculation.fullCalcOnLoad = True
    page = workbook.active
    page.title = NETWORK
    _write_network(sheet, page)
    _write_nudges(sheet, workbook.create_sheet(NUDGES))
    buffer = io.BytesIO()
    workbook.save(buffer)
    with atomic_write(path) as file:
        file.write(_settled(buffer.getvalue(), sheet))


def _write_network(sheet: "Sheet", page: Any) -> None:
    from openpyxl.styles import Alignment, PatternFill

    page["A1"] = f"A {sheet.title} network, with every gradient"
    page["A1"].font = _font(bold=True, size=14)
    page["A2"] = READ_ME
    page["A2"].alignment = Alignment(wrap_text=True, vertical="top")
    page.merge_cells("A2:G2")
    page.row_dimensions[2].height = 48
    for column, (head, width) in enumerate(zip(HEADS, WIDTHS, strict=True), start=1):
        page.cell(HEAD, column, head or None)
        page.column_dimensions[page.cell(HEAD, column).column_letter].width = width
    _head(page, HEAD, words=(1, 7, 8, 9))
    for row in sheet.rows:
        if row.name:
            _write_row(sheet, page, row)
        else:
            page.cell(row.number, 1, row.title).font = _font(bold=True)
            for column in range(1, len(HEADS) + 1):
                page.cell(row.number, column).fill = PatternFill("solid", fgColor=HEADING)
    page.freeze_panes = f"B{HEAD + 1}"
    _one_page_wide(page)
    for cell in sheet.cells.values():
        if cell.worksheet == NETWORK:
            _write_cell(page, cell)


def _write_row(sheet: "Sheet", page: Any, row: Row) -> None:
    from openpyxl.styles import Alignment

    page.cell(row.number, 1, f"{MARKS[row.role]} {row.title}").font = _font(
        bold=True, color=COLOURS[row.role]
    )
    told = (row.meaning, sheet.letters(row.name), sheet.letters(f"dL_d{row.name}"))
    for column, text in enumerate(told, start=7):
        page.cell(row.number, column, text or None).alignment = Alignment(horizontal="left", indent=1)


def _write_nudges(sheet: "Sheet", page: Any) -> None:
    columns = sheet.layout.nudge_columns
    page["A1"] = "nudged"
    for name, letter in columns.items():
        page[f"{letter}1"] = pretty(name)
        page.column_dimensions[letter].width = 13
    page.column_dimensions["A"].width = 15
    _head(page, 1, words=(1,))
    for index, name in enumerate(sheet.layout.nudged):
        for turn, sign in enumerate(WAYS.values()):
            page.cell(2 + 2 * index + turn, 1, f"{pretty(name)} {sign.replace('-', '−')} nudge")
    page.cell(3 + 2 * len(sheet.layout.nudged), 1, NUDGES_READ_ME).font = _font(italic=True)
    page.freeze_panes = "B2"
    _one_page_wide(page)
    for cell in sheet.cells.values():
        if cell.worksheet == NUDGES:
            _write_cell(page, cell)


def _head(page: Any, number: int, *, words: tuple[int, ...]) -> None:
    from openpyxl.styles import Alignment, Border, Side

    for cell in page[number]:
        cell.font = _font(bold=True)
        cell.border = Border(bottom=Side(style="thin"))
        indent = 1 if cell.column in words[1:] else 0
        cell.alignment = Alignment(horizontal="left" if cell.column in words else "right", indent=indent)


def _write_cell(page: Any, cell: Any) -> None:
    from openpyxl.styles import Border, PatternFill, Side

    place = page[cell.address]
    place.value = cell.formula or cell.value
    place.number_format = (
        "General" if not cell.formula else "0E+00" if cell.name.startswith("gap_") else PLACES
    )
    place.font = _font(color=COLOURS[cell.role], bold=cell.role == "loss")
    if cell.editable:
        edge = Side(style="thin", color="8C6D1F")
        place.fill = PatternFill("solid", fgColor=WASH)
        place.border = Border(edge, edge, edge, edge)


def _font(**style: Any) -> Any:
    from openpyxl.styles import Font

    return Font(**{**FACE, **style})


def _one_page_wide(page: Any) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _settled(archive: bytes, sheet: "Sheet") -> bytes:
    """The same workbook without times, and with the package's number beside each formula.

    Excel works everything out when it opens the file. A preview only shows the numbers, and LibreOffice
    goes on from them until something changes: so they have all their digits, or a nudge would be lost.
    """
    whole = io.BytesIO()
    numbers = {(cell.worksheet, cell.address): cell.value for cell in sheet.cells.values()}
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.namelist():
            data = old.read(item)
            if item == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            elif found := re.fullmatch(r"xl/worksheets/sheet([12])\.xml", item):
                data = _with_numbers(data.decode(), (NETWORK, NUDGES)[int(found[1]) - 1], numbers).encode()
            new.writestr(zipfile.ZipInfo(item, A_DATE.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _with_numbers(text: str, worksheet: str, numbers: dict[tuple[str, str], float]) -> str:
    pattern = re.compile(r'(<c r="(?P<place>[A-Z]+\d+)"[^>]*><f>[^<]*</f>)<v\s*/?>(?:</v>)?')

    def filled(found: re.Match[str]) -> str:
        return f"{found[1]}<v>{numbers[worksheet, found['place']]!r}</v>"

    return pattern.sub(filled, text)

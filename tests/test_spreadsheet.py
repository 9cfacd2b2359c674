"""A sheet says what the package says: worked out in Python, and as a workbook by LibreOffice."""

import ast
import math
import re
import shutil
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from spreadsheet_kit import NETWORKS, classic, two_one_one

from backproplab import Dense, Network, Sigmoid, SoftmaxCrossEntropy, SquaredError
from backproplab.layers import Flatten
from backproplab.spreadsheet import Sheet
from backproplab.spreadsheet.language import names_in
from backproplab.spreadsheet.lessons import FILES

ROOT = Path(__file__).parent.parent
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
PLAIN = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "positive": lambda a, otherwise: 1 if a > 0 else otherwise,
    **{"exp": math.exp, "ln": math.log, "tanh": math.tanh, "max": max, "abs": abs},
}


def worked_out(sheet):
    """Every cell by its formula, as lesson 03 works them out."""
    numbers = {cell.name: cell.value for cell in sheet.cells.values() if not cell.formula}
    todo = dict(sheet.layout.formulas)
    while todo:
        ready = [name for name, formula in todo.items() if set(names_in(formula)) <= numbers.keys()]
        assert ready, f"a circle: {list(todo)[:5]}"
        for name in ready:
            numbers[name] = eval(todo.pop(name), PLAIN, numbers)
    return numbers


@pytest.mark.parametrize("name", NETWORKS)
def test_every_formula_gives_the_number_of_the_package(name):
    sheet = Sheet(*NETWORKS[name](), learning_rate=0.3)
    numbers = worked_out(sheet)
    assert numbers.keys() == sheet.cells.keys()
    for cell in sheet.cells.values():
        tolerance = 1e-9 if cell.name.startswith(("by_nudge", "gap_")) else 1e-13
        assert math.isclose(numbers[cell.name], cell.value, rel_tol=1e-12, abs_tol=tolerance), cell


@pytest.mark.parametrize("name", NETWORKS)
def test_nudges_agree_with_every_gradient(name):
    cells = Sheet(*NETWORKS[name]()).cells
    assert all(abs(cell.value) < 1e-9 for cell in cells.values() if cell.name.startswith("gap_"))


def typed_in(lesson, cells):
    """What the named cells of a lesson assign, by name, in the one spelling of `ast.unparse`."""
    typed = {}
    for cell in cells:
        source = next(found.source for found in lesson.cells if found.id == cell)
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign):
                several = isinstance(node.targets[0], ast.Tuple)
                names = node.targets[0].elts if several else node.targets
                formulas = node.value.elts if several else [node.value]
                typed |= dict(zip(map(ast.unparse, names), map(ast.unparse, formulas), strict=True))
    return typed


def test_the_211_sheet_is_the_one_that_lesson_03_types():
    import nbformat

    lesson = nbformat.read(ROOT / "notebooks/03-spreadsheet.ipynb", as_version=4)
    typed = typed_in(lesson, ("forward-sheet", "loss-to-output", "output-unit", "hidden-unit"))
    sheet = Sheet(*two_one_one())
    rows = {row.name for row in sheet.rows if row.name} - {"eta", "nudge"}
    names = {name for row in rows for name in (row, f"dL_d{row}") if name in sheet.cells}
    assert len(names) == 25
    for name in names:
        ours = sheet.layout.formulas.get(name) or f"{sheet[name].value:g}"
        assert ast.unparse(ast.parse(ours, mode="eval")) == typed[name], name


@pytest.mark.parametrize(("rate", "loss"), [(0.1, 0.111887671), (1, 0.095490687), (10, 0.011045764)])
def test_the_column_after_one_update_ends_in_the_loss_of_the_lesson(rate, loss):
    assert round(Sheet(*two_one_one(), learning_rate=rate)["new_L"].value, 9) == loss


def test_the_classic_example():
    sheet = Sheet(*classic(), learning_rate=0.5)
    found = [round(sheet[name].value, 9) for name in ("L", "new_w5", "new_w1", "new_L")]
    assert found == [0.298371109, 0.358916480, 0.149780716, 0.280471447]
    assert sheet["z2"].formula == "=B16*B8+B17*B9+B18", "w3 and w4 feed the second hidden unit"


def test_the_network_stays_as_it_is():
    network, loss, x, target = two_one_one()
    network.gradient = np.arange(5)
    Sheet(network, loss, x, target)
    assert network.parameters.tolist() == [0.4, -0.2, 0.1, 0.7, -0.3]
    assert network.gradient.tolist() == [0, 1, 2, 3, 4]


def test_a_formula_is_told_in_letters():
    sheet = Sheet(*classic())
    assert sheet.letters("dL_dh1") == "∂L/∂z₃ × w₅ + ∂L/∂z₄ × w₇"
    assert sheet.letters("L") == "((y₁ − t₁)² + (y₂ − t₂)²) / 2"
    assert sheet.letters("new_w5") == "w₅ − η × ∂L/∂w₅"
    assert sheet.letters("w5") == ""
    assert sheet.template("new_w5") == "{Network!B19} − {Network!B5} × {Network!C19}"


def dense(*sizes):
    layers = [Dense(inputs, outputs) for inputs, outputs in pairwise(sizes)]
    return Network(layers, dtype=np.float64)


@pytest.mark.parametrize(
    ("network", "loss", "x", "target", "sentence"),
    [
        (dense(2, 1), SquaredError(), np.ones((4, 2)), np.ones((4, 1)), "holds one example.*such as x.0."),
        (dense(2, 1), SquaredError(), [1, 2, 3], [1], "wants 2 numbers in its example x"),
        (dense(2, 1), SquaredError(), [1, 2], [1, 2], "wants 1 numbers in its target"),
        (dense(10, 10), SquaredError(), np.ones(10), np.ones(10), "up to 100 parameters.*has 110"),
        (dense(2, 2), SoftmaxCrossEntropy(), [1, 2], 2, "labels must lie between 0 and 1"),
    ],
)
def test_what_a_sheet_cannot_hold_is_refused_with_a_way_out(network, loss, x, target, sentence):
    with pytest.raises(ValueError, match=sentence):
        Sheet(network, loss, x, target)


@pytest.mark.parametrize(
    ("weight", "rate", "sentence"),
    [
        (float("nan"), 1.0, "w₁ would be nan"),
        (1e200, 1.0, "L would be inf"),
        (1.0, float("inf"), "η would be inf"),
    ],
)
def test_numbers_that_no_workbook_can_hold_are_refused_by_name(weight, rate, sentence):
    network = dense(2, 1)
    network.parameters = [weight, 0, 0]
    with pytest.raises(ValueError, match=f"{sentence}; choose smaller weights, inputs or learning rate"):
        Sheet(network, SquaredError(), [1, 2], [1], learning_rate=rate)


def test_a_layer_without_a_formula_is_refused():
    with pytest.raises(TypeError, match=r"formulas for Dense, Sigmoid.*got Flatten"):
        Sheet(Network([Flatten(), Dense(2, 1)], dtype=np.float64), SquaredError(), [1, 2], [1])
    with pytest.raises(TypeError, match="begins with Dense, got Sigmoid"):
        Sheet(Network([Sigmoid(), Dense(2, 1)], dtype=np.float64), SquaredError(), [1, 2], [1])


# the workbook


@pytest.fixture
def openpyxl():
    return pytest.importorskip("openpyxl", reason="openpyxl is not installed: no workbook to test")


def test_the_same_sheet_gives_the_same_bytes(openpyxl, tmp_path):
    Sheet(*two_one_one()).save(tmp_path / "one.xlsx")
    Sheet(*two_one_one()).save(tmp_path / "two.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@pytest.mark.parametrize("name", NETWORKS)
def test_what_only_shows_a_workbook_finds_the_numbers_to_the_last_bit(name, openpyxl, tmp_path):
    sheet = Sheet(*NETWORKS[name]())
    sheet.save(tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx", data_only=True)
    for cell in sheet.cells.values():
        assert book[cell.worksheet][cell.address].value == cell.value, cell


def test_headings_stay_in_view(openpyxl, tmp_path):
    Sheet(*two_one_one()).save(tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    assert [page.freeze_panes for page in book] == ["B4", "B2"]
    assert book["Network"]["C15"].value == "=C20*B19"
    assert book.calculation.fullCalcOnLoad


def test_a_workbook_has_one_typeface_and_prints_one_page_wide(openpyxl, tmp_path):
    Sheet(*two_one_one()).save(tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    assert {cell.font.name for page in book for row in page for cell in row} == {"Calibri"}
    for page in book:
        assert (page.page_setup.orientation, page.page_setup.fitToHeight) == ("landscape", 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
    what = book["Network"]["G12"]
    assert what.value == "weight from x₁ to z₁"
    assert (what.alignment.horizontal, what.alignment.indent) == ("left", 1)  # no indent without a side


def settled(part):
    """A part of a workbook without the results of formulas: their last bit hangs on the processor."""
    return re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_the_lessons_are_those_that_the_package_writes(name, openpyxl, tmp_path):
    FILES[name]().save(tmp_path / "new.xlsx")
    with zipfile.ZipFile(tmp_path / "new.xlsx") as new, zipfile.ZipFile(ROOT / name) as committed:
        assert new.namelist() == committed.namelist()
        stale = [part for part in new.namelist() if settled(new.read(part)) != settled(committed.read(part))]
    assert not stale, "run: backproplab workbooks"


def other_numbers(name):
    """The same network with every number moved, as someone who edits the workbook would."""
    network, loss, x, target = NETWORKS[name]()
    rng = np.random.default_rng(3)
    network.parameters += rng.normal(0, 0.4, network.size)
    x = np.asarray(x) + rng.normal(0, 0.4, len(x))
    return Sheet(network, loss, x, target, learning_rate=0.7)


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory):
    """By name: the cells that LibreOffice worked out for a workbook in which every number was changed."""
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed: no workbook to test")
    if SOFFICE is None:
        pytest.skip(
            "no LibreOffice on this machine: workbooks are not recalculated (Debian: libreoffice-calc)"
        )
    folder = tmp_path_factory.mktemp("sheets")
    for name, make in NETWORKS.items():
        Sheet(*make()).save(folder / f"{name}.xlsx")
        book = openpyxl.load_workbook(
            folder / f"{name}.xlsx"
        )  # saved again, it holds no result of any formula
        for cell in other_numbers(name).cells.values():
            if cell.editable:
                book[cell.worksheet][cell.address].value = cell.value
        book.save(folder / f"{name}.xlsx")
    command = [SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder / "out")]
    subprocess.run(
        [*command, *map(str, sorted(folder.glob("*.xlsx")))], check=True, capture_output=True, timeout=120
    )
    return {
        name: openpyxl.load_workbook(folder / "out" / f"{name}.xlsx", data_only=True) for name in NETWORKS
    }


@pytest.mark.parametrize("name", NETWORKS)
def test_libreoffice_finds_the_numbers_of_the_package(name, recalculated):
    before, sheet = Sheet(*NETWORKS[name]()), other_numbers(name)
    assert abs(before["L"].value - sheet["L"].value) > 1e-3, "an old number would not be found out"
    for cell in sheet.cells.values():
        found = recalculated[name][cell.worksheet][cell.address].value
        assert abs(found - cell.value) <= 1e-9, cell

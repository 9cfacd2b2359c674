"""Notebooks in every state: what can be read is, and what cannot says why."""

import json

import pytest

from backproplab.grading.notebook import read_notebook
from backproplab.grading.submissions import SubmissionError

CODE = {"cell_type": "code", "source": "x = 1", "metadata": {}}


def notebook(*cells, **more):
    return {"cells": list(cells) or [CODE], "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more


def raw(content, encoding="utf-8"):
    return json.dumps(content, ensure_ascii=False).encode(encoding)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"<!doctype html><p>", "web page"),
        (b"x = 1", "not a notebook"),
        (b"[1, 2]", "a JSON list"),
        (b"{}", "no list of cells"),
        (raw({"cells": 3}), "a JSON number"),
        (raw({"cells": []}), "no cells"),
        (raw({"worksheets": []}), "no cells"),
        (raw(notebook({"cell_type": "markdown", "source": "x"})), "no code cells"),
        (raw(notebook())[:-20], "damaged: no JSON from line 1"),
        (b"[" * 200_000, "not a notebook that can be read"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "not a notebook that can be read"),
        (b"\xff\xfe\x00", "not a notebook"),
        (bytes(range(256)), "not a notebook"),
    ],
)
def test_what_holds_no_code_says_why(data, reason):
    with pytest.raises(SubmissionError, match=reason):
        read_notebook(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_code_is_read_in_any_encoding(encoding):
    source = "é = 'é'"
    found = read_notebook(raw(notebook(CODE | {"source": source}), encoding))
    assert found.cells[0].source == source
    assert bool([line for line in found.problems if "UTF-8" in line]) == (not encoding.startswith("utf-8"))


def test_the_old_format_is_read_with_a_note():
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1\n", "b = 2"]}]}]}
    found = read_notebook(raw(old))
    assert found.cells[0].source == "a = 1\nb = 2"
    assert any("old format 3" in line for line in found.problems)


@pytest.mark.parametrize(
    "cell",
    [
        CODE | {"metadata": []},
        CODE | {"metadata": {"nbgrader": "x"}},
        CODE | {"metadata": {"nbgrader": {"grade_id": 7}}},
        {"cell_type": "code", "source": ["x = 1", 7]},
        {"cell_type": "code", "source": "x = 1", "outputs": "none"},
    ],
)
def test_mangled_cells_are_read_for_their_code(cell):
    found = read_notebook(raw(notebook(cell, 7, None, "text")))
    assert [(each.source, each.grade_id) for each in found.cells] == [("x = 1", "")]


def test_code_without_end_is_not_read():
    with pytest.raises(SubmissionError, match="1,200,000 characters of code, more than 1,048,576"):
        read_notebook(raw(notebook(*[CODE | {"source": "#" * 200_000}] * 6)))


def test_a_foreign_kernel_is_noted():
    found = read_notebook(raw(notebook(metadata={"kernelspec": {"name": "julia-1.9", "language": "julia"}})))
    assert any("julia" in line for line in found.problems)


def test_a_control_character_in_a_string_is_no_damage():
    assert read_notebook(raw(notebook()).replace(b"x = 1", b"x = '\t'")).cells

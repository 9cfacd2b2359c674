"""Ids that say what a cell is for: which cells get one, and that no other byte of the file changes."""

import json
from uuid import UUID

import authoring_kit as kit
import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backproplab import cli
from backproplab.authoring.cell_ids import is_random, is_readable, readable_ids, set_ids
from backproplab.authoring.errors import ReleaseError
from backproplab.authoring.notebook_text import places

RANDOM = "0b5a1c9e-8f0e-4d57-9f0e-1c5b7a9d3e21"


def cell(source, id=RANDOM, kind="code", **metadata):
    return {"id": id, "cell_type": kind, "metadata": metadata, "source": source}


@pytest.mark.parametrize(
    ("node", "id"),
    [
        (cell("# Nudges", kind="markdown"), "title"),
        (cell("## 3.2 · The output unit", kind="markdown"), "exercise-3-2"),
        (cell("## C1.2 · All of it", kind="markdown"), "exercise-c1-2"),
        (cell("Words.\n\n### How it was *found*, in 1986", kind="markdown"), "how-it-was-found-in"),
        (cell("## 1986", kind="markdown"), "part-1986"),
        (cell("def draw_loss(x):\n    return x\n\ndraw_loss(1)"), "draw-loss"),
        (cell("import numpy as np\n\nmeanSlope = 1\nother = 2"), "mean-slope"),
        (cell("show(figure)"), "show"),
        (cell("model.fit(x)"), "fit"),
        (cell("x = 1", nbgrader={"grade_id": None}), "x"),
        (cell('check_set("03-a")'), "setup"),
        (cell("summary()"), "summary"),
        (cell('quick_check("03")'), "quick-check-cards"),
        (cell('if answered("3.1"):\n    print(slope(1))'), "use-3-1"),
        (cell(kit.SLOPE_WRONG), "others-3-1"),
        (cell("from backproplab.authoring import misconception"), "author-tools"),
        (cell("x = 1", **kit.meta("check-3-1", grade=True)), "check-3-1"),
        (cell("Because.", kind="markdown", **kit.meta("why-3-4", grade=True)), "why-3-4"),
    ],
)
def test_an_id_says_what_a_cell_is_for(node, id):
    assert readable_ids([node]) == [id]
    assert is_readable(id)


def test_a_cell_that_says_nothing_is_called_after_the_one_above_it():
    nodes = [
        cell("x = 1", "start"),
        cell("Words.", kind="markdown"),
        cell("%magic"),
        cell("∂", kind="markdown"),
    ]
    assert readable_ids(nodes) == ["start", "after-start", "after-start-2", "after-start-2-2"]


@pytest.mark.parametrize(
    ("above", "id"), [("a" * 64, f"after-{'a' * 44}"), ("Draw_Loss", "after-draw-loss"), ("after", "after-2")]
)
@pytest.mark.parametrize("source", ["%magic", "x = y" + ".a" * 30_000])
def test_an_id_after_another_is_one_that_nbformat_and_the_house_take(above, id, source):
    assert readable_ids([cell("x = 1", above), cell(source)]) == [above, id]
    assert is_readable(id)


def test_a_notebook_from_before_ids_gets_them(tmp_path):
    old = {"cell_type": "code", "metadata": {}, "source": "x = 1", "outputs": [], "execution_count": None}
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps({"cells": [old], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    assert [new for _, new in set_ids(path)] == ["x"]
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat_minor, notebook.cells[0].id) == (5, "x")


def test_ids_set_by_hand_stay_and_no_id_is_used_twice():
    nodes = [cell("x = 1"), cell("y = 1", "Draw_Loss"), cell("x = 2", "x"), cell("x = 3"), cell("z = 1", "x")]
    ids = readable_ids(nodes)
    assert ids == ["x-2", "Draw_Loss", "x", "x-3", "z"]
    again = [node | {"id": id} for node, id in zip(nodes, ids, strict=True)]
    assert readable_ids(again) == ids


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_byte_but_the_ids_stays(tmp_path, indent, end):
    odd = {
        "image/png": "AA==",
        "text": ['"id": "x"', "\\", "}{", "∂"],
        "id": RANDOM,
        "cells": [{"id": RANDOM}],
    }
    nodes = [cell("a = 1"), {**cell("b = 2"), "outputs": [{"data": odd}]}, cell("c = 3", "kept")]
    text = json.dumps({"metadata": {"id": RANDOM}, "cells": nodes, "nbformat": 4}, indent=indent)
    path = tmp_path / "a.ipynb"
    nodes[1]["id"] = RANDOM.replace("0b", "1b")
    text = json.dumps({"metadata": {"id": RANDOM}, "cells": nodes, "nbformat": 4}, indent=indent)
    path.write_bytes(text.replace("\n", end).encode())
    assert set_ids(path) == [(RANDOM, "a"), (nodes[1]["id"], "b")]
    first = text.replace(f'"{RANDOM}"', '"a"', 2).replace('"a"', f'"{RANDOM}"', 1)  # not that of the notebook
    assert path.read_bytes().decode() == first.replace(nodes[1]["id"], "b").replace("\n", end)
    before = path.read_bytes()
    assert set_ids(path) == []
    assert path.read_bytes() == before


MARKS = st.text('"\\\\{}[]:, \n∂ida\U0001f600\x00', max_size=40)
"""Whatever JSON has a meaning for, or writes otherwise."""


@settings(max_examples=50, deadline=None)
@given(st.lists(st.uuids(version=4), max_size=4), MARKS, st.sampled_from([None, 0, 2]))
def test_places_are_those_that_json_reads(ids, text, indent):
    nodes = [cell(text, str(id), **{text: [text, {"id": text}]}) for id in ids]
    notebook = json.dumps({text: text, "cells": nodes}, indent=indent, ensure_ascii=False)
    found = places(notebook)
    assert [json.loads(notebook[place.start : place.end]) for place in found] == nodes
    assert [UUID(json.loads(notebook[slice(*place.id)])) for place in found] == ids


@pytest.mark.parametrize(
    ("id", "random"), [("3f2a9b1c", True), (RANDOM, True), ("deadbeef", False), ("x", False)]
)
def test_a_random_id_is_known_by_its_form(id, random):
    assert is_random(id) == random


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"cells": [cell("x = 1", 5)]}),
        json.dumps({"cells": [cell("x = 1", nbgrader=None)]}),
        json.dumps({"cells": [cell("x = 1") | {"metadata": None}]}),
        json.dumps({"cells": [[1]]}),
        '{"cells": [{"id": "a", "cell_type": "code", "source": "", "metadata": '
        + '{"a":' * 3000
        + "{}"
        + "}" * 3003,
        f'{{"cells": {json.dumps([cell("a")])}, "cells": {json.dumps([cell("b")])}}}',
    ],
    ids=["id", "nbgrader", "metadata", "list", "deep", "twice"],
)
def test_what_is_malformed_is_refused(tmp_path, text):
    path = tmp_path / "bad.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReleaseError):
        set_ids(path)
    assert path.read_text(encoding="utf-8") == text


def test_what_is_no_notebook_is_refused_and_the_others_are_done(tmp_path, capsys):
    bad, good = tmp_path / "bad.ipynb", tmp_path / "good.ipynb"
    bad.write_text("[]")
    good.write_text(json.dumps({"cells": [cell("x = 1")]}))
    assert cli.main(["new", "ids", str(bad), str(good)]) == 1
    told = capsys.readouterr()
    assert f"{bad}: no notebook with ids of cells" in told.err
    assert f"{good}: 1 new ids\n  {RANDOM} -> x\n" in told.out
    with pytest.raises(ReleaseError, match="cannot be read"):
        set_ids(tmp_path / "gone.ipynb")

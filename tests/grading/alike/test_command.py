"""The command reads what a class hands in and trusts none of it; its page accuses nobody."""

import json

import grading_kit as kit
import pytest

from backproplab import cli
from backproplab.grading.alike.answers import own_cells
from backproplab.grading.alike.command import _in_no_order
from backproplab.grading.alike.score import Work
from backproplab.grading.notebook import StudentCell
from backproplab.grading.plan import ANSWER, CHECK
from backproplab.marking.ids import grade_id
from backproplab.sandbox.protocol import Assignment, Check

EVIL = "<script>alert(1)</script>"
COPIED = {
    "90.1": kit.SQUARE.format(
        f"growth = [x, x][::1]  # {EVIL} as grandmother taught me\n    return sum(growth, start=0.0)"
    ),
    "90.2": kit.PRODUCT.format(
        "bundle = {'left': b, 'right': a}\n    return tuple(bundle[side] for side in ('left', 'right'))"
    ),
    "90.3": kit.FIT.format(
        "centred = x - np.mean(x)\n    tilt = np.sum(centred * y) / np.sum(centred**2)\n"
        "    return [tilt, np.mean(y) - tilt * np.mean(x)]"
    ),
}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A class of twelve: ten plain answers and two copies, under other names of variables."""
    folder = tmp_path_factory.mktemp("alike")
    solution = kit.solution(folder)
    renamed = {
        each: text.replace("growth", "parts").replace("bundle", "d").replace("tilt", "m")
        for each, text in COPIED.items()
    }
    for number in range(10):
        own = {"90.1": kit.SQUARE.format(f"own_{number} = {number + 2}\n    return own_{number} * x")}
        kit.hand_in(kit.student(solution, kit.RIGHT | own), folder / f"class/plain {number}.ipynb")
    kit.hand_in(kit.student(solution, COPIED), folder / f"class/zoe {EVIL.replace('/', '')}.ipynb")
    kit.hand_in(kit.student(solution, renamed), folder / "class/yan.ipynb")
    return folder


def alike(room, *options, out="out", submissions="class"):
    given = ["alike", str(room / submissions), "90", "--out", str(room / out), "--solutions"]
    return cli.main([*given, str(room / "solutions"), "--lessons", str(room / "none"), *options])


def test_two_copies_under_other_names_are_shown_side_by_side_and_markup_is_text(room, capsys):
    assert alike(room) == 0
    said = capsys.readouterr().out
    assert "12 notebooks; 66 pairs compared, 1 is shown" in said
    assert "never a verdict" in said
    page = (room / "out/90-slopes.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; as grandmother taught me" in page
    assert "default-src 'none'" in page
    assert "both; 2 of 12" in page
    assert "both; from the handout" in page
    assert "worked together, as was allowed" in page
    (pair,) = json.loads((room / "out/90-slopes.json").read_text(encoding="utf-8"))["pairs"]
    assert pair["students"][0] == "yan"
    assert {"90.1", "90.2", "90.3"} <= set(pair["parts"])
    assert pair["bits"] > pair["usual"]


def test_anonymous_names_nobody(room, capsys):
    assert alike(room, "--anonymous", out="nameless") == 0
    for name in ("90-slopes.html", "90-slopes.json"):
        text = (room / "nameless" / name).read_text(encoding="utf-8")
        assert "yan" not in text
        assert "student 1" in text
    assert "yan" not in capsys.readouterr().out


def test_an_earlier_class_is_compared_with(room, capsys):
    solution = room / "solutions" / f"{kit.SET}.ipynb"
    kit.hand_in(kit.student(solution, COPIED), room / "now/xia.ipynb")
    assert alike(room, submissions="now") == 2
    assert "fewer than 10" in capsys.readouterr().err
    for file in (room / "class").iterdir():
        if "zoe" not in file.name:
            kit.hand_in(json.loads(file.read_text(encoding="utf-8")), room / "before" / file.name)
    assert alike(room, "--also", str(room / "before"), submissions="now") == 0
    said = capsys.readouterr().out
    assert "12 notebooks, 11 of them of an earlier class; 11 pairs compared" in said
    assert "xia" in said
    assert "yan (earlier)" in said


def test_what_cannot_be_read_is_named_with_its_reason_and_costs_nobody_else(room, tmp_path, capsys):
    solution = room / "solutions" / f"{kit.SET}.ipynb"
    for file in sorted((room / "class").iterdir()):
        kit.hand_in(json.loads(file.read_text(encoding="utf-8")), tmp_path / "class" / file.name)
    odd = {
        "large": "x" * 10_000_000,
        "deep": "x = " + "(" * 100_000,
        "nulls": "def slope_of_square(x):\0",
        "long chain": "x = y" + ".a" * 30_000,
        "chain": "x = y" + ".a" * 400,
    }
    for student, source in odd.items():
        kit.hand_in(kit.student(solution, kit.RIGHT | {"90.1": source}), tmp_path / f"class/{student}.ipynb")
    kit.hand_in(kit.handout(solution), tmp_path / "class/untouched.ipynb")
    (tmp_path / "class/torn.ipynb").write_bytes(b'{"cells": [')
    given = ["alike", str(tmp_path / "class"), "90", "--out", str(tmp_path / "out")]
    assert cli.main([*given, "--solutions", str(room / "solutions"), "--lessons", str(room / "none")]) == 0
    found = json.loads((tmp_path / "out/90-slopes.json").read_text(encoding="utf-8"))
    assert set(found["not_compared"]) == {"large", "torn", "untouched"}
    assert found["works"] == 16
    assert "yan" in found["pairs"][0]["students"]


def test_nothing_of_it_goes_into_grades(room, capsys):
    (room / "grades").mkdir()
    (room / "grades/gradebook.csv").write_text("", encoding="utf-8")
    assert alike(room, out="grades/90-slopes") == 2
    assert "likeness is no part" in capsys.readouterr().err
    assert not (room / "grades/90-slopes").exists()


def test_what_would_mislead_is_refused_with_its_reason(room, tmp_path, capsys):
    (tmp_path / "before").mkdir()
    (tmp_path / "before/torn.ipynb").write_bytes(b'{"cells": [')
    (tmp_path / "01-a.ipynb").write_text("{", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    for options, reason in [
        (["--also", str(tmp_path / "before")], "no notebook of this set that can be compared: torn ("),
        (["--lessons", str(tmp_path)], "no lesson that can be read"),
        (["--out", str(tmp_path / "file")], "is a file"),
        (["--out", str(room / "class/alike")], "is in the submissions"),
    ]:
        assert alike(room, *options) == 2
        assert reason in capsys.readouterr().err
    assert not (room / "class/alike").exists()


def test_nameless_results_count_who_is_left_out_and_have_no_order_of_names(room, capsys):
    assert alike(room, "--anonymous", out="counted") == 0
    assert "There is no lesson in" in capsys.readouterr().out
    found = json.loads((room / "counted/90-slopes.json").read_text(encoding="utf-8"))
    assert found["copies_would_not_show"] == 0
    assert found["not_compared"] == 0
    assert str(room) not in json.dumps(found)
    works = [Work(f"s{each}", []) for each in range(12)]
    assert sorted(works, key=_in_no_order) != works


ASSIGNMENT = Assignment("90-slopes", ("import numpy as np",), (Check("90.1", "check()", ("f",)),))
HANDED_OUT = {"90.1": ("def f(x):\n    raise NotImplementedError", ("f",)), "90.2": ("g = ...", ("g",))}


@pytest.mark.parametrize(
    "cells",
    [
        [("import numpy as np", ""), ("def f(x): return 2 * x", grade_id(ANSWER, "90.1")), ("check()", "")],
        [("def f(x): return 2 * x", "lost")],
        [("g = 3", ""), ("def f(x): return 2 * x", ""), ("x", grade_id(CHECK, "90.1"))],
    ],
    ids=["as handed out", "id changed", "moved"],
)
def test_an_answer_is_found_by_its_cell_or_by_what_it_binds(cells):
    found = own_cells([StudentCell(*each) for each in cells], ASSIGNMENT, HANDED_OUT)
    assert [each.source for each in found if each.exercise == "90.1"] == ["def f(x): return 2 * x"]


def test_a_helper_in_a_cell_of_its_own_is_part_of_what_is_compared():
    split = ["def f(x): return twice(x)", "def twice(v): return 2 * v"]
    found = own_cells([StudentCell(each) for each in split], ASSIGNMENT, HANDED_OUT)
    assert [(each.exercise, each.source) for each in found] == [("90.1", each) for each in split]


def test_what_is_as_it_was_handed_out_is_nobodys_own():
    cells = [
        StudentCell(HANDED_OUT["90.1"][0] + "  # later", grade_id(ANSWER, "90.1")),
        StudentCell("check()"),
    ]
    assert not own_cells(cells, ASSIGNMENT, HANDED_OUT)

"""What students call their files and themselves never steers the terminal of whoever grades them."""

import ast
import csv
import io
from pathlib import Path

import grading_kit as kit
import hand_kit
import pytest

import backproplab
from backproplab import cli
from backproplab.grading.hand.desk import Desk
from backproplab.grading.hand.table import table

GRADING = Path(backproplab.__file__).parent / "grading"
NAME = "eve\x1b]0;gone\x07\x9b2J\u202e\nAll is lost"
"""Renames a window, clears a screen, turns what follows round, and begins a line of its own."""


@pytest.fixture
def said(capsys):
    """A function that returns what was printed since, having looked at each sign of it."""

    def look():
        printed = "".join(capsys.readouterr())
        assert all(sign.isprintable() for sign in printed.replace("\n", ""))
        assert "\nAll is lost" not in printed
        return printed

    return look


def test_a_name_is_shown_without_what_steers_a_terminal_by_grade_and_gradebook(tmp_path, said):
    solution = kit.solution(tmp_path)
    kit.hand_in(kit.student(solution), tmp_path / "one/HW_ada_attempt_2026-03-06-10-30-00_hw.ipynb")
    kit.hand_in(kit.student(solution), tmp_path / "two" / f"{NAME}.ipynb")
    grade = [f"--out={tmp_path}/grades", f"--solutions={solution}", "-j1", f"--isolation={kit.isolation()}"]
    for folder in ("one", "two"):
        assert cli.main(["grade", str(tmp_path / folder), *grade]) == 0
    assert "When eve?]0;gone??2J??All is lost handed in is not known" in said()
    (tmp_path / "roster.csv").write_text("student_id,first_name,last_name\nada,Ada,Lovelace\n")
    (tmp_path / "rules.toml").write_text(f"percent_per_day = 1\ndue = {{ {kit.SET} = 2026-03-06T23:59:00 }}")
    book = ["gradebook", f"{tmp_path}/grades"]
    assert cli.main([*book, f"--roster={tmp_path}/roster.csv", f"--rules={tmp_path}/rules.toml"]) == 1
    printed = said()
    assert "Not joined: eve?]0;gone" in printed
    assert "When eve?]0;gone" in printed


def test_a_name_is_shown_so_by_mark(tmp_path, said):
    course = tmp_path / "grades"
    desk = Desk(hand_kit.graded(course, {"ada": "So.", NAME: "So."}))
    rows = list(csv.DictReader(io.StringIO(table(desk), newline="")))
    with (tmp_path / "filled.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(row | {"points": "1"} for row in rows)
    mark = ["mark", str(course), f"--import={tmp_path}/filled.csv", "--author=Ana"]
    assert cli.main(mark) == 0
    hand_kit.hand_in(course, NAME, "Something else.")
    assert cli.main(mark) == 1
    assert "?All is lost" in said()
    for path in (course / hand_kit.SET / "results").glob("eve*"):
        path.unlink()
    assert cli.main(["gradebook", str(course)]) == 1
    assert "essay, eve?]0;gone" in said()


def test_a_name_is_shown_so_by_alike(tmp_path, said):
    solution = kit.solution(tmp_path)
    kit.hand_in(kit.handout(solution), tmp_path / "class" / f"{NAME}.ipynb")
    alike = ["alike", f"{tmp_path}/class", "90", f"--out={tmp_path}/out", f"--solutions={solution.parent}"]
    assert cli.main(alike) == 2
    assert "eve?]0;gone??2J??All is lost (nothing but the handout)" in said()


@pytest.mark.parametrize("module", sorted(GRADING.rglob("*.py")), ids=lambda path: path.name)
def test_no_command_of_the_grader_prints_in_another_way(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    called = {getattr(node.func, "id", "") for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert ("print" in called) == (module.name == "terminal.py")

"""A repository a student with the whole course in it: each set graded by its own call, one book of all."""

import csv
import json
import os

import grading_kit as kit
import pytest

from backproplab import cli

pytestmark = pytest.mark.usefixtures("graded_here")

SETS = ("90-slopes", "91-slopes", "92-slopes")
DONE = {"ana-ga": SETS, "bob": SETS[1:2], "cy": ()}
"""By student, the sets that they have done."""


def write(path, text, name):
    """Write a notebook of the first set as if it were of another: they are one under three numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("90", name[:2]), encoding="utf-8")


def clone(folder):
    """Make the course, and below hw-submissions a repository for each student."""
    solution = kit.solution(folder)
    handed_out, right = (json.dumps(kit.student(solution, answers)) for answers in ({}, kit.RIGHT))
    for name in SETS:
        write(folder / "solutions" / f"{name}.ipynb", solution.read_text(encoding="utf-8"), name)
        for student, done in DONE.items():
            repository = folder / "hw-submissions" / f"hw-{student}"
            write(repository / "exercises" / f"{name}.ipynb", right if name in done else handed_out, name)
            write(repository / "drafts" / f"{name}.ipynb", handed_out, name)
            (repository / "README.md").write_text("A course.")
    return folder


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """After a call for each set, the rows of the gradebook by set and student."""
    folder = clone(tmp_path_factory.mktemp("classroom"))
    eve = folder / "hw-submissions" / "hw-eve" / "exercises" / "91-slopes.ipynb"
    eve.parent.mkdir(parents=True)
    os.link(folder / "solutions" / "91-slopes.ipynb", eve)
    for name in SETS:
        command = ["grade", f"{folder}/hw-submissions", f"--out={folder}/grades", "-j2"]
        command += [f"--solutions={folder}/solutions/{name}.ipynb", f"--isolation={kit.isolation()}"]
        assert cli.main(command) == 0
    with open(folder / "grades" / "gradebook.csv", newline="", encoding="utf-8") as file:
        return {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}


def test_every_set_of_every_repository_is_in_the_one_book(graded):
    assert set(graded) == {(name, student) for name in SETS for student in (*DONE, "eve")}
    for student, done in DONE.items():
        for name in SETS:
            row = graded[name, student]
            assert row["status"] == ("graded" if name in done else "nothing attempted")
            assert float(row["score"]) == (9 if name in done else 0)


def test_a_link_to_a_solution_earns_nothing_of_any_set(graded):
    assert {name: (graded[name, "eve"]["status"], graded[name, "eve"]["score"]) for name in SETS} == {
        name: ("unreadable", "0.0") for name in SETS
    }

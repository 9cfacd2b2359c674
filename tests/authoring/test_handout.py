"""What a school is handed: nbgrader takes the tree from generating to grades."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import authoring_kit as kit
import nbformat
import pytest

from backproplab.authoring import handout, release

VALUE = "### BEGIN SOLUTION\nrate = 0.125\n### END SOLUTION"
VALUE_CHECK = '@check("3.2", points=0, kind="hand")\ndef _(rng):\n    return {"rate": rate}'
VALUE_WRONG = """\
misconception("3.2", "The sign is turned.", rate=-0.125)
misconception("3.2", "That is twice the rate.", rate=0.25)"""
ANSWERS = {"right": "return upstream * x", "wrong": "return upstream * w"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    cells = [
        *kit.slope_exercise(),
        kit.answer(VALUE, "3.2"),
        kit.check(VALUE_CHECK, "3.2", 0),
        kit.author(VALUE_WRONG, "wrong-too"),
        kit.written("Because."),
    ]
    made = release.make_release(kit.saved(tmp_path_factory.mktemp("made"), *cells))
    release.write(made)
    return made


# Several commands in one process: to load nbgrader takes longer than most of them.
NBGRADER = """
import json, sys
from nbgrader.apps import NbGraderApp
for command in json.loads(sys.argv[1]):
    NbGraderApp.launch_instance(command)
    NbGraderApp.clear_instance()
"""


def nbgrader(*commands, folder):
    # A home of its own: neither a teacher's settings nor a running database are to be met.
    # It calls tools of its environment by name, as in an environment that is activated.
    environment = os.environ | {
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    command = [sys.executable, "-c", NBGRADER, json.dumps(commands)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def handed_in(course, student, body):
    """Put `student`'s notebook where nbgrader collects them, without the folder that checks read."""
    notebook = nbformat.read(course / "release" / kit.NAME / f"{kit.NAME}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("YOUR ANSWER HERE", "A chain of products.")
        code = body if cell.id == "answer-e3-1" else "rate = 0.125"
        cell.source = cell.source.replace("raise NotImplementedError()", code)
    path = course / "submitted" / student / kit.NAME / f"{kit.NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return path


def scores(database):
    """Read each student's sum from nbgrader's database: quicker than one more of its commands."""
    query = """
        SELECT assignment.student_id, SUM(grade.auto_score) FROM grade
        JOIN submitted_notebook AS notebook ON grade.notebook_id = notebook.id
        JOIN submitted_assignment AS assignment ON notebook.assignment_id = assignment.id
        GROUP BY assignment.student_id"""
    with closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute(query))


def test_nbgrader_generates_validates_and_grades_right_and_wrong_answers(made, tmp_path):
    pytest.importorskip("nbgrader", reason="nbgrader is not installed: pip install nbgrader")
    handout.write_nbgrader_tree([made], tmp_path)
    nbgrader(["generate_assignment", kit.NAME], folder=tmp_path)
    handed_out = tmp_path / "release" / kit.NAME
    text = (handed_out / f"{kit.NAME}.ipynb").read_text()
    assert "upstream * x" not in text
    assert "0.125" not in text
    assert "rate = ...  # your answer here" in text
    submitted = {student: handed_in(tmp_path, student, body) for student, body in ANSWERS.items()}
    # A learner validates beside the recorded values, as handed out; nbgrader adds them when it grades.
    beside = [handed_out / f"{student}.ipynb" for student in ANSWERS]
    for path, student in zip(beside, ANSWERS, strict=True):
        path.write_bytes(submitted[student].read_bytes())
    commands = ["validate", *map(str, beside)], ["autograde", kit.NAME]
    told = nbgrader(*commands, folder=tmp_path)
    assert "Success!" in told
    assert "VALIDATION FAILED ON 1 CELL(S)!" in told
    assert "3.1: not yet. That is the slope by x." in told
    assert scores(tmp_path / "gradebook.db") == {"right": 2.0, "wrong": 0.0}

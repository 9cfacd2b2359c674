"""What an instructor gets, where Python has no more than it has on Windows: `tests/on_windows`."""

import json
import sys

import authoring_kit
import nbformat
import pytest
import windows_kit as kit
from kinds import ELSEWHERE
from windows_kit import backproplab

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason=f"{ELSEWHERE}Linux shows what Windows lacks")


@pytest.fixture
def folder(tmp_path):
    return kit.home(tmp_path)


def test_a_file_that_one_holds_nobody_else_gets(folder):
    code = """
import os, subprocess, sys
from backproplab.grading.held import held
first, second = (os.open("x", os.O_RDWR | os.O_CREAT) for _ in range(2))
with held(first, wait=True):
    os.write(first, b"as it was")
    try:
        with held(second, wait=False):
            print("both")
    except BlockingIOError:
        print("one")
with held(second, wait=False):
    print("then the other", os.read(second, 9), os.fstat(first).st_size)
"""
    assert kit.python(folder, "-c", code).split("\n")[:2] == ["one", "then the other b'as it was' 9"]


def test_two_servers_do_not_share_a_port(folder):
    code = (
        "from backproplab.grading.hand.server import MarkingServer; print(MarkingServer.allow_reuse_address)"
    )
    assert kit.python(folder, "-c", code) == "False\n"


def test_student_code_has_a_home_there_and_does_not_hear_ctrl_c(folder):
    code = """
import os, subprocess
subprocess.CREATE_NEW_PROCESS_GROUP = 512
from backproplab.sandbox import cold, launch
seen = launch.environment("scratch")
print(seen["USERPROFILE"], seen["PATH"] == os.environ["PATH"])
def refuse(*given, **more):
    raise OSError(more["creationflags"])
subprocess.Popen = refuse
try:
    cold.ColdChild(None, None, {}, {})
except OSError as error:
    print(error)
"""
    assert kit.python(folder, "-c", code).split() == ["scratch", "True", "512"]


def test_an_instructor_is_told_what_grading_can_do_there_and_gets_it(folder):
    authoring_kit.saved(folder, *authoring_kit.slope_exercise())
    backproplab(folder, "release")
    (released,) = (folder / "exercises").glob("*.ipynb")
    notebook = nbformat.read(released, as_version=4)
    for student, answer in {"Łukasz": "upstream * x", "Zoë": "x"}.items():
        for cell in notebook.cells:
            if cell.id.startswith("answer"):
                cell.source = f"def slope(w, x, upstream):\n    return {answer}"
        nbformat.write(notebook, folder / f"{student}.ipynb")
    came = folder / "came in"
    came.mkdir()
    for path in folder.glob("*.ipynb"):
        path.rename(came / path.name)
    said = backproplab(folder, "grade", "came in", "--out", "grades", status=2)
    assert "Full isolation needs Linux, and this machine refuses it (this is win32)" in said
    assert "which bounds time by the clock, here not memory, and hides no files" in said
    grade = ("grade", "came in", "--out", "grades", "--isolation", "reduced", "-j", 1)
    said = backproplab(folder, *grade)
    assert "with a limit on time by the clock and none on memory" in said
    (results,) = folder.glob("grades/*/results")
    records = [json.loads(path.read_text(encoding="utf-8")) for path in results.iterdir()]
    assert {each["student"]: each["score"] for each in records} == {"Łukasz": 2.0, "Zoë": 0.0}
    backproplab(folder, *grade)  # into what is there
    backproplab(folder, "gradebook", "grades")
    backproplab(folder, "mark", "grades", "--export", "answers.csv")

"""Files that were handed in stand in for no library, wherever a run is started: none of them is imported."""

import os
import subprocess
import sys
from pathlib import Path

import grading_kit as kit
import limited_kit
import pytest

from backproplab.grading import local
from backproplab.grading.gradescope import pack
from backproplab.grading.intake import apart
from backproplab.grading.limited import Limited, ReadingLimits

LIBRARIES = ("IPython", "distributed", "json", "multiprocessing", "numpy", "pickle", "tqdm")
STAND_IN = "import os\nos.write(2, b'a stand-in for ' + __name__.encode())\nraise SystemExit(77)\n"
COMMANDS = {
    "the command": [str(Path(sys.executable).with_name("backproplab"))],
    "the module": [sys.executable, "-m", "backproplab"],
}


@pytest.fixture
def flat(tmp_path):
    """A flat folder with a notebook of Ada's in it, and stand-ins; the current one."""
    folder = tmp_path / "in"
    kit.hand_in(kit.student(kit.solution(tmp_path)), folder / "ada.ipynb")
    for name in LIBRARIES:
        (folder / f"{name}.py").write_text(STAND_IN, encoding="utf-8")
    return folder


@pytest.fixture(params=COMMANDS)
def graded(request, flat):
    """Grade that folder from inside, by each way to start the command."""
    command = COMMANDS[request.param]
    if not Path(command[0]).exists():
        pytest.skip("the command is not installed here")

    def grade(*options, **environment):
        given = ["grade", ".", "--out=../grades", "--solutions=../solutions", "--yes", "-j", "1", *options]
        return subprocess.run(
            [*command, *given], cwd=flat, env=os.environ | environment, capture_output=True, text=True
        )

    return grade


def test_grading_the_current_folder_imports_nothing_from_it(graded, flat):
    done = graded("--isolation", kit.isolation())
    assert "a stand-in for" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert "1 graded" in done.stdout
    assert (flat.parent / "grades" / kit.SET / "results" / "ada.json").exists()


def test_nor_does_grading_on_a_cluster(graded):
    pytest.importorskip("distributed")
    nobody = "tcp://127.0.0.1:9"
    done = graded(f"--scheduler={nobody}", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s")
    assert "a stand-in for" not in done.stderr
    assert f"No scheduler answers at {nobody}" in done.stderr


def test_what_pythonpath_names_is_found_all_the_same(graded, flat):
    """Also where it names the current folder: whoever says so has their way."""
    done = graded("--isolation", kit.isolation(), PYTHONPATH=str(flat))
    assert "a stand-in for" in done.stderr


def test_a_process_with_limits_imports_nothing_from_the_current_folder(flat, monkeypatch):
    monkeypatch.chdir(flat)
    monkeypatch.setattr(sys, "path", ["", *sys.path])  # as of a prompt, or of a notebook
    process = Limited(apart.caller, limits=ReadingLimits())
    try:
        assert process.ask(limited_kit.slowly, "ada") == "ada"
    finally:
        process.close()


def test_a_worker_imports_nothing_from_the_current_folder(flat, monkeypatch):
    monkeypatch.chdir(flat)
    monkeypatch.setattr(local, "work", limited_kit.say_which_files)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    worker = local._Worker(None)
    try:
        assert worker.connection.poll(60)
        assert not [file for file in worker.connection.recv() if Path(file).is_relative_to(flat)]
    finally:
        worker.stop()
    assert "PYTHONSAFEPATH" not in os.environ


def test_gradescopes_scripts_start_python_without_the_folder_that_they_are_started_in():
    for script in (pack.SETUP, pack.RUN):
        text = (pack.SCRIPTS / script).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if " -m " in line or " -c " in line]
        assert lines
        assert all(" -P -m " in line or " -P -c " in line for line in lines), lines

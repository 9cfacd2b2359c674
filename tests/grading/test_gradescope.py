"""An autograder for Gradescope: its zip, and what it writes, on a copy of the folders that are documented."""

import json
import os
import shutil
import subprocess
import zipfile

import container_kit
import grading_kit as kit
import pytest

from backproplab import cli
from backproplab.grading.gradescope import autograde as here
from backproplab.grading.kept import versions

WHEEL = f"backproplab-{versions()['backproplab']}-py3-none-any.whl"
WRONG = kit.RIGHT | {"90.1": kit.SQUARE.format("return x * x")}
CHEATING = kit.RIGHT | {"90.1": kit.SQUARE.format("return 2 * x if done else x * x")}
"""Right as soon as an attack has come through."""
FORGING = """
import json, os
done = []
for attack in (
    lambda: open({results!r}, "w").write(json.dumps({{"score": 10}})),
    lambda: os.listdir({source!r}),
):
    try:
        attack()
        done.append(attack)
    except OSError:
        pass
if os.fork() == 0:
    os.setsid()
    import time
    while True:
        time.sleep(0.01)
        try:
            open({results!r}, "w").write(json.dumps({{"score": 10}}))
        except OSError:
            pass
"""
LOOP = """
import sys
from pathlib import Path
from backproplab.grading.gradescope import autograde as here
made, make = [], here.make_task
def make_once(*arguments, **more):
    made[:] = made or [make(*arguments, **more)]
    return made[0]
here.make_task = make_once
for root in sorted(Path(sys.argv[1]).iterdir()):
    here.autograde(root)
"""


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The zip, made by the command, of the kit's set and a wheel that is none."""
    folder = tmp_path_factory.mktemp("course")
    solution = kit.solution(folder)
    (folder / WHEEL).write_bytes(b"PK")
    out = folder / "autograder.zip"
    command = [
        "gradescope",
        "90",
        f"--solutions={solution.parent}",
        f"--wheel={folder / WHEEL}",
        f"--out={out}",
    ]
    assert cli.main(command) == 0
    return solution, out


def laid_out(root, packed, **notebooks):
    """Gradescope's folders, with what was handed in; returns where the results will be."""
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(root / "source")
    for folder in ("submission", "results"):
        (root / folder).mkdir()
    for name, notebook in notebooks.items():
        kit.hand_in(notebook, root / "submission" / f"{name}.ipynb")
    about = {"id": 1, "users": [{"id": 2, "name": "Ana García", "email": "ana@example.org"}]}
    (root / "submission_metadata.json").write_text(json.dumps(about), encoding="utf-8")
    return root / "results" / "results.json"


def handed_in(solution, root):
    """What is handed in, by case: the notebooks of each."""
    right, wrong = kit.student(solution), kit.student(solution, WRONG)
    ends, forges = kit.student(solution), kit.student(solution, CHEATING)
    ends["cells"].insert(1, _cell("import os\nos.abort()"))
    forge = FORGING.format(results=f"{root}/forges/results/results.json", source=f"{root}/forges/source")
    forges["cells"].insert(1, _cell(forge))
    other = {"cells": [_cell("print('another set')")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return {
        "ends": {"mine": ends},
        "forges": {"mine": forges},
        "nothing": {},
        "other": {"mine": other},
        "right": {"mine": right},
        "two": {"scratch": other, "mine": right},
        "wrong": {"mine": wrong},
    }


def _cell(source):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}


EXPECTED = {"ends": 9, "forges": 7, "nothing": 0, "other": 0, "right": 9, "two": 9, "wrong": 7}


def read(path):
    found = json.loads(path.read_text(encoding="utf-8"))
    *exercises, hidden = found["tests"]
    assert found["score"] == sum(each["score"] for each in exercises)
    assert {each["visibility"] for each in exercises} == {"visible"}
    assert (hidden["visibility"], hidden["max_score"], found["stdout_visibility"]) == ("hidden", 0, "hidden")
    assert "solution" not in found["output"].replace("compared with the solution", "")
    return found, {each["number"]: each for each in exercises}, hidden["output"]


@pytest.mark.parametrize("isolation", ["full", "user"])
def test_each_submission_has_its_results_in_a_container_with_and_without_namespaces(
    packed, tmp_path, isolation
):
    container_kit.skip_without_root()
    if isolation == "full" and kit.isolation() != "full":
        pytest.skip("this machine has no namespaces to give")
    solution, zipped = packed
    folder = tmp_path / "autograder"
    cases = handed_in(solution, "/autograder")
    if isolation == "full":
        cases = {case: cases[case] for case in ("forges", "right")}
    paths = {case: laid_out(folder / case, zipped, **notebooks) for case, notebooks in cases.items()}
    container_kit.inside(
        ["-c", LOOP, "/autograder"], folder, place="/autograder", namespaces=isolation == "full"
    )
    found = {case: read(path) for case, path in paths.items()}
    assert {case: each[0]["score"] for case, each in found.items()} == {
        case: EXPECTED[case] for case in cases
    }
    assert {each[0]["extra_data"]["isolation"] for each in found.values()} == {isolation}
    assert all(each[2].startswith(f"Isolation: {isolation}") for each in found.values())
    if isolation == "user":
        _look_closer(found)


def _look_closer(found):
    wrong, exercises, hidden = found["wrong"]
    assert exercises["90.1"]["status"] == "failed"
    assert kit.SENTENCE in exercises["90.1"]["output"]
    assert exercises["90.2"]["status"] == "passed"
    assert "Creating new namespace failed" in hidden
    assert "It had the network" in hidden
    assert "Isolation" not in json.dumps([wrong["output"], list(exercises.values())])
    assert "2 notebooks were handed in" in found["two"][0]["output"]
    assert found["other"][0]["extra_data"]["status"] == "nothing of this set"
    assert "Nothing was handed in" in found["nothing"][0]["output"]


def test_where_nothing_can_be_graded_a_result_says_so_and_the_instructor_reads_why(packed, tmp_path, capsys):
    path = laid_out(tmp_path / "autograder", packed[1])
    shutil.rmtree(tmp_path / "autograder" / "source" / "solution")
    path.symlink_to(tmp_path / "elsewhere")
    here.autograde(tmp_path / "autograder")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert (found["score"], found["tests"], found["extra_data"]["status"]) == (0, [], "ungraded")
    assert "by no fault of yours" in found["output"]
    assert "Traceback" in capsys.readouterr().out
    assert not (tmp_path / "elsewhere").exists()


def test_a_score_at_the_reduced_level_is_said_to_prove_nothing_against_cheats(packed, tmp_path, monkeypatch):
    solution, zipped = packed
    monkeypatch.setattr(here, "fullest", lambda: ("reduced", ["no namespaces", "not root"]))
    path = laid_out(tmp_path / "autograder", zipped, mine=kit.student(solution))
    here.autograde(tmp_path / "autograder")
    found, _, hidden = read(path)
    assert found["score"] == 9
    assert "proves nothing against somebody who means to cheat" in hidden
    assert "No more than that: not root" in hidden


def test_the_zip_has_what_gradescope_asks_for_at_its_top_and_is_the_same_each_time(packed, tmp_path, capsys):
    solution, zipped = packed
    with zipfile.ZipFile(zipped) as opened:
        modes = {each.filename: each.external_attr >> 16 & 0o777 for each in opened.infolist()}
        opened.extractall(tmp_path / "source")
    assert modes == {
        "setup.sh": 0o755,
        "run_autograder": 0o755,
        f"solution/{kit.SET}.ipynb": 0o644,
        WHEEL: 0o644,
        "constraints.txt": 0o644,
    }
    assert zipped.stat().st_mode & 0o777 == 0o600
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(tmp_path / "source" / script)], check=True)
    again = tmp_path / "again.zip"
    command = ["gradescope", kit.SET, f"--solutions={solution.parent}", f"--out={again}"]
    assert cli.main([*command, f"--wheel={zipped.parent / WHEEL}"]) == 0
    assert again.read_bytes() == zipped.read_bytes()
    os.rename(zipped.parent / WHEEL, tmp_path / "backproplab-0.0.0-py3-none-any.whl")
    for wheel in (zipped.parent / WHEEL, tmp_path / "backproplab-0.0.0-py3-none-any.whl"):
        assert cli.main([*command, f"--wheel={wheel}"]) == 1
        assert "make it in the course's folder with `python -m pip wheel" in capsys.readouterr().err
    os.rename(tmp_path / "backproplab-0.0.0-py3-none-any.whl", zipped.parent / WHEEL)

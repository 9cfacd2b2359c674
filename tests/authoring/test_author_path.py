"""The path of CONTRIBUTING as it stands there: an exercise is begun, written, released, done and graded."""

import json
import re
import shlex
from pathlib import Path

import nbformat
import pytest

from backproplab import cli
from backproplab.authoring.stubs import CODE_STUB, TEXT_STUB
from backproplab.authoring.unwritten import UNWRITTEN
from backproplab.sandbox import IsolationError, Sandbox
from backproplab.sandbox.protocol import Assignment

ROOT = Path(__file__).parents[2]


def path_of_the_page():
    """The commands of "Your first exercise in ten minutes", without what is said of them."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    part = page.split("## Your first exercise in ten minutes")[1].split("\n## ")[0]
    lines = "".join(re.findall(r"```sh\n(.*?)```", part, re.DOTALL)).splitlines()
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("backproplab ")]


def learners(text, student, body):
    """Hand in the notebook that learners get, with `body` in the function and words below it."""
    folder = Path("submissions", student)
    folder.mkdir(parents=True)
    done = text.replace(CODE_STUB, body).replace(TEXT_STUB, "Both factors of x · x move.")
    (folder / "27-my-topic.ipynb").write_text(done, encoding="utf-8")


def test_what_contributing_says_leads_from_a_template_to_a_grade(tmp_path, monkeypatch, capsys, graded_here):
    try:
        with Sandbox(Assignment("27-my-topic", (), ())):
            pass
    except IsolationError as error:
        pytest.skip(str(error))
    monkeypatch.chdir(tmp_path)
    begin, begin_text, refused, release, run, grade = path_of_the_page()
    solution, exercise = Path(refused[-1]), Path("exercises/27-my-topic.ipynb")
    assert [cli.main(begin), cli.main(begin_text)] == [0, 0]
    assert cli.main(refused) == 1
    said = capsys.readouterr().err
    shown = re.search(r"```\n(solutions/.*)\n```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))[1]
    assert shown in said.splitlines()
    assert not exercise.exists()
    written = solution.read_text(encoding="utf-8").replace(UNWRITTEN, "Words")
    solution.write_text(written, encoding="utf-8")
    assert [cli.main(release), cli.main(run)] == [0, 0]
    ran = nbformat.read(solution, as_version=4)
    (card,) = next(cell.outputs for cell in ran.cells if cell.id == "check-27-1")
    assert card["data"]["text/plain"].startswith("✓ 27.1 right")
    text = exercise.read_text(encoding="utf-8")
    for student, body in (("ada", "return upstream * 2 * x"), ("bob", "return 2 * x"), ("eve", CODE_STUB)):
        learners(text, student, body)
    assert cli.main(grade) == 0
    files = [Path(f"grades/27-my-topic/results/{student}.json") for student in ("ada", "bob", "eve")]
    results = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    assert [result["score"] for result in results] == [2, 0, 0]
    assert [result["exercises"][0]["slug"] for result in results] == ["", "upstream-forgotten", ""]
    assert results[0]["exercises"][1]["status"] == "to be marked by hand"

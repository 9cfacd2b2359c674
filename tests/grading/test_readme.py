"""The instructor's three commands, as the README has them."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import grading_kit as kit
import pytest

ROOT = Path(__file__).parents[2]
SET = "00-start-here"


def commands():
    section = (
        (ROOT / "README.md").read_text(encoding="utf-8").split("## For instructors")[1].split("\n## ")[0]
    )
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1]
    return [line.split("  #")[0].strip() for line in block.splitlines() if line.strip()]


def test_from_handing_out_to_grades_in_three_commands(tmp_path):
    if kit.isolation() != "full":
        pytest.skip("full isolation is not to be had on this machine")
    for name in (f"solutions/{SET}.ipynb", f"exercises/{SET}.ipynb", f"exercises/expected/{SET}.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    check, hand_out, grade = commands()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    def run(command):
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=os.environ | {"PATH": path}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    run(check)
    run(hand_out)
    with zipfile.ZipFile(tmp_path / "handout.zip") as handout:
        notebook = handout.read(f"mycourse/exercises/{SET}.ipynb")
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as back:
        back.writestr(f"lovelaceada_12_34_{SET}.ipynb", notebook)
        back.writestr(f"hoppergrace_LATE_56_78_{SET}-1.ipynb", notebook)
    run(grade)
    assert {each.stem for each in (tmp_path / "grades" / SET / "results").iterdir()} == {
        "lovelaceada_12",
        "hoppergrace_56",
    }
    assert (tmp_path / "grades" / "gradebook.csv").exists()
    for name in ("class.html", "run.json", "feedback/lovelaceada_12.html"):
        assert (tmp_path / "grades" / SET / name).exists()

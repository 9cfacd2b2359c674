"""The instructor's commands, as the README has them, in a course of one set."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SET = "00-start-here"


def commands():
    """The README's three commands: check, hand out, grade."""
    section = (
        (ROOT / "README.md").read_text(encoding="utf-8").split("## For instructors")[1].split("\n## ")[0]
    )
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1]
    return [line.split("  #")[0].strip() for line in block.splitlines() if line.strip()]


def run(command, folder):
    """Run a command of the README in a folder, and assert that all is well."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, shell=True, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def hand_out(folder):
    """Make a course of one set in a folder, hand it out, and return the notebook that learners get."""
    for name in (f"solutions/{SET}.ipynb", f"exercises/{SET}.ipynb", f"exercises/expected/{SET}.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for command in commands()[:2]:
        run(command, folder)
    with zipfile.ZipFile(folder / "handout.zip") as handout:
        return handout.read(f"mycourse/exercises/{SET}.ipynb")

"""What grading a submission costs: our sandbox beside a fresh kernel for each, and nbgrader where installed.

    python benchmarks/grading.py [CLASS_SIZE]

One light notebook, five exercises, all solved. Printed, by the clock:

1. nbclient with a fresh kernel a submission ÷ ours at full isolation on one worker, taken in turns so that a
   slow spell of the machine hits both; nbgrader autograde beside them.
2. a whole class (300) by the command, on two workers, from nothing to the gradebook.
3. the memory of a grader after a tenth of a class and after all of it.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from backproplab.authoring.assignment import load_solution
from backproplab.authoring.handout import write_nbgrader_tree
from backproplab.authoring.release import released, write
from backproplab.grading.grader import Grader
from backproplab.grading.reference import make_task
from backproplab.grading.submissions import Entry, Submission
from backproplab.sandbox import Limits

SET, ROUNDS, EACH = "90-light", 5, 20
ANSWERS = {  # name, arguments, answer: one line of backpropagation each
    "90.1": ("sigmoid_back", "upstream, a", "upstream * a * (1 - a)"),
    "90.2": ("relu_back", "upstream, a", "upstream * (a > 0)"),
    "90.3": ("tanh_back", "upstream, a", "upstream * (1 - a**2)"),
    "90.4": ("weights_gradient", "upstream, a", "a.T @ upstream"),
    "90.5": ("bias_gradient", "upstream, a", "upstream.sum(axis=0)"),
}


def cell(source, word="", exercise=""):
    made = new_code_cell(
        source, id=f"{word or 'given'}-{exercise.replace('.', '-') or abs(hash(source))}"[:60]
    )
    if word:
        check = word == "check"
        made.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": made.id,
            "grade": check,
            "solution": not check,
            "locked": check,
            "task": False,
        } | ({"points": 1} if check else {})
    return made


def solution(folder):
    """A set of five exercises, as an author writes it."""
    names = "from backproplab.check import check, check_set, summary"
    cells = [cell(f'import numpy as np\n{names}\n\ncheck_set("{SET}")')]
    for exercise, (name, arguments, answer) in ANSWERS.items():
        body = f"    ### BEGIN SOLUTION\n    return {answer}\n    ### END SOLUTION"
        cells.append(cell(f"def {name}({arguments}):\n{body}", "answer", exercise))
        call = f"{name}(rng.normal(size=(8, 4)), rng.normal(size=(8, 4)))"
        cells.append(
            cell(
                f'@check("{exercise}", points=1)\ndef _(rng):\n    return {{"g": {call}}}', "check", exercise
            )
        )
    cells.append(cell("summary()"))
    path = folder / "solutions" / f"{SET}.ipynb"
    path.parent.mkdir()
    path.write_text(nbformat.writes(new_notebook(cells=cells)), encoding="utf-8")
    return path


def submission(path, release):
    """The handout with every answer in it."""
    notebook = nbformat.reads(release.notebook, as_version=4)
    right = {each.id: each.answer for each in load_solution(path).exercises}
    for each in notebook.cells:
        if each.id.startswith("answer-"):
            each.source = right[each.id.removeprefix("answer-").replace("-", ".")]
    return notebook


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def resident():
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    return int(status.read_text().split("VmRSS:")[1].split()[0]) / 1024


def beside_a_kernel(grader, handed_in, notebook, folder):
    """Seconds a submission: ours, and a fresh kernel's."""

    def kernel():
        fresh = nbformat.from_dict(notebook)
        NotebookClient(
            fresh, timeout=60, resources={"metadata": {"path": str(folder / "exercises")}}
        ).execute()

    def ours():
        for _ in range(EACH):
            record, _ = grader.grade(handed_in)
            assert record["score"] == len(ANSWERS), record

    ours()
    kernel()
    pairs = [(seconds(ours) / EACH, seconds(kernel)) for _ in range(ROUNDS)]
    ratios = [theirs / mine for mine, theirs in pairs]
    mine, theirs = (median(column) for column in zip(*pairs, strict=True))
    print(f"ours, {grader.level}: {1000 * mine:.1f} ms a submission")
    print(
        f"nbclient, a fresh kernel each: {1000 * theirs:.0f} ms; nbclient ÷ ours {median(ratios):.0f} "
        f"({min(ratios):.0f}–{max(ratios):.0f})"
    )
    return mine


def nbgraders(release, notebook, folder, mine):
    """Seconds a submission of nbgrader's own autograder, over five students."""
    if not importlib.util.find_spec("nbgrader"):
        print("nbgrader is not installed here: no comparison with it.")
        return
    course, students = folder / "course", [f"s{number}" for number in range(5)]
    write_nbgrader_tree([release], course)
    run = [sys.executable, "-m", "nbgrader"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it calls alembic by name
    quiet = {"cwd": course, "check": True, "capture_output": True, "env": os.environ | {"PATH": path}}
    subprocess.run([*run, "generate_assignment", SET, "--create", "--force"], **quiet)
    for student in students:
        place = course / "submitted" / student / SET
        shutil.copytree(course / "release" / SET, place)
        nbformat.write(notebook, place / f"{SET}.ipynb")
    theirs = seconds(lambda: subprocess.run([*run, "autograde", SET], **quiet)) / len(students)
    print(f"nbgrader autograde: {1000 * theirs:.0f} ms; nbgrader ÷ ours {theirs / mine:.0f}")


def a_class(notebook, folder, size):
    """The command, from nothing to the gradebook."""
    place = folder / "class"
    place.mkdir()
    text = json.dumps(notebook)
    for number in range(size):
        (place / f"s{number:04}.ipynb").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "backproplab.cli", "grade", str(place), "--out", str(folder / "grades")]
    taken = seconds(
        lambda: subprocess.run([*command, "-j", "2", "--solutions", str(folder / "solutions")], check=True)
    )
    print(f"{size} submissions on two workers, from nothing to the gradebook: {taken:.1f} s")


def memory(grader, handed_in, size):
    """Resident memory of a grader on the way through a class."""
    at = []
    for number in range(1, size + 1):
        grader.grade(handed_in)
        if number in (size // 10, size):
            at.append(resident())
    print(f"memory of a grader: {at[0]:.1f} MB after {size // 10} submissions, {at[1]:.1f} MB after {size}")


def main(size=300):
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = solution(folder)
        release = released(path)
        write(release)
        notebook = submission(path, release)
        (folder / "one.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        handed_in = Submission("one", "", (Entry(folder, "one.ipynb", "one.ipynb"),))
        task = make_task(path, [1, 2, 3, 4, 5], isolation="full", limits=Limits())
        with Grader(task) as grader:
            mine = beside_a_kernel(grader, handed_in, notebook, folder)
            memory(grader, handed_in, size)
        nbgraders(release, notebook, folder, mine)
        a_class(notebook, folder, size)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))

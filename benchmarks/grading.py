"""What grading a submission costs: our sandbox beside a fresh kernel for each, and beside nbgrader.

    python benchmarks/grading.py

By the clock, since both sides work in several processes: nothing else should run on the machine. The
submission is `light_set.py`'s, whose own code takes no time: what is measured is what surrounds it.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import light_set
import nbformat
from rounds import environment, missing, ratio, rounds

from backproplab.authoring.handout import write_nbgrader_tree
from backproplab.authoring.release import make_release, write
from backproplab.grading.grader import Grader
from backproplab.grading.reference import make_task
from backproplab.grading.submissions import Entry, Submission
from backproplab.sandbox import Limits

ROUNDS, EACH, STUDENTS = 4, 20, 4
SMALL, LARGE = 100, 1000
HERE = Path(__file__).parent


def main():
    """Entries for the results."""
    with a_course() as (folder, release, notebook):
        yield from a_submission(folder, release, notebook)
        yield from a_class(folder, notebook)


@contextmanager
def a_course():
    """A folder with the solution and its release, and one submission in which every answer is right."""
    for name in set(os.environ) - set(environment()):
        del os.environ[name]
    os.environ.update(environment())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = light_set.solution(folder)
        release = make_release(path)
        write(release)
        yield folder, release, light_set.submission(path, release)


def a_submission(folder, release, notebook):
    """Seconds a submission: ours at full isolation on one worker, a fresh kernel's, nbgrader's."""
    (folder / "one.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    handed_in = Submission("one", "", (Entry(folder, "one.ipynb", "one.ipynb"),))
    task = make_task(
        folder / "solutions" / f"{light_set.SET}.ipynb", [1, 2, 3, 4, 5], isolation="full", limits=Limits()
    )
    with Grader(task) as grader:

        def ours():
            for _ in range(EACH):
                record = grader.grade(handed_in).record
                assert record["score"] == len(light_set.ANSWERS), record

        systems = {"ours": lambda: seconds(ours) / EACH}
        if not missing("nbclient"):
            systems["nbclient"] = lambda: seconds(lambda: fresh_kernel(notebook, folder))
            fresh_kernel(notebook, folder)
        if not missing("nbgrader"):
            systems["nbgrader"] = nbgrader_course(folder, release, notebook)
        ours()  # all are warm: imported, the grader's server up, files in the system's cache
        runs = {name: [] for name in systems}
        for _ in range(rounds(ROUNDS)):
            for name in random.sample(list(systems), len(systems)):
                runs[name].append(systems[name]())
        level = grader.level.partition(":")[0]
        notes = {
            "nbclient": f"by the clock, one worker, isolation {level}, both children",
            "nbgrader": "by the clock, nbgrader's autograde, its start left out; ours as above",
        }
    for peer, times in runs.items():
        if min(times) <= 0:
            print(f"The machine is too busy to time {peer}: no figure for it.", flush=True)
        elif peer != "ours":
            yield ratio(f"{peer} ÷ grading a submission", runs["ours"], times, turned=True, note=notes[peer])


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def fresh_kernel(notebook, folder):
    from nbclient import NotebookClient

    place = {"metadata": {"path": str(folder / "exercises")}}
    NotebookClient(nbformat.from_dict(notebook), timeout=60, resources=place).execute()


def nbgrader_course(folder, release, notebook):
    """A function that autogrades a small course; it returns the seconds that a further submission takes."""
    course, students = folder / "course", [f"s{number}" for number in range(STUDENTS)]
    write_nbgrader_tree([release], course)
    command = [sys.executable, "-m", "nbgrader"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it calls alembic by name
    quiet = {"cwd": course, "check": True, "capture_output": True, "env": os.environ | {"PATH": path}}
    subprocess.run([*command, "generate_assignment", light_set.SET, "--create", "--force"], **quiet)
    for student in students:
        place = course / "submitted" / student / light_set.SET
        shutil.copytree(course / "release" / light_set.SET, place)
        nbformat.write(notebook, place / f"{light_set.SET}.ipynb")

    def autograde(*which):
        subprocess.run([*command, "autograde", light_set.SET, "--force", *which], **quiet)

    def each():
        alone, whole = seconds(lambda: autograde("--student", students[0])), seconds(autograde)
        return (whole - alone) / (STUDENTS - 1)

    return each


def a_class(folder, notebook):
    """A class ten times as large by the same command: time and memory."""
    runs = {SMALL: [], LARGE: []}
    for _ in range(rounds(ROUNDS)):
        for size in random.sample(list(runs), 2):
            runs[size].append(graded(folder, notebook, size))
    found = []
    for place, words in enumerate(("time", "peak memory")):
        large, small = ([run[place] for run in runs[size]] for size in (LARGE, SMALL))
        note = "the command on two workers, start and reports included, by the clock"
        if place:
            note = "MB, of the command's own process; its workers hold one submission at a time"
        found.append(ratio(f"grading 1,000 ÷ grading 100, {words}", large, small, note=note))
    return found


def graded(folder, notebook, size, workers=2, more=()):
    """Grade a class from nothing to the gradebook; returns seconds, and the most MB that the command held."""
    place, out, text = folder / f"class{size}", folder / "grades", json.dumps(notebook)
    if not place.exists():
        place.mkdir(parents=True)
        for number in range(size):
            (place / f"s{number:04}.ipynb").write_text(text, encoding="utf-8")
    command = [sys.executable, str(HERE / "peak.py"), "grade", str(place), "--out", str(out)]
    command += ["-j", str(workers), "--solutions", str(folder / "solutions"), *more]
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    taken = time.perf_counter() - start
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["status"] == 0, f"grading {size} ended with {found['status']}"
    shutil.rmtree(out)
    return taken, found["peak"] / 2**20


if __name__ == "__main__":
    from show import show

    show(main())

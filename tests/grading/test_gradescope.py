"""An autograder for Gradescope: its zip, and what it writes, on a copy of the folders that are documented."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from types import SimpleNamespace

import container_kit
import grading_kit as kit
import pytest

from backproplab import cli
from backproplab.grading import grader, runner, source
from backproplab.grading.gradescope import autograde as here
from backproplab.grading.gradescope import pack
from backproplab.grading.kept import versions
from backproplab.sandbox import MachineError, Sandbox

WHEEL = f"backproplab-{versions()['backproplab']}-py3-none-any.whl"
WRONG = kit.RIGHT | {"90.1": kit.SQUARE.format("return x * x")}
CHEATING = kit.RIGHT | {"90.1": kit.SQUARE.format("return 2 * x if done else x * x")}
"""Right as soon as an attack has come through."""
FORGING = """
import json, os
done, main, (r, w) = [], os.getpid(), os.pipe()
results = {root!r} + "/results/results.json"
for attack in (
    lambda: open(results, "w").write(json.dumps({{"score": 10}})),
    lambda: open(results).read(),
    lambda: os.listdir({root!r} + "/source"),
    lambda: open({root!r} + "/submission_metadata.json").read(),
):
    try:
        attack()
        done.append(attack)
    except OSError:
        pass
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.write(w, b"x")
    def runs(pid):
        try:
            return open("/proc/" + str(pid) + "/stat").read().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False
    while runs(main):
        pass
    import time
    pause = 0 if os.path.exists("/proc/self") else 0.1  # there, it is in time with or without
    while True:
        time.sleep(pause)
        for attack in (
            lambda: os.kill(-1, 9),
            lambda: open(results + "x", "w").write(json.dumps({{"score": 10}})),
            lambda: os.rename(results + "x", results),
        ):
            try:
                attack()
            except OSError:
                pass
os.close(w)  # if that process has not come about, none has the other end
os.read(r, 1)
"""
"""Tries it at once, and leaves a process that goes on, and kills whatever of its user's comes to kill it."""
CASE = "of the case"
LOOP = f"""
CASE = {CASE!r}
import sys
from contextlib import suppress
from pathlib import Path
from backproplab.grading import source
from backproplab.grading.gradescope import autograde as here
made, make = [], here.make_task
def make_once(*arguments, **more):
    made[:] = made or [make(*arguments, **more)]
    return made[0]
here.make_task = make_once
for root in sorted(Path(sys.argv[1]).iterdir()):
    print(CASE, root.name, flush=True)
    here.autograde(root)
"""


def a_wheel(path, more=b"", to=".py"):
    """What there is of a wheel for whoever looks for its source; `more` than here in files of one kind."""
    with zipfile.ZipFile(path, "w") as wheel:
        for each in source.PACKAGE.rglob("*.*"):
            if each.suffix in source.COUNTED:
                data = each.read_bytes() + (more if each.suffix == to else b"")
                wheel.writestr(each.relative_to(source.PACKAGE.parent).as_posix(), data)


@pytest.fixture(scope="module")
def packed(tmp_path_factory, graded_here):
    """The zip, made by the command, of the kit's set and a wheel with the package's code and data alone."""
    folder = tmp_path_factory.mktemp("course")
    solution = kit.solution(folder, of_line=kit.TRAINED)
    a_wheel(folder / WHEEL)
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
    (root / "results").chmod(0o777)  # nothing says that it is not
    for name, notebook in notebooks.items():
        kit.hand_in(notebook, root / "submission" / f"{name}.ipynb")
    about = {"id": 1, "users": [{"id": 2, "name": "Ana García", "email": "ana@example.org"}]}
    (root / "submission_metadata.json").write_text(json.dumps(about), encoding="utf-8")
    return root / "results" / "results.json"


def handed_in(solution, root):
    """What is handed in, by case: the notebooks of each."""
    right, wrong = kit.student(solution), kit.student(solution, WRONG)
    forges = kit.student(solution, CHEATING)
    forges["cells"].insert(1, _cell(FORGING.format(root=f"{root}/forges")))
    return {
        "forges": {"mine": forges},
        "right": {"mine": right},
        "two": {"scratch": OTHER, "mine": right},
        "wrong": {"mine": wrong},
    }


def _cell(source):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}


OTHER = {"cells": [_cell("print('another set')")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
EXPECTED = {"forges": 7, "right": 9, "two": 9, "wrong": 7}


def read(path):
    found = json.loads(path.read_text(encoding="utf-8"))
    *exercises, essay = found["tests"]
    assert found["score"] == sum(each["score"] for each in exercises)
    # Gradescope shows no score where a test is hidden, and as passed what has all its points: 0 of 0, say.
    assert {each["visibility"] for each in found["tests"]} == {"visible"}
    assert found["stdout_visibility"] == "hidden"
    assert essay["number"] == "essay"
    assert not essay.keys() & {"score", "max_score", "status"}
    assert sum(each["max_score"] for each in exercises) == 9
    assert "solution" not in found["output"].replace("compared with the solution", "")
    assert "Isolation" not in json.dumps([found["output"], found["tests"]])
    return found, {each["number"]: each for each in exercises}


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
    del cases["right" if isolation == "user" else "two"]
    paths = {case: laid_out(folder / case, zipped, **notebooks) for case, notebooks in cases.items()}
    said = container_kit.inside(
        ["-c", LOOP, "/autograder"], folder, place="/autograder", namespaces=isolation == "full"
    )
    for_instructor = dict(each.split("\n", 1) for each in said.split(f"{CASE} ")[1:])
    found = {case: read(path) for case, path in paths.items()}
    assert {case: each[0]["score"] for case, each in found.items()} == {
        case: EXPECTED[case] for case in cases
    }
    assert {oct(path.parent.stat().st_mode & 0o777) for path in paths.values()} == {"0o755"}
    assert {each[0]["extra_data"]["isolation"] for each in found.values()} == {isolation}
    assert for_instructor.keys() == found.keys()
    assert all(each.startswith(f"Isolation: {isolation}") for each in for_instructor.values())
    if isolation == "user":
        _look_closer(found, for_instructor["wrong"])


def _look_closer(found, for_instructor):
    _, exercises = found["wrong"]
    assert exercises["90.1"]["status"] == "failed"
    assert kit.SENTENCE in exercises["90.1"]["output"]
    assert exercises["90.2"]["status"] == "passed"
    assert "Creating new namespace failed" in for_instructor
    assert "It had the network" in for_instructor
    assert "2 notebooks were handed in" in found["two"][0]["output"]


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


def test_a_score_at_the_reduced_level_is_said_to_prove_nothing_against_cheats(
    packed, tmp_path, monkeypatch, capsys
):
    solution, zipped = packed
    made, make = [], here.make_task

    def make_once(*arguments, **more):
        made[:] = made or [make(*arguments, **more)]
        return made[0]

    monkeypatch.setattr(here, "make_task", make_once)
    monkeypatch.setattr(here, "fullest", lambda: ("reduced", ["no namespaces", "not root"]))

    def graded(case, **notebooks):
        path = laid_out(tmp_path / case, zipped, **notebooks)
        here.autograde(tmp_path / case)
        return read(path)

    found, _ = graded("right", mine=kit.student(solution))
    assert found["score"] == 9
    assert "was compared" in found["output"]
    for_instructor = capsys.readouterr().out
    assert "proves nothing against somebody who means to cheat" in for_instructor
    assert "No more than that: not root" in for_instructor
    found, _ = graded("other", mine=OTHER)
    assert (found["score"], found["extra_data"]["status"]) == (0, "nothing of this set")
    found, _ = graded("nothing")
    assert "Nothing was handed in" in found["output"]
    assert "was compared" not in found["output"]


@pytest.mark.parametrize("who", ["the reader", "the student", "a judge"])
def test_a_students_code_is_suspected_where_its_own_process_ends_and_not_where_another_does(
    packed, tmp_path, monkeypatch, capsys, who
):
    solution, zipped = packed

    def end(*_, **__):
        raise MachineError(f"The process of {who} was killed (SIGKILL) (3 times)")

    def go_on(self, *_, **__):
        return SimpleNamespace(prepared=SimpleNamespace(steps=()))

    monkeypatch.setattr(here, "fullest", lambda: ("reduced", []))
    monkeypatch.setattr(here, "make_task", lambda *_, **__: SimpleNamespace(setup=None))
    for each, name in (("the reader", "plan"), ("a judge", "collect")):
        monkeypatch.setattr(Asked, name, end if each == who else go_on, raising=False)
    monkeypatch.setattr(here, "Assessor", Asked)
    monkeypatch.setattr(here.Runner, "run", end if who == "the student" else go_on)
    path = laid_out(tmp_path / "ends", zipped, mine=kit.student(solution))
    here.autograde(tmp_path / "ends")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["score"] == 0
    assert ("more memory than there is" in found["output"]) == (who == "the student")
    assert ("by no fault of yours" in found["output"]) == (who != "the student")
    assert f"The process of {who}" in capsys.readouterr().out


class Asked:
    """An assessor; a test says what it does."""

    def __init__(self, task, *, stays_warm):
        assert not stays_warm

    def close(self):
        pass


def test_one_sandbox_is_open_at_a_time_as_a_container_has_little_memory(packed, tmp_path, monkeypatch):
    solution, zipped = packed
    now, most, left, judge = [], [], [], grader.Assessor._judge

    class Counted(Sandbox):
        def __enter__(self):
            now.append(self)
            most.append(len(now))
            return super().__enter__()

        def close(self):
            if self in now:
                now.remove(self)
            super().close()

    def judged(*arguments):
        said = judge(*arguments)
        left.extend(now)
        return said

    for module in (grader, runner):
        monkeypatch.setattr(module, "Sandbox", Counted)
    monkeypatch.setattr(grader.Assessor, "_judge", judged)
    monkeypatch.setattr(here, "fullest", lambda: ("reduced", []))
    laid_out(tmp_path / "right", zipped, mine=kit.student(solution))
    here.autograde(tmp_path / "right")
    assert most == [1, 1]  # the student's, a judge's
    assert not left
    assert not now


@pytest.mark.parametrize("call", ["chmod", "stat"])
def test_folders_that_cannot_be_closed_leave_a_result_that_says_so(
    packed, tmp_path, monkeypatch, capsys, call
):
    path, before = laid_out(tmp_path / "autograder", packed[1]), getattr(here.Path, call)

    def refuse(folder, *arguments, **more):
        if folder.name == {"chmod": "source", "stat": "results"}[call]:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        return before(folder, *arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(here.Path, call, refuse)
        here.autograde(tmp_path / "autograder")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert (found["score"], found["extra_data"]["status"]) == (0, "ungraded")
    assert "by no fault of yours" in found["output"]
    assert "Operation not permitted" in capsys.readouterr().out
    assert path.parent.stat().st_mode & 0o777 in (0o755, 0o777)


def test_a_folder_that_cannot_be_opened_again_leaves_the_result(packed, tmp_path, monkeypatch, capsys):
    path, before = laid_out(tmp_path / "autograder", packed[1]), here.Path.chmod

    def refuse(folder, mode):
        if mode != here.FOR_ROOT and folder.name == "results":
            raise PermissionError(errno.EPERM, "Operation not permitted")
        before(folder, mode)

    monkeypatch.setattr(here, "_graded", lambda root: {"score": 7})
    monkeypatch.setattr(here.Path, "chmod", refuse)
    here.autograde(tmp_path / "autograder")
    assert json.loads(path.read_text(encoding="utf-8")) == {"score": 7}
    assert "Operation not permitted" in capsys.readouterr().out


def test_a_run_ends_a_minute_before_the_timeout_that_its_zip_was_made_for(packed, tmp_path, capsys):
    solution, zipped = packed
    laid_out(tmp_path / "ten", zipped)
    assert here._longest(tmp_path / "ten") == 540
    command = ["gradescope", kit.SET, f"--solutions={solution.parent}", f"--out={tmp_path / 'zip'}"]
    command += [f"--wheel={zipped.parent / WHEEL}"]
    assert cli.main([*command, "--timeout=40"]) == 0
    laid_out(tmp_path / "forty", tmp_path / "zip")
    assert here._longest(tmp_path / "forty") == 2340
    for wrong in ("1", "41", "600", "ten", "2.5", "-5", ""):
        with pytest.raises(SystemExit):
            cli.main([*command, f"--timeout={wrong}"])
        assert "must be whole minutes from 2 to 40" in capsys.readouterr().err


def test_where_the_last_result_does_not_fit_on_the_disk_the_first_one_stays(packed, tmp_path, monkeypatch):
    path, write, written = laid_out(tmp_path / "autograder", packed[1]), here.write_text, []

    def write_once(target, text):
        written.append(text)
        if len(written) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(target, text)

    monkeypatch.setattr(here, "write_text", write_once)
    with pytest.raises(OSError, match="No space"):
        here.autograde(tmp_path / "autograder")
    assert path.read_text(encoding="utf-8") == written[0]


@pytest.mark.parametrize("how", ["its own deadline", "the platform's"])
def test_a_run_that_is_ended_has_results_before_and_after(packed, tmp_path, monkeypatch, capsys, how):
    path, before = laid_out(tmp_path / "autograder", packed[1]), []

    def grade(root):
        before.append(json.loads(path.read_text(encoding="utf-8")))
        before.append({each.stat().st_mode & 0o777 for each in (root, root / "source", path.parent)})
        with suppress(Exception):  # as the grader does, where it can go on after a failure
            if how == "the platform's":
                os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)

    monkeypatch.setattr(here, "_longest", lambda root: 1 if how == "its own deadline" else 60)
    monkeypatch.setattr(here, "_graded", grade)
    handlers = [signal.getsignal(each) for each in (signal.SIGALRM, signal.SIGTERM)]
    here.autograde(tmp_path / "autograder")
    after = json.loads(path.read_text(encoding="utf-8"))
    assert before == [after, {0o700}]
    assert (after["score"], after["extra_data"]["status"]) == (0, "ungraded")
    assert "took too long" in after["output"]
    assert ("make the zip anew with --timeout" in capsys.readouterr().out) == (how == "its own deadline")
    assert [signal.getsignal(each) for each in (signal.SIGALRM, signal.SIGTERM)] == handlers


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
        "timeout_minutes": 0o644,
    }
    assert zipped.stat().st_mode & 0o777 == 0o600
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(tmp_path / "source" / script)], check=True)
    again = tmp_path / "again.zip"
    command = ["gradescope", kit.SET, f"--solutions={solution.parent}", f"--out={again}"]
    assert cli.main([*command, f"--wheel={zipped.parent / WHEEL}"]) == 0
    assert again.read_bytes() == zipped.read_bytes()


def test_a_wheel_of_another_version_or_source_is_refused(packed, tmp_path, capsys):
    solution, zipped = packed
    older, empty = tmp_path / "backproplab-0.0.0-py3-none-any.whl", tmp_path / "a"
    changed, of_other_data = tmp_path / "b", tmp_path / "c"
    shutil.copy(zipped.parent / WHEEL, older)
    for folder in (empty, changed, of_other_data):
        folder.mkdir()
    (empty / WHEEL).write_bytes(b"PK")
    a_wheel(changed / WHEEL, more=b"# mended since\n")
    a_wheel(of_other_data / WHEEL, more=b"\0", to=".npz")
    for wheel in (tmp_path / WHEEL, older, *(each / WHEEL for each in (empty, changed, of_other_data))):
        command = ["gradescope", kit.SET, f"--solutions={solution.parent}", f"--out={tmp_path / 'zip'}"]
        assert cli.main([*command, f"--wheel={wheel}"]) == 1
        assert "make it in the course's folder with `python -m pip wheel" in capsys.readouterr().err


def test_the_zip_is_the_same_where_windows_makes_it_in_a_clone_with_its_line_ends(
    packed, tmp_path, monkeypatch
):
    solution, zipped = packed
    for script in ("setup.sh", "run_autograder"):
        (tmp_path / script).write_bytes((pack.SCRIPTS / script).read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr(pack, "SCRIPTS", tmp_path)
    monkeypatch.setattr(zipfile, "sys", SimpleNamespace(**{**vars(sys), "platform": "win32"}))
    pack.pack(solution, zipped.parent / WHEEL, tmp_path / "there.zip", minutes=10)
    assert (tmp_path / "there.zip").read_bytes() == zipped.read_bytes()


def test_where_setup_did_not_come_to_its_end_a_student_reads_that_they_are_not_to_blame(packed, tmp_path):
    path = laid_out(tmp_path / "autograder", packed[1])
    script = (tmp_path / "autograder" / "source" / "run_autograder").read_text(encoding="utf-8")
    moved = script.replace("/autograder", str(tmp_path / "autograder"))
    moved = moved.replace("/opt/backproplab", str(tmp_path / "nowhere"))
    done = subprocess.run(["bash", "-c", moved], capture_output=True, text=True, check=True)
    assert "setup.sh did not come to its end" in done.stdout
    found = json.loads(path.read_text(encoding="utf-8"))
    assert (found["score"], found["stdout_visibility"]) == (0, "hidden")
    assert found["output"].startswith("This could not be graded, by no fault of yours.")

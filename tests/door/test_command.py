"""`backproplab lab`, as it is typed in the course's folder and in a copy: what it starts JupyterLab with."""

import os
import shutil
from pathlib import Path

import course_kit as kit
import pytest

from backproplab.course.handout import write_zip
from backproplab.course.record import RECORD
from backproplab.door import command as door

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course, in whose folder one stands."""
    monkeypatch.chdir(kit.made(tmp_path / "course"))
    return tmp_path / "course"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A course that the package carries, and an empty folder in which one stands."""
    return kit.carry(tmp_path, monkeypatch)


@pytest.fixture
def launched(monkeypatch):
    """What JupyterLab was started with, instead of a JupyterLab."""
    labapp = pytest.importorskip("jupyterlab.labapp")
    seen = []
    monkeypatch.setenv("PYTHONPATH", "")  # which `lab` sets for kernels
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "")  # so that it is put back, whatever `lab` sets
        monkeypatch.delenv(name)
    monkeypatch.setattr(labapp.LabApp, "launch_instance", seen.append)
    return seen


def test_lab_opens_the_copy_at_its_map_with_the_courses_settings(course, launched, monkeypatch, capsys):
    monkeypatch.setattr(door, "of_this_machine", lambda *_: ["--allow-root"])
    kit.said(capsys, "lab", "--port", "8890", "--", "--no-browser", "--ip=0.0.0.0")
    assert launched == [
        [
            f"--ServerApp.root_dir={course / 'mycourse'}",
            "--ServerApp.jpserver_extensions={'backproplab.door.server': True}",
            f"--LabApp.app_settings_dir={ROOT / 'backproplab/widgets/lab'}",
            "--LabApp.default_url=/course",
            "--ServerApp.port=8890",
            "--allow-root",
            "--no-browser",
            "--ip=0.0.0.0",
        ]
    ]
    assert os.environ["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT), "kernels find this very package"
    assert (course / "mycourse" / kit.LESSON).exists()


@pytest.mark.parametrize(
    ("told", "then"),
    [({}, "1"), ({"OPENBLAS_NUM_THREADS": "4"}, "4"), ({"OMP_NUM_THREADS": "4"}, None)],
    ids=["nothing", "openblas", "openmp"],
)
def test_lessons_multiply_on_one_thread_unless_somebody_has_said_otherwise(
    told, then, course, launched, monkeypatch, capsys
):
    for name, threads in told.items():
        monkeypatch.setenv(name, threads)
    kit.said(capsys, "lab")
    assert os.environ.get("OPENBLAS_NUM_THREADS") == then


@pytest.mark.parametrize("port", ["8890", "0"])
def test_lab_listens_where_it_is_told(port, course, launched, capsys):
    kit.said(capsys, "lab", "--port", port)
    assert f"--ServerApp.port={port}" in launched[0]


def test_lab_in_a_copy_opens_that_one(course, launched, monkeypatch, tmp_path, capsys):
    shutil.copytree(course, tmp_path / "away")  # a copy whose course is nowhere near
    kit.said(capsys, "course", str(tmp_path / "alone"))
    monkeypatch.chdir(tmp_path / "alone")
    kit.said(capsys, "lab")
    assert launched[0][0] == f"--ServerApp.root_dir={tmp_path / 'alone'}"
    assert not (tmp_path / "alone" / "mycourse").exists()


def test_lab_in_a_copy_without_its_record_opens_that_one(package, launched, monkeypatch, tmp_path, capsys):
    kit.said(capsys, "course", str(tmp_path / "copy"))
    (tmp_path / "copy" / RECORD).unlink()
    kit.opened(tmp_path / "copy", kit.SET, kit.rewrites("answer", "def slope(x): return x"))
    mine = (tmp_path / "copy" / kit.SET).read_bytes()
    monkeypatch.chdir(tmp_path / "copy")
    kit.said(capsys, "lab")
    assert launched[0][0] == f"--ServerApp.root_dir={tmp_path / 'copy'}"
    assert not (tmp_path / "copy" / "mycourse").exists()
    assert (tmp_path / "copy" / kit.SET).read_bytes() == mine
    assert (tmp_path / "copy" / RECORD).is_file()


@pytest.mark.parametrize("stands", [".", "mycourse"])
def test_what_came_with_the_package_follows_it_from_above_and_from_inside(
    stands, package, launched, capsys, monkeypatch
):
    kit.said(capsys, "course")
    kit.save(package, kit.NEXT, [kit.prose("# Mended", "title")])
    monkeypatch.chdir(stands)
    assert f"{kit.NEXT}: as the course has it now" in kit.said(capsys, "lab").out
    assert launched


def test_a_handout_does_not_follow_the_package_which_may_be_older(package, launched, tmp_path, capsys):
    course = kit.made(tmp_path / "course")
    kit.save(course, kit.NEXT, [kit.prose("# Newer than the package", "title")])
    write_zip(course, tmp_path / "handout.zip")
    kit.said(capsys, "course", "--from", "../handout.zip")
    before = kit.files(Path("mycourse"))
    assert "did not come with this backproplab" in kit.said(capsys, "course", status=1).err
    kit.said(capsys, "lab")
    assert kit.files(Path("mycourse")) == before
    assert launched


def test_on_windows_the_browser_gets_the_address_and_no_file_that_leads_to_it():
    assert door.of_this_machine({}, "win32", user=1) == ["--ServerApp.use_redirect_file=False"]

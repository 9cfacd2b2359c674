"""The zip is the copy: what `release --zip` packs, unpacked, is what `course` makes, and can update one."""

import shutil
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import course_kit as kit
import pytest

from backproplab import cli
from backproplab.course.contents import START, CourseError
from backproplab.course.handout import read_zip, write_zip
from backproplab.course.record import RECORD
from backproplab.course.start_page import whole_copy

ROOT = Path(__file__).parents[2]


def unpacked(file, folder):
    with zipfile.ZipFile(file) as packed:
        packed.extractall(folder)
    return folder / "mycourse"


def test_it_holds_the_copy_and_is_the_same_twice(tmp_path):
    course = kit.made(tmp_path / "course")
    once, twice = tmp_path / "new" / "once.zip", tmp_path / "twice.zip"
    write_zip(course, once)
    write_zip(course, twice)
    assert once.read_bytes() == twice.read_bytes()
    found = kit.files(unpacked(once, tmp_path))
    assert found.pop(RECORD)
    assert found == whole_copy(course) == read_zip(once)
    assert START in found


def test_it_is_the_same_where_windows_makes_it(tmp_path, monkeypatch):
    course = kit.made(tmp_path / "course")
    write_zip(course, tmp_path / "here.zip")
    monkeypatch.setattr(zipfile, "sys", SimpleNamespace(**{**vars(sys), "platform": "win32"}))
    write_zip(course, tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_bytes() == (tmp_path / "here.zip").read_bytes()


def test_release_packs_exactly_what_course_makes(tmp_path, monkeypatch, capsys):
    name = "00-start-here"  # proving one set takes seconds; the others are packed by the same function
    for folder in ("notebooks", "exercises"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".*"))
    (tmp_path / "solutions").mkdir()
    shutil.copy(ROOT / "solutions" / f"{name}.ipynb", tmp_path / "solutions")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["release", "--zip", "handout.zip"]) == 0
    assert "Packed in handout.zip: the learner's copy of the course" in capsys.readouterr().out
    assert cli.main(["course"]) == 0
    packed = kit.files(unpacked("handout.zip", tmp_path / "elsewhere"))
    assert packed == kit.files(tmp_path / "mycourse")
    assert {Path(path).parts[0] for path in packed} == {RECORD, "INSTALL.txt", "notebooks", "exercises"}


@pytest.mark.parametrize("text", [b"no zip", b""])
def test_what_is_no_zip_is_refused(text, tmp_path):
    (tmp_path / "a.zip").write_bytes(text)
    with pytest.raises(CourseError, match="cannot be read"):
        read_zip(tmp_path / "a.zip")


def test_a_zip_of_something_else_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("thesis.txt", "")
    with pytest.raises(CourseError, match="holds no copy of the course"):
        read_zip(tmp_path / "a.zip")


def test_nothing_is_read_from_a_zip_that_would_lead_out_of_a_copy(tmp_path):
    write_zip(kit.made(tmp_path / "course"), tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as packed:
        for name in (
            "../evil",
            "mycourse/../evil",
            "mycourse/notebooks/../../evil",
            "/evil",
            "mycourse/evil.py",
        ):
            packed.writestr(name, "")
    assert list(read_zip(tmp_path / "a.zip")) == sorted([*kit.EVERYTHING, START])

"""`backproplab course`, as it is typed in the course's folder and in a copy."""

import re
import shutil
import subprocess
from pathlib import Path

import course_kit as kit
import pytest

from backproplab.course import source
from backproplab.course.contents import learners_copy
from backproplab.course.handout import write_zip
from backproplab.course.record import RECORD
from backproplab.course.report import REPORT

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course, in whose folder one stands."""
    monkeypatch.chdir(kit.made(tmp_path / "course"))
    return tmp_path / "course"


def test_it_makes_the_copy_and_says_so_and_then_has_nothing_to_do(course, capsys):
    assert kit.said(capsys, "course").out == "mycourse: made, with 2 lessons and 1 exercise sets\n"
    before = {path: path.stat().st_mtime_ns for path in (course / "mycourse").rglob("*")}
    assert kit.said(capsys, "course").out == "mycourse: nothing to bring up to date\n"
    assert {path: path.stat().st_mtime_ns for path in (course / "mycourse").rglob("*")} == before


def test_a_copy_may_have_another_place(course, capsys):
    kit.said(capsys, "course", "../learners/ada")
    assert (course.parent / "learners" / "ada" / kit.LESSON).exists()
    assert not (course / "mycourse").exists()


def test_what_could_not_follow_is_reported_until_it_does(course, capsys):
    kit.said(capsys, "course")
    kit.opened(course / "mycourse", kit.LESSON, kit.runs("six-times-seven"))
    kit.save(course, kit.LESSON, kit.lesson(2))
    told = kit.said(capsys, "course").out
    assert kit.LESSON in told
    report = (course / "mycourse" / REPORT).read_text(encoding="utf-8")
    assert report in told
    command = re.search(r"backproplab (course --fresh \S+)", report)[1]
    assert "is now notebooks-earlier/03-made-up.ipynb" in kit.said(capsys, *command.split()).out
    assert not (course / "mycourse" / REPORT).exists()
    assert kit.said(capsys, "course").out == "mycourse: nothing to bring up to date\n"


@pytest.mark.parametrize("typed", [kit.LESSON, f"mycourse/{kit.LESSON}", f"./{kit.LESSON}", "absolute"])
def test_a_file_may_be_named_as_it_is_seen_from_here(typed, course, capsys):
    kit.said(capsys, "course")
    kit.opened(course / "mycourse", kit.LESSON, kit.runs("six-times-seven"))
    typed = str(course / "mycourse" / kit.LESSON) if typed == "absolute" else typed
    assert "is now notebooks-earlier" in kit.said(capsys, "course", "--fresh", typed).out


def test_a_name_that_is_not_in_the_course_is_refused(course, capsys):
    assert "is not in the course" in kit.said(capsys, "course", "--fresh", "README.md", status=1).err


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A course that the package carries, and an empty folder in which one stands."""
    return kit.carry(tmp_path, monkeypatch)


def test_in_an_empty_folder_the_copy_is_of_the_course_that_the_package_carries(package, capsys):
    assert kit.said(capsys, "course").out == "mycourse: made, with 2 lessons and 1 exercise sets\n"
    assert set(learners_copy(package)) < kit.files(Path("mycourse")).keys()


def test_without_any_course_it_says_where_to_go(package, monkeypatch, capsys):
    monkeypatch.setattr(source, "CARRIED", package / "none")
    monkeypatch.setattr(source, "AROUND", package / "none")
    assert "carries no course" in kit.said(capsys, "course", status=1).err
    assert "carries no course" in kit.said(capsys, "lab", status=1).err
    assert not list(Path().iterdir())


def test_a_file_that_cannot_be_written_fails_and_the_rest_is_made(course, capsys):
    kit.write(course / "mycourse", f"{kit.LESSON}/mine.txt", "")
    kit.write(course / "mycourse", kit.NOTE, "")
    assert "could not be read or written" in kit.said(capsys, "course", status=1).out
    assert (course / "mycourse" / kit.SET).exists()


def test_a_handout_makes_a_copy_and_brings_one_up_to_date(course, tmp_path, monkeypatch, capsys):
    write_zip(course, tmp_path / "first.zip")
    kit.save(course, kit.LESSON, kit.lesson(2))
    kit.save(course, kit.NEXT, [kit.prose("# Mended", "title")])
    write_zip(course, tmp_path / "second.zip")
    monkeypatch.chdir(tmp_path)
    kit.said(capsys, "course", "--from", "first.zip")
    copy = tmp_path / "mycourse"
    kit.opened(copy, kit.LESSON, kit.runs("six-times-seven"))
    mine = (copy / kit.LESSON).read_bytes()
    monkeypatch.chdir(copy)
    assert "did not come with this backproplab" in kit.said(capsys, "course", status=1).err
    told = kit.said(capsys, "course", "--from", "../second.zip").out
    assert f"{kit.NEXT}: as the course has it now" in told
    assert (copy / kit.LESSON).read_bytes() == mine
    assert (copy / REPORT).exists()
    kit.said(capsys, "course", "--from", "../second.zip", "--fresh", kit.LESSON)
    assert (copy / "notebooks-earlier/03-made-up.ipynb").read_bytes() == mine
    assert not (copy / REPORT).exists()


@pytest.fixture
def unrecorded(package, tmp_path, monkeypatch, capsys):
    """A learner's copy as a program leaves it that copies no hidden file; one stands in it."""
    kit.said(capsys, "course", str(tmp_path / "copy"))
    (tmp_path / "copy" / RECORD).unlink()
    kit.opened(tmp_path / "copy", kit.SET, kit.rewrites("answer", "def slope(x): return x"))
    kit.opened(tmp_path / "copy", kit.LESSON, kit.runs("six-times-seven"))
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize("named", [(), (".",)])
def test_a_copy_without_its_record_gets_one_again_and_keeps_what_was_done(
    named, package, unrecorded, tmp_path, capsys
):
    mine = kit.files(unrecorded)
    for name in (kit.SET, kit.LESSON):
        assert name in kit.said(capsys, "course", *named).out
    assert not (unrecorded / "mycourse").exists()
    kit.save(package, kit.SET, kit.exercise(2, 2))
    kit.write(package, kit.VALUES, kit.values(2))
    for name in (kit.LESSON, kit.NEXT):
        kit.save(package, name, kit.lesson(2))
    write_zip(package, tmp_path / "newer.zip")
    told = kit.said(capsys, "course", "--from", "../newer.zip", ".").out
    assert f"{kit.NEXT}: as the course has it now" in told, "what nobody worked in is known again"
    assert all((unrecorded / name).read_bytes() == mine[name] for name in (kit.SET, kit.LESSON, kit.VALUES))


@pytest.mark.parametrize("handout", [(), ("--from", "../handout.zip")])
def test_the_course_itself_is_no_place_for_a_copy(handout, course, tmp_path, capsys):
    write_zip(course, tmp_path / "handout.zip")
    before = kit.files(course)
    assert "holds the course itself" in kit.said(capsys, "course", *handout, ".", status=1).err
    assert kit.files(course) == before


def test_git_sees_nothing_of_a_copy_and_clean_leaves_it():
    done = subprocess.run(
        ["git", "check-ignore", "mycourse/notebooks/a.ipynb"], cwd=ROOT, capture_output=True
    )
    if done.returncode == 128:
        pytest.skip("needs a git checkout")
    assert done.returncode == 0
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^clean:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    assert "mycourse" not in recipe
    assert "git" not in recipe


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_make_names_no_path_of_this_folder_so_it_may_be_moved_and_takes_a_port():
    done = subprocess.run(
        ["make", "-n", "lab", "edit", "PORT=8890"], cwd=ROOT, capture_output=True, text=True
    )
    assert "/python -m backproplab lab --port 8890" in done.stdout
    assert "-m jupyterlab" in done.stdout
    assert str(ROOT) not in done.stdout
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert not re.search(r"\$\(BIN\)/(backproplab|jupyter|mypy)\b", makefile), "scripts name the old place"

"""Whatever the zip files of one student list: all others have their grades, and that student a reason."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import grading_kit as kit
import intake_kit
import pytest

from backproplab import cli
from backproplab.grading import run, submissions
from backproplab.grading.alike.answers import AnswerReader
from backproplab.grading.intake import apart
from backproplab.grading.intake.entry import Entry
from backproplab.grading.limited import Limited, ReadingLimits, RefusedError
from backproplab.grading.reader import Reader
from backproplab.grading.sets import of_set
from backproplab.grading.submissions import Submission, digest, take_in
from backproplab.sandbox import MachineError
from backproplab.sandbox.protocol import Assignment

pytest.importorskip("resource", reason="Windows has no such limits")
ENOUGH = 24_000_000  # bytes: for one of Eve's zip files, and not for the names in all of them
LISTED = 3000  # in each
ZIPS = 8


@pytest.fixture
def strict(monkeypatch):
    """The process that looks into zip files, with little memory."""
    opened = Limited(apart.caller, limits=ReadingLimits(10, ENOUGH, what="it"))
    monkeypatch.setattr(apart, "process", opened)
    yield opened
    opened.close()


def of_many(kind):
    """A zip file that lists thousands of empty files of a kind, some folders down."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for number in range(LISTED):
            file.writestr("ab/cd/ef/gh/" * 3 + f"{number}.{kind}", b"")
    return made.getvalue()


def class_of_two(top, kind):
    """Ada hands in a notebook, and Eve zip files."""
    data = of_many(kind)
    intake_kit.folder(top, *(f"eve/{number}.zip" for number in range(ZIPS)), content=data)
    return intake_kit.folder(top, "ada/hw.ipynb")


@pytest.mark.soak
def test_a_class_has_its_grades_whatever_one_student_lists(tmp_path, strict):
    solution = kit.solution(tmp_path)
    top = class_of_two(tmp_path / "in", "py")
    kit.hand_in(kit.student(solution), top / "ada" / "hw.ipynb")
    command = ["grade", str(top), f"--out={tmp_path}/grades", f"--solutions={solution}"]
    assert cli.main([*command, "-j", "1", "--isolation", kit.isolation()]) == 0
    results = tmp_path / "grades" / kit.SET / "results"
    ada, eve = (json.loads((results / f"{name}.json").read_text("utf-8")) for name in ("ada", "eve"))
    assert (ada["status"], eve["status"]) == ("graded", "not a notebook")
    assert eve["problems"][0].startswith("There is no notebook (.ipynb) among what was handed in: '0.py'")


@pytest.mark.parametrize("kind", [pytest.param("py", marks=pytest.mark.soak), "ipynb"])
def test_many_names_are_hashed_all_the_same_and_tell_another_submission(tmp_path, strict, kind):
    intake = take_in(class_of_two(tmp_path / "in", kind))
    (eve,) = (each for each in of_set(intake.submissions, "90-slopes") if each.student == "eve")
    assert len(eve.entries) == LISTED * ZIPS
    assert digest(eve) == digest(eve) != digest(replace(eve, entries=eve.entries[1:]))


def test_past_so_many_paths_of_one_student_the_rest_is_left_aside_and_notebooks_are_not(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(apart, "process", intake_kit.Here())
    monkeypatch.setattr(submissions, "MOST_PATHS", 4)
    top = intake_kit.folder(tmp_path / "in", "ada/hw.ipynb", "ada/notes.txt", "bob/hw.ipynb")
    for name, listed in (("ada/1", "abc"), ("ada/2", "def"), ("ada/3", "gh"), ("bob/1", "abcd")):
        inner = intake_kit.archive(
            tmp_path / "z.zip", *(f"{each}.py" for each in listed), f"{name[-1]}.ipynb"
        )
        intake_kit.folder(top, f"{name}.zip", content=inner.read_bytes())
    intake = take_in(top)
    ada, bob = of_set(intake.submissions, "90-slopes")
    inside = {entry.name for entry in ada.entries if entry.outer}
    assert inside == {"ada/1.zip//a.py", *(f"ada/{number}.zip//{number}.ipynb" for number in (1, 2, 3))}
    assert {"ada/hw.ipynb", "ada/notes.txt"} < {entry.name for entry in ada.entries}
    assert len(bob.entries) == 5
    past = [each for each in intake.aside if each.reason == "past the 4 paths in one student's zip files"]
    assert {(each.student, each.entry.name[:4]) for each in past} == {("ada", "ada/"), ("bob", "bob/")}
    assert intake.paths == len(intake.aside) + len(ada.entries) + len(bob.entries)


class Sent:
    """In place of a process: keeps what it was sent."""

    def ask(self, submission):
        self.submission = submission
        raise RefusedError("enough")


@pytest.mark.parametrize("ask", [lambda it: it[0].prepare(it[1]), lambda it: it[0].read(it[1])])
@pytest.mark.parametrize("notebooks", [0, 2])
def test_of_a_submission_only_what_is_to_be_read_is_sent_to_be_read(ask, notebooks):
    names = [f"{number}.py" for number in range(50)] + [f"{number}.ipynb" for number in range(notebooks)]
    entries = tuple(Entry(Path("in"), name, name) for name in names)
    assignment = Assignment("90-slopes", (), ())
    reader = (
        Reader(assignment, (), "") if "prepare" in ask.__code__.co_names else AnswerReader(assignment, {})
    )
    reader._limited = sent = Sent()
    with pytest.raises(RefusedError):
        ask((reader, Submission("eve", "90-slopes", entries)))
    assert [entry.name for entry in sent.submission.entries] == (names[50:] or names[:5])


@pytest.mark.parametrize("look", [take_in, lambda top: run._guarded(digest, _eve(), "cannot be read")])
def test_who_the_machine_fails_at_each_time_is_named(tmp_path, monkeypatch, look):
    class Killed:
        def ask(self, *request):
            raise MachineError("The process that reads submissions was killed (SIGKILL)")

    monkeypatch.setattr(apart, "process", Killed())
    inner = intake_kit.archive(tmp_path / "inner.zip", "hw.ipynb")
    top = intake_kit.folder(tmp_path / "in", "eve/hw.zip", content=inner.read_bytes())
    with pytest.raises(MachineError, match=r"killed \(SIGKILL\), at 'eve/hw\.zip'( of eve)?$"):
        look(top)


def test_to_compare_answers_names_who_the_machine_fails_at_too(tmp_path, monkeypatch, capsys):
    def fail(reader, submission):
        raise MachineError("The process that reads submissions was killed (SIGKILL)")

    monkeypatch.setattr(AnswerReader, "read", fail)
    solution = kit.solution(tmp_path)
    kit.hand_in(kit.student(solution), tmp_path / "in" / "eve.ipynb")
    command = ["alike", str(tmp_path / "in"), "90", f"--out={tmp_path}/out", f"--solutions={solution.parent}"]
    assert cli.main(command) == 2
    assert "killed (SIGKILL), at what eve handed in" in capsys.readouterr().err


def _eve():
    outer = Entry(Path("in"), "eve/hw.zip", "hw.zip")
    return Submission("eve", "90", (Entry(Path("in"), "eve/hw.zip//hw.ipynb", "hw.ipynb", outer=outer),))

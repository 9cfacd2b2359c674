"""Hard links in a folder that was handed in: to a solution, to another's work, and the innocent ones."""

import os
from pathlib import Path

import intake_kit as kit
import pytest

from backproplab.grading.intake import folder
from backproplab.grading.intake.links import A_SOLUTION, ANOTHERS
from backproplab.grading.submissions import SubmissionError, content, take_in


def link(path, to):
    path.parent.mkdir(parents=True, exist_ok=True)
    os.link(to, path)


def refused(top, **options):
    """By path, why it is refused; of everything that is some student's."""
    submissions = take_in(top, **options).submissions
    return {entry.name: entry.refused for each in submissions for entry in each.entries if entry.refused}


def give_to_others(monkeypatch, *names):
    """Folders of these names belong to another user than their files."""
    listed = folder._list

    def list_as_anothers(top, parts):
        found, owner = listed(top, parts)
        return found, owner + any(name in parts for name in names)

    monkeypatch.setattr(folder, "_list", list_as_anothers)


@pytest.fixture
def top(tmp_path):
    return kit.folder(tmp_path / "in", "ada/hw.ipynb", "bob/hw.ipynb")


def test_a_hard_link_to_a_solution_is_refused_and_its_student_stays(tmp_path, top):
    solution = kit.folder(tmp_path, "solutions/03-spreadsheet.ipynb") / "solutions" / "03-spreadsheet.ipynb"
    link(top / "eve" / "hw.ipynb", solution)
    assert refused(top) == {}
    assert refused(top, solutions=[solution, tmp_path / "none.ipynb"]) == {"eve/hw.ipynb": A_SOLUTION}
    eve = {each.student: each for each in take_in(top, solutions=[solution]).submissions}["eve"]
    with pytest.raises(SubmissionError, match="ask the student for their own"):
        content(eve.notebooks[0])


@pytest.mark.parametrize("owners", ["one for all", "each their own"])
def test_a_hard_link_to_anothers_work_is_nobodys_unless_the_owner_is_known(top, monkeypatch, owners):
    link(top / "eve" / "sub" / "hw.ipynb", top / "ada" / "hw.ipynb")
    if owners == "one for all":
        assert refused(top) == {"ada/hw.ipynb": ANOTHERS, "eve/sub/hw.ipynb": ANOTHERS}
        return
    give_to_others(monkeypatch, "eve")
    assert refused(top) == {"eve/sub/hw.ipynb": ANOTHERS}


def test_a_hard_link_to_anothers_zip_file_is_refused_with_what_is_in_it(tmp_path):
    inner = kit.archive(tmp_path / "inner.zip", "hw.ipynb").read_bytes()
    top = kit.folder(tmp_path / "in", "ada/hw.zip", content=inner)
    kit.folder(top, "bob/hw.zip", content=inner)
    link(top / "eve" / "mine.zip", top / "ada" / "hw.zip")
    assert refused(top) == {"ada/hw.zip//hw.ipynb": ANOTHERS, "eve/mine.zip//hw.ipynb": ANOTHERS}


def test_a_class_folder_whose_files_have_names_elsewhere_is_read(tmp_path, top, monkeypatch):
    """As of a backup that keeps what has not changed once."""
    give_to_others(monkeypatch, "ada")
    for path in sorted(top.rglob("*.ipynb")):
        link(tmp_path / "yesterday" / path.relative_to(top), path)
    solution = kit.folder(tmp_path, "solutions/x.ipynb") / "solutions" / "x.ipynb"
    link(tmp_path / "yesterday" / "solution.ipynb", solution)
    assert refused(top, solutions=[solution]) == {}


def test_two_names_in_one_students_folder_are_their_own_affair(top):
    link(top / "ada" / "copy.ipynb", top / "ada" / "hw.ipynb")
    assert refused(top) == {}


@pytest.mark.parametrize("name", [".ipynb_checkpoints/x.ipynb", "data.csv"])
def test_what_is_not_graded_may_be_one_file(top, name):
    """A program that saves room makes links of all that is the same."""
    kit.folder(top, f"ada/{name}", content=b"1,2")
    link(top / "bob" / name, top / "ada" / name)
    assert refused(top) == {}


def test_a_copy_in_its_place_ends_it(top):
    link(top / "eve" / "hw.ipynb", top / "ada" / "hw.ipynb")
    data = Path(top / "ada" / "hw.ipynb").read_bytes()
    (top / "ada" / "hw.ipynb").unlink()
    (top / "ada" / "hw.ipynb").write_bytes(data)
    assert refused(top) == {}

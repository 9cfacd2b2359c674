"""Free text through `backproplab grade`: it is collected, and its marks outlive grading again."""

import secrets

import book_kit
import grading_kit as kit
import pytest

from backproplab import cli
from backproplab.grading.hand.desk import Desk
from backproplab.grading.hand.journal import read_journal
from backproplab.grading.hand.questions import read_questions

pytestmark = pytest.mark.usefixtures("graded_here")

TEXT = "Because of <b>the chain rule</b>."


def written(solution, text):
    notebook = kit.student(solution)
    kit.named(notebook, "essay")["source"] = text
    return notebook


def give(desk, student, question, points, comment):
    key = desk.key(student, question)
    view = desk.view(question, key)
    desk.give(
        question,
        key,
        author="Ana",
        points=points,
        comment=comment,
        replaces=view["version"],
        answer=view["answer"],
        out_of=view["out_of"],
        id=secrets.token_hex(16),
    )


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course, the command that grades it again, and its solution; ada wrote, bob did not."""
    folder = tmp_path_factory.mktemp("course")
    solution = kit.solution(folder)
    kit.hand_in(written(solution, TEXT), folder / "in" / "ada.ipynb")
    kit.hand_in(kit.student(solution), folder / "in" / "bob.ipynb")
    command = ["grade", str(folder / "in"), "--out", str(folder / "grades"), "--isolation", kit.isolation()]
    command += ["--solutions", str(solution), "-j", "1"]
    assert cli.main(command) == 0
    return folder, command, solution


def rows(folder):
    return {row["student_id"]: row for row in book_kit.table(folder / "grades" / "gradebook.csv")}


def test_what_students_wrote_is_collected_and_marks_outlive_another_grading(graded, capsys):
    folder, command, solution = graded
    place = folder / "grades" / kit.SET
    assert "still to be marked by hand" in rows(folder)["ada"]["status"]
    assert (rows(folder)["bob"]["score"], rows(folder)["bob"]["status"]) == ("9.0", "graded")
    assert [each.model for each in read_questions(place) if each.by_hand] == ["Because."]
    desk = Desk(place)
    assert desk.view("essay", desk.key("ada", "essay"))["cells"][0]["text"] == TEXT
    code = desk.view("90.1", desk.key("ada", "90.1"))["cells"]
    assert [each["text"] for each in code] == [kit.RIGHT["90.1"]]
    give(desk, "ada", "essay", 0.5, "Which chain?")
    give(desk, "bob", "90.1", 1, "Copied.")

    solution.write_text(
        solution.read_text(encoding="utf-8").replace(kit.SENTENCE, "Two x."), encoding="utf-8"
    )
    assert cli.main([*command, "--regrade"]) == 0
    assert [rows(folder)[name]["score"] for name in ("ada", "bob")] == ["9.5", "8.0"]
    assert "Which chain?" in (place / "feedback" / "ada.html").read_text(encoding="utf-8")
    assert "Ana (1)" in (place / "class.html").read_text(encoding="utf-8")

    kit.hand_in(written(solution, "Something else."), folder / "in" / "ada.ipynb")
    capsys.readouterr()
    assert cli.main(command) == 0
    assert "1 answers wait for a person" in capsys.readouterr().out
    assert rows(folder)["ada"]["score"] == ""
    assert "since the answer has changed" in (place / "feedback" / "ada.html").read_text(encoding="utf-8")
    journal = read_journal(place)
    assert [(each.student, each.points) for each in journal.entries] == [("ada", 0.5), ("bob", 1)]

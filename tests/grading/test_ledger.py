"""The account of what came in: every path has one fate, and sums that do not agree are said."""

import csv
import io
import json
from dataclasses import replace

import grading_kit
import intake_kit as kit
import pytest

from backproplab import cli
from backproplab.grading.intake.litter import GRADES
from backproplab.grading.ledger import Fate, as_csv, disagreements, ledger, sums
from backproplab.grading.sets import likely_notebook, of_set
from backproplab.grading.submissions import take_in

pytestmark = pytest.mark.usefixtures("graded_here")

SET = "03-spreadsheet"


def read(notebook, status="graded", problem=""):
    """The record of a submission of which this notebook was graded."""
    return {"score": 2.0, "problems": [problem], "status": status, "notebook": notebook}


def as_likely(graded):
    return {each.student: read(likely_notebook(each, SET).name) for each in graded}


def account(path, results=None, **options):
    """By path, fate and reason; and what does not agree."""
    intake = take_in(path, **options)
    graded = of_set(intake.submissions, SET)
    results = as_likely(graded) if results is None else results
    rows = ledger(intake, graded, SET, results)
    return (
        {row.entry.name: (str(row.fate), row.reason) for row in rows},
        disagreements(rows, intake, graded, results),
    )


def test_each_path_has_one_fate_and_a_reason_where_it_is_not_graded(tmp_path):
    top = kit.folder(tmp_path, "ada/hw.ipynb", "ada/.DS_Store", "ada/notes.pdf", "bob/08-xor/x.ipynb")
    kit.folder(top, "cy/old.ipynb", content=kit.notebook("8-1"))
    kit.folder(top, "cy/hw.ipynb", "README.md")
    (top / "eve").symlink_to(top / "ada")
    results = {
        "ada": read("ada/hw.ipynb"),
        "cy": read("cy/hw.ipynb"),
        "eve": read("", "unreadable", "A link"),
    }
    rows, wrong = account(top, results)
    assert not wrong
    assert rows == {
        "README.md": ("left aside", "a loose file that is no student's"),
        "ada/.DS_Store": ("left aside", "what systems leave lying about"),
        "ada/hw.ipynb": ("graded", ""),
        "ada/notes.pdf": ("left aside", "no notebook"),
        "bob/08-xor/x.ipynb": ("left aside", "in a folder of another set, '08-xor'"),
        "cy/hw.ipynb": ("graded", ""),
        "cy/old.ipynb": ("left aside", "another notebook of the student's; 'cy/hw.ipynb' was graded"),
        "eve": ("refused", "a link, and links are not followed"),
    }


def test_what_could_not_be_read_is_refused_for_the_reason_in_its_record(tmp_path):
    unreadable = {"ada": read("", "unreadable", "The file is damaged")}
    rows, _ = account(kit.folder(tmp_path, "ada.ipynb"), unreadable)
    assert rows["ada.ipynb"] == ("refused", "The file is damaged")


def test_what_is_ungraded_is_not_said_to_be_graded(tmp_path):
    rows, _ = account(kit.folder(tmp_path, "ada.ipynb"), {"ada": read("", "ungraded")})
    assert rows["ada.ipynb"] == ("left aside", "not graded yet: run the same command again")


@pytest.mark.parametrize("where", [".", "grades"])
def test_grades_among_the_submissions_are_no_student(tmp_path, where):
    kit.folder(tmp_path, "ada.ipynb", "bob.ipynb")
    of_a_set = ("run.json", "class.html", "results/ada.json", ".lock", "feedback/ada.html")
    by_hand = ("answers/ada.json", "questions.json", "marks.jsonl", "marks.csv", "marks-torn.txt")
    kit.folder(
        tmp_path / where, "gradebook.csv", "written.json", *(f"08-xor/{file}" for file in of_a_set + by_hand)
    )
    for out in (tmp_path / where, tmp_path / "elsewhere"):
        rows, wrong = account(tmp_path, out=out)
        assert not wrong
        assert {fate for name, (fate, _) in rows.items() if "ipynb" not in name} == {"left aside"}
        assert set(kit.students(tmp_path, out=out)) == {"ada", "bob"}


def test_a_path_that_is_lost_or_counted_twice_is_said(tmp_path):
    intake = take_in(kit.folder(tmp_path, "ada.ipynb", "bob.ipynb"))
    graded = of_set(intake.submissions, SET)
    results = as_likely(graded)
    rows = ledger(intake, graded, SET, results)
    assert sums(rows) == "2 paths came in: 2 graded, 0 left aside, 0 refused"
    assert not disagreements(rows, intake, graded, results)
    lost = disagreements(rows[:1], intake, graded, results)
    assert lost[:2] == [
        "2 paths came in, and 1 are accounted for",
        "bob has handed in something, and nothing of it is accounted for",
    ]
    assert disagreements([rows[0], rows[0]], intake, graded, results)
    assert disagreements(rows, replace(intake, paths=3), graded, results)
    assert disagreements(rows, intake, graded, {"ada": results["ada"]}) == ["bob has no result"]
    not_graded = [replace(row, fate=Fate.ASIDE) for row in rows]
    assert len(disagreements(not_graded, intake, graded, results)) == 2


def test_no_line_of_it_is_a_formula_or_two_lines(tmp_path):
    path = kit.archive(tmp_path / "all.zip", "=1+1/hw\n.ipynb", "ada/x.ipynb")
    intake = take_in(path)
    graded = of_set(intake.submissions, SET)
    lines = list(csv.reader(io.StringIO(as_csv(ledger(intake, graded, SET, {})))))
    assert lines[0] == ["path", "student", "bytes", "fate", "reason"]
    assert [line[0] for line in lines[1:]] == ["'=1+1/hw .ipynb", "ada/x.ipynb"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A class graded twice by the command: with a link, a PDF, a folder called otherwise."""
    folder = tmp_path_factory.mktemp("run")
    solution = grading_kit.solution(folder)
    right = json.dumps(grading_kit.student(solution)).encode()
    top = kit.folder(folder / "in", "ada/homework/x.ipynb", f"cy/{grading_kit.SET}/x.ipynb", content=right)
    kit.folder(top, "submitted/x.ipynb", "submitted/x-1.ipynb", content=right)
    kit.folder(top, "bob/report.pdf", content=b"%PDF")
    (top / "eve").mkdir()
    (top / "eve" / "x.ipynb").symlink_to(solution)
    command = ["grade", str(top), f"--out={top}/grades", f"--solutions={solution.parent}", "-j1"]
    return top, [cli.main([*command, f"--isolation={grading_kit.isolation()}"]) for _ in range(2)]


def test_nobody_vanishes_from_a_run_and_a_link_earns_nothing(run):
    top, ended = run
    assert ended == [0, 0]
    scores = {
        path.stem: json.loads(path.read_text())["score"]
        for path in (top / "grades" / grading_kit.SET / "results").iterdir()
    }
    assert scores == {"ada": 9, "cy": 9, "submitted": 9, "bob": 0, "eve": 0}


def test_all_that_a_run_writes_is_known_as_grades(run):
    top, _ = run
    of_the_course = {path.name for path in (top / "grades").iterdir()}
    of_the_set = {path.name for path in (top / "grades" / grading_kit.SET).iterdir()}
    assert of_the_course - {grading_kit.SET} | of_the_set == GRADES


@pytest.mark.parametrize("kind", ["nbgrader", "sets", "exercises", "feedback"])
def test_a_gradebook_beside_them_is_known_as_grades_too(run, kind):
    top, _ = run
    assert cli.main(["gradebook", str(top / "grades"), f"--as={kind}"]) == 0
    assert {each.student for each in take_in(top).submissions} == {"ada", "bob", "cy", "eve", "submitted"}


def test_the_ledger_stands_beside_the_grades_for_the_instructors_eyes_alone(run):
    top, _ = run
    path = top / "grades" / grading_kit.SET / "intake.csv"
    assert path.stat().st_mode & 0o077 == 0
    rows = {
        row["path"]: (row["student"], row["fate"]) for row in csv.DictReader(path.read_text().splitlines())
    }
    assert {name: row for name, row in rows.items() if not name.startswith("grades/")} == {
        "ada/homework/x.ipynb": ("ada", "graded"),
        "bob/report.pdf": ("bob", "left aside"),
        f"cy/{grading_kit.SET}/x.ipynb": ("cy", "graded"),
        "eve/x.ipynb": ("eve", "refused"),
        "submitted/x-1.ipynb": ("submitted", "graded"),
        "submitted/x.ipynb": ("submitted", "left aside"),
    }
    assert {fate for name, (_, fate) in rows.items() if name.startswith("grades/")} == {"left aside"}

"""Which set was handed in, and what of a class belongs to it."""

import json
from pathlib import Path

import grading_kit as kit
import intake_kit as kit_for_intake
import pytest

from backproplab import cli
from backproplab.grading.run import refuse_in_sight
from backproplab.grading.sets import likely_notebook, of_set, solution_for, solution_notebooks
from backproplab.grading.submissions import Submission, SubmissionError, find_submissions
from backproplab.marking.ids import series

pytestmark = pytest.mark.usefixtures("graded_here")

NAMES = ("03-spreadsheet", "08-xor", "capstone-1", "capstone-2")


@pytest.fixture
def solutions(tmp_path):
    folder = tmp_path / "solutions"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.ipynb").write_text("{}")
    return solution_notebooks(folder)


def hand_in(tmp_path, **sources):
    for name, source in sources.items():
        path = tmp_path / "in" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".ipynb").write_text(source)
    return find_submissions(tmp_path / "in")


def opens(name):
    return json.dumps({"cells": [{"source": [f'check_set("{name}")']}]})


def numbered(exercise):
    return json.dumps({"grade_id": f"answer-{exercise}"})


def test_notebooks_say_which_set_they_are(tmp_path, solutions):
    found = hand_in(tmp_path, ada=opens("08-xor"), bob=opens("08-xor"), eve=opens("03-spreadsheet"), x="")
    assert solution_for(found, solutions).stem == "08-xor"


def test_the_numbers_of_exercises_say_it_too(tmp_path, solutions):
    assert solution_for(hand_in(tmp_path, ada=numbered("3-2")), solutions).stem == "03-spreadsheet"
    assert solution_for(hand_in(tmp_path, ada=numbered("C2-10")), solutions).stem == "capstone-2"


def test_the_numbers_of_a_capstone_are_not_those_of_a_lesson(tmp_path, solutions):
    (tmp_path / "solutions" / "01-nudges.ipynb").write_text("{}")
    solutions = solution_notebooks(tmp_path / "solutions")
    assert solution_for(hand_in(tmp_path, ada=numbered("C1-1")), solutions).stem == "capstone-1"
    assert solution_for(hand_in(tmp_path, ada=numbered("1-1")), solutions).stem == "01-nudges"


@pytest.mark.parametrize("wanted", ["capstone-2", "C2"])
def test_a_capstone_is_chosen_by_its_name_or_by_its_series(tmp_path, solutions, wanted):
    assert solution_for([], solutions, wanted).stem == "capstone-2"


@pytest.mark.parametrize("wanted", ["capstone", "2", "C3", "C", "c"])
def test_what_names_no_capstone_chooses_none(solutions, wanted):
    with pytest.raises(SubmissionError, match="names 0 of the solutions"):
        solution_for([], solutions, wanted)


@pytest.mark.parametrize("source", ["", opens("99-other"), numbered("77-1"), numbered("C7-1")])
def test_where_nothing_says_it_somebody_must(tmp_path, solutions, source):
    found = hand_in(tmp_path, ada=source)
    with pytest.raises(SubmissionError, match="choose one with --set"):
        solution_for(found, solutions)
    assert solution_for(found, solutions, "08-xor").stem == "08-xor"
    assert solution_for(found, solutions, "08").stem == "08-xor"
    assert solution_for(found, solutions[:1]) == solutions[0]
    with pytest.raises(SubmissionError, match="names 0 of the solutions"):
        solution_for(found, solutions, "09")


def test_notebooks_that_cannot_be_opened_are_the_reason_that_is_named(tmp_path, solutions):
    archive = bytearray(kit_for_intake.archive(tmp_path / "all.zip", "ada.ipynb", "bob.ipynb").read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.find(mark) + flags] |= 1  # the first of the two is encrypted
        archive[archive.rfind(mark) + flags] |= 1
    (tmp_path / "all.zip").write_bytes(archive)
    with pytest.raises(SubmissionError, match="2 of 2 notebooks cannot be opened: encrypted in the zip file"):
        solution_for(find_submissions(tmp_path / "all.zip"), solutions)


def test_no_solution_is_said(tmp_path):
    with pytest.raises(SubmissionError, match="--solutions"):
        solution_for([], solution_notebooks(tmp_path / "nowhere"))


def test_folders_of_nbgrader_name_the_set(tmp_path, solutions):
    found = hand_in(tmp_path, **{"ada__08-xor__x": "", "bob__08-xor__x": ""})
    assert solution_for(found, solutions).stem == "08-xor"
    both = hand_in(tmp_path, **{"ada__03-spreadsheet__x": ""})
    with pytest.raises(SubmissionError, match="Several sets"):
        solution_for(both, solutions)
    assert [each.student for each in of_set(both, "08-xor")] == ["ada", "bob"]
    assert [each.student for each in of_set(both, "03-spreadsheet")] == ["ada"]


def test_a_stray_folder_of_one_student_does_not_decide_for_the_class(tmp_path, solutions):
    honest = {f"{name}__mine": opens("03-spreadsheet") for name in ("ada", "bob", "cy")}
    found = hand_in(tmp_path, **honest, **{"eve__08-xor__x": opens("08-xor")})
    assert solution_for(found, solutions).stem == "03-spreadsheet"


def test_five_folders_of_one_student_do_not_outvote_three_students(tmp_path, solutions):
    many = {f"eve__{number}-draft__hw": opens("08-xor") for number in range(5)}
    honest = {f"{name}__hw": opens("03-spreadsheet") for name in ("ada", "bob", "cy")}
    found = hand_in(tmp_path, **honest, **many)
    assert solution_for(found, solutions).stem == "03-spreadsheet"


def test_five_folders_called_after_sets_by_one_student_do_not_decide_either(tmp_path, solutions):
    many = {f"eve__{name}__hw": opens(name) for name in NAMES}
    honest = {f"{name}__hw": opens("03-spreadsheet") for name in ("ada", "bob", "cy")}
    assert solution_for(hand_in(tmp_path, **honest, **many), solutions).stem == "03-spreadsheet"


def test_where_each_hands_in_the_whole_course_somebody_says_which_set_is_meant(tmp_path, solutions):
    course = {
        f"{who}__{name}": opens(name) + numbered(f"{series(name)}-1")
        for who in ("ada", "bob")
        for name in NAMES
    }
    found = hand_in(tmp_path, **course)
    with pytest.raises(SubmissionError, match="choose one with --set"):
        solution_for(found, solutions)
    chosen = [likely_notebook(each, "08-xor") for each in of_set(found, "08-xor")]
    assert [entry.name for entry in chosen] == ["ada/08-xor.ipynb", "bob/08-xor.ipynb"]


def test_a_folder_of_a_students_own_name_is_kept_where_others_named_theirs_after_the_set(tmp_path):
    found = hand_in(tmp_path, **{"ada__homework__x": "", "cy__03-spreadsheet__x": "", "cy__old__x": ""})
    kept = of_set(found, "03-spreadsheet")
    assert {each.student: [entry.name for entry in each.entries] for each in kept} == {
        "ada": ["ada/homework/x.ipynb"],
        "cy": ["cy/03-spreadsheet/x.ipynb"],
    }


def test_where_all_folders_are_of_other_sets_it_is_said(tmp_path):
    found = hand_in(tmp_path, **{"ada__08-xor__x": "", "bob__08-xor__x": ""})
    with pytest.raises(SubmissionError, match="Nothing here is of 03-spreadsheet"):
        of_set(found, "03-spreadsheet")


def test_a_student_counts_once_however_deep_the_folders(tmp_path):
    found = hand_in(tmp_path, ada__first="", ada__src__second="", bob__third="")
    kept = of_set(found, "08-xor")
    assert [(each.student, len(each.entries)) for each in kept] == [("ada", 2), ("bob", 1)]


def test_what_was_in_several_folders_came_with_the_last_that_holds_a_notebook(tmp_path):
    (notebook,) = hand_in(tmp_path, ada="")[0].entries
    first = Submission("ada", "first", (notebook,), when="2026-01-14 10:30:00")
    second = Submission("ada", "second", (notebook,), when="2026-01-15 10:30:00")
    late = Submission("ada", "receipts", (), late=True, when="2026-01-16 10:30:00")
    (kept,) = of_set([second, first, late], "08-xor")
    assert (kept.when, kept.late) == ("2026-01-15 10:30:00", True)
    (empty,) = of_set([late], "08-xor")
    assert empty.when == late.when


def test_the_notebook_with_the_set_in_it_is_graded_and_the_latest_of_two(tmp_path):
    solution = kit.solution(tmp_path)
    right, wrong = kit.student(solution), kit.student(solution, {})
    folder = tmp_path / "in"
    kit.hand_in(right, folder / "ada" / "homework.ipynb")
    kit.hand_in({"cells": [{"cell_type": "code", "source": "x = 1"}]}, folder / "ada" / "scratch.ipynb")
    (folder / "ada" / "zzz.ipynb").write_text("broken")
    kit.hand_in(wrong, folder / "bob" / "homework.ipynb")
    kit.hand_in(right, folder / "bob" / "homework-1.ipynb")
    kit.hand_in(right, folder / "cy" / "exercises" / f"{kit.SET}.ipynb")
    kit.hand_in(wrong, folder / "cy" / "drafts" / f"{kit.SET}-2.ipynb")
    kit.hand_in(right, folder / "di" / "homework.ipynb")
    kit.hand_in(wrong | {"cells": wrong["cells"][:3]}, folder / "di" / "exercises" / f"{kit.SET}-3.ipynb")
    options = [f"--out={tmp_path}/grades", f"--solutions={solution}", f"--isolation={kit.isolation()}", "-j1"]
    assert cli.main(["grade", str(folder), *options]) == 0
    for student, chosen in (
        ("ada", "homework.ipynb"),
        ("bob", "homework-1.ipynb"),
        ("cy", f"{kit.SET}.ipynb"),
        ("di", "homework.ipynb"),
    ):
        record = json.loads((tmp_path / "grades" / kit.SET / "results" / f"{student}.json").read_text())
        assert record["score"] == 9
        assert any(f"'{chosen}' was graded" in line for line in record["problems"])


@pytest.mark.parametrize(
    ("other", "chosen"),
    [
        ("drafts/90-slopes-1.ipynb", "exercises/90-slopes.ipynb"),
        ("exercises/90-slopes (1).ipynb", "exercises/90-slopes (1).ipynb"),
        ("exercises/my-1.ipynb", "exercises/90-slopes.ipynb"),
    ],
)
def test_a_draft_is_not_graded_for_its_number(tmp_path, other, chosen):
    for name in ("exercises/90-slopes.ipynb", other):
        kit.hand_in(kit.student(kit.solution(tmp_path), {}), tmp_path / "in" / "ada" / name)
    kit.hand_in(kit.student(kit.solution(tmp_path), {}), tmp_path / "in" / "bob" / "90-slopes.ipynb")
    submissions = of_set(find_submissions(tmp_path / "in"), kit.SET)
    assert likely_notebook(submissions[0], kit.SET).name == f"ada/{chosen}"


def test_nbgraders_tree_is_graded_with_its_times(tmp_path):
    solution = kit.solution(tmp_path)
    place = tmp_path / "submitted" / "ada" / kit.SET
    kit.hand_in(kit.student(solution), place / f"{kit.SET}.ipynb")
    (place / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    (tmp_path / "submitted" / "bob" / kit.SET).mkdir(parents=True)
    (tmp_path / "submitted" / "bob" / kit.SET / "timestamp.txt").write_text("2026-01-02")
    options = [f"--out={tmp_path}/grades", f"--solutions={solution.parent}", f"--isolation={kit.isolation()}"]
    assert cli.main(["grade", str(tmp_path / "submitted"), *options, "-j1"]) == 0
    lines = (tmp_path / "grades" / "gradebook.csv").read_text().splitlines()
    assert lines[1].startswith(f'"{kit.SET}","","2026-01-02 03:04:05 UTC","ada"')
    bob = json.loads((tmp_path / "grades" / kit.SET / "results" / "bob.json").read_text())
    assert "There is no notebook" in bob["problems"][0]


def test_what_student_code_could_read_is_not_graded(tmp_path):
    refuse_in_sight([tmp_path / "solutions", tmp_path / "grades"])
    with pytest.raises(SubmissionError, match=r"lies in /usr.*move the course, the submissions"):
        refuse_in_sight([tmp_path, Path("/usr/src/app/solutions/03-spreadsheet.ipynb")])

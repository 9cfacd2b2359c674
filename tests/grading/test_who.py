"""Who is who, before anything is graded: a table, and a stop where students seem mistaken for each other."""

import json

import grading_kit
import intake_kit as kit
import pytest

from backproplab import cli
from backproplab.grading.sets import of_set
from backproplab.grading.submissions import take_in
from backproplab.grading.who import doubts, table

pytestmark = pytest.mark.usefixtures("graded_here")

SET = "03-spreadsheet"
SETS = (SET, "08-xor")
REPOSITORY = ("README.md", "a/x.ipynb", "b/x.ipynb")


def look(path):
    intake = take_in(path, sets=SETS)
    graded = of_set(intake.submissions, SET, SETS)
    return table(intake, graded, SET).splitlines(), doubts(intake, graded, SET, SETS)


def test_each_student_has_a_line_with_the_notebook_chosen_and_what_else_there_is(tmp_path):
    top = kit.folder(tmp_path, "ada/hw.ipynb", "ada/notes.pdf", "bob/08-xor/x.ipynb", "cy/old-1.ipynb")
    kit.folder(top, "cy/scratch-2.ipynb", content=b"{}")
    (top / "eve").symlink_to(top / "ada")
    lines, found = look(top)
    assert not found
    assert [line.split("  ")[0].strip() for line in lines] == [
        f"Read as folders and files, for {SET}:",
        "Student",
        "ada",
        "cy",
        "eve",
        "bob",
    ]
    assert "hw.ipynb" in lines[2]
    assert "1 other file" in lines[2]
    assert "old-1.ipynb" in lines[3]
    assert "1 more notebook" in lines[3]
    assert "refused: a link" in lines[4]
    assert "none of this set" in lines[5]


def test_attempts_and_lateness_of_a_platform_are_in_it(tmp_path):
    names = [f"hw_ana1_attempt_2026-01-1{day}-10-30-00_hw.ipynb" for day in (4, 5)]
    (_, _, line), _ = look(kit.archive(tmp_path / "all.zip", *names))
    assert "1× another attempt" in line
    late = [f"{name}_LATE_1{number}_90_hw.ipynb" for number, name in enumerate(("ana", "bob"))]
    lines, _ = look(kit.archive(tmp_path / "late.zip", *late))
    assert all(line.endswith("late") for line in lines[2:])


def test_no_name_can_write_a_second_line_or_colours(tmp_path):
    lines, _ = look(kit.archive(tmp_path / "all.zip", "a\nb\x1b[31m.ipynb", "bob.ipynb"))
    assert len(lines) == 4
    assert lines[2].startswith("a?b?[31m")


@pytest.mark.parametrize(
    "names",
    [
        ["group/ana/hw.ipynb", "group/bob/hw.ipynb", "other/cy/hw.ipynb", "other/dan/hw.ipynb"],
        ["class/ana.ipynb", "class/ana (1).ipynb"],
        ["ana.ipynb", "ana - Copy.ipynb", "bob.ipynb"],
        ["03-spreadsheet.ipynb", "08-xor.ipynb"],
        ["README.md", "notebooks/00.ipynb", "exercises/03-spreadsheet.ipynb"],  # one student's repository
        [f"section-{each}/{name}" for each in "ab" for name in REPOSITORY],
    ],
)
def test_where_students_seem_mistaken_for_each_other_it_is_said(tmp_path, names):
    _, found = look(kit.archive(tmp_path / "all.zip", *names))
    assert found


@pytest.mark.parametrize(
    "names",
    [
        ["ana/one/hw.ipynb", "ana/two/hw.ipynb", "bob/hw.ipynb", "cy/hw.ipynb"],
        ["ana/03-spreadsheet/hw.ipynb", "ana/08-xor/hw.ipynb"],
        ["ana/hw.ipynb", "ana/hw (1).ipynb", "bob/hw.ipynb"],
        ["ana.ipynb", "ana-2.ipynb", "Ana.ipynb"],
        [f"hw-submissions/hw-{each}/{name}" for each in ("ana", "bob") for name in REPOSITORY],
    ],
)
def test_where_nothing_of_the_kind_is_seen_nobody_is_asked(tmp_path, names):
    _, found = look(kit.archive(tmp_path / "all.zip", *names))
    assert not found


def test_a_folder_with_a_number_is_another_sets_only_if_there_is_such_a_set(tmp_path):
    intake = take_in(kit.folder(tmp_path, "ana/1-draft/hw.ipynb", "bob/08-xor/hw.ipynb"), sets=SETS)
    assert [each.student for each in of_set(intake.submissions, SET, SETS)] == ["ana"]


def test_the_command_stops_in_doubt_and_goes_on_when_told(tmp_path, capsys):
    solution = grading_kit.solution(tmp_path)
    right = json.dumps(grading_kit.student(solution)).encode()
    top = kit.folder(tmp_path / "in", "ana.ipynb", "ana (1).ipynb", content=right)
    out = tmp_path / "grades"
    command = ["grade", str(top), f"--out={out}", f"--solutions={solution.parent}", "-j1"]
    command.append(f"--isolation={grading_kit.isolation()}")
    assert cli.main(command) == 2
    printed = capsys.readouterr()
    assert "ana (1).ipynb" in printed.out
    assert "add --yes" in printed.err
    assert not out.exists()
    assert cli.main([*command, "--yes"]) == 0
    assert len(list((out / grading_kit.SET / "results").iterdir())) == 2

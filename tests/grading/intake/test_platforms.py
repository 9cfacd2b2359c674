"""Exports of each platform, made up with invented names: who is who, also where they were packed again."""

import unicodedata
import zipfile
from datetime import UTC
from pathlib import Path

import intake_kit as kit
import pytest
import shapes
from exports import EXPORTS, pack
from shapes import AROUND, CASES, FORMS, STRUCTURES

from backproplab.grading.book.lateness import moment
from backproplab.grading.sets import likely_notebook, of_set
from backproplab.grading.submissions import take_in, timestamp
from backproplab.grading.who import doubts

OWN = ("hw.ipynb", "timestamp.txt")
SAKAI = ["grades.csv", "Ode, Cy(cy3)/Submission attachment(s)/hw.ipynb"]


def chosen(path):
    """By student, the notebook that is likely graded for the set of the guide's table."""
    graded = of_set(take_in(path, sets=shapes.SETS).submissions, shapes.SET, shapes.SETS)
    found = {each.student: likely_notebook(each, shapes.SET) for each in graded}
    return {student: notebook and notebook.name for student, notebook in found.items()}


def as_sets(students):
    return {student: set(names) for student, names in students.items()}


@pytest.mark.parametrize(("platform", "form"), CASES)
def test_each_platforms_students_are_told_apart_however_the_export_was_kept(tmp_path, platform, form):
    names, students = EXPORTS[platform]
    path = FORMS[form](tmp_path, names)
    assert take_in(path).platform == platform
    found = kit.students(path)
    strangers = {"by mail": ["by mail.ipynb"]} if form.startswith("a file") else {}
    within = {"packed again, with folders around it": AROUND, "that unpacked": AROUND}.get(form, "")
    within = "export.zip//" if form.endswith("in a folder") else within
    assert as_sets(found) == as_sets(
        {student: [within + name for name in notebooks] for student, notebooks in students.items()}
        | strangers
    )
    assert chosen(path) == {
        student: notebook and within + notebook
        for student, notebook in chosen(pack(tmp_path / "plain.zip", names)).items()
    } | {student: notebook for student, (notebook,) in strangers.items()}


def test_the_guides_table_is_of_these_shapes():
    """If it is not: `python tests/shapes.py` writes it."""
    assert shapes.PART.search(shapes.GUIDE.read_text(encoding="utf-8"))[0] == shapes.part()


def test_canvas_says_who_is_late(tmp_path):
    path = pack(tmp_path / "export.zip", EXPORTS["Canvas"][0])
    late = {each.student: each.late for each in take_in(path).submissions}
    assert late == {"garciaana_11": False, "libob_12": True, "odecy_13": False}
    path = kit.archive(tmp_path / "all.zip", "ada.ipynb", "bob.ipynb")
    assert [each.late for each in take_in(path).submissions] == [None, None]


TIMES = {
    "Blackboard": {"ana1": "2026-01-15 10:30", "bob2": "2026-01-14 09:00", "cy3": "2026-01-14 09:00"},
    "Brightspace": {
        "Ana García_1001": "2026-01-15 10:30",
        "Bob Li_1002": "2026-01-05 12:00",
        "Cy Ode-Li_1003": "2026-01-05 12:05",
    },
    "Gradescope": {
        "Ana García_1001": "2026-01-15 05:05",
        "Bob Li & Cy Ode_1003": None,
        "submission_303": None,
    },
    "Sakai": {
        "García, Ana_ana1": "2026-01-15 10:30",
        "Li, Bob_bob2": None,
        "Ode, Cy_cy3": "2026-01-15 10:30",
    },
    "ILIAS": {
        "García, Ana_ana1": "2026-01-15 10:30",
        "Li_Po, Bob_bob2": "2026-01-14 10:30",
        "Ode, Cy_cy3": "2026-01-14 10:30",
    },
}
"""Of the attempt that counts, in UTC where no zone is said; None where the export does not say."""


@pytest.mark.parametrize("platform", TIMES)
def test_when_the_attempt_that_counts_came_is_the_platforms_own_word(tmp_path, platform):
    path = pack(tmp_path / "export.zip", EXPORTS[platform][0])
    came = take_in(path).submissions
    for submissions in (came, of_set(came, "03-spreadsheet")):  # as read, and as graded
        found = {each.student: moment(timestamp(each)) for each in submissions}
        assert {
            student: when and when.astimezone(UTC if when.tzinfo else None).strftime("%Y-%m-%d %H:%M")
            for student, when in found.items()
        } == TIMES[platform]


def test_what_is_left_aside_says_why_and_whose_it_is(tmp_path):
    path = pack(tmp_path / "export.zip", EXPORTS["Blackboard"][0])
    aside = {
        (each.entry.parts[0].rpartition("2026-01-")[2], each.student): each.reason
        for each in take_in(path).aside
    }
    assert aside == {
        ("14-10-30-00.txt", "ana1"): "Blackboard's receipt",
        ("15-10-30-00.txt", "ana1"): "Blackboard's receipt",
        ("14-10-30-00_homework.ipynb", "ana1"): (
            "another attempt, 2026-01-14-10-30-00; 2026-01-15-10-30-00 counts"
        ),
        ("16-09-00-00_sorry.pdf", "bob2"): "another attempt, 2026-01-16-09-00-00; 2026-01-14-09-00-00 counts",
    }


def test_a_file_called_as_moodle_calls_anothers_stays_its_students(tmp_path):
    eves = "Eve Su_3_assignsubmission_file_Bob Li_2_assignsubmission_file_hw.ipynb"
    path = kit.archive(tmp_path / "all.zip", eves, "Bob Li_2_assignsubmission_file_hw.ipynb")
    assert kit.students(path) == {"Bob Li_2": ["Bob Li_2_assignsubmission_file_hw.ipynb"], "Eve Su_3": [eves]}


REPOSITORY = ("README.md", "notebooks/00.ipynb", "exercises/03-spreadsheet.ipynb")


@pytest.mark.parametrize("around", ["", "hw-submissions/"])
def test_a_repository_that_was_cloned_alone_is_its_owners(tmp_path, around):
    """As of one student who was late: of the class it is known what the repositories are called."""
    top = tmp_path / ("in" if around else "hw-submissions")
    kit.folder(top, *(f"{around}hw-ana-ga/{name}" for name in REPOSITORY))
    kit.folder(top, f"{around}hw-ana-ga/.git/HEAD", content=b"ref")
    assert set(kit.students(top)) == {"ana-ga"}
    kit.folder(top, *(f"{around}hw-ana-li/{name}" for name in REPOSITORY))
    assert set(kit.students(top)) == {"ana-ga", "ana-li"}


@pytest.mark.parametrize(("names", "students"), STRUCTURES)
def test_what_no_platform_named_is_read_by_its_structure(tmp_path, names, students):
    assert set(kit.students(kit.archive(tmp_path / "all.zip", *names))) == students


def test_a_notebook_is_known_by_its_content_whatever_it_is_called(tmp_path):
    path = kit.archive(tmp_path / "all.zip", "ada.ipynb.json", "bob.ipynb.txt", "cy/homework", "eve/hw.ipynb")
    assert {student: len(found) for student, found in kit.students(path).items()} == {
        "ada": 1,
        "bob": 1,
        "cy": 1,
        "eve": 1,
    }
    other = kit.archive(
        tmp_path / "b.zip", "ada/data.json", "ada/notes.txt", "eve/hw.ipynb", content=b'{"a": 1}'
    )
    assert len(kit.students(other)["ada"]) == 0


STAMPS = {
    "nbgrader": (
        ["submitted/ada/03-spreadsheet/.a/timestamp.txt", "submitted/ada/03-spreadsheet/x.ipynb"],
        "submitted/ada/03-spreadsheet/timestamp.txt",
    ),
    "Sakai": (
        ["Ode, Cy(cy3)/Submission attachment(s)/timestamp.txt", *SAKAI],
        "Ode, Cy(cy3)/timestamp.txt",
    ),
    "Moodle": ([f"Ada_{n}_assignsubmission_file_/{name}" for n in (1, 2) for name in OWN], ""),
    "Blackboard": ([f"hw_ana1_attempt_2026-01-15-10-30-00_{name}" for name in OWN], "names"),
    "a folder a student": (["ada/hw.ipynb", "ada/timestamp.txt", "bob/hw.ipynb"], ""),
    "folders in a folder a student": ([f"ada/03-spreadsheet/{name}" for name in OWN] + ["bob/hw.ipynb"], ""),
    "such in a folder called submitted": (
        [f"submitted/ada/03-spreadsheet/{name}" for name in OWN] + ["submitted/bob/hw.ipynb"],
        "",
    ),
    "nbgrader, under a name that Windows would read so": (
        [rf"submitted/ada/03-spreadsheet/{name}" for name in ("x.ipynb", r".\timestamp.txt")],
        "submitted/ada/03-spreadsheet/timestamp.txt",
    ),
    "nbgrader, in a folder that Windows would not see": (
        [rf"submitted/ada/03-spreadsheet/{name}" for name in ("x.ipynb", r".\/timestamp.txt")],
        "submitted/ada/03-spreadsheet/timestamp.txt",
    ),
    "nbgrader, with no time": (
        [rf"submitted/ada/03-spreadsheet/{name}" for name in ("x.ipynb", r".\timestamp.txt")],
        "",
    ),
    "ILIAS": (
        [r"Ode_Cy_cy3_4713/20260115103000_.\20260101000000_hw.ipynb"],
        "names",
    ),
}
"""Files with a `timestamp.txt` of the student's own first, and the one that is the platform's, if any."""


@pytest.mark.parametrize("is_unpacked", [False, True])
@pytest.mark.parametrize("kind", STAMPS)
def test_a_students_own_file_does_not_say_when_it_came(tmp_path, kind, is_unpacked):
    names, stamp = STAMPS[kind]
    files = {name: kit.notebook() if name.endswith(".ipynb") else b"2026-01-01 00:00 UTC" for name in names}
    if stamp not in ("", "names"):
        files[stamp] = b"2026-03-15 10:30 UTC"
    path = tmp_path / "class"
    for name, content in files.items():
        if is_unpacked:
            kit.folder(path, name, content=content)
        else:
            with zipfile.ZipFile(path, "a") as file:
                file.writestr(name, content)
    found = {timestamp(each) for each in take_in(path).submissions}
    assert found == {{"": "", "names": "2026-01-15 10:30:00"}.get(stamp, "2026-03-15 10:30 UTC")}


def test_a_zip_that_was_handed_in_to_ilias_does_not_say_when_it_came(tmp_path):
    inner = kit.archive(tmp_path / "inner.zip", "20260101000000_hw.ipynb").read_bytes()
    top = kit.folder(tmp_path / "in", "Ode_Cy_cy3_4713/20260115103000_hw.zip", content=inner)
    assert [timestamp(each) for each in take_in(top).submissions] == ["2026-01-15 10:30:00"]


def test_several_times_of_one_student_are_a_doubt_and_none_of_them_counts(tmp_path):
    """A name with an accent may be there in two spellings that look alike: as a Mac writes it, and others."""
    own, other = (f"submitted/{unicodedata.normalize(form, 'Zoë')}/03-spreadsheet" for form in ("NFD", "NFC"))
    top = kit.folder(tmp_path / "in", f"{own}/03.ipynb", "submitted/bob/03-spreadsheet/03.ipynb")
    for name, content in ((own, b"2026-01-01 00:00 UTC"), (other, b"2026-03-15 10:30 UTC")):
        kit.folder(top, f"{name}/timestamp.txt", content=content)
    intake = take_in(top, sets=shapes.SETS)
    graded = of_set(intake.submissions, shapes.SET, shapes.SETS)
    assert [timestamp(each) for each in graded] == ["", ""]
    (doubt,) = doubts(intake, graded, shapes.SET, shapes.SETS)
    assert "2 files say when Zoë handed in" in doubt


@pytest.mark.parametrize("exercise", ["3-1", "8-1"])
def test_of_several_folders_of_a_student_the_time_is_that_of_the_one_with_the_set(tmp_path, exercise):
    kit.folder(tmp_path, "submitted/bob/week1/hw.ipynb")
    for number, (week, of) in enumerate((("week1", "3-1"), ("week2", "8-1")), 1):
        place = f"submitted/ada/{week}"
        kit.folder(tmp_path, f"{place}/hw.ipynb", content=kit.notebook(of))
        kit.folder(tmp_path, f"{place}/timestamp.txt", content=f"2026-03-0{number} 10:30 UTC".encode())
    name, when = {"3-1": (shapes.SET, "01"), "8-1": ("08-xor", "02")}[exercise]
    ada, _ = of_set(take_in(tmp_path, sets=shapes.SETS).submissions, name, shapes.SETS)
    assert timestamp(ada) == f"2026-03-{when} 10:30 UTC"


CLONES = {
    "where it lies": ("", "in/hw-submissions"),
    "from inside": ("in/hw-submissions", "."),
    "with a table beside it": ("", "in/hw-submissions"),
    "with a table around it": ("", "in"),
}


@pytest.mark.parametrize("kind", CLONES)
def test_one_repository_that_was_cloned_alone_is_its_owners(tmp_path, monkeypatch, kind):
    inside, path = CLONES[kind]
    top = tmp_path / "in" / "hw-submissions"
    kit.folder(top / "hw-ana-ga", "README.md", "exercises/03-spreadsheet.ipynb", "notebooks/00.ipynb")
    if "beside" in kind:
        kit.folder(top, "grades.csv", content=b"x")
    if "around" in kind:
        kit.folder(top.parent, "grades.csv", content=b"x")
    monkeypatch.chdir(tmp_path / inside)
    assert set(kit.students(Path(path))) == {"ana-ga"}


@pytest.mark.parametrize("around", ["hw-submissions/", ""])
def test_a_login_that_ends_as_a_branch_is_nobody_elses(tmp_path, around):
    files = ("README.md", "exercises/03-spreadsheet.ipynb")
    top = kit.folder(
        tmp_path / "in",
        *(f"{around}hw-{name}/{file}" for name in ("ada", "ada-main", "cy-main") for file in files),
    )
    assert set(kit.students(top)) == {"ada", "ada-main", "cy-main" if around else "cy"}


def gradescope(folder, *submitters):
    """An export of these, each a list of students: name and number, "" where there is none."""
    lines = ["---"]
    for number, people in enumerate(submitters, 301):
        lines += [f"submission_{number}:", "  :submitters:"]
        for name, sid in people:
            lines += [f"  - :name: {name}", f"    :sid: {sid}"]
        kit.folder(folder, f"submission_{number}/hw.ipynb")
    return kit.folder(folder, "submission_metadata.yml", content="\n".join(lines).encode())


ANA, BOB = ("Ana García", ""), ("Bob Li", "1002")
NAMESAKES = {
    "two of one name": (
        [[ANA], [ANA], [BOB]],
        {"Ana García (submission 301)", "Ana García (submission 302)"},
    ),
    "a name with another's number in it": (
        [[BOB], [("Bob Li_1002", "")], [ANA]],
        {"Bob Li_1002 (submission 301)", "Bob Li_1002 (submission 302)"},
    ),
    "a name as one is called that is told apart": (
        [[ANA], [ANA], [("Ana García (submission 301)", "")]],
        {
            "Ana García (submission 301) (submission 301)",
            "Ana García (submission 302)",
            "Ana García (submission 301) (submission 303)",
        },
    ),
    "two groups of the same names": (
        [[ANA, BOB], [ANA, BOB], [BOB]],
        {"Ana García & Bob Li_1002 (submission 301)", "Ana García & Bob Li_1002 (submission 302)"},
    ),
}


@pytest.mark.parametrize("kind", NAMESAKES)
def test_two_folders_of_gradescopes_are_two_students_whatever_they_are_called(tmp_path, kind):
    submitters, called = NAMESAKES[kind]
    found = kit.students(gradescope(tmp_path, *submitters))
    assert len(found) == 3
    assert called <= set(found)
    assert all(len(notebooks) == 1 for notebooks in found.values())


def test_who_is_called_as_a_folder_of_gradescopes_is_not_its_student(tmp_path):
    path = gradescope(tmp_path, [("submission_302", "")], [])
    assert len(kit.students(path)) == 2


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (["HW_3_ana_1", "HW_3_bob_1"], {"ana_1", "bob_1"}),
        (["HW_3_ana_1", "HW_3_bob_1", "HW_3_1", "HW_3_cy"], {"ana_1", "bob_1", "1", "cy"}),
        (["HW 3_s_1", "HW 3_s_2"], {"1", "2"}),  # what all share may be the assignment's
        (["HW_3_ana", "HW_3_ana_1"], {"ana", "ana_1"}),
        (["HW_3_ana"], {"ana"}),
    ],
)
def test_logins_that_end_alike_are_two_students_of_blackboards(tmp_path, names, students):
    files = [f"{name}_attempt_2026-01-1{day}-10-30-00_hw.ipynb" for day, name in enumerate(names)]
    found = kit.students(kit.archive(tmp_path / "all.zip", *files))
    assert set(found) == students
    assert sorted(name for of_one in found.values() for name in of_one) == sorted(files)


def test_a_name_that_holds_anothers_folder_of_moodles_is_not_that_others(tmp_path):
    forged = "Bob Li_2_assignsubmission_file_Eve_3_assignsubmission_file_/hw.ipynb"
    path = kit.archive(tmp_path / "all.zip", forged, "Bob Li_2_assignsubmission_file_/hw.ipynb")
    assert kit.students(path)["Bob Li_2"] == ["Bob Li_2_assignsubmission_file_/hw.ipynb"]
    assert len(kit.students(path)) == 2


@pytest.mark.parametrize(("second", "is_doubt"), [("ipynb", True), ("pdf", False)])
def test_two_notebooks_of_one_name_in_google_drive_may_be_of_two_people(tmp_path, second, is_doubt):
    names = ["Ana - Homework 3.ipynb", f"Ana - Homework 3 (1).{second}", "Bob - Homework 3.ipynb"]
    intake = take_in(kit.archive(tmp_path / "all.zip", *names))
    assert intake.platform == "Google Drive"
    found = doubts(intake, of_set(intake.submissions, shapes.SET), shapes.SET, shapes.SETS)
    assert [sentence.partition(" of ")[0] for sentence in found] == ["2 notebooks are"] * is_doubt

"""Moodle's grading worksheet says when work was handed in, where its zip file does not."""

import json
import zipfile

import book_kit
import grading_kit as kit
import pytest

from backproplab import cli
from backproplab.grading.book.errors import BookError
from backproplab.grading.book.worksheet import read_worksheet, with_times, written_time
from backproplab.grading.submissions import Submission

pytestmark = pytest.mark.usefixtures("graded_here")

HEADINGS = "Identifier,Full name,Status,Grade,Last modified (submission)"
LATE = "Saturday, 7 March 2026, 12:30 AM"
UNREAD = 'Participant 2,Bob,S,,"6/03/26, 23:59"'


def worksheet(folder, *rows, headings=HEADINGS):
    path = folder / "worksheet.csv"
    path.write_text("\n".join([headings, *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "heading",
    [
        "Last modified (submission)",
        "Zuletzt geändert (Abgabe)",
        "Ultima modifica (consegna)",
        "Última atualização (submissão)",
    ],
)
def test_the_column_of_times_is_found_in_four_languages(tmp_path, heading):
    row = "Participant 1,Ada,S,,2026-03-06 23:59"
    found = read_worksheet(worksheet(tmp_path, row, headings=f"Identifier,Full name,Status,Grade,{heading}"))
    assert found.times == {"1": "2026-03-06 23:59"}


@pytest.mark.parametrize(
    "text",
    [
        "Friday, 6 March 2026, 11:59 PM",
        "Friday, March 6, 2026, 11:59 PM",
        "6 March 2026, 11:59\N{NARROW NO-BREAK SPACE}pm",
        "Freitag, 6. März 2026, 23:59",
        "viernes, 6 de marzo de 2026, 23:59",
        "vendredi 6 mars 2026 à 23h59",
        "venerdì, 6 marzo 2026, 23:59",
        "sexta-feira, 6 de março de 2026 às 23:59",
        "2026-03-06 23:59",
    ],
)
def test_a_time_is_read_in_whichever_form_the_site_writes(text):
    assert written_time(text)[:16] == "2026-03-06 23:59"


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("12:05 AM", "00:05"),
        ("12:05 p.m.", "12:05"),
        ("0:05", "00:05"),
    ],
)
def test_noon_and_midnight_are_told_apart(text, hour):
    assert written_time(f"6 March 2026, {text}") == f"2026-03-06 {hour}"


@pytest.mark.parametrize(
    "text",
    [
        "03/06/26, 23:59",  # a day in March or in June
        "6. 3. 2026, 23:59",
        "piątek, 6 marca 2026, 23:59",
        "31 February 2026, 10:00",
        "6 March 2026, 13:05 PM",
        "6 March 2026, 24:05",
        "6 March 2026",
        "2026-03-06 11:59 PM",
        "2026-03-06 10:30 (draft)",
        "yesterday",
    ],
)
def test_what_would_have_to_be_guessed_is_not_read(text):
    assert written_time(text) == ""


def test_times_join_by_the_number_and_what_is_not_known_is_said(tmp_path):
    rows = [
        f'Participant 1,Ada,S,,"{LATE}"',
        'Participant 2,Bob,S,,"6/03/26, 23:59"',
        "Participant 3,Cy,S,,-",
    ]
    submissions = [Submission(name, "", ()) for name in ("Ada_1", "Bob_2", "Cy_3", "Dee_4")]
    timed, notes = with_times(
        [*submissions, Submission("Eve_1", "", (), when="2026-03-01 10:00")],
        read_worksheet(worksheet(tmp_path, *rows)),
    )
    assert [each.when for each in timed] == ["2026-03-07 00:30", "6/03/26, 23:59", "", "", "2026-03-07 00:30"]
    assert notes == [
        "When Bob_2 handed in cannot be read: the worksheet says '6/03/26, 23:59'",
        "When Cy_3 handed in is not known: the worksheet has '-' in their row",
        "When Dee_4 handed in is not known: the worksheet has no row of theirs",
    ]


def test_a_worksheet_in_another_language_is_read_where_its_headings_are_known(tmp_path):
    path = worksheet(
        tmp_path,
        'Teilnehmer/in1,Ada,"Samstag, 7. März 2026, 00:30"',
        headings="ID,Vollständiger Name,Zuletzt geändert (Abgabe)",
    )
    assert read_worksheet(path).times == {"1": "Samstag, 7. März 2026, 00:30"}


@pytest.mark.parametrize(
    ("headings", "participant"),
    [
        ("Full name,Identifier,Last modified (submission)", "Participant 501"),
        ("Vollständiger Name,ID,Zuletzt geändert (Abgabe)", "Teilnehmer/in501"),
    ],
)
def test_a_worksheets_columns_may_stand_in_another_order(tmp_path, headings, participant):
    path = worksheet(tmp_path, f'Ada 2,{participant},"{LATE}"', f'Bob,{participant}2,"-"', headings=headings)
    assert read_worksheet(path).times == {"501": LATE, "5012": "-"}


def test_another_table_and_another_assignments_are_refused(tmp_path):
    with pytest.raises(BookError, match=r"does not say when .* its headings are Identifier, Full name"):
        read_worksheet(worksheet(tmp_path, headings="Identifier,Full name"))
    others = read_worksheet(worksheet(tmp_path, f'Participant 9,Ada,S,,"{LATE}"'))
    with pytest.raises(BookError, match="name the worksheet of this assignment"):
        with_times([Submission("Ada_1", "", ())], others)


def export(folder, solution, *students, own="", blanks=""):
    """Write Moodle's zip file: each student's notebook, with a `timestamp.txt` of theirs or blanks behind."""
    with zipfile.ZipFile(folder / "in.zip", "w") as file:
        for student in students:
            place = f"{student}_assignsubmission_file_"
            file.writestr(f"{place}/hw.ipynb", json.dumps(kit.student(solution)) + blanks)
            if own:
                file.writestr(f"{place}/timestamp.txt", own)


@pytest.fixture
def course(tmp_path):
    """The call that grades an export, the one that makes the gradebook, and a function that reads it."""
    solution = kit.solution(tmp_path)
    (tmp_path / "rules.toml").write_text(f"percent_per_day = 10\ndue = {{ {kit.SET} = 2026-03-06T23:59:00 }}")
    grade = ["grade", f"{tmp_path}/in.zip", f"--out={tmp_path}/grades", f"--solutions={solution}", "-j1"]
    grade.append(f"--isolation={kit.isolation()}")
    book = ["gradebook", f"{tmp_path}/grades", f"--rules={tmp_path}/rules.toml"]

    def rows():
        assert cli.main(book) == 0
        found = book_kit.table(tmp_path / "grades" / "sets.csv")
        return {row["student_id"]: (row["score"], row["late_days"]) for row in found}

    return solution, grade, rows


def test_a_day_late_by_the_worksheet_is_charged_and_a_later_run_knows_it_still(tmp_path, capsys, course):
    solution, grade, rows = course
    export(tmp_path, solution, "Ada_1", "Bob_2", own="2026-01-01 00:00")
    times = worksheet(tmp_path, f'Participant 1,Ada,S,,"{LATE}"', UNREAD)
    for more in ([f"--worksheet={times}"], []):
        assert cli.main([*grade, *more]) == 0
        assert ("When Bob_2 handed in cannot be read" in capsys.readouterr().out) == bool(more)
        assert rows() == {"Ada": ("8.0", "1.0"), "Bob": ("9.0", "0.0")}
        assert f"When Bob_2 handed in {kit.SET} cannot be read" in "".join(capsys.readouterr())


def test_what_came_after_the_worksheet_is_not_taken_to_be_in_time_without_a_word(tmp_path, capsys, course):
    solution, grade, rows = course
    export(tmp_path, solution, "Ada_1")
    times = worksheet(tmp_path, f'Participant 1,Ada,S,,"{LATE}"')
    assert cli.main([*grade, f"--worksheet={times}"]) == 0
    assert "handed in is not known" not in capsys.readouterr().out
    export(tmp_path, solution, "Ada_1", "Bob_2", blanks=" ")
    for _ in range(2):
        assert cli.main(grade) == 0
        printed = capsys.readouterr().out
        rows()
        book = "".join(capsys.readouterr())
        for student in ("Ada_1", "Bob_2"):
            assert f"When {student} handed in is not known" in printed
            assert f"When {student} handed in {kit.SET} cannot be read" in book
    assert cli.main([*grade, f"--worksheet={times}"]) == 0
    assert rows()["Ada"] == ("8.0", "1.0")


def test_of_whom_canvas_marks_nothing_it_is_known_that_they_were_in_time(tmp_path, capsys, course):
    solution, grade, rows = course
    for name, sentences in (("ada_1_11_hw.ipynb", 0), ("ada.ipynb", 1)):
        with zipfile.ZipFile(tmp_path / "in.zip", "w") as file:
            file.writestr(name, json.dumps(kit.student(solution)))
        assert cli.main(grade) == 0
        capsys.readouterr()
        rows()
        assert capsys.readouterr().out.lower().count("nothing says when") == sentences


def test_the_latest_attempt_with_a_notebook_counts_due_date_or_not_with_its_time(tmp_path, course):
    solution, grade, rows = course
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as file:
        for day, answers in (("05", kit.RIGHT), ("08", {})):
            notebook = json.dumps(kit.student(solution, answers))
            file.writestr(f"HW_ada_attempt_2026-03-{day}-10-30-00_hw.ipynb", notebook)
        file.writestr("HW_cy_attempt_2026-03-07-10-30-00_hw.ipynb", json.dumps(kit.student(solution)))
        file.writestr("HW_cy_attempt_2026-03-20-10-30-00_sorry.pdf", b"%PDF")
    assert cli.main(grade) == 0
    assert rows() == {"ada": ("0.0", "2.0"), "cy": ("8.0", "1.0")}

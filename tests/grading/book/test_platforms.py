"""What goes back to Canvas and Moodle: their ids, their columns, their scale, their names of files."""

import io
import ntpath
import zipfile
from types import SimpleNamespace

import book_kit as kit
import pytest

from backproplab import cli

FIRST, SECOND = "03-spreadsheet", "04-credit-assignment"


def command(folder, *options):
    return cli.main(["gradebook", str(folder), *options])


def saved(folder, text):
    path = folder / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return f"--roster={path}"


def graded(folder):
    kit.grade(folder, FIRST, {"lovelaceada_101": [2, 1]})
    return kit.grade(folder, SECOND, {"lovelaceada_101": [2]}, waiting=["marquezana_102"])


def test_canvas_gets_its_own_columns_and_lines_back(tmp_path, capsys):
    text = kit.CANVAS.replace("Homework (7)", f"{FIRST} (7)").replace(
        "ana@example.org,A,", "ana@example.org,A,1.5"
    )
    assert command(graded(tmp_path), "--as=canvas", saved(tmp_path, text)) == 0
    rows = kit.table(tmp_path / "canvas.csv")
    assert list(rows[0]) == [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        f"{FIRST} (7)",
        SECOND,
    ]
    assert [(row["ID"], row[f"{FIRST} (7)"], row[SECOND]) for row in rows] == [
        ("", "4.0", "2.0"),  # points possible
        ("101", "3.0", "2.0"),
        ("102", "1.5", ""),  # what is there stays; and ungraded is not 0
    ]
    assert rows[0]["Student"].strip() == "Points Possible"
    assert f"Handed in nothing for {FIRST}: ana@example.org." in capsys.readouterr().out


def test_marks_go_back_on_the_platforms_scale(tmp_path):
    text = kit.CANVAS.replace("Homework (7)", f"{FIRST} (7)").replace(",,,,,4", ",,,,,100")
    assert command(graded(tmp_path), "--as=canvas", saved(tmp_path, text), f"--set={FIRST}") == 0
    assert [row[f"{FIRST} (7)"] for row in kit.table(tmp_path / "canvas.csv")] == ["100.0", "75.0", ""]


def test_an_assignment_is_found_by_what_canvas_calls_it(tmp_path, capsys):
    rules = tmp_path / "rules.toml"
    rules.write_text(f"[columns]\n'{FIRST}' = 'Homework'")
    options = ["--as=canvas", saved(tmp_path, kit.CANVAS), f"--rules={rules}", f"--set={FIRST}"]
    assert command(graded(tmp_path), *options) == 0
    assert [row["Homework (7)"] for row in kit.table(tmp_path / "canvas.csv")] == ["4.0", "3.0", ""]
    rules.write_text(f"[columns]\n'{FIRST}' = 'Home'")
    assert command(tmp_path, *options) == 2
    assert "call 03-spreadsheet 'Home', and the roster has no such column" in capsys.readouterr().err


def test_an_exempt_student_is_excused_in_canvas(tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text(f"[students.'ada@example.org']\nexempt = ['{FIRST}']")
    assert command(graded(tmp_path), "--as=canvas", saved(tmp_path, kit.CANVAS), f"--rules={rules}") == 0
    assert kit.table(tmp_path / "canvas.csv")[1][FIRST] == "EX"


def test_moodle_gets_its_worksheet_back(tmp_path):
    kit.grade(tmp_path, FIRST, {"Ada Lovelace_501": [2, 1]})
    assert command(tmp_path, "--as=moodle", saved(tmp_path, kit.WORKSHEET)) == 0
    rows = kit.table(tmp_path / f"moodle-{FIRST}.csv")
    assert [(row["Identifier"], row["Grade"], row["Maximum Grade"]) for row in rows] == [
        ("Participant 501", "75.0", "100.00"),
        ("Participant 502", "", "100.00"),
    ]
    assert "Last modified (grade)" in rows[0]


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("canvas", kit.WORKSHEET, "give the file of Grades, Export, with --roster FILE"),
        ("moodle", kit.CANVAS, "This roster lacks the column Identifier, Grade, Last modified"),
        ("canvas", "", "give the file of Grades, Export"),
    ],
)
def test_another_platforms_roster_is_refused(tmp_path, capsys, kind, text, said):
    options = [saved(tmp_path, text)] if text else []
    assert command(graded(tmp_path), f"--as={kind}", f"--set={FIRST}", *options) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.glob(f"{kind}*.csv"))


NAMES = {
    "lovelaceada_12_34_hw.ipynb": "lovelaceada_12_34_hw.html",
    "lovelaceada_LATE_12_34_hw.v2.ipynb": "lovelaceada_LATE_12_34_hw.v2.html",
    "export/lovelaceada_12_34_hw.zip//a/b.ipynb": "lovelaceada_12_34_hw.html",
    "Ada L_12_assignsubmission_file_/sub/hw.ipynb": "Ada L_12_assignsubmission_file_/feedback.html",
    "Ada L_12_assignsubmission_file/hw.ipynb": "Ada L_12_assignsubmission_file/feedback.html",
    "Ada L_12_assignsubmission_file_hw.ipynb": "Ada L_12_assignsubmission_file_feedback.html",
    "somewhere/../../hw.ipynb": "ada.html",
    "..\\..\\Bob_1_assignsubmission_file_\\hw.ipynb": "Bob_1_assignsubmission_file_/feedback.html",
}


@pytest.mark.parametrize("path", NAMES)
def test_feedback_is_called_as_the_platform_takes_it_back(tmp_path, path):
    kit.grade(tmp_path, FIRST, {"ada": [2]}, handed_in={"ada": {"path": path}})
    assert command(tmp_path, "--as=feedback") == 0
    made = tmp_path / f"feedback-{FIRST}.zip"
    with zipfile.ZipFile(io.BytesIO(made.read_bytes())) as packed:
        assert packed.namelist() == [NAMES[path]]
        assert packed.read(NAMES[path]) == b"feedback for ada"
    assert made.stat().st_mode & 0o777 == 0o600


def test_nobody_gives_a_page_the_name_of_anothers(tmp_path):
    paths = {"ana": "ana_1_2_hw.ipynb", "eve": "eve/Ana_1_2_hw.ipynb"}
    handed_in = {student: {"path": path} for student, path in paths.items()}
    kit.grade(tmp_path, FIRST, {"ana": [2], "eve": [0]}, handed_in=handed_in)
    assert command(tmp_path, "--as=feedback") == 0
    with zipfile.ZipFile(tmp_path / f"feedback-{FIRST}.zip") as packed:
        pages = {name: packed.read(name) for name in packed.namelist()}
    assert pages == {"ana.html": b"feedback for ana", "eve.html": b"feedback for eve"}


def test_what_is_of_one_set_asks_for_one(tmp_path, capsys):
    graded(tmp_path)
    assert command(tmp_path, "--as=feedback") == 2
    assert f"choose it with --set ({FIRST}, {SECOND})" in capsys.readouterr().err
    assert command(tmp_path, "--set=03") == 2
    assert f"holds no grades of 03; it holds those of {FIRST}, {SECOND}" in capsys.readouterr().err


def test_who_cannot_be_joined_is_named_and_the_status_says_so(tmp_path, capsys):
    kit.grade(tmp_path, FIRST, {"lovelaceada_101": [2], "eve": [1]})
    assert command(tmp_path, saved(tmp_path, kit.CANVAS)) == 1
    assert "Not joined: eve has handed in" in capsys.readouterr().err
    assert [row["student_id"] for row in kit.table(tmp_path / "sets.csv")][-1] == "eve"


def test_only_what_we_wrote_is_overwritten(tmp_path, capsys):
    graded(tmp_path)
    path = tmp_path / "sets.csv"
    assert command(tmp_path) == command(tmp_path) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open("a") as file:
        file.write("a note of mine\n")
    assert command(tmp_path) == 2
    assert "was not written by this command, or was changed since" in capsys.readouterr().err
    assert path.read_text().endswith("a note of mine\n")
    assert command(tmp_path, f"--out={tmp_path}/other.csv") == 0


def test_a_book_on_another_drive_of_windows_is_known_as_ours(tmp_path, monkeypatch):
    from backproplab.grading.book import written

    graded(tmp_path / "grades")

    def relpath(path, start):
        return ntpath.relpath(f"D:{path}", f"C:{start}")

    monkeypatch.setattr(written, "os", SimpleNamespace(path=SimpleNamespace(relpath=relpath)))
    book = f"--out={tmp_path}/book.csv"
    assert command(tmp_path / "grades", book) == command(tmp_path / "grades", book) == 0
    (tmp_path / "book.csv").write_text("a note of mine")
    assert command(tmp_path / "grades", book) == 2


def test_a_write_that_fails_leaves_the_old_book_ours(tmp_path, monkeypatch, capsys):
    graded(tmp_path)
    assert command(tmp_path) == 0
    before = (tmp_path / "sets.csv").read_bytes()
    kit.grade(tmp_path, FIRST, {"lovelaceada_101": [0, 0]})
    from backproplab.grading.book import written

    def full(path, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(written, "atomic_write", full)
    assert command(tmp_path) == 2
    assert "make room on that disk" in capsys.readouterr().err
    assert (tmp_path / "sets.csv").read_bytes() == before
    monkeypatch.undo()
    assert command(tmp_path) == 0
    assert (tmp_path / "sets.csv").read_bytes() != before

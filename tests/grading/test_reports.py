"""Files that a run leaves: whole or not at all, and safe to open."""

import csv
import errno
import io
import os
import re

import pytest

from backproplab.grading import reports
from backproplab.grading.status import GradingStatus
from backproplab.marking.verdict import Status, Verdict

VERDICTS = [
    Verdict("3.1", 2, 2 / 3, Status.PARTLY, "You doubled.", "sum-for-mean", {}, ("catches a",)),
    Verdict("3.2", 1, 1 / 3, Status.NOT_YET, None),
]


def record(student="ada", **more):
    return reports.result(student, "03-x", VERDICTS, isolation="full", problems=["odd"]) | more


def test_a_result_has_exactly_the_agreed_fields():
    found = record()
    assert list(found) == [
        "student",
        "assignment",
        "notebook",
        "status",
        "score",
        "max_score",
        "isolation",
        "exercises",
        "problems",
    ]
    assert found["exercises"][0] == {
        "id": "3.1",
        "points": 2,
        "earned": 0.666667,
        "status": "partly right",
        "misconception": "You doubled.",
        "slug": "sum-for-mean",
        "missed": ["catches a"],
    }
    assert (found["score"], found["max_score"]) == (1.0, 3)
    assert found["exercises"][1]["misconception"] is None


def test_a_result_comes_back_and_half_of_one_does_not(tmp_path):
    path = tmp_path / "ada.json"
    reports.write_json(path, record())
    assert reports.read_result(path) == record()
    for text in (path.read_text()[:-30], "", "[]", "{}"):
        path.write_text(text)
        assert reports.read_result(path) is None
    assert reports.read_result(tmp_path / "missing") is None


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "ada.json"
    reports.write_json(path, {"old": 1})
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(reports.SaveError, match=r"ada.json could not be written .* make room on that disk"):
        reports.write_json(path, {"new": 2})
    assert [file.name for file in tmp_path.iterdir()] == ["ada.json"]
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_private_file_is_its_owners_alone(tmp_path):
    (tmp_path / "run.json").write_text("readable by all")
    (tmp_path / "run.json").chmod(0o644)
    reports.write_json(tmp_path / "run.json", {})
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600


def rows(results, timestamps=None):
    return list(csv.DictReader(io.StringIO(reports.gradebook(results, timestamps or {}))))


def test_the_gradebook_has_nbgraders_columns():
    pytest.importorskip("nbgrader")
    import inspect

    from nbgrader.plugins.export import CsvExportPlugin

    (row,) = rows([record()])
    source = inspect.getsource(CsvExportPlugin.export)
    start = source.index("keys = [")
    assert list(row)[:-1] == [
        part.strip().strip('"') for part in source[start + 8 : source.index("]", start)].split(",")
    ]


def test_the_gradebook_holds_scores_and_times():
    (row,) = rows([record()], {"ada": "2026-01-01 12:00"})
    assert (row["assignment"], row["student_id"]) == ("03-x", "ada")
    assert (float(row["raw_score"]), float(row["score"]), float(row["max_score"])) == (1, 1, 3)
    assert row["timestamp"] == "2026-01-01 12:00"
    assert row["status"] == "graded"


def test_who_is_ungraded_has_no_mark_which_is_not_a_mark_of_0():
    ungraded = reports.result(
        "ada", "03-x", [], status=GradingStatus.UNGRADED, isolation="full", problems=["the machine"]
    )
    assert ungraded["score"] is None
    (row,) = rows([ungraded])
    assert (row["raw_score"], row["score"], row["status"]) == ("", "", "ungraded")


@pytest.mark.parametrize(
    "student",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "|calc", "%0", "＝1+1",
        '=HYPERLINK("x","y")', '"=1', 'a","=1', "a\n=1+1", "a;=1", "Zoë, Q.",
        "x;=1+1", "x; +1", "x,-1", "x\t@A1", "x|=1", "x:=1", 'x;"=1+1"', "x;';=1",
    ],
)  # fmt: skip
def test_no_field_of_the_gradebook_is_a_formula(student):
    text = reports.gradebook([record(student)], {student: student})
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    for field in (row["student_id"], row["timestamp"]):
        assert field.replace("'", "").split() == student.replace("'", "").split()
        for part in re.split(r"[;,:|\t]", field):
            assert not part.lstrip(' "').startswith(tuple("=+-@|%＝"))
    assert len(text.splitlines()) == 2


def test_every_field_of_the_gradebook_is_quoted():
    line = reports.gradebook([record("Zoë, Q.")], {}).splitlines()[1]
    assert line.count('"') == 2 * len(reports.GRADEBOOK_COLUMNS)

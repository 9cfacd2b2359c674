"""Files that a run leaves: whole or not at all, and safe to open."""

import errno
import os
from types import SimpleNamespace

import pytest

from backproplab.grading import reports
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
    one, other = reports.read_result(path), reports.read_result(path)
    assert one["isolation"] is other["isolation"]  # a class may have ten thousand
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


def test_on_windows_it_says_that_the_file_may_be_open_in_another_program(tmp_path, monkeypatch):
    def refuse(old, new):
        raise PermissionError(errno.EACCES, "Access is denied")

    monkeypatch.setattr(os, "replace", refuse)
    for system, remedy in {
        "nt": "close it in other programs, such as a spreadsheet, or see",
        "posix": "see",
    }.items():
        monkeypatch.setattr(reports, "os", SimpleNamespace(name=system))
        with pytest.raises(
            reports.SaveError, match=rf"g.csv could not be written \(Access is denied\): {remedy}"
        ):
            reports.write_private(tmp_path / "g.csv", "new")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_private_file_is_its_owners_alone(tmp_path):
    (tmp_path / "run.json").write_text("readable by all")
    (tmp_path / "run.json").chmod(0o644)
    reports.write_json(tmp_path / "run.json", {})
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600

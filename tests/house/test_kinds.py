"""Where all must run, what is missing is a failure; and each test has a kind."""

from types import SimpleNamespace

import pytest
from kinds import ELSEWHERE, KINDS, as_failure, kind


def skipped(**more):
    return SimpleNamespace(
        skipped=True, outcome="skipped", longrepr=("file.py", 3, "Skipped: no chromium"), **more
    )


def test_a_skip_is_a_failure_with_its_reason_where_all_must_run():
    report = as_failure(skipped(), must_run=True)
    assert report.outcome == "failed"
    assert report.longrepr == "BACKPROPLAB_MUST_RUN is set, and this was skipped: Skipped: no chromium"
    assert as_failure(skipped(), must_run=False).outcome == "skipped"
    assert as_failure(skipped(wasxfail="known"), must_run=True).outcome == "skipped"


def test_a_skip_of_what_only_another_machine_shows_stays_a_skip():
    report = skipped()
    report.longrepr = ("file.py", 3, f"Skipped: {ELSEWHERE}root's Python can be read by all")
    assert as_failure(report, must_run=True).outcome == "skipped"


def test_what_passed_stays_so():
    report = SimpleNamespace(skipped=False, outcome="passed")
    assert as_failure(report, must_run=True).outcome == "passed"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("tests/browser/test_export.py::test_a", "browser"),
        ("tests/lessons/test_02.py::test_a", "browser"),
        ("tests/sandbox/test_wire.py::test_a", "grader"),
        ("tests/test_exercises.py::test_a[03]", "course"),
        ("tests/layers/test_dense.py::test_a", "mathematics"),
        ("backproplab/scalar.py::backproplab.scalar", "mathematics"),
    ],
)
def test_a_test_s_kind_is_where_it_stands(test, expected):
    assert kind(test) == expected


def test_the_places_of_the_kinds_are_there(pytestconfig):
    assert [
        place for places in KINDS.values() for place in places if not (pytestconfig.rootpath / place).exists()
    ] == []

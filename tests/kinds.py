"""The kinds of tests and what each takes, and when a skip is a failure: a plugin for pytest."""

import os
from collections import Counter

import pytest

MUST_RUN = bool(os.environ.get("BACKPROPLAB_MUST_RUN"))
"""Whether all that tests need must be here: isolation, a browser, LibreOffice, PyTorch. CI says so."""

ELSEWHERE = "this machine is another: "
"""How a skip begins that is none of CI's business: what is tested is how things go on a machine unlike it."""

KINDS = {
    "browser": ("tests/browser/", "tests/lessons/"),
    "grader": ("tests/sandbox/", "tests/grading/", "tests/authoring/", "tests/attacks/", "tests/soak/"),
    "course": (
        "tests/course/",
        "tests/door/",
        "tests/test_exercises.py",
        "tests/house/",
        "tests/publishing/",
        "tests/test_published.py",
    ),
}
"""The kinds of tests by where they stand; all others are `mathematics`, the package by itself."""

seconds: Counter[str] = Counter()
counts: Counter[str] = Counter()


def kind(nodeid: str) -> str:
    """The kind of a test."""
    return next((kind for kind, places in KINDS.items() if nodeid.startswith(places)), "mathematics")


def pytest_configure(config):
    """Declare the kinds, so that `-m browser` is a choice and `-m brwoser` an error."""
    for name in (*KINDS, "mathematics"):
        config.addinivalue_line("markers", f"{name}: by where the test stands, see tests/kinds.py")


def pytest_collection_modifyitems(items):
    """Mark each test with its kind."""
    for item in items:
        item.add_marker(kind(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where everything must run, a skip is a failure, with its reason."""
    return as_failure((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """A file that skips itself is no exception."""
    return as_failure((yield))


def as_failure(report, *, must_run=MUST_RUN):
    """The report, failed if it was a skip and skips are not allowed."""
    if must_run and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        if ELSEWHERE in reason:
            return report
        report.outcome = "failed"
        report.longrepr = f"BACKPROPLAB_MUST_RUN is set, and this was skipped: {reason}"
    return report


def pytest_runtest_logreport(report):
    """Count what each kind takes; with workers, in the process that hears from all of them."""
    seconds[kind(report.nodeid)] += report.duration
    counts[kind(report.nodeid)] += report.when == "call"


def pytest_terminal_summary(terminalreporter):
    """Say it, where more than one kind ran."""
    if len(counts) > 1:
        told = (f"{name} {counts[name]} in {seconds[name]:.0f} s" for name in sorted(counts))
        terminalreporter.write_line("tests by kind (seconds of all workers): " + ", ".join(told))

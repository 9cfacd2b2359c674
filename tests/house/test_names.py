"""Every file of the project has a name that every system takes."""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
REFUSED = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')


def faults(paths):
    """Yield each path that Windows does not take, or takes for another of these."""
    there = Counter(path.casefold() for path in paths)
    for path in paths:
        parts = PurePosixPath(path).parts
        if (
            any(RESERVED.fullmatch(part) or REFUSED.search(part) for part in parts)
            or there[path.casefold()] > 1
        ):
            yield path


def test_windows_takes_each_name_and_tells_them_apart():
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("only git knows which files are the project's")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    paths = listed.stdout.strip("\0").split("\0")
    assert len(paths) > 500
    assert list(faults(paths)) == []


@pytest.mark.parametrize(
    "path", ["a/aux.py", "CON", "what?.md", "a:b", "end.", "end ", "a\\b", "x/lpt1.tar.gz"]
)
def test_a_name_that_windows_refuses_is_found(path):
    assert list(faults(["fine/auxiliary.py", path])) == [path]


def test_two_names_that_windows_takes_for_one_are_found():
    assert list(faults(["a/Read.md", "a/read.md", "read.md"])) == ["a/Read.md", "a/read.md"]

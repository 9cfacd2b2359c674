"""Which code grades is told by its source: a line that is changed under the same number is another code."""

import shutil
import zipfile

import pytest

from backproplab.grading import source
from backproplab.grading.kept import asked, changed, versions
from backproplab.sandbox.protocol import Assignment, Limits


@pytest.fixture(autouse=True)
def read_anew():
    """The hash is kept as long as a process lives: what a test put in its place goes."""
    yield
    source.source_here.cache_clear()


def hash_of(folder, monkeypatch):
    monkeypatch.setattr(source, "PACKAGE", folder / "backproplab")
    source.source_here.cache_clear()
    return source.source_here()


def a_copy(tmp_path, monkeypatch):
    """A small package, and its hash."""
    inner = tmp_path / "backproplab" / "marking"
    inner.mkdir(parents=True)
    (inner / "__init__.py").write_bytes(b'"""Marking."""\n')
    (inner / "compare.py").write_bytes(b"CLOSE = 1e-6\nFAR = 1\n")
    return inner, hash_of(tmp_path, monkeypatch)


def test_a_changed_an_added_a_moved_and_a_removed_file_each_make_another_source(tmp_path, monkeypatch):
    inner, before = a_copy(tmp_path, monkeypatch)
    found = {before}
    (inner / "compare.py").write_bytes(b"CLOSE = 1e-5\nFAR = 1\n")
    found.add(hash_of(tmp_path, monkeypatch))
    (inner / "more.py").write_bytes(b"")
    found.add(hash_of(tmp_path, monkeypatch))
    (inner / "more.py").rename(inner / "less.py")
    found.add(hash_of(tmp_path, monkeypatch))
    (inner / "compare.py").unlink()
    found.add(hash_of(tmp_path, monkeypatch))
    assert len(found) == 5


def test_what_is_no_code_and_the_ends_of_lines_make_no_other(tmp_path, monkeypatch):
    inner, before = a_copy(tmp_path, monkeypatch)
    (inner / "__pycache__").mkdir()
    (inner / "__pycache__" / "compare.cpython-311.pyc").write_bytes(b"\0")
    (inner / "compare.py").write_bytes(b"CLOSE = 1e-6\r\nFAR = 1\r\n")
    assert hash_of(tmp_path, monkeypatch) == before


def test_a_wheel_has_the_source_that_it_was_made_of(tmp_path, monkeypatch):
    _, before = a_copy(tmp_path, monkeypatch)
    wheel = tmp_path / "backproplab-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for path in sorted(tmp_path.rglob("*.py"), reverse=True):  # in no order of ours
            file.write(path, path.relative_to(tmp_path))
        file.writestr("backproplab-0.1.0.dist-info/METADATA", "Name: backproplab\n")
    assert source.source_in_wheel(wheel) == before


def test_the_package_that_is_copied_elsewhere_is_the_same(tmp_path, monkeypatch):
    here = source.source_here()
    shutil.copytree(source.PACKAGE, tmp_path / "backproplab", ignore=shutil.ignore_patterns("*.npz", "*.js"))
    assert hash_of(tmp_path, monkeypatch) == here


def test_values_and_results_are_those_of_one_source(tmp_path, monkeypatch):
    assignment, options = Assignment("90-slopes", (), ()), {"public": (1,), "isolation": "full"}
    before, named = asked(assignment, limits=Limits(), **options), versions()
    _, other = a_copy(tmp_path, monkeypatch)
    after = asked(assignment, limits=Limits(), **options)
    assert changed(before, after) == ["the version of source of backproplab"]
    assert versions() == named | {"source of backproplab": other}

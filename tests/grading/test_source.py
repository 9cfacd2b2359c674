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


def a_wheel(tmp_path):
    """A wheel of the small package."""
    wheel = tmp_path / "backproplab-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for path in sorted((tmp_path / "backproplab").rglob("*"), reverse=True):  # in no order of ours
            file.write(path, path.relative_to(tmp_path))
        file.writestr("backproplab-0.1.0.dist-info/METADATA", "Name: backproplab\n")
    return wheel


def test_what_an_editor_leaves_beside_makes_no_other_source(tmp_path, monkeypatch):
    inner, before = a_copy(tmp_path, monkeypatch)
    (inner / ".ipynb_checkpoints").mkdir()
    (inner / ".ipynb_checkpoints" / "compare-checkpoint.py").write_bytes(b"CLOSE = 1\n")
    (inner / ".#compare.py").symlink_to("ana@nowhere.1234")
    assert hash_of(tmp_path, monkeypatch) == before
    (inner / ".#compare.py").unlink()  # it leads nowhere, which no wheel can hold
    assert source.source_in_wheel(a_wheel(tmp_path)) == before


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


@pytest.mark.parametrize("name", ["mnist.npz", "first_names.txt", "trials.json"])
def test_other_data_make_another_source(tmp_path, monkeypatch, name):
    inner, _ = a_copy(tmp_path, monkeypatch)
    found = set()
    for data in (b"james\nmary\n", b"mary\njames\n"):
        (inner / name).write_bytes(data)
        found.add(hash_of(tmp_path, monkeypatch))
        wheel = a_wheel(tmp_path)
        assert source.source_in_wheel(wheel) in found
    assert len(found) == 2


def test_in_arrays_no_byte_is_the_end_of_a_line(tmp_path, monkeypatch):
    inner, _ = a_copy(tmp_path, monkeypatch)
    found = set()
    for data in (b"PK\r\n", b"PK\n"):
        (inner / "mnist.npz").write_bytes(data)
        found.add(hash_of(tmp_path, monkeypatch))
    assert len(found) == 2


def test_what_is_no_code_and_the_ends_of_lines_make_no_other(tmp_path, monkeypatch):
    inner, before = a_copy(tmp_path, monkeypatch)
    (inner / "__pycache__").mkdir()
    (inner / "__pycache__" / "compare.cpython-311.pyc").write_bytes(b"\0")
    (inner / "compare.py").write_bytes(b"CLOSE = 1e-6\r\nFAR = 1\r\n")
    (inner / "README.md").write_bytes(b"How it was made.\n")
    assert hash_of(tmp_path, monkeypatch) == before


def test_a_wheel_has_the_source_that_it_was_made_of(tmp_path, monkeypatch):
    _, before = a_copy(tmp_path, monkeypatch)
    assert source.source_in_wheel(a_wheel(tmp_path)) == before


def test_the_course_that_a_wheel_carries_is_no_part_of_it(tmp_path, monkeypatch):
    """It lies beside the package where that runs from the course's folder."""
    _, before = a_copy(tmp_path, monkeypatch)
    carried = tmp_path / "backproplab" / "course" / "carried" / "notebooks" / "files"
    carried.mkdir(parents=True)
    (carried / "26-gloo.py").write_bytes(b"WORKERS = 2\n")
    assert source.source_in_wheel(a_wheel(tmp_path)) == before
    assert hash_of(tmp_path, monkeypatch) == before


def test_the_package_that_is_copied_elsewhere_is_the_same(tmp_path, monkeypatch):
    here = source.source_here()
    shutil.copytree(source.PACKAGE, tmp_path / "backproplab", ignore=shutil.ignore_patterns("*.md", "*.js"))
    assert hash_of(tmp_path, monkeypatch) == here


def test_values_and_results_are_those_of_one_source(tmp_path, monkeypatch):
    assignment, options = Assignment("90-slopes", (), ()), {"public": (1,), "isolation": "full"}
    before, named = asked(assignment, limits=Limits(), **options), versions()
    _, other = a_copy(tmp_path, monkeypatch)
    after = asked(assignment, limits=Limits(), **options)
    assert changed(before, after) == ["the version of source of backproplab"]
    assert versions() == named | {"source of backproplab": other}

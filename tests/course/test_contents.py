"""What a copy holds: everything as committed but the answers to predictions; no solution, no package."""

import json
import re
from pathlib import Path

import course_kit as kit
import nbformat
import pytest
from house import pages

from backproplab.course.contents import CourseError, learners_copy, without_links_out
from backproplab.course.predictions import predicted_cells

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def contents():
    return learners_copy(ROOT)


@pytest.fixture(scope="module")
def copy(contents, tmp_path_factory):
    """The course's copy in a folder."""
    folder = tmp_path_factory.mktemp("copy")
    for name, data in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def cells_of(path_or_bytes):
    text = path_or_bytes if isinstance(path_or_bytes, bytes) else path_or_bytes.read_bytes()
    return nbformat.reads(text.decode(), as_version=4).cells


def test_a_copy_holds_lessons_files_exercises_values_and_a_note(tmp_path):
    assert list(learners_copy(kit.made(tmp_path))) == kit.EVERYTHING


def test_the_copy_of_the_course_holds_every_lesson_and_every_set(contents):
    stems = {
        folder: {path.stem for path in (ROOT / folder).glob("*.ipynb")}
        for folder in ("notebooks", "exercises")
    }
    found = {"notebooks": set(), "exercises": set(), "expected": set(), "files": set()}
    for name in set(contents) - {kit.NOTE}:
        path = Path(name)
        found[path.parent.name].add(path.stem)
    assert found["notebooks"] == stems["notebooks"] | {"glossary", "cheat-sheet"}
    assert found["exercises"] == found["expected"] == stems["exercises"]
    assert found["files"] == {path.stem for path in (ROOT / "notebooks" / "files").iterdir()}


def test_no_solution_and_no_cell_for_the_author_is_in_a_copy(contents):
    for name, data in contents.items():
        for word in (b"BEGIN SOLUTION", b"backproplab.authoring", b"@misconception", b"@alternative"):
            assert word not in data, name


def test_no_answer_to_a_prediction_is_in_the_copy(contents):
    asked = 0
    for name, data in contents.items():
        if name.startswith("notebooks/") and name.endswith(".ipynb"):
            for cell in cells_of(data):
                if cell.id in predicted_cells(nbformat.reads(data.decode(), as_version=4)):
                    asked += 1
                    assert cell.outputs == []
                    assert cell.execution_count is None
    assert asked > 50


def test_everything_else_is_as_committed_cell_by_cell(contents):
    for name, data in contents.items():
        if name == kit.NOTE:
            continue
        committed = ROOT / name
        if not name.endswith(".ipynb"):
            assert data == committed.read_bytes()
            continue
        before, after = nbformat.read(committed, as_version=4), nbformat.reads(data.decode(), as_version=4)
        assert after.metadata == before.metadata
        predicted = predicted_cells(before)
        for old, new in zip(before.cells, after.cells, strict=True):
            if old.id in predicted and name.startswith("notebooks/"):
                old = {**old, "outputs": [], "execution_count": None}
            if old["cell_type"] == "markdown" and "](../" in old["source"]:
                old = {**old, "source": without_links_out(old["source"], Path(name).parent.name)}
            assert new == old, f"{name}: {old['id']}"


def test_a_notebook_without_predictions_is_the_committed_file_to_the_byte(contents, tmp_path):
    course = kit.made(tmp_path)
    assert learners_copy(course)[kit.NEXT] == (course / kit.NEXT).read_bytes()
    sets = [name for name in contents if re.fullmatch(r"exercises/[^/]+", name)]
    assert sets
    for name in sets:
        assert contents[name] == (ROOT / name).read_bytes()


def test_a_copy_breaks_no_link(copy):
    found = 0
    for path in copy.rglob("*.ipynb"):
        name = path.relative_to(copy)
        found += len(pages.LINK.findall(pages.text_of(path)))
        assert set(pages.broken_links(path)) <= set(pages.broken_links(ROOT / name))
    assert found > 30


@pytest.mark.parametrize(
    ("markdown", "kept"),
    [
        ("[a](03-b.ipynb)", "[a](03-b.ipynb)"),
        ("[a](../exercises/03-b.ipynb#x)", "[a](../exercises/03-b.ipynb#x)"),
        ("[a](files/b.xlsx)", "[a](files/b.xlsx)"),
        ("[a](https://b.org/../c) [d](#e)", "[a](https://b.org/../c) [d](#e)"),
        ("[a](../INSTALL.txt)", "[a](../INSTALL.txt)"),
        ("[`Dense`](../backproplab/layers/dense.py) is", "`Dense` (`backproplab/layers/dense.py`) is"),
        ("[read\nme](../README.md#start).", "read\nme (`README.md`)."),
        ("[a [b] c](../solutions/03-b.ipynb)", "a [b] c (`solutions/03-b.ipynb`)"),
        ("![a map](../site/map.png)", "a map (`site/map.png`)"),
        ("w[0](x) = f(w)[1]", "w[0](x) = f(w)[1]"),
    ],
)
def test_a_link_out_of_the_copy_becomes_words(markdown, kept):
    assert without_links_out(markdown, "notebooks") == kept


def test_where_there_is_no_course_it_says_where_to_go(tmp_path):
    with pytest.raises(CourseError, match="run this in the course's folder"):
        learners_copy(tmp_path)


def test_a_set_without_its_recorded_values_is_refused(tmp_path):
    (kit.made(tmp_path) / kit.VALUES).unlink()
    with pytest.raises(CourseError, match=r"03-made-up\.json is missing; make it with: backproplab release"):
        learners_copy(tmp_path)


@pytest.mark.parametrize("text", ["<<<<<<< HEAD", "[]", '{"cells": [{"cell_type": "code"}]}', '{"cells": 3}'])
def test_what_is_no_notebook_is_named(text, tmp_path):
    kit.write(kit.made(tmp_path), kit.LESSON, text)
    with pytest.raises(CourseError, match=r"03-made-up\.ipynb is no notebook with ids of cells"):
        learners_copy(tmp_path)


def test_text_is_the_same_where_git_writes_lines_as_windows_does(tmp_path):
    plain = learners_copy(kit.made(tmp_path / "unix"))
    windows = kit.made(tmp_path / "windows")
    for name in (kit.LESSON, kit.NEXT, kit.SET, kit.VALUES):
        (windows / name).write_bytes((windows / name).read_bytes().replace(b"\n", b"\r\n"))
    assert learners_copy(windows) == plain


def test_a_capstone_is_a_set_without_a_lesson(tmp_path):
    kit.save(kit.made(tmp_path), "exercises/capstone-1.ipynb", kit.exercise())
    kit.write(tmp_path, "exercises/expected/capstone-1.json", kit.values())
    added = {"exercises/capstone-1.ipynb", "exercises/expected/capstone-1.json"}
    assert set(learners_copy(tmp_path)) == {*kit.EVERYTHING, *added}


def test_exercises_alone_make_a_copy(tmp_path):
    kit.save(tmp_path, kit.SET, kit.exercise())
    kit.write(tmp_path, kit.VALUES, kit.values())
    assert list(learners_copy(tmp_path)) == sorted([kit.NOTE, kit.SET, kit.VALUES])


def test_the_note_names_commands_that_exist_and_the_version_of_the_package(contents):
    note = contents[kit.NOTE].decode()
    verbs = set(re.findall(r"backproplab (\w+)", note)) - {"course"}
    assert "lab" in verbs
    assert max(map(len, note.splitlines())) <= 120
    version = re.search(
        r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )[1]
    assert set(re.findall(r"backproplab-([\d.]+)-py3", note)) == {version}
    assert json.dumps(note).isascii(), "a console or an editor of any system shows it"

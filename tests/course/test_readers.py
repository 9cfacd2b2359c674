"""Which notebooks of a copy are checked by the recorded values of a set."""

import course_kit as kit
import pytest

from backproplab.course.readers import readers_of
from backproplab.course.record import RECORD


@pytest.fixture
def copy(tmp_path):
    """A copy that holds the made-up set, in a course that holds another version of it."""
    kit.made(tmp_path)
    folder = tmp_path / "mycourse"
    kit.save(folder, kit.SET, kit.exercise())
    kit.write(folder, kit.VALUES, kit.values())
    kit.write(folder, RECORD, "{}")
    return folder


def readers(copy, unit=kit.SET):
    return sorted(path.relative_to(copy).as_posix() for path in readers_of(copy, unit))


@pytest.mark.parametrize(
    "name", ["exercises/03-made-up-Copy1.ipynb", "exercises/mine/again.ipynb", "tried.ipynb", "a b/é.ipynb"]
)
def test_a_duplicate_beside_below_or_above_is(name, copy):
    kit.save(copy, name, kit.exercise())
    assert readers(copy) == [name]


@pytest.mark.parametrize(
    "call", ['check_set("03-made-up")', "check_set('03-made-up')", "check_set( '03-made-up' )"]
)
def test_a_set_is_known_by_how_one_writes_its_name(call, copy):
    kit.save(copy, "exercises/a.ipynb", [kit.ran(call, "setup")])
    assert readers(copy) == ["exercises/a.ipynb"]


@pytest.mark.parametrize("call", ['check_set("03-made-up-too")', 'check_set("x03-made-up")', "03-made-up"])
def test_a_notebook_that_opens_another_set_is_not(call, copy):
    kit.save(copy, "exercises/a.ipynb", [kit.ran(call, "setup")])
    assert readers(copy) == []


def test_the_sets_own_notebook_hidden_ones_and_those_with_values_of_their_own_are_not(copy):
    kit.save(copy, "exercises/.ipynb_checkpoints/03-made-up-checkpoint.ipynb", kit.exercise())
    kit.save(copy, "elsewhere/03-made-up.ipynb", kit.exercise())
    kit.write(copy, "elsewhere/expected/03-made-up.json", kit.values())
    kit.write(copy, "exercises/bytes.ipynb", "")
    (copy / "exercises/bytes.ipynb").write_bytes(b"\xff")
    (copy / "exercises/folder.ipynb").mkdir()
    assert readers(copy) == []


def test_it_matters_where_values_would_be_looked_for_not_whether_they_are_there(copy):
    kit.save(copy, "exercises/a.ipynb", kit.exercise())
    (copy / kit.VALUES).unlink()
    assert readers(copy) == ["exercises/a.ipynb"]


def test_a_lesson_has_no_recorded_values(copy):
    kit.save(copy, "notebooks/a.ipynb", kit.exercise())
    assert readers(copy, kit.LESSON) == []

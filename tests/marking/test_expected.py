"""Where a notebook finds recorded values: beside it or above, but not beyond a learner's copy."""

from pathlib import Path

import pytest

from backproplab.marking.expected import RECORD, find

FILE = "03-a.json"


def put(folder, name):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("{}")
    return folder / name


@pytest.mark.parametrize("start", ["exercises", ".", "exercises/mine", "notebooks"])
def test_values_are_found_from_beside_below_and_the_courses_folder(start, tmp_path):
    values = put(tmp_path, f"exercises/expected/{FILE}")
    folder = tmp_path / start
    folder.mkdir(exist_ok=True)
    assert find(FILE, folder) == values
    assert find("04-b.json", folder) is None


def test_the_nearest_counts(tmp_path):
    put(tmp_path, f"exercises/expected/{FILE}")
    nearest = put(tmp_path, f"exercises/mine/expected/{FILE}")
    assert find(FILE, tmp_path / "exercises" / "mine") == nearest


def test_a_copy_does_not_read_the_values_of_the_course_around_it(tmp_path):
    put(tmp_path, f"exercises/expected/{FILE}")
    own = put(tmp_path, f"mycourse/exercises/expected/{FILE}")
    put(tmp_path, f"mycourse/{RECORD}")
    folder = Path(tmp_path, "mycourse/exercises")
    assert find(FILE, folder) == own
    own.unlink()
    assert find(FILE, folder) is None

"""The README's three commands on the export of each platform: everybody has a result, and by their name."""

import json

import grading_kit as kit
import pytest
from exports import EXPORTS, pack
from readme_kit import SET, commands, hand_out, run

BY_NAME = ("Google Drive",)
"""Where two notebooks of one name are a doubt, of whom there is one here."""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder in which a set was handed out, and the notebook that came back."""
    if kit.isolation() != "full":
        pytest.skip("full isolation is not to be had on this machine")
    folder = tmp_path_factory.mktemp("course")
    return folder, hand_out(folder)


@pytest.mark.parametrize("platform", EXPORTS)
def test_from_an_export_to_grades(course, platform):
    folder, notebook = course
    names, students = EXPORTS[platform]
    pack(folder / "submissions.zip", names, notebook=notebook)
    command = commands()[2].replace("grades", f"'grades {platform}'")
    said = run(f"{command} --yes" if platform in BY_NAME else command, folder)
    assert f"Read as {platform}" in said
    paths = (folder / f"grades {platform}" / SET / "results").glob("*.json")
    records = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    assert {record["student"] for record in records} == set(students)
    for record in records:
        chosen = students[record["student"]]
        assert (record["notebook"] in chosen) if chosen else record["status"] == "not a notebook", record

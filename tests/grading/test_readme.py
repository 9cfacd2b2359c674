"""The instructor's three commands, as the README has them."""

import zipfile

import grading_kit as kit
import pytest
from readme_kit import SET, commands, hand_out, run


def test_from_handing_out_to_grades_in_three_commands(tmp_path):
    if kit.isolation() != "full":
        pytest.skip("full isolation is not to be had on this machine")
    notebook = hand_out(tmp_path)
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as back:
        back.writestr(f"lovelaceada_12_34_{SET}.ipynb", notebook)
        back.writestr(f"hoppergrace_LATE_56_78_{SET}-1.ipynb", notebook)
    run(commands()[2], tmp_path)
    assert {each.stem for each in (tmp_path / "grades" / SET / "results").iterdir()} == {
        "lovelaceada_12",
        "hoppergrace_56",
    }
    assert (tmp_path / "grades" / "gradebook.csv").exists()
    for name in ("class.html", "run.json", "feedback/lovelaceada_12.html"):
        assert (tmp_path / "grades" / SET / name).exists()

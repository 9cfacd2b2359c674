"""The names of mistakes: each says something, and leads to a lesson that is there."""

import re
from pathlib import Path

import pytest

from backproplab.marking.slips import SLIPS

LESSONS = {path.stem for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb")}


@pytest.mark.parametrize("slug", SLIPS)
def test_a_slip_has_a_name_a_sentence_and_a_lesson(slug):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", slug)
    assert SLIPS[slug].what.endswith(".")
    assert len(SLIPS[slug].what) < 110
    assert SLIPS[slug].lesson in LESSONS

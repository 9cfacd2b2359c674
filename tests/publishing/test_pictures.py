"""The pictures of README: drawn by the package, in the engine's own order and numbers, small."""

import re

import pytest
from site_kit import ROOT

from backproplab.publishing.site.moving_picture import EDGES, both_passes
from backproplab.publishing.site.pictures import FOLDER, alt_texts, pictures

PUBLISHED = {
    "w₁": -0.010265336,
    "w₂": -0.006159202,
    "b₁": -0.020530673,
    "w₃": -0.066614676,
    "b₂": -0.119015637,
}


@pytest.mark.parametrize("name", pictures())
def test_the_committed_pictures_are_those_that_the_package_draws(name):
    drawn = pictures()[name]
    assert (ROOT / FOLDER / name).read_text(encoding="utf-8") == drawn, "draw them anew: backproplab pictures"
    assert len(drawn) < 300_000
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
    assert "var(" not in drawn


def test_the_moving_picture_shows_the_numbers_of_lesson_03():
    done = both_passes()
    assert {name: done.gradients[name] for name in PUBLISHED} == pytest.approx(PUBLISHED, abs=1e-9)
    assert (done.values["L"], done.after) == pytest.approx((0.113796087, 0.095490687), abs=1e-9)


def test_a_gradient_appears_after_those_that_it_is_made_from():
    order = both_passes().backward
    assert order[0] == "L"
    assert all(order.index(end) < order.index(start) for start, end in map(str.split, EDGES))


def test_readme_says_of_each_picture_what_it_shows_on_light_pages_and_dark():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, words in alt_texts().items():
        assert f'<img alt="{words}" src="{FOLDER.as_posix()}/{name}-light.svg"' in readme
        assert f'srcset="{FOLDER.as_posix()}/{name}-dark.svg"' in readme
    assert re.match(r"# backproplab\n\n<picture>", readme), "it opens with one"

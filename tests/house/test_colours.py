"""A colour that means something is the same in pictures, in widgets, on the site and on a copy's map."""

import re
import runpy
from pathlib import Path

import pytest

from backproplab.plots.style import ROLES
from backproplab.publishing.site.moving_picture import COLOURS

ROOT = Path(__file__).parents[2]
MEANINGS = ("value", "gradient", "gradient-text", "right")


def variables(path, prefix, dark):
    """The colours by meaning of a style sheet, of its first rule or of the one after `dark`."""
    text = (ROOT / path).read_text(encoding="utf-8")
    before, found, after = text.partition(dark)
    assert found
    return {
        theme: {name: re.search(rf"--{prefix}-{name}: (#\w+);", part)[1] for name in MEANINGS}
        for theme, part in [("light", before), ("dark", after)]
    }


def of_the_site():
    """The same of the site's configuration."""
    options = runpy.run_path(str(ROOT / "site/conf.py"))["html_theme_options"]
    return {
        theme: {name: options[f"{theme}_css_variables"][f"course-{name}"] for name in MEANINGS}
        for theme in ("light", "dark")
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_colour_is_the_same_wherever_it_means_the_same(theme):
    widgets = variables("backproplab/widgets/kit/kit.css", "bpl", '[data-jp-theme-light="false"]')[theme]
    assert variables("backproplab/course/map.css", "course", "prefers-color-scheme: dark")[theme] == widgets
    assert of_the_site()[theme] == widgets
    picture = COLOURS[theme]
    drawn = {"value": picture.value, "gradient": picture.gradient, "gradient-text": picture.words}
    assert drawn == {name: widgets[name] for name in drawn}
    if theme == "light":
        assert {name: ROLES[name].colour.lower() for name in ("value", "gradient")} == {
            name: widgets[name] for name in ("value", "gradient")
        }

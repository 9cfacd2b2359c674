"""The browser's half of the widgets: joined ES modules, and colours that are those of the pictures."""

import re
from pathlib import Path

import pytest

from backproplab import widgets as package
from backproplab.plots.style import ROLES
from backproplab.widgets.kit import modules
from backproplab.widgets.kit.base import Live

HOME = Path(__file__).parents[3] / "backproplab/widgets"
SCRIPTS = sorted(path.relative_to(HOME).as_posix() for path in HOME.rglob("*.js"))
WIDGETS = [name for name in SCRIPTS if "export default" in modules.read(name)]
SHEETS = sorted(path.relative_to(HOME).as_posix() for path in HOME.rglob("*.css"))


def test_every_widget_has_its_page_and_its_style_in_its_own_folder():
    widgets = [getattr(package, name) for name in package.__all__ if name != "quick_check"]
    folders = [widget.__module__.split(".")[-2] for widget in widgets]
    assert [f"{folder}/page.js" for folder in sorted(folders)] == WIDGETS
    for folder, widget in zip(folders, widgets, strict=True):
        assert widget._esm == modules.script(f"{folder}/page.js")
        assert widget._css == modules.style(f"{folder}/style.css")


@pytest.mark.parametrize("name", [name for name in package.__all__ if name != "quick_check"])
def test_the_types_of_a_page_name_the_traits_that_python_syncs(name):
    widget = getattr(package, name)
    types = modules.read(f"{widget.__module__.split('.')[-2]}/types.js")
    (block,) = re.findall(r"@typedef \{object\} Traits\n(.*?)\*/", types, re.DOTALL)
    named = re.findall(r"^ \* @property \{.*\} (\w+)", block, re.MULTILINE)
    assert sorted(named) == sorted(
        widget.class_traits(sync=True).keys() - Live.class_traits(sync=True).keys()
    )


@pytest.mark.parametrize("name", WIDGETS)
def test_a_joined_module_imports_nothing_and_exports_its_widget_alone(name):
    text = modules.script(name)
    assert not re.findall(r"^\s*import\b", text, re.MULTILINE)
    assert len(re.findall(r"^export .*$", text, re.MULTILINE)) == 1
    assert re.search(r"^export default \{", text, re.MULTILINE)


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_stays_in_a_notebook_that_is_saved_without_python(name):
    assert "initialize: keepInNotebook" in modules.read(name)


@pytest.mark.parametrize("name", WIDGETS)
def test_no_name_is_defined_twice_at_the_top_of_a_joined_module(name):
    defined = re.findall(
        r"^(?:async )?(?:function\*?|const|let|class) (\w+)", modules.script(name), re.MULTILINE
    )
    assert sorted(defined) == sorted(set(defined))


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_module_imports_is_exported_where_it_says(name):
    wants = re.findall(r"^import\s+\{([^}]*)\}", modules.read(name), re.MULTILINE)
    for names, path in zip(wants, modules.imports(name), strict=True):
        offered = re.findall(
            r"^export (?:async )?(?:function\*?|const|class) (\w+)", modules.read(path), re.M
        )
        wanted = [word.strip() for word in names.split(",") if word.strip()]
        assert set(wanted) <= set(offered)


@pytest.mark.parametrize("name", [*SCRIPTS, *SHEETS])
def test_nothing_is_loaded_from_elsewhere_and_no_data_becomes_markup(name):
    text = (
        modules.read(name)
        .replace("http://www.w3.org/2000/svg", "")
        .replace("http://www.w3.org/1998/Math/MathML", "")
    )
    assert not re.search(r"https?://|//[\w-]+\.\w+/|\bimport\(|innerHTML|insertAdjacentHTML|\beval\(", text)


def colours(theme):
    text = modules.read("kit/kit.css").lower()
    block = text[text.index(theme) :].split("}")[0]
    return dict(re.findall(r"--bpl-([\w-]+): (#[0-9a-f]{6})", block))


def test_the_light_colours_are_those_of_the_pictures():
    light = colours(".bpl {")
    assert {role: light[role] for role in ROLES} == {
        role: kind.colour.lower() for role, kind in ROLES.items()
    }


def contrast(one, other):
    """The contrast of two colours, WCAG 2.2."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [".bpl {", '[data-jp-theme-light="false"] .bpl {'], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "wash"])
def test_text_and_marks_stand_out_from_their_ground(theme, ground):
    found = colours(theme)
    for name in ("ink", "muted", "gradient-text", "parameter", "loss", "right"):
        assert contrast(found[name], found[ground]) >= 4.5, name
    for name in ("value", "gradient", "focus"):
        assert contrast(found[name], found[ground]) >= 3, name


def test_a_sheet_that_builds_on_another_has_it_in_place_of_the_import():
    text = modules.style("engine_practice/style.css")
    assert "@import" not in text
    assert text.index(".flow-box {") < text.index(".practice-task {")

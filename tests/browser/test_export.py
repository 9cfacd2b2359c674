"""Lessons as pages, opened from a file with no network: what needs no Python is alive there."""

import re

import nbformat
import pytest

from backproplab.authoring.notebooks import execute
from backproplab.publishing.export import export
from browser.exported import Page
from browser.flow import begin, press, says
from browser.lab import OUTPUTS, ROOT, Watched, keep_picture, notebook_of
from browser.quick_check import answer_all
from browser.test_widgets_gradient_film import SOURCE as FILM

BROKEN = """
class Broken(Tied):
    _esm = "export default { render({ el }) { el.append('half'); throw new Error('on purpose'); } };"
    on_page_alone = traitlets.Bool(True).tag(sync=True)

Broken()
"""
TIED = """
import traitlets
from backproplab.widgets.kit.base import Live, Static

class Tied(Live):
    _esm = "export default { render({ el }) { el.append('live'); } };"
    on_page_alone = traitlets.Bool(False).tag(sync=True)
    def static(self):
        return Static("<p>a still half</p>", "a still half")

Tied()
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("export")


@pytest.fixture(scope="module")
def opened(browser, watched, out):
    """Export a notebook and open its page without a network: opened(path)."""
    pages = []

    def make(path):
        watched.append(Watched(browser, "file://", offline=True))
        lesson = nbformat.read(path, as_version=4)
        execute(lesson, path)
        page = export(lesson, path, out, also=["02-chain-rule", "03-spreadsheet"])
        pages.append(Page(watched[-1], page))
        return pages[-1]

    yield make
    for page in pages:
        page.context.close()


@pytest.fixture(scope="module")
def chain_rule(opened):
    return opened(ROOT / "notebooks/02-chain-rule.ipynb")


@pytest.fixture(scope="module")
def spreadsheet(opened):
    return opened(ROOT / "notebooks/03-spreadsheet.ipynb")


@pytest.fixture(scope="module")
def film(opened, out, watched):
    cells = {"film": FILM, "tied": TIED, "broken": BROKEN, "again": "film"}
    page = opened(notebook_of(cells, out / "film.ipynb"))
    watched[-1].troubles.clear()  # of the broken one, which has its own test
    return page


def test_the_quick_check_answers(chain_rule):
    chain_rule.open()
    answer_all(chain_rule, "02")


def test_flow_steps_without_python(chain_rule):
    output = chain_rule.output("step-the-diamond")
    begin(output)
    press(output, "ArrowRight")
    says(output, "d tells b: 1 × 60 = 60. b holds 60; it has heard 1 of 2 and waits.")
    press(output, "End")
    says(output, "The pass is over: every gradient is complete.")


def test_the_sheet_computes(spreadsheet):
    output = spreadsheet.output("live-sheet")
    loss = output.locator("td[data-name='L']")
    before = float(loss.get_attribute("data-number"))
    assert before == pytest.approx(0.113796087, abs=1e-9)
    output.get_by_role("button", name="update").first.press("Enter")
    assert float(loss.get_attribute("data-number")) < before


def test_the_film_plays_and_two_views_of_it_agree(film):
    slider = film.output("film").get_by_label("Moment")
    slider.focus()
    film.page.keyboard.press("End")
    film.output("film").locator("output", has_text="step 1,000 (13 of 13)").first.wait_for()
    film.output("again").locator("output", has_text="step 1,000 (13 of 13)").first.wait_for()
    colours = (
        film.output("film")
        .locator("canvas")
        .first.evaluate("canvas => new Set(canvas.getContext('2d').getImageData(0, 0, 28, 28).data).size")
    )
    assert colours > 10


def test_what_needs_python_stands_still_and_says_so(film):
    words = film.output("tied").inner_text()
    assert "a still half" in words
    assert "make lab" in words


def test_a_widget_that_fails_leaves_its_still_half_and_the_others_live(film, watched):
    film.open()
    assert film.output("broken").inner_text().strip() == "a still half"
    assert film.output("again").get_by_label("Moment").is_visible()
    troubles = next(one.troubles for one in watched if one.page is film.page)
    assert troubles
    assert all("on purpose" in trouble for trouble in troubles)
    troubles.clear()


@pytest.mark.parametrize("lesson", ["chain_rule", "spreadsheet"])
def test_every_formula_is_drawn(lesson, request):
    page = request.getfixturevalue(lesson)
    name = page.path.stem
    cells = nbformat.read(ROOT / f"notebooks/{name}.ipynb", as_version=4).cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    written = re.findall(r"\$\$.+?\$\$|\$[^$\n]+\$", re.sub(r"`[^`]*`", "", prose), re.DOTALL)
    boxes = page.page.locator("math").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(({ width, height }) => [width, height])"
    )
    assert len(boxes) == len(written) > 0
    assert all(width > 4 and height > 6 for width, height in boxes)
    words = " ".join(page.page.locator(".jp-RenderedMarkdown").all_inner_texts())
    assert not re.search(r"\$|\\[a-z]+", words)


def test_links_lead_from_page_to_page(chain_rule, spreadsheet):
    chain_rule.page.get_by_role("link", name="Lesson 03").click()
    chain_rule.page.wait_for_url("**/03-spreadsheet.html")
    chain_rule.open()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lesson", ["chain_rule", "spreadsheet"])
def test_axe_finds_nothing_in_what_is_alive_in_either_theme(lesson, theme, request):
    page = request.getfixturevalue(lesson)
    page.open(color_scheme=theme)
    assert page.page.evaluate("document.body.dataset.jpThemeLight") == str(theme == "light").lower()
    # Text, code and still halves, of this page too: tests/lessons/test_pages.py. What is new here is alive.
    assert page.violations(where=OUTPUTS) == []
    keep_picture(page.page, f"export-{page.path.stem}-{theme}", full_page=True)
    page.open(color_scheme="light")


@pytest.mark.parametrize("lesson", ["chain_rule", "spreadsheet"])
def test_a_narrow_page_is_no_wider_than_its_window_and_what_scrolls_takes_tab(lesson, request):
    page = request.getfixturevalue(lesson)
    page.page.set_viewport_size({"width": 512, "height": 900})
    page.open()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 512
    stops = page.page.locator(".jp-Cell-inputWrapper").evaluate_all(
        "all => all.map(one => [one.tabIndex === 0, one.scrollWidth > one.clientWidth])"
    )
    assert all(stop == scrolls for stop, scrolls in stops)
    assert any(stop for stop, _ in stops)
    assert page.violations(without=["color-contrast"]) == []  # no colour depends on the width
    keep_picture(page.page, f"export-{page.path.stem}-narrow", full_page=True)
    page.page.set_viewport_size({"width": 1280, "height": 900})
    page.open()

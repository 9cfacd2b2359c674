"""Every lesson as a page, as it was committed: nothing in it bars a reader, light or dark or on a phone."""

import nbformat
import pytest
from browser.every_widget import cut_numbers
from browser.exported import Page
from browser.lab import ROOT, Watched
from lessons.lesson import LESSONS

from backproplab.publishing.export import export


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.mark.parametrize("lesson", LESSONS)
def test_axe_finds_nothing_in_either_theme_nor_on_a_phone(lesson, browser, folder, watched):
    path = ROOT / f"notebooks/{lesson}.ipynb"
    page = export(nbformat.read(path, as_version=4), path, folder, also=LESSONS)
    watched.append(Watched(browser, "file://", offline=True))
    opened = Page(watched[-1], page)
    assert opened.violations(without=["color-contrast"]) == []
    assert opened.pale() == []
    opened.open(color_scheme="dark")
    assert opened.pale() == []  # all else is the same page
    opened.page.set_viewport_size({"width": 390, "height": 844})
    assert opened.violations(rules=["scrollable-region-focusable"]) == []
    assert cut_numbers(opened.page) == []
    opened.context.close()

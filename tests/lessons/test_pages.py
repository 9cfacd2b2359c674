"""Every lesson as a page, as it was committed: nothing in it bars a reader, light or dark or on a phone."""

import nbformat
import pytest
from browser.every_widget import cut_numbers
from browser.exported import Page
from browser.lab import ROOT, Watched
from lessons.lesson import LESSONS

from backproplab.publishing.export import export

PHONE = {"width": 390, "height": 844}
# What the page around a lesson decides, whatever it holds: tests/browser/test_export.py asks for that, too.
AROUND = ["region", "link-in-text-block"]


@pytest.fixture(scope="module")
def seen():
    """The looks of text that axe was asked about: lessons have most of them in common."""
    return set()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def phone(browser, watched):
    watched.append(Watched(browser, "file://", offline=True, viewport=PHONE))
    return watched[-1]


@pytest.mark.parametrize("lesson", LESSONS)
def test_axe_finds_nothing_in_either_theme_on_a_phone(lesson, phone, folder, seen):
    path = ROOT / f"notebooks/{lesson}.ipynb"
    phone.page.emulate_media(color_scheme="light")
    opened = Page(phone, export(nbformat.read(path, as_version=4), path, folder, also=LESSONS))
    assert opened.violations(without=["color-contrast", *AROUND]) == []
    assert cut_numbers(opened.page) == []
    assert opened.pale(seen) == []
    opened.page.emulate_media(color_scheme="dark")
    opened.page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    assert opened.pale(seen) == []  # all else is the same page

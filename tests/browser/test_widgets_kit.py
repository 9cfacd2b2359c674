"""What all widgets share does on a page what it does in Python, and is quiet where it should be."""

import re

import pytest

from backproplab.plots.words import number
from backproplab.widgets.kit import modules
from browser.lab import Watched

NUMBERS = [
    *(0.0, -0.0, 1.0, -2.6, 0.06661, 12345.0, 999.6, 9.996, 0.9996, 999_999.0, 1e6, 1234567.0),
    *(9.99e-5, 1e-4, 0.00012345, 3e-9, -3.2e-12, 1e300, 5e-324, float("inf"), float("-inf"), float("nan")),
]


@pytest.fixture(scope="module")
def page(browser):
    """A blank page; `kit` in it holds what kit.js exports."""
    watched = Watched(browser, "about:")
    watched.page.goto("about:blank")
    watched.page.evaluate(
        "async text => { window.kit = await import('data:text/javascript,' + encodeURIComponent(text)); }",
        modules.read("kit/kit.js"),
    )
    yield watched.page
    watched.context.close()


@pytest.mark.parametrize("digits", [1, 2, 3, 5])
def test_numbers_are_written_as_in_pictures(page, digits):
    texts = [str(value).replace("inf", "Infinity").replace("nan", "NaN") for value in NUMBERS]
    written = page.evaluate(
        "([texts, digits]) => texts.map((text) => kit.number(Number(text), digits))", [texts, digits]
    )
    assert written == [number(value, digits) for value in NUMBERS]


def test_a_slider_speaks_once(page):
    markup = page.evaluate(
        """() => {
             const made = kit.slider({ label: "step", min: 0, max: 3, value: 1, read: (at) => `${at} of 3` });
             made.show(2);
             return made.row.outerHTML;
           }"""
    )
    assert 'aria-valuetext="2 of 3"' in markup
    assert re.search(r'<output[^>]* aria-live="off">2 of 3</output>', markup)

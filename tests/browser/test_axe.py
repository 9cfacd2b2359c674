"""What axe is asked, it answers: every test that finds nothing by it rests on this."""

import pytest

from browser.lab import Watched, violations

PAGE = """<!doctype html><html lang="en"><title>Faults</title><main><h1>Faults</h1>
<p style="color: #ccc; background: #fff">hardly to be read</p>
<div class="jp-OutputArea-output"><img src="data:,"></div></main></html>"""
OUTSIDE, INSIDE = "color-contrast: <p style", "image-alt: <img src"


@pytest.fixture
def page(browser):
    watched = Watched(browser, "about:")
    watched.page.set_content(PAGE)
    yield watched.page
    watched.context.close()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [INSIDE]),
        ({"everywhere": True}, [OUTSIDE, INSIDE]),
        ({"everywhere": True, "rules": ["color-contrast"]}, [OUTSIDE]),
        ({"everywhere": True, "without": ["color-contrast"]}, [INSIDE]),
    ],
)
def test_each_fault_is_named_with_its_rule_where_it_was_looked_for(page, asked, found):
    told = violations(page, **asked)
    assert [each.startswith(fault) for each, fault in zip(told, found, strict=True)] == [True] * len(found)

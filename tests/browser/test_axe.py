"""What axe is asked, it answers: every test that finds nothing by it rests on this."""

import pytest

from browser.lab import Watched, pale, violations

PAGE = """<!doctype html><html lang="en"><title>Faults</title><main><h1>Faults</h1><p>well to be read</p>
<p style="color: #ccc; background: #fff">hardly to be read</p>
<div class="jp-OutputArea-output"><img src="data:,"></div></main></html>"""
OUTSIDE, INSIDE = "color-contrast: <p style", "image-alt: <img src"


@pytest.fixture(scope="module")
def opened(browser):
    watched = Watched(browser, "about:")
    yield watched.page
    watched.context.close()


@pytest.fixture
def page(opened):
    opened.set_content(PAGE)
    return opened


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [INSIDE]),
        ({"where": None}, [OUTSIDE, INSIDE]),
        ({"where": None, "rules": ["color-contrast"]}, [OUTSIDE]),
        ({"where": None, "without": ["color-contrast"]}, [INSIDE]),
    ],
)
def test_each_fault_is_named_with_its_rule_where_it_was_looked_for(page, asked, found):
    told = violations(page, **asked)
    assert [each.startswith(fault) for each, fault in zip(told, found, strict=True)] == [True] * len(found)


@pytest.mark.parametrize(
    "fault",
    [
        "<p style='color: #ccc'>",
        "<p style='opacity: 0.3'>",
        "<div style='background: #555'><p>",
        "<p style='color: #888; font-size: 24px'>well<p style='color: #888; font-size: 16px'>",
        "<p style='color: #000; position: absolute; top: 500px'>well"
        "<div style='background: #555; position: absolute; top: 600px; width: 99em; height: 9em'></div>"
        "<p style='color: #000; position: absolute; top: 610px'>",
    ],
)
def test_a_text_that_is_too_pale_is_found_by_its_look_among_many_that_are_not(page, fault):
    well = "<p style='color: #000; background: #fff'>to be read"
    page.set_content(f"<main style='background: #fff'>{well * 9}{fault}hardly</p></main>")
    assert len(pale(page)) == 1


def test_what_was_seen_on_one_page_is_not_looked_at_again_and_what_is_new_on_the_next_is(page):
    seen = set()
    page.set_content("<main style='background: #fff'><p style='color: #ccc'>hardly</main>")
    assert len(pale(page, seen)) == 1
    assert pale(page, seen) == []
    page.set_content(
        "<main style='background: #fff'><p style='color: #ccc'>as before<p style='color: #bbb'>hardly</main>"
    )
    assert [each.startswith('color-contrast: <p style="color: #bbb') for each in pale(page, seen)] == [True]
    out_of_place = "<p style='color: #ddd; position: absolute; top: 500px'>hardly"
    page.set_content(f"<main style='background: #fff'>{out_of_place}</main>")
    assert [len(pale(page, seen)), len(pale(page, seen))] == [1, 1]

"""What holds for every widget on a page that was exported, narrow or wide."""

import pytest

from browser.every_widget import cut_numbers, every_widget, exported


@pytest.fixture(scope="module")
def widgets():
    return every_widget()


@pytest.fixture(scope="module")
def page(browser, widgets, watched, tmp_path_factory):
    """All of them on one page."""
    made = exported(browser, widgets, tmp_path_factory.mktemp("every"))
    watched.append(made.watched)
    return made


@pytest.fixture(params=[390, 768, 1024, 1440])
def width(page, request):
    """How wide the window is, in pixels."""
    page.page.set_viewport_size({"width": request.param, "height": 900})
    return request.param


def test_no_number_is_cut_without_a_sign(page, width):
    assert cut_numbers(page.page) == []


def test_what_is_cut_by_a_box_that_scrolls_fades(page, width):
    boxes = page.page.locator(".bpl-scroll").evaluate_all(
        """boxes => boxes.map((box) => [
             box.scrollWidth - box.clientWidth > 1,
             getComputedStyle(box).maskImage !== "none",
           ])"""
    )
    assert boxes
    assert all(wider == fades for wider, fades in boxes)
    assert width > 390 or any(wider for wider, _ in boxes)


def test_the_fade_is_on_the_side_where_more_is_to_be_seen(page):
    page.page.set_viewport_size({"width": 390, "height": 900})
    box = page.output("sheet").locator(".bpl-scroll")
    assert box.get_attribute("data-more") == "right"
    box.evaluate("box => { box.scrollLeft = 20; }")
    page.page.wait_for_function("box => box.dataset.more === 'both'", arg=box.element_handle())
    box.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    page.page.wait_for_function("box => box.dataset.more === 'left'", arg=box.element_handle())

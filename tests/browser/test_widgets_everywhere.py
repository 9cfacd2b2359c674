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
    # Who observes sizes hears of the new one while the next picture is made, so the one after it shows that.
    page.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
    )
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


def test_on_a_page_from_right_to_left_a_minus_stands_before_its_number(page):
    page.page.evaluate("() => { document.documentElement.dir = 'rtl'; }")
    try:
        wrong = page.page.evaluate(
            """() => {
                 const wrong = [];
                 const main = document.querySelector("main");
                 const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
                 for (let text = texts.nextNode(); text; text = texts.nextNode()) {
                   const at = text.data.search(/−\\d/);
                   if (at < 0 || !text.parentElement.closest(".jp-OutputArea-output")) continue;
                   const [sign, digit] = [at, at + 1].map((start) => {
                     const range = document.createRange();
                     range.setStart(text, start);
                     range.setEnd(text, start + 1);
                     return range.getBoundingClientRect();
                   });
                   if (sign.width && digit.width && sign.top === digit.top && sign.left > digit.left)
                     wrong.push(text.data);
                 }
                 return wrong;
               }"""
        )
    finally:
        page.page.evaluate("() => { document.documentElement.dir = 'ltr'; }")
    assert wrong == []


def test_a_shortcut_of_the_page_works_while_a_widget_has_the_focus(page):
    """As JupyterLab looks: on the way down, and not at the keys of what keeps them."""
    page.page.evaluate(
        """() => {
             window.heard = [];
             const kept = (node) => node.closest("[data-lm-suppress-shortcuts]") !== null;
             document.addEventListener("keydown", (event) => {
               if (!kept(event.target)) window.heard.push(event.key);
               if (event.ctrlKey) event.preventDefault();
             }, true);
           }"""
    )
    page.output("graph").get_by_role("slider").focus()
    for key in ("x", "Control+s", "x", "Control+z", "Control+Enter"):
        page.page.keyboard.press(key)
    assert page.page.evaluate("() => window.heard.filter((key) => key !== 'Control')") == ["s"]


COLOURS = """() => {
  const probe = document.createElement("span");
  document.querySelector(".bpl").append(probe);
  const colour = (name) => { probe.style.color = name; return getComputedStyle(probe).color; };
  const allowed = ["CanvasText", "LinkText", "Highlight", "Canvas", "GrayText"].map(colour);
  const strange = [];
  for (const shape of document.querySelectorAll(".bpl svg :is(path, line, polyline, rect, text)")) {
    const { stroke, fill, display } = getComputedStyle(shape);
    if (display === "none") continue;
    for (const paint of [stroke, fill])
      if (!/^(none|url|color\\()/.test(paint) && !allowed.includes(paint))
        strange.push(`${shape.getAttribute("class")}: ${paint}`);
  }
  probe.remove();
  return strange;
}"""


def test_where_the_reader_has_chosen_all_colours_drawings_take_them(page):
    page.page.emulate_media(forced_colors="active", color_scheme="dark")
    try:
        strange = page.page.evaluate(COLOURS)
        bar = page.output("film").locator(".film-bar")
        assert "gradient" in bar.evaluate("bar => getComputedStyle(bar).backgroundImage")
        assert bar.evaluate("bar => getComputedStyle(bar).forcedColorAdjust") == "none"
    finally:
        page.page.emulate_media(forced_colors="none", color_scheme="light")
    assert set(strange) <= {"null: rgb(0, 0, 0)"}  # what is filled by default and shows nothing: a marker


def test_on_paper_nothing_is_cut_and_each_widget_is_its_still_half(page):
    page.page.set_viewport_size({"width": 700, "height": 900})  # as wide as A4 is
    page.page.emulate_media(media="print")
    try:
        graph = page.output("graph")
        assert graph.get_by_text("upstream × local = contribution").first.is_visible()
        assert graph.get_by_role("slider").count() == 0
        wider = page.page.evaluate(
            """() => [...document.querySelectorAll("main *")]
                 .filter((node) => node.checkVisibility() && node.scrollWidth > node.clientWidth + 1
                   && node.clientWidth > 0 && getComputedStyle(node).display !== "inline")
                 .map((node) => `<${node.localName} class="${node.className}">`)"""
        )
        right = page.page.evaluate(
            """() => Math.max(...[...document.querySelectorAll("main pre, main table, main img")]
                 .filter((node) => node.checkVisibility())
                 .map((node) => node.getBoundingClientRect().right))"""
        )
    finally:
        page.page.emulate_media(media="screen")
    assert wider == []
    assert right <= 700


def test_the_practice_shows_the_box_that_starts_first(page):
    page.page.set_viewport_size({"width": 390, "height": 900})
    page.open()
    output = page.output("practice")
    page.page.wait_for_function(
        """graph => {
             const outer = graph.getBoundingClientRect();
             const note = [...graph.querySelectorAll("text")].find((one) => one.textContent === "✓ starts");
             const { left, right } = note.getBoundingClientRect();
             return graph.scrollWidth > graph.clientWidth && left >= outer.left && right <= outer.right;
           }""",
        arg=output.locator(".flow-graph").first.element_handle(),
        timeout=5000,
    )


def test_the_activation_curves_stay_small_enough_to_be_seen_at_once(page, width):
    assert page.output("curves").locator(".curves-picture").bounding_box()["width"] <= 520


def test_a_drag_over_the_activation_curves_marks_no_text(page):
    picture = page.output("curves").locator(".curves-picture")
    assert picture.evaluate("picture => getComputedStyle(picture).userSelect") == "none"

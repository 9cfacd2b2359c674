"""The film in a real page: played, stepped and scrubbed by keyboard, clicked by mouse."""

import re

import pytest

SOURCE = """
import numpy as np
from backproplab.training.recorder import Series
from backproplab.plots.words import number
from backproplab.training import History
from backproplab.widgets import GradientFilm

rng = np.random.default_rng(0)
def history(**records):
    return History(np.array([]), np.array([]), np.array([]), records, 1000, "")

moments = np.array([1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000])
steps = np.arange(1, 1001)
labels = ("dense1.weights[406, 3]", "dense1.weights[30, 7]")
maps = rng.normal(size=(13, 2, 784)) / moments[:, None, None]
norms = np.column_stack([3 / np.sqrt(steps), 1 / np.sqrt(steps)]) * rng.uniform(0.5, 1.5, (1000, 2))
records = {
    "gradient_maps": Series(moments, maps, ("unit 3", "unit 7")),
    "weight_maps": Series(moments, np.cumsum(maps, axis=0), ("unit 3", "unit 7")),
    "norms": Series(steps, norms, ("dense1", "dense2")),
    "weights": Series(steps, np.cumsum(rng.normal(size=(1000, 2)), axis=0), labels),
    "gradients": Series(steps, rng.normal(size=(1000, 2)), labels),
    "loss": Series(steps, 2.5 / np.sqrt(steps), ()),
    "worst": Series(
        moments,
        np.array([[[3, 5], [7, 4], [at % 3, 4], [0.5, 0.6], [2.0 / (at + 1), 0.1]] for at in range(13)]),
        ("row", "label", "read", "probability", "loss"),
    ),
}
pictures = rng.integers(0, 2, size=(8, 784)).astype(float)
film = GradientFilm(history(**records), pictures=pictures)
film
"""
PIXEL = "(canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3)"
LAST = 12


CELLS = {
    "film": SOURCE,
    "again": "film",
    "other": "other = GradientFilm(history(loss=records['loss']))\nother",
}


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage(CELLS)


@pytest.fixture
def film(stage):
    """The first film's output, as at the start, with the slider in focus."""
    stage.ask(
        "[film.set_trait(name, value) for name, value in"
        " dict(frame=0, units=[0, 1], weight=0, picked=[], scale='map', axis='log').items()]"
    )
    output = stage.output("film")
    at(output, "step 1 (1 of 13)")
    output.get_by_label("Moment").focus()
    return output


def at(output, text):
    output.locator("output", has_text=text).first.wait_for(timeout=20_000)


def press(output, *names):
    for name in names:
        output.page.keyboard.press(name)


def reading(output, title):
    return output.locator(".film-chart", has_text=title).locator(".film-value")


def traced(output):
    """The words and the numbers of the charts of the weight that was picked."""
    return output.locator(".film-chart:has(.film-dots) .film-reading").all_inner_texts()


def pixels(output, of="Gradient ∂L/∂w of unit 3"):
    return output.get_by_role("application", name=of)


def pictures(output, of):
    return output.get_by_role("img", name=of)


@pytest.mark.parametrize(
    ("pressed", "step", "frame"),
    [
        (["ArrowRight"], "2", 1),
        (["ArrowRight", "ArrowUp", "ArrowLeft"], "2", 1),
        (["PageUp"], "300", 10),
        (["End"], "1,000", LAST),
        (["End", "PageDown"], "3", 2),
        (["End", "Home"], "1", 0),
        (["ArrowLeft"], "1", 0),
    ],
)
def test_keys_move_the_film_here_and_in_python(stage, film, pressed, step, frame):
    press(film, *pressed)
    at(film, f"step {step} ({frame + 1} of 13)")
    stage.becomes("film.frame", frame)
    stage.becomes("int(film.steps[film.frame])", int(step.replace(",", "")))
    assert film.get_by_role("button", name="One frame back").is_disabled() == (frame == 0)


def test_everything_stands_at_the_same_step(film):
    press(film, "PageUp")
    (canvas,) = pictures(film, "Gradient ∂L/∂w of unit 7 at step 300: no entry beyond ±").all()
    assert canvas.is_visible()
    assert reading(film, "Loss of the batch").inner_text() == "0.144"  # 2.5 / √300
    cursors = film.locator(".film-cursor").evaluate_all("all => all.map((one) => one.style.left)")
    assert len(cursors) == 4
    assert float(cursors[0].rstrip("%")) == pytest.approx(82.57, abs=0.01)  # log 300 / log 1000
    assert len(set(cursors)) == 1
    said = film.locator("p[role=status]").inner_text()
    assert said.startswith("Step 300. Loss of the batch: 0.144. Gradient norm: dense1 0.")
    assert "Weight: [406, 3] " in said


def test_a_maps_darkest_pixel_is_that_of_its_largest_entry(stage, film):
    place = stage.ask("int(abs(maps[0, 0]).argmax())")
    positive = stage.ask(f"bool(maps[0, 0, {place}] > 0)")
    canvas = pictures(film, "Gradient ∂L/∂w of unit 3").first
    dark = [[0x00, 0x30, 0x4D], [0x66, 0x2B, 0x00]][positive]
    assert canvas.evaluate(PIXEL, [place % 28, place // 28]) == dark


def test_on_one_scale_small_gradients_are_pale(film):
    caption = film.locator("figcaption").first
    press(film, "End")
    own = caption.inner_text()
    film.get_by_label("Colour scale").focus()
    press(film, "o")  # one for all
    film.page.wait_for_function(
        "([caption, own]) => caption.innerText !== own", arg=[caption.element_handle(), own]
    )
    dark = pictures(film, "Gradient ∂L/∂w of unit 3").first.evaluate(
        "canvas => Math.min(...canvas.getContext('2d').getImageData(0, 0, 28, 28).data)"
    )
    assert dark > 245  # a thousandth of the first map's scale


def test_space_plays_to_the_end_and_stops(stage, film):
    press(film, "Space")
    at(film, "(13 of 13)")
    film.get_by_role("button", name="Play").wait_for()
    stage.becomes("film.frame", LAST)
    assert "Step 1,000." in film.locator("p[role=status]").inner_text()
    press(film, "Space", "PageDown")  # from the start again, and a hand on the slider stops it
    assert film.get_by_role("button", name="Play").is_visible()
    stage.becomes(f"film.frame < {LAST}", value=True)


def test_buttons_work_by_keyboard(stage, film):
    film.get_by_role("button", name="One frame forward").focus()
    press(film, "Enter", "Enter")
    at(film, "step 3 (3 of 13)")
    film.get_by_role("button", name="One frame back").focus()
    press(film, "Enter")
    at(film, "step 2 (2 of 13)")
    film.get_by_role("button", name="Play").focus()
    press(film, "Enter")
    at(film, "(13 of 13)")
    stage.becomes("film.frame", LAST)


def test_a_button_at_the_end_of_the_film_keeps_the_focus(film):
    for name, key in (("One frame forward", "End"), ("One frame back", "Home")):
        film.get_by_label("Moment").focus()
        press(film, key, "ArrowLeft" if key == "End" else "ArrowRight")
        button = film.get_by_role("button", name=name)
        button.focus()
        press(film, "Enter")
        assert button.get_attribute("aria-disabled") == "true"
        assert button.evaluate("node => node === document.activeElement")


def test_units_are_chosen(stage, film):
    film.get_by_role("checkbox", name="unit 3").focus()
    press(film, "Space")
    pictures(film, "unit 3").first.wait_for(state="detached")
    assert pictures(film, re.compile("unit 7")).count() == 2
    stage.becomes("film.units", [1])
    film.get_by_role("checkbox", name="unit 7").focus()
    press(film, "Space")
    film.get_by_text("Choose a unit above to see its maps.").wait_for()


def test_a_weight_is_chosen_and_ringed_in_its_map(stage, film):
    def rings():
        return film.locator(".film-pixel").evaluate_all(
            "all => all.map((one) => one.hidden ? null : one.style.left)"
        )

    assert rings() == ["50%", None, "50%", None]  # pixel 406 is in column 14 of 28
    film.get_by_label("Weight", exact=True).focus()
    press(film, "ArrowDown")
    film.locator(".film-name", has_text="[30, 7]").first.wait_for()
    assert [ring and float(ring.rstrip("%")) for ring in rings()] == [
        None,
        pytest.approx(200 / 28, abs=0.01),
    ] * 2
    stage.becomes("film.weight", 1)


@pytest.mark.parametrize("pixel", [0, 300, 783])
def test_what_is_read_of_a_pixel_is_what_was_recorded(stage, film, pixel):
    stage.ask(f"film.set_trait('picked', [1, {pixel}])")
    film.locator(".film-dots").first.wait_for(state="attached")
    row, column = pixel // 28 + 1, pixel % 28 + 1
    for frame in range(13):
        weight = stage.ask(f"number(records['weight_maps'].values[{frame}, 1, {pixel}], 3)")
        gradient = stage.ask(f"number(records['gradient_maps'].values[{frame}, 1, {pixel}], 2)")
        assert traced(film) == [f"unit 7, row {row}, column {column}\n{weight}", gradient]
        press(film, "ArrowRight")


def test_a_click_picks_a_pixel_and_a_second_one_lets_it_go(stage, film):
    box = pixels(film).bounding_box()
    middle = {"x": box["width"] * 3.5 / 28, "y": box["height"] * 20.5 / 28}
    pixels(film).click(position=middle)
    stage.becomes("film.picked", [0, 20 * 28 + 3])
    assert "Weight: unit 3, row 21, column 4 " in film.locator("p[role=status]").inner_text()
    assert film.locator(".film-chart:visible", has_text="[406, 3]").count() == 0
    rings = film.locator(".film-pixel:visible").evaluate_all("all => all.map((one) => one.style.left)")
    assert [float(ring.rstrip("%")) for ring in rings] == [pytest.approx(300 / 28, abs=0.01)] * 2
    pixels(film).click(position=middle)
    stage.becomes("film.picked", [])
    assert film.locator(".film-chart:visible", has_text="[406, 3]").count() == 2


def test_keys_pick_move_and_let_go(stage, film):
    pixels(film).focus()
    press(film, "ArrowRight")  # the first key picks where the cursor is
    start = stage.ask("film.picked")
    assert start[0] == 0
    press(film, "ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowRight")
    stage.becomes("film.picked", [0, start[1] + 28 + 1])
    press(film, "Escape")
    stage.becomes("film.picked", [])
    press(film, "Enter")
    stage.becomes("film.picked", [0, start[1] + 28 + 1])
    press(film, *["ArrowUp"] * 28)
    stage.becomes("film.picked", [0, (start[1] + 1) % 28])  # no further than the edge
    press(film, " ")
    stage.becomes("film.picked", [])


def test_a_finger_taps_a_pixel_and_scrolls_over_it(stage, film):
    swipe = [("pointerdown", 20, 5), ("pointermove", 22, 40), ("pointerup", 22, 60)]
    touch(pixels(film), *swipe)
    touch(pixels(film), ("pointerdown", 1, 1), ("pointerup", 2, 1))
    stage.becomes("film.picked", [0, 0])
    assert pixels(film).evaluate("one => getComputedStyle(one).touchAction") == "pan-y"
    touch(pixels(film), *swipe)
    assert stage.ask("film.picked") == [0, 0]


def test_the_menu_takes_the_charts_back(stage, film):
    stage.ask("film.set_trait('picked', [0, 5])")
    film.locator(".film-dots").first.wait_for(state="attached")
    film.get_by_label("Weight", exact=True).focus()
    press(film, "ArrowDown")
    stage.becomes("film.picked", [])
    film.locator(".film-name", has_text="[30, 7]").first.wait_for()


def test_the_worst_digits_stand_beside_their_frame(stage, film):
    shown = film.locator(".film-worst figure")
    words = ["7 read as 0\np(0)\u00a00.50, loss\u00a02.00", "4 read as 4\np(4)\u00a00.60, loss\u00a00.100"]
    assert shown.all_inner_texts() == words
    press(film, "ArrowRight")
    assert shown.first.inner_text() == "7 read as 1\np(1)\u00a00.50, loss\u00a01.00"
    said = film.locator("p[role=status]").inner_text()
    assert said.endswith("Largest losses: 7 read as 1, loss 1.00; 4 read as 4, loss 0.100.")
    ink = stage.ask("pictures[3].tolist()")
    assert [
        pictures(film, "A picture of a 7").evaluate(PIXEL, [at % 28, at // 28]) for at in (0, 1, 400, 783)
    ] == [[255 * (1 - int(ink[at]))] * 3 for at in (0, 1, 400, 783)]


def test_steps_on_a_linear_scale(stage, film):
    film.get_by_role("checkbox", name="steps on a log scale").focus()
    press(film, "Space")
    film.locator(".film-steps .film-tick", has_text="500").wait_for()
    stage.becomes("film.axis", "linear")
    film.get_by_label("Moment").focus()
    press(film, "PageUp", "ArrowRight")
    assert film.locator(".film-cursor").first.evaluate("one => one.style.left") == "49.95%"  # step 500


def test_a_click_in_a_chart_goes_there(stage, film):
    plot = film.locator(".film-plot").nth(2)
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] * 0.66, "y": 20})
    at(film, "step 100 (9 of 13)")
    stage.becomes("film.frame", 8)
    press(film, "ArrowRight")  # the slider has the keys
    at(film, "step 200 (10 of 13)")


def test_a_second_view_and_python_move_together(stage, film):
    press(film, "End")
    second = stage.output("again")
    at(second, "step 1,000 (13 of 13)")
    stage.ask("film.set_trait('frame', 4)")
    at(second, "step 10 (5 of 13)")
    at(stage.output("film"), "step 10 (5 of 13)")


def test_while_a_film_plays_no_view_speaks_at_each_frame(stage, film):
    press(film, "Home")
    second = stage.output("again")
    at(second, "(1 of 13)")
    spoken = [view.locator("p[role=status]") for view in (film, second)]
    for said in spoken:
        said.filter(has_text="Step 1. ").wait_for(state="attached")
        said.evaluate(
            """said => {
                 said.times = 0;
                 new MutationObserver(() => { said.times += 1; }).observe(said, { childList: true });
               }"""
        )
    press(film, " ")
    for said in spoken:
        said.filter(has_text="Step 1,000. ").wait_for(state="attached")
        assert said.evaluate("said => said.times") <= 6  # of twelve; a busy machine rests now and then


def test_another_film_on_the_page_stands_still(stage, film):
    other = stage.output("other")
    assert other.get_by_role("img").count() == 0
    assert other.get_by_label("Colour scale").count() == 0
    stage.output("film").get_by_label("Moment").focus()
    press(film, "End")
    stage.becomes("other.frame", 0)
    at(other, "(1 of ")


def test_run_again_it_starts_afresh(stage, film):
    press(film, "End")
    at(film, "(13 of 13)")
    stage.run("film")
    stage.run("film")
    again = stage.output("film")
    at(again, "(1 of 13)")
    assert again.get_by_label("Moment").count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_a_readers_way(stage, film, theme):
    if theme == "dark":
        stage.dark()
    press(film, "PageUp")
    pixels(film).focus()
    press(film, "ArrowRight")
    assert stage.violations() == []
    stage.screenshot("film", f"gradient-film-{theme}")


def test_at_200_percent_nothing_is_cut_off(open_stage):
    large = open_stage(CELLS, viewport={"width": 640, "height": 900}, device_scale_factor=2)
    output = large.output("film")
    output.get_by_label("Moment").focus()
    press(output, "PageUp")
    at(output, "step 300 (11 of 13)")
    assert output.locator(".film").evaluate("film => film.scrollWidth <= film.clientWidth")
    assert large.violations() == []
    large.screenshot("film", "gradient-film-200-percent")


def touch(plot, *events):
    """A finger on a chart: ("pointerdown", x, y) and so on, in pixels from its corner."""
    plot.evaluate(
        """(plot, events) => {
             const { left, top } = plot.getBoundingClientRect();
             plot.setPointerCapture = () => {}; // the browser has no finger that could be captured
             for (const [type, x, y] of events) {
               const place = { clientX: left + x, clientY: top + y };
               const buttons = type === "pointerup" ? 0 : 1;
               const finger = { pointerType: "touch", pointerId: 7, isPrimary: true, bubbles: true, buttons };
               plot.dispatchEvent(new PointerEvent(type, { ...finger, ...place }));
             }
           }""",
        [list(event) for event in events],
    )


def test_a_swipe_that_scrolls_the_page_leaves_the_frame_alone(stage, film):
    plot = film.locator(".film-plot").first
    swipe = [
        ("pointerdown", 90, 10),
        ("pointermove", 91, 16),
        ("pointermove", 96, 40),
        ("pointercancel", 96, 40),
    ]
    touch(plot, *swipe)
    touch(plot, ("pointerdown", 90, 10), ("pointermove", 97, 50), ("pointerup", 97, 60))
    assert stage.ask("film.frame") == 0
    at(film, "step 1 (1 of 13)")


def test_a_tap_goes_there_and_a_finger_that_moves_across_scrubs(stage, film):
    plot = film.locator(".film-plot").first
    width = plot.bounding_box()["width"]
    touch(plot, ("pointerdown", width - 2, 20), ("pointerup", width - 2, 21))
    at(film, "step 1,000 (13 of 13)")
    touch(plot, ("pointerdown", width / 2, 20), ("pointermove", width / 4, 22), ("pointermove", 1, 60))
    at(film, "step 1 (1 of 13)")

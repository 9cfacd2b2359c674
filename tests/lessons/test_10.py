"""Lesson 10 on a page: the film, the pad, each by keyboard alone."""

import re

import pytest
from browser.every_widget import notebook_with
from lessons.lesson import cells_of

from backproplab.publishing.export import export

UP_TO_THE_FILM = ("load-digits", "before-training", "the-loop", "choose-records", "train-it", "gradient-film")
UP_TO_THE_PAD = ("choose-and-test", "your-own-digit")  # the other cells train for nothing that is tested here
FILM, PAD = "shown['gradient-film']", "shown['your-own-digit']"


@pytest.fixture(scope="module")
def lesson(open_stage):
    cells = cells_of("10")
    whole = cells["train-it"]
    cells["train-it"] = whole.replace("epochs=20", "epochs=2")  # a film of 3,000 steps has all that is asked
    assert cells["train-it"] != whole
    asserted = cells["gradient-film"]  # of step 10,000 too
    cells["gradient-film"] = re.sub(r"^(worst|step_1, |assert).*\n", "", asserted, flags=re.MULTILINE)
    assert cells["gradient-film"] != asserted
    return open_stage({name: cells[name] for name in (*UP_TO_THE_FILM, *UP_TO_THE_PAD)})


@pytest.fixture(scope="module", params=["light", "dark"])
def theme(request, lesson):
    if request.param == "dark":
        lesson.dark()
    return request.param


def test_the_film_shows_what_the_lesson_says(lesson, theme):
    film = lesson.output("gradient-film")
    press = lesson.page.keyboard.press
    film.get_by_label("Moment").focus()
    press("Home")
    step = film.locator("output").first
    assert step.inner_text() == "step 1 (1 of 30)"
    for _ in range(9):
        press("ArrowRight")
    assert step.inner_text() == "step 10 (10 of 30)"
    lesson.becomes(f"int({FILM}.steps[{FILM}.frame])", 10)

    film.get_by_label("Weight", exact=True).focus()
    press("End")  # the weight from pixel 0, which never moves
    film.get_by_label("Moment").focus()
    press("End")
    assert step.inner_text() == "step 3,000 (30 of 30)"
    said = film.locator("p[role=status]").inner_text()
    assert re.search(r"Weight: \[0, 3\] (\S+)\. Its gradient: \[0, 3\] 0\. ", said)
    labels = film.locator(".film-worst .film-read").all_inner_texts()
    worst = lesson.ask(f"[[each.label, each.read] for each in {FILM}._worst.at(-1)]")
    assert labels == [f"{label} read as {read}" for label, read in worst]
    assert len(labels) == 4
    film.get_by_role("application", name="Pixels of Gradient ∂L/∂w of unit 40").focus()
    press("ArrowRight")
    assert "Weight: unit 40, row 15, column 15 " in film.locator("p[role=status]").inner_text()
    press("Escape")
    lesson.screenshot("gradient-film", f"lesson-10-film-{theme}")
    assert lesson.violations() == []


def test_the_film_adds_little_to_a_page(lesson, tmp_path):
    def size(**shown):
        return export(notebook_with(shown), tmp_path / "page.ipynb", tmp_path).stat().st_size

    code = 43_000  # of the film and of the kit
    frames = 30 / 39  # the lesson's film has nine more
    assert size(film=lesson.shown["gradient-film"]) - size() < code + (400_000 - code) * frames


def test_a_few_steps_make_the_real_nine_a_seven(lesson, theme):
    pad = lesson.output("your-own-digit")
    press = lesson.page.keyboard.press
    spoken = pad.get_by_role("status")
    pad.get_by_role("button", name="Clear").focus()
    press("Enter")
    spoken.filter(has_text="Blank paper").wait_for()
    pad.get_by_label("or take a real digit").focus()
    press("9")
    spoken.filter(has_text=re.compile("Read as 9, .* target 7 ")).wait_for()
    before = lesson.ask(f"{PAD}.picture.tolist()")
    pad.get_by_role("button", name="10 steps").focus()
    press("Enter")
    spoken.filter(has_text="After 10 steps").wait_for()
    press("Enter")
    spoken.filter(has_text="After 20 steps").wait_for()
    press("Enter")
    spoken.filter(has_text="After 30 steps, read as 7").wait_for()
    after = lesson.ask(f"{PAD}.picture.tolist()")
    moved = max(
        abs(a - b) for one, two in zip(before, after, strict=True) for a, b in zip(one, two, strict=True)
    )
    assert 0 < moved < 0.5  # you can hardly see what changed
    lesson.screenshot("your-own-digit", f"lesson-10-pad-{theme}")
    assert lesson.violations() == []

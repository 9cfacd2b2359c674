"""Lesson 19 on a page: whom a thumb hardly moves is whom the learner expected to say no."""

import pytest
from browser.test_widgets_recommender import press, says
from lessons.lesson import cells_of

NAMES = ("one-rating", "ratings", "learner", "plane", "your-thumb")


@pytest.fixture(scope="module")
def lesson(open_stage):
    cells = cells_of("19")
    return open_stage({name: cells[name] for name in NAMES})


def test_ida_turns_and_the_words_are_those_of_the_lesson(lesson):
    output = lesson.output("your-thumb")
    says(output, "Ida likes “Do Not Feed It” with a chance of 0.84.")
    press(output, "Thumb down")
    says(output, "the chance goes from 0.84 to 0.51.")
    lesson.screenshot("your-thumb", "lesson-19-thumb")


def test_who_was_expected_to_say_no_hardly_moves(lesson):
    output = lesson.output("your-thumb")
    p = lesson.ask("logits(learnt, np.arange(40), np.full(40, FEED))[:, 0].tolist()")
    output.get_by_label("Person", exact=True).select_option(str(p.index(min(p))))
    press(output, "Thumb down")
    says(output, "from 0.02 to 0.02.")
    says(output, "26 hardly change.")

"""What the pages of questions are made from: mistakes with names that exist, questions told apart."""

import json

from site_kit import ROOT

from backproplab.course.outline import parts
from backproplab.display import runs
from backproplab.marking.slips import SLIPS
from backproplab.publishing.practice.data import PAGES, STARTS, page_script, review_data, start_data
from backproplab.widgets.quick_check.questions import questions

LESSONS = sorted(path.stem[:2] for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_a_wrong_choice_and_a_question_name_mistakes_that_have_a_name():
    named = set()
    for lesson in LESSONS:
        for question in questions(lesson):
            for choice in question.choices:
                assert not (choice.right and choice.slip), "what is right is no mistake"
            named |= {question.about, *(choice.slip for choice in question.choices)} - {""}
    assert named <= SLIPS.keys()
    assert len(named) > 8


def test_the_review_has_every_question_once_and_its_place_in_its_quiz():
    data = json.loads(review_data([{"number": lesson} for lesson in LESSONS], {"sign-turned": ["3.2"]}))
    asked = data["questions"]
    assert len({each["id"] for each in asked}) == len(asked) == sum(len(questions(each)) for each in LESSONS)
    assert [each["place"] for each in asked if each["lesson"] == "02"] == [0, 1, 2]
    assert data["made"] == {"sign-turned": ["3.2"]}


def test_what_is_right_cannot_be_read_in_the_page():
    text = review_data([{"number": "02"}])
    assert '"right"' not in text
    for question in questions("02"):
        for choice in question.choices:
            assert max((piece for _, piece in runs(choice.reply)), key=len) not in text


def test_where_to_start_goes_up_the_lessons_of_the_course():
    asked = json.loads(start_data([]))["questions"]
    lessons = [each["lesson"] for each in asked]
    assert lessons == sorted(set(lessons)) == list(STARTS)
    assert set(lessons) <= {entry.number for part in parts(ROOT) for entry in part.entries}


def test_a_pages_script_stands_alone():
    for page in PAGES:
        assert not [
            line for line in page_script(page).splitlines() if line.startswith(("import ", "export "))
        ]

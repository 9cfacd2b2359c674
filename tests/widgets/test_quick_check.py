"""The quiz of a lesson: what an author may write, what a reader may see, what Python learns of it."""

import base64
import json
import re
from pathlib import Path

import pytest
import traitlets

from backproplab.display import runs
from backproplab.widgets import QuickCheck, quick_check
from backproplab.widgets.kit.base import VIEW
from backproplab.widgets.quick_check.questions import parsed, questions

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))

GOOD = """
[[question]]
asks = "What is *du*/dx of `x²` at 3?"

[[question.choice]]
wrong = "9"
reply = '''
That is u.
How much does it change?'''

[[question.choice]]
right = "6"
reply = "Twice the input."
"""


def test_a_question_is_read_as_it_was_written():
    (question,) = parsed(GOOD, "02.toml")
    assert question.text == "What is *du*/dx of `x²` at 3?"
    assert question.choices == (
        ("9", False, "That is u. How much does it change?", ""),
        ("6", True, "Twice the input.", ""),
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (GOOD, "", "02.toml has no question"),
        ("[[question]]", "[[question]", "02.toml is not TOML"),
        ("[[question]]", "[[questions]]", "'questions', which means nothing"),
        ('asks = "', 'ask = "', "'ask', which means nothing"),
        ('asks = "What is *du*/dx of `x²` at 3?"', 'asks = " "', "question 1 lacks its text"),
        ('right = "6"', 'wrong = "6"', "question 1 has no right choice"),
        ('wrong = "9"', 'right = "9"', "question 1 has no wrong choice"),
        ('right = "6"', 'right = "6"\nwrong = "6"', "question 1, choice 2 is to say one of"),
        ('right = "6"\n', "", "question 1, choice 2 is to say one of"),
        ('reply = "Twice the input."', "", "question 1, choice 2 lacks its text; write reply"),
        ('right = "6"', "right = 6", "question 1, choice 2 lacks its text; write right"),
        ('[[question.choice]]\nright = "6"\nreply = "Twice the input."', "", "has 1 choices, expected two"),
    ],
)
def test_a_fault_is_told_with_its_place(old, new, fault):
    assert old in GOOD
    with pytest.raises(ValueError, match=re.escape(fault)):
        parsed(GOOD.replace(old, new), "02.toml")


def test_a_lesson_without_a_quiz_is_told_which_have_one():
    with pytest.raises(ValueError, match=r"quick_check\('99'\).*00, 01, 02"):
        quick_check("99")


def test_every_lesson_has_its_quiz_and_no_quiz_lacks_its_lesson():
    written = {path.stem for path in (ROOT / "backproplab/widgets/quick_check/lessons").glob("*.toml")}
    assert written == {lesson.stem[:2] for lesson in LESSONS}


def test_the_right_choice_has_no_habitual_place():
    places = [
        [choice.right for choice in question.choices].index(True)
        for lesson in LESSONS
        for question in questions(lesson.stem[:2])
    ]
    assert max(places.count(place) for place in range(3)) <= len(places) / 2


def test_answers_and_tries_follow_what_the_page_checks():
    quiz = quick_check("02")
    assert quiz.answers == [None, None, None]
    quiz.checked = [[0, 1], [], [2]]
    assert quiz.answers == ["12", None, "Nobody can say without the other four"]
    assert quiz.tries == [2, 0, 1]
    with pytest.raises(traitlets.TraitError):
        quiz.checked = [["first"], [], []]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("checked", []),
        ("checked", [[99], [], []]),
        ("checked", [[-1], [], []]),
        ("chosen", []),
        ("chosen", [3, None, None]),
    ],
)
def test_choices_that_no_question_has_are_refused(name, value):
    quiz = quick_check("02")
    before = getattr(quiz, name)
    with pytest.raises(traitlets.TraitError, match=rf"{name} cannot be .* each of the 3 questions"):
        setattr(quiz, name, value)
    assert getattr(quiz, name) == before


def test_the_page_gets_every_reply_sealed():
    quiz = quick_check("02")
    replies = json.loads(base64.b64decode(quiz.sealed))
    for question, sealed in zip(questions("02"), replies, strict=True):
        assert [each["right"] for each in sealed] == [choice.right for choice in question.choices]
        for choice, each in zip(question.choices, sealed, strict=True):
            assert [tuple(run) for run in each["reply"]] == list(runs(choice.reply))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_still_half_asks_and_does_not_tell(lesson):
    quiz = quick_check(lesson.stem[:2])
    still = quiz.static()
    for question in questions(lesson.stem[:2]):
        assert question.text in still.plain
        for choice in question.choices:
            assert f"○ {choice.text}" in still.plain
            assert choice.reply not in still.plain
    assert still.html.count("<li>") == sum(1 + len(each.choices) for each in questions(lesson.stem[:2]))
    turned = [
        each._replace(choices=tuple(choice._replace(right=not choice.right) for choice in each.choices))
        for each in questions(lesson.stem[:2])
    ]
    other = QuickCheck(tuple(turned))
    assert (other.static(), other.asked) == (still, quiz.asked)
    assert VIEW in quiz._repr_mimebundle_()[0]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_no_reply_stands_in_the_notebook(lesson):
    text = lesson.read_text(encoding="utf-8")
    assert f'quick_check(\\"{lesson.stem[:2]}\\")' in text
    assert quick_check(lesson.stem[:2]).sealed not in text
    for question in questions(lesson.stem[:2]):
        for choice in question.choices:
            assert json.dumps(choice.reply, ensure_ascii=False)[1:-1] not in text


def test_markup_of_an_author_cannot_become_markup_of_the_page():
    text = GOOD.replace("`x²`", "`<b>`")
    (question,) = parsed(text, "02.toml")
    assert "<code>&lt;b&gt;</code>" in QuickCheck((question,)).static().html

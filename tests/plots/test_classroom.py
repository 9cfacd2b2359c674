"""Pictures of a class: the bars are the counts, and the words say the same."""

import numpy as np
import pytest

from backproplab.display import alt_text, png
from backproplab.plots import classroom


def widths(ax):
    return [[bar.get_width() for bar in bars] for bars in ax.containers]


def test_scores_are_counted_into_bars():
    ax = classroom.scores([0, 0.5, 5, 5, 10], 10)
    assert [bar.get_height() for bar in ax.patches] == [2, 0, 0, 0, 0, 2, 0, 0, 0, 1]
    assert alt_text(ax) == (
        "Scores of 5 students, of 10 points: median 5, from 0 to 10. "
        "1 student with full marks, 1 student with none."
    )


def test_no_scores_are_no_error():
    assert alt_text(classroom.scores([], 10)) == "No scores yet."


def test_each_exercise_fills_its_row():
    ax = classroom.success({"3.1": {"right": 3, "not yet": 1}, "3.2": {"not attempted": 4}})
    assert np.sum(widths(ax), axis=0) == pytest.approx([100, 100])
    assert alt_text(ax) == (
        "How each exercise went. 3.1: 75 % right and 25 % not yet. 3.2: 100 % not attempted."
    )


def test_statuses_differ_without_colour():
    hatches = [hatch for _, hatch in classroom.LOOKS.values()]
    assert len(set(hatches)) == len(hatches)


def test_mistakes_are_ranked_and_quoted():
    ax = classroom.misconceptions([("3.2", "costs $5 and $6", 7), ("3.1", "The sign.", 1)])
    assert widths(ax) == [[7, 1]]
    assert "“costs $5 and $6” (3.2), 7 students; “The sign.” (3.1), 1 student." in alt_text(ax)
    assert png(ax.get_figure(root=True))


def test_the_share_that_nothing_explains_is_written_out():
    ax = classroom.explanations({"3.1": (1, 2, 3), "3.2": (0, 0, 0)})
    assert widths(ax) == [[1, 0], [2, 0], [3, 0]]
    assert [text.get_text() for text in ax.texts] == ["50 % unexplained"]
    assert alt_text(ax) == (
        "Of 6 wrong answers, 2 were stopped by an error, and 3 (50 %) match no known mistake. "
        "By exercise: 3.1: 3 of 6."
    )


def test_what_a_sentence_marks_is_drawn_without_its_marks():
    ax = classroom.misconceptions([("3.2", "Call `f` *once*.", 1)])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["3.2  Call f once."]


@pytest.mark.parametrize(
    ("draw", "empty", "said"),
    [
        (classroom.misconceptions, [], "No wrong answer was a known mistake."),
        (classroom.explanations, {"3.1": (0, 0, 0)}, "There are no wrong answers."),
    ],
)
def test_where_nothing_is_wrong_it_says_so(draw, empty, said):
    assert alt_text(draw(empty)) == said


def test_an_image_carries_its_words_escaped():
    markup = classroom.image(classroom.misconceptions([("3.1", 'a < b & "c"', 1)]))
    assert markup.startswith("<img alt=")
    assert "a &lt; b &amp; &quot;c&quot;" in markup

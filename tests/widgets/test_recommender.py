"""The recommender: its step is the gradient's, one person and one film move, and the words say so."""

import numpy as np
import pytest
from traitlets import TraitError

from backproplab.widgets import Recommender

PEOPLE, FILMS = np.array([[1.0, 0.5], [-1.0, 0.2]]), np.array([[0.4, 1.2], [-3.0, 0.0], [0.5, 0.5]])
GIVEN = (
    PEOPLE,
    FILMS,
    [0.2, -0.1],
    [0.4, 0.0, 0.3],
    ["Moth", "Waltz", "Robots"],
    ["horror", "comedy", "horror"],
)


def loss(rows, t):
    """Cross-entropy of one rating: u, f, b_u and b_f in a row."""
    z = rows[0] * rows[2] + rows[1] * rows[3] + rows[4] + rows[5]
    return np.logaddexp(0, z) - t * z


@pytest.mark.parametrize("thumb", [0, 1])
@pytest.mark.parametrize("film", [0, 1])
def test_the_step_is_the_gradient_that_nudges_find(thumb, film):
    widget = Recommender(*GIVEN, rate=0.5, film=film)
    widget.thumb = thumb
    rows = np.array([*PEOPLE[0], *FILMS[film], 0.2, GIVEN[3][film]])
    slope = [(loss(rows + nudge, thumb) - loss(rows - nudge, thumb)) / 2e-5 for nudge in 1e-5 * np.eye(6)]
    new = rows - 0.5 * np.array(slope)
    left = widget.after()
    np.testing.assert_allclose([*left.person, *left.film], new[:4], atol=1e-8)
    z = FILMS @ new[:2] + new[4] + GIVEN[3]
    z[film] = new[:2] @ new[2:4] + new[4] + new[5]
    np.testing.assert_allclose(left.chances, 1 / (1 + np.exp(-z)), atol=1e-8)


def test_without_a_thumb_all_is_as_it_was():
    widget = Recommender(*GIVEN, person=1, film=2)
    np.testing.assert_array_equal(widget.after().person, PEOPLE[1])
    np.testing.assert_allclose(widget.after().chances, widget.chances(), rtol=1e-12)
    assert widget.static().plain == "Person 1 likes “Robots” with a chance of 0.45. No thumb yet."
    assert "None moved." in widget.static().html


def test_the_still_half_says_what_moved_and_how_many_chances_fell():
    widget = Recommender(*GIVEN)
    widget.thumb = 0
    assert widget.static().plain == (
        "Person 0 gives “Moth” a thumb down: the chance goes from 0.83 to 0.61. "
        "Person 0 moves by 0.32, the film by 0.28. "
        "No other film moves, yet of the other 2 chances 1 fall, 0 rise and 1 hardly change."
    )
    assert "2 moved: person 0 from (1.00, 0.50)" in widget.static().html
    assert widget.people == PEOPLE.tolist()
    widget.film = 1  # the others point away from it
    assert "chances 0 fall, " in widget.words()


def test_who_stands_in_the_middle_moves_no_film_and_is_told_why():
    widget = Recommender([[0.0, 0.0]], *GIVEN[1:2], [0.0], *GIVEN[3:], names={0: "Ida"})
    widget.thumb = 0
    assert "Ida moves by 0.23, the film by 0.00, since its gradient has this person's row" in widget.words()
    assert "Ida from (0.00, 0.00)" in widget.static().html


def test_a_name_of_nobody():
    with pytest.raises(ValueError, match=r"names has \[2\], but people are counted from 0 to 1"):
        Recommender(*GIVEN, names={2: "Ida"})


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (0, [[1.0, 2.0, 3.0]] * 2, r"people expected rows of shape \(n, 2\).*got \(2, 3\) and 2"),
        (3, [0.0], r"films expected.*got \(3, 2\) and 1"),
        (4, ["Moth"], "for each of 3 films, got 1 and 3"),
    ],
)
def test_what_does_not_fit_is_refused(place, value, says):
    given = list(GIVEN)
    given[place] = value
    with pytest.raises(ValueError, match=says):
        Recommender(*given)


@pytest.mark.parametrize(("place", "name"), [(0, "people"), (1, "films"), (2, "people"), (3, "films")])
@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_numbers_of_a_training_that_diverged(place, name, broken):
    given = [np.array(each, float) if at < 4 else each for at, each in enumerate(GIVEN)]
    given[place][1] = broken
    with pytest.raises(
        ValueError, match=rf"{name} expected finite numbers, got .* at 1; train with a smaller"
    ):
        Recommender(*given)


def test_more_genres_than_shapes():
    words = [str(place) for place in range(6)]
    with pytest.raises(ValueError, match="has 5 shapes for genres, got 6 genres"):
        Recommender(PEOPLE, np.ones((6, 2)), [0, 0], np.zeros(6), words, words)


def test_a_rate_or_a_choice_that_is_none():
    with pytest.raises(ValueError, match="rate=0 moves nothing"):
        Recommender(*GIVEN, rate=0)
    widget = Recommender(*GIVEN)
    with pytest.raises(TraitError, match="person=2 is not there, counted from 0; choose from 0 to 1"):
        widget.person = 2
    with pytest.raises(TraitError, match="choose from 0 to 2"):
        widget.film = -1
    with pytest.raises(TraitError, match="thumb=3 is none"):
        widget.thumb = 3

"""Ratings: what is promised of the pairs, and that thumbs follow the probabilities they are drawn from."""

from collections import Counter

import numpy as np
import pytest

from backproplab.datasets import ratings
from backproplab.datasets.ratings import FILMS, GENRES, TITLES, USERS, world


def test_thirty_titles_of_five_genres():
    assert len(set(TITLES)) == 30
    assert Counter(GENRES) == {genre: 6 for genre in FILMS}
    assert GENRES[TITLES.index("Moth Season")] == "horror"


@pytest.mark.parametrize("seed", range(3))
def test_each_but_the_last_rates_fourteen_films_and_six_are_held_out(seed):
    train, held_out = ratings(seed=seed)
    for part, each in ((train, 14), (held_out, 6)):
        assert Counter(part.user.tolist()) == dict.fromkeys(range(USERS - 1), each)
        assert set(part.film.tolist()) <= set(range(30))
        assert set(part.liked.tolist()) == {0, 1}
    pairs = [*zip(train.user, train.film, strict=True), *zip(held_out.user, held_out.film, strict=True)]
    assert len(set(pairs)) == len(pairs) == 39 * 20


def test_the_seed_decides():
    for one, same in zip(ratings(seed=1), ratings(seed=1), strict=True):
        for left, right in zip(one, same, strict=True):
            np.testing.assert_array_equal(left, right)
    assert (ratings(seed=1)[0].film != ratings(seed=2)[0].film).any()


def test_genres_are_directions():
    films = world(seed=0).films
    middles = np.array([films[[each == genre for each in GENRES]].mean(axis=0) for genre in FILMS])
    angles = np.unwrap(np.arctan2(*middles.T[::-1]))
    np.testing.assert_allclose(np.diff(angles), 2 * np.pi / 5, atol=0.35)


def test_a_probability_is_the_sigmoid_of_the_product_and_two_biases():
    drawn = world(seed=3)
    z = drawn.users[7] @ drawn.films[11] + drawn.user_bias[7] + drawn.film_bias[11]
    assert drawn.probabilities[7, 11] == pytest.approx(1 / (1 + np.exp(-z)))


def test_thumbs_follow_the_probabilities():
    likely, liked = [], []
    for seed in range(20):
        p = world(seed=seed).probabilities
        for part in ratings(seed=seed):
            likely.append(p[part.user, part.film])
            liked.append(part.liked)
    likely, liked = np.concatenate(likely), np.concatenate(liked)
    for low in (0.0, 0.25, 0.5, 0.75):
        some = (likely >= low) & (likely < low + 0.25)
        assert liked[some].mean() == pytest.approx(likely[some].mean(), abs=0.03)

"""Thumbs up and down: forty people rate thirty made-up films. Drawn from a stated model, for lesson 19.

Films and people are points of a plane, in which each of five genres is a direction. How much a person likes a
film is a product of the two points, and two numbers more: how easily this person is pleased, and how widely
the film is liked. A sigmoid makes a probability of the sum, and the thumb is drawn with it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

FILMS = {
    "comedy": (
        "The Goat in the Lift", "Two Left Shoes", "Uncle Waltz",
        "A Wedding Too Many", "Nobody's Umbrella", "Soup for Nine",
    ),
    "romance": (
        "Letters to Lisbon", "The Second Spring", "Rain on Platform 4",
        "A Violin for Ana", "The Lighthouse Waltz", "Before the Ferry",
    ),
    "drama": (
        "The Last Harvest", "A Quiet Verdict", "Winter Accounts",
        "The Glassblower", "Half a House", "Salt and Rope",
    ),
    "horror": (
        "The Cellar Sings", "Do Not Feed It", "Moth Season",
        "The Ninth Stair", "Black Orchard", "What the Well Said",
    ),
    "science fiction": (
        "Orbit of Dust", "The Slow Robots", "Signal from Vega",
        "Copper Moon", "Year Ten Thousand", "The Tide Engine",
    ),
}  # fmt: skip
"""The invented titles of each genre."""

TITLES = tuple(title for titles in FILMS.values() for title in titles)
"""All thirty; a film's number is its place here."""

GENRES = tuple(genre for genre, titles in FILMS.items() for _ in titles)
"""The genre of each film, by its number."""

USERS = 40
"""How many people rate. The last one has rated nothing."""


class Ratings(NamedTuple):
    """Who rated what, and how: three arrays of one length."""

    user: Numbers
    """From 0 to `USERS` − 1; the last of them never comes up."""
    film: Numbers
    """From 0 to 29, a place among `TITLES`."""
    liked: Numbers
    """1 for a thumb up, 0 for a thumb down."""


class World(NamedTuple):
    """What the thumbs are drawn from. A learner of ratings never sees it."""

    users: NDArray[np.float64]
    """`(40, 2)`: tastes, near any direction."""
    films: NDArray[np.float64]
    """`(30, 2)`: each near the direction of its genre."""
    user_bias: NDArray[np.float64]
    """`(40,)`: how easily a person is pleased."""
    film_bias: NDArray[np.float64]
    """`(30,)`: how widely a film is liked."""

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """`(40, 30)`: how probable a thumb up is, of each person for each film."""
        scores = self.users @ self.films.T + self.user_bias[:, np.newaxis] + self.film_bias
        return np.asarray(1 / (1 + np.exp(-scores)))


def world(*, seed: int) -> World:
    """Draw people and films: two numbers and a bias for each.

    >>> everything = world(seed=0)
    >>> everything.probabilities.shape
    (40, 30)
    """
    rng = np.random.default_rng(seed)
    angles = np.repeat(np.arange(len(FILMS)) * 2 * np.pi / len(FILMS), [len(each) for each in FILMS.values()])
    angles = angles + rng.normal(0, 0.2, len(TITLES))
    films = 1.8 * np.column_stack([np.cos(angles), np.sin(angles)])
    tastes = rng.uniform(0, 2 * np.pi, USERS)
    users = 1.8 * np.column_stack([np.cos(tastes), np.sin(tastes)])
    return World(
        users + rng.normal(0, 0.2, users.shape),
        films + rng.normal(0, 0.2, films.shape),
        rng.normal(0, 0.5, USERS),
        rng.normal(0, 1.2, len(TITLES)),
    )


def ratings(*, seed: int) -> tuple[Ratings, Ratings]:
    """Training and held-out ratings: of each person but the last, 14 films for training and 6 held out.

    No pair of person and film comes twice. The films that someone rates are drawn evenly; in the real world
    they would be those that someone was shown, and chose.

    >>> train, held_out = ratings(seed=0)
    >>> len(train.user), len(held_out.user), int(train.user.max())
    (546, 234, 38)
    """
    probabilities = world(seed=seed).probabilities
    rng = np.random.default_rng([seed, 1])
    drawn: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for user in range(USERS - 1):
        shown = rng.permutation(len(TITLES))[:20]
        drawn[0].extend((user, film) for film in shown[:14])
        drawn[1].extend((user, film) for film in shown[14:])
    train, held_out = (_rated(np.array(pairs, np.int64), probabilities, rng) for pairs in drawn)
    return train, held_out


def _rated(pairs: Numbers, probabilities: NDArray[np.float64], rng: np.random.Generator) -> Ratings:
    """The pairs `(n, 2)` with a thumb for each, up with its probability."""
    user, film = pairs.T
    liked = rng.random(len(pairs)) < probabilities[user, film]
    return Ratings(user.copy(), film.copy(), liked.astype(np.int64))

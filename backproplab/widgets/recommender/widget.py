"""The recommender: one thumb of one person for one film, and what a single step on it moves."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from traitlets import Float, Int, List, TraitError, Unicode, validate

from backproplab.display import alt_text, image
from backproplab.layers.activations import sigmoid
from backproplab.plots import taste_plane
from backproplab.widgets.kit.base import Live, Static, is_finite

Floats = NDArray[np.float64]
DOWN, UP, NONE = 0, 1, -1
SHAPES = 5  # of films on the page, one for each genre


class After(NamedTuple):
    """What one step leaves, of the person and the film that was rated."""

    person: Floats
    """`(2,)`: the person's new row."""
    film: Floats
    """`(2,)`: the film's new row."""
    chances: Floats
    """`(films,)`: this person's chance of liking each film."""


class Recommender(Live, folder="recommender"):
    """People and films in a plane; a thumb for a film moves two of them, drawn as arrows.

    `people` `(n, 2)` and `films` `(m, 2)` are their rows, `person_bias` and `film_bias` a number for each,
    `titles` and `genres` a word for each film. The step is that of p = σ(u · f + b_u + b_f) with the
    cross-entropy, of one rating, at this `rate`. On the page a person, a film and a thumb are chosen; it
    needs no Python there. `names` calls some people by name, by their number; the others are "person 7".
    ValueError if shapes do not fit, a number is not finite, or a name is nobody's.

    >>> one = Recommender([[1, 0.5]], [[0.4, 1.2], [-3, 0]], [0.2], [0.4, 0], ["Moth", "Waltz"], ["a", "b"])
    >>> one.thumb = 0
    >>> one.chances().round(2), one.after().chances.round(2)
    (array([0.83, 0.06]), array([0.61, 0.06]))
    """

    people = List(List(Float())).tag(sync=True)
    films = List(List(Float())).tag(sync=True)
    person_bias = List(Float()).tag(sync=True)
    film_bias = List(Float()).tag(sync=True)
    titles = List(Unicode()).tag(sync=True)
    genres = List(Unicode()).tag(sync=True)
    person_names = List(Unicode()).tag(sync=True)
    rate = Float(0.3).tag(sync=True)
    person = Int(0).tag(sync=True)
    """Which person, from 0."""
    film = Int(0).tag(sync=True)
    """Which film, from 0."""
    thumb = Int(NONE).tag(sync=True)
    """1 for up, 0 for down, −1 for none yet."""

    def __init__(
        self,
        people: ArrayLike,
        films: ArrayLike,
        person_bias: ArrayLike,
        film_bias: ArrayLike,
        titles: Sequence[str],
        genres: Sequence[str],
        *,
        rate: float = 0.3,
        person: int = 0,
        film: int = 0,
        names: Mapping[int, str] | None = None,
    ) -> None:
        rows = [np.asarray(each, float) for each in (people, films)]
        biases = [np.asarray(each, float).ravel() for each in (person_bias, film_bias)]
        for name, points, bias in zip(("people", "films"), rows, biases, strict=True):
            if points.ndim != 2 or points.shape[1] != 2 or len(points) != len(bias) or not len(points):
                raise ValueError(
                    f"{name} expected rows of shape (n, 2) and n biases, got {points.shape} and {len(bias)}"
                )
            broken = np.flatnonzero(~np.isfinite(np.column_stack([points, bias])).all(axis=1))
            if len(broken):
                at = int(broken[0])
                raise ValueError(
                    f"{name} expected finite numbers, got {points[at].tolist()} and the bias {bias[at]} at "
                    f"{at}; train with a smaller learning rate"
                )
        if not len(titles) == len(genres) == len(rows[1]):
            raise ValueError(
                f"expected a title and a genre for each of {len(rows[1])} films, "
                f"got {len(titles)} and {len(genres)}"
            )
        if len(set(genres)) > SHAPES:
            raise ValueError(
                f"the page has {SHAPES} shapes for genres, got {len(set(genres))} genres; join some"
            )
        if not is_finite(rate) or rate <= 0:
            raise ValueError(f"rate={rate!r} moves nothing against the gradient; choose a number above 0")
        names = names or {}
        strangers = sorted(set(names) - set(range(len(rows[0]))))
        if strangers:
            raise ValueError(f"names has {strangers}, but people are counted from 0 to {len(rows[0]) - 1}")
        super().__init__(
            people=rows[0].tolist(),
            films=rows[1].tolist(),
            person_bias=biases[0].tolist(),
            film_bias=biases[1].tolist(),
            titles=list(titles),
            genres=list(genres),
            person_names=[names.get(place, f"person {place}") for place in range(len(rows[0]))],
            rate=rate,
            person=person,
            film=film,
        )

    @validate("person", "film")
    def _there(self, proposal: Mapping[str, Any]) -> int:
        name, value = proposal["trait"].name, int(proposal["value"])
        last = len(self.people if name == "person" else self.films) - 1
        if not 0 <= value <= last:
            raise TraitError(f"{name}={value} is not there, counted from 0; choose from 0 to {last}")
        return value

    @validate("thumb")
    def _a_thumb(self, proposal: Mapping[str, Any]) -> int:
        value = int(proposal["value"])
        if value not in (DOWN, UP, NONE):
            raise TraitError(f"thumb={value} is none: 1 is up, 0 is down, -1 is none yet")
        return value

    def chances(self) -> Floats:
        """The chosen person's chance of liking each film, before the step `(films,)`."""
        u, f = np.array(self.people[self.person]), np.array(self.films)
        z = f @ u + self.person_bias[self.person] + np.array(self.film_bias)
        return np.asarray(sigmoid(z), np.float64)

    def after(self) -> After:
        """What the step leaves; without a thumb, all as it was."""
        u, f, bias = np.array(self.people[self.person]), np.array(self.films), np.array(self.film_bias)
        blame = 0.0 if self.thumb == NONE else float(self.chances()[self.film]) - self.thumb
        new_u = u - self.rate * blame * f[self.film]
        f[self.film] = f[self.film] - self.rate * blame * u
        bias[self.film] -= self.rate * blame
        z = f @ new_u + self.person_bias[self.person] - self.rate * blame + bias
        return After(new_u, f[self.film], np.asarray(sigmoid(z), np.float64))

    def static(self) -> Static:
        """The plane with its arrows, and what changed in words."""
        people, films = np.array(self.people), np.array(self.films)
        new_people, new_films, left = people.copy(), films.copy(), self.after()
        new_people[self.person], new_films[self.film] = left.person, left.film
        ax = taste_plane(
            (people, films),
            self.genres,
            after=(new_people, new_films),
            names={self.film: self.titles[self.film]},
            people={self.person: self.person_names[self.person]},
        )
        words = self.words()
        figure = ax.get_figure(root=True)
        assert figure is not None
        return Static(image(figure, f"{alt_text(ax)} {words}"), words)

    def words(self) -> str:
        """What the step does, in the words of the page."""
        before, left, title = self.chances(), self.after(), self.titles[self.film]
        name = self.person_names[self.person]
        name = name[:1].upper() + name[1:]
        old, new = f"{before[self.film]:.2f}", f"{left.chances[self.film]:.2f}"
        if self.thumb == NONE:
            return f"{name} likes “{title}” with a chance of {old}. No thumb yet."
        way = "up" if self.thumb == UP else "down"
        u = np.array(self.people[self.person])
        person, film = (
            f"{np.linalg.norm(there - here):.2f}"
            for here, there in ((u, left.person), (np.array(self.films[self.film]), left.film))
        )
        why = ", since its gradient has this person's row as a factor, which is next to 0" if _tiny(u) else ""
        others = [
            (was, now)
            for place, (was, now) in enumerate(zip(before, left.chances, strict=True))
            if place != self.film
        ]
        hardly = sum(f"{was:.2f}" == f"{now:.2f}" for was, now in others)
        falls = sum(now < was and f"{was:.2f}" != f"{now:.2f}" for was, now in others)
        rises = len(others) - falls - hardly
        return (
            f"{name} gives “{title}” a thumb {way}: the chance goes from {old} to {new}. "
            f"{name} moves by {person}, the film by {film}{why}. No other film moves, yet of the other "
            f"{len(others)} chances {falls} fall, {rises} rise and {hardly} hardly change."
        )


def _tiny(row: Floats) -> bool:
    return float(np.linalg.norm(row)) < 0.005

"""The plane of people and films: a point for each, an arrow where one moved, and the same in words."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots import taste_plane

PEOPLE = np.array([[1.0, 0.0], [-1.0, 0.5]])
FILMS = np.array([[2.0, 0.0], [1.0, 1.0], [0.0, -2.0]])
KINDS = ("comedy", "comedy", "horror")


def arrows(ax):
    return [(tuple(each.xyann), tuple(each.xy)) for each in ax.texts if each.arrow_patch is not None]


def test_each_kind_has_its_own_marker_and_the_words_say_where_it_lies():
    ax = taste_plane((PEOPLE, FILMS), KINDS)
    lines = {line.get_label(): line for line in ax.lines}
    np.testing.assert_array_equal(lines["a person"].get_xydata(), PEOPLE)
    np.testing.assert_array_equal(lines["comedy"].get_xydata(), FILMS[:2])
    assert lines["comedy"].get_marker() != lines["horror"].get_marker()
    assert alt_text(ax) == (
        "2 people and 3 films in a plane. "
        "The films lie by kind: comedy around (2, 0.5) and horror around (0, −2)."
    )
    assert not arrows(ax)


def test_an_arrow_for_what_moved_and_for_nothing_else():
    there = FILMS.copy()
    there[2] = 0.5, -1.0
    ax = taste_plane((PEOPLE, FILMS), KINDS, after=(PEOPLE, there), names={2: "Moth-3"})
    assert arrows(ax) == [((0.0, -2.0), (0.5, -1.0))]
    assert alt_text(ax).endswith("1 moved: Moth-3 from (0.00, −2.00) to (0.50, −1.00).")
    assert "Moth-3" in [each.get_text() for each in ax.texts]
    rows = [line.get_xydata().tolist() for line in ax.lines if line.get_linestyle() == ":"]
    assert rows == [[[0, 0], FILMS[2].tolist()]]  # the row itself, from the middle
    assert alt_text(taste_plane((PEOPLE, FILMS), KINDS, after=(PEOPLE, FILMS))).endswith("None moved.")
    both = taste_plane((PEOPLE, FILMS), KINDS, after=(PEOPLE + [[0, 1], [0, 0]], there), people={0: "Ida"})
    assert "2 moved: Ida from (1.00, 0.00) to (1.00, 1.00) and film 2 from" in alt_text(both)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"films of shape \(2, 2\).*got \(2, 2\) and \(3, 2\)"):
        taste_plane((PEOPLE, FILMS), KINDS[:2])
    with pytest.raises(ValueError, match="as many people after as before, got 1 and 2"):
        taste_plane((PEOPLE, FILMS), KINDS, after=(PEOPLE[:1], FILMS))
    with pytest.raises(ValueError, match="6 markers for kinds, got 7 kinds"):
        taste_plane((PEOPLE, np.ones((7, 2))), "abcdefg")

"""The picture of capstone 4: its values stand in it, and the pieces of the way back where they belong."""

import pytest

from backproplab.display import alt_text
from backproplab.plots import language_block
from backproplab.plots.style import MUTED, ROLES

BACK = [("C4.4", "o", "r"), ("C4.3", "r", "y"), ("C4.3", "u", "x"), ("C4.9", "y", "x")]


def places(ax, text):
    """Where a text stands, from left to right."""
    return sorted(each.get_position() for each in ax.texts if each.get_text() == text)


def test_a_piece_stands_between_the_two_values_that_it_joins():
    ax = language_block(BACK)
    ((o, row),), ((r, _),) = places(ax, "o"), places(ax, "r")
    ((between, below),) = places(ax, "C4.4")
    assert r < between < o
    assert below < row


def test_a_piece_may_have_several_stretches():
    assert len(places(language_block(BACK), "C4.3")) == 2


def test_the_way_back_around_stands_above_its_row():
    ax = language_block(BACK)
    assert places(ax, "C4.9")[0][1] > places(ax, "x")[0][1]


def test_what_is_marked_is_bold_and_the_rest_is_grey():
    texts = {each.get_text(): each for each in language_block(BACK, marked=["C4.4"]).texts}
    assert texts["C4.4"].get_fontweight() == "bold"
    assert texts["C4.4"].get_color() == ROLES["gradient"].colour
    assert texts["C4.9"].get_fontweight() == "normal"
    assert texts["C4.9"].get_color() == MUTED


def test_the_words_name_every_stretch_and_what_is_marked():
    words = alt_text(language_block(BACK, marked=["C4.4"]))
    assert "C4.4 from o to r; C4.3 from r to y and from u to x; C4.9 from y to x. Marked: C4.4." in words


@pytest.mark.parametrize("stretch", [("r", "o"), ("o", "x"), ("o", "o"), ("o", "nothing")])
def test_a_stretch_that_does_not_lead_back_is_refused(stretch):
    with pytest.raises(ValueError, match="a value and an earlier one"):
        language_block([("C4.4", *stretch)])


def test_a_mark_on_no_piece_is_refused():
    with pytest.raises(ValueError, match=r"no \['C4.5'\] to mark"):
        language_block(BACK, marked=["C4.5"])

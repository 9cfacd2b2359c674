"""The decision tree drawn: every word of it is on the page, within its box, and in the alt text."""

from itertools import combinations

import pytest

from backproplab.diagnosis import CLINIC
from backproplab.display import alt_text
from backproplab.plots import bug_clinic
from backproplab.plots.clinic import OUTCOME, SYMPTOM, TEST


def drawn(branches=CLINIC):
    figure = bug_clinic(branches)
    figure.canvas.draw()
    return figure, figure.axes[0]


def test_every_word_stands_on_the_page_and_in_the_alt_text():
    figure, ax = drawn()
    page = " ".join(text.get_text() for text in ax.texts)
    said = alt_text(figure)
    for branch in CLINIC:
        for words in (branch.symptom, branch.test):
            assert words in page
            assert words in said
        for outcome in (branch.yes, branch.no):
            assert f"{outcome.suspect} → {outcome.cure}" in page
            assert f"{outcome.suspect}; cure: {outcome.cure}." in said


def test_it_fits_a_printed_page():
    width, height = drawn()[0].get_size_inches()
    assert width <= 8.0
    assert height <= 11.0


def test_no_text_leaves_its_column_or_the_page_and_no_two_overlap():
    figure, ax = drawn()
    scale = figure.dpi
    boxes = [text.get_window_extent() for text in ax.texts]
    rights = {
        SYMPTOM.left + 0.08: SYMPTOM.left + SYMPTOM.width,
        TEST.left + 0.08: TEST.left + TEST.width,
        OUTCOME.left: OUTCOME.left + OUTCOME.width,
    }
    for text, box in zip(ax.texts, boxes, strict=True):
        assert box.y0 >= 0
        if text.get_position()[0] in rights and text.get_ha() == "left":
            assert box.x1 / scale <= rights[text.get_position()[0]], text.get_text()
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_a_row_has_an_arrow_to_its_test_and_one_to_each_outcome():
    ax = drawn(CLINIC[:2])[1]
    arrows = [patch for patch in ax.patches if type(patch).__name__ == "FancyArrowPatch"]
    assert len(arrows) == 6
    assert [text.get_text() for text in ax.texts if text.get_ha() == "center"] == ["yes", "no"] * 2


def test_a_tree_without_branches_is_refused():
    with pytest.raises(ValueError, match="at least one branch"):
        bug_clinic([])

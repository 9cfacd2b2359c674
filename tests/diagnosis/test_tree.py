"""The decision tree: whole, with a place for each of the package's tests, and printable."""

import pytest

from backproplab import diagnosis
from backproplab.diagnosis import CLINIC, as_text


def test_each_symptom_has_a_test_with_two_outcomes_and_each_outcome_a_cure():
    assert len({branch.symptom for branch in CLINIC}) == len(CLINIC) == 7
    for branch in CLINIC:
        assert "?" in branch.test
        for outcome in (branch.yes, branch.no):
            assert outcome.suspect
            assert outcome.cure
        assert branch.yes.cure != branch.no.cure


def test_each_of_the_packages_tests_has_a_place_in_the_tree():
    text = as_text()
    names = [name for name in diagnosis.__all__ if callable(getattr(diagnosis, name)) and name[0].islower()]
    for name in ("check_gradients", *(set(names) - {"as_text"})):
        assert name in text


@pytest.mark.parametrize("width", [60, 100])
def test_the_text_holds_every_word_and_fits(width):
    text = as_text(width=width)
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    for branch in CLINIC:
        assert branch.symptom.upper() in words
        assert branch.test in words
        for answer, outcome in branch.outcomes:
            assert f"{answer}: {outcome.suspect}. → {outcome.cure}." in words

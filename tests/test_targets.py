"""Targets: labels as rows, masks as booleans and as one feature more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproplab.targets import Masked, as_mask, one_hot, with_mask, without_mask

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)


@given(shape=SHAPES, classes=st.integers(1, 5), seed=st.integers(0, 999))
def test_a_row_holds_its_label_and_nothing_else(shape, classes, seed):
    labels = np.random.default_rng(seed).integers(classes, size=shape)
    rows = one_hot(labels, classes, np.dtype(np.float32))
    assert (rows.shape, rows.dtype) == ((*shape, classes), np.float32)
    assert np.array_equal(rows.argmax(axis=-1), labels)
    assert np.array_equal(rows.sum(axis=-1), np.ones(shape))
    assert set(np.unique(rows)) <= {0, 1}


@given(shape=SHAPES, features=st.integers(1, 3), seed=st.integers(0, 999))
def test_targets_and_mask_there_and_back(shape, features, seed):
    rng = np.random.default_rng(seed)
    targets, mask = rng.normal(size=(*shape, features)).astype(np.float32), rng.random(shape) < 0.5
    encoded = with_mask(targets, mask)
    assert (encoded.shape, encoded.dtype) == ((*shape, features + 1), np.float32)
    again, mask_again = without_mask(encoded, targets.shape)
    assert np.array_equal(again, targets)
    assert np.array_equal(mask_again, mask)


def test_a_mask_may_be_written_as_truth_values_or_as_1_and_0():
    for mask in ([True, False], [1, 0], [1.0, 0.0], np.array([1, 0], np.uint8)):
        assert as_mask(mask, (2,)).tolist() == [True, False]


@pytest.mark.parametrize(
    ("mask", "error", "message"),
    [
        (
            [[True], [False]],
            ValueError,
            r"a mask of shape \(2,\), one entry for each prediction, got \(2, 1\)",
        ),
        ([1, 2], ValueError, r"got 2 at index 1; make one by a comparison, such as mask = labels != padding"),
        ([0.5, 1], ValueError, "got 0.5 at index 0"),
        ([np.nan, 1], ValueError, "nan"),
        (np.ma.array([1, 0], mask=[0, 1]), TypeError, "masked array"),
    ],
)
def test_what_is_no_mask_is_said(mask, error, message):
    with pytest.raises(error, match=message):
        as_mask(mask, (2,))


def test_masked_targets_are_as_many_as_their_examples():
    assert len(Masked([[1, 2], [3, 4], [5, 6]], np.ones((3, 2)))) == 3

"""Numbers that come in: made into plain arrays of finite numbers, or refused with what to do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproplab.arrays import as_numbers, first, plain


@given(
    shape=st.lists(st.integers(1, 4), max_size=3),
    seed=st.integers(0, 999),
    kind=st.sampled_from([bool, np.uint8, np.int64, np.float16, np.float32, np.float64]),
)
def test_numbers_of_every_kind_and_shape_come_through(shape, seed, kind):
    values = np.random.default_rng(seed).integers(0, 2, shape).astype(kind)
    assert as_numbers(values) is values
    as_list = as_numbers(values.tolist())
    assert np.array_equal(as_list, values)
    for dtype in (np.float32, np.float64):
        converted = as_numbers(values, dtype)
        assert converted.dtype == dtype
        assert np.array_equal(converted, values)
        assert (converted is values) == (values.dtype == dtype)


class TestTooLarge:
    """Finite, but not in the dtype that is asked for: another fault than nan, with another cure."""

    def test_the_entry_is_named_and_what_its_dtype_holds(self):
        with pytest.raises(
            ValueError,
            match=r"1e\+258 at index \(1, 0\) is too large for float32, which ends at 3.4e\+38; scale",
        ) as caught:
            as_numbers([[1, 2], [1e258, 3]], np.float32)
        assert "nan" not in str(caught.value)

    def test_it_is_in_float64(self):
        assert as_numbers([1e258], np.float64).tolist() == [1e258]
        assert as_numbers([1e258]).tolist() == [1e258]

    def test_negative_numbers_and_the_rim(self):
        with pytest.raises(ValueError, match=r"-1e\+40 at index 0"):
            as_numbers([-1e40], np.float32)
        largest = float(np.finfo(np.float32).max)
        assert as_numbers([largest, -largest], np.float32).tolist() == [largest, -largest]

    def test_whole_numbers_of_any_length(self):
        assert as_numbers([10**20, 0.5]).tolist() == [1e20, 0.5]
        with pytest.raises(ValueError, match=r"1e\+258 at index \(0, 0\) is too large for float32"):
            as_numbers([[10**258]], np.float32)
        with pytest.raises(ValueError, match="whole number is too large for float64"):
            as_numbers([10**400])

    def test_infinity_itself_is_still_infinity(self):
        with pytest.raises(ValueError, match=r"nan or infinity \(first at index 1\)"):
            as_numbers([1.0, np.inf], np.float32)


def test_floats_are_not_cut_to_integers():
    with pytest.raises(TypeError, match="Cannot cast"):
        as_numbers([1.5], np.int64)


MASKED = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[False, True], [False, False]])


@pytest.mark.parametrize(
    "values",
    [
        MASKED,
        np.ma.array([1.0]),
        MASKED[0],
        list(MASKED),
        [[1.0, 2.0], MASKED[0]],
        (([1.0, 2.0], MASKED[0]),),
        [1.0, np.ma.masked],
        np.ma.masked,
    ],
)
@pytest.mark.parametrize("take", [as_numbers, plain])
def test_a_mask_is_never_lost_silently(take, values):
    with pytest.raises(
        TypeError, match=r"masked array: its mask would be lost.*array.filled\(value\).*Masked"
    ):
        take(values)


def test_a_matrix_becomes_the_array_it_is():
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix([[1.0, 2.0]])
    for taken in (plain(matrix), as_numbers(matrix), as_numbers(matrix, np.float32)):
        assert type(taken) is np.ndarray
        assert taken.tolist() == [[1.0, 2.0]]
    assert np.shares_memory(plain(matrix), matrix)


def test_a_file_read_piece_by_piece_is_taken_as_the_array_it_is(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(3.0))
    assert type(as_numbers(np.load(tmp_path / "x.npy", mmap_mode="r"))) is np.ndarray


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ([], ValueError, "empty batch; pass at least one example"),
        (
            [[1, 2], [3]],
            ValueError,
            r"rows of one length, got list \[\[1, 2\], \[3\]\]; pad the shorter ones",
        ),
        ([1.0, None], TypeError, r"expected numbers, got list \[1.0, None\]"),
        ("seven", TypeError, "expected numbers, got str 'seven'"),
        ([1 + 2j], TypeError, "expected numbers"),
        (np.array([1, 2], "M8[s]"), TypeError, r"shape \(2,\) and dtype datetime64\[s\]"),
        (np.array([1.0, None]), TypeError, "expected numbers"),
        ([[0.0, np.nan]], ValueError, r"nan or infinity \(first at index \(0, 1\)\)"),
        (np.nan, ValueError, "nan or infinity"),
    ],
)
def test_what_is_no_number_is_said(values, error, message):
    with pytest.raises(error, match=message):
        as_numbers(values)


def test_the_first_is_the_first_in_order():
    assert first(np.array([False, True, True])) == 1
    assert first(np.array([[False, False], [True, True]])) == (1, 0)

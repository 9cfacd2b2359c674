"""Two values agree when they have one shape and differ by no more than the tolerance."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backproplab import Value
from backproplab.marking.compare import agree, agrees, as_array

FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)
ARRAYS = hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=FINITE)


class TestAsArray:
    @pytest.mark.parametrize(
        "value", [2, 2.0, np.float32(2), np.int8(2), np.array(2), np.array(2, dtype=object), Value(2.0)]
    )
    def test_a_single_number_is_0d_whatever_its_coat(self, value):
        assert as_array(value).shape == ()
        assert as_array(value) == 2

    def test_true_is_one(self):
        assert as_array([True, np.False_]).tolist() == [1.0, 0.0]

    def test_a_values_data_counts_not_its_gradient(self):
        loss = Value(3.0) * 2
        loss.backward()
        assert as_array(loss) == 6
        assert as_array([[Value(1.0), 2]]).tolist() == [[1.0, 2.0]]
        assert as_array(np.array([Value(1.0), Value(2.0)])).tolist() == [1.0, 2.0]

    @given(ARRAYS)
    def test_an_array_and_the_list_it_prints_as_are_the_same(self, array):
        assume(array.size)
        listed = as_array(array.tolist())
        assert listed.shape == array.shape
        assert np.array_equal(listed, array)

    def test_the_result_is_a_copy(self):
        mine = np.zeros(2)
        as_array(mine)[0] = 1
        assert mine[0] == 0

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (None, "got None"),
            ("0.5", "got a str"),
            (1j, "got a complex"),
            (Fraction(1, 2), "got a Fraction"),
            (np.array([1j]), "an array of complex128"),
            (np.timedelta64(1, "s"), "an array of timedelta64"),
            (["a"], "got a str"),
            ([[1.0], [1.0, 2.0]], "rows differ in shape"),
            (10**400, "too large"),
            (..., "still to be filled in"),
            ({"a": 1}, "got a dict"),
        ],
    )
    def test_anything_else_is_a_type_error_that_says_what_it_got(self, value, words):
        with pytest.raises(TypeError, match=words):
            as_array(value)

    def test_a_list_inside_itself_has_an_end(self):
        endless = []
        endless.append(endless)
        with pytest.raises(TypeError, match="nested"):
            as_array(endless)


class TestAgree:
    @given(ARRAYS)
    def test_everything_agrees_with_itself(self, array):
        assert agree(array, array) == (True, 0.0, "")

    @given(ARRAYS, st.floats(-0.9, 0.9))
    def test_the_distance_is_relative_to_the_expected_norm(self, array, share):
        assume(np.linalg.norm(array) > 1e-3)
        found = agree(array, array * (1 + share))
        assert found.distance == pytest.approx(abs(share), abs=1e-12)
        assert found.ok == (found.distance <= 1e-6)

    @given(ARRAYS, FINITE)
    def test_where_zero_is_expected_the_distance_is_absolute(self, array, size):
        zero, off = np.zeros(array.shape), np.full(array.shape, size)
        assert agree(zero, off).distance == pytest.approx(np.linalg.norm(off))

    @given(st.sampled_from([1e-300, 1e-12, 1.0, 1e12, 1e300]))
    def test_the_size_of_the_numbers_does_not_matter(self, scale):
        right = scale * np.array([3.0, -4.0])
        assert agree(right, right * (1 + 5e-7)).ok
        assert not agree(right, right * (1 + 2e-6)).ok
        assert not agree(right, -right).ok

    @given(ARRAYS)
    def test_another_shape_never_agrees(self, array):
        assert not agree(array, array[..., np.newaxis]).ok

    def test_a_column_is_no_row_and_a_list_of_one_no_number(self):
        assert agree(np.zeros(3), np.zeros((3, 1))).reason == "shape (3, 1) where (3,) was expected"
        assert agree(np.array(1), np.ones(1)).reason == "shape (1,) where a single number was expected"
        assert agree(np.ones(1), np.array(1)).reason == "a single number where (1,) was expected"

    def test_an_int_equals_a_float(self):
        assert agree(np.array([1, 2]), np.array([1.0, 2.0])).ok

    def test_a_table_of_what_is_not_finite(self):
        kinds = [math.nan, math.inf, -math.inf, 1.0]
        for i, expected in enumerate(kinds):
            for j, actual in enumerate(kinds):
                assert agree(np.array([2.0, expected]), np.array([2.0, actual])).ok == (i == j)

    def test_beside_a_matching_nan_the_rest_is_still_compared(self):
        assert agree(np.array([math.nan, 1.0]), np.array([math.nan, 1.1])).distance == pytest.approx(0.1)

    def test_the_first_number_astray_is_named(self):
        found = agree(np.zeros((2, 2)), np.array([[0, 0], [math.nan, 0]]))
        assert found.reason == "nan at [1, 0] where a finite number was expected"
        assert found.distance == math.inf

    def test_it_says_how_many_numbers_differ_unless_all_do(self):
        right = np.array([1.0, 2.0, 2.0])
        assert agree(right, right + [0, 0, 1]).reason == "1 of 3 numbers differs: 50 % too large"
        assert agree(right, 2 * right).reason == "twice what was expected"
        assert agree(right, right + [5, 0, 1]).reason.startswith("2 of 3 numbers differ: off by ")

    def test_the_largest_floats_neither_overflow_nor_warn(self):
        big = np.array([1.7e308, -1.7e308])
        assert agree(big, big).ok
        assert not agree(big, -big).ok
        assert not agree(np.array([5e-324]), big[:1]).ok


NUMBERS = st.sampled_from([0.0, 1.0, 1 + 5e-7, 1 + 2e-6, math.nan, math.inf, -math.inf])


@given(hnp.arrays(np.float64, (2, 2), elements=NUMBERS))
def test_without_words_the_verdict_is_the_same(both):
    expected, actual = both
    assert agrees(expected, actual) == agree(expected, actual).ok
    assert not agrees(expected, actual[:1])

"""Drawings made into pictures as MNIST's were: its own digits come back, wherever and however large."""

import numpy as np
import pytest

from backproplab.datasets import mnist
from backproplab.datasets.ink import BOX, centre, draw_strokes


@pytest.fixture(scope="module")
def digits():
    return mnist("test")[0][:300]


def test_a_digit_of_mnist_is_as_it_was(digits):
    for digit in digits:
        np.testing.assert_allclose(centre(digit), digit, atol=1e-6)


@pytest.mark.parametrize("by", [(0, 0), (-9, 3), (20, 40)])
def test_a_digit_that_was_moved_comes_back(digits, by):
    paper = np.zeros((28 + 80, 28 + 80))
    for digit in digits[:50]:
        paper[:] = 0
        paper[40 + by[0] :, 40 + by[1] :][:28, :28] = digit
        np.testing.assert_allclose(centre(paper), digit, atol=1e-6)


@pytest.mark.parametrize("times", [2, 3, 4])
def test_a_digit_that_was_enlarged_comes_back(digits, times):
    for digit in digits[:50]:
        np.testing.assert_allclose(centre(np.kron(digit, np.ones((times, times)))), digit, atol=1e-6)


def test_a_digit_that_was_enlarged_by_a_broken_number_comes_back_nearly(digits):
    # Its rim turns grey, which may move a centre of mass near the border of two pixels into the other one.
    moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    for digit in digits[:50]:
        large = np.kron(digit, np.ones((5, 5))).reshape(70, 2, 70, 2).mean(axis=(1, 3))  # by 5/2
        again = centre(large)
        assert min(np.abs(np.roll(again, move, (0, 1)) - digit).mean() for move in moves) < 0.03


def test_what_is_written_fills_the_box_and_keeps_its_proportions():
    picture = centre(np.pad(np.ones((60, 30)), 7))
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    assert (len(rows), len(columns)) == (BOX, BOX // 2)
    np.testing.assert_allclose(picture[picture > 0], 1, atol=1e-6)


def test_ink_is_neither_lost_nor_won_but_by_the_scale():
    ink = np.random.default_rng(0).uniform(size=(50, 40))
    assert centre(ink).sum() == pytest.approx(ink.sum() * (20 / 50) * (16 / 40), rel=1e-5)


@pytest.mark.parametrize("ink", [np.ones((1, 1)), np.eye(90)[:, :1], np.ones((1, 200)), np.tri(31) ** 9])
def test_the_centre_of_mass_lies_in_the_middle_pixel(ink):
    picture = centre(ink)
    middle = [np.arange(28) @ picture.sum(axis=axis) / picture.sum() for axis in (1, 0)]
    np.testing.assert_allclose(middle, 14, atol=0.5 + 1e-5)


def test_blank_paper_stays_blank():
    assert not centre(np.zeros((112, 112))).any()


@pytest.mark.parametrize(
    "ink", [np.zeros(784), np.full((28, 28), np.nan), np.full((28, 28), -1.0), np.zeros((1, 28, 28))]
)
def test_what_is_no_ink_is_refused(ink):
    with pytest.raises(ValueError, match=r"expected ink of shape \(rows, columns\).*pass one picture"):
        centre(ink)


def test_a_pen_leaves_the_area_of_its_line():
    line = draw_strokes([[20, 50, 80, 50]], size=112, radius=5)  # a bar of 60 × 10 between two half discs
    assert line.sum() == pytest.approx(60 * 10 + np.pi * 25, rel=0.01)
    assert (line.min(), line.max()) == (0, 1)
    dot = draw_strokes([[30.3, 40.7]], size=112, radius=5)
    assert dot.sum() == pytest.approx(np.pi * 25, rel=0.02)


def test_a_line_is_the_same_with_many_points_and_drawn_backwards():
    fine = np.stack([np.linspace(20, 80, 241), np.linspace(30, 90, 241)], axis=1)
    few, many = (draw_strokes([points.ravel()], size=112, radius=5) for points in (fine[[0, -1]], fine))
    np.testing.assert_allclose(few, many, atol=0.02)
    np.testing.assert_allclose(draw_strokes([fine[::-1].ravel()], size=112, radius=5), many, atol=0.02)


def test_crossing_strokes_do_not_add_up():
    assert draw_strokes([[10, 50, 90, 50], [50, 10, 50, 90]], size=112, radius=5).max() == 1


def test_ink_outside_the_paper_stays_on_its_edge():
    ink = draw_strokes([[-50, -50, 500, 500]], size=112, radius=5)
    assert ink.shape == (112, 112)
    assert ink[0, 0] == ink[-1, -1] == 1
    far = draw_strokes([[1e5, -1e5, 50, 50]], size=112, radius=5)
    np.testing.assert_array_equal(far, draw_strokes([[112, 0, 50, 50]], size=112, radius=5))


def test_a_stroke_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="expected strokes of finite numbers"):
        draw_strokes([[10, 10], [np.nan, 10]], size=112, radius=5)


def test_no_stroke_leaves_no_ink():
    assert not draw_strokes([], size=112, radius=5).any()

"""Rows of pictures: each where it belongs, on the scale that its kind asks for."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots import picture_rows


def test_each_picture_stands_in_its_row_grey_or_signed():
    grey, signed = np.arange(18.0).reshape(2, 3, 3), np.linspace(-2, 1, 18).reshape(2, 3, 3)
    figure = picture_rows({"scans": grey, "slopes": signed}, titles=["a", "b"])
    shown = [ax.images[0] for ax in figure.axes]
    for image, picture in zip(shown, [*grey, *signed], strict=True):
        np.testing.assert_array_equal(image.get_array(), picture)
    assert [image.get_clim() for image in shown[:2]] == [(0, 17)] * 2
    for image, picture in zip(shown[2:], signed, strict=True):
        most = np.abs(picture).max()
        assert image.get_clim() == pytest.approx((-most, most))
    assert [ax.get_ylabel() for ax in figure.axes][::2] == ["scans", "slopes"]


def test_masks_are_outlined_and_the_words_say_how_much_lies_inside():
    picture, mask = np.ones((1, 4, 4)), np.zeros((1, 4, 4), bool)
    picture[0, :2, :2], mask[0, :2, :2] = 9, True
    figure = picture_rows({"scan": picture}, masks=mask)
    assert len(figure.axes[0].collections) == 1
    assert "75% of it inside the outlines, which cover 25%" in alt_text(figure)  # 36 of 48


def test_masks_of_another_size_are_an_error():
    for shape in ((1, 4, 3), (2, 4, 4)):
        with pytest.raises(ValueError, match=r"a mask of the pictures' size.*, \(1, 4, 4\); got"):
            picture_rows({"scan": np.ones((1, 4, 4))}, masks=np.zeros(shape))


def test_rows_that_do_not_fit_are_an_error():
    with pytest.raises(ValueError, match="n the same in all; got"):
        picture_rows({"a": np.zeros((2, 3, 3)), "b": np.zeros((1, 3, 3))})

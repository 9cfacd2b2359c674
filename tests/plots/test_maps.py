"""Maps show each number at its place, on a scale that is symmetric about zero."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots.maps import digits, film, unit_maps
from backproplab.training.recorder import Series


@pytest.fixture
def maps():
    values = np.random.default_rng(0).normal(size=(5, 2, 784))
    values[:, 1] *= 10
    return Series(np.array([1, 10, 20, 30, 40]), values, ("unit 3", "unit 7"))


@pytest.fixture
def loss():
    return Series(np.arange(1, 41), 40.0 / np.arange(1, 41), ())


def pictures(figure):
    return [ax.images[0] for ax in figure.axes if ax.images]


class TestUnitMaps:
    def test_rows_are_units_and_columns_are_steps(self, maps):
        figure = unit_maps(maps, columns=3)
        shown = [image.get_array() for image in pictures(figure)]
        for place, (unit, frame) in enumerate([(u, k) for u in (0, 1) for k in (0, 2, 4)]):
            np.testing.assert_array_equal(shown[place], maps.values[frame, unit].reshape(28, 28))
        titles = [ax.get_title() for ax in figure.axes if ax.images]
        assert titles[:3] == ["step 1", "step 20", "step 40"]

    def test_one_symmetric_scale_is_shared(self, maps):
        (limits,) = {image.get_clim() for image in pictures(unit_maps(maps))}
        assert limits[1] == -limits[0] == pytest.approx(np.abs(maps.values).max())

    def test_a_scale_for_each_map_says_how_far_it_reaches(self, maps):
        figure = unit_maps(maps, scale="map", columns=len(maps.steps))
        axes = [ax for ax in figure.axes if ax.get_xlabel()]
        reaches = np.abs(maps.values).max(axis=2).T.ravel()
        assert len(axes) == reaches.size
        for ax, reach in zip(axes, reaches, strict=True):
            assert ax.images[0].get_clim() == pytest.approx((-reach, reach))
            assert float(ax.get_xlabel().strip("±")) == pytest.approx(reach, rel=0.05)

    def test_a_scale_for_each_row_says_how_far_it_reaches(self, maps):
        figure = unit_maps(maps, scale="row")
        assert len({image.get_clim() for image in pictures(figure)}) == 2
        assert "±" in next(ax.get_ylabel() for ax in figure.axes)

    def test_the_words_name_the_largest_entry(self, maps):
        maps.values[2, 0, 0] = 99.0
        text = alt_text(unit_maps(maps, quantity="w"))
        assert "Maps of w for unit 3 and unit 7 at 5 steps from 1 to 40" in text
        assert "The largest entry, about 100 in size, is in unit 3 at step 20" in text

    def test_all_zeros_are_drawn_white(self, maps):
        maps.values[:] = 0
        image = pictures(unit_maps(maps))[0]
        assert image.cmap(image.norm(0.0))[:3] == pytest.approx((1, 1, 1), abs=0.01)

    def test_pixels_that_make_no_image_are_refused(self, maps):
        with pytest.raises(ValueError, match=r"expected 20 × 20 pixels"):
            unit_maps(maps, image_shape=(20, 20))


class TestFilm:
    def test_a_loss_that_is_no_number_for_a_step_is_drawn_all_the_same(self, maps, loss):
        loss.values[5] = np.nan
        top = film(maps, loss, frames=3).axes[-1].get_ylim()[1]
        assert top == pytest.approx(1.02 * np.nanmax(loss.values))

    def test_each_frame_stands_on_the_loss_at_its_own_step(self, maps, loss):
        figure = film(maps, loss, frames=3)
        below = figure.axes[-1]
        marks = below.lines[-1].get_xydata()
        assert marks[:, 0].tolist() == [1, 20, 40]
        np.testing.assert_allclose(marks[:, 1], [40.0, 2.0, 1.0])
        assert [text.get_text() for text in below.texts] == ["1", "2", "3"]
        assert [ax.get_title() for ax in figure.axes[:3]] == ["1", "2", "3"]

    def test_frames_show_the_chosen_unit_on_one_scale(self, maps, loss):
        images = pictures(film(maps, loss, unit=1, frames=2))
        np.testing.assert_array_equal(images[1].get_array().ravel(), maps.values[4, 1])
        assert len({image.get_clim() for image in images}) == 1

    def test_the_words_tell_the_map_and_the_loss(self, maps, loss):
        assert alt_text(film(maps, loss)).endswith("while the loss falls from 40 to about 1.")


class TestDigits:
    images = np.random.default_rng(0).random((3, 784))

    def test_a_wrong_prediction_is_marked_in_words_and_frame(self):
        figure = digits(self.images, [7, 2, 1], [3, 2, 1])
        assert [ax.get_title() for ax in figure.axes] == ["7 → 3", "2", "1"]
        widths = [ax.spines["left"].get_linewidth() for ax in figure.axes]
        assert widths[0] > 2 * widths[1]
        assert alt_text(figure) == "3 handwritten digits: 7, 2 and 1. Misread: 7 as 3."

    def test_square_and_flat_images_are_the_same(self):
        flat, square = (digits(x, [7, 2, 1]) for x in (self.images, self.images.reshape(3, 28, 28)))
        for one, two in zip(pictures(flat), pictures(square), strict=True):
            np.testing.assert_array_equal(one.get_array(), two.get_array())

    def test_a_count_that_does_not_match_is_refused(self):
        with pytest.raises(ValueError, match="3 images, 2 labels"):
            digits(self.images, [1, 2])

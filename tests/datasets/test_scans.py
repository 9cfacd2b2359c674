"""Made-up scans: what is in them is what is said, and a seed makes the same everywhere."""

import hashlib

import numpy as np
import pytest

from backproplab.datasets.scans import KINDS, load_scans, template


@pytest.fixture(scope="module")
def scans():
    return load_scans(600, seed=3)


def test_shapes_types_and_scale(scans):
    assert scans.images.shape == scans.masks.shape == (600, 28, 28)
    assert scans.images.dtype == np.float32
    assert 0 <= scans.images.min() < 0.1 < 0.7 < scans.images.max() <= 1
    assert scans.labels.sum() == 300
    assert 240 < scans.bars.sum() < 360


def test_a_scan_has_a_mask_where_it_has_a_lesion_and_the_lesion_is_a_bright_disc(scans):
    np.testing.assert_array_equal(scans.masks.any(axis=(1, 2)), scans.labels == 1)
    for image, mask in zip(scans.images, scans.masks, strict=True):
        if not mask.any():
            continue
        rows, columns = np.nonzero(mask)
        centre = rows.mean(), columns.mean()
        reach = np.hypot(rows - centre[0], columns - centre[1]).max()
        assert 32 <= mask.sum() <= 69  # π r² is 38 to 64, and part of the rim
        assert reach < 1.2 * np.sqrt(mask.sum() / np.pi)  # a square's corners reach 1.25 times as far
        assert image[mask].mean() > image.mean() + 0.1


def test_neither_brightness_nor_area_tells_the_classes_apart(scans):
    for measure in (lambda x: x.mean(axis=(1, 2)), lambda x: (x > 0.45).mean(axis=(1, 2))):
        with_lesion, without = (measure(scans.images[scans.labels == label]) for label in (1, 0))
        spread = np.sqrt((with_lesion.var() + without.var()) / 300)
        assert abs(with_lesion.mean() - without.mean()) < 4 * spread


def test_a_seed_makes_the_same_scans_to_the_bit():
    again = load_scans(50, seed=0)
    digest = hashlib.sha256(again.images.tobytes() + again.masks.tobytes() + again.bars.tobytes())
    assert digest.hexdigest()[:16] == "d5ecd09ae9115054"
    assert not np.array_equal(again.images, load_scans(50, seed=1).images)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turn", range(18))
def test_templates_are_equally_bright_in_all_however_they_are_turned(kind, turn):
    assert template(kind, turn=turn).sum() == pytest.approx(template("disc").sum(), rel=0.01)


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="at least 2, one scan of each class, got 1"):
        load_scans(1, seed=0)
    with pytest.raises(TypeError, match=r"got 2\.5; make it one with int"):
        load_scans(2.5, seed=0)
    with pytest.raises(ValueError, match="no template 'ring'; choose one of disc, square, bar"):
        template("ring")

"""The palette is told apart by every eye, and says the same without colour."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from backproplab.plots import style

# Machado, Oliveira and Fernandes (2009), "A physiologically-based model for simulation of color vision
# deficiency", IEEE TVCG 15(6): their matrices for severity 1.0, on linear RGB.
EYES = {
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# IEC 61966-2-1 (sRGB, D65).
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(colour):
    encoded = np.array(to_rgb(colour))
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def lab(colour, eye="full"):
    """CIELAB of a colour as an eye sees it."""
    seen = np.clip(EYES[eye] @ linear(colour), 0, 1)
    x, y, z = np.array([f(t) for t in TO_XYZ @ seen / TO_XYZ.sum(axis=1)])
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def f(t):
    return np.cbrt(t) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116


def difference(one, two):
    """CIEDE2000 (CIE 142-2001), as Sharma, Wu and Dalal (2005) write it."""
    (light1, a1, b1), (light2, a2, b2) = one, two
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1 + (1 - np.sqrt(chroma**7 / (chroma**7 + 25**7))) / 2
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = h1 + turn / 2 if c1 * c2 else h1 + h2
    light, chroma = (light1 + light2) / 2, (c1 + c2) / 2

    def wave(times, shift):
        return np.cos(np.radians(times * hue + shift))

    t = 1 - 0.17 * wave(1, -30) + 0.24 * wave(2, 0) + 0.32 * wave(3, 6) - 0.20 * wave(4, -63)
    d_light = (light2 - light1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    d_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    blue = np.radians(60 * np.exp(-((((hue % 360) - 275) / 25) ** 2)))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * np.sin(blue)
    return np.sqrt(d_light**2 + d_chroma**2 + d_hue**2 + rotation * d_chroma * d_hue)


def contrast_on_white(colour):
    """WCAG 2.2, relative luminance."""
    return 1.05 / ((TO_XYZ @ linear(colour))[1] + 0.05)


def nearest(colours, eye):
    return min(difference(lab(a, eye), lab(b, eye)) for a, b in combinations(colours, 2))


@pytest.mark.parametrize(
    ("one", "two", "published"),
    [  # pairs 1, 7, 17 and 25 of the test data of Sharma, Wu and Dalal (2005), table 1
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_colour_difference_agrees_with_published_values(one, two, published):
    assert difference(one, two) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("eye", EYES)
def test_grey_stays_grey_for_every_eye(eye):
    assert EYES[eye].sum(axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("eye", EYES)
def test_roles_stay_apart(eye):
    assert nearest([role.colour for role in style.ROLES.values()], eye) >= 15


@pytest.mark.parametrize("eye", EYES)
def test_series_stay_apart(eye):
    assert nearest(style.SERIES, eye) >= 12


def test_a_red_and_a_green_of_one_lightness_would_fail():
    assert nearest(["#C44E52", "#7F7F3F"], "deuteranopia") < 12 < nearest(["#C44E52", "#7F7F3F"], "full")


@pytest.mark.parametrize(
    "colour",
    [role.colour for role in style.ROLES.values()]
    + [shade for role in style.ROLES.values() for shade in role.shades]
    + [*style.SERIES, style.INK, style.MUTED],
)
def test_colours_reach_three_to_one_on_white(colour):
    assert contrast_on_white(colour) >= 3


def test_roles_differ_without_colour():
    assert len({role.marker for role in style.ROLES.values()}) == len(style.ROLES)
    # The loss and the values may share a solid line: they never share an axis.
    assert len({role.line for name, role in style.ROLES.items() if name != "loss"}) == 3


@pytest.mark.parametrize("eye", EYES)
def test_the_signed_map_is_white_at_zero_and_its_sides_stay_apart(eye):
    assert style.SIGNED(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.01)
    for part in (0.15, 0.3, 0.45):
        assert difference(lab(style.SIGNED(0.5 - part), eye), lab(style.SIGNED(0.5 + part), eye)) >= 15


@pytest.mark.parametrize("eye", EYES)
def test_maps_grow_steadily_darker_from_their_light_end(eye):
    parts = np.linspace(0, 1, 21)
    for line in (style.AMOUNT(parts), style.SIGNED(0.5 + parts / 2), style.SIGNED(0.5 - parts / 2)):
        assert (np.diff([lab(colour, eye)[0] for colour in line]) <= 0).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.01, 0.2))
def test_spread_keeps_order_mean_and_distance(wanted, gap):
    placed = style.spread(wanted, gap)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(np.array(placed)[order]) >= gap - 1e-6).all()
    assert np.mean(placed) == pytest.approx(np.mean(wanted), abs=1e-6)


def test_spread_leaves_what_is_far_apart_where_it_is():
    assert style.spread([0.9, 0.1, 0.5], 0.1) == pytest.approx([0.9, 0.1, 0.5])


def test_shades_run_from_dark_to_light():
    ramp = [lab(colour)[0] for colour in style.shades("gradient", 5)]
    assert (np.diff(ramp) > 5).all()


def test_style_does_not_leak_into_other_pictures():
    import matplotlib

    before = matplotlib.rcParams["axes.titlesize"], matplotlib.rcParams["axes.grid"]
    style.panels()
    assert (matplotlib.rcParams["axes.titlesize"], matplotlib.rcParams["axes.grid"]) == before

"""The linked panels: numbers of the functions themselves, passed on from step to step, and their products."""

from math import prod, sqrt

import pytest
from traitlets import TraitError

from backproplab.widgets import LinkedPanels

STEPS = [lambda p: sqrt(20 * p), lambda v: v + v**2 / 16, lambda s: s**2]
SLOPES = [lambda p: 10 / sqrt(20 * p), lambda v: 1 + v / 8, lambda s: 2 * s]  # by hand


def cart(**options):
    return LinkedPanels(STEPS, names="pvsA", **{"at": 12.8, "between": (2, 20), **options})


@pytest.fixture(scope="module")
def linked():
    return cart()


def test_at_each_place_stand_the_functions_own_values_and_slopes(linked):
    assert linked.values[linked.place] == [12.8, 16, 32, 1024]
    assert (linked.values[0][0], linked.values[-1][0]) == (2, 20)
    for row, slopes in zip(linked.values, linked.slopes, strict=True):
        for step, (function, slope) in enumerate(zip(STEPS, SLOPES, strict=True)):
            assert row[step + 1] == pytest.approx(function(row[step]), rel=1e-5)
            assert slopes[step] == pytest.approx(slope(row[step]), rel=1e-5)


def test_a_change_is_what_the_whole_chain_does_to_the_nudge(linked):
    for nudge, rows in zip(linked.nudges, linked.changes, strict=True):
        for (p, *_), changes in zip(linked.values, rows, strict=True):
            assert changes[0] == pytest.approx(nudge)
            whole = [STEPS[2](STEPS[1](STEPS[0](x))) for x in (p, p + nudge)]
            assert changes[-1] == pytest.approx(whole[1] - whole[0], rel=1e-4)


def test_the_smaller_the_nudge_the_nearer_the_ribbon_is_to_the_product_of_slopes(linked):
    product = prod(linked.slopes[linked.place])
    assert product == pytest.approx(120)
    off = [
        abs(rows[linked.place][-1] / n - product)
        for n, rows in zip(linked.nudges, linked.changes, strict=True)
    ]
    assert off == sorted(off)
    assert off[0] < 0.01


def test_curves_hold_all_that_is_drawn_on_them(linked):
    for step, curve in enumerate(linked.curves):
        reached = [
            row[step] + rows[step]
            for at in linked.changes
            for row, rows in zip(linked.values, at, strict=True)
        ]
        assert min(curve["x"]) <= min(row[step] for row in linked.values) * (1 + 1e-6)
        assert max(curve["x"]) >= max(reached) * (1 - 1e-6)


def test_the_still_half_says_the_products_of_where_the_points_are():
    linked = cart()
    assert linked.static().plain == (
        "p = 12.80, v = 16.00, s = 32.00, A = 1,024\n"
        "slopes: dv/dp 0.625 × ds/dv 3.000 × dA/ds 64.000 = dA/dp 120.000\n"
        "nudge: Δv/Δp 0.602 × Δs/Δv 3.075 × ΔA/Δs 67.705 = ΔA/Δp 125.411, for Δp = 2"
    )
    linked.place, linked.nudge = 0, 0
    still = linked.static()
    assert still.plain.startswith("p = 2.000, v = 6.325,")
    assert "A nudge of 0.001 in p changes v by 0.00158" in still.html


def test_a_step_that_lets_nothing_through():
    stuck = LinkedPanels([lambda x: max(x, 0.0), lambda h: 3 * h], names="xhy", at=-4, between=(-5, 5))
    assert "slopes: dh/dx 0.000 × dy/dh 3.000 = dy/dx 0.000" in stuck.static().plain
    assert "nudge: Δh/Δx 0.000 × Δy/Δh 0.000 = Δy/Δx 0.000, for Δx = 2" in stuck.static().plain


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"at": 21}, r"at=21 is not between 2 and 20"),
        ({"at": float("nan")}, r"at=nan is not between"),
        ({"nudge": 3}, r"nudge=3 is none of 0.001, 0.01, 0.1, 0.2, 0.5, 1, 2"),
        (
            {"between": (-1, 20)},
            r"no finite v at p = -0.966667: it raised ValueError\('math domain error'\); choose another",
        ),
    ],
)
def test_bad_input_says_what_there_is(given, says):
    with pytest.raises(ValueError, match=says):
        cart(**given)


def test_each_value_has_a_name():
    with pytest.raises(ValueError, match="3 functions make 4 values, got 3 names"):
        LinkedPanels(STEPS, names="pvs", at=12.8, between=(2, 20))


def test_a_place_that_is_not_there():
    linked = cart()
    with pytest.raises(TraitError, match="place=91 is not there, counted from 0; choose from 0 to 90"):
        linked.place = 91
    with pytest.raises(TraitError, match="nudge=-1 is not there"):
        linked.nudge = -1

"""The descent: the page draws paths of the package's own optimisers, and the still half says the same."""

import numpy as np
import pytest
from traitlets import TraitError

from backproplab.optimizers import SGD, Adam
from backproplab.surfaces import RAVINE, SADDLE, SURFACES, descend
from backproplab.widgets import Descent


@pytest.fixture(scope="module")
def descent():
    return Descent("saddle", rate=0.03, step=20)


def test_runs_are_paths_of_the_packages_optimisers(descent):
    for surface, name, make, rate in ((RAVINE, "Adam", Adam, 0.3), (SADDLE, "gradient descent", SGD, 0.01)):
        recorded = descent.surfaces[SURFACES.index(surface)]
        run = recorded["runs"][descent.optimizers.index(name)][descent.rates.index(rate)]
        path = descend(surface, make(rate), steps=60)
        np.testing.assert_allclose(np.array([run["w1"], run["w2"]], float).T, path, rtol=1e-3)
        np.testing.assert_allclose(run["loss"], surface.loss(*path.T), rtol=1e-3)


def test_heights_are_losses_in_units_of_the_ceiling(descent):
    ravine = descent.surfaces[0]
    middle = len(ravine["heights"]) // 2
    assert ravine["heights"][middle][middle] == 0
    edge = RAVINE.loss(np.array(RAVINE.reach), np.array(0.0)) / RAVINE.ceiling
    assert ravine["heights"][middle][-1] == pytest.approx(edge, abs=1e-3)
    assert ravine["heights"][-1][middle] == 1.5  # cut off


def test_what_leaves_the_picture_is_not_drawn_and_said():
    descent = Descent("ravine", rate=0.085, step=20)
    run = descent.surfaces[0]["runs"][0][4]
    assert run["w1"][20] is None
    assert run["w1"][1] is not None
    assert "gradient descent: 1,400, outside of the picture" in descent.static().plain
    far = Descent("ravine", rate=0.3, step=60)
    assert far.surfaces[0]["runs"][0][5]["loss"][60] is None
    assert "gradient descent: run away" in far.static().plain


def test_the_still_half_is_of_what_is_chosen():
    descent = Descent("saddle", rate=0.03, step=20)
    assert len(descent.static().plain.splitlines()) == 6
    assert "The loss was 1.38 at the start." in descent.static().plain  # of 1.375, as the page has it
    descent.shown, descent.surface = 1, 0
    still = descent.static()
    assert still.plain == (
        "ravine, rate 0.03, after 20 of 60 steps. The loss was 20.5 at the start.\n  momentum: 2.8"
    )
    assert "Contours of a loss over w₁ and w₂, ravine" in still.html


def test_what_was_not_recorded():
    with pytest.raises(ValueError, match="surface='hill' is none of the landscapes: ravine, turned ravine"):
        Descent("hill")
    with pytest.raises(ValueError, match=r"rate=1.0 was not recorded; choose one of 0.003, 0.01"):
        Descent(rate=1.0)
    descent = Descent()
    for name, value, most in (("step", 61, 60), ("surface", 4, 3), ("shown", 6, 5), ("turn", 360, 355)):
        with pytest.raises(TraitError, match=f"{name}={value} is not there; choose from 0 to {most}"):
            descent.set_trait(name, value)

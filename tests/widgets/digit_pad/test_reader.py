"""What a reader says of a picture is what the network would: its gradient is the one that nudging finds."""

import numpy as np
import pytest

from backproplab import Dense, Network, Sigmoid
from backproplab.widgets.digit_pad.reader import Reader

GREY = np.full((28, 28), 0.5, np.float32)


@pytest.fixture
def reader():
    return Reader(Network([Dense(784, 16), Sigmoid(), Dense(16, 10)], seed=0, dtype=np.float64))


def test_the_gradient_is_what_nudging_a_pixel_finds(reader):
    gradient = reader.read(GREY, 7).gradient
    for row, column in ((0, 0), (13, 20), (27, 5)):
        up, down = GREY.copy(), GREY.copy()
        up[row, column] += 2**-10  # exact in float32
        down[row, column] -= 2**-10
        slope = (reader.read(up, 7).loss - reader.read(down, 7).loss) / 2**-9
        assert slope == pytest.approx(gradient[row, column], rel=1e-5)


def test_a_small_step_lowers_the_loss_by_its_size_times_the_square_of_the_gradient(reader):
    before = reader.read(GREY, 7)
    after = reader.read(reader.towards(GREY, 7, step_size=0.01, steps=1), 7)
    assert before.loss - after.loss == pytest.approx(0.01 * (before.gradient**2).sum(), rel=0.02)


def test_a_picture_is_not_changed_by_steps_from_it(reader):
    reader.towards(GREY, 7, step_size=10.0, steps=3)
    assert (GREY == 0.5).all()


def test_no_step_leads_nowhere(reader):
    np.testing.assert_array_equal(reader.towards(GREY, 7, step_size=1.0, steps=0), GREY)

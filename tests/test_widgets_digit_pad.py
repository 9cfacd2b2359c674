"""The digit pad asks the network itself: its numbers are those of a forward and a backward pass."""

import numpy as np
import pytest
from traitlets import TraitError

from backproplab import SGD, Dense, Network, ReLU, Sigmoid, SoftmaxCrossEntropy, fit
from backproplab.datasets import mnist
from backproplab.datasets.ink import centre, draw_strokes
from backproplab.layers import Flatten
from backproplab.widgets.digit_pad.widget import BLANK, PAPER, PEN, STILL, DigitPad, percent

BAR = {"stroke": [30, 30, 80, 30]}
LEG = {"stroke": [80, 30, 50, 90]}


def small(seed=0, dtype=np.float32):
    return Network([Dense(784, 16), Sigmoid(), Dense(16, 10)], seed=seed, dtype=dtype)


@pytest.fixture
def pad():
    return DigitPad(small())


def pixels(answer, name):
    return np.frombuffer(answer[name], np.uint8)


@pytest.mark.parametrize("digit", range(10))
def test_a_sample_reaches_the_network_as_mnist_published_it(pad, digit):
    images, labels = mnist("test")
    pad.actions = [{"sample": digit}]
    np.testing.assert_allclose(pad.picture, images[np.flatnonzero(labels == digit)[0]], atol=1e-6)


def test_what_is_drawn_reaches_it_centred(pad):
    pad.actions = [BAR, LEG]
    ink = draw_strokes([BAR["stroke"], LEG["stroke"]], size=PAPER, radius=PEN)
    np.testing.assert_array_equal(pad.picture, centre(ink))


def test_ink_goes_on_top_of_a_sample(pad):
    pad.actions = [{"sample": 1}]
    one = pad.picture
    pad.actions = [{"sample": 1}, BAR]
    assert pad.picture.sum() > one.sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_reading_is_that_of_the_network(dtype):
    network, loss = small(dtype=dtype), SoftmaxCrossEntropy()
    pad = DigitPad(network, target=3)
    pad.actions = [BAR, LEG]
    value = loss.forward(network.forward(pad.picture.reshape(1, 784).astype(dtype)), [3])
    gradient = network.backward(loss.backward()).reshape(28, 28)
    assert pad.reading.loss == value
    np.testing.assert_array_equal(pad.reading.probabilities, loss.probabilities[0])
    np.testing.assert_array_equal(pad.reading.gradient, gradient)
    assert pad.answer["shares"] == loss.probabilities[0].astype(float).tolist()


def test_the_map_keeps_signs_and_its_strongest_places(pad):
    pad.actions = [{"sample": 4}]
    gradient, levels = pad.reading.gradient.ravel(), pixels(pad.answer, "map").astype(int)
    clear = np.abs(gradient) > 0.02 * np.abs(gradient).max()
    assert (np.sign(levels - 127.5) == np.sign(gradient))[clear].all()
    assert {levels.min(), levels.max()} & {0, 255}
    most, least = pad.answer["marks"]
    assert [most, least] == [gradient.argmax(), gradient.argmin()]
    assert f"raises the loss most at row {most // 28 + 1}, column {most % 28 + 1}," in pad.answer["where"]
    assert f"lowers it most at row {least // 28 + 1}, column {least % 28 + 1}." in pad.answer["where"]


def test_steps_lower_the_loss_and_stay_between_blank_and_black(pad):
    pad.actions = [{"sample": 4}]
    losses = [pad.reading.loss]
    for _ in range(4):
        pad.actions = [*pad.actions, {"steps": 5, "target": 7, "step_size": 0.5}]
        losses.append(pad.reading.loss)
        assert 0 <= pad.picture.min() <= pad.picture.max() <= 1
    assert losses == sorted(set(losses), reverse=True)
    assert pad.answer["steps"] == 20


def test_ten_steps_are_ten_times_one_step(pad):
    step = {"steps": 1, "target": 2, "step_size": 0.03}
    pad.actions = [{"sample": 4}, *[step] * 10]
    one_by_one = pad.picture
    pad.actions = [{"sample": 4}, {**step, "steps": 10}]
    np.testing.assert_array_equal(pad.picture, one_by_one)


def test_undoing_brings_back_what_was_there(pad):
    pad.actions = [BAR, {"steps": 3, "target": 7, "step_size": 0.1}]
    stepped = pad.answer["seen"]
    pad.actions = [*pad.actions, LEG]
    assert pad.answer["steps"] == 0  # new ink starts from the ink
    pad.actions = pad.actions[:-1]
    assert pad.answer["seen"] == stepped
    pad.actions = [BAR, {"clear": True}]
    assert not pad.picture.any()
    pad.actions = []
    assert np.array_equal(pad.picture, BLANK.picture)


def test_a_line_that_grows_reads_as_if_drawn_at_once(pad):
    points = LEG["stroke"] + [20, 20, 25, 60]
    for end in range(2, len(points) + 1, 2):
        pad.actions = [BAR, {"stroke": points[:end]}]
    grown = pad.answer
    again = DigitPad(small())
    again.actions = [BAR, {"stroke": points}]
    assert again.answer == grown


def test_training_goes_on_as_if_nobody_had_drawn():
    x = np.random.default_rng(0).uniform(size=(64, 784)).astype(np.float32)
    labels = np.arange(64) % 10
    loss = SoftmaxCrossEntropy()
    alone, watched = small(), small()
    pad = DigitPad(watched)
    for network in (alone, watched):
        network.loss_and_gradient(loss, x, labels)
    pad.actions = [BAR, {"steps": 5, "target": 7, "step_size": 0.1}]
    np.testing.assert_array_equal(watched.gradient, alone.gradient)
    assert watched.layers[0].x is x
    for network in (alone, watched):
        fit(network, loss, x, labels, optimizer=SGD(0.5), epochs=3, batch_size=16, seed=1)
        pad.target = (pad.target + 1) % 10
    np.testing.assert_array_equal(watched.parameters, alone.parameters)


def test_it_follows_a_network_that_trains_on(pad):
    before = pad.reading.loss
    pad._reader._network.parameters += 0.1
    assert pad.reading.loss != before


def test_one_message_from_the_page_is_answered_once(pad):
    answers = []
    pad.observe(lambda change: answers.append(change["new"]["to"]), "answer")
    pad.set_state({"actions": [BAR], "target": 2, "request": 8})
    assert answers == [8]
    pad.set_state({"request": 9})  # the same question again: Python is there
    assert answers == [8, 9]


@pytest.mark.parametrize("first", [[], [Flatten()]], ids=["rows", "images"])
def test_networks_of_rows_and_of_images(first):
    pad = DigitPad(Network([*first, Dense(784, 10)], seed=0))
    pad.actions = [BAR]
    assert pad.reading.gradient.shape == (28, 28)


@pytest.mark.parametrize(
    "layers", [[Dense(784, 9)], [Dense(100, 10)], [ReLU()], [Dense(2, 4), Sigmoid(), Dense(4, 10)]]
)
def test_a_network_that_reads_no_digits_is_refused(layers):
    with pytest.raises(ValueError, match=r"784 \(or 28 × 28\) inputs and gives 10 logits.*Build one"):
        DigitPad(Network(layers))


@pytest.mark.parametrize(
    "action",
    [
        {},
        {"stroke": [1]},
        {"stroke": [1, 2, 3]},
        {"stroke": [float("nan"), 1.0]},
        {"stroke": [10**400, 1]},
        {"stroke": ["a", "b"]},
        {"sample": 10},
        {"sample": "4"},
        {"steps": 1},
        {"steps": -3, "target": 7, "step_size": 0.1},
        {"steps": 1, "target": 10, "step_size": 0.1},
        {"steps": 1, "target": 7, "step_size": float("nan")},
    ],
)
def test_an_action_that_it_does_not_know_is_refused(pad, action):
    with pytest.raises(TraitError, match=r"does not know the action.*it knows a stroke"):
        pad.actions = [{"sample": 4}, action]
    assert pad.actions == []
    with pytest.raises(TraitError, match="does not know the action"):
        pad.set_state({"actions": [{"sample": 4}, action], "request": 1})  # as the page would send it
    assert pad.actions == []
    pad.actions = [{"sample": 4}]
    assert pad.picture.any()


def test_a_step_size_that_is_no_number_is_refused(pad):
    with pytest.raises(ValueError, match="step_size of a DigitPad must be a finite number"):
        pad.step_size = float("nan")
    assert pad.step_size == 0.03


def test_what_is_said():
    pad = DigitPad(small(), target=7)
    pad.actions = [{"sample": 4}]
    share = pad.reading.probabilities
    assert pad.answer["said"].startswith(f"Read as {share.argmax()}, with ")
    assert pad.answer["said"].endswith(f"and the loss {pad.answer['loss']}.")
    pad.actions = [*pad.actions, {"steps": 1, "target": 7, "step_size": 0.1}]
    assert pad.answer["said"].startswith("After 1 step, read as ")
    pad.actions = []
    assert pad.answer["said"].startswith("Blank paper, too, is read as ")


def test_a_network_that_broke_is_told_and_does_not_break_the_pad():
    network = small()
    pad = DigitPad(network)
    network.parameters = np.full(network.size, np.nan)
    pad.actions = [BAR]
    assert pad.answer["percents"] == ["not a number"] * 10
    assert pad.answer["shares"] == [0.0] * 10
    assert set(pixels(pad.answer, "map")) == {128}  # white: no colour claims a sign
    assert pad.answer["marks"] == []
    assert pad.answer["where"] == "It is not a number: the network is broken."
    assert pad.answer["said"].startswith("The network is broken")
    sample = pad.picture
    pad.set_state({"actions": [*pad.actions, {"steps": 10, "target": 7, "step_size": 0.1}], "request": 1})
    assert pad.answer["to"] == 1
    np.testing.assert_array_equal(pad.picture, sample)  # there is no way down
    pad.set_state({"actions": [{"clear": True}], "request": 2})
    assert pad.answer["to"] == 2


def test_probabilities_never_read_as_certain():
    assert [percent(share) for share in (0.0, 4e-5, 0.5, 0.9991, 1.0)] == [
        *("0.0 %", "< 0.1 %", "50.0 %", "> 99.9 %", "> 99.9 %")
    ]


def test_the_still_half_says_what_holds_on_every_machine(pad):
    still = pad.static()
    assert f"A handwritten {STILL}." in still.plain
    assert "the gradient of the loss for a 7" in still.plain
    assert f'alt="A handwritten {STILL}.' in still.html
    pad.actions = [BAR]
    assert pad.static() == still

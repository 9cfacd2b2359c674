"""The playground trains as the package does, shows what it has, and stops when nobody looks."""

import base64
import json
import math

import numpy as np
import pytest
from traitlets import TraitError

from backproplab import SGD, BinaryCrossEntropy, Dense, Network, Sigmoid, SquaredError, Tanh, fit
from backproplab.datasets import moons, xor
from backproplab.layers.initial import STANDARD_DEVIATIONS, standard_deviation
from backproplab.optimizers import Adam
from backproplab.widgets import Playground
from backproplab.widgets.playground import widget as module
from backproplab.widgets.playground.picture import window
from backproplab.widgets.playground.recording import recorded, recording
from backproplab.widgets.playground.run import ACTIVATIONS, DATA, LAST_SEED, LOSSES, ROWS, Run, Settings
from backproplab.widgets.playground.words import unit_names, unit_words

LESSON = Settings("xor", 0.05, 1, 2, "sigmoid", "he", "squared error", "SGD", 4.0, 6)


class Page:
    """A page without a browser: it says what the real one says, when told to."""

    def __init__(self, playground):
        self.playground = playground

    def says(self, **content):
        self.playground._handle_custom_msg(content, [])

    def answers(self, seen=None):
        self.says(ask="next", seen=self.playground.pictures if seen is None else seen)


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until a test moves it: clock.now += 3."""

    class Clock:
        now = 100.0

    monkeypatch.setattr(module, "monotonic", lambda: Clock.now)
    monkeypatch.setattr("backproplab.widgets.playground.run.monotonic", lambda: Clock.now)
    return Clock


# as the package trains


def test_so_many_steps_give_the_network_that_a_loop_by_hand_gives():
    playground = Playground(width=3, seed=4, activation="tanh", learning_rate=0.5)
    playground.train(40)
    network = Network([Dense(2, 3), Tanh(), Dense(3, 1), Sigmoid()], seed=4, dtype=np.float64)
    x, targets = (array.astype(np.float64) for array in xor())
    loss, optimizer = SquaredError(), SGD(0.5)
    for _ in range(40):
        network.loss_and_gradient(loss, x, targets)
        optimizer.step(network.parameters, network.gradient)
    assert np.array_equal(playground.network.parameters, network.parameters)
    assert playground.steps == 40


def test_so_many_steps_give_the_network_that_fit_gives():
    playground = Playground(data="moons", noise=0.1, depth=2, loss="cross-entropy", optimizer="Adam", seed=2)
    playground.learning_rate = 0.03
    playground.train(25)
    layers = [Dense(2, 4), Sigmoid(), Dense(4, 4), Sigmoid(), Dense(4, 1)]
    network = Network(layers, seed=2, dtype=np.float64)
    x, labels = moons(200, noise=0.1, seed=0)
    targets = labels[:, np.newaxis].astype(np.float64)
    fit(
        network,
        BinaryCrossEntropy(),
        x.astype(np.float64),
        targets,
        optimizer=Adam(0.03),
        epochs=25,
        batch_size=200,
    )
    np.testing.assert_allclose(playground.network.parameters, network.parameters, rtol=1e-9)


def test_what_is_shown_leaves_the_live_network_as_its_last_pass_over_the_data_left_it():
    playground = Playground()
    playground.train(3)
    loss = SquaredError()
    gradient = playground.network.gradient.copy()
    assert playground.network.layers[1].a.shape == (4, 4)  # the four cases, not the points of the map
    playground.network.loss_and_gradient(loss, playground.x, playground.targets)
    assert np.array_equal(gradient, playground.network.gradient)


def test_a_new_learning_rate_holds_from_the_next_step_on_and_other_settings_start_afresh():
    playground = Playground(learning_rate=1.0)
    playground.train(5)
    before = playground.network.parameters.copy()
    gradient = playground.network.gradient.copy()
    playground.learning_rate = 0.25
    playground.train(1)
    np.testing.assert_allclose(playground.network.parameters, before - 0.25 * gradient)
    playground.width = 2
    assert playground.steps == 0
    assert playground.network.size == 9


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_activation_and_depth_on_every_data_set_gives_a_picture(data, loss):
    for activation in ACTIVATIONS:
        for depth in (0, 1, 3):
            playground = Playground(
                data=data, loss=loss, activation=activation, depth=depth, learning_rate=0.1
            )
            playground.train(2)
            count = 2 + 4 * depth + 1
            assert len(playground.shape["names"]) == count
            assert len(playground.parameters) == len(playground.gradient) == 8 * playground.network.size
            assert len(playground.curves) % (4 * (2 + depth + 1)) == 0


def test_every_way_to_start_is_offered_with_its_spread():
    offers = dict(Playground().options["initial"])
    assert set(offers) == set(STANDARD_DEVIATIONS)
    assert offers["he"] == "He, √(2 / in)"
    assert standard_deviation("he", 8, 1) == math.sqrt(2 / 8)


# what lesson 08 says


def test_two_hidden_units_stick_from_seed_6_and_get_through_from_seed_7():
    stuck, through = Run(LESSON), Run(LESSON._replace(seed=7))
    stuck.train(5000)
    through.train(5000)
    assert np.abs(stuck.network.predict(stuck.x) - 0.5).ravel().round(1).tolist() == [0.5, 0.0, 0.5, 0.0]
    peak = max(max(row[2:]) for row in stuck.rows)
    assert stuck.norms.max() < peak / 50
    assert np.abs(through.network.predict(through.x) - through.targets).max() < 0.1


def test_from_zeros_every_gradient_of_xor_is_exactly_zero():
    playground = Playground(initial="zeros")
    playground.train(100)
    assert not playground.network.gradient.any()
    assert "every gradient is exactly 0" in playground.report["said"]


# what is shown


def test_the_plane_is_a_square_with_all_points_inside():
    run = Run(LESSON._replace(data="moons"))
    left, right, bottom, top = window(run.x)
    assert right - left == pytest.approx(top - bottom)
    assert left < run.x[:, 0].min() < run.x[:, 0].max() < right
    assert bottom < run.x[:, 1].min() < run.x[:, 1].max() < top


def test_curves_go_from_the_first_step_to_the_last_and_stay_short_however_the_steps_were_asked_for():
    run, at_once = Run(LESSON), Run(LESSON)
    for _ in range(300):
        run.train(3)
    at_once.train(900)
    assert run.rows == at_once.rows
    assert ROWS / 2 <= len(run.rows) <= ROWS
    course = run.course()
    assert (course[0, 0], course[-1, 0]) == (0, 900)
    assert course[-1, 1] == run.value
    playground = Playground(width=2, seed=6)
    playground.train(900)
    steps, losses = np.frombuffer(playground.curves, "<f4").reshape(4, -1)[:2]
    assert (steps[0], steps[-1]) == (0, 1)
    np.testing.assert_allclose(losses / losses[0], course[:, 1] / course[0, 1], rtol=1e-6)


def test_a_unit_is_told_with_its_weights_and_their_gradients():
    playground = Playground(width=2, seed=6)
    weight = playground.network.parameter_views["dense1.weights"][1, 0]
    playground.unit = 2
    assert playground.report["unit"].startswith("h₁, weights and (gradients): x₁ × ")
    assert f"x₂ × {weight:.1f}".replace("-", "−") in playground.report["unit"]
    deep = Run(LESSON._replace(depth=2))
    assert unit_names(deep.settings) == ["x₁", "x₂", "h1.1", "h1.2", "h2.1", "h2.2", "y"]
    assert "h1.1 × " in unit_words(deep, 5)


def test_dead_units_are_counted_and_named():
    playground = Playground(activation="ReLU", width=2)
    first = playground.network.layers[0]
    first.bias = [-100.0, 1.0]
    playground.train(0)
    assert "h₁ is dead" in playground.report["said"]


def test_numbers_that_break_pause_the_run_and_say_so():
    playground = Playground(
        data="moons", depth=3, activation="none", loss="cross-entropy", learning_rate=100, speed=100
    )
    playground.playing = True
    page = Page(playground)
    for _ in range(5):
        page.answers()
    assert not playground.playing
    assert "The numbers broke after" in playground.report["said"]
    steps = playground.steps
    playground.train(10)
    assert playground.steps == steps
    playground.reset()
    assert not playground.report["trouble"]


def test_the_page_has_the_numbers_of_the_network():
    playground = Playground(seed=3)
    playground.train(7)
    assert np.array_equal(np.frombuffer(playground.parameters), playground.network.parameters)
    assert np.array_equal(np.frombuffer(playground.gradient), playground.network.gradient)


# as the page asks


def test_a_page_that_answers_each_picture_has_two_on_their_way(clock):
    playground = Playground(speed=10)
    page = Page(playground)
    playground.playing = True
    first = playground.pictures
    for count in range(3):
        page.answers(first + count)
        assert playground.pictures == first + count + 2
    assert playground.steps == 40


def test_a_page_that_is_gone_gets_nothing_done(clock):
    playground = Playground()
    page = Page(playground)
    playground.playing = True
    page.answers()
    steps = playground.steps
    clock.now += 6
    assert playground.steps == steps
    page.answers()  # thawed: too late
    assert playground.steps == steps
    assert not playground.playing
    assert "5 seconds" in playground.report["said"]


def test_two_views_pull_no_faster_than_one(clock):
    playground = Playground(speed=10)
    page = Page(playground)
    playground.playing = True
    seen = playground.pictures
    page.answers(seen)
    page.answers(seen)  # a second view of the same playground
    assert playground.steps == 20
    page.answers(seen - 5)  # one that lags behind
    assert playground.steps == 20


def test_a_page_cannot_have_seen_what_was_not_made(clock):
    playground = Playground()
    page = Page(playground)
    playground.playing = True
    page.answers(playground.pictures + 1000)
    page.says(ask="next", seen="all of them")
    assert playground.steps == 0


def test_paused_it_makes_no_step(clock):
    playground = Playground()
    page = Page(playground)
    page.answers()
    playground.playing = True
    playground.playing = False
    page.answers()
    assert playground.steps == 0


def test_step_and_reset(clock):
    playground = Playground()
    page = Page(playground)
    playground.playing = True
    page.says(ask="step")
    assert (playground.steps, playground.playing) == (1, False)
    page.says(ask="reset")
    assert playground.steps == 0


# by hand


def test_a_weight_that_a_hand_moved_is_where_training_goes_on(clock):
    playground = Playground(width=2, seed=6)
    playground.train(5)
    expected = playground.network.parameters.copy()
    Page(playground).says(ask="weight", at=3, value=-2.5, edit=7)
    expected[3] = -2.5
    assert np.array_equal(playground.network.parameters, expected)
    assert (playground.report["edit"], playground.steps) == (7, 5)
    gradient = playground.network.gradient.copy()
    playground.train(1)
    np.testing.assert_allclose(playground.network.parameters, expected - 4 * gradient)


@pytest.mark.parametrize(
    "content",
    [
        {"at": 9, "value": 1},
        {"at": -1, "value": 1},
        {"at": 0, "value": 1e9},
        {"at": 0, "value": 10**400},
        {"at": 0, "value": None},
    ],
)
def test_a_weight_that_cannot_be_is_left_as_it_was(clock, content):
    playground = Playground(width=2)
    before = playground.network.parameters.copy()
    pictures = playground.pictures
    Page(playground).says(ask="weight", edit=1, **content)
    assert playground.pictures == pictures + 1  # the page waits for one
    assert np.array_equal(playground.network.parameters, before)
    assert playground.report["edit"] == 1  # the page lets go
    if content["at"] == 0:
        assert "as it is" in playground.report["said"]


def test_points_of_a_reader_s_own_are_trained_on_and_stay_when_training_starts_afresh(clock):
    playground = Playground(width=2, seed=6)
    playground.train(5)
    before = playground.network.parameters.copy()
    rows = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 1], [0.5, 0.25, 0]]
    page = Page(playground)
    page.says(ask="points", points=rows, edit=1)
    assert np.array_equal(np.column_stack([playground.x, playground.targets]), rows)
    assert np.array_equal(playground.network.parameters, before)
    gradient = playground.network.gradient.copy()
    playground.train(1)
    np.testing.assert_allclose(playground.network.parameters, before - 4 * gradient)
    playground.seed = 7
    assert (len(playground.x), playground.steps, playground.shape["own"]) == (5, 0, True)
    page.says(ask="data")
    assert (len(playground.x), playground.shape["own"]) == (4, False)


@pytest.mark.parametrize(
    "rows", [[], [[0, 0]], [[0, 0, 2]], [[math.nan, 0, 1]], [[1e9, 0, 1]], [[0, 0, 1]] * 401, [["a", 0, 1]]]
)
def test_points_that_cannot_be_are_refused_with_a_sentence(clock, rows):
    playground = Playground()
    Page(playground).says(ask="points", points=rows, edit=1)
    assert "The points stay as they are" in playground.report["said"]
    assert len(playground.x) == 4


# where there is no Python


def test_a_recorded_run_is_the_run_frame_by_frame():
    frames = recorded(LESSON)
    numbers = np.frombuffer(frames["frames"], "<f4").reshape(len(frames["steps"]), 2, -1)
    run = Run(LESSON)
    for at in (0, 7, len(numbers) - 1):
        run.train(frames["steps"][at] - run.steps)
        np.testing.assert_array_equal(numbers[at, 0], run.network.parameters.astype("f4"))
        np.testing.assert_array_equal(numbers[at, 1], run.network.gradient.astype("f4"))
    assert "2,000 steps · loss 0.063" in frames["progress"][-1]
    assert "4 of 4 points right" in recorded(LESSON._replace(seed=7))["progress"][-1]


def test_two_starts_are_recorded_and_the_largest_network_stays_below_150_kb():
    runs = recording(LESSON._replace(depth=3, width=8, seed=LAST_SEED))
    assert [run["seed"] for run in runs] == [LAST_SEED, LAST_SEED - 1]
    whole = json.dumps(runs, default=lambda part: base64.b64encode(part).decode(), ensure_ascii=False)
    assert len(whole.encode()) < 150_000


def test_a_recorded_run_ends_before_its_numbers_break():
    frames = recorded(
        LESSON._replace(data="spirals", activation="none", depth=2, loss="cross-entropy", learning_rate=1e6)
    )
    assert 1 <= len(frames["steps"]) < 20
    assert np.isfinite(np.frombuffer(frames["frames"], "<f4").reshape(len(frames["steps"]), 2, -1)[0]).all()


def test_a_slice_ends_with_its_time():
    run = Run(LESSON)
    run.train(10**9, seconds=0.02)
    assert 1 <= run.steps < 10**6
    assert math.isfinite(run.value)


# wrong use, and no kernel


def test_settings_that_are_not_there():
    with pytest.raises(TypeError, match="no setting 'widht'; it has data, noise, depth, width"):
        Playground(widht=3)
    with pytest.raises(Exception, match=r"xor.*noisy xor.*not the str 'moon'"):
        Playground(data="moon")
    with pytest.raises(Exception, match=r"width.*9"):
        Playground(width=9)


@pytest.mark.parametrize(("name", "value"), [("learning_rate", math.inf), ("noise", math.nan)])
def test_a_setting_that_is_no_number_is_refused_and_the_old_one_stays(name, value):
    playground = Playground(data="moons")
    before = getattr(playground, name)
    with pytest.raises(ValueError, match=f"{name} of a Playground must be a finite number"):
        setattr(playground, name, value)
    assert getattr(playground, name) == before


def test_settings_under_which_numbers_break_leave_words_in_place_of_a_picture():
    still = Playground(
        data="spirals", activation="none", depth=2, loss="cross-entropy", learning_rate=1e6
    ).static()
    assert "<img" not in still.html
    assert "The numbers broke after" in still.plain


def test_the_still_half_shows_and_tells_where_the_settings_lead():
    still = Playground(width=2, seed=6).static()
    assert still.html.count("<img alt=") == 2
    assert "run this cell" in still.plain
    assert "loss 0.064, 2 of 4 points right" in still.plain
    assert "A 2-2-1 network" in still.plain


def test_what_the_page_asks_waits_for_the_settings_that_it_overtook():
    playground = Playground()
    page = Page(playground)
    page.says(ask="step", turn=1)
    assert playground.steps == 0
    playground.set_state({"width": 5, "turn": 1})
    assert (playground.width, playground.steps) == (5, 1)
    page.says(ask="step", turn=1)
    assert playground.steps == 2


def test_a_setting_that_is_refused_does_not_keep_what_was_asked():
    playground = Playground()
    Page(playground).says(ask="step", turn=1)
    with pytest.raises(TraitError, match="learning_rate"):
        playground.set_state({"learning_rate": -1.0, "turn": 1})
    assert playground.steps == 1

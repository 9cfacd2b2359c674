"""Optimisers and schedules: step for step as PyTorch, in place, and what bad settings are told."""

import numpy as np
import pytest

from backproplab import SGD
from backproplab.optimizers import BLOCK, Adam, AdamW, Constant, CosineDecay, RMSProp, StepDecay, WarmUp

OURS_AND_THEIRS = {
    "sgd": (lambda rate: SGD(rate), "SGD", {}),
    "momentum": (lambda rate: SGD(rate, momentum=0.9), "SGD", {"momentum": 0.9}),
    "nesterov": (
        lambda rate: SGD(rate, momentum=0.9, nesterov=True),
        "SGD",
        {"momentum": 0.9, "nesterov": True},
    ),
    "rmsprop": (lambda rate: RMSProp(rate), "RMSprop", {}),
    "adam": (lambda rate: Adam(rate), "Adam", {}),
    "adamw": (lambda rate: AdamW(rate, weight_decay=0.3), "AdamW", {"weight_decay": 0.3}),
}


def run(optimizer, parameters, steps):
    """Descend ½ Σ c θ², whose gradient is c θ."""
    curvature = np.linspace(0.1, 3, parameters.size)
    for _ in range(steps):
        optimizer.step(parameters, curvature * parameters)
    return parameters


@pytest.mark.parametrize("name", OURS_AND_THEIRS)
def test_thirty_steps_agree_with_pytorch(name):
    torch = pytest.importorskip("torch")
    make, theirs, options = OURS_AND_THEIRS[name]
    start = np.random.default_rng(0).normal(size=20)
    ours = run(make(0.05), start.copy(), 30)
    theta = torch.tensor(start, requires_grad=True)
    optimizer = getattr(torch.optim, theirs)([theta], lr=0.05, **options)
    for _ in range(30):
        optimizer.zero_grad()
        (0.5 * torch.linspace(0.1, 3, 20, dtype=torch.float64) * theta**2).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(ours, theta.detach(), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", OURS_AND_THEIRS)
def test_updates_happen_in_place_and_keep_the_dtype(name):
    parameters = np.ones(3, np.float32)
    optimizer = OURS_AND_THEIRS[name][0](0.1)
    optimizer.step(parameters, np.ones(3, np.float32))
    assert parameters.dtype == np.float32
    assert (parameters < 1).all()
    assert optimizer.change.dtype == np.float32


def test_plain_gradient_descent_is_one_subtraction():
    parameters, gradient = np.array([1.0, -2.0]), np.array([0.5, 4.0])
    SGD(0.1).step(parameters, gradient)
    np.testing.assert_array_equal(parameters, [1.0 - 0.1 * 0.5, -2.0 - 0.1 * 4.0])
    np.testing.assert_array_equal(gradient, [0.5, 4.0])


@pytest.mark.parametrize("shape", [(2 * BLOCK,), (2 * BLOCK + 1,), (3 * BLOCK - 7,), (3, BLOCK), ()], ids=str)
@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}], ids=str)
def test_many_parameters_are_moved_block_by_block_and_come_to_the_same_bits(shape, options):
    rng = np.random.default_rng(0)
    parameters = np.array(rng.normal(size=shape), np.float32)
    optimizer, gradient = SGD(0.1, **options), np.array(rng.normal(size=shape), np.float32)
    expected, velocity = parameters.copy(), np.zeros_like(parameters)
    for _ in range(2):
        velocity = np.float32(0.9) * velocity + gradient
        direction = {0: gradient, 1: velocity, 2: gradient + np.float32(0.9) * velocity}[len(options)]
        expected = expected - direction * np.float32(0.1)
        optimizer.step(parameters, gradient)
        np.testing.assert_array_equal(parameters, expected)
    assert optimizer.change.shape in (shape, (BLOCK,))


def test_the_first_step_of_adam_has_the_size_of_its_learning_rate():
    parameters = np.zeros(3)
    Adam(0.01).step(parameters, np.array([1e-4, -1.0, 1e4]))
    np.testing.assert_allclose(parameters, [-0.01, 0.01, -0.01], rtol=1e-3)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (StepDecay(0.1, every=5, factor=0.3), lambda t, o: t.optim.lr_scheduler.StepLR(o, 5, 0.3)),
        (
            CosineDecay(0.1, steps=20, final=0.01),
            lambda t, o: t.optim.lr_scheduler.CosineAnnealingLR(o, 20, 0.01),
        ),
    ],
)
def test_schedules_agree_with_pytorch(ours, theirs):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = theirs(torch, optimizer)
    rates = []
    for _ in range(20):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    np.testing.assert_allclose([ours(step) for step in range(20)], rates, rtol=1e-9)


def test_warm_up_agrees_with_pytorch_alone_and_over_a_cosine():
    torch = pytest.importorskip("torch")
    for ours, is_cosine in (
        (WarmUp(0.1, steps=5), False),
        (WarmUp(CosineDecay(0.1, steps=20), steps=5), True),
    ):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        warm = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.2, total_iters=4)
        theirs = [warm]
        if is_cosine:
            theirs.append(torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 20))
        rates = []
        for _ in range(20):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            for schedule in theirs:
                schedule.step()
        np.testing.assert_allclose([ours(step) for step in range(20)], rates, rtol=1e-9)


def test_decay_of_adamw_does_not_ask_for_the_gradient():
    parameters = np.array([10.0, -10.0, 10.0])
    AdamW(0.1, weight_decay=0.5).step(parameters, np.array([0.0, 0.0, 1e6]))
    np.testing.assert_allclose(parameters, [9.5, -9.5, 9.4])


def test_adamw_without_decay_is_adam():
    start = np.random.default_rng(0).normal(size=20)
    np.testing.assert_array_equal(
        run(AdamW(0.05, weight_decay=0), start.copy(), 30), run(Adam(0.05), start.copy(), 30)
    )


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_the_largest_rate_that_works_on_a_quadratic(momentum):
    """2 (1 + momentum) / curvature; one part in a hundred above it, the path runs away."""
    for share, is_near in ((0.99, True), (1.01, False)):
        w, optimizer = np.ones(1), SGD(share * 2 * (1 + momentum) / 25, momentum=momentum)
        for _ in range(2000):
            optimizer.step(w, 25 * w)
        assert (abs(w[0]) < 1e-9) == is_near


def test_a_schedule_drives_the_steps():
    optimizer = SGD(StepDecay(1.0, every=2, factor=0.1))
    parameters = np.zeros(1)
    rates = []
    for _ in range(4):
        rates.append(optimizer.learning_rate)
        optimizer.step(parameters, np.ones(1))
    np.testing.assert_allclose(rates, [1, 1, 0.1, 0.1])
    assert parameters[0] == pytest.approx(-2.2)


def test_cosine_stays_at_its_end():
    assert CosineDecay(0.1, steps=10, final=0.02)(500) == 0.02


class TestBadInput:
    def test_a_schedule_that_turns_negative(self):
        optimizer = SGD(lambda step: 0.1 - 0.1 * step)
        parameters = np.zeros(1)
        optimizer.step(parameters, np.ones(1))
        optimizer.step(parameters, np.ones(1))
        with pytest.raises(
            ValueError, match=r"learning rate must be a finite number of at least 0, got -0.1"
        ):
            optimizer.step(parameters, np.ones(1))

    @pytest.mark.parametrize("make", [lambda: SGD(0.1), lambda: Adam(0.1)])
    def test_one_optimiser_for_two_networks(self, make):
        optimizer = make()
        optimizer.step(np.zeros(2), np.ones(2))
        with pytest.raises(ValueError, match="make a new one for each"):
            optimizer.step(np.zeros(2), np.ones(2))

    def test_schedules_without_room(self):
        with pytest.raises(ValueError, match="every=0"):
            StepDecay(0.1, every=0, factor=0.5)
        with pytest.raises(ValueError, match="steps=0"):
            CosineDecay(0.1, steps=0)
        for schedule in (0.1, CosineDecay(0.1, steps=5)):
            with pytest.raises(ValueError, match="a warm-up takes at least one step, got steps=0"):
                WarmUp(schedule, steps=0)

    @pytest.mark.parametrize("kind", [SGD, RMSProp, Adam, AdamW])
    @pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf")])
    def test_learning_rate(self, kind, rate):
        with pytest.raises(
            ValueError, match=f"learning rate must be a finite number of at least 0, got {rate}"
        ):
            kind(rate)

    def test_momentum(self):
        with pytest.raises(ValueError, match=r"momentum must be at least 0 and below 1, got 1.0"):
            SGD(0.1, momentum=1.0)
        with pytest.raises(ValueError, match="give a momentum"):
            SGD(0.1, nesterov=True)

    @pytest.mark.parametrize("kind", [SGD, RMSProp, Adam, AdamW])
    @pytest.mark.parametrize("rate", ["0.1", None, True, [0.1], np.array([0.1]), 0.1j])
    def test_a_learning_rate_that_is_no_number(self, kind, rate):
        with pytest.raises(TypeError, match="learning rate must be a number, got"):
            kind(rate)

    @pytest.mark.parametrize(
        ("rate", "error"),
        [("0.1", TypeError), (np.array([0.1]), TypeError), (None, TypeError), (float("nan"), ValueError)],
    )
    @pytest.mark.parametrize("make", OURS_AND_THEIRS)
    def test_a_schedule_that_says_no_number_later_on_changes_nothing(self, make, rate, error):
        optimizer = OURS_AND_THEIRS[make][0](lambda step: 0.1 if step < 2 else rate)
        parameters, gradient = np.ones(3), np.ones(3)
        for _ in range(2):
            optimizer.step(parameters, gradient)
        before = parameters.copy()
        with pytest.raises(error, match="learning rate must be a"):
            optimizer.step(parameters, gradient)
        assert np.array_equal(parameters, before)
        assert optimizer.steps == 2

    def test_a_learning_rate_that_is_changed_from_outside_is_not_followed(self):
        rate = np.array(0.1)
        optimizer = SGD(rate)
        rate[...] = 100
        assert optimizer.learning_rate == 0.1

    def test_schedules_of_numbers_that_cannot_be(self):
        nan = float("nan")
        for make in (
            lambda: Constant(nan),
            lambda: Constant(-1),
            lambda: StepDecay(nan, every=2, factor=0.5),
            lambda: StepDecay(0.1, every=2, factor=-0.5),
            lambda: StepDecay(0.1, every=2, factor=nan),
            lambda: StepDecay(0.1, every=nan, factor=0.5),
            lambda: CosineDecay(-0.1, steps=5),
            lambda: CosineDecay(0.1, steps=nan),
            lambda: CosineDecay(0.1, steps=5, final=-0.1),
            lambda: WarmUp(-0.1, steps=5),
            lambda: WarmUp(0.1, steps=nan),
            lambda: AdamW(weight_decay=-0.1),
            lambda: AdamW(weight_decay=nan),
        ):
            with pytest.raises(
                ValueError, match=r"must be a finite number of at least 0|every=nan|steps=nan"
            ):
                make()

    @pytest.mark.parametrize("wrong", [1.0, -0.1, float("nan")])
    def test_running_means_that_never_move_or_run_away(self, wrong):
        for make in (
            lambda: Adam(beta1=wrong),
            lambda: Adam(beta2=wrong),
            lambda: RMSProp(0.1, decay=wrong),
            lambda: SGD(0.1, momentum=wrong),
        ):
            with pytest.raises(ValueError, match=f"must be at least 0 and below 1, got {wrong}"):
                make()

    @pytest.mark.parametrize("epsilon", [0, 1e-50, -1e-8, float("nan"), float("inf")])
    def test_an_epsilon_that_lets_a_unit_without_gradient_become_nan(self, epsilon):
        for make in (lambda: Adam(epsilon=epsilon), lambda: RMSProp(0.1, epsilon=epsilon)):
            with pytest.raises(ValueError, match=r"epsilon must be at least 1.2e-38"):
                make()

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("kind", [RMSProp, Adam])
    def test_the_smallest_epsilon_keeps_what_has_no_gradient_where_it_is(self, kind, dtype):
        parameters = np.ones(2, dtype)
        kind(0.1, epsilon=1.2e-38).step(parameters, np.array([0, 1], dtype))
        assert parameters[0] == 1
        assert np.isfinite(parameters).all()

    @pytest.mark.parametrize("make", OURS_AND_THEIRS)
    @pytest.mark.parametrize("gradient", [np.ones(1), np.ones((1, 3)), np.ones(3, np.float32), np.ones(())])
    def test_a_later_gradient_is_not_broadcast_or_converted(self, make, gradient):
        optimizer, parameters = OURS_AND_THEIRS[make][0](0.1), np.ones(3)
        optimizer.step(parameters, np.ones(3))
        before = parameters.copy()
        with pytest.raises(ValueError, match=r"must agree; pass network.parameters and network.gradient"):
            optimizer.step(parameters, gradient)
        assert np.array_equal(parameters, before)

    @pytest.mark.parametrize(
        ("parameters", "gradient"),
        [
            (np.ones(2, int), np.ones(2, int)),
            (np.ones(2), [1.0, 1.0]),
            ([1.0, 1.0], np.ones(2)),
            (np.ma.array([1.0, 1.0], mask=[0, 1]), np.ones(2)),
            (np.ones(2), np.ma.array([1.0, 1.0], mask=[0, 1])),
        ],
    )
    def test_what_is_no_array_of_floats(self, parameters, gradient):
        optimizer = SGD(0.1)
        with pytest.raises(TypeError, match="an optimiser moves an array of floats by another, got"):
            optimizer.step(parameters, gradient)
        optimizer.step(np.ones(2), np.ones(2))  # refused before it kept anything

    def test_gradient_of_another_shape(self):
        with pytest.raises(ValueError, match=r"must agree; pass network.parameters and network.gradient"):
            SGD(0.1).step(np.zeros(3), np.zeros(2))

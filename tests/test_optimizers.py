"""Optimisers and schedules: step for step as PyTorch, in place, and what bad settings are told."""

import numpy as np
import pytest

from backproplab import SGD
from backproplab.optimizers import Adam, CosineDecay, RMSProp, StepDecay

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

    @pytest.mark.parametrize("kind", [SGD, RMSProp, Adam])
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

    def test_gradient_of_another_shape(self):
        with pytest.raises(ValueError, match=r"must agree; pass network.parameters and network.gradient"):
            SGD(0.1).step(np.zeros(3), np.zeros(2))

"""What lesson 24 says of PyTorch at corners and ties, where it is installed, and of our engine there."""

import pytest

from backproplab.tensor import Tensor


@pytest.mark.parametrize(
    ("at_zero", "gradient"),
    [
        (lambda torch, x: x.relu(), 0),
        (lambda torch, x: x.clamp(min=0), 1),
        (lambda torch, x: torch.maximum(x, torch.zeros_like(x)), 0.5),
        (lambda torch, x: x.abs(), 0),
        (lambda torch, x: (x * x).sqrt(), float("nan")),
    ],
    ids=["relu", "clamp", "maximum", "abs", "root of a square"],
)
def test_pytorch_at_a_corner(at_zero, gradient):
    torch = pytest.importorskip("torch")
    x = torch.zeros((), requires_grad=True)
    at_zero(torch, x).backward()
    assert x.grad.item() == pytest.approx(gradient, nan_ok=True)


@pytest.mark.parametrize(
    ("largest", "gradient"),
    [
        (lambda torch, x: x.max(), [0.5, 0.5, 0]),
        (lambda torch, x: x.amax(), [0.5, 0.5, 0]),
        (lambda torch, x: x.max(dim=0).values, [1, 0, 0]),
        (lambda torch, x: torch.nn.functional.max_pool1d(x[None, None], 3).sum(), [1, 0, 0]),
    ],
    ids=["max", "amax", "max over an axis", "max pooling"],
)
def test_pytorch_at_a_tie(largest, gradient):
    torch = pytest.importorskip("torch")
    x = torch.tensor([3.0, 3.0, 1.0], requires_grad=True)
    largest(torch, x).backward()
    assert x.grad.tolist() == gradient


def test_two_formulas_of_one_straight_line_have_two_gradients_at_its_corners():
    slopes = []
    for line in (lambda x: x.relu() - (-x).relu(), lambda x: x.maximum(0) - (-x).maximum(0)):
        x = Tensor(0.0)
        line(x).backward()
        slopes.append(x.grad.item())
    assert slopes == [0, 1]

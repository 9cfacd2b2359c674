"""Losses: values and gradients against formulas, nudges and PyTorch; stability; what bad targets are told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backproplab import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError, check_gradients

LOSSES = [SquaredError, BinaryCrossEntropy, SoftmaxCrossEntropy]


def targets_for(kind, rng, shape):
    """Random targets that the loss takes."""
    if kind is SquaredError:
        return rng.normal(size=shape)
    if kind is BinaryCrossEntropy:
        return rng.uniform(size=shape)
    return rng.integers(shape[1], size=shape[0])


@settings(max_examples=25, deadline=None)
@given(batch=st.integers(1, 6), features=st.integers(1, 5), seed=st.integers(0, 10_000))
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("kind", LOSSES)
def test_backward_agrees_with_nudges(kind, reduction, batch, features, seed):
    rng = np.random.default_rng(seed)
    outputs = rng.normal(size=(batch, features))
    report = check_gradients(kind(reduction), outputs, targets_for(kind, rng, outputs.shape))
    assert report.passed, report


@pytest.mark.parametrize("kind", LOSSES)
def test_sum_is_batch_times_mean(kind):
    rng = np.random.default_rng(0)
    outputs = rng.normal(size=(4, 3))
    targets = targets_for(kind, rng, (4, 3))
    mean, total = kind("mean"), kind("sum")
    assert total.forward(outputs, targets) == pytest.approx(4 * mean.forward(outputs, targets))
    np.testing.assert_allclose(total.backward(), 4 * mean.backward())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropies_are_exact_at_plus_and_minus_1000(dtype):
    binary, softmax = BinaryCrossEntropy("sum"), SoftmaxCrossEntropy("sum")
    with np.errstate(all="raise", under="ignore"):
        assert binary.forward(np.array([[1000.0], [-1000.0]], dtype), [[1], [0]]) == 0
        assert binary.forward(np.array([[1000.0], [-1000.0]], dtype), [[0], [1]]) == 2000
        np.testing.assert_array_equal(binary.backward(), [[1], [-1]])
        assert softmax.forward(np.array([[1000.0, -1000.0], [-1000.0, 1000.0]], dtype), [0, 0]) == 2000
        np.testing.assert_array_equal(softmax.backward(), [[0, 0], [-1, 1]])
    assert binary.backward().dtype == softmax.backward().dtype == dtype


def test_labels_and_one_hot_rows_are_the_same():
    outputs = np.random.default_rng(2).normal(size=(3, 4))
    by_label, by_row = SoftmaxCrossEntropy(), SoftmaxCrossEntropy()
    assert by_label.forward(outputs, [3, 0, 2]) == by_row.forward(outputs, np.eye(4)[[3, 0, 2]])
    np.testing.assert_array_equal(by_label.backward(), by_row.backward())


def test_softmax_gradient_rows_add_up_to_zero():
    loss = SoftmaxCrossEntropy()
    loss.forward(np.random.default_rng(3).normal(size=(5, 4)), [0, 1, 2, 3, 0])
    np.testing.assert_allclose(loss.backward().sum(axis=1), 0, atol=1e-16)


def test_a_vote_is_right_where_it_is_its_targets():
    outputs, ones = np.array([[-0.1], [0.2], [0.6]]), np.ones((3, 1))
    assert SquaredError().right(outputs, ones).tolist() == [False, False, True]
    assert BinaryCrossEntropy().right(outputs, ones).tolist() == [False, True, True]
    two = np.array([[-0.1, 0.2], [0.3, 0.4]])
    assert BinaryCrossEntropy().right(two, np.array([[0, 1], [1, 0]])).tolist() == [True, False]
    assert SoftmaxCrossEntropy().right(np.array([[1.0, 3.0, 2.0]]), np.array([[0, 1, 0]])).tolist() == [True]


def test_huge_finite_targets_pass_without_a_warning():
    huge = np.full((40, 1), 3e38, np.float32)
    assert SquaredError().encode(huge, huge.shape, huge.dtype) is huge


class TestBadInput:
    @pytest.mark.parametrize("kind", LOSSES)
    def test_backward_before_forward(self, kind):
        with pytest.raises(RuntimeError, match="call forward first"):
            kind().backward()

    @pytest.mark.parametrize(("labels", "got"), [([0, 3], "0 to 3"), ([-1, 2], "-1 to 2")])
    def test_labels_out_of_range(self, labels, got):
        with pytest.raises(ValueError, match=f"between 0 and 2, got {got}"):
            SoftmaxCrossEntropy().forward(np.zeros((2, 3)), labels)

    def test_labels_that_are_not_integers(self):
        with pytest.raises(TypeError, match=r"integers, got float64; convert them with .astype\(int\)"):
            SoftmaxCrossEntropy().forward(np.zeros((2, 3)), np.array([0.0, 1.0]))

    def test_rows_that_are_not_probabilities(self):
        with pytest.raises(ValueError, match="add up to 1"):
            SoftmaxCrossEntropy().forward(np.zeros((1, 3)), [[1.0, 1.0, 0.0]])

    def test_targets_of_another_shape_are_not_broadcast(self):
        with pytest.raises(ValueError, match=r"outputs' shape \(4, 1\), got \(4,\); reshape"):
            SquaredError().forward(np.zeros((4, 1)), np.zeros(4))
        with pytest.raises(ValueError, match="2 class labels or targets of shape"):
            SoftmaxCrossEntropy().forward(np.zeros((2, 3)), [0, 1, 2])

    def test_binary_targets_out_of_range(self):
        with pytest.raises(
            ValueError, match=r"between 0 and 1, got -1.0 to 1.0; code the two classes as 0 and 1"
        ):
            BinaryCrossEntropy().forward(np.zeros((2, 1)), [[-1], [1]])

    @pytest.mark.parametrize("kind", LOSSES)
    def test_empty_batch(self, kind):
        with pytest.raises(TypeError, match="non-empty"):
            kind().forward(np.zeros((0, 3)), np.zeros((0, 3)))

    def test_nan_in_targets_is_located(self):
        with pytest.raises(ValueError, match=r"nan or infinity \(first at index \(1, 0\)\)"):
            SquaredError().forward(np.zeros((2, 1)), [[1.0], [np.nan]])

    def test_text_for_targets(self):
        with pytest.raises(TypeError, match="expected numbers"):
            SquaredError().forward(np.zeros((1, 1)), [["seven"]])

    def test_reduction(self):
        with pytest.raises(ValueError, match="'mean' or 'sum'"):
            SquaredError("average")


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("kind", LOSSES)
def test_losses_agree_with_pytorch(kind, reduction):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    rng = np.random.default_rng(0)
    outputs = rng.normal(scale=3, size=(6, 1 if kind is BinaryCrossEntropy else 4))
    targets = targets_for(kind, rng, outputs.shape)
    z, t = torch.tensor(outputs, requires_grad=True), torch.tensor(targets)
    theirs = {
        SquaredError: lambda: (
            0.5 * functional.mse_loss(z, t, reduction="sum") / (6 if reduction == "mean" else 1)
        ),
        BinaryCrossEntropy: lambda: functional.binary_cross_entropy_with_logits(z, t, reduction=reduction),
        SoftmaxCrossEntropy: lambda: functional.cross_entropy(z, t, reduction=reduction),
    }[kind]()
    theirs.backward()
    loss = kind(reduction)
    assert loss.forward(outputs, targets) == pytest.approx(theirs.item(), rel=1e-12)
    np.testing.assert_allclose(loss.backward(), z.grad, rtol=1e-10, atol=1e-15)

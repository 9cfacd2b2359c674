"""Losses: values and gradients against formulas, nudges and PyTorch; time axes, masks, infinite logits; right
answers; what bad targets are told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backproplab import (
    SGD,
    BinaryCrossEntropy,
    Dense,
    Network,
    SoftmaxCrossEntropy,
    SquaredError,
    check_gradients,
)
from backproplab.losses import Loss
from backproplab.targets import Masked, one_hot

LOSSES = [SquaredError, BinaryCrossEntropy, SoftmaxCrossEntropy]
INF, NAN = np.inf, np.nan

SHAPES = st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple)
"""Shapes of outputs: `(batch, features)`, and with one or two axes between them."""


def targets_for(kind, rng, shape):
    """Random targets that the loss takes."""
    if kind is SquaredError:
        return rng.normal(size=shape)
    if kind is BinaryCrossEntropy:
        return rng.uniform(size=shape)
    return rng.integers(shape[-1], size=shape[:-1])


def mask_for(rng, shape):
    """A random mask for the predictions in outputs of that shape; at least one counts."""
    mask = rng.random(shape[:-1]) < 0.6
    mask.flat[rng.integers(mask.size)] = True
    return mask


@settings(max_examples=25, deadline=None)
@given(shape=SHAPES, seed=st.integers(0, 10_000))
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("kind", LOSSES)
def test_backward_agrees_with_nudges(kind, reduction, shape, seed):
    rng = np.random.default_rng(seed)
    outputs, targets = rng.normal(size=shape), targets_for(kind, rng, shape)
    for given_targets in (targets, Masked(targets, mask_for(rng, shape))):
        report = check_gradients(kind(reduction), outputs, given_targets)
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


class TestTime:
    """Outputs `(batch, time, features)`: as many predictions as there are times in the batch."""

    @given(shape=SHAPES, seed=st.integers(0, 10_000))
    @pytest.mark.parametrize("reduction", ["mean", "sum"])
    @pytest.mark.parametrize("kind", LOSSES)
    def test_every_prediction_counts_like_an_example(self, kind, reduction, shape, seed):
        rng = np.random.default_rng(seed)
        outputs, targets = rng.normal(size=shape), targets_for(kind, rng, shape)
        flat_outputs = outputs.reshape(-1, shape[-1])
        flat_targets = targets.reshape(flat_outputs.shape if targets.ndim == outputs.ndim else -1)
        shaped, flat = kind(reduction), kind(reduction)
        assert shaped.forward(outputs, targets) == flat.forward(flat_outputs, flat_targets)
        assert np.array_equal(shaped.backward(), flat.backward().reshape(shape))
        assert shaped.counted == flat.counted == len(flat_outputs)

    def test_an_untrained_network_loses_the_log_of_the_classes_whatever_the_axes(self):
        for shape in [(5, 7), (2, 5, 7), (2, 3, 5, 7)]:
            loss = SoftmaxCrossEntropy()
            labels = np.random.default_rng(0).integers(7, size=shape[:-1])
            assert loss.forward(np.zeros(shape), labels) == pytest.approx(np.log(7), rel=1e-12)
            rows = one_hot(labels, 7, np.dtype(float))
            assert loss.forward(np.zeros(shape), rows) == pytest.approx(np.log(7), rel=1e-12)

    def test_one_axis_is_one_output_an_example(self):
        outputs, targets = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0, 1.0])
        for kind in (SquaredError, BinaryCrossEntropy):
            flat, column = kind(), kind()
            assert flat.forward(outputs, targets) == column.forward(outputs[:, None], targets[:, None])
            assert np.array_equal(flat.backward(), column.backward()[:, 0])
            assert flat.right(outputs, targets).tolist() == [kind is BinaryCrossEntropy, True, True]


class TestMask:
    """A prediction that is masked is not there."""

    @given(shape=SHAPES, seed=st.integers(0, 10_000), junk=st.sampled_from([0.0, 1e30, NAN, INF, -INF]))
    @pytest.mark.parametrize("reduction", ["mean", "sum"])
    @pytest.mark.parametrize("kind", LOSSES)
    def test_loss_and_gradient_are_those_of_the_rest_whatever_the_mask_hides(
        self, kind, reduction, shape, seed, junk
    ):
        rng = np.random.default_rng(seed)
        outputs, targets, mask = rng.normal(size=shape), targets_for(kind, rng, shape), mask_for(rng, shape)
        rest = kind(reduction)
        expected = rest.forward(outputs[mask], targets[mask])
        outputs[~mask] = junk
        targets[~mask] = -1 if kind is SoftmaxCrossEntropy else junk
        for mask_given in (mask, mask.astype(int), mask.tolist()):
            loss = kind(reduction)
            assert loss.forward(outputs, targets, mask=mask_given) == expected
            assert loss.counted == mask.sum()
            gradient = loss.backward()
            assert np.array_equal(gradient[mask], rest.backward())
            assert gradient.shape == shape
            assert (gradient[~mask] == 0).all()

    def test_rows_of_probabilities_can_be_masked_too(self):
        outputs, mask = np.random.default_rng(8).normal(size=(2, 2, 3)), np.array([[1, 0], [1, 1]])
        rows = np.array([[[0.5, 0.5, 0], [7, NAN, -3]], [[0, 0, 1], [0.2, 0.2, 0.6]]])
        loss, rest = SoftmaxCrossEntropy(), SoftmaxCrossEntropy()
        expected = rest.forward(outputs[mask == 1], rows[mask == 1])
        assert loss.forward(outputs, rows, mask=mask) == expected
        assert np.array_equal(loss.backward()[mask == 1], rest.backward())

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("kind", LOSSES)
    def test_a_mask_that_hides_nothing_changes_no_bit(self, kind, dtype):
        rng = np.random.default_rng(1)
        outputs = rng.normal(size=(4, 3, 5)).astype(dtype)
        targets = targets_for(kind, rng, outputs.shape)
        plain, masked = kind(), kind()
        assert plain.forward(outputs, targets) == masked.forward(outputs, targets, mask=np.ones((4, 3)))
        assert np.array_equal(plain.backward(), masked.backward())
        assert masked.backward().dtype == dtype

    @pytest.mark.parametrize("reduction", ["mean", "sum"])
    @pytest.mark.parametrize("kind", LOSSES)
    def test_a_batch_that_is_all_padding_costs_nothing_and_pulls_nowhere(self, kind, reduction):
        loss, outputs = kind(reduction), np.full((2, 3, 4), NAN)
        targets = np.zeros((2, 3), int) if kind is SoftmaxCrossEntropy else np.zeros((2, 3, 4))
        assert loss.forward(outputs, targets, mask=np.zeros((2, 3))) == 0
        assert np.array_equal(loss.backward(), np.zeros((2, 3, 4)))
        encoded = loss.encode(Masked(targets, np.zeros((2, 3))), outputs.shape, outputs.dtype)
        assert loss.right(outputs, encoded).tolist() == []
        assert np.isnan(loss.accuracy(outputs, encoded))

    def test_examples_can_be_masked_too(self):
        loss = SoftmaxCrossEntropy()
        value = loss.forward(np.array([[2.0, 0.0], [NAN, NAN]]), [0, 99], mask=[True, False])
        assert value == pytest.approx(np.log1p(np.exp(-2)))
        assert np.array_equal(loss.backward()[1], [0, 0])

    def test_the_mean_is_over_what_counts(self):
        outputs = np.zeros((2, 4, 3))
        loss = SoftmaxCrossEntropy()
        value = loss.forward(outputs, np.zeros((2, 4), int), mask=[[1, 1, 1, 1], [1, 0, 0, 0]])
        assert value == pytest.approx(np.log(3))
        np.testing.assert_allclose(loss.backward()[1, 0], np.array([-2, 1, 1]) / 3 / 5)

    @pytest.mark.parametrize("kind", LOSSES)
    def test_encoded_targets_are_one_array_whose_rows_can_be_drawn(self, kind):
        rng = np.random.default_rng(2)
        outputs = rng.normal(size=(6, 3, 4))
        targets, mask = targets_for(kind, rng, outputs.shape), mask_for(rng, outputs.shape)
        encoded = kind().encode(Masked(targets, mask), outputs.shape, outputs.dtype)
        rows = np.array([4, 0, 5])
        by_rows, by_hand = kind(), kind()
        value = by_rows.compute(outputs[rows], encoded.take(rows, axis=0))
        assert value == by_hand.forward(outputs[rows], targets[rows], mask=mask[rows])
        assert np.array_equal(by_rows.backward(), by_hand.backward())

    def test_training_learns_from_what_counts_alone(self):
        x = np.random.default_rng(3).normal(size=(40, 2)).astype(np.float32)
        labels = (x.sum(axis=1) > 0).astype(int)
        mask = np.arange(40) % 4 > 0
        ends = []
        for data in (
            (x, Masked(labels, mask)),
            (x, Masked(np.where(mask, labels, 99), mask)),
            (x[mask], labels[mask]),
        ):
            network, optimizer = Network([Dense(2, 2)], seed=1), SGD(0.5)
            for _ in range(5):
                network.loss_and_gradient(SoftmaxCrossEntropy(), *data)
                optimizer.step(network.parameters, network.gradient)
            ends.append(network.parameters)
        assert np.array_equal(ends[0], ends[1])
        np.testing.assert_allclose(ends[0], ends[2], rtol=1e-5)

    def test_two_masks(self):
        with pytest.raises(TypeError, match="two masks"):
            SquaredError().forward(np.zeros((1, 1)), Masked([[1]], [1]), mask=[1])

    def test_a_hidden_label_does_not_shift_the_row_that_is_named(self):
        with pytest.raises(ValueError, match=r"first 9, in row \(1, 0\)"):
            SoftmaxCrossEntropy().forward(
                np.zeros((2, 2, 3)), [[0, 9], [9, 1]], mask=[[True, False], [True, True]]
            )

    def test_targets_that_fit_neither_outputs_nor_mask(self):
        with pytest.raises(ValueError, match=r"expected 2 × 3 class labels or targets of shape \(2, 3, 4\)"):
            SoftmaxCrossEntropy().forward(np.zeros((2, 3, 4)), [0, 1], mask=np.ones((2, 3)))
        with pytest.raises(ValueError, match=r"outputs' shape \(2, 3, 4\), got \(2, 3\)"):
            SquaredError().forward(np.zeros((2, 3, 4)), np.zeros((2, 3)), mask=np.ones((2, 3)))


class TestInfinities:
    """Logits of ±∞ are probabilities of exactly 0 and 1; numbers that float32 cannot hold are not lost."""

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_a_class_that_is_ruled_out_costs_the_others_nothing(self, dtype):
        loss = SoftmaxCrossEntropy()
        assert loss.forward(np.array([[-INF, 0, 0]], dtype), [1]) == pytest.approx(np.log(2))
        assert loss.backward().tolist() == [[0, -0.5, 0.5]]

    def test_a_target_that_is_ruled_out_costs_infinitely_much_and_still_has_a_gradient(self):
        loss = SoftmaxCrossEntropy()
        assert loss.forward(np.array([[-INF, 0.0, 0.0]]), [0]) == INF
        assert loss.backward().tolist() == [[-1, 0.5, 0.5]]

    @pytest.mark.parametrize("logits", [[INF, 0.0], [-INF, -INF], [NAN, 0.0]])
    @pytest.mark.parametrize("label", [0, 1])
    def test_where_softmax_has_no_value_the_loss_is_nan_and_other_rows_keep_their_gradient(
        self, logits, label
    ):
        loss = SoftmaxCrossEntropy("sum")
        assert np.isnan(loss.forward(np.array([logits, [0.0, 0.0]]), [label, 0]))
        assert loss.backward()[1].tolist() == [-0.5, 0.5]

    @pytest.mark.parametrize(
        ("logit", "target", "expected", "gradient"),
        [(INF, 1, 0, 0), (-INF, 0, 0, 0), (INF, 0, INF, 1), (-INF, 1, INF, -1), (INF, 0.5, INF, 0.5)],
    )
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_a_binary_logit_of_infinity_is_a_certain_answer(self, dtype, logit, target, expected, gradient):
        loss = BinaryCrossEntropy("sum")
        assert loss.forward(np.array([[logit]], dtype), [[target]]) == expected
        assert loss.backward() == gradient
        value = loss.forward(np.array([[logit], [0.0]], dtype), [[target], [1]])
        assert value == pytest.approx(expected + np.log(2))

    def test_a_binary_nan_is_no_certain_answer(self):
        assert np.isnan(BinaryCrossEntropy().forward(np.array([[NAN], [INF]]), [[0], [1]]))

    @pytest.mark.parametrize("size", [1e20, 1e-25])
    def test_squares_that_leave_float32_are_added_up_all_the_same(self, size):
        value = SquaredError().forward(np.array([[size]], np.float32), [[0.0]])
        assert value == pytest.approx(0.5 * size**2, rel=1e-6)

    def test_sums_that_leave_float32_are_added_up_all_the_same(self):
        logits = np.tile(np.array([[2e38, 0.0]], np.float32), (4, 1))
        assert SoftmaxCrossEntropy("sum").forward(logits, [1, 1, 1, 1]) == pytest.approx(8e38, rel=1e-6)
        assert BinaryCrossEntropy("sum").forward(logits, [[0, 0]] * 4) == pytest.approx(8e38, rel=1e-6)

    def test_two_million_rows_add_up_as_in_float64(self):
        outputs = np.full((2_000_000, 1), 0.1, np.float32)
        expected = 0.5 * float(outputs[0, 0]) ** 2
        assert SquaredError().forward(outputs, np.zeros_like(outputs)) == pytest.approx(expected, rel=1e-9)

    def test_a_loss_of_nothing_is_0_without_a_sign(self):
        loss = SoftmaxCrossEntropy().forward(np.array([[1000.0, 0.0]]), [0])
        assert str(loss) == "0.0"


class TestRight:
    def test_a_network_of_nan_is_right_about_nothing(self):
        for kind, features in [(SoftmaxCrossEntropy, 3), (SquaredError, 3), (SquaredError, 1)]:
            targets = np.eye(3)[[0, 0]] if features == 3 else np.zeros((2, 1))
            assert kind().right(np.full((2, features), NAN), targets).tolist() == [False, False]
        assert BinaryCrossEntropy().right(np.full((2, 1), NAN), np.zeros((2, 1))).tolist() == [False, False]

    def test_one_nan_makes_its_own_prediction_wrong(self):
        outputs = np.array([[1.0, NAN, 0.0], [1.0, 0.0, 0.0]])
        assert SoftmaxCrossEntropy().right(outputs, np.eye(3)[[0, 0]]).tolist() == [False, True]

    def test_one_class_is_always_right(self):
        loss = SoftmaxCrossEntropy()
        outputs = np.array([[-3.0], [0.2], [7.0]])
        assert loss.accuracy(outputs, loss.encode([0, 0, 0], outputs.shape, outputs.dtype)) == 1
        assert loss.forward(outputs, [0, 0, 0]) == 0

    def test_there_is_an_answer_for_each_time(self):
        logits = np.array([[[2.0, 1.0], [0.0, 3.0]], [[1.0, 0.0], [1.0, 0.0]]])
        loss = SoftmaxCrossEntropy()
        encoded = loss.encode([[0, 0], [0, 1]], logits.shape, logits.dtype)
        assert loss.right(logits, encoded).tolist() == [[True, False], [True, False]]
        assert loss.accuracy(logits, encoded) == 0.5
        yes = np.array([[[2.0, 1.0], [0.0, 3.0]]]) - 0.5
        assert BinaryCrossEntropy().right(yes, np.ones((1, 2, 2))).tolist() == [[True, False]]

    def test_what_is_masked_is_neither_right_nor_wrong(self):
        logits = np.array([[[2.0, 1.0], [0.0, 3.0]], [[1.0, 0.0], [1.0, 0.0]]])
        loss = SoftmaxCrossEntropy()
        targets = Masked([[0, 0], [0, 1]], [[True, True], [True, False]])
        encoded = loss.encode(targets, logits.shape, logits.dtype)
        assert loss.right(logits, encoded).tolist() == [True, False, True]
        assert loss.accuracy(logits, encoded) == pytest.approx(2 / 3)


class Absolute(Loss):
    """Σ |y − t|, as its author would write it from the docstring of `Loss` alone."""

    def total(self, outputs, targets):
        self.error = np.sign(outputs - targets)
        return float(np.abs(outputs - targets).sum())


def test_a_loss_of_ones_own_is_one_method_and_takes_masks():
    outputs = np.random.default_rng(4).normal(size=(3, 2, 4))
    targets = np.random.default_rng(5).normal(size=(3, 2, 4))
    mask = np.array([[1, 1], [1, 0], [0, 0]])
    assert check_gradients(Absolute(), outputs, targets).passed
    assert check_gradients(Absolute(), outputs, Masked(targets, mask)).passed
    expected = np.abs(outputs - targets)[mask == 1].sum() / 3
    assert Absolute().forward(outputs, targets, mask=mask) == pytest.approx(expected)


@pytest.mark.parametrize("kind", LOSSES)
def test_nothing_of_the_callers_is_kept_between_forward_and_backward(kind):
    rng = np.random.default_rng(6)
    outputs = rng.normal(size=(3, 4))
    targets = np.eye(4)[[0, 3, 1]]
    loss, again = kind(), kind()
    loss.forward(outputs.copy(), targets.copy())
    expected = loss.backward()
    again.forward(outputs, targets)
    outputs[:] = targets[:] = 7
    np.testing.assert_array_equal(again.backward(), expected)
    again.backward()[:] = 7
    np.testing.assert_array_equal(again.backward(), expected)


def test_a_matrix_is_taken_as_the_array_it_is():
    with pytest.warns(PendingDeprecationWarning):
        outputs, targets = np.matrix([[1.0, 2.0], [3.0, 4.0]]), np.matrix([[0.0, 1.0], [1.0, 0.0]])
    for kind in LOSSES:
        ours, plain = kind(), kind()
        assert ours.forward(outputs, targets) == plain.forward(np.array(outputs), np.array(targets))
        assert type(ours.backward()) is np.ndarray
        np.testing.assert_array_equal(ours.backward(), plain.backward())


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

    def test_a_label_below_0_is_told_where_labels_start_and_nothing_of_outputs(self):
        with pytest.raises(ValueError, match=r"first -1, in row 1\); labels count from 0") as caught:
            SoftmaxCrossEntropy().forward(np.zeros((2, 3)), [0, -1])
        assert "give the network" not in str(caught.value)

    @pytest.mark.parametrize(
        ("labels", "advice"),
        [
            ([0, 3], "first 3, in row 1\\); give the network 4 outputs, or number the classes from 0"),
            ([1, 3], "first 3, in row 1\\); count them from 0: pass labels - 1"),
            ([3.0, 0.0], "first 3, in row 0"),
            ([[0], [1]], r"shape \(2, 3\), got \(2, 1\); drop the last axis of the labels"),
        ],
    )
    def test_labels_are_told_what_to_do(self, labels, advice):
        with pytest.raises(ValueError, match=advice):
            SoftmaxCrossEntropy().forward(np.zeros((2, 3)), labels)

    def test_a_label_that_is_nan_is_located(self):
        with pytest.raises(ValueError, match=r"nan or infinity \(first at index 1\)"):
            SoftmaxCrossEntropy().forward(np.zeros((2, 3)), [0, NAN])

    def test_a_label_between_two_classes_is_not_rounded(self):
        with pytest.raises(TypeError, match=r"got 0.5 in row 1; pass the number of its class") as caught:
            SoftmaxCrossEntropy().forward(np.zeros((2, 3)), [0.0, 0.5])
        assert "astype" not in str(caught.value)

    def test_booleans_are_labels_of_two_classes_alone(self):
        outputs = np.array([[2.0, 0.0], [0.0, 0.0]])
        by_truth = SoftmaxCrossEntropy().forward(outputs, [True, False])
        assert by_truth == SoftmaxCrossEntropy().forward(outputs, [1, 0])
        with pytest.raises(TypeError, match="booleans are labels of 2 classes, and here are 10"):
            SoftmaxCrossEntropy().forward(np.zeros((2, 10)), [True, False])

    def test_labels_that_are_not_integers(self):
        with pytest.raises(TypeError, match=r"integers, got float64; convert them with .astype\(int\)"):
            SoftmaxCrossEntropy().forward(np.zeros((2, 3)), np.array([0.0, 1.0]))

    def test_rows_that_are_not_probabilities(self):
        with pytest.raises(ValueError, match="add up to 1"):
            SoftmaxCrossEntropy().forward(np.zeros((1, 3)), [[1.0, 1.0, 0.0]])
        with pytest.raises(ValueError, match=r"got \[0.5 0.4 0. \] in row 1;"):
            SoftmaxCrossEntropy().forward(np.zeros((2, 3)), [[1, 0, 0], [0.5, 0.4, 0]])
        with pytest.raises(ValueError, match=r"in row \(0, 1\);"):
            SoftmaxCrossEntropy().forward(np.zeros((1, 2, 3)), [[[1, 0, 0], [2, -1, 0]]])

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

    @pytest.mark.parametrize("kind", LOSSES)
    def test_masked_arrays_are_refused_with_what_to_pass(self, kind):
        hidden = np.ma.array(np.eye(2), mask=np.eye(2))
        for outputs, targets in [(hidden, np.eye(2)), (np.eye(2), hidden), (np.eye(2), list(hidden))]:
            with pytest.raises(TypeError, match=r"masked array: its mask would be lost.*Masked\(array.data"):
                kind().forward(outputs, targets)
        with pytest.raises(TypeError, match="masked array"):
            kind().forward(np.eye(2), Masked(hidden, [True, False]))

    def test_targets_too_large_for_the_outputs_dtype(self):
        with pytest.raises(ValueError, match=r"1e\+300 at index \(1, 0\) is too large for float32"):
            SquaredError().forward(np.zeros((2, 1), np.float32), [[0.0], [1e300]])

    def test_a_single_number_is_no_batch(self):
        with pytest.raises(TypeError, match=r"shape \(batch, ...\), got an array of shape \(\)"):
            SquaredError().forward(np.array(3.0), 3.0)

    def test_text_for_targets(self):
        with pytest.raises(TypeError, match="expected numbers"):
            SquaredError().forward(np.zeros((1, 1)), [["seven"]])

    def test_reduction(self):
        with pytest.raises(ValueError, match="'mean' or 'sum'"):
            SquaredError("average")


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_padding_agrees_with_what_pytorch_ignores(reduction):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(7)
    logits, labels = rng.normal(size=(4, 6, 5)), rng.integers(5, size=(4, 6))
    mask = np.arange(6) < np.array([[6], [2], [4], [1]])
    z = torch.tensor(logits, requires_grad=True)
    padded = torch.tensor(np.where(mask, labels, -100))
    theirs = torch.nn.functional.cross_entropy(z.reshape(-1, 5), padded.reshape(-1), reduction=reduction)
    theirs.backward()
    loss = SoftmaxCrossEntropy(reduction)
    assert loss.forward(logits, Masked(labels, mask)) == pytest.approx(theirs.item(), rel=1e-12)
    np.testing.assert_allclose(loss.backward(), z.grad, rtol=1e-10, atol=1e-15)


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

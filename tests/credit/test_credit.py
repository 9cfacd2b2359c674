"""Other ways to assign credit: what each hands back, against its definition."""

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, ReLU, SoftmaxCrossEntropy, check_gradients, fit
from backproplab.credit import FeedbackDense, ForwardForward, evolution_gradient


def test_feedback_goes_through_its_own_matrix_and_own_gradients_are_those_of_dense():
    rng = np.random.default_rng(0)
    for leading in ((4,), (2, 3)):
        x, upstream = rng.normal(size=(*leading, 5)), rng.normal(size=(*leading, 2))
        layer, dense = FeedbackDense(5, 2, feedback_seed=3), Dense(5, 2)
        np.testing.assert_array_equal(layer.forward(x), dense.forward(x))
        np.testing.assert_allclose(layer.backward(upstream), upstream @ layer.feedback, rtol=1e-12)
        dense.backward(upstream)
        np.testing.assert_array_equal(layer.weights_gradient, dense.weights_gradient)
        np.testing.assert_array_equal(layer.bias_gradient, dense.bias_gradient)
        assert layer.backward(upstream, needs_input_gradient=False) is None


def test_a_gradient_check_fails_on_it_by_design_and_passes_where_the_feedback_is_the_transpose():
    x = np.random.default_rng(0).normal(size=(4, 3))
    layer = FeedbackDense(3, 2, feedback_seed=1)
    assert not check_gradients(layer, x).passed
    layer.feedback = layer.weights.T
    assert check_gradients(layer, x).passed
    layer.weights = 2 * layer.weights
    assert not check_gradients(layer, x).passed  # the feedback is a copy, and has stayed


def test_every_layer_names_a_seed_for_its_feedback():
    with pytest.raises(TypeError, match="feedback_seed"):
        FeedbackDense(3, 2)


@pytest.mark.parametrize("feedback", [np.ones((3, 2)), np.ones(3), np.full((2, 3), np.nan), 1.0])
def test_a_feedback_that_does_not_fit_is_refused(feedback):
    layer = FeedbackDense(3, 2, feedback_seed=1)
    before = layer.feedback.copy()
    with pytest.raises(ValueError, match=r"a finite array of shape \(2, 3\), got shape"):
        layer.feedback = feedback
    np.testing.assert_array_equal(layer.feedback, before)


def test_two_networks_given_one_feedback_do_not_share_it(tmp_path):
    shared = np.ones((2, 3), int)
    networks = [Network([FeedbackDense(3, 2, feedback_seed=seed)]) for seed in (1, 2)]
    networks[0].save(tmp_path / "network.npz")
    for network in networks:
        network.layers[0].feedback = shared
    networks[0].load(tmp_path / "network.npz")
    np.testing.assert_array_equal(networks[1].layers[0].feedback, shared)
    assert not np.array_equal(networks[0].layers[0].feedback, shared)


def test_its_errors_bear_its_name():
    with pytest.raises(ValueError, match="FeedbackDense expected 3 input features"):
        FeedbackDense(3, 2, feedback_seed=1).forward(np.ones((1, 4)))
    with pytest.raises(ValueError, match="FeedbackDense needs at least one input"):
        FeedbackDense(0, 2, feedback_seed=1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_in_training_its_feedback_stays_and_the_layer_below_hears_of_it(dtype, tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 4))
    labels = (x[:, 0] * x[:, 1] > 0).astype(int)
    network = Network([Dense(4, 8), ReLU(), FeedbackDense(8, 2, feedback_seed=5)], seed=0, dtype=dtype)
    before, first = network.layers[2].feedback.copy(), network.layers[0].weights.copy()
    fit(
        network,
        SoftmaxCrossEntropy(),
        x.astype(dtype),
        labels,
        optimizer=SGD(0.1),
        epochs=2,
        batch_size=16,
    )
    np.testing.assert_array_equal(network.layers[2].feedback, before)
    assert not np.array_equal(network.layers[0].weights, first)
    network.save(tmp_path / "network.npz")
    other = Network([Dense(4, 8), ReLU(), FeedbackDense(8, 2, feedback_seed=6)], seed=1, dtype=dtype)
    assert not np.array_equal(other.layers[2].feedback, before)
    other.load(tmp_path / "network.npz")
    np.testing.assert_array_equal(other.layers[2].feedback, before)


def test_feedback_of_zeros_is_refused():
    with pytest.raises(ValueError, match="feedback of zeros"):
        FeedbackDense(3, 2, feedback_seed=1, initial="zeros")


def test_an_evolution_gradient_averages_to_the_gradient_of_a_quadratic():
    rng = np.random.default_rng(0)
    curve, at = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([1.0, -2.0])
    found = evolution_gradient(lambda w: w @ curve @ w / 2, at, spread=0.5, pairs=100_000, rng=rng)
    # Of a quadratic the blurred gradient is the gradient, whatever the spread; the rest is chance, 1/√pairs.
    np.testing.assert_allclose(found, curve @ at, atol=0.03)


def test_an_evolution_gradient_of_a_line_is_the_mean_of_its_slopes_along_the_directions():
    slope = np.random.default_rng(1).normal(size=(2, 3))
    directions = np.random.default_rng(2).standard_normal((4, 2, 3))
    found = evolution_gradient(
        lambda w: float((slope * w).sum()), np.ones((2, 3)), spread=0.1, pairs=4, rng=np.random.default_rng(2)
    )
    np.testing.assert_allclose(found, np.mean([(slope * e).sum() * e for e in directions], axis=0), rtol=1e-9)


def test_its_cosine_with_the_gradient_is_what_the_docstring_says():
    rng = np.random.default_rng(0)
    slope = rng.normal(size=2000)
    found = evolution_gradient(lambda w: float(w @ slope), np.zeros(2000), spread=1.0, pairs=100, rng=rng)
    cosine = found @ slope / np.linalg.norm(found) / np.linalg.norm(slope)
    assert cosine == pytest.approx(np.sqrt(100 / 2100), abs=0.06)


def test_a_loss_of_several_numbers_is_refused():
    for loss in (lambda w: w**2, lambda w: np.array([w.sum(), 0.0])):
        with pytest.raises(ValueError, match="a loss that is one number, got shape"):
            evolution_gradient(loss, np.ones(2), spread=0.1, pairs=1, rng=np.random.default_rng(0))


def test_a_loss_that_writes_into_the_parameters_does_not_move_the_centre():
    held = np.array([1.0, 2.0, 3.0])

    def loss_of(w):
        held[:] = w
        return np.array([held.sum()])

    found = evolution_gradient(loss_of, held, spread=1.0, pairs=20_000, rng=np.random.default_rng(0))
    np.testing.assert_allclose(found, 1, atol=0.05)


@pytest.mark.parametrize(("spread", "pairs"), [(0, 1), (-1, 1), (np.nan, 1), (1, 0)])
def test_an_evolution_gradient_without_a_spread_or_a_pair_is_refused(spread, pairs):
    with pytest.raises(ValueError, match="spread above 0 and at least one pair"):
        evolution_gradient(sum, np.ones(2), spread=spread, pairs=pairs, rng=np.random.default_rng(0))


def test_goodness_blame_is_the_derivative_of_the_layers_loss():
    rng = np.random.default_rng(0)
    network = ForwardForward(4, (3,), 2, threshold=0.7)
    h, real = rng.uniform(0.1, 2, size=(4, 3)), np.array([[1.0], [1.0], [-1.0], [-1.0]])

    def loss(h):
        margin = real[:, 0] * ((h**2).mean(axis=1) - 0.7)
        return -np.log(1 / (1 + np.exp(-margin))).mean()

    assert check_gradients(loss, lambda h: network.goodness_blame(h, real), h).passed


def test_a_step_moves_each_layer_against_the_gradient_of_its_own_loss_and_of_no_other():
    rng = np.random.default_rng(0)
    pixels, labels, wrong = (
        rng.uniform(size=(6, 4)),
        np.array([0, 1, 2, 0, 1, 2]),
        np.array([1, 2, 0, 2, 0, 1]),
    )
    network = ForwardForward(4, (5, 3), 3, seed=1)
    real = np.repeat([1.0, -1.0], 6)

    def loss(layer):
        both = np.hstack([network.goodness(pixels, labels), network.goodness(pixels, wrong)])
        return np.logaddexp(0, -real * (both[layer] - network.threshold)).mean()

    moved = [*enumerate(network.weights), *enumerate(network.biases)]
    slopes = []
    for layer, array in moved:
        slope = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            kept, ends = array[place], []
            for nudge in (1e-6, -1e-6):
                array[place] = kept + nudge
                ends.append(loss(layer))
            array[place] = kept
            slope[place] = (ends[0] - ends[1]) / 2e-6
        slopes.append(slope)
    before = [array.copy() for _, array in moved]
    network.step(pixels, labels, wrong, rate=0.5)
    for old, (_, new), slope in zip(before, moved, slopes, strict=True):
        np.testing.assert_allclose(new, old - 0.5 * slope, atol=1e-8)


def test_the_second_layer_cannot_read_the_goodness_of_the_first():
    network = ForwardForward(4, (5, 3), 3, seed=1)
    pixels, labels = np.random.default_rng(0).uniform(size=(6, 4)), np.arange(6) % 3
    first, second = network.goodness(pixels, labels)
    network.weights[0] *= 10
    louder, same = network.goodness(pixels, labels)
    np.testing.assert_allclose(louder, 100 * first)
    np.testing.assert_allclose(same, second, rtol=1e-6)


def test_forward_forward_learns_which_label_belongs_to_which_side():
    rng = np.random.default_rng(0)
    pixels, labels = rng.uniform(size=(400, 4)), rng.integers(2, size=400)
    pixels[np.arange(400), labels] += 2
    network = ForwardForward(4, (8, 8), 2, seed=0)
    for start in range(0, 400, 20):
        rows = slice(start, start + 20)
        network.step(pixels[rows], labels[rows], 1 - labels[rows], rate=1.0)
    assert (network.predict(pixels) == labels).mean() > 0.9


@pytest.mark.parametrize(
    ("inputs", "hidden", "classes"), [(0, (2,), 2), (3, (), 2), (3, (0,), 2), (3, (2,), 1)]
)
def test_sizes_that_make_no_network(inputs, hidden, classes):
    with pytest.raises(ValueError, match="ForwardForward needs"):
        ForwardForward(inputs, hidden, classes)


@pytest.mark.parametrize(
    ("pixels", "labels", "wrong", "match"),
    [
        (np.ones((2, 3)), [0, 1], [1, 0], r"expected finite pixels of shape \(batch, 4\), got \(2, 3\)"),
        (np.ones(4), [0], [1], "expected finite pixels"),
        (np.full((1, 4), np.nan), [0], [1], "expected finite pixels"),
        (np.ones((2, 4)), [0, 3], [1, 0], "whole numbers from 0 to 2"),
        (np.ones((2, 4)), [0, -1], [1, 0], "whole numbers from 0 to 2"),
        (np.ones((2, 4)), [0.0, 1.0], [1, 0], "got float64 of shape"),
        (np.ones((2, 4)), [[1, 0, 0]] * 2, [1, 0], r"expected labels of shape \(2,\)"),
        (np.ones((2, 4)), [0, 1], [1, 1], "no false one"),
    ],
)
def test_pictures_and_labels_that_do_not_fit(pixels, labels, wrong, match):
    network = ForwardForward(4, (5,), 3)
    before = network.weights[0].copy()
    with pytest.raises(ValueError, match=match):
        network.step(pixels, np.array(labels), np.array(wrong), rate=0.1)
    np.testing.assert_array_equal(network.weights[0], before)


def test_a_threshold_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="finite threshold"):
        ForwardForward(4, (5,), 3, threshold=np.nan)

"""The training loop, step by step: which moment a step is, when it is made, and what stopping leaves."""

from itertools import islice

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, SoftmaxCrossEntropy, SquaredError, Tanh, fit
from backproplab.optimizers import Adam
from backproplab.training import Step, steps

RNG = np.random.default_rng(0)
X = RNG.normal(size=(25, 3)).astype(np.float32)
LABELS = (X.sum(axis=1) > 0).astype(int)


def network():
    return Network([Dense(3, 8), Tanh(), Dense(8, 2)])


def run(subject, optimizer=None, *, x=X, targets=LABELS, batch_size=10, **options):
    return steps(
        subject,
        SoftmaxCrossEntropy(),
        x,
        targets,
        optimizer=optimizer or SGD(0.1),
        batch_size=batch_size,
        **options,
    )


class TestAStep:
    def test_says_its_number_its_epoch_its_rows_and_its_loss(self):
        subject, loss = network(), SoftmaxCrossEntropy()
        seen = []
        for step in run(subject, epochs=2, seed=3):
            assert step.loss == pytest.approx(
                loss.forward(subject.predict(X[step.rows]), LABELS[step.rows]), rel=1e-6
            )
            seen.append(step)
        assert all(isinstance(step, Step) for step in seen)
        assert [(step.number, step.epoch) for step in seen] == [
            (1, 1),
            (2, 1),
            (3, 1),
            (4, 2),
            (5, 2),
            (6, 2),
        ]
        rng = np.random.default_rng(3)
        for epoch in (seen[:3], seen[3:]):
            assert [len(step.rows) for step in epoch] == [10, 10, 5]
            np.testing.assert_array_equal(np.concatenate([step.rows for step in epoch]), rng.permutation(25))

    def test_is_the_moment_after_the_backward_pass_and_before_the_update(self):
        subject, twin, loss = network(), network(), SoftmaxCrossEntropy()
        for step in run(subject, epochs=2):
            np.testing.assert_array_equal(subject.parameters, twin.parameters)
            twin.loss_and_gradient(loss, X[step.rows], LABELS[step.rows])
            np.testing.assert_array_equal(subject.gradient, twin.gradient)
            twin.parameters -= np.float32(0.1) * twin.gradient
        np.testing.assert_array_equal(subject.parameters, twin.parameters)

    def test_can_be_made_at_once_and_is_made_once(self):
        subject, plain, optimizer = network(), network(), Adam(0.05)
        for step in run(subject, optimizer, epochs=2):
            before = subject.parameters.copy()
            assert not step.made
            step.update()
            step.update()
            assert step.made
            assert (subject.parameters != before).any()
            assert optimizer.steps == step.number
        for _ in run(plain, Adam(0.05), epochs=2):
            pass
        np.testing.assert_array_equal(subject.parameters, plain.parameters)

    def test_takes_the_gradient_as_it_stands_so_that_it_can_be_clipped(self):
        subject = network()
        before = subject.parameters.copy()
        for _ in run(subject, batch_size=25, epochs=1):
            subject.gradient[:] = np.clip(subject.gradient, -0.01, 0.01)
            clipped = subject.gradient.copy()
        np.testing.assert_array_equal(subject.parameters, before - np.float32(0.1) * clipped)


class TestStopping:
    @pytest.mark.parametrize("how", ["break", "an error"])
    def test_half_way_leaves_network_and_optimiser_as_before_that_step(self, how):
        subject, plain = network(), network()
        optimizer, other = Adam(0.05), Adam(0.05)
        try:
            for step in run(subject, optimizer, epochs=3):
                if step.number == 5:
                    if how == "break":
                        break
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        for step in islice(run(plain, other, epochs=3), 4):
            step.update()
        assert optimizer.steps == other.steps == 4
        np.testing.assert_array_equal(subject.parameters, plain.parameters)
        for one, its in ((subject, optimizer), (plain, other)):  # and both can be used further
            for _ in run(one, its, epochs=1, seed=9):
                pass
        np.testing.assert_array_equal(subject.parameters, plain.parameters)

    def test_without_a_number_of_epochs_there_is_no_end(self):
        assert [step.epoch for step in islice(run(network()), 7)] == [1, 1, 1, 2, 2, 2, 3]

    def test_a_loss_that_broke_does_not_stop_it_but_says_so(self):
        subject = network()
        subject.parameters[:] = np.nan
        assert all(np.isnan(step.loss) for step in run(subject, epochs=1))


class TestTheSameLoop:
    def test_fit_makes_the_same_steps_to_the_bit(self):
        subject, by_fit = network(), network()
        losses = [step.loss for step in run(subject, Adam(0.05), epochs=3, seed=5)]
        history = fit(
            by_fit, SoftmaxCrossEntropy(), X, LABELS, optimizer=Adam(0.05), epochs=3, batch_size=10, seed=5
        )
        np.testing.assert_array_equal(subject.parameters, by_fit.parameters)
        weights = np.array([10, 10, 5])
        np.testing.assert_allclose(history.epoch_loss, np.reshape(losses, (3, 3)) @ weights / 25, rtol=1e-12)

    def test_rows_come_as_they_stand_without_a_shuffle(self):
        rows = [step.rows.tolist() for step in run(network(), epochs=2, shuffle=False)]
        assert rows == 2 * [[*range(10)], [*range(10, 20)], [*range(20, 25)]]

    def test_a_batch_may_be_larger_than_the_data(self):
        assert [len(step.rows) for step in run(network(), batch_size=10**11, epochs=2)] == [25, 25]

    def test_lists_will_do(self):
        line = Network([Dense(1, 1, initial="zeros")], dtype=np.float64)
        first = next(steps(line, SquaredError(), [[1], [2]], [[3], [6]], optimizer=SGD(1), batch_size=2))
        assert first.loss == (9 + 36) / 4
        assert line.gradient.tolist() == [-7.5, -4.5]


class TestTwoLoopsOnOneNetwork:
    def test_do_not_mix_up_their_gradients(self):
        subject = network()
        one, two = run(subject, epochs=1), run(subject, epochs=1, seed=1)
        next(one)
        next(two)  # now the network holds the second loop's gradient
        before = subject.parameters.copy()
        with pytest.raises(RuntimeError, match=r"gradient of step 1 is gone: another .* step.update\(\)"):
            next(one)
        np.testing.assert_array_equal(subject.parameters, before)

    def test_may_take_turns_where_each_step_is_made_before_the_next_begins(self):
        subject, plain = network(), network()
        optimizer, loss = SGD(0.1), SoftmaxCrossEntropy()
        one, two = run(subject, optimizer, shuffle=False), run(subject, optimizer, shuffle=False)
        for loop in (one, two, one, two):
            next(loop).update()
        for rows in (slice(10), slice(10), slice(10, 20), slice(10, 20)):
            plain.loss_and_gradient(loss, X[rows], LABELS[rows])
            plain.parameters -= np.float32(0.1) * plain.gradient
        np.testing.assert_array_equal(subject.parameters, plain.parameters)

    def test_fit_in_the_middle_of_a_loop_is_noticed(self):
        subject = network()
        loop = run(subject, epochs=1)
        next(loop)
        fit(subject, SoftmaxCrossEntropy(), X, LABELS, optimizer=SGD(0.1), epochs=1, batch_size=5)
        with pytest.raises(RuntimeError, match="another training loop"):
            next(loop)


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "error", "says"),
        [
            ({"x": X[:, :2]}, ValueError, "expected 3 input features"),
            ({"targets": LABELS[:5]}, ValueError, "training data: 25 inputs, but 5 targets"),
            ({"optimizer": 0.1}, TypeError, r"steps expected an optimizer, such as SGD\(0.1\), got 0.1"),
            ({"batch_size": "64"}, ValueError, "batch_size must be a whole number of at least 1, got '64'"),
            ({"epochs": 2.5}, ValueError, "epochs must be a whole number of at least 1, got 2.5"),
            ({"seed": "a"}, ValueError, "seed must be a whole number of at least 0, got 'a'"),
            ({"seed": -1}, ValueError, "seed must be a whole number of at least 0, got -1"),
        ],
    )
    def test_is_refused_by_the_call_not_by_the_first_step(self, options, error, says):
        with pytest.raises(error, match=says):
            run(network(), **options)

    def test_an_optimiser_of_another_network_is_refused(self):
        optimizer = SGD(0.1)
        for _ in run(network(), optimizer, epochs=1):
            pass
        with pytest.raises(ValueError, match="remembers the parameters of another network; make a new one"):
            run(network(), optimizer, epochs=1)

    def test_an_array_in_the_place_of_a_network_is_not_printed_whole(self):
        with pytest.raises(TypeError, match="steps expected a network, such as") as caught:
            steps(np.zeros((100, 100)), SquaredError(), X, LABELS, optimizer=SGD(0.1), batch_size=1)
        assert len(str(caught.value)) < 200


def test_numbers_that_overflow_warn_nobody_within_a_step_and_everybody_between_steps():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        outside = np.geterr()
        for step in islice(run(network(), SGD(1e38), x=1e10 * X, epochs=2), 5):
            assert np.geterr() == outside  # what a reader computes here warns as it does everywhere
            if step.number == 1:
                step.update()
                assert np.geterr() == outside
    assert not np.isfinite(step.loss)

"""The fair race: each optimiser was tried as often, nothing chosen on test data; a trial comes out again."""

from collections import Counter

import numpy as np
import pytest

from backproplab.tuning import (
    MNIST,
    MOONS,
    OPTIMIZERS,
    RATES,
    TASKS,
    Plan,
    chosen,
    load_trials,
    record,
    trial,
)
from backproplab.tuning.trials import FINAL_SEEDS, TUNING_SEEDS, plans, to_row


def test_every_optimiser_had_the_same_number_of_trials():
    counts = Counter((one.task, one.plan.optimizer) for one in load_trials("trials"))
    assert counts == dict.fromkeys([(task.name, name) for task in TASKS for name in OPTIMIZERS], 16 * 3)
    for task in TASKS:
        tried = [(one.plan, one.seed) for one in load_trials("trials") if one.task == task.name]
        assert tried == [(plan, seed) for name in OPTIMIZERS for plan in plans(name) for seed in TUNING_SEEDS]


@pytest.mark.parametrize("task", TASKS, ids=lambda one: one.name)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_was_chosen_is_inside_the_rates_tried_and_what_met_the_test_data(task, name):
    plan = chosen(load_trials("trials"), task.name, name)
    assert plan.rate not in (RATES[name][0], RATES[name][-1])
    finals = [one for one in load_trials("finals") if (one.task, one.plan.optimizer) == (task.name, name)]
    assert [(one.plan, one.seed) for one in finals] == [(plan, seed) for seed in FINAL_SEEDS]
    assert not set(FINAL_SEEDS) & set(TUNING_SEEDS)


@pytest.mark.parametrize(
    ("kind", "task", "optimizer", "rate", "schedule"),
    [
        ("trials", MOONS, "gradient descent", 0.1, "constant"),
        ("finals", MOONS, "AdamW", 0.01, "warm-up and decay"),
        ("trials", MNIST, "gradient descent", 0.03, "constant"),
        ("starts", MOONS, "gradient descent", 3.0, "decay"),
    ],
)
def test_a_trial_comes_out_again(kind, task, optimizer, rate, schedule):
    plan = Plan(optimizer, rate, schedule)
    one = next(one for one in load_trials(kind) if (one.task, one.plan) == (task.name, plan))
    again = trial(task, plan, one.seed, test=kind == "finals")
    assert again.loss == pytest.approx(one.loss, rel=0.05)  # other kernels sum in another order
    assert again.right == pytest.approx(one.right, abs=0.01)


def test_the_starts_are_twenty_seeds_with_a_warm_up_and_the_same_without(monkeypatch):
    asked = []
    monkeypatch.setattr(record, "trial", lambda task, plan, seed: asked.append((task.name, plan, seed)))
    record.starts()
    assert [(one.task, one.plan, one.seed) for one in load_trials("starts")] == asked
    assert Counter(plan.schedule for _, plan, _ in asked) == {"decay": 20, "warm-up and decay": 20}
    assert {seed for _, _, seed in asked} == set(range(20))


def test_what_was_recorded_is_written_as_it_stands_in_the_file(tmp_path, monkeypatch):
    recorded_in, again = record.FILE, tmp_path / "trials.json"
    monkeypatch.setattr(record, "FILE", again)
    record.write({kind: list(load_trials(kind)) for kind in ("trials", "finals", "starts")})
    assert again.read_bytes() == recorded_in.read_bytes()


def test_all_steps_are_those_of_whole_epochs_and_a_smaller_last_batch_is_one():
    assert (MOONS.steps, MNIST.steps) == (500, 939)


def test_a_training_that_breaks_off_has_an_infinite_loss():
    broken = trial(MOONS, Plan("gradient descent", 1e30), seed=0)
    assert (broken.loss, broken.right) == (np.inf, 0)
    assert to_row(broken)[5] is None


def test_training_validation_and_test_are_kept_apart():
    for task in TASKS:
        parts = [{row.tobytes() for row in x} for x, _ in task.data()]
        assert not parts[0] & parts[1]
        assert not parts[0] & parts[2]
        assert not parts[1] & parts[2]


def test_what_was_not_recorded():
    with pytest.raises(
        ValueError, match="kind='winners' was not recorded; choose one of trials, finals, starts"
    ):
        load_trials("winners")
    with pytest.raises(
        ValueError, match=r"no trial of 'Lion' on 'moons'; the optimisers are gradient descent,"
    ):
        chosen(load_trials("trials"), "moons", "Lion")

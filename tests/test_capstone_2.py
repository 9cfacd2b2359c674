"""What a first learner did in capstone 2: right answers that must pass, wrong ones that must not."""

import re
from pathlib import Path

import pytest

from backproplab.authoring import trial
from backproplab.authoring.assignment import load_solution
from backproplab.authoring.proof import steps
from backproplab.authoring.trial import Trial
from backproplab.marking.values import same

SOLUTION = Path(__file__).parent.parent / "solutions/capstone-2.ipynb"
SEED = 101

RELU_GIVES_A_PLAIN_ZERO = """
class Number(Number):
    def relu(self):
        return self if self.data > 0 else 0
"""
ENTRIES_OF_THE_LIST_REPLACED = """
def one_epoch(parameters, x, labels, order, batch_size, rate, gradients):
    losses = []
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        loss, found = gradients(parameters, x[chosen], labels[chosen])
        for k in range(len(parameters)):
            parameters[k] = parameters[k] - rate * found[k]
        losses.append(loss)
    return parameters, losses
"""
IN_FLOAT32 = """
in_float64 = loss_and_upstream
def loss_and_upstream(logits, labels):
    return in_float64(np.array(logits, dtype=np.float32), labels)
"""
SHIFTED_BY_THE_LARGEST_SIZE = """
unshifted = loss_and_upstream
def loss_and_upstream(logits, labels):
    far = abs(logits).max(axis=1, keepdims=True)
    e = np.exp(logits - far)
    loss = np.mean(np.log(e.sum(axis=1)) - (logits - far)[np.arange(len(logits)), labels])
    return loss, unshifted(logits, labels)[1]
"""
IN_PLACE = """
def relu_back(upstream, z):
    upstream *= z > 0
    return upstream
"""


@pytest.fixture(scope="module")
def tried():
    solution = load_solution(SOLUTION)
    answers = {each.id: each.answer for each in solution.exercises}

    def attempt(exercise, change="", answer=None):
        return Trial(exercise, answer or answers[exercise], change, seeds=(SEED,))

    on_the_test = re.sub(
        r"on_the_clock\((\w+)\)", r"\1(*test_set(), np.random.default_rng(0))", answers["C2.7"]
    )
    shuffled = answers["C2.6"].replace("    W1, b1,", "    rng.shuffle(pictures)\n    W1, b1,", 1)
    trials = {
        **{name: attempt(name) for name in ("C2.1", "C2.2", "C2.3", "C2.5")},
        "plain zero": attempt("C2.1", RELU_GIVES_A_PLAIN_ZERO),
        "in place": attempt("C2.2", IN_PLACE),
        "float32": attempt("C2.3", IN_FLOAT32),
        "largest size": attempt("C2.3", SHIFTED_BY_THE_LARGEST_SIZE),
        "entries": attempt("C2.5", ENTRIES_OF_THE_LIST_REPLACED),
        "shuffled": attempt("C2.6", answer=shuffled),
        "on the test": attempt("C2.7", answer=on_the_test),
    }
    results = trial.run(steps(solution), list(trials.values()), SOLUTION.parent)
    return dict(zip(trials, results, strict=True))


def passes(tried, exercise, name):
    return same(tried[exercise].values[SEED], tried[name].values[SEED])


def test_right_answers_pass(tried):
    assert passes(tried, "C2.5", "entries")
    assert passes(tried, "C2.3", "float32")


def test_wrong_answers_do_not(tried):
    assert not passes(tried, "C2.1", "plain zero")
    assert not passes(tried, "C2.3", "largest size")


def test_a_network_trained_on_the_test_pictures_is_not_accepted(tried):
    assert "has learned from the test pictures" in tried["on the test"].objections[SEED]


def test_what_is_handed_to_an_answer_cannot_be_spoiled_for_the_next(tried):
    assert "read-only" in tried["shuffled"].errors[SEED]
    right, found = tried["C2.2"].values[SEED], tried["in place"].values[SEED]
    kept = {name for name in right if "relu_back" not in name}
    assert same({name: right[name] for name in kept}, {name: found[name] for name in kept})

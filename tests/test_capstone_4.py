"""What the checks of capstone 4 say to answers that change what they are given, or return something else."""

from pathlib import Path

import pytest

from backproplab.authoring import trial
from backproplab.authoring.assignment import load_solution
from backproplab.authoring.proof import steps
from backproplab.authoring.trial import Trial
from backproplab.marking.values import same

SOLUTION = Path(__file__).parent.parent / "solutions/capstone-4.ipynb"
SEED = 101

IN_PLACE = """
def block_back(upstream, mlp_path, attention_path):
    upstream += mlp_path(upstream)
    return upstream, upstream + attention_path(upstream)
"""
ONE_OF_TWO = """
def tables_back(upstream, tokens, signs, right=tables_back):
    return right(upstream, tokens, signs)[0]
"""
ALL_AXES_TURNED = """
def scores_back(upstream, A, Q, K, right=scores_back):
    dS, dQ, _ = right(upstream, A, Q, K)
    return dS, dQ, dS.T @ Q
"""
NUMBERS_WHERE_NO_PLACE_LOOKS = """
def mix_back(upstream, A, V, M, W_o, right=mix_back):
    dW_o, dM, dA, dV = right(upstream, A, V, M, W_o)
    return dW_o, dM, np.where(A > 0, dA, 7.0), dV
"""
MASKED_LIKE_THE_SCORES = """
def mix_back(upstream, A, V, M, W_o, right=mix_back):
    dW_o, dM, dA, dV = right(upstream, A, V, M, W_o)
    return dW_o, dM, np.where(np.tri(A.shape[-1], dtype=bool), dA, -np.inf), dV
"""
A_LIST = """
def dense_back(upstream, x, W, right=dense_back):
    dW, db, dx = right(upstream, x, W)
    return dW, db.tolist(), dx
"""
HALF_AS_PRECISE = """
def logits_back(p, targets, counts, right=logits_back):
    return right(p, targets, counts).astype(np.float32)
"""


@pytest.fixture(scope="module")
def tried():
    solution = load_solution(SOLUTION)
    answers = {each.id: each.answer for each in solution.exercises}
    trials = {
        "right": Trial("C4.5", answers["C4.5"], "", seeds=(SEED,)),
        "in place": Trial("C4.9", answers["C4.9"], IN_PLACE, seeds=(SEED,)),
        "one of two": Trial("C4.10", answers["C4.10"], ONE_OF_TWO, seeds=(SEED,)),
        "all axes turned": Trial("C4.6", answers["C4.6"], ALL_AXES_TURNED, seeds=(SEED,)),
        "where no place looks": Trial("C4.5", answers["C4.5"], NUMBERS_WHERE_NO_PLACE_LOOKS, seeds=(SEED,)),
        "masked like the scores": Trial("C4.5", answers["C4.5"], MASKED_LIKE_THE_SCORES, seeds=(SEED,)),
        "a list": Trial("C4.2", answers["C4.2"], A_LIST, seeds=(SEED,)),
        "half as precise": Trial("C4.1", answers["C4.1"], HALF_AS_PRECISE, seeds=(SEED,)),
    }
    results = trial.run(steps(solution), list(trials.values()), SOLUTION.parent)
    return dict(zip(trials, results, strict=True))


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("in place", "upstream was handed in and has changed; make a new array"),
        ("one of two", "return 2 arrays"),
        ("all axes turned", "flipped() the last two"),
        ("all axes turned", "is different from"),
        ("a list", "∂L/∂b is to be an array of float64 numbers, and is list"),
        ("half as precise", "∂L/∂logits is to be an array of float64 numbers, and is float32"),
    ],
)
def test_an_answer_that_cannot_be_compared_hears_what_to_do(tried, name, advice):
    assert advice in tried[name].errors[SEED]


def test_what_stands_where_no_place_may_look_is_not_asked(tried):
    assert same(tried["right"].values[SEED], tried["where no place looks"].values[SEED])


def test_no_number_is_no_answer_there_either(tried):
    right, given = tried["right"].values[SEED], tried["masked like the scores"].values[SEED]
    names = {name for name in right if not same({name: right[name]}, {name: given[name]})}
    assert names == {"3 names: ∂L/∂A", "2 names: ∂L/∂A"}

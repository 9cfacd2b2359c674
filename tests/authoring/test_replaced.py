"""Where a mistake leaves nothing of the right answer, it is tried as its learner has it: alone."""

import authoring_kit as kit
import pytest

from backproplab.authoring.assignment import load_solution
from backproplab.authoring.proof import prove
from backproplab.authoring.replaced import replaces

ANSWER = "import math\nRATE = 2\n\ndef f(x):\n    total = x\n    return total\n\nfor k in (1, 2):\n    f(k)"
CHECK = '@check("3.1")\ndef _(rng):\n    return {"y": f(rng.normal())}'


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("def f(x): return -x", CHECK),
        ("def f(x):\n    total, k = 1, 2\n    return total + k", CHECK),  # names of its own
        ("f = abs", CHECK),
        ("class f:\n    def __init__(self, x): self.x = x", CHECK),
        ("def f(x): return -x\nRATE = 3", 'RATE\n"y", f'),
    ],
)
def test_a_change_that_leaves_nothing_is_told(change, check):
    assert replaces(change, ANSWER, check)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("def f(x): return math.pi * x", CHECK),  # an import
        ("def f(x): return RATE * x", CHECK),
        ("def f(x): return k", CHECK),  # what a loop binds
        ("right = f\ndef f(x): return -right(x)", CHECK),
        ("class f(f):\n    pass", CHECK),
        ("def f(x): return x and f(x - 1)", CHECK),  # itself, or the answer's: not told apart
        ("def f(x): return globals()['RATE']", CHECK),
        ("def f(x): return -x", "RATE\nf"),  # the check reads what is left
        ("def f(x): return -x", "lambda: RATE"),
        ("if True:\n    def f(x): return -x", CHECK),  # perhaps not bound at all
        ("RATE = 3", CHECK),
    ],
)
def test_a_change_that_leaves_or_reads_something_is_too(change, check):
    assert not replaces(change, ANSWER, check)


def test_what_an_answer_cell_does_besides_is_not_done_for_a_mistake_that_replaces_it(tmp_path):
    """Each run of the cell leaves a mark: the solution's two and each mutant's, none of the mistakes'."""
    leaving = kit.SLOPE.replace("    ### END SOLUTION", "    ### END SOLUTION\n\nopen('ran', 'a').write('.')")
    prove(load_solution(kit.saved(tmp_path, kit.answer(leaving), kit.check(kit.SLOPE_CHECK))))
    alone = (tmp_path / "solutions/ran").read_text()
    assert len(alone) > 2
    (tmp_path / "solutions/ran").unlink()
    prove(load_solution(kit.saved(tmp_path, kit.answer(leaving), *kit.slope_exercise()[1:])))
    assert (tmp_path / "solutions/ran").read_text() == alone

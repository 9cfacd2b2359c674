"""Each refusal, on a made-up notebook that asks for it."""

import authoring_kit as kit
import pytest

from backproplab.authoring.assignment import load_solution
from backproplab.authoring.effortless import EFFORTLESS, VARIABLE
from backproplab.authoring.errors import ReleaseError
from backproplab.authoring.mutants import MUTATIONS
from backproplab.authoring.proof import PUBLIC_SEEDS, prove

pytestmark = pytest.mark.usefixtures("tried_here")


def refused(folder, *cells):
    with pytest.raises(ReleaseError) as caught:
        prove(load_solution(kit.saved(folder, *cells)))
    return "\n".join(caught.value.reasons)


def function(body, name="f", arguments="x"):
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    return kit.answer(f"def {name}({arguments}):\n    ### BEGIN SOLUTION\n{lines}\n    ### END SOLUTION")


def check(returned, draw="x = rng.normal()", **settings):
    words = "".join(f", {key}={value}" for key, value in settings.items())
    points = settings.get("points", 2)
    words = words if "points" in settings else f", points=2{words}"
    return kit.check(f'@check("3.1"{words})\ndef _(rng):\n    {draw}\n    return {returned}', points=points)


def value(source):
    return kit.answer(f"### BEGIN SOLUTION\n{source}\n### END SOLUTION")


def test_a_sound_exercise_is_proven_on_three_public_seeds_and_twenty_others(tmp_path):
    found = prove(load_solution(kit.saved(tmp_path, *kit.slope_exercise())))["3.1"]
    assert len(PUBLIC_SEEDS) == 3
    assert list(found.solution.values) == [*PUBLIC_SEEDS, *range(1001, 1021)]
    assert found.stub.error == "NotImplementedError"
    assert [len(each.values) for each in found.misconceptions] == [23, 23]
    assert list(found.mutants) == [*MUTATIONS, *EFFORTLESS]


MATRIX = "x = rng.normal(size=(2, 2))"
WEAK = {
    "the stub": (function("return x"), check('{"y": x}'), "the stub passes"),
    "zeros": (function("return 0.0 * x"), check('{"y": x + f(x)}'), "zeros instead of the answer passes"),
    "ones": (function("return x / x"), check('{"y": x + f(x)}'), "ones instead of the answer passes"),
    "the wrong sign": (
        function("return x"),
        check('{"y": f(x) ** 2}'),
        "the wrong sign instead of the answer",
    ),
    "twice": (
        function("return x"),
        check('{"y": f(x) / np.abs(f(x)).sum()}', draw=MATRIX),
        "twice the value instead of the answer passes",
    ),
    "the transpose": (
        function("return x"),
        check('{"y": np.trace(f(x))}', draw=MATRIX),
        "the transpose instead of the answer passes",
    ),
    "no seed": (
        function("return 2.0 * x"),
        check('{"y": f(x), "z": f(3.0)}'),
        "“z” is the same with every seed, so one can write it down",
    ),
    "draws of its own": (
        function("return next(numbers) * x"),
        check('{"y": f(x)}'),
        "the same seed gives other values at its place than at the notebook's end",
    ),
    "other names": (
        function("return x"),
        check('{"y" if x > 0 else "z": f(x)}'),
        "returns other names with another seed",
    ),
    "no dict": (function("return x"), check("f(x)"), "gives no values (AttributeError"),
    "no names": (function("return x"), check("{}"), "gives no values; return a dict"),
    "no number": (function("return str(x)"), check('{"y": f(x)}'), "(TypeError: got a str"),
    "a solution that fails": (function("return 1 / 0"), check('{"y": f(x)}'), "ZeroDivisionError"),
    "a value by hand that is 1": (
        value("f = 1.0"),
        check('{"f": f}', kind='"hand"', points=0),
        "ones instead of the answer passes",
    ),
    "an answer cell that uses its answer": (
        value("f = 2.0\n### END SOLUTION\ng = f * 2\n### BEGIN SOLUTION\nh = 1"),
        check('{"f": f * x}'),
        "the released answer cell stops with TypeError",
    ),
}


@pytest.mark.parametrize(("answer", "weak", "told"), WEAK.values(), ids=WEAK)
def test_a_check_that_proves_nothing_is_refused_with_cell_and_exercise(answer, weak, told, tmp_path):
    numbers = kit.given("numbers = iter(range(1, 999))")
    reasons = refused(tmp_path, numbers, answer, weak)
    assert told in reasons
    assert reasons.startswith("cell 'check-e3-1' (exercise 3.1): ")


TRIED = {
    "a misconception that is right": (
        '@misconception("3.1", "No.")\ndef f(x): return x + x',
        "misconception “No.” passes with seed 101; draw inputs",
    ),
    "a misconception that is right now and then": (
        '@misconception("3.1", "No.")\ndef f(x): return 2 * abs(x)',
        "misconception “No.” passes with seed",
    ),
    "a misconception that fails": (
        '@misconception("3.1", "No.")\ndef f(x): return 1 / 0',
        "misconception “No.” gives no values (ZeroDivisionError",
    ),
    "two misconceptions with the same values": (
        '@misconception("3.1", "No.")\ndef f(x): return x\n'
        '@misconception("3.1", "Never.")\ndef f(x): return x / 1',
        "misconceptions “No.” and “Never.” give the same values; drop one",
    ),
    "an alternative that is wrong": (
        '@alternative("3.1")\ndef f(x): return x',
        "alternative in cell 'wrong' fails with seed 101 (other values than the solution)",
    ),
    "an alternative that fails": (
        '@alternative("3.1")\ndef f(x): return 1 / 0',
        "alternative in cell 'wrong' fails with seed 101 (ZeroDivisionError",
    ),
}


@pytest.mark.parametrize(("source", "told"), TRIED.values(), ids=TRIED)
def test_a_misconception_must_be_wrong_and_an_alternative_right(source, told, tmp_path):
    reasons = refused(tmp_path, function("return 2 * x"), check('{"y": f(x)}'), kit.author(source))
    assert told in reasons


def test_a_misconception_that_is_right_with_few_seeds_is_found_by_the_twenty_others(tmp_path):
    source = '@misconception("3.1", "No.")\ndef f(x): return 2 * x if 0 < x < 0.25 else x'
    reasons = refused(tmp_path, function("return 2 * x"), check('{"y": f(x)}'), kit.author(source))
    assert "passes with seed 10" in reasons
    assert not any(f"passes with seed {seed};" in reasons for seed in PUBLIC_SEEDS)
    cells = (function("return 2 * x"), check('{"y": f(x)}'), kit.author(source))
    few = prove(load_solution(kit.saved(tmp_path, *cells)), others=1)["3.1"]
    assert list(few.solution.values) == list(few.misconceptions[0].values) == [*PUBLIC_SEEDS, 1001]


def test_a_check_may_not_need_the_answer_of_another_exercise(tmp_path):
    other = [kit.answer(kit.SLOPE, "3.2"), kit.check(kit.SLOPE_CHECK.replace("3.1", "3.2"), "3.2")]
    weak = check('{"y": f(slope(1.0, x, 2.0))}')
    reasons = refused(tmp_path, function("return x"), weak, *other)
    assert "needs 'slope', the answer of 3.2, so one mistake would count twice; draw it from rng" in reasons


def test_nor_may_a_given_cell_but_under_answered(tmp_path):
    guarded = kit.given('if answered("3.1"):\n    print(slope(1, 2, 3))')
    prove(load_solution(kit.saved(tmp_path, *kit.slope_exercise(), guarded)))
    reasons = refused(tmp_path, *kit.slope_exercise(), kit.given("print(slope(1, 2, 3))"))
    assert "cell 'given' uses 'slope', the answer of 3.1" in reasons
    assert 'put it under `if answered("3.1"):`' in reasons


def test_a_given_cell_may_not_change_what_a_check_above_it_uses(tmp_path):
    cells = [kit.given("k = 1", id="first"), function("return 2 * x"), check('{"y": f(k * x)}')]
    prove(load_solution(kit.saved(tmp_path, *cells)))
    assert "let no given cell below change" in refused(tmp_path, *cells, kit.given("k = 2", id="later"))


def test_an_answer_that_calls_another_of_its_exercise_with_the_sign_wrong_twice_is_no_reason(tmp_path):
    both = kit.answer(
        "def inner(x):\n    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION\n\n"
        "def f(x):\n    ### BEGIN SOLUTION\n    return inner(x)\n    ### END SOLUTION"
    )
    prove(load_solution(kit.saved(tmp_path, both, check('{"y": f(x)}'))))


def test_practice_may_give_the_same_with_every_seed(tmp_path):
    by_hand = [value("f = 0.25"), check('{"f": f}', kind='"hand"', points=0)]
    prove(load_solution(kit.saved(tmp_path, *by_hand)))
    choice = [value('f = "b"'), check('{"f": "abc".index(f)}', kind='"choice"', points=0)]
    wrong = kit.author('misconception("3.1", "No.", f="a")')
    prove(load_solution(kit.saved(tmp_path, *choice, wrong)))
    same = kit.author('misconception("3.1", "No.", f="b")')
    assert "passes with seed 101" in refused(tmp_path, *choice, same)


def test_code_to_fix_must_fail_as_it_is_handed_out(tmp_path):
    broken = "def f(x):\n    return {}\n\n### BEGIN SOLUTION\ndef f(x):\n    return 2 * x\n### END SOLUTION"
    posed = check('{"y": f(x)}', kind='"fix"')
    found = prove(load_solution(kit.saved(tmp_path, kit.answer(broken.format("x")), posed)))
    assert len(found["3.1"].stub.values) == 3
    assert "the stub passes" in refused(tmp_path, kit.answer(broken.format("x + x")), posed)


TRAINED = 'kind="trained", shapes={"w": (2,)}, accept=judge'
WEIGHTS = value("w = np.array([1.0, 2.0])")


def trained(judge):
    posed = check('{"w": w}').source.replace("points=2", f"points=2, {TRAINED}")
    return [kit.given(f"def judge(values, rng):\n    return {judge}"), WEIGHTS, kit.check(posed)]


@pytest.mark.parametrize(
    ("judge", "told"),
    [
        ("values['w'][1] > 3", "the solution is not accepted with seed 101 (These numbers do not do yet"),
        ("'too small'", "the solution is not accepted with seed 101 (too small)"),
        ("True", "zeros instead of the answer passes"),
        ("values['w'][0] == 1", "ones instead of the answer passes"),
        ("values['w'][2] > 0", "gives no values (IndexError"),
    ],
)
def test_a_judge_of_trained_numbers_accepts_the_solution_and_neither_zeros_nor_ones(judge, told, tmp_path):
    assert told in refused(tmp_path, *trained(judge))


@pytest.mark.parametrize("returned", ["w.mean() + 0 * w", "2 * w", "w[:1]", "np.array([*w, 3])"])
def test_what_a_check_works_out_of_trained_numbers_is_not_for_a_judge(returned, tmp_path):
    cells = trained("values['w'].max() > 1.4 and values['w'].max() < 5")
    told = "returns numbers that it works out of the answer"
    for answer, name in ((WEIGHTS, "w"), (function("return np.array([1.0, 2.0])"), "f(0)")):
        posed = cells[-1].source.replace("(2,)", "(None,)").replace('"w": w', f'"w": {name}')
        prove(load_solution(kit.saved(tmp_path, cells[0], answer, kit.check(posed))))
        worked_out = posed.replace(f'"w": {name}', f'"w": {returned.replace("w", name)}')
        assert told in refused(tmp_path, cells[0], answer, kit.check(worked_out))


def test_trained_numbers_are_those_that_shapes_names(tmp_path):
    cells = trained("values['w'][1] > 1.5")
    cells[-1].source = cells[-1].source.replace('{"w": w}', '{"w": w, "other": 1.0}')
    assert "returns ['w', 'other'], and shapes= names ['w']" in refused(tmp_path, *cells)


def test_trained_numbers_need_not_depend_on_the_seed_and_wrong_ones_may_blow_up(tmp_path):
    fast = 'misconception("3.1", "Too fast.", w=np.array([np.nan, 1]))'
    many = 'misconception("3.1", "Too many.", w=np.ones(3))'
    wrong = kit.author(f"{fast}\n{many}")
    prove(load_solution(kit.saved(tmp_path, *trained("values['w'][1] > 1.5"), wrong)))
    right = kit.author('misconception("3.1", "Right.", w=np.array([3.0, 4.0]))')
    assert "misconception “Right.” passes" in refused(tmp_path, *trained("values['w'][1] > 1.5"), right)


def test_every_reason_is_given_at_once(tmp_path):
    source = '@misconception("3.1", "No.")\ndef f(x): return x + x\n@alternative("3.1")\ndef f(x): return x'
    reasons = refused(tmp_path, function("return 2 * x"), check('{"y": f(x)}'), kit.author(source))
    assert "misconception “No.” passes" in reasons
    assert "alternative in cell 'wrong' fails" in reasons


def test_a_learners_own_test_is_proven_with_what_is_said_of_it(tmp_path):
    solution = load_solution(kit.saved(tmp_path, *kit.judge_exercise()))
    found = prove(solution)["3.2"]
    names = ["accepts a right ReLU", "catches a missing mask", "catches a wrong scale"]
    assert list(found.solution.values[101]) == names == list(solution.exercises[0].replies)
    assert found.stub.error == "NotImplementedError"
    assert list(found.mutants) == ["always True", "always False", "the opposite verdict"]
    assert all(each.mutated for each in found.mutants.values())
    for mutant in ("always True", "always False"):  # a constant earns not even a share
        for seed in PUBLIC_SEEDS:
            mine, right = found.mutants[mutant].values[seed], found.solution.truth[seed]
            assert not any((mine[name] == right[name]).all() for name in names)


SIGNS = "(backward(x, upstream) > 0).tolist() == [False, False, True]"
WEAK_TESTS = {
    "a solution that lets a fault through": (
        {"solution": kit.JUDGE.replace("np.array_equal(backward(x, upstream), [0.0, 0.0, 7.0])", SIGNS)},
        "the solution fails “catches a wrong scale” with seed 101 (let it through)",
    ),
    "a solution that refuses right code": (
        {"solution": kit.JUDGE.replace("7.0])\n    ###", "8.0])\n    ###")},
        "the solution fails “accepts a right ReLU” with seed 101 (refused it)",
    ),
    "a solution that raises": (
        {
            "solution": kit.JUDGE.replace(
                "return np", "assert not backward(x[:1], upstream[:1]).any()\n    return np"
            )
        },
        "the solution fails “catches a missing mask” with seed 101 (stopped on it",
    ),
    "a solution that gives no verdict": (
        {"solution": kit.JUDGE.replace("np.array_equal(backward(x, upstream), [0.0, 0.0, 7.0])", "x")},
        "judge returned an array of shape (3,), expected True or False",
    ),
    "a fault that is none": (
        {"check_source": kit.JUDGE_CHECK.replace("lambda x, upstream: upstream,", "right,")},
        "the solution fails “catches a missing mask” with seed 101 (let it through)",
    ),
    "a fault without a reply": (
        {"told": kit.JUDGE_WRONG.replace('reply("3.2", "catches a wrong scale', "# (")},
        "a test that fails “catches a wrong scale” is told nothing; write reply('3.2', 'catches",
    ),
    "a reply to nothing": (
        {"told": kit.JUDGE_WRONG + '\nreply("3.2", "catches cold", "Wrap up.")'},
        "there is a reply to “catches cold”, which its check does not name",
    ),
    "verdicts of its own": (
        {"check_source": kit.JUDGE_CHECK.replace("return verdicts(", "return dict(verdicts(") + ")"},
        "return verdicts(judge, rng, right={…}, faults={…}) of backproplab.check as it is",
    ),
    "a misconception that is right": (
        {
            "told": kit.JUDGE_WRONG.replace(
                "np.ones(2), np.ones(2)), np.ones(2)", "np.array([-1.0, 2]), np.ones(2)), [0, 1]"
            )
        },
        "what happens below zero.” passes with seed 101",
    ),
}


@pytest.mark.parametrize(("changes", "told"), WEAK_TESTS.values(), ids=WEAK_TESTS)
def test_what_a_learners_test_is_asked_must_prove_something(changes, told, tmp_path):
    assert told in refused(tmp_path, *kit.judge_exercise(**changes))


IDLE = {
    "an input left as it is": (
        function("y = 2.0 * x\nreturn y"),
        check('{"y": f(x), "x afterwards": x}', draw="x = rng.normal(size=3)"),
        "argument 1 of the shape asked for instead of the answer earns “x afterwards”",
    ),
    "an input of the same name": (
        function("return a * b, b", arguments="a, b"),
        check('dict(zip(("u", "v"), f(a, b)))', draw="a, b = rng.normal(size=2)"),
        "argument 2 of the shape asked for instead of the answer earns “v”",
    ),
    "nothing done": (
        function("x *= 1\nreturn 2 * x"),
        check('{"y": f(x), "x": x}', draw="x = rng.normal(size=3)"),
        "earns “x”",
    ),
    "one of few values": (
        function("return 1.0 if x < 100 else x"),
        check('{"y": f(x), "z": f(x) + x}'),
        "what was returned with another seed instead of the answer earns “y”",
    ),
    "what is right in a variable": (
        function("return x ** 2 + 1"),
        check('{"y": f(x), "off": f(x) - right}', draw="x = rng.normal(); right = x ** 2 + 1"),
        "a variable of the check instead of the answer earns “y”, “off”",
    ),
    "what is right deep in a variable": (
        function("return x ** 2 + 1"),
        check('{"y": f(x)}', draw='x = rng.normal(); held = {"deep": [(x, x ** 2 + 1)]}'),
        "a variable of the check instead of the answer earns “y”",
    ),
    "what is right in the frame of a helper": (
        function("return x ** 2 + 1"),
        check(
            '{"y": asked(rng.normal())}',
            draw="def asked(x):\n        right = x ** 2 + 1\n        return f(x) + 0 * right",
        ),
        "a variable of the check instead of the answer earns “y”",
    ),
}


@pytest.mark.parametrize(("answer", "weak", "told"), IDLE.values(), ids=IDLE)
def test_a_check_in_which_such_an_answer_earns_is_refused(answer, weak, told, tmp_path):
    assert told in refused(tmp_path, answer, weak)


def test_what_is_right_behind_a_call_is_out_of_sight(tmp_path):
    helper = kit.given("def right(x):\n    return x ** 2 + 1")
    sound = check('{"off": f(x) - 2 * right(x)}', draw="x = rng.normal()")
    wrong = kit.author('@misconception("3.1", "No.")\ndef f(x): return x')
    other = kit.author('@misconception("3.1", "Never.")\ndef f(x): return 3 * x', id="wrong-2")
    path = kit.saved(tmp_path, helper, function("return x ** 2 + 1"), sound, wrong, other)
    assert prove(load_solution(path))["3.1"].mutants[VARIABLE].mutated


def test_what_an_answer_cell_demonstrates_is_run_as_handed_out_and_at_its_place_alone(tmp_path):
    shows = kit.given("def show(f):\n    with open('shown', 'a') as file:\n        file.write('x')")
    answer, *rest = kit.slope_exercise()
    answer.source += "\n\nshow(slope)"
    prove(load_solution(kit.saved(tmp_path, shows, answer, *rest)))
    assert (tmp_path / "solutions" / "shown").read_text() == "xx"


def test_a_call_that_makes_an_answer_what_it_is_is_refused(tmp_path):
    shift = kit.given("def doubled(values):\n    values[:] = [2 * each for each in values]")
    answer = kit.answer("### BEGIN SOLUTION\nrates = [0.5]\n### END SOLUTION\ndoubled(rates)")
    cell = check('{"y": rates[0] * x}')
    assert "and no call below an answer the answer" in refused(tmp_path, shift, answer, cell)

"""What a submission gets back, at both levels of isolation."""

import contextlib
import os
import time

import numpy as np
import pytest
from attacks import ASSIGNMENT, GIVEN, RIGHT

from backproplab.check.result import run_check
from backproplab.marking.exercise import CheckSpec, Exercise
from backproplab.marking.expected import ExerciseSet, fingerprint
from backproplab.marking.verdict import Status, verdict
from backproplab.sandbox import (
    Assignment,
    Cell,
    Check,
    Checkpoint,
    IsolationError,
    Job,
    Limits,
    Sandbox,
    SandboxError,
)
from backproplab.sandbox.host import MOST_STARTS
from backproplab.sandbox.protocol import Place, at_place

SEEDS = (1, 2, 3)
LEVELS = ("full", "reduced")
LIMITS = Limits(cell_seconds=0.5, submission_seconds=4, wall_factor=3, value_bytes=10_000)


@contextlib.contextmanager
def started(assignment, level="full", limits=LIMITS):
    try:
        with Sandbox(assignment, isolation=level, limits=limits) as sandbox:
            yield sandbox
    except IsolationError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=LEVELS)
def sandbox(request):
    with started(ASSIGNMENT, request.param) as found:
        yield found


@pytest.fixture(scope="module")
def full():
    with started(ASSIGNMENT) as found:
        yield found


def answers(*cells, seeds=(7,), checks=("1.1", "1.2", "1.3")):
    """A job of (source, exercise) pairs or sources, and the checks at its end."""
    pairs = [(cell, "") if isinstance(cell, str) else cell for cell in cells]
    steps = [Cell(source, index, exercise) for index, (source, exercise) in enumerate(pairs)]
    return Job((*steps, *map(Checkpoint, checks)), seeds)


def test_an_answer_that_hands_out_one_array_again_gets_what_a_learners_check_says_of_it(sandbox):
    """Both copy what came back before they draw the next inputs."""
    again = "kept = np.zeros(3)\ndef double(x):\n    kept[:] = 2 * x\n    return kept"
    space = {"np": np}
    exec(again, space)

    def values(rng):
        return {"twice": space["double"](rng.normal(size=3))}

    wanted = {seed: {"twice": 2 * np.random.default_rng(seed).normal(size=3)} for seed in SEEDS}
    exercise = Exercise("1.1", 1, "function", values=wanted)
    whole = ExerciseSet("00-attacked", fingerprint(), SEEDS, {"1.1": exercise})
    assert run_check(CheckSpec("1.1", values), exercise, whole).status is Status.RIGHT
    sent = sandbox.run(answers(*GIVEN, again, seeds=SEEDS, checks=("1.1",))).values
    given = {seed: {"twice": sent["1.1", seed, "twice"]} for seed in SEEDS}
    assert verdict(exercise, given, SEEDS).status is Status.RIGHT


def test_an_answer_above_a_line_that_does_not_compile_counts_as_in_a_notebook(full):
    dedented = RIGHT["1.1"] + "\nreturn x"
    outcome = full.run(answers(*GIVEN, (dedented, "1.1"), checks=("1.1",)))
    assert ("1.1", 7, "twice") in outcome.values


def test_values_come_back_for_each_seed_and_name(sandbox):
    outcome = sandbox.run(answers(*GIVEN, *RIGHT.values(), seeds=(1, 2)))
    assert set(outcome.values) == {
        (exercise, seed, name)
        for exercise, name in (("1.1", "twice"), ("1.2", "square"), ("1.3", "sum"), ("1.3", "T"))
        for seed in (1, 2)
    }
    x = np.random.default_rng(2).normal(size=3)
    np.testing.assert_array_equal(outcome.values["1.1", 2, "twice"], 2 * x)
    assert outcome.values["1.2", 1, "square"].shape == ()
    assert (outcome.errors, outcome.problems) == ({}, [])


def test_what_an_answer_raises_is_told_in_one_line(sandbox):
    outcome = sandbox.run(
        answers(
            ("def double(x):\n    raise NotImplementedError", "1.1"),
            ("square = ...", "1.2"),
            ("def total(x)\n    return 1", "1.3"),
        )
    )
    assert outcome.values == {}
    assert outcome.errors["1.1"] == "NotImplementedError [in double, line 2 of cell 1]"
    assert outcome.errors["1.2"] == "Ellipsis: square is still to be filled in"
    assert outcome.errors["1.3"].startswith("SyntaxError")


def test_an_error_is_told_with_the_line_of_the_students_that_led_to_it(full):
    helper = "def helper(x):\n    return x.nothing"
    answer = "def square(x):\n    y = 1\n    return helper(x)"
    told = full.run(answers(helper, (answer, "1.2"), checks=["1.2"])).errors["1.2"]
    assert at_place(told) == (
        "AttributeError: 'float' object has no attribute 'nothing'",
        Place("helper", 2, 1),
    )
    told = full.run(answers("x = 1", ("y = 2\nsquare = 2 ^ 0.5", "1.2"), checks=["1.2"])).errors["1.2"]
    assert "(a power is written **, not ^)" in told
    assert at_place(told)[1] == Place("the cell", 2, 2)
    told = full.run(answers("def square(x): return 1 / 0", checks=["1.2"])).errors["1.2"]
    assert at_place(told) == ("ZeroDivisionError: division by zero", Place("square", 1, 1))


def test_a_missing_answer_is_named(full):
    outcome = full.run(answers(checks=["1.2"]))
    assert outcome.errors == {"1.2": "NameError: name 'square' is not defined"}


def test_a_value_that_is_no_number_is_named(full):
    outcome = full.run(answers("def square(x): pass", checks=["1.2"]))
    assert outcome.errors["1.2"].startswith("square: TypeError: got None")


def test_an_answer_cell_that_stops_after_its_answer_keeps_the_answer(full):
    outcome = full.run(answers((RIGHT["1.2"] + "\n1 / 0", "1.2"), checks=["1.2"]))
    assert ("1.2", 7, "square") in outcome.values
    assert outcome.errors == {}


def test_other_cells_may_fail_and_the_rest_runs(full):
    outcome = full.run(answers("1 / 0", RIGHT["1.2"], checks=["1.2"]))
    assert ("1.2", 7, "square") in outcome.values
    assert outcome.problems == ["From the notebook: Cell 1 stopped with ZeroDivisionError: division by zero"]


def test_a_check_runs_at_its_place(full):
    now, later = "def square(x): return 1.0", "def square(x): return 2.0"
    outcome = full.run(Job((Cell(now, 0), Checkpoint("1.2"), Cell(later, 1)), (7,)))
    assert outcome.values["1.2", 7, "square"] == 1.0


def test_a_name_that_is_no_answer_does_not_reach_the_check():
    check = Check("1.1", '@check("1.1")\ndef _(rng):\n    return {"n": np.sum(ones(3))}', ("ones",))
    with started(Assignment("00", GIVEN[:1], (check,))) as sandbox:
        outcome = sandbox.run(answers("np = 5\ndef ones(n): return [1] * n", checks=["1.1"]))
    assert outcome.values["1.1", 7, "n"] == 3.0


def test_a_given_function_sees_the_answer_for_as_long_as_its_check_runs():
    given = (GIVEN[0], "def thrice(x):\n    return x + double(x)")
    checks = (
        Check("1.1", '@check("1.1")\ndef _(rng):\n    return {"x": thrice(1.0)}', ("double",)),
        Check("1.2", '@check("1.2")\ndef _(rng):\n    return {"x": thrice(1.0)}', ()),
    )
    with started(Assignment("00", given, checks)) as sandbox:
        outcome = sandbox.run(answers(RIGHT["1.1"], checks=["1.1", "1.2"]))
    assert outcome.values["1.1", 7, "x"] == 3.0
    assert outcome.errors == {"1.2": "NameError: name 'double' is not defined"}


def test_both_old_generators_are_seeded_for_each_call(full):
    draw = "import random, numpy as np\ndef square(x): return random.random() + np.random.rand()"
    first, second = (full.run(answers(draw, seeds=(1, 2), checks=["1.2"])).values for _ in range(2))
    assert first == second
    assert first["1.2", 1, "square"] != first["1.2", 2, "square"]


def test_magics_cost_nothing(full):
    cells = (
        "%matplotlib inline\n%time y = 3",
        "%%time\ndef square(x): return y * x",
        "!rm -rf /\n?y\n%nonsense",
    )
    outcome = full.run(answers(*cells, "display(get_ipython())", checks=["1.2"]))
    assert ("1.2", 7, "square") in outcome.values
    assert outcome.problems == [
        "From the notebook: The shell command `rm -rf /` did nothing here",
        "From the notebook: The magic `%nonsense` did nothing here",
    ]


def test_check_cells_of_the_students_own_are_inert(full):
    own = "from backproplab.check import *\ncheck_set('00')\n@check('1.2')\ndef _(rng): 1 / 0\nsummary()"
    outcome = full.run(answers(own, RIGHT["1.2"] + "\nassert not answered('1.2')", checks=["1.2"]))
    assert list(outcome.values) == [("1.2", 7, "square")]
    assert outcome.problems == []


def test_a_hung_cell_is_left_out_and_the_rest_runs(sandbox):
    outcome = sandbox.run(answers(RIGHT["1.1"], "while True: pass", RIGHT["1.2"], RIGHT["1.3"]))
    assert {exercise for exercise, _, _ in outcome.values} == {"1.1", "1.2", "1.3"}
    assert len(outcome.problems) == 1
    assert outcome.problems[0].startswith("Cell 2 ")


def test_an_answer_that_hangs_or_dies_takes_only_its_own_exercise(sandbox):
    hang, die = "def double(x):\n    while True: pass", "def square(x):\n    import os; os._exit(3)"
    outcome = sandbox.run(answers(hang, die, RIGHT["1.3"]))
    assert {exercise for exercise, _, _ in outcome.values} == {"1.3"}
    assert set(outcome.errors) == {"1.1", "1.2"}
    assert outcome.errors["1.2"] == "Stopped: the answer ended before its time; it was left out"


def test_fresh_starts_come_to_an_end(full):
    outcome = full.run(Job(tuple(Cell("import os; os._exit(0)", index) for index in range(100)), (7,)))
    assert len(outcome.problems) <= MOST_STARTS
    assert "the rest did not run" in outcome.problems[-1]


def test_a_submission_has_a_time_of_its_own(full):
    with started(ASSIGNMENT, limits=Limits(cell_seconds=0.3, submission_seconds=0.5)) as short:
        outcome = short.run(answers(RIGHT["1.1"], *["while True: pass"] * 20, RIGHT["1.2"]))
    assert "used up the 0.5 s of the whole submission; the rest did not run" in outcome.problems[-1]
    assert set(outcome.errors) == {"1.1", "1.2", "1.3"}


def test_checks_that_have_run_do_not_run_again(full):
    counted = "calls = []\ndef double(x):\n    calls.append(1)\n    return 2 * x"
    steps = (Cell(counted, 0), Checkpoint("1.1"), Cell("import os; os._exit(0)", 1), Cell(RIGHT["1.2"], 2))
    told = Cell("assert not calls, len(calls)", 3)
    outcome = full.run(Job((*steps, told, Checkpoint("1.2")), (7,)))
    assert set(outcome.values) == {("1.1", 7, "twice"), ("1.2", 7, "square")}
    assert outcome.problems == ["Cell 2 ended before its time; it was left out"]


def test_a_server_that_was_killed_is_started_again():
    with started(ASSIGNMENT) as sandbox:
        assert sandbox.run(answers(RIGHT["1.2"], checks=["1.2"])).values
        sandbox._server._process.process.kill()
        sandbox._server._process.process.wait()
        assert sandbox.run(answers(RIGHT["1.2"], checks=["1.2"])).values


@pytest.mark.parametrize("level", LEVELS)
def test_given_cells_that_fail_are_told_at_the_start(level):
    with pytest.raises(SandboxError, match="ZeroDivisionError"):
        started(Assignment("00", ("1 / 0",), ()), level).__enter__()


def test_given_cells_must_leave_no_thread():
    given = "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()"
    with pytest.raises(SandboxError, match="threads running"):
        started(Assignment("00", (given,), ())).__enter__()


def test_the_memory_of_server_and_grader_is_flat(full):
    def resident(pid):
        with open(f"/proc/{pid}/statm", encoding="utf-8") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def used():
        tree, total = [full._server._process.process.pid], 0
        while tree:
            pid = tree.pop()
            total += resident(pid)
            with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
                tree += map(int, file.read().split())
        return total, resident(os.getpid())

    job = answers(*GIVEN, *RIGHT.values())
    for _ in range(5):
        full.run(job)
    full._server.drop_spare()
    time.sleep(0.2)
    before = used()
    for _ in range(40):
        full.run(job)
    full._server.drop_spare()
    time.sleep(0.2)
    after = used()
    assert all(late - early < 2_000_000 for early, late in zip(before, after, strict=True))


def test_notes_without_end_do_not_hide_what_was_stopped(full):
    flood = "for n in range(99):\n    get_ipython().system(str(n))\nimport os; os._exit(0)"
    problems = full.run(answers(flood, checks=[])).problems
    assert len(problems) == 21
    assert problems[-1] == "Cell 1 ended before its time; it was left out"


FLOOD = """
import gc, os
from backproplab.sandbox import child, wire

def square(x):
    [submission] = [each for each in gc.get_objects() if isinstance(each, child.Submission) and each.seeds]
    for n in range(15):
        name = f"{n} {os.urandom(9)}"
        submission.write(wire.value_frame("1.2", 7, name, np.zeros(9_000, bool)))
    os._exit(0)
"""


def test_however_often_it_starts_again_a_submission_has_room_for_so_many_values(full):
    checks = ("1.2",) * 4
    outcome = full.run(answers(*GIVEN, FLOOD, checks=checks))
    assert 100_000 < sum(array.nbytes for array in outcome.values.values()) < 16 * LIMITS.value_bytes
    assert len(outcome.problems) == 5
    assert "more than checks return" in " ".join(outcome.problems)

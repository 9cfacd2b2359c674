import os
import random
import re
import sys

import numpy as np
import pytest

from backproplab.authoring import trial
from backproplab.authoring.errors import ReleaseError
from backproplab.authoring.trial import Step, Trial

IMPORT = Step("setup", "import numpy as np\nfrom backproplab.check import answered, check")
CHECK = Step("check", '@check("3.1")\ndef _(rng):\n    return {"y": f(rng.normal())}', "3.1")
DOUBLE = "def f(x): return 2 * x"


def run(folder, *trials, steps=(IMPORT, CHECK)):
    return trial.run(steps, trials, folder)


def of(answer, **settings):
    return Trial("3.1", answer, **{"names": ("f",), "seeds": (1, 2), **settings})


def drawn(seed):
    return np.random.default_rng(seed).normal()


def test_an_answer_is_tried_with_each_seed_and_a_change_replaces_it(tmp_path):
    right, wrong, mutant = run(
        tmp_path, of(DOUBLE), of(DOUBLE, change="def f(x): return x"), of(DOUBLE, mutation="the wrong sign")
    )
    for seed in (1, 2):
        assert right.values[seed]["y"] == 2 * drawn(seed)
        assert wrong.values[seed]["y"] == drawn(seed)
        assert mutant.values[seed]["y"] == -2 * drawn(seed)
    assert (right.error, mutant.mutated) == ("", {1, 2})


def test_one_trial_leaves_nothing_for_the_next(tmp_path):
    leaving = "left = 1\ndef f(x): return x"
    _, after = run(tmp_path, of(leaving), of("def f(x): return left"))
    assert after.error == "NameError: name 'left' is not defined"


def test_old_ways_of_drawing_are_seeded_too(tmp_path):
    answer = "import random\ndef f(x): return [random.random(), np.random.rand()]"
    once, twice = run(tmp_path, of(answer), of(answer))
    for seed in (1, 2):
        np.testing.assert_array_equal(once.values[seed]["y"], twice.values[seed]["y"])
    assert (once.values[1]["y"] != once.values[2]["y"]).all()


def test_the_callers_interpreter_is_neither_used_nor_changed(tmp_path):
    spoil = "import os, random, sys\nos.environ['SPOILT'] = '1'\nsys.spoilt = True\nrandom.seed(0)"
    random.seed(7)
    expected = random.Random(7).random()
    (result,) = run(
        tmp_path, of("def f(x): return hasattr(np, 'marked')"), steps=(IMPORT, Step("a", spoil), CHECK)
    )
    assert "SPOILT" not in os.environ
    assert not hasattr(sys, "spoilt")
    assert random.random() == expected
    assert result.values[1]["y"] == 0.0


def test_cells_work_in_the_folder_of_the_notebook_and_what_they_print_is_dropped(tmp_path, capfd):
    (tmp_path / "beside.txt").write_text("3")
    (tmp_path / "numpy.py").write_text("raise ImportError('a file beside the notebook')")
    steps = (
        IMPORT,
        Step("read", "import sys\nprint('noise', file=sys.stderr)\nk = float(open('beside.txt').read())"),
        CHECK,
    )
    (result,) = run(tmp_path, of("print('noise')\ndef f(x): return k"), steps=steps)
    assert result.values[1]["y"] == 3.0
    assert capfd.readouterr() == ("", "")


def test_a_check_at_its_place_does_not_know_what_comes_below(tmp_path):
    steps = (IMPORT, Step("k", "k = 1"), CHECK, Step("more", "k = 2"))
    end, place = run(
        tmp_path, of("def f(x): return k"), of("def f(x): return k", at_its_place=True), steps=steps
    )
    assert (end.values[1]["y"], place.values[1]["y"]) == (2.0, 1.0)


def test_in_a_trial_nothing_counts_as_answered(tmp_path):
    steps = (IMPORT, CHECK, Step("after", 'assert not answered("3.1")'))
    assert run(tmp_path, of(DOUBLE), steps=steps)[0].error == ""


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def f(x): raise NotImplementedError", "NotImplementedError"),
        ("def f(x): return None", "TypeError: got None"),
        ("f = ...", "TypeError: 'ellipsis' object is not callable"),
    ],
)
def test_an_answer_that_fails_has_its_error_in_one_line(answer, error, tmp_path):
    (result,) = run(tmp_path, of(answer))
    assert result.error.startswith(error)
    assert not result.values


def test_trained_numbers_are_judged(tmp_path):
    judge = "def judge(values, rng):\n    return True if values['y'] > 0 else 'too small'"
    check = Step(
        "check", CHECK.source.replace('"3.1"', '"3.1", kind="trained", shapes={"y": ()}, accept=judge'), "3.1"
    )
    good, bad = run(
        tmp_path,
        of("def f(x): return 1"),
        of("def f(x): return -1"),
        steps=(IMPORT, Step("judge", judge), check),
    )
    assert good.objections == {1: "", 2: ""}
    assert bad.objections == {1: "too small", 2: "too small"}


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("f(1)", "cell 'mine' uses 'f', the answer of 3.1, and would stop an untouched notebook"),
        ("1 / 0", "cell 'mine' stops with ZeroDivisionError: division by zero"),
        ("import os\nos._exit(3)", "cell 'mine': the process ended there (exit 3)"),
    ],
)
def test_a_given_cell_that_fails_is_named(cell, told, tmp_path):
    with pytest.raises(ReleaseError, match=re.escape(told)):
        run(tmp_path, of(DOUBLE), steps=(IMPORT, Step("mine", cell), CHECK))


def test_an_answer_that_never_ends_is_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 1)
    with pytest.raises(
        ReleaseError,
        match=r"(?s)exercise 3.1, with this answer:\ndef f.*still running after 1 s of computing",
    ):
        run(tmp_path, of("def f(x):\n    while True: pass"))


def test_an_answer_that_waits_ends_by_the_clock(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 60)
    monkeypatch.setattr(trial, "WALL_FACTOR", 1 / 60)
    with pytest.raises(ReleaseError, match="still running after 1 s; make it end sooner"):
        run(tmp_path, of("import time\ntime.sleep(600)"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_what_the_machine_kills_is_not_the_authors_to_mend(tmp_path):
    with pytest.raises(ReleaseError, match=r"cell 'deadly': .* by the machine") as caught:
        trial.run([Step("deadly", "import os\nos.kill(os.getpid(), 9)")], [], tmp_path)
    assert "mend" not in str(caught.value)

"""Capstone 3: each of nine faults is seen by its own line of a check and its own tool, by no other line."""

import re
import warnings
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from backproplab.authoring import trial
from backproplab.authoring.assignment import load_solution
from backproplab.authoring.proof import steps
from backproplab.authoring.trial import Trial
from backproplab.check import collect
from backproplab.datasets import mnist
from backproplab.marking.expected import read
from backproplab.marking.verdict import verdict

ROOT = Path(__file__).parent.parent
SOLUTION = load_solution(ROOT / "solutions/capstone-3.ipynb")
SEEDS = (101, 102, 103)


class Fault(NamedTuple):
    exercise: str
    part: str
    method: str
    line: str
    """Of the table of its check."""


FAULTS = {
    "labels come apart": Fault("C3.1", "Data", "epoch", "once by_heart() learns, and watch() does not"),
    "nothing is remembered": Fault("C3.2", "Normalization", "forward", "both_paths()"),
    "one mean for the table": Fault(
        "C3.2", "Normalization", "backward", "nudges(), of what lies before a normalization"
    ),
    "weights too large": Fault("C3.3", "Network", "__init__", "first_loss()"),
    "rows touch": Fault("C3.3", "Network", "loss_and_upstream", "alone()"),
    "backward in the order of forward": Fault("C3.3", "Network", "backward", "nudges()"),
    "two names for one list": Fault("C3.4", "Adam", "__init__", "one_step()"),
    "a rate for one epoch": Fault("C3.5", "Trainer", "updates", "watch(): W1 moved by"),
    "all pairs are compared": Fault("C3.5", "Trainer", "validate", "watch(): right of 100"),
}
PARTS = {fault.part: fault.exercise for fault in FAULTS.values()}
RECORDED = read(ROOT / "exercises/expected/capstone-3.json").exercises
ANSWERS = {each.id: each.answer for each in SOLUTION.exercises}


def with_faults(left, parts=PARTS):
    """Source that makes of mended parts those in which these faults are left."""
    lines = []
    for part in parts:
        broken = [f"{part} = {part}.__base__\n"]
        mended = [
            f"    {fault.method} = Mended.{fault.method}\n"
            for name, fault in FAULTS.items()
            if fault.part == part and name not in left
        ]
        if not any(FAULTS[name].part == part for name in left):
            continue
        kept = f"Mended = {part}\nclass {part}({part}.__base__):\n{''.join(mended)}"
        lines.append(kept if mended else broken[0])
    return "\n".join(lines)


STATES = [left for count in (0, 1, 2, 3, 9) for left in combinations(FAULTS, count) if count != 3]
STATES.append(tuple(name for name in FAULTS if FAULTS[name].part == "Network"))


@pytest.fixture(scope="module")
def found():
    """What each check returns in each state of the trainer, all parts being there."""
    trials = {}
    for left in STATES:
        for exercise in sorted({FAULTS[name].exercise for name in left} or PARTS.values()):
            others = "\n".join(ANSWERS[each] for each in PARTS.values() if each != exercise)
            trials[left, exercise] = Trial(
                exercise, ANSWERS[exercise], f"{others}\n{with_faults(left)}", seeds=SEEDS
            )
    results = trial.run(steps(SOLUTION), list(trials.values()), ROOT / "solutions")
    return {key: result.values for key, result in zip(trials, results, strict=True)}


def told(found, left, exercise):
    """The verdict on an exercise in one state of the trainer."""
    return verdict(RECORDED[exercise], found[left, exercise], SEEDS, edited=True)


def test_nine_faults_stand_in_nine_lines(found):
    lines = [line for exercise in PARTS.values() for line in found[(), exercise][SEEDS[0]]]
    assert sorted(lines) == sorted(fault.line for fault in FAULTS.values())
    assert len(FAULTS) == 9


@pytest.mark.parametrize("left", STATES, ids=" and ".join)
def test_each_line_says_whether_its_own_fault_is_mended(found, left):
    for exercise in {FAULTS[name].exercise for name in left}:
        wrong = {line for line, passed in told(found, left, exercise).passed.items() if not passed}
        assert wrong == {FAULTS[name].line for name in left if FAULTS[name].exercise == exercise}


def tools(text):
    return set(re.findall(r"\w+\(\)", text))


@pytest.mark.parametrize("left", STATES[1:], ids=" and ".join)
def test_whoever_leaves_faults_reads_a_sentence_that_sends_to_no_other_tool(found, left):
    for exercise in {FAULTS[name].exercise for name in left}:
        said = told(found, left, exercise)
        assert said.misconception
        there = [name for name in FAULTS if FAULTS[name].exercise == exercise]
        wanted = set().union(*(tools(FAULTS[name].line) for name in there if name in left))
        named = tools(said.misconception)
        assert named <= wanted
        if exercise in ("C3.2", "C3.3") and not set(there) <= set(
            left
        ):  # to each that is left, once one is mended
            assert named == wanted


GIVEN = [step.source for step in steps(SOLUTION) if not step.exercise]


@cache
def read_once():
    """What the first cell makes: pictures, which it locks, and no function."""
    space = {"__name__": "capstone"}
    with collect(lambda _: None):
        exec(GIVEN[0], space)
    return space


def parts_and_tools(*left):
    """A namespace with all parts and tools, in which these faults are left."""
    space = dict(read_once())
    with collect(lambda _: None):
        for source in (*GIVEN[1:], *(ANSWERS[exercise] for exercise in PARTS.values()), with_faults(left)):
            exec(source, space)
    return space


def printed(space, tool, capsys, **settings):
    capsys.readouterr()
    space[tool](**settings)
    return capsys.readouterr().out


def numbers(text):
    return [float(each) for each in re.findall(r"-?\d+\.\d+|nan", text)]


def test_tools_are_quiet_about_a_mended_trainer(capsys):
    space = parts_and_tools()
    assert all(first < 3.3 for first in numbers(printed(space, "first_loss", capsys))[::2])
    one_by_one, together = numbers(printed(space, "alone", capsys))
    assert one_by_one == together
    assert "DIFFERS" not in printed(space, "nudges", capsys)
    assert "nan" not in printed(space, "one_step", capsys)
    by_one_path, by_the_other = numbers(printed(space, "both_paths", capsys))[-2:]
    assert abs(by_one_path - by_the_other) < 0.03


def test_each_fault_alone_shows_in_its_tool(capsys):
    def shown(tool, fault, **settings):
        return printed(parts_and_tools(fault), tool, capsys, **settings)

    assert all(first > 3.3 for first in numbers(shown("first_loss", "weights too large"))[::2])
    one_by_one, together = numbers(shown("alone", "rows touch"))
    assert one_by_one == 2.30 != together
    assert shown("nudges", "rows touch").count("DIFFERS") == 6
    assert re.findall("(..): DIFFERS", shown("nudges", "one mean for the table")) == ["W1"]
    assert re.findall("(..): DIFFERS", shown("nudges", "backward in the order of forward")) == ["W1", "b1"]
    assert shown("one_step", "two names for one list").count("nan") == 6
    by_one_path, by_the_other = numbers(shown("both_paths", "nothing is remembered"))[-2:]
    assert by_one_path > by_the_other + 0.2
    assert all(last < 0.1 for last in numbers(shown("by_heart", "labels come apart"))[1::2])
    assert min(numbers(shown("watch", "labels come apart", epochs=1))) > 2.2
    assert shown("watch", "a rate for one epoch", epochs=2).endswith(" 0 %\n")
    *_, right, _, _ = shown("watch", "all pairs are compared", epochs=2).split()
    assert 5 < int(right) < 15


def test_a_mended_trainer_reads_nine_of_ten_unseen_digits_with_room(capsys):
    space, (test, answers) = parts_and_tools(), mnist("test")
    for seed in range(3):
        learned = space["packed"](space["watch"](seed))
        said = space["logits_of"](learned, test).argmax(axis=1)
        assert np.mean(said == answers) > 0.915
        capsys.readouterr()
        for _ in range(2):  # a check asks with each seed
            assert space["reads_90"]({space["NUMBERS"]: space["in_a_row"](learned)}, None) is True
        percent = int(100 * np.mean(said == answers))
        assert capsys.readouterr().out == f"It reads {percent} of 100 test pictures; 90 are enough.\n"
        space["told"].clear()


def test_as_handed_out_it_has_a_loss_until_the_first_update(capsys):
    space = parts_and_tools(*FAULTS)
    assert np.isfinite(numbers(printed(space, "first_loss", capsys))).all()
    assert "nan" in printed(space, "watch", capsys)


def test_no_tool_shows_the_line_of_a_fault_by_a_warning():
    space = parts_and_tools("rows touch")
    ordinary = space["new_patient"]

    def far_apart(seed=0):
        trainer, rng = ordinary(seed)
        trainer.network.knobs[4] *= 1e5  # of two rows, one has all its powers become 0
        return trainer, rng

    space.update(new_patient=far_apart, watch=lambda: far_apart()[0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for tool in ("both_paths", "alone", "first_loss", "nudges"):
            space[tool]()


def test_who_forgets_packed_or_yield_is_told_so():
    space = parts_and_tools()
    with pytest.raises(ValueError, match=r"put packed\( \) around watch\(\)"):
        space["in_a_row"](space["new_patient"]()[0])
    data = space["Data"](np.eye(6), np.arange(6), 2)
    data.epoch = lambda rng, size: (np.eye(4), np.arange(4))
    with pytest.raises(ValueError, match="epoch returned one batch"):
        space["batches_of"](data, None, 4)
    data.mean = np.zeros(6)
    with pytest.raises(ValueError, match="one mean and one spread are meant"):
        space["batches_of"](data, None, 4)

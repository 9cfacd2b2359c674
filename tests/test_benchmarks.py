"""The benchmarks' arithmetic, the form of what they write, and a page that says what the results say."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from backproplab import Value
from backproplab.losses import one_hot
from backproplab.scalar import dot

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "benchmarks"
sys.path.append(str(FOLDER))

import bare_loop  # noqa: E402
import barest_graph  # noqa: E402
import barest_tape  # noqa: E402
import goals  # noqa: E402
import layers  # noqa: E402
import page  # noqa: E402
import results  # noqa: E402
import rounds  # noqa: E402
import training  # noqa: E402
import where  # noqa: E402
import widgets  # noqa: E402

ENTRIES = results.read()


# Arithmetic


def test_a_ratio_is_the_median_of_the_rounds_quotients_not_the_quotient_of_medians():
    entry = rounds.ratio("x", [1.0, 6.0, 4.0], [2.0, 3.0, 1.0])
    assert (entry["ratio"], entry["low"], entry["high"]) == (2.0, 0.5, 4.0)
    assert (entry["ours"], entry["peer"]) == (4.0, 2.0)
    turned = rounds.ratio("x", [1.0, 6.0, 4.0], [2.0, 3.0, 1.0], turned=True)
    assert (turned["ratio"], turned["low"], turned["high"]) == (0.5, 0.25, 2.0)


def test_the_loop_that_is_taken_apart_is_the_bare_loop():
    widths, rng = [5, 4, 3], np.random.default_rng(0)
    x, labels = rng.random((6, 5), dtype=np.float32), rng.integers(3, size=6)
    targets = one_hot(labels, 3, np.dtype(np.float32))
    ends = rng.standard_normal(39).astype(np.float32)
    parameters, gradient, change = ends.copy(), np.empty_like(ends), np.empty_like(ends)
    bare_loop.train(ends, x, targets, widths=widths, batch_size=6, learning_rate=0.1, seed=0)
    rows = np.random.default_rng(0).permutation(6)
    arrays = [[np.empty((6, width), np.float32) for width in widths] for _ in range(2)]
    flat = (parameters, gradient, change)
    watch, slopes = where.Watch(), bare_loop.views(gradient, widths)
    where.step(watch, x, targets, rows, *arrays, *bare_loop.views(parameters, widths), slopes, flat)
    assert np.array_equal(parameters, ends)


def test_a_note_says_how_often_and_when():
    note = rounds.amount("x", [1.0, 2.0], note="by the clock")["note"]
    assert re.fullmatch(r"by the clock; 2 rounds, \d{4}-\d\d-\d\d", note)


def test_every_system_runs_once_a_round():
    order = []
    systems = {name: lambda name=name: order.append(name) or {"seconds": 1.0} for name in "abc"}
    found = rounds.in_rounds(systems, 3)
    assert [len(runs) for runs in found.values()] == [3, 3, 3]
    assert all(sorted(order[start : start + 3]) == ["a", "b", "c"] for start in (0, 3, 6))


def test_the_operations_of_an_epoch_are_those_of_its_products():
    assert training.products([2, 3, 1], rows=10) == 2 * 10 * (3 * (2 * 3 + 3 * 1) - 2 * 3)


def test_sides_that_end_elsewhere_stop_the_run():
    ends = {"loss": 0.3, "accuracy": 0.94, "weights": "a"}
    near = ends | {"loss": 0.3 + 1e-6, "weights": "b"}
    runs = {"fit": [ends] * 2, "bare": [ends] * 2, "torch": [near] * 2, "products": [{"loss": 0.0}] * 2}
    training.same_training(runs)
    for system, change in (
        ("fit", {"weights": "b"}),
        ("bare", {"weights": "b"}),
        ("torch", {"loss": 0.31}),
        ("torch", {"accuracy": 0.9}),
    ):
        with pytest.raises(AssertionError, match=f"not the same training: {system}"):
            training.same_training(runs | {system: [runs[system][0], ends | change]})


def test_layers_that_end_elsewhere_stop_the_run():
    ours = {"norms": [1.0, 2.0]}
    runs = {"ours": [ours], "torch": [{"norms": [1.0, 2.00001]}], "products": [{"norms": None}]}
    layers.same_work(runs)
    with pytest.raises(AssertionError, match="not the same work: torch"):
        layers.same_work(runs | {"torch": [{"norms": [1.0, 2.001]}]})


def test_the_shell_does_not_choose_the_kernels(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "1024")
    native, haswell = rounds.environment("native"), rounds.environment("Haswell")
    assert not {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"} & set(native)
    assert haswell["OPENBLAS_CORETYPE"] == "Haswell"
    assert {native["OPENBLAS_NUM_THREADS"], native["OMP_NUM_THREADS"], native["MKL_NUM_THREADS"]} == {"1"}


def dotted(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


def test_the_barest_engines_differentiate_as_value_does():
    def graph(kind, dot):
        weights, x = [kind(w) for w in (0.5, -2.0, 3.0)], [kind(v) for v in (1.0, 0.25, -0.5)]
        unit = (dot(weights, x) + -weights[0]).relu() + sum(w * w for w in weights) * 0.1
        (unit * unit + 1.0).relu().backward()
        return [leaf.grad for leaf in weights + x]

    right = pytest.approx(graph(Value, dot), rel=1e-12)
    assert graph(barest_graph.Bare, dotted) == right
    assert graph(barest_tape.Bare, dotted) == right
    assert graph(barest_tape.Bare, barest_tape.dot) == right
    assert not barest_tape.TAPE


def test_the_barest_graph_can_go_back_again():
    a = barest_graph.Bare(5.0)
    b = a * 4.0
    d = b * (b * 3.0)  # the diamond of lesson 02
    d.backward()
    assert (d.data, a.grad) == (1200.0, 480.0)
    for node in (a, b, d):
        node.grad = 0.0
    b.backward()
    assert a.grad == 4.0


def test_latencies_become_figures_with_goals():
    found = {
        "milliseconds": {"Flow: next step": [1.0, 3.0, 2.0], widgets.PEER: [100.0, 200.0, 300.0]},
        "pictures_a_second": 25.0,
        "seconds": 4.0,
    }
    step, pictures = widgets.entries(found)
    assert (step["ours"], pictures["ours"]) == (2.0, 25.0)
    assert (step["peer"], step["ratio"]) == (200.0, 0.01)
    assert {step["name"], pictures["name"]} <= set(goals.BY_NAME)


# Results


def test_a_verdict_follows_the_direction_of_the_goal():
    lower, higher = goals.Goal("a", 2.0, "s"), goals.Goal("b", 2.0, "×", higher=True)
    assert [lower.met(1.9), lower.met(2.0), lower.met(2.1)] == [True, True, False]
    assert [higher.met(1.9), higher.met(2.0), higher.met(2.1)] == [False, True, True]
    assert goals.Goal("c", None, "×").met(1.0) is None


def test_the_goals_are_those_that_were_set():
    fit = [goal.goal for goal in goals.GOALS if goal.name.startswith("fit ÷")]
    assert fit == [1.15, 1.05, 1.03, 1.03, 0.30, 0.63, 0.72, 0.80, 0.25, 0.42, 0.47, 0.48, 0.33, 0.63]
    others = [goal for goal in goals.GOALS if goal.goal is not None and not goal.name.startswith("fit ÷")]
    assert [(goal.goal, goal.higher) for goal in others] == [
        (0.80, True),  # share of sgemm peak
        *[(1.0, False)] * 4,  # convolution and attention ÷ PyTorch
        (2.5, True),  # micrograd ÷ Value
        (18, True),  # with dot
        (260, False),  # bytes a node
        (8, True),  # million nodes
        (40, True),  # nbclient
        (40, True),  # nbgrader
        (10.5, False),  # 1,000 ÷ 100, time
        (1.1, False),  # memory
        (0.1, False),  # import
        (0.6, False),  # mnist
        *[(5, False)] * 4,  # milliseconds: Flow, film, sheet, quick check
        (33, False),  # Playground: one step
        (20, True),  # its pictures a second
        (5, False),  # digit pad: ink
        (33, False),  # its answer
        (12, False),  # make test
        (4, False),  # nbval
    ]
    assert {goal.family for goal in goals.GOALS} <= set(goals.FAMILIES)


def test_a_goal_with_a_unit_is_about_our_own_number_and_a_goal_without_about_the_ratio():
    beside = {"ours": 150.0, "peer": 600.0, "ratio": 0.25, "low": 150.0, "high": 150.0, "note": ""}
    assert results.judge(beside | {"name": "bytes a node"})["met"]
    assert not results.judge(beside | {"name": "bytes a node", "ours": 270.0})["met"]
    times = {"ours": 10.0, "peer": 5.0, "ratio": 2.0, "low": 1.0, "high": 3.0, "note": ""}
    assert not results.judge(times | {"name": "fit ÷ bare numpy loop, 784-30-10"})["met"]


def test_a_range_across_the_goal_is_a_draw():
    entry = {"goal": 1.15, "low": 0.9, "high": 1.4}
    assert page.draw(entry)
    assert not page.draw(entry | {"high": 1.1})
    assert not page.draw(entry | {"goal": None})


def test_curves_of_another_machine_are_not_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "GROWTH", tmp_path / "growth.json")
    assert results.read_growth("anything") == {}
    results.write_growth({"steps": [{"shape": "2-1", "update": 1.23456}]})
    assert results.read_growth(results.processor())["steps"] == [{"shape": "2-1", "update": 1.235}]
    assert results.read_growth("another processor") == {}


def test_a_new_run_replaces_its_family_and_forgets_another_machine():
    here = {"name": "machine", "processor": "this", "versions": {"numpy": "2"}}
    first, mnist, node = (
        {"name": name, "ours": 1}
        for name in ("import backproplab, over numpy alone", "mnist(), first load", "bytes a node")
    )
    old = [here, first, mnist, node]
    new = [mnist | {"ours": 2}]
    now = results.merge(old, here, new)
    assert now == [here, node, first, *new]
    assert results.without_stale(now, "first", new) == [here, node, *new]
    for change in ({"processor": "that"}, {"versions": {"numpy": "3"}}):
        assert results.merge(old, here | change, new) == [here | change, *new]


@pytest.mark.skipif(not ENTRIES, reason="nothing was measured yet")
class TestTheCommittedResults:
    def test_are_a_list_with_one_machine_and_known_figures(self):
        names = [entry["name"] for entry in json.loads(results.RESULTS.read_text(encoding="utf-8"))]
        assert names[0] == "machine"
        assert len(set(names)) == len(names)
        assert set(names[1:]) <= set(goals.BY_NAME)

    def test_have_the_agreed_keys_and_verdicts_that_follow_from_the_numbers(self):
        for entry in ENTRIES[1:]:
            assert tuple(entry) == results.KEYS
            assert results.judge(entry) == entry
            assert entry["low"] <= page.figure(entry) <= entry["high"]
            assert (entry["ratio"] is None) == (entry["peer"] is None)

    def test_are_what_the_page_says(self):
        written = page.render(ENTRIES, results.read_growth(ENTRIES[0]["processor"]))
        assert page.PAGE.read_text(encoding="utf-8") == written
        for picture in re.findall(r"\]\(([\w-]+\.svg)\)", written):
            assert (FOLDER / picture).exists()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.04219, "0.0422"), (2.5, "2.500"), (74.31, "74.3"), (718064, "718,064"), (3e-5, "3.0e-05")],
)
def test_numbers_of_the_page_have_three_digits_or_four(value, text):
    assert page.number(value) == text

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
import charts  # noqa: E402
import cluster  # noqa: E402
import epoch  # noqa: E402
import goals  # noqa: E402
import growth  # noqa: E402
import lab  # noqa: E402
import layers  # noqa: E402
import lessons  # noqa: E402
import page  # noqa: E402
import results  # noqa: E402
import rounds  # noqa: E402
import run  # noqa: E402
import training  # noqa: E402
import turns  # noqa: E402
import website  # noqa: E402
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


def test_what_is_not_installed_is_named_and_skipped_whoever_asks_for_it(monkeypatch, capsys):
    asked = {
        name for path in FOLDER.glob("*.py") for name in re.findall(r'missing\("(\w+)"\)', path.read_text())
    }
    assert {"torch", "distributed", "micrograd"} <= asked <= set(rounds.PEERS)
    assert set(training.PEERS) - {"bare", "limit"} <= set(rounds.PEERS)
    monkeypatch.setattr(rounds.importlib.util, "find_spec", lambda name: None)
    assert list(cluster.main()) == []
    assert "Dask is not installed here" in capsys.readouterr().out


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
    runs = {"fit": [ends] * 2, "bare": [ends] * 2, "torch": [near] * 2, "limit": [{"loss": 0.0}] * 2}
    training.same_training(runs)
    for system, change in (
        ("fit", {"weights": "b"}),
        ("bare", {"weights": "b"}),
        ("torch", {"loss": 0.31}),
        ("torch", {"accuracy": 0.9}),
    ):
        with pytest.raises(AssertionError, match=f"not the same training: {system}"):
            training.same_training(runs | {system: [runs[system][0], ends | change]})


def test_systems_that_take_turns_each_train_on_all_rows_from_where_they_were(monkeypatch):
    rng = np.random.default_rng(0)
    x, labels = rng.random((20, 5), dtype=np.float32), rng.integers(3, size=20)
    seen = []
    monkeypatch.setitem(epoch.SYSTEMS, "noted", lambda network, x, *_: (lambda: seen.append(x) or 2.0, list))
    found, networks = turns.take_turns(x, labels, [5, 4, 3], 4, ("fit", "bare", "noted"), turns=4)
    assert [part.tolist() for part in seen] == [part.tolist() for part in np.split(x, 4)]
    assert found["noted"]["loss"] == 2.0
    assert np.array_equal(networks["fit"].parameters, networks["bare"].parameters)
    alone = epoch.build([5, 4, 3])
    for rows in np.split(np.arange(20), 4):
        train, _ = epoch.SYSTEMS["fit"](alone, x[rows], labels[rows], [5, 4, 3], 4)
        train()
    assert np.array_equal(networks["fit"].parameters, alone.parameters)


def test_layers_that_end_elsewhere_stop_the_run():
    ours = {"norms": [1.0, 2.0]}
    runs = {"ours": [ours], "torch": [{"norms": [1.0, 2.00001]}], "products": [{"norms": None}]}
    layers.same_work(runs)
    with pytest.raises(AssertionError, match="not the same work: torch"):
        layers.same_work(runs | {"torch": [{"norms": [1.0, 2.001]}]})


def test_the_shell_chooses_neither_kernels_nor_threads(monkeypatch):
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_ENABLE_INSTRUCTIONS", "ATEN_CPU_CAPABILITY"):
        monkeypatch.setenv(name, "Zen")
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    for name in threads:
        monkeypatch.setenv(name, "7")
    one, default = rounds.environment(), rounds.environment(threads="default")
    assert "Zen" not in {*one.values(), *default.values()}
    assert {one[name] for name in threads} == {"1"}
    assert not set(threads) & set(default)


def test_no_start_is_measured_with_all_that_it_would_compile_anew(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in rounds.environment()


def test_the_limit_multiplies_what_an_epoch_does_and_passes_over_all_that_it_must(monkeypatch):
    network, rng = epoch.build([5, 4, 3]), np.random.default_rng(0)
    x, labels = rng.random((7, 5), dtype=np.float32), rng.integers(3, size=7)
    asked = {"limit": [], "products": []}
    matmul = np.matmul
    for system, calls in asked.items():
        run_epoch, _ = epoch.SYSTEMS[system](network, x, labels, [5, 4, 3], 4)

        def noted(a, b, out, calls=calls):
            calls.append((a.shape, b.shape))
            return matmul(a, b, out=out)

        monkeypatch.setattr(np, "matmul", noted)
        before = network.parameters.copy()
        run_epoch()
        monkeypatch.setattr(np, "matmul", matmul)
        assert np.array_equal(before, network.parameters) == (system == "products"), "limit writes them"
    assert asked["limit"] == asked["products"]
    assert 2 * sum(a[0] * a[1] * b[1] for a, b in asked["limit"]) == training.products([5, 4, 3], rows=7)


def test_a_note_splits_a_step_into_parts_that_add_up_to_fit():
    seconds = {"products": 60.0, "limit": 66.0, "bare": 72.0, "fit": 79.0}
    runs = {system: [{"seconds": each, "once": 1.0}] * 2 for system, each in seconds.items()}
    assert training.where_it_goes(runs, "784-30-10").endswith(
        "products 10000 µs, one pass +1000.0, further passes of the bare loop +1000.0, "
        "layers, checks and records +1000.0; once 1000 ms"
    )


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
        "pictures_a_second": {"Playground: pictures": 25.0, "Flow: pictures, 40 nodes": 80.0},
        "seconds": 4.0,
    }
    step, playground, flow = widgets.entries(found)
    assert (step["ours"], playground["ours"], flow["ours"]) == (2.0, 25.0, 80.0)
    assert (step["peer"], step["ratio"]) == (200.0, 0.01)
    assert {step["name"], playground["name"], flow["name"]} <= set(goals.BY_NAME)


def test_a_page_and_an_answer_become_figures_and_those_from_nothing_are_left_out_where_there_are_none():
    warm = [{"page": 2.0, "answer": 1.0}, {"page": 4.0, "answer": 3.0}]
    found = {"cold": {"page": 60.0, "answer": 5.0}, "warm": warm, "peer": [{"page": 1.0, "answer": 1.0}] * 2}
    whole = {entry["name"]: entry["ours"] for entry in lab.entries(found)}
    assert list(whole.values()) == [60.0, 5.0, 3.0, 2.0]
    assert set(whole) == {goal.name for goal in goals.GOALS if goal.family == "lab"}
    assert [entry["ours"] for entry in lab.entries(found | {"cold": None})] == [3.0, 2.0]


def test_the_slowest_lesson_counts_and_the_sum_of_all():
    slowest, all_of_them = lessons.entries({"00-a": (20.0, 10.0), "01-b": (40.0, 30.0)})
    assert (slowest["ours"], all_of_them["ours"]) == (40.0, 1.0)
    assert slowest["note"].startswith("01-b, by the clock; 30.0 s of CPU")
    assert {slowest["name"], all_of_them["name"]} == {g.name for g in goals.GOALS if g.family == "lessons"}


def test_the_slowest_page_of_the_site_counts_for_each_figure_by_itself():
    def rounds_of(text, whole):
        return [{"text": text, "whole": whole}] * 2

    found = {"00-a": rounds_of(0.3, 0.5), "01-b": rounds_of(0.2, 0.9), website.PEER: rounds_of(0.1, 0.1)}
    text, whole = website.entries(found)
    assert (text["ours"], whole["ours"], whole["peer"]) == (0.3, 0.9, 0.1)
    assert (text["note"][:4], whole["note"][:4]) == ("00-a", "01-b")
    assert {text["name"], whole["name"]} == {goal.name for goal in goals.GOALS if goal.family == "website"}


def test_a_family_that_fails_is_named_and_the_others_are_measured(monkeypatch, capsys):
    measured = []

    def measure(family, here):
        measured.append(family)
        if family == "value":
            raise RuntimeError("no micrograd today")

    monkeypatch.setattr(run, "measure", measure)
    monkeypatch.setattr(run.page, "main", lambda: None)
    monkeypatch.setattr(run, "kernel", lambda: "any")
    with pytest.raises(SystemExit, match="ONLY=value"):
        run.main("layers,value,first")
    assert measured == ["layers", "value", "first"]
    assert "no micrograd today" in capsys.readouterr().err


# Results


def test_a_verdict_follows_the_direction_of_the_goal():
    lower, higher = goals.Goal("a", 2.0, "s"), goals.Goal("b", 2.0, "×", higher=True)
    assert [lower.met(1.9), lower.met(2.0), lower.met(2.1)] == [True, True, False]
    assert [higher.met(1.9), higher.met(2.0), higher.met(2.1)] == [False, True, True]
    assert goals.Goal("c", None, "×").met(1.0) is None


def test_a_goal_for_each_round_is_missed_where_the_worst_round_misses_it():
    entry = {"name": "fit ÷ PyTorch, one thread, 784-30-10", "ours": 1.0, "peer": 1.2, "note": ""}
    met = results.judge(entry | {"ratio": 0.8, "low": 0.7, "high": 0.9})
    missed = results.judge(entry | {"ratio": 0.8, "low": 0.7, "high": 1.1})
    assert (met["met"], missed["met"]) == (True, False)
    said = page.verdict([{}, missed])
    assert "0.800 (a draw), the goal is ≤ 1 in each round; the worst round has 1.100" in said
    higher = goals.Goal("d", 2.0, "×", higher=True, whole=True)
    assert higher.judged == "low"


def test_the_goals_are_those_that_were_set():
    fit = [goal.goal for goal in goals.GOALS if goal.name.startswith("fit ÷")]
    limits, peers = [1.10, 1.03, 1.02, 1.02, None, None, None, 1.12], [1.0] * 10
    assert fit == limits + peers
    in_each_round = {goal.name.rpartition(", ")[0] for goal in goals.GOALS if goal.whole}
    assert in_each_round == {"fit ÷ PyTorch, one thread"}
    others = [goal for goal in goals.GOALS if goal.goal is not None and not goal.name.startswith("fit ÷")]
    assert [(goal.goal, goal.higher) for goal in others] == [
        *[(1.0, False)] * 4,  # convolution and attention ÷ PyTorch
        (1.7, False),  # Value ÷ barest graph
        (1.5, False),  # with Python's defaults
        (1.5, True),  # micrograd ÷ Value
        (9, True),
        (5, True),  # with dot
        (40, True),
        (260, False),  # bytes a node
        (8, True),  # million nodes
        (40, True),  # nbclient
        (40, True),  # nbgrader
        (10.5, False),  # 1,000 ÷ 100, time
        (1.1, False),  # memory
        (0.1, False),  # import
        (0.6, False),  # mnist
        *[(3, False)] * 2,  # make lab, warm
        (60, False),  # a lesson
        (8, False),  # all of them
        *[(5, False)] * 4,  # milliseconds: Flow, film, sheet, quick check
        (33, False),  # Playground: one step
        (20, True),  # its pictures a second
        (5, False),  # digit pad: ink
        (33, False),  # its answer
        (60, True),  # Flow's pictures a second
        (1, False),  # the site: first text
        (2, False),  # whole page
        (12, False),  # make test
        (18, False),  # all of CI
    ]
    assert {goal.family for goal in goals.GOALS} | {"growth"} == set(goals.FAMILIES)


def test_all_that_runs_without_being_asked_for_takes_an_hour_at_most():
    assert sum(goals.MINUTES[name] for name in goals.FAMILIES if name not in goals.ON_REQUEST) <= 60
    assert set(goals.ON_REQUEST) < set(goals.FAMILIES)


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


def test_the_picture_of_ratios_has_a_tick_for_each_goal_and_none_where_a_figure_is_only_reported():
    held, reported = (f"fit ÷ products and one pass, {shape}" for shape in ("784-512-512-10", "784-30-10"))
    ends = {"ratio": 1.1, "low": 1.0, "high": 1.2}
    entries = [{"name": held, "goal": 1.12, **ends}, {"name": reported, "goal": None, **ends}]
    ticks = [line for line in charts.ratios(entries).axes[0].lines if line.get_marker() == "|"]
    assert [line.get_xdata()[0] for line in ticks] == [1.12]


def test_pictures_are_drawn_of_the_curves_that_there_are():
    points = [{"layers": n, "ours": 0.001 * n, "torch": 0.002 * n} for n in (1, 2)]
    sequence = [{"places": n} | {key: 0.001 * n for key in sequence_lines()} for n in (8, 32)]
    drawn = page.draw_pictures([], {"taken": ["this", "today"], "depth": points, "sequence": sequence})
    assert set(drawn) == {"pass-against-depth", "pass-against-length"}
    told = charts.words(drawn["pass-against-depth"])
    assert told.endswith("From 1 to 2 layers, ours goes from 1.0 to 2.0 ms: 2.0 times for 2.0 times as many.")


def sequence_lines():
    return [*growth.SEQUENCES, *(f"{kind}, torch" for kind in growth.SEQUENCES)]


def test_a_new_run_replaces_its_family_and_forgets_another_machine():
    system = {"system": "Linux", "python": "3"}
    here = {"name": "machine", "processor": "this", **system, "versions": {"numpy": "2"}}
    first, mnist, node = (
        {"name": name, "ours": 1}
        for name in ("import backproplab, over numpy alone", "mnist(), first load", "bytes a node")
    )
    old = [here, first, mnist, node]
    new = [mnist | {"ours": 2}]
    now = results.merge(old, here, new)
    assert now == [here, node, first, *new]
    assert results.without_stale(now, "first", new) == [here, node, *new]
    for change in ({"processor": "that"}, {"python": "4"}, {"versions": {"numpy": "3"}}):
        assert results.merge(old, here | change, new) == [here | change, *new]


def test_a_new_version_of_a_peer_drops_what_was_measured_beside_it_and_nothing_else():
    here = {"name": "machine", "processor": "this", "system": "Linux", "python": "3"}
    versions = {"numpy": "2", "torch": "2", "micrograd": "1"}
    names = ("fit ÷ PyTorch, one thread, 784-30-10", "attention ÷ PyTorch, batch 1", "bytes a node")
    old = [here | {"versions": versions}, *({"name": name, "ours": 1} for name in names)]
    for change in ({"torch": "3"}, {"torch": None}):
        now = here | {"versions": {k: v for k, v in (versions | change).items() if v}}
        assert results.merge(old, now, []) == [now, old[-1]]
    same = here | {"versions": versions | {"distributed": "1"}}
    assert results.merge(old, same, []) == [same, *old[1:]]


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

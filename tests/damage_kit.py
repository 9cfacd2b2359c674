"""Notebooks damaged from a seed: cut, swapped, retyped, duplicated, encoded; and what must hold for each."""

import json
import random
from collections import Counter

import grading_kit as kit

from backproplab.grading.grader import Grader
from backproplab.grading.pages import feedback
from backproplab.grading.reference import make_task
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Entry, Submission

OTHER_KINDS = (None, True, 0, -1.5, 10**30, "", "x", "\ud800", [], {}, [[]], {"cells": []})
ENCODINGS = ("utf-16", "utf-32", "utf-8-sig", "utf-7", "cp037")


def damaged(notebook, seed):
    """Return the bytes of a notebook with one to three damages, and which they were."""
    chance = random.Random(seed)
    kinds = [chance.choice((truncate, swap, retype, duplicate, encode)) for _ in range(chance.randint(1, 3))]
    data = json.dumps(notebook).encode()
    for kind in kinds:
        data = kind(data, chance)
    return data, [kind.__name__ for kind in kinds]


def truncate(data, chance):
    return data[: chance.randrange(len(data) + 1)]


def swap(data, chance):
    """Swap two stretches of bytes, or, where it is still JSON, two cells."""
    notebook = _parsed(data)
    if notebook and chance.random() < 0.5:
        cells = notebook["cells"]
        left, right = chance.randrange(len(cells)), chance.randrange(len(cells))
        cells[left], cells[right] = cells[right], cells[left]
        return json.dumps(notebook).encode()
    size = chance.randint(1, 40)
    a, b = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:a] + data[b : b + size] + data[a + size : b] + data[a : a + size] + data[b + size :]


def retype(data, chance):
    """Put a value of another kind in the place of any value."""
    notebook = _parsed(data)
    if not notebook:
        return data
    places = list(_places(notebook))
    holder, key = chance.choice(places)
    holder[key] = chance.choice(OTHER_KINDS)
    return json.dumps(notebook).encode()


def duplicate(data, chance):
    """Write a cell, or a stretch of bytes, twice."""
    notebook = _parsed(data)
    if notebook and chance.random() < 0.7:
        cells = notebook["cells"]
        cells.insert(chance.randrange(len(cells) + 1), chance.choice(cells))
        return json.dumps(notebook).encode()
    start = chance.randrange(len(data) + 1)
    part = data[start : start + chance.randint(1, 2000)]
    return data[:start] + part + data[start:]


def encode(data, chance):
    """Encode it otherwise, or take it for what it is not."""
    if chance.random() < 0.5:
        return data.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")
    return data.decode("latin-1").encode()


def _parsed(data):
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    has_cells = isinstance(content, dict) and isinstance(content.get("cells"), list) and content["cells"]
    return content if has_cells else None


def _places(value):
    """Every place in it: a list or a table, and where in it."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def run(seeds, folder):
    """Grade a damaged notebook for each seed, and count the statuses of their results.

    Each has a result, and one that says why where it is not simply graded; none has more than there is; and
    the undamaged notebook that comes last earns everything: nobody pays for another's file.
    """
    solution = kit.solution(folder)
    right, found = kit.student(solution), Counter()
    task = make_task(solution, kit.SEEDS, isolation=kit.isolation(), limits=kit.QUICK)
    with Grader(task) as grader:
        for seed in seeds:
            data, damages = damaged(right, seed)
            record, grades, *_ = grader.grade(_handed_in(folder, data))
            told = seed, damages, record
            assert record["status"] in set(GradingStatus) - {GradingStatus.UNGRADED}, told
            assert 0 <= record["score"] <= record["max_score"] == 10, told
            assert record["status"] == GradingStatus.GRADED or record["problems"] or not record["score"], told
            assert "<h1>" in feedback(record, grades), told
            found[record["status"]] += 1
        record, *_ = grader.grade(_handed_in(folder, json.dumps(right).encode()))
        assert record["score"] == 9
    return found


def _handed_in(folder, data):
    (folder / "ada.ipynb").write_bytes(data)
    return Submission("ada", "", (Entry(folder, "ada.ipynb", "ada.ipynb"),))

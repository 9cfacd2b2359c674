"""The recorded values of a set, `expected/NN-topic.json`: made from trials, compared with what is on disk."""

import json
from typing import Any

import numpy as np

from backproplab.marking.compare import agrees
from backproplab.marking.expected import SCHEMA, decode, encode, fingerprint

from .assignment import ExerciseInfo, Solution
from .proof import PUBLIC_SEEDS, Proof
from .trial import Result

ROUNDING = 1e-14


def expected_json(solution: Solution, results: dict[str, Proof]) -> str:
    """Return the text of the file: all values with one seed on one line."""
    content = {
        "schema": SCHEMA,
        "set": solution.name,
        "fingerprint": fingerprint(),
        "seeds": list(PUBLIC_SEEDS),
        "exercises": {
            each.id: _entry(each, results[each.id]) for each in solution.exercises if each.id in results
        },
    }
    return _layout(content, "\n") + "\n"


def _entry(each: ExerciseInfo, found: Proof) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "points": each.points,
        "kind": each.kind,
        "answers": list(each.answers),
        "handed_out": each.stub,
    }
    if each.kind != "trained":  # they are judged, not compared
        entry["values"] = _values(found.solution)
    entry["misconceptions"] = [
        {
            "sentence": tried.sentence,
            **({"slug": tried.slug} if tried.slug else {}),
            "values": _values(result),
        }
        for tried, result in zip(each.misconceptions, found.misconceptions, strict=True)
    ]
    if each.kind == "tests":
        entry["replies"] = dict(each.replies)
    if each.kind == "fix" and not found.stub.error:
        entry["untouched"] = _values(found.stub)
    return entry


def _values(result: Result) -> list[list[dict[str, Any]]]:
    return [encode(result.values[seed]) for seed in PUBLIC_SEEDS]


def _layout(content: Any, line: str) -> str:
    """Return JSON with a line for each entry, down to the values of one seed; `line` breaks and indents."""
    inner = line + " "
    match content:
        case dict():
            entries = (
                f"{json.dumps(key, ensure_ascii=False)}: {_layout(each, inner)}"
                for key, each in content.items()
            )
            return "{" + inner + f",{inner}".join(entries) + line + "}"
        case [{"sentence": _}, *_] | [[*_], *_]:
            return "[" + inner + f",{inner}".join(_layout(each, inner) for each in content) + line + "]"
        case _:
            return json.dumps(content, ensure_ascii=False)


def equivalent(old: str, new: str) -> bool:
    """Say whether two such texts record the same: numbers within the tolerance of a check, the rest exactly.

    >>> equivalent('{"name": "w", "shape": [], "data": [1.0]}', '{"name": "w", "shape": [], "data": [1]}')
    True
    >>> equivalent('{"name": "w", "shape": [], "data": [1e-17]}', '{"name": "w", "shape": [], "data": [0]}')
    True
    >>> equivalent('{"name": "w", "shape": [], "data": [1]}', '{"name": "v", "shape": [], "data": [1]}')
    False
    """
    try:
        return _equivalent(json.loads(old), json.loads(new))
    except ValueError:
        return False


def _equivalent(old: Any, new: Any) -> bool:
    match old, new:
        case {"name": a, "shape": s, "data": list()}, {"name": b, "shape": t, "data": list()}:
            if (a, s) != (b, t):
                return False
            one, other = decode([new])[a], decode([old])[a]
            return agrees(one, other) or _are_rounding(one, other)
        case dict(), dict():
            return list(old) == list(new) and all(_equivalent(old[key], new[key]) for key in old)
        case list(), list():
            return len(old) == len(new) and all(map(_equivalent, old, new))
        case _:
            return type(old) is type(new) and bool(old == new)


def _are_rounding(*arrays: Any) -> bool:
    """Are all of these what is left of zeros by rounding, which another processor does otherwise?"""
    return all(np.abs(array).max(initial=0.0) < ROUNDING for array in arrays)

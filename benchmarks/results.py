"""The committed results: read, judged by the goals, merged and written."""

import json
import os
import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from goals import BY_NAME, GOALS

RESULTS = Path(__file__).with_name("results.json")
GROWTH = Path(__file__).with_name("growth.json")
KEYS = ("name", "ours", "peer", "ratio", "low", "high", "goal", "met", "unit", "note")


def judge(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with goal, verdict and unit from the table of goals, numbers to four digits."""
    goal = BY_NAME[entry["name"]]
    found = {key: round_figure(entry[key]) for key in ("ours", "peer", "ratio", "low", "high")}
    whole = entry | found | {"goal": goal.goal, "met": goal.met(found[goal.judged]), "unit": goal.unit}
    return {key: whole[key] for key in KEYS}


def round_figure(number: Any) -> Any:
    """To four digits; a whole number, which was counted and not measured, or a name as it is."""
    return float(f"{number:.4g}") if isinstance(number, float) else number


def read(path: Path = RESULTS) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def merge(old: list[dict[str, Any]], here: dict[str, Any], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The machine, then all entries as the goals stand, new ones in place of old ones of the same name.

    Old entries from another processor or Python go, and those of families that need a library of which the
    version is another now: the page would say of them what is not so.
    """
    before, *entries = old or [{}]
    kept = [
        entry
        for entry in entries
        if entry["name"] in BY_NAME and as_before(BY_NAME[entry["name"]].family, before, here)
    ]
    by_name = {entry["name"]: entry for entry in [*kept, *new]}
    return [here, *(by_name[goal.name] for goal in GOALS if goal.name in by_name)]


def as_before(family: str, before: dict[str, Any], here: dict[str, Any]) -> bool:
    """Whether what was measured of a family `before` would be measured on the same `here`."""
    same = all(before.get(key) == here[key] for key in ("processor", "system", "python"))
    needed = ("numpy", *NEEDS.get(family, ()))
    return same and all(before["versions"].get(name) == here["versions"].get(name) for name in needed)


def without_stale(
    entries: list[dict[str, Any]], family: str, new: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The entries without those of a family that its run, now done, has not measured."""
    stale = {goal.name for goal in GOALS if goal.family == family} - {entry["name"] for entry in new}
    return [entry for entry in entries if entry["name"] not in stale]


def write(entries: list[dict[str, Any]], path: Path = RESULTS) -> None:
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def read_growth(here: str) -> dict[str, Any]:
    """The curves of how cost grows on this processor: a list of points each, each point a dict; or nothing.

    "taken" is no curve: the processor and the day.
    """
    curves = json.loads(GROWTH.read_text(encoding="utf-8")) if GROWTH.exists() else {}
    return curves if curves.get("taken", [""])[0] == here else {}


def write_growth(curves: dict[str, list[dict[str, Any]]]) -> None:
    lines = [f'"taken": {json.dumps([processor(), date.today().isoformat()])}']
    for name, points in curves.items():
        short = [{key: round_figure(number) for key, number in point.items()} for point in points]
        lines.append(f"{json.dumps(name)}: {json.dumps(short)}")
    GROWTH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def machine(kernel: str) -> dict[str, Any]:
    """The entry that says where it was measured; `kernel`: what OpenBLAS really ran."""
    return {
        "name": "machine",
        "processor": processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        "kernel": kernel,
        "versions": {name: found for name in VERSIONED if (found := installed(name))},
    }


NEEDS = {
    "training": ("torch", "scikit-learn"),
    "layers": ("torch",),
    "value": ("micrograd",),
    "grading": ("nbclient", "nbgrader"),
    "cluster": ("distributed",),
}
"""The libraries that a family is measured with or against, beside numpy."""
VERSIONED = ("numpy", *dict.fromkeys(name for names in NEEDS.values() for name in names))


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def processor() -> str:
    """The processor's own name, its family and model where they are told, and how many cores are here."""
    table = Path("/proc/cpuinfo")
    lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    told = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    name = told.get("model name") or platform.processor() or platform.machine()
    if {"cpu family", "model"} <= set(told):
        name += f" (family {told['cpu family']}, model {told['model']})"
    return f"{name}, {os.cpu_count()} cores"

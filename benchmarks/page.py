"""Write README.md and its pictures from results.json and growth.json, and from nothing else.

python benchmarks/page.py
"""

from pathlib import Path

import results
from charts import CURVES, ratios, save, words
from goals import BY_NAME, FAMILIES, GOALS, MINUTES, ON_REQUEST

HERE = Path(__file__).parent
PAGE = HERE / "README.md"
PROSE = HERE / "page.txt"


def main():
    entries = results.read()
    curves = results.read_growth(entries[0]["processor"])
    for name, figure in draw_pictures(entries, curves).items():
        save(figure, HERE / f"{name}.svg")
    PAGE.write_text(render(entries, curves), encoding="utf-8")


def render(entries, curves):
    """The page as text: the prose, with each {name} in it replaced by a table, a picture or a sentence."""
    parts = {
        "machine": machine(entries),
        "verdict": verdict(entries),
        "taken": curves["taken"][1] if curves else "a day to come",
        "minutes": minutes(),
    }
    for family in FAMILIES:
        parts[family] = table([entry for entry in entries if in_family(entry, family)], family)
    pictures = draw_pictures(entries, curves)
    for name in ("ratios", *CURVES):
        there = name in pictures
        parts[name] = f"![{words(pictures[name])}]({name}.svg)" if there else "*Not measured yet.*"
    return PROSE.read_text(encoding="utf-8").format_map(parts)


def minutes():
    """How long each family takes, as its author found it."""
    usual = [f"{name} {MINUTES[name]}" for name in FAMILIES if name not in ON_REQUEST]
    asked = [f"{name} {MINUTES[name]}" for name in ON_REQUEST]
    whole = sum(MINUTES[name] for name in FAMILIES if name not in ON_REQUEST)
    return (
        f"On two quiet cores it takes about {whole} minutes: {', '.join(usual)}. "
        f"Only when asked for: {', '.join(asked)}."
    )


def draw_pictures(entries, curves):
    """The pictures that there are numbers for."""
    pictures = {name: chart(curves) for name, (points, chart) in CURVES.items() if points in curves}
    if any(in_family(entry, "training") for entry in entries):
        pictures["ratios"] = ratios(entries)
    return pictures


def in_family(entry, family):
    return any(goal.name == entry["name"] and goal.family == family for goal in GOALS)


def machine(entries):
    """Where it was measured, in a sentence or two."""
    here = entries[0]
    versions = ", ".join(f"{name} {number}" for name, number in here["versions"].items())
    return (
        f"Measured on {here['processor']}, {here['system']}, Python {here['python']}, {versions}. "
        f"OpenBLAS ran its kernels for {here['kernel']}."
    )


def verdict(entries):
    """How many goals are met, and those that are not, with what the run knows of the reason."""
    held = [entry for entry in entries[1:] if entry["met"] is not None]
    short = [entry for entry in held if not entry["met"]]
    counted = f"Of {len(held)} goals, {len(held) - len(short)} are met."
    if draws := sum(draw(entry) for entry in held):
        counted += f" {draws} of the {len(held)} are a draw: the range of the rounds reaches across the goal."
    if not short:
        return counted
    lines = [
        f"- **{entry['name']}**: {number(figure(entry))}{' (a draw)' * draw(entry)}, "
        f"the goal is {bound(entry)}{worst(entry)} ({entry['note']})."
        for entry in short
    ]
    return "\n".join([f"{counted} Not met:", "", *lines])


def worst(entry):
    """The round that decides, where a goal is for each round."""
    goal = BY_NAME[entry["name"]]
    return f"; the worst round has {number(entry[goal.judged])}" if goal.whole else ""


def table(entries, family):
    """The figures of a family, and below them a note on each."""
    lacking = [g.name for g in GOALS if g.family == family and g.name not in {e["name"] for e in entries}]
    gaps = [f"Not measured here: {'; '.join(lacking)}."] if lacking else []
    if not entries:
        return f"Not measured here yet: `make bench ONLY={family}`."
    rows = ["| figure | ours | peer | measured | range | goal | verdict |", "|---|--:|--:|--:|--:|--:|---|"]
    rows += [row(entry) for entry in entries]
    notes = [f"- *{entry['name']}*: {entry['note']}." for entry in entries]
    folded = ["<details><summary>A note on each figure</summary>", "\n".join(notes), "</details>"]
    return "\n\n".join(["\n".join(rows), *folded, *gaps])


def row(entry):
    verdict = {None: "reported", True: "met", False: "**not met**"}[entry["met"]]
    verdict += ", a draw" * draw(entry)
    unit = "" if entry["unit"] == "×" else f" {entry['unit']}"
    ours, peer = ("" if entry["ratio"] is None else number(entry[side]) for side in ("ours", "peer"))
    measured = f"{number(figure(entry))}{unit}"
    spread = f"{number(entry['low'])}–{number(entry['high'])}"
    return f"| {entry['name']} | {ours} | {peer} | {measured} | {spread} | {bound(entry)} | {verdict} |"


def figure(entry):
    """The number that the goal is about."""
    return entry[BY_NAME[entry["name"]].about]


def draw(entry):
    """Whether the rounds' range reaches across the goal: another run may say the opposite."""
    return entry["goal"] is not None and entry["low"] < entry["goal"] < entry["high"]


def bound(entry):
    if entry["goal"] is None:
        return "–"
    goal = BY_NAME[entry["name"]]
    return f"{'≥' if goal.higher else '≤'} {entry['goal']:g}{' in each round' * goal.whole}"


def number(value):
    """A number in three or four digits, which are more than the range supports.

    >>> number(0.04219), number(2.5), number(74.31), number(718064)
    ('0.0422', '2.500', '74.3', '718,064')
    """
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    if value >= 0.1:
        return f"{value:.3f}" if value < 10 else f"{value:.1f}"
    return f"{value:.3g}" if value >= 1e-4 else f"{value:.1e}"


if __name__ == "__main__":
    main()

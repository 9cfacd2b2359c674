"""What `Value` costs beside the barest engines and micrograd, and what a node weighs.

python benchmarks/value.py
"""

from functools import partial
from statistics import median

from rounds import amount, column, fresh, in_rounds, missing, ratio

ROUNDS, ONCE = {"off": 12, "on": 6}, 8_000_000


def main():
    """Entries for the results."""
    yield from speed()
    yield from weight()


def speed():
    if missing("micrograd"):
        return []
    systems = ["micrograd", "value", "value-dot", "graph"]
    runs = {
        collector: in_rounds(
            {name: partial(fresh, "moons_step.py", name, collector) for name in names}, ROUNDS[collector]
        )
        for collector, names in (("off", [*systems, "tape", "tape-dot"]), ("on", systems))
    }
    for results in runs.values():
        losses = [result["loss"] for found in results.values() for result in found]
        assert max(losses) - min(losses) < 1e-9, f"not the same training: {losses}"
    seconds = {
        (name, collector): column(found, "seconds")
        for collector, results in runs.items()
        for name, found in results.items()
    }
    off, on = "collector off", "Python's defaults"
    rows = [
        (f"same graph, {off}", "value", "off"),
        (f"same graph, {on}", "value", "on"),
        (f"with dot, {off}", "value-dot", "off"),
        (f"with dot, {on}", "value-dot", "on"),
    ]
    names = {"value": "Value", "value-dot": "Value with dot"}
    entries = []
    for words, system, collector in rows:
        title = f"micrograd ÷ {names[system]}, {words.removeprefix('with dot, ')}"
        entries.append(
            ratio(
                title,
                seconds[system, collector],
                seconds["micrograd", collector],
                turned=True,
                note=parts(runs[collector][system]),
            )
        )
    for title, ours, barest, collector in (
        (f"Value ÷ barest graph, {off}", "value", "graph", "off"),
        (f"Value ÷ barest graph, {on}", "value", "graph", "on"),
        (f"Value ÷ barest tape, {off}", "value", "tape", "off"),
        (f"Value with dot ÷ barest tape with dot, {off}", "value-dot", "tape-dot", "off"),
    ):
        note = f"the barest: {parts(runs[collector][barest])}"
        if collector == "on":
            here, there = (collecting(runs, name) for name in (ours, barest))
            note += f"; the collector takes {here}, the barest's {there}"
        entries.append(ratio(title, seconds[ours, collector], seconds[barest, collector], note=note))
    return entries


def collecting(runs, system):
    """What Python's garbage collector costs a step, and what it has to look through."""
    on, off = (1000 * median(column(runs[collector][system], "seconds")) for collector in ("on", "off"))
    return f"{on - off:.0f} ms of a step and looks through {runs['on'][system][0]['watched']:,} objects"


def parts(results):
    """Where a step's time goes."""
    forward, backward, whole = (
        1000 * median(column(results, key)) for key in ("forward", "backward", "seconds")
    )
    rest = max(0.0, whole - forward - backward)
    return f"forward {forward:.0f} ms, backward {backward:.0f} ms, update and freeing {rest:.0f} ms"


def weight():
    kinds = ["traced"] if missing("micrograd") else ["traced", "micrograd"]
    runs = in_rounds({kind: partial(fresh, "nodes.py", 100_000, kind) for kind in kinds}, 4)
    ours, theirs = (column(runs[kind], "bytes") if kind in runs else None for kind in ("traced", "micrograd"))
    yield amount(
        "bytes a node",
        ours,
        peer=theirs,
        note="what Python asks for at the height of backward(), two parents each; micrograd's without it",
    )
    whole = in_rounds({"ours": partial(fresh, "nodes.py", ONCE)}, 4)["ours"]
    held = [2**31 / result["bytes"] / 1e6 for result in whole]
    grown = max(column(whole, "bytes"))
    yield amount(
        "nodes in 2 GiB",
        held,
        note=f"measured on {ONCE // 10**6} million; the process grew by {grown:.0f} bytes a node",
    )


if __name__ == "__main__":
    from show import show

    show(main())

"""The pictures of the page: each a function of results and curves, and so is its alt text."""

import matplotlib
from goals import GOALS
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from backproplab.display import alt_text, describe
from backproplab.plots.style import INK, LINES, MARKERS, MUTED, SERIES, house_style, log_axis, panels
from backproplab.plots.words import join, number

words = alt_text


def save(figure: Figure, path) -> None:
    """Write it as SVG that is the same for the same numbers."""
    with matplotlib.rc_context({"svg.hashsalt": "backproplab"}):
        figure.savefig(path, metadata={"Date": None})


@house_style()
def ratios(entries) -> Figure:
    """`fit` against its peers: the median of the rounds, their range, and the goal."""
    held = [goal.name for goal in GOALS if goal.name.startswith("fit ÷")]
    rows = [entry for name in held for entry in entries if entry["name"] == name][::-1]
    figure, axes = panels(height=0.27 * len(rows) + 1.1)
    ax = axes[0, 0]
    for place, entry in enumerate(rows):
        ax.plot([entry["low"], entry["high"]], [place, place], color=SERIES[2], linewidth=2.5, alpha=0.6)
        ax.plot(entry["ratio"], place, marker="o", color=SERIES[2])
        if entry["goal"] is not None:
            ax.plot(entry["goal"], place, marker="|", color=INK, markersize=13, markeredgewidth=1.6)
            ax.lines[-1].set_markeredgecolor(INK)
    ax.axvline(1.0, color=MUTED, linewidth=0.8)
    ax.set_yticks(range(len(rows)), [entry["name"] for entry in rows])
    ax.grid(visible=True, axis="x")
    ax.set_xlim(0, max([1.25, *(entry["high"] for entry in rows)]) * 1.03)
    ax.set_xlabel("time of an epoch ÷ the peer's: dot, median; bar, range; tick, goal")
    told = [f"{entry['name']} {entry['ratio']:.2f}" for entry in rows[::-1]]
    describe(ax, f"Time of fit divided by the peer's, below 1 is faster: {join(told)}.")
    return figure


NAMED = {"batch": "examples in a batch", "places": "places in a sequence"}
"""What the horizontal axis counts, where one word is not enough."""


def curve(curves, name, across, *, title, unit, lines, ends):
    """One panel: lines over a horizontal axis, both logarithmic, beside a line of slope 1.

    `ends`: what the first lines are called where words tell from where to where they go.
    """
    points, named = curves[name], NAMED.get(across, across)
    figure, axes = panels(height=3.2, width=6.0)
    ax = axes[0, 0]
    x = [point[across] for point in points]
    for place, (key, label, scale) in enumerate(lines):
        there = [(point[across], point[key] * scale) for point in points if key in point]
        if there:
            ax.plot(
                *zip(*there, strict=True),
                marker=MARKERS[place],
                color=SERIES[(2 + place) % len(SERIES)],
                linestyle=LINES[place],
                label=label,
            )
    last = points[-1][lines[0][0]] * lines[0][2]
    ax.plot(x, [last * value / x[-1] for value in x], color=MUTED, linewidth=0.9, linestyle=":", zorder=0)
    ax.lines[-1].set_label("in proportion")
    ax.set_xscale("log")
    ax.set_xticks(x, [f"{value:,}" for value in x])
    ax.xaxis.set_minor_locator(NullLocator())
    log_axis(ax)
    ax.margins(x=0.06)
    ax.set_xlabel(named)
    ax.set_ylabel(unit)
    ax.set_title(title)
    ax.legend()
    told = []
    for what, (key, _, scale) in zip(ends, lines, strict=False):
        first, final = points[0][key] * scale, points[-1][key] * scale
        told.append(
            f"{what} goes from {number(first)} to {number(final)} {unit}: {number(final / first)} times"
        )
    more = f"{number(x[-1] / x[0])} times as many"
    describe(ax, f"{title}. From {x[0]:,} to {x[-1]:,} {named}, {'; '.join(told)} for {more}.")
    return figure


@house_style()
def epoch_against_weights(curves) -> Figure:
    lines = [("fit", "fit", 1), ("torch", "PyTorch", 1)]
    title = "An epoch of MNIST, 784-h-10, batch 64"
    return curve(curves, "epoch", "weights", title=title, unit="s", lines=lines, ends=("fit",))


@house_style()
def pass_against_depth(curves) -> Figure:
    lines = [("ours", "ours", 1000), ("torch", "PyTorch", 1000)]
    title = "Both passes, layers of 64 units"
    return curve(curves, "depth", "layers", title=title, unit="ms", lines=lines, ends=("ours",))


@house_style()
def pass_against_length(curves) -> Figure:
    named = {"rnn": "RNN", "gru": "GRU", "attention": "attention"}
    lines = [
        (f"{key}{mark}", f"{word}{peer}", 1000)
        for mark, peer in (("", ""), (", torch", ", PyTorch"))
        for key, word in named.items()
    ]
    title = "Both passes, 32 sequences, 64 features"
    return curve(
        curves,
        "sequence",
        "places",
        title=title,
        unit="ms",
        lines=lines,
        ends=("an RNN", "a GRU", "attention"),
    )


@house_style()
def memory_against_batch(curves) -> Figure:
    lines = [("bytes", "kept by a training pass", 1e-6)]
    return curve(
        curves, "memory", "batch", title="Memory of 784-300-100-10", unit="MB", lines=lines, ends=("memory",)
    )


@house_style()
def value_against_nodes(curves) -> Figure:
    lines = [("seconds", "both", 1), ("forward", "building", 1), ("backward", "backward()", 1)]
    return curve(
        curves, "nodes", "nodes", title="Value: one pass over a graph", unit="s", lines=lines, ends=("time",)
    )


@house_style()
def grading_against_submissions(curves) -> Figure:
    lines = [("seconds", "two workers", 1)]
    title = "Grading a class"
    return curve(
        curves, "submissions", "submissions", title=title, unit="s", lines=lines, ends=("the command's time",)
    )


@house_style()
def grading_against_workers(curves) -> Figure:
    points = curves["workers"]
    figure, axes = panels(height=3.0, width=6.0)
    ax = axes[0, 0]
    ax.plot(
        [point["workers"] for point in points],
        [point["seconds"] for point in points],
        marker="o",
        color=SERIES[2],
    )
    ax.set_ylim(0, 1.1 * max(point["seconds"] for point in points))
    ax.set_xticks([point["workers"] for point in points])
    ax.set_xlabel("workers")
    ax.set_ylabel("s")
    ax.set_title("Grading 100 submissions")
    told = [f"{number(point['seconds'])} s with {point['workers']:g}" for point in points]
    describe(ax, f"Grading 100 submissions, by workers: {join(told)}.")
    return figure


@house_style()
def where_a_step_goes(curves) -> Figure:
    """The parts of a step of the bare loop, as shares of it, for each network."""
    rows = curves["steps"][::-1]
    figure, axes = panels(height=0.5 * len(rows) + 1.3)
    ax = axes[0, 0]
    left, told = [0.0] * len(rows), {row["shape"]: [] for row in rows[::-1]}
    parts = [key for key in rows[0] if key != "shape"]
    for part, (color, hatch) in zip(parts, PARTS, strict=True):
        shares = [100 * row[part] / sum(row[key] for key in parts) for row in rows]
        style = {"color": color, "hatch": hatch, "edgecolor": "white", "linewidth": 0.8}
        ax.barh(range(len(rows)), shares, left=left, label=part, **style)
        for place, (row, share) in enumerate(zip(rows, shares, strict=True)):
            told[row["shape"]].append(f"{part} {share:.0f} %")
            if share >= 7:
                ax.text(left[place] + share / 2, place, f"{share:.0f}", ha="center", va="center", color=INK)
        left = [before + share for before, share in zip(left, shares, strict=True)]
    whole = [sum(row[key] for key in parts) for row in rows]
    names = [f"{row['shape']}, {time:,.0f} µs" for row, time in zip(rows, whole, strict=True)]
    ax.set_yticks(range(len(rows)), names)
    ax.set_xlim(0, 100)
    ax.set_xlabel("% of a step of the bare loop")
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    listing = "; ".join(f"{shape}: {join(shares)}" for shape, shares in told.items())
    describe(ax, f"Where a step of the bare loop goes. {listing}.")
    return figure


PARTS = [("#BBBBBB", ""), ("#7FB7D9", ""), ("#F3B58A", "//"), ("#E3E3E3", ".."), ("#9AD0B9", "\\\\")]
"""Colour and hatching of each part of a step, all pale enough for dark figures on them."""

CURVES = {
    "where-a-step-goes": ("steps", where_a_step_goes),
    "epoch-against-weights": ("epoch", epoch_against_weights),
    "pass-against-depth": ("depth", pass_against_depth),
    "pass-against-length": ("sequence", pass_against_length),
    "memory-against-batch": ("memory", memory_against_batch),
    "value-against-nodes": ("nodes", value_against_nodes),
    "grading-against-submissions": ("submissions", grading_against_submissions),
    "grading-against-workers": ("workers", grading_against_workers),
}
"""Each picture, with the name of the points in `growth.json` that it draws."""

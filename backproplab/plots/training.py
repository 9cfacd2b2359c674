"""What a training run recorded, drawn: loss, gradient norms, single weights, noise between batches."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from backproplab.display import describe
from backproplab.plots.style import (
    LINES,
    MARKERS,
    MUTED,
    ROLES,
    axes_or_new,
    house_style,
    label_ends,
    log_axis,
    panels,
    shades,
    step_axis,
)
from backproplab.plots.words import about, course, number, running_mean
from backproplab.training import History
from backproplab.training.recorder import Series

Floats = NDArray[np.float64]


@house_style()
def loss_curve(loss: Series | History, *, ax: Axes | None = None) -> Axes:
    """Draw the loss: over steps for a recorded Series `(k,)`, over epochs for a History.

    A Series is drawn as it is, pale, with a running mean over a twentieth of it on top; a History as one
    point an epoch, with the validation loss beside it where there is one.
    """
    ax = axes_or_new(ax)
    ax.set_title("Loss")
    ax.set_ylabel("loss")
    if isinstance(loss, Series):
        _loss_by_step(ax, loss)
    else:
        _loss_by_epoch(ax, loss)
    ax.set_ylim(bottom=0)
    return ax


def _loss_by_step(ax: Axes, loss: Series) -> None:
    role, values, window = ROLES["loss"], np.asarray(loss.values, float), default_window(loss)
    if window > 1:
        ax.plot(loss.steps, values, color=role.shades[1], linewidth=0.6, alpha=0.7)
        ax.set_title(f"Loss of the batch: as recorded (pale) and its mean over {window}")
    ax.plot(loss.steps, running_mean(values, window), role.line, color=role.colour)
    step_axis(ax)
    describe(ax, f"Loss over {len(values):,} recorded steps: it {course(loss.steps, values)}.")


def _loss_by_epoch(ax: Axes, history: History) -> None:
    role, grey, epochs = ROLES["loss"], "#707070", np.arange(1, len(history.epoch_loss) + 1)
    every = max(1, len(epochs) // 20)
    ax.plot(epochs, history.epoch_loss, role.line, color=role.colour, marker=role.marker, markevery=every)
    fall = course(epochs, history.epoch_loss, unit="epoch", say=number)
    text = f"Loss over {len(epochs):,} epochs. Training loss {fall}"
    step_axis(ax, "epoch")
    if len(history.validation_loss):
        ax.plot(epochs, history.validation_loss, ":", color=grey, marker="o", markevery=every)
        ends = [float(history.epoch_loss[-1]), float(history.validation_loss[-1])]
        ax.set_ylim(bottom=0)
        label_ends(ax, ends, ["training", "validation"], [role.colour, grey])
        text += f"; validation loss {course(epochs, history.validation_loss, unit='epoch', say=number)}"
    describe(ax, text + ".")


@house_style()
def gradient_norms(norms: Series, *, window: int | None = None, ax: Axes | None = None) -> Axes:
    """Draw the length of each layer's gradient over steps, on a log scale: one line a layer, dark is first.

    `norms.values` is `(k, layers)`. Where there are many, each line is the geometric mean over `window` of
    them (a twentieth unless told) and the recorded values stay visible behind it, pale; `window=1` draws them
    alone. A norm of 0, for which a log scale has no place, is a ▼ at the foot of the axes.
    """
    ax = axes_or_new(ax, height=4)
    values = np.asarray(norms.values, float)
    window = default_window(norms) if window is None else window
    drawn = _layer_lines(ax, norms, values, window)
    _name_layers(ax, norms, values, drawn)
    ax.set_ylabel(f"‖∂L/∂θ‖ ({_scale_words(values)})")
    title = "Gradient norm of each layer"
    more = f": as recorded (pale) and its geometric mean over {window}" if window > 1 else ""
    ax.set_title(title + more)
    _describe_layers(ax, norms, values, window, "Gradient norm of each layer over training, on a log scale")
    return ax


@house_style()
def gradient_noise(noise: Series, *, ax: Axes | None = None) -> Axes:
    """Draw noise ÷ signal for each layer: the gradient's standard deviation over batches by its mean.

    `noise.values` is `(k, layers, 2)`: the norm of the mean gradient, the signal, then of its standard
    deviation, the noise. Above 1, a single batch says more about itself than about the data set. Where no
    signal was found, the quotient is infinite: a ▲ at the top of the axes.
    """
    ax = axes_or_new(ax, height=4)
    signal, deviation = np.moveaxis(np.asarray(noise.values, float), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = deviation / signal
    drawn = _layer_lines(ax, noise, ratio, 1)
    ax.axhline(1, color=MUTED, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    ax.text(
        0.99,
        1,
        "noise = signal",
        transform=ax.get_yaxis_transform(),
        ha="right",
        va="center",
        color=MUTED,
        fontsize=9,
        bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none"},
    )
    _name_layers(ax, noise, ratio, drawn)
    ax.set_ylabel(f"noise ÷ signal ({_scale_words(ratio)})")
    ax.set_title("How much the gradients of single batches differ")
    what = "Noise of a single batch divided by the signal, on a log scale"
    _describe_layers(ax, noise, ratio, 1, what)
    return ax


def default_window(series: Series) -> int:
    """A twentieth of the recorded steps, odd, so that a mean is centred; 1, so no mean, for fewer than 60."""
    count = len(series.steps)
    return 1 if count < 60 else count // 40 * 2 + 1


def geometric_mean(values: Floats, window: int) -> Floats:
    """Running geometric mean down each column: on a log axis, the middle of what it averages.

    A 0 or what is not finite has no place on that axis: nan there, and left out of the means around it.
    """
    logs = np.log(_on_log_scale(values))
    return np.exp(np.column_stack([running_mean(column, window) for column in logs.T]))


def _on_log_scale(values: Floats) -> Floats:
    """The values that have a place on a log scale, nan for the others."""
    return np.where((values > 0) & np.isfinite(values), values, np.nan)


def _scale_words(values: Floats) -> str:
    """What the vertical axis is, with the marks for what lies beyond it."""
    beyond = ["▼ is 0"] * bool((values == 0).any()) + ["▲ is ∞"] * bool(np.isposinf(values).any())
    return ", ".join(["log scale", *beyond])


def _layer_lines(ax: Axes, series: Series, values: Floats, window: int) -> Floats:
    """Draw a line for each layer; returns the heights of its points, nan for what is not drawn."""
    if not len(series.steps):
        raise ValueError("nothing to draw: training ended before the first step at which this was due")
    colours, count = shades("gradient", len(series.labels)), len(series.steps)
    raw = _on_log_scale(values)
    drawn = geometric_mean(values, window) if window > 1 else raw
    for index, colour in enumerate(colours):
        if window > 1:
            ax.plot(series.steps, raw[:, index], color=colour, linewidth=0.6, alpha=0.3)
        marks = slice(index * count // 40 % count, None, max(1, count // 10)) if count > 20 else slice(None)
        ax.plot(
            series.steps,
            drawn[:, index],
            linestyle=LINES[index % len(LINES)],
            color=colour,
            marker=MARKERS[index % len(MARKERS)],
            markevery=marks,
        )
    return drawn


def _name_layers(ax: Axes, series: Series, values: Floats, drawn: Floats) -> None:
    """Scale the axes, mark what lies beyond them, and write each layer's name where its line ends."""
    ax.update_datalim([(series.steps[0], 1.0), (series.steps[-1], 1.0)], updatey=False)
    step_axis(ax)
    log_axis(ax)
    colours = shades("gradient", len(series.labels))
    for index, colour in enumerate(colours):
        for value, marker in ((0.0, "v"), (np.inf, "^")):
            _mark_beyond(ax, series, values[:, index] == value, marker, colour)
    if np.isnan(drawn).all():
        ax.set_yticks([])  # nothing has a place on this scale
    ends = [_end(values[:, index], drawn[:, index]) for index in range(len(colours))]
    names = [
        label if 0 < end < np.inf else f"{label}: {number(end)}"
        for label, end in zip(series.labels, ends, strict=True)
    ]
    label_ends(ax, [0.0 if np.isnan(end) else end for end in ends], names, colours)


def _mark_beyond(ax: Axes, series: Series, there: NDArray[np.bool_], marker: str, colour: str) -> None:
    """Mark the steps at which a value lies below ("v") or above ("^") everything that a log scale holds."""
    if not there.any():
        return
    edge, at = float(marker == "^"), np.flatnonzero(there)
    ax.plot(
        series.steps,
        np.where(there, edge, np.nan),  # a share of the height, since no value has this place
        transform=ax.get_xaxis_transform(),
        color=colour,
        marker=marker,
        markevery=at[:: max(1, len(at) // 10)].tolist(),
        clip_on=False,
        zorder=3,
    )


def _end(values: Floats, drawn: Floats) -> float:
    """Where a line ends: at 0, at ∞, or at the last place of what is drawn; nan where nothing is."""
    if values[-1] == 0 or values[-1] == np.inf:
        return float(values[-1])
    places = drawn[np.isfinite(drawn)]
    return float(places[-1]) if places.size else np.nan


def _describe_layers(ax: Axes, series: Series, values: Floats, window: int, what: str) -> None:
    sentences = [
        f"{label} {_layer_course(series.steps, values[:, index], window)}"
        for index, label in enumerate(series.labels)
    ]
    describe(ax, f"{what}: {'; '.join(sentences)}.")


def _layer_course(steps: NDArray[np.int64], values: Floats, window: int) -> str:
    """How one layer's line goes, and where it is 0 or infinite."""
    beyond = (values == 0) | (values == np.inf)
    drawn = geometric_mean(values[:, np.newaxis], window)[:, 0] if window > 1 else values
    sentences = [] if beyond.all() else [course(steps[~beyond], drawn[~beyond])]
    for value, name in ((0.0, "exactly 0"), (np.inf, "infinite")):
        there = values == value
        if there.any():
            sentences.append(f"is {name} {_when(steps, there)}")
    return ", and ".join(sentences)


def _when(steps: NDArray[np.int64], there: NDArray[np.bool_]) -> str:
    """At which of the recorded steps, in words."""
    first = int(np.argmax(there))
    if there.all():
        return "at every recorded step"
    if there[first:].all():
        return f"from step {steps[first]:,} on"
    return f"at {there.sum():,} of {len(there):,} recorded steps"


@house_style()
def weight_traces(weights: Series, gradients: Series) -> Figure:
    """Draw single weights over the steps of training, and under them, on one scale, each one's gradient.

    Both series hold values `(k, n)` with the same labels, such as "dense1.weights[406, 3]".
    """
    if weights.labels != gradients.labels:
        raise ValueError(
            f"weights trace {weights.labels}, gradients trace {gradients.labels}; record the same for both"
        )
    count, shared, names = len(weights.labels), *_short(weights.labels)
    figure = panels(height=2.6 + 0.95 * count)[0]
    figure.clear()
    axes = figure.subplots(count + 1, 1, sharex=True, height_ratios=[2.2] + [1.0] * count)
    _value_panel(axes[0], weights, names)
    axes[0].set_title(f"Value of single weights{shared}")
    slopes = np.asarray(gradients.values, float)
    most = 1.05 * float(np.abs(slopes[np.isfinite(slopes)]).max(initial=0.0)) or 1.0
    for ax, slope, name, colour in zip(axes[1:], slopes.T, names, shades("gradient", count), strict=True):
        ax.axhline(0, color=MUTED, linewidth=0.7, zorder=1)
        ax.plot(gradients.steps, slope, color=colour, linewidth=0.8)
        ax.set_ylim(-most, most)
        label_ends(ax, [0.0], [name], [colour])
    axes[1].set_title("The gradient of each, ∂L/∂w, step by step")
    step_axis(axes[-1])
    sentences = [_trace_words(weights, gradients, index) for index in range(count)]
    described = "Above, the value of single weights over training; below, the gradient of each."
    describe(figure, " ".join([described, *sentences]))
    return figure


def _short(labels: tuple[str, ...]) -> tuple[str, list[str]]:
    """What all labels start with, as a remark for the title, and what is left of each."""
    heads = {label.partition("[")[0] for label in labels}
    if len(heads) > 1 or not all("[" in label for label in labels):
        return "", list(labels)
    head = heads.pop()
    return f" in {head}", [label.removeprefix(head) for label in labels]


def _value_panel(ax: Axes, series: Series, names: list[str]) -> None:
    values, colours = np.asarray(series.values, float), shades("parameter", len(names))
    if np.nanmin(values) < 0 < np.nanmax(values):
        ax.axhline(0, color=MUTED, linewidth=0.7, zorder=1)
    for index, colour in enumerate(colours):
        ax.plot(
            series.steps,
            values[:, index],
            linestyle=LINES[index % len(LINES)],
            linewidth=1.4,
            color=colour,
            marker=MARKERS[index % len(MARKERS)],
            markevery=(index * 3, max(1, len(series.steps) // 8)),
        )
    ax.set_ylabel("w")
    label_ends(ax, [float(value) for value in values[-1]], names, colours)


def _trace_words(weights: Series, gradients: Series, index: int) -> str:
    sizes = np.abs(np.asarray(gradients.values, float)[:, index])
    tenth = max(1, len(sizes) // 10)
    first, last = float(sizes[:tenth].mean()), float(sizes[-tenth:].mean())
    change = "grows" if last > 1.5 * first else "shrinks" if last < first / 1.5 else "stays about as large"
    path = course(weights.steps, weights.values[:, index])
    if not sizes.any():
        return f"{weights.labels[index]} {path}; its gradient is 0 throughout."
    return f"{weights.labels[index]} {path}; the typical size of its gradient {change}, from {about(first)}."

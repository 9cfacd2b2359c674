"""How large a signal is after each layer, and how large the message that comes back. After lesson 13."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import LINES, MARKERS, MUTED, house_style, log_axis, panels, shades, step_axis
from backproplab.plots.words import number

Floats = NDArray[np.float64]
Sizes = tuple[ArrayLike, ArrayLike]


@house_style()
def sizes_by_layer(cases: Mapping[str, Sizes]) -> Figure:
    """Draw the size of the signal at each layer, and beside it that of the message, on log scales.

    `cases` holds, by name, two lists of sizes `(layers + 1,)`: first is the size at the input, last that at
    the output. The signal goes from left to right, the message from right to left. A case keeps its line
    style and marker in both panels. The alt text tells where each starts and where it arrives.
    ValueError if there is no case, if lengths differ, or if a size is not a finite number above 0.
    """
    curves = _check(cases)
    figure, ((left, right),) = panels(1, 2, height=3.4)
    for ax, role, which in ((left, "value", 0), (right, "gradient", 1)):
        for place, (name, colour) in enumerate(zip(curves, shades(role, len(curves)), strict=True)):
            _line(ax, curves[name][which], name, place, colour)
        log_axis(ax)
        step_axis(ax, "layer (0 is the input)")
    left.set(title="Signal, on its way forward →", ylabel="size (root mean square, log scale)")
    right.set(title="← Message, on its way back", ylabel="size (root mean square, log scale)")
    legend = figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=len(curves))
    for line in legend.get_lines():
        line.set_color(MUTED)  # style and marker tell the case, in both panels; the colour tells the panel
    sentences = [
        f"{name}: the signal {_course(signal)}, the message back {_course(message[::-1])}"
        for name, (signal, message) in curves.items()
    ]
    count = len(next(iter(curves.values()))[0]) - 1
    describe(figure, f"Sizes over {count} layers, on a log scale. {'; '.join(sentences)}.")
    return figure


def _line(ax: Axes, sizes: Floats, name: str, place: int, colour: str) -> None:
    """One case in one panel; a marker at every few layers."""
    every = max(1, (len(sizes) - 1) // 6)
    ax.plot(
        np.arange(len(sizes)),
        sizes,
        linestyle=LINES[place],
        marker=MARKERS[place],
        markevery=(place % every, every),
        color=colour,
        label=name,
    )


def _course(sizes: Floats) -> str:
    """From where to where, in the order of travel.

    A factor below two is no matter in a picture of many powers of ten; a level line after one step is.
    """
    start, after, end = (number(size, 1) for size in sizes[[0, 1, -1]])
    if 0.5 < sizes[-1] / sizes[0] < 2:
        return f"stays near {start}"
    if len(sizes) > 3 and sizes[1:].max() < 1.2 * sizes[1:].min():
        return f"goes from {start} to about {after} in the first step and then stays level"
    return f"goes from {start} to about {end}"


def _check(cases: Mapping[str, Sizes]) -> dict[str, tuple[Floats, Floats]]:
    """The cases as arrays; there are as many line styles as cases at most."""
    if not 0 < len(cases) <= len(LINES):
        raise ValueError(f"sizes_by_layer() draws one to {len(LINES)} cases, got {len(cases)}")
    curves = {name: (np.asarray(pair[0], float), np.asarray(pair[1], float)) for name, pair in cases.items()}
    shapes = {sizes.shape for pair in curves.values() for sizes in pair}
    if len(shapes) > 1 or any(len(shape) != 1 or shape[0] < 2 for shape in shapes):
        raise ValueError(
            "sizes_by_layer() needs sizes of shape (layers + 1,), as many for each case and for both ways; "
            f"got {sorted(shapes)}"
        )
    for name, pair in curves.items():
        for sizes in pair:
            if not (np.isfinite(sizes) & (sizes > 0)).all():
                bad = sizes[~(np.isfinite(sizes) & (sizes > 0))][0]
                raise ValueError(
                    f"sizes_by_layer() draws on a log scale, where {bad} of {name!r} has no place; "
                    "give sizes that are finite and above 0"
                )
    return curves

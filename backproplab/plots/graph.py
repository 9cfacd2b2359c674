"""The computational graph of a `Value`, drawn: leaves on the left, the result on the right.

>>> from backproplab.scalar import Value
>>> a = Value(5.0, label="a")
>>> d = 3 * (4 * a)
>>> d.backward()
>>> ax = computational_graph(d)

`plots.layered` decides where everything goes; this module decides what is written there.
"""

from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path

from backproplab.display import describe
from backproplab.plots.boxes import KINDS, NAME, SMALL, Key, arrow, draw_key, flow, mark, outline, text_width
from backproplab.plots.layered import Box, Layout, Run, layered
from backproplab.plots.nodes import SPACE, Node, edges_of, name_of, nodes_of
from backproplab.plots.style import INK, house_style
from backproplab.plots.words import join
from backproplab.scalar import Value

TOLD_ONE_BY_ONE = 8  # a larger graph's alt text gives its size and its ends
NARROWEST = 4.8  # inches: the legend of a small graph still fits in two rows
ROW, PAD, INDENT, MARGIN = 0.17, 0.08, 0.13, 0.12  # inches

NO_GRADIENT = "All gradients are 0, as they are before backward() has run."


@house_style()
def computational_graph(
    root: Value, *, ax: Axes | None = None, show_local: bool = True, digits: int = 3
) -> Axes:
    """Draw everything that `root` was computed from, with data, gradients and local derivatives.

    Each box holds a name or an operation, the value (●) and the gradient (▲): square corners for a leaf,
    round ones for what was computed. The number at the head of an arrow is the local derivative ∂head/∂tail,
    the one that `backward()` multiplies by; `show_local=False` leaves it out. Leaves without a label count
    as constants (the 3 in 3 * b) as long as another leaf has one: they are drawn small, without a gradient,
    since nobody will change them. Numbers have `digits` significant digits, whole numbers all of theirs.

    Without `ax` the figure is as large as its graph. If every gradient is 0, picture and alt text say that
    this is how it is before `backward()`. ValueError for a graph of more than 60 nodes.
    """
    nodes = nodes_of(root, digits)
    edges, labels = edges_of(nodes, digits if show_local else None)
    layout = layered([_size(node) for node in nodes], edges)
    ax, scale = _page(ax, layout, flow(_legend(nodes, labels), max(layout.width, NARROWEST)))
    for line, label in zip(layout.lines, labels, strict=True):
        _draw_line(ax, line, label, scale)
    for node, box in zip(nodes, layout.boxes, strict=True):
        outline(ax, box, node.kind, 2 * scale if node.value is root else scale).set_gid("box")
        _write(ax, box, node, scale)
    describe(ax, _words(nodes))
    return ax


def _size(node: Node) -> tuple[float, float]:
    rows = len(node.rows) + bool(node.heading)
    return max(_rows_width(node), _heading_width(node)) + 2 * PAD, ROW * rows + 0.1


def _rows_width(node: Node) -> float:
    return INDENT + max(text_width(text) for _, text in node.rows)


def _heading_width(node: Node) -> float:
    return sum(text_width(text, NAME, weight) for text, weight in node.heading) + SPACE * (
        len(node.heading) - 1
    )


def _legend(nodes: Sequence[Node], labels: Sequence[str]) -> list[tuple[str, str]]:
    root = nodes[-1].value
    of = f" ∂{root.label or 'result'}/∂box" if root.grad == 1 else ""  # else the pass began at another node
    entries = [("value", "value"), ("gradient", f"gradient{of}")]
    entries += [("local", "local derivative ∂head/∂tail")] if any(labels) else []
    entries += [(kind, kind) for kind in KINDS if any(node.kind == kind for node in nodes)]
    entries += [] if _any_gradient(nodes) else [("", NO_GRADIENT)]
    return entries


def _any_gradient(nodes: Sequence[Node]) -> bool:
    return any(node.value.grad for node in nodes)


def _page(ax: Axes | None, layout: Layout, legend: Sequence[Key]) -> tuple[Axes, float]:
    """Axes in inches of the layout, with the legend drawn, and how many inches on paper one of them takes."""
    below = 0.3 - legend[-1].y
    width = max(layout.width, *(key.x + key.width for key in legend)) + 2 * MARGIN
    height = below + layout.height + 2 * MARGIN
    if ax is None:
        ax = Figure(figsize=(width, height)).add_axes((0, 0, 1, 1))
    left = (layout.width - width) / 2
    ax.set(xlim=(left, left + width), ylim=(-below - MARGIN, layout.height + MARGIN), aspect="equal")
    ax.set_axis_off()
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # lets a layout engine settle before we ask for the size
    scale = ax.get_window_extent().width / figure.dpi / width
    for key in legend:
        draw_key(ax, key._replace(x=key.x + left + MARGIN, y=key.y - 0.3), scale)
    return ax, scale


def _draw_line(ax: Axes, line: Sequence[Run], label: str, scale: float) -> None:
    points, codes = [(line[0].left, line[0].y), (line[0].right, line[0].y)], [Path.MOVETO, Path.LINETO]
    for before, after in pairwise(line):
        middle = (before.right + after.left) / 2
        points += [(middle, before.y), (middle, after.y), (after.left, after.y), (after.right, after.y)]
        codes += [Path.CURVE4] * 3 + [Path.LINETO]
    arrow(ax, Path(points, codes), scale).set_gid("arrow")
    if label:
        tip = line[-1]
        ax.text(tip.right - 0.05, tip.y + 0.04, label, ha="right", size=SMALL * scale, color=INK, gid="local")


def _write(ax: Axes, box: Box, node: Node, scale: float) -> None:
    """Name and operation, then the numbers, each row centred as a block."""
    y = box.y + ROW * (len(node.rows) + bool(node.heading) - 1) / 2
    x = box.x - _heading_width(node) / 2
    for text, weight in node.heading:
        ax.text(x, y, text, size=NAME * scale, weight=weight, color=INK, va="center_baseline", gid="heading")
        x += text_width(text, NAME, weight) + SPACE
    y -= ROW if node.heading else 0.0
    x = box.x - _rows_width(node) / 2
    for role, text in node.rows:
        mark(ax, x + 0.04, y, role, scale)
        ax.text(x + INDENT, y, text, size=SMALL * scale, color=INK, va="center_baseline", gid=role)
        y -= ROW


def _words(nodes: Sequence[Node]) -> str:
    """The alt text: every box of a small graph, the size and the ends of a large one."""
    counts = [(sum(node.kind == kind for node in nodes), kind) for kind in KINDS]
    parts = [f"{count} {KINDS[kind][count > 1]}" for count, kind in counts if count]
    root, described = nodes[-1], [node for node in nodes if node.kind != "constant"]
    text = f"Computational graph with {join(parts)}, ending in {name_of(root)} = {root.rows[0][1]}. "
    if not _any_gradient(nodes):
        return text + NO_GRADIENT
    if len(described) <= TOLD_ONE_BY_ONE:
        return (
            text
            + "; ".join(f"{name_of(n)}: value {n.rows[0][1]}, gradient {n.rows[1][1]}" for n in described)
            + "."
        )
    steepest = max((node for node in described if node.kind == "leaf"), key=lambda node: abs(node.value.grad))
    return f"{text}The leaf with the largest gradient is {name_of(steepest)}, with {steepest.rows[1][1]}."

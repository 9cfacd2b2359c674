"""A backward pass that moves: the network of lesson 03, in the order in which the engine itself went.

A picture of its own, with its colours in it, for a page that has no style sheet of ours. It needs no script.
Who has asked for less motion sees where it ends.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from backproplab.scalar import Value

WIDE, HIGH = 760, 330
BOX_WIDE, BOX_HIGH = 74, 36
PLACES = {
    "w₁": (60, 62),
    "w₂": (60, 155),
    "b₁": (60, 248),
    "z₁": (205, 155),
    "h": (325, 155),
    "w₃": (325, 62),
    "b₂": (325, 248),
    "z₂": (465, 155),
    "y": (580, 155),
    "L": (695, 155),
}
EDGES = ("w₁ z₁", "w₂ z₁", "b₁ z₁", "z₁ h", "h z₂", "w₃ z₂", "b₂ z₂", "z₂ y", "y L")
FORWARD = ("z₁", "h", "z₂", "y", "L")
RATE = 1.0
BEAT, LAST = 0.7, 5.0  # seconds: of a step, and how long all of it stands


class Colours(NamedTuple):
    """The colours of a picture, those of the site."""

    ink: str
    paper: str
    line: str
    value: str
    gradient: str
    words: str
    """The gradients' colour where it is text."""


COLOURS = {
    "light": Colours("#1b1b1b", "#f6f7f9", "#767676", "#0072b2", "#d55e00", "#a84a00"),
    "dark": Colours("#e6e6e6", "#1c1e21", "#8c8c8c", "#5cb3e6", "#f08a3c", "#f08a3c"),
}


class Pass(NamedTuple):
    """What the engine computed: values and gradients by name, in which order, and the loss after a step."""

    values: dict[str, float]
    gradients: dict[str, float]
    backward: tuple[str, ...]
    after: float


def both_passes() -> Pass:
    """Run the network of lesson 03 forward and back, and once more after one update."""
    start = {"w₁": 0.4, "w₂": -0.2, "b₁": 0.1, "w₃": 0.7, "b₂": -0.3}
    nodes = _network(start)
    names = {id(node): name for name, node in nodes.items()}
    order = ["L", *(names.get(id(step.parent), "") for step in nodes["L"].backward_steps())]
    last = {name: place for place, name in enumerate(order) if name}
    gradients = {name: node.grad for name, node in nodes.items()}
    stepped = {name: value - RATE * gradients[name] for name, value in start.items()}
    return Pass(
        {name: node.data for name, node in nodes.items()},
        gradients,
        tuple(sorted(last, key=lambda name: last[name])),
        _network(stepped)["L"].data,
    )


def _network(parameters: dict[str, float]) -> dict[str, Value]:
    p = {name: Value(value) for name, value in parameters.items()}
    z1 = p["w₁"] * 0.5 + p["w₂"] * 0.3 + p["b₁"]
    h = z1.sigmoid()
    z2 = p["w₃"] * h + p["b₂"]
    y = z2.sigmoid()
    return {**p, "z₁": z1, "h": h, "z₂": z2, "y": y, "L": (y - 1) ** 2 * 0.5}


def moving_picture(theme: str) -> str:
    """Return the picture, an SVG, for a "light" or a "dark" page."""
    done = both_passes()
    forward = {name: place * BEAT for place, name in enumerate(FORWARD, start=1)}
    turn = (len(FORWARD) + 1.5) * BEAT
    back = {name: turn + place * BEAT for place, name in enumerate(done.backward)}
    end = turn + len(done.backward) * BEAT
    body = [*_edges(forward, back), *_nodes(done, forward, back), _caption(done, end)]
    style = _style(COLOURS[theme]) + "".join(_shown(time, end + LAST) for time in _times(body))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img" '
        f'aria-label="{escape(in_words(done))}">\n<style>\n{style}</style>\n' + "\n".join(body) + "\n</svg>\n"
    )


def in_words(done: Pass) -> str:
    """Return what the picture shows, as its alt text."""
    order = ", ".join(done.backward)
    return (
        f"A small network. Values go forward to the loss, {done.values['L']:.4f}; then gradients come "
        f"back, in the order {order}. After one step against the gradients the loss is {done.after:.4f}."
    )


def _at(time: float) -> str:
    return f"t{round(time * 100)}"


def _times(body: list[str]) -> list[float]:
    return sorted({int(found) / 100 for found in re.findall(r'class="[^"]*\bt(\d+)\b', "".join(body))})


def _shown(time: float, whole: float) -> str:
    """Return the rule for what appears at a time and stands until the end."""
    start = 100 * time / whole
    name = _at(time)
    return (
        f"@keyframes {name} {{ 0%, {start:.2f}% {{ opacity: 0 }} {start + 2:.2f}%, 98% {{ opacity: 1 }} "
        f"100% {{ opacity: 0 }} }}\n.{name} {{ animation: {name} {whole:.1f}s infinite }}\n"
    )


def _style(colours: Colours) -> str:
    return f"""\
text {{ font: 16px "DejaVu Sans", "Segoe UI", Roboto, Arial, sans-serif; text-anchor: middle }}
text {{ fill: {colours.ink} }}
rect {{ fill: {colours.paper}; stroke: {colours.line} }}
path {{ fill: none; stroke: {colours.line} }}
.value {{ fill: {colours.value} }}
.gradient {{ fill: {colours.words} }}
.value, .gradient {{ font-size: 14px; font-weight: bold }}
.ahead {{ stroke: {colours.value}; stroke-width: 3 }}
.back {{ stroke: {colours.gradient}; stroke-width: 3; stroke-dasharray: 7 4 }}
@media (prefers-reduced-motion: reduce) {{ * {{ animation: none !important }} }}
"""


def _edges(forward: dict[str, float], back: dict[str, float]) -> Iterator[str]:
    for edge in EDGES:
        start, end = edge.split()
        (x1, y1), (x2, y2) = PLACES[start], PLACES[end]
        line = f"M{x1 + BOX_WIDE / 2 + 3:g} {{0:g}}L{x2 - BOX_WIDE / 2 - 3:g} {{1:g}}"
        yield f'<path class="ahead {_at(forward[end])}" d="{line.format(y1 - 4, y2 - 4)}"/>'
        yield f'<path class="back {_at(back[start])}" d="{line.format(y1 + 4, y2 + 4)}"/>'


def _nodes(done: Pass, forward: dict[str, float], back: dict[str, float]) -> Iterator[str]:
    for name, (x, y) in PLACES.items():
        left, top = x - BOX_WIDE / 2, y - BOX_HIGH / 2
        yield f'<rect x="{left:g}" y="{top:g}" width="{BOX_WIDE}" height="{BOX_HIGH}" rx="7"/>'
        yield f'<text x="{x}" y="{y + 6}">{name}</text>'
        when = f" {_at(forward[name])}" if name in forward else ""
        yield f'<text class="value{when}" x="{x}" y="{top - 8:g}">● {_number(done.values[name])}</text>'
        below, gradient = y + BOX_HIGH / 2 + 20, f"▲ {_number(done.gradients[name])}"
        yield f'<text class="gradient {_at(back[name])}" x="{x}" y="{below:g}">{gradient}</text>'


def _caption(done: Pass, end: float) -> str:
    loss = f"{done.values['L']:.4f}"
    says = f"One step against the gradients, and the loss falls from {loss} to {done.after:.4f}."
    return f'<text class="{_at(end)}" x="{WIDE / 2:g}" y="{HIGH - 14}">{says}</text>'


def _number(number: float) -> str:
    return f"{number:.3f}".replace("-", "−")

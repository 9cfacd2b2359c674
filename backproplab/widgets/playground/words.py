"""What the playground says: how far a run has come, and what one unit does."""

import numpy as np
from numpy.typing import NDArray

from backproplab.plots.network_diagram import LOWERED
from backproplab.plots.words import join, number
from backproplab.widgets.playground.run import Run, Settings


def unit_names(settings: Settings) -> list[str]:
    """Short names, inputs first, the output last: x₁, x₂, h₁ …, y; with a second layer h1.1 …, h2.1 …"""
    names = ["x₁", "x₂"]
    for layer in range(1, settings.depth + 1):
        units = [str(unit) for unit in range(1, settings.width + 1)]
        deep = settings.depth > 1
        names += [f"h{layer}.{unit}" if deep else f"h{unit.translate(LOWERED)}" for unit in units]
    return [*names, "y"]


def progress(run: Run) -> str:
    """A line beside the buttons; it changes with every picture."""
    return f"{_steps(run)} · loss {number(run.value, 3)} · {run.right} of {len(run.x)} points right"


def sentence(run: Run) -> str:
    """What a listener hears when training pauses."""
    if run.trouble:
        return run.trouble
    start = f"After {_steps(run)}" if run.steps else "Before the first step"
    text = f"{start} the loss is {number(run.value, 3)}, {run.right} of {len(run.x)} points are right"
    size = float(np.abs(run.network.gradient).max())
    if size == 0:
        return f"{text}, and every gradient is exactly 0: no step changes anything.{_dead(run)}"
    return f"{text}, and the largest gradient is {number(size)}.{_dead(run)}"


def _steps(run: Run) -> str:
    return "1 step" if run.steps == 1 else f"{run.steps:,} steps"


def _dead(run: Run) -> str:
    flags = [dead for layer in run.dead() for dead in layer]
    dead = [name for name, gone in zip(unit_names(run.settings)[2:-1], flags, strict=True) if gone]
    if not dead:
        return ""
    verb = "is dead: it answers" if len(dead) == 1 else "are dead: they answer"
    return f" {join(dead)} {verb} 0 to every point, so no gradient gets through."


def thickest(run: Run) -> str:
    """The largest weight and the largest gradient: what their thickest lines stand for."""
    names = [name for name in run.network.parameter_views if name.endswith("weights")]
    weight = _largest([run.network.parameter_views[name] for name in names])
    gradient = _largest([run.network.gradient_views[name] for name in names])
    return f"Largest weight {number(weight)}, largest gradient {number(gradient)}."


def _largest(arrays: list[NDArray[np.floating]]) -> float:
    flat = np.concatenate([array.ravel() for array in arrays])
    return float(flat[np.abs(flat).argmax()])


def unit_words(run: Run, index: int) -> str:
    """How the unit at this place of `unit_names` is fed, with gradients."""
    names, width = unit_names(run.settings), run.settings.width
    index %= len(names)
    if index < 2:
        return f"{names[index]} is an input."
    layer = (index - 2) // width if index < len(names) - 1 else run.settings.depth
    place = index - 2 - layer * width
    sources = names[2 + (layer - 1) * width : 2 + layer * width] if layer else names[:2]
    weights, bias = (run.network.parameter_views[f"dense{layer + 1}.{kind}"] for kind in ("weights", "bias"))
    slopes, slope = (run.network.gradient_views[f"dense{layer + 1}.{kind}"] for kind in ("weights", "bias"))
    fed = [
        f"{source} × {number(float(weight))} ({number(float(gradient))})"
        for source, weight, gradient in zip(sources, weights[:, place], slopes[:, place], strict=True)
    ]
    fed.append(f"bias {number(float(bias[place]))} ({number(float(slope[place]))})")
    text = f"{names[index]}, weights and (gradients): {', '.join(fed)}."
    if layer < run.settings.depth and run.dead()[layer][place]:
        return f"{text} Dead: it answers 0 to every point."
    return text

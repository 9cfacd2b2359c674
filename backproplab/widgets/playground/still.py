"""What stands for a playground where nothing can train: where its settings lead, drawn and said."""

import html

from backproplab.display import alt_text, image
from backproplab.plots import decision_boundary, hidden_lines, network_diagram
from backproplab.plots.words import number
from backproplab.widgets.kit.base import Static
from backproplab.widgets.playground.run import Run, Settings

STEPS = 1000
WIDEST = 5  # units in a layer that network_diagram can draw
DEEPEST = 2


def still(settings: Settings) -> Static:
    """The network of these settings after a thousand steps: its boundary, its weights and its gradients."""
    run = Run(settings)
    run.train(STEPS)
    if run.trouble:
        words = f"A playground needs Python: run this cell. Of these settings no picture comes: {run.trouble}"
        return Static(f"<p>{html.escape(words)}</p>", words)
    plane = decision_boundary(run.network, run.x, run.targets)
    if settings.depth:
        hidden_lines(run.network, ax=plane)
    hidden = f"{settings.depth} × {settings.width} hidden units" if settings.depth else "no hidden unit"
    words = (
        f"A playground needs Python: run this cell. Its picture here: {settings.data}, {hidden} "
        f"({settings.activation}, first weights {settings.initial!r}, seed {settings.seed}), "
        f"after {run.steps:,} steps of {settings.optimizer} with learning rate {settings.learning_rate:g}: "
        f"loss {number(run.value)}, {run.right} of {len(run.x)} points right."
    )
    pictures = [plane]
    if settings.width <= WIDEST and settings.depth <= DEEPEST:
        pictures.append(network_diagram(run.network, run.x[0], gradients=run.network.gradient_views))
    shown = "\n".join(f"<p>{image(picture)}</p>" for picture in pictures)
    text = " ".join(alt_text(picture) for picture in pictures)
    return Static(f"<p>{html.escape(words)}</p>\n{shown}", f"{words} {text}")

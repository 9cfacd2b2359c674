"""A seeded run as frames, small enough to travel with a page: what plays where there is no Python."""

from typing import Any

import numpy as np

from backproplab.widgets.playground.curves import curves
from backproplab.widgets.playground.run import LAST_SEED, Run, Settings
from backproplab.widgets.playground.words import progress, sentence

STEPS = 2000
FRAMES = 100
BYTES = 80_000  # of numbers in all runs together, at most; a page holds them as base64, a third longer


def recording(settings: Settings) -> list[dict[str, Any]]:
    """Return the run of these settings and that of the seed beside it, two starts to compare."""
    beside = settings.seed + 1 if settings.seed < LAST_SEED else settings.seed - 1
    return [recorded(settings._replace(seed=seed)) for seed in (settings.seed, beside)]


def recorded(settings: Settings) -> dict[str, Any]:
    """Return one run: `seed`, and for each frame its `steps`, words, and numbers.

    `frames` holds float32 `(frames, 2, size)`: parameters and their gradient; `curves` and `scales` are those
    of the whole run. Frames lie close at first, where most happens. A run whose numbers break ends before.
    """
    run = Run(settings)
    count = min(FRAMES, BYTES // (2 * 2 * 4 * run.network.size))
    places = np.unique(np.rint(STEPS * np.linspace(0, 1, count) ** 2).astype(int)).tolist()
    steps, words, said, frames = [], [], [], []
    for place in places:
        run.train(place - run.steps)
        if run.trouble:
            break
        steps.append(run.steps)
        words.append(progress(run))
        said.append(sentence(run))
        frames.append([run.network.parameters.copy(), run.network.gradient.copy()])
    drawn, scales = curves(run)
    with np.errstate(over="ignore"):
        numbers = np.array(frames).astype("<f4")
    return {
        "seed": settings.seed,
        "steps": steps,
        "progress": words,
        "said": said,
        "frames": numbers.tobytes(),
        "curves": drawn,
        "scales": scales,
    }

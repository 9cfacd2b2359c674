"""Make all trials, and write trials.json: `backproplab race-optimizers`, some minutes on one core."""

import json
from collections.abc import Iterator
from pathlib import Path

from backproplab.files import write_text
from backproplab.tuning.tasks import MOONS, TASKS
from backproplab.tuning.trials import (
    FINAL_SEEDS,
    OPTIMIZERS,
    START_SEEDS,
    TUNING_SEEDS,
    Outcome,
    Plan,
    chosen,
    plans,
    to_row,
    trial,
)

FILE = Path(__file__).with_name("trials.json")


def rebuild() -> Iterator[str]:
    """Write trials.json anew; yields a line for each chosen plan and how often it was right.

    Sixteen plans an optimizer and a task, from three seeds each; then each chosen one from ten others.
    """
    trials: list[Outcome] = []
    finals: list[Outcome] = []
    for task in TASKS:
        for optimizer in OPTIMIZERS:
            trials += [trial(task, plan, seed) for plan in plans(optimizer) for seed in TUNING_SEEDS]
            plan = chosen(trials, task.name, optimizer)
            finals += [trial(task, plan, seed, test=True) for seed in FINAL_SEEDS]
            right = " ".join(f"{one.right:.2%}" for one in finals[-len(FINAL_SEEDS) :])
            yield f"{task.name}, {optimizer}: rate {plan.rate}, {plan.schedule}: right {right}"
    write({"trials": trials, "finals": finals, "starts": starts()})


def starts() -> list[Outcome]:
    """A rate that is too large for the first steps, with and without a warm-up before the decay."""
    return [
        trial(MOONS, Plan("gradient descent", 3.0, schedule), seed)
        for schedule in ("decay", "warm-up and decay")
        for seed in START_SEEDS
    ]


def write(outcomes: dict[str, list[Outcome]]) -> None:
    """A line an outcome, so that a change can be read."""
    parts = []
    for name, each in outcomes.items():
        lines = ",\n".join(json.dumps(to_row(one)) for one in each)
        parts.append(f'"{name}": [\n{lines}\n]')
    write_text(FILE, "{\n" + ",\n".join(parts) + "\n}\n")

"""Make all trials, and write trials.json: `python -m backproplab.tuning.record`, some minutes on one core."""

import json
from pathlib import Path

from backproplab.files import write_text
from backproplab.tuning.tasks import TASKS
from backproplab.tuning.trials import FINAL_SEEDS, OPTIMIZERS, TUNING_SEEDS, chosen, plans, to_row, trial

FILE = Path(__file__).with_name("trials.json")


def main() -> None:
    """Sixteen plans an optimiser and a task, from three seeds each; then each chosen one from ten others."""
    trials, finals = [], []
    for task in TASKS:
        for optimizer in OPTIMIZERS:
            trials += [trial(task, plan, seed) for plan in plans(optimizer) for seed in TUNING_SEEDS]
            plan = chosen(trials, task.name, optimizer)
            finals += [trial(task, plan, seed, test=True) for seed in FINAL_SEEDS]
            print(task.name, plan, [round(one.right, 4) for one in finals[-len(FINAL_SEEDS) :]], flush=True)
    rows = {
        name: [to_row(one) for one in outcomes] for name, outcomes in (("trials", trials), ("finals", finals))
    }
    text = ",\n".join(
        f'"{name}": [\n' + ",\n".join(map(json.dumps, each)) + "\n]" for name, each in rows.items()
    )
    write_text(FILE, f"{{\n{text}\n}}\n")


if __name__ == "__main__":
    main()

"""Which optimiser wins, when each is tuned with the same care: two tasks, their trials, and what came out.

    load_trials("finals")     # what `backproplab race-optimizers` wrote into trials.json
    trial(MOONS, Plan("Adam", 0.003, "constant"), seed=0)     # one of them again, in a fraction of a second

Every optimiser gets 16 plans: eight rates, each held constant and each with a warm-up and a cosine decay. A
plan is tried from seeds 0, 1 and 2. The plan with the least mean loss on validation data is chosen, and
trained again from ten other seeds, 3 to 12, which had no part in the choice; then it meets the test data.
"""

from backproplab.tuning.tasks import MNIST, MOONS, TASKS, Task
from backproplab.tuning.trials import OPTIMIZERS, RATES, SCHEDULES, Outcome, Plan, chosen, load_trials, trial

__all__ = [
    "MNIST",
    "MOONS",
    "OPTIMIZERS",
    "RATES",
    "SCHEDULES",
    "TASKS",
    "Outcome",
    "Plan",
    "Task",
    "chosen",
    "load_trials",
    "trial",
]

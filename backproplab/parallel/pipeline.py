"""A pipeline: each worker holds some layers, and micro-batches go through one after the other. Lesson 26.

    gpipe(stages, micro_batches)              all forward, then all backward
    one_forward_one_backward(stages, ...)     backward as soon as it can be, which keeps fewer activations
    bubble(stages, micro_batches)             the idle share of both

Times are counted in forward passes of one micro-batch through one stage; a backward pass takes two. Sources:
Huang and others 2019, "GPipe"; Narayanan and others 2021, "Efficient large-scale language model training on
GPU clusters using Megatron-LM", for the second, which comes from their PipeDream.
"""

from typing import NamedTuple

from backproplab.network import at_least_one

FORWARD, BACKWARD = 1, 2  # how long each takes, see lesson 16


class Task(NamedTuple):
    """One pass of one micro-batch through one stage, and when it runs."""

    stage: int
    micro_batch: int
    backward: bool
    start: int
    end: int


def gpipe(stages: int, micro_batches: int) -> list[Task]:
    """The schedule in which each stage goes forward through all micro-batches, and then back.

    >>> [(task.stage, task.backward, task.start) for task in gpipe(2, 1)]
    [(0, False, 0), (1, False, 1), (1, True, 2), (0, True, 4)]
    """
    order = [(at, False) for at in range(micro_batches)] + [(at, True) for at in range(micro_batches)]
    return _timed([order] * at_least_one(stages, "stages"), micro_batches)


def one_forward_one_backward(stages: int, micro_batches: int) -> list[Task]:
    """The schedule in which a stage goes back through the oldest micro-batch as soon as it has come so far.

    Stage s of p takes min(p − s − 1, m) micro-batches in advance, then one forward and one backward in turn.
    """
    orders = []
    for stage in range(at_least_one(stages, "stages")):
        ahead = min(stages - stage - 1, micro_batches)
        order = [(at, False) for at in range(ahead)]
        for at in range(micro_batches):
            if ahead + at < micro_batches:
                order.append((ahead + at, False))
            order.append((at, True))
        orders.append(order)
    return _timed(orders, micro_batches)


def bubble(stages: int, micro_batches: int) -> float:
    """The share of the time in which a stage waits: (p − 1)/(m + p − 1) for p stages and m micro-batches.

    >>> bubble(4, 1), bubble(4, 9)
    (0.75, 0.25)
    """
    idle = at_least_one(stages, "stages") - 1
    return idle / (at_least_one(micro_batches, "micro_batches") + idle)


def idle_share(schedule: list[Task]) -> float:
    """The same, counted from a schedule: time in which stages wait, of all the time that they have."""
    stages = 1 + max(task.stage for task in schedule)
    length = max(task.end for task in schedule)
    return 1 - sum(task.end - task.start for task in schedule) / (stages * length)


def most_kept(schedule: list[Task], stage: int) -> int:
    """The most micro-batches whose activations this stage has to keep at once."""
    kept = most = 0
    for task in sorted(schedule, key=lambda task: task.start):
        if task.stage == stage:
            kept += -1 if task.backward else 1
            most = max(most, kept)
    return most


def _timed(orders: list[list[tuple[int, bool]]], micro_batches: int) -> list[Task]:
    """When each task runs: as soon as its stage is free and what it needs has arrived."""
    at_least_one(micro_batches, "micro_batches")
    last = len(orders) - 1
    ends: dict[tuple[int, int, bool], int] = {}
    free, places = [0] * len(orders), [0] * len(orders)
    tasks: list[Task] = []
    while len(tasks) < sum(map(len, orders)):
        for stage, order in enumerate(orders):
            if places[stage] == len(order):
                continue
            at, backward = order[places[stage]]
            if not backward:
                needs = (stage - 1, at, False) if stage else None
            else:
                needs = (stage, at, False) if stage == last else (stage + 1, at, True)
            if needs is not None and needs not in ends:
                continue
            start = max(free[stage], 0 if needs is None else ends[needs])
            end = start + (BACKWARD if backward else FORWARD)
            ends[stage, at, backward] = free[stage] = end
            places[stage] += 1
            tasks.append(Task(stage, at, backward, start, end))
    return sorted(tasks, key=lambda task: (task.start, task.stage))

"""A pipeline's schedule: who works on what, and when nobody does. Lesson 26."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from backproplab.display import describe
from backproplab.parallel.pipeline import Task, idle_share, most_kept
from backproplab.plots.style import INK, ROLES, house_style, panels

WIDE, ROW = 6.4, 0.42  # inches; a row is a stage


@house_style()
def pipeline_schedules(schedules: Mapping[str, Sequence[Task]]) -> Figure:
    """Draw schedules one below the other: a row for each stage, a box for each pass, with its micro-batch.

    Forward passes are plain, backward passes hatched; what is white is the bubble. The alt text tells, of
    each schedule, how long it takes, which share is idle, and how much the first stage keeps at most.
    ValueError for no schedule, or one without a task.
    """
    if not schedules or not all(schedules.values()):
        raise ValueError("pipeline_schedules() draws one schedule or more, each with a task; see gpipe()")
    stages = [1 + max(task.stage for task in tasks) for tasks in schedules.values()]
    length = max(task.end for tasks in schedules.values() for task in tasks)
    figure, axes = panels(len(schedules), width=WIDE, height=ROW * sum(stages) + 0.85 * len(schedules) + 0.3)
    parts = []
    for ax, count, (name, tasks) in zip(axes[:, 0], stages, schedules.items(), strict=True):
        for task in tasks:
            _box(ax, task)
        ax.set(xlim=(0, length), ylim=(count - 0.45, -0.55), title=name)
        ax.set_yticks(range(count), [f"stage {stage}" for stage in range(count)])
        ax.grid(visible=False)
        ax.tick_params(length=0)
        parts.append(_said(name, list(tasks)))
    axes[-1, 0].set_xlabel("time, in forward passes of a micro-batch through a stage")
    figure.legend(
        handles=[_key(backward=backward) for backward in (False, True)], loc="outside upper right", ncols=2
    )
    describe(figure, " ".join(parts))
    return figure


def _box(ax: Axes, task: Task) -> None:
    role = ROLES["gradient" if task.backward else "value"]
    ax.barh(
        task.stage,
        task.end - task.start,
        left=task.start,
        height=0.82,
        facecolor="white" if task.backward else role.colour,
        edgecolor=role.colour if task.backward else "white",
        hatch="////" if task.backward else None,
        linewidth=1.0,
    )
    ax.text(
        (task.start + task.end) / 2,
        task.stage,
        str(task.micro_batch),
        ha="center",
        va="center",
        fontsize=9,
        color=INK if task.backward else "white",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2} if task.backward else None,
    )


def _key(*, backward: bool) -> Patch:
    """An entry of the legend."""
    role = ROLES["gradient" if backward else "value"]
    return Patch(
        facecolor="white" if backward else role.colour,
        edgecolor=role.colour,
        hatch="////" if backward else None,
        label="backward" if backward else "forward",
    )


def _said(name: str, tasks: list[Task]) -> str:
    """A schedule in words."""
    length = max(task.end for task in tasks)
    stages = 1 + max(task.stage for task in tasks)
    batches = 1 + max(task.micro_batch for task in tasks)
    return (
        f"{name}: {batches} micro-batches through {stages} stages take {length} units of time; "
        f"{100 * idle_share(tasks):.0f} % of the stages' time is idle, and stage 0 keeps "
        f"{most_kept(tasks, 0)} micro-batches at most."
    )

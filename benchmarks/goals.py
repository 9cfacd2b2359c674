"""What is claimed, in the order of the page: each figure's name, goal, unit and direction.

A goal is a ratio to a limit or a peer that is measured in the same run, so that it holds on any machine; one
in seconds, bytes or pictures is what a person or a machine has at hand.
"""

from typing import NamedTuple

SHAPES = {"784-30-10": 10, "784-128-10": 64, "784-300-100-10": 64, "784-512-512-10": 128}
"""The networks that are trained on MNIST, and their batch sizes."""
DEEPEST = "784-512-512-10"


class Goal(NamedTuple):
    """What a figure is held to. `goal` None: reported only."""

    name: str
    goal: float | None
    unit: str
    higher: bool = False
    family: str = ""
    whole: bool = False
    """Whether the worst round has to reach it, too."""

    @property
    def about(self) -> str:
        """Which number of an entry the goal is about."""
        return "ratio" if self.unit == "×" else "ours"

    @property
    def judged(self) -> str:
        """Which number of an entry decides: that one, or with `whole` the worse end of the range."""
        return ("low" if self.higher else "high") if self.whole else self.about

    def met(self, figure: float) -> bool | None:
        """Whether the figure reaches the goal; None if it has none."""
        if self.goal is None:
            return None
        return figure >= self.goal if self.higher else figure <= self.goal


def _row(
    words: str,
    goals: tuple[float | None, ...],
    shapes: tuple[str, ...] = tuple(SHAPES),
    *,
    whole: bool = False,
) -> list[Goal]:
    return [
        Goal(f"{words}, {shape}", goal, "×", family="training", whole=whole)
        for shape, goal in zip(shapes, goals, strict=True)
    ]


GOALS = [
    *_row("fit ÷ bare numpy loop", (1.10, 1.03, 1.02, 1.02)),
    *_row("fit ÷ products and one pass", (None, None, None, 1.12)),
    *_row("fit ÷ PyTorch, one thread", (1.0,) * 4, whole=True),
    *_row("fit ÷ PyTorch, default threads", (1.0,) * 4),
    *_row("fit ÷ scikit-learn", (1.0, 1.0), tuple(SHAPES)[:2]),
    Goal(f"share of sgemm peak, {DEEPEST}", None, "×", higher=True, family="training"),
    Goal("convolution ÷ PyTorch, 8 channels", 1.0, "×", family="layers"),
    Goal("convolution ÷ PyTorch, 32 channels", 1.0, "×", family="layers"),
    Goal("attention ÷ PyTorch, batch 1", 1.0, "×", family="layers"),
    Goal("attention ÷ PyTorch, batch 32", 1.0, "×", family="layers"),
    Goal("convolution ÷ products alone, 8 channels", None, "×", family="layers"),
    Goal("convolution ÷ products alone, 32 channels", None, "×", family="layers"),
    Goal("attention ÷ products alone, batch 1", None, "×", family="layers"),
    Goal("attention ÷ products alone, batch 32", None, "×", family="layers"),
    Goal("Value ÷ barest graph, collector off", 1.7, "×", family="value"),
    Goal("Value ÷ barest graph, Python's defaults", 1.5, "×", family="value"),
    Goal("micrograd ÷ Value, same graph, collector off", 1.5, "×", higher=True, family="value"),
    Goal("micrograd ÷ Value, same graph, Python's defaults", 9, "×", higher=True, family="value"),
    Goal("micrograd ÷ Value with dot, collector off", 5, "×", higher=True, family="value"),
    Goal("micrograd ÷ Value with dot, Python's defaults", 40, "×", higher=True, family="value"),
    Goal("Value ÷ barest tape, collector off", None, "×", family="value"),
    Goal("Value with dot ÷ barest tape with dot, collector off", None, "×", family="value"),
    Goal("bytes a node", 260, "bytes", family="value"),
    Goal("nodes in 2 GiB", 8, "million nodes", higher=True, family="value"),
    Goal("nbclient ÷ grading a submission", 40, "×", higher=True, family="grading"),
    Goal("nbgrader ÷ grading a submission", 40, "×", higher=True, family="grading"),
    Goal("grading 1,000 ÷ grading 100, time", 10.5, "×", family="grading"),
    Goal("grading 1,000 ÷ grading 100, peak memory", 1.1, "×", family="grading"),
    Goal("Dask ÷ local pool, 1,000 submissions", None, "×", family="cluster"),
    Goal("grading 10,000 ÷ 1,000 on Dask, time", None, "×", family="cluster"),
    Goal("grading 10,000 ÷ 1,000 on Dask, peak memory", None, "×", family="cluster"),
    Goal("1 ÷ 2 workers of Dask, time", None, "×", higher=True, family="cluster"),
    Goal("1 ÷ 4 workers of Dask, time", None, "×", higher=True, family="cluster"),
    Goal("import backproplab, over numpy alone", 0.1, "s", family="first"),
    Goal("mnist(), first load", 0.6, "s", family="first"),
    Goal("make lab, cold: the page", None, "s", family="lab"),
    Goal("make lab, cold: first cell answered", None, "s", family="lab"),
    Goal("make lab, warm: the page", 3, "s", family="lab"),
    Goal("make lab, warm: first cell answered", 3, "s", family="lab"),
    Goal("a lesson, all cells: the slowest", 60, "s", family="lessons"),
    Goal("a lesson, all cells: all of them", 8, "min", family="lessons"),
    Goal("Flow: next step", 5, "ms", family="widgets"),
    Goal("film: next frame", 5, "ms", family="widgets"),
    Goal("sheet: a new number", 5, "ms", family="widgets"),
    Goal("quick check: a reply", 5, "ms", family="widgets"),
    Goal("Playground: one step", 33, "ms", family="widgets"),
    Goal("Playground: pictures", 20, "a second", higher=True, family="widgets"),
    Goal("digit pad: ink", 5, "ms", family="widgets"),
    Goal("digit pad: answer", 33, "ms", family="widgets"),
    Goal("Flow: pictures, 40 nodes", 60, "a second", higher=True, family="widgets"),
    Goal("site: first text, the slowest page", 1, "s", family="website"),
    Goal("site: whole page, the slowest", 2, "s", family="website"),
    Goal("make test", 12, "min", family="suite"),
    Goal("all of CI", 18, "min", family="suite"),
    Goal("backward ÷ forward, batch 64", None, "×", family="training"),
    Goal("backward ÷ forward, batch 1", None, "×", family="training"),
    Goal("bytes kept ÷ 4 · batch · Σ units", None, "×", family="training"),
]
BY_NAME = {goal.name: goal for goal in GOALS}
MINUTES = {
    "training": 10,
    "layers": 4,
    "value": 5,
    "grading": 5,
    "first": 1,
    "growth": 13,
    "lab": 3,
    "lessons": 8,
    "widgets": 2,
    "website": 8,
    "cluster": 29,
    "suite": 30,
}
"""Each family, and about how many minutes it takes on two quiet cores."""
ON_REQUEST = ("cluster", "suite")
"""These would take longer than all others together, so they are measured when they are asked for."""
FAMILIES = tuple(MINUTES)

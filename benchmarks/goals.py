"""What is claimed, in the order of the page: each figure's name, goal, unit and direction."""

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

    @property
    def about(self) -> str:
        """Which number of an entry the goal is about."""
        return "ratio" if self.unit == "×" else "ours"

    def met(self, figure: float) -> bool | None:
        """Whether the figure reaches the goal; None if it has none."""
        if self.goal is None:
            return None
        return figure >= self.goal if self.higher else figure <= self.goal


def _row(words: str, goals: tuple[float, ...], shapes: tuple[str, ...] = tuple(SHAPES)) -> list[Goal]:
    return [
        Goal(f"{words}, {shape}", goal, "×", family="training")
        for shape, goal in zip(shapes, goals, strict=True)
    ]


GOALS = [
    *_row("fit ÷ bare numpy loop", (1.15, 1.05, 1.03, 1.03)),
    *_row("fit ÷ PyTorch, Haswell kernels", (0.30, 0.63, 0.72, 0.80)),
    *_row("fit ÷ PyTorch, native kernels", (0.25, 0.42, 0.47, 0.48)),
    *_row("fit ÷ scikit-learn", (0.33, 0.63), tuple(SHAPES)[:2]),
    Goal(f"share of sgemm peak, {DEEPEST}", 0.80, "×", higher=True, family="training"),
    Goal("convolution ÷ PyTorch, 8 channels", 1.0, "×", family="layers"),
    Goal("convolution ÷ PyTorch, 32 channels", 1.0, "×", family="layers"),
    Goal("attention ÷ PyTorch, batch 1", 1.0, "×", family="layers"),
    Goal("attention ÷ PyTorch, batch 32", 1.0, "×", family="layers"),
    Goal("micrograd ÷ Value, same graph, collector off", 2.5, "×", higher=True, family="value"),
    Goal("micrograd ÷ Value, same graph, Python's defaults", None, "×", higher=True, family="value"),
    Goal("micrograd ÷ Value with dot, collector off", 18, "×", higher=True, family="value"),
    Goal("micrograd ÷ Value with dot, Python's defaults", None, "×", higher=True, family="value"),
    Goal("micrograd ÷ barest graph, same graph", None, "×", higher=True, family="value"),
    Goal("micrograd ÷ barest tape, same graph", None, "×", higher=True, family="value"),
    Goal("micrograd ÷ barest tape, with dot", None, "×", higher=True, family="value"),
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
    Goal("Flow: next step", 5, "ms", family="widgets"),
    Goal("film: next frame", 5, "ms", family="widgets"),
    Goal("sheet: a new number", 5, "ms", family="widgets"),
    Goal("quick check: a reply", 5, "ms", family="widgets"),
    Goal("Playground: one step", 33, "ms", family="widgets"),
    Goal("Playground: pictures", 20, "a second", higher=True, family="widgets"),
    Goal("digit pad: ink", 5, "ms", family="widgets"),
    Goal("digit pad: answer", 33, "ms", family="widgets"),
    Goal("make test", 12, "min", family="suite"),
    Goal("all lessons under nbval", 4, "min", family="suite"),
    Goal("backward ÷ forward, batch 64", None, "×", family="training"),
    Goal("backward ÷ forward, batch 1", None, "×", family="training"),
    Goal("bytes kept ÷ 4 · batch · Σ units", None, "×", family="training"),
]
BY_NAME = {goal.name: goal for goal in GOALS}
FAMILIES = ("training", "layers", "value", "grading", "cluster", "first", "growth", "widgets", "suite")
ON_REQUEST = ("cluster", "widgets", "suite")  # they need the tests' environment, Chromium, or a long time

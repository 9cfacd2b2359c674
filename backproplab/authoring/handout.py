"""What a school that runs nbgrader gets: a source tree. Learners get `backproplab.course.handout`."""

from collections.abc import Sequence
from pathlib import Path

from .notebooks import as_text
from .release import EXPECTED, Release, learners_notebook, put
from .stubs import stub_beside_solution


def write_nbgrader_tree(releases: Sequence[Release], course: Path) -> None:
    """Write `source/NN-topic/`: the notebook with its solutions, as nbgrader wants it, and what checks read.

    `nbgrader generate_assignment NN-topic`, run in `course`, then makes what nbgrader hands out.
    """
    for release in releases:
        folder = course / "source" / release.name
        put(
            folder / f"{release.name}.ipynb",
            as_text(learners_notebook(release.solution, stub_beside_solution)),
        )
        put(folder / EXPECTED / f"{release.name}.json", release.expected)

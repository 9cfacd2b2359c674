"""What is handed out: a zip for learners, or a source tree for a school that runs nbgrader."""

from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from backproplab.files import atomic_write

from .notebooks import as_text
from .release import EXERCISES, EXPECTED, Release, learners_notebook, put
from .stubs import stub_beside_solution


def write_zip(releases: Sequence[Release], file: Path) -> None:
    """Pack the exercises as learners unpack them: notebooks, and the recorded values beside them.

    No solution is in it. The same releases give the same bytes.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(file) as stream, ZipFile(stream, "w") as handout:
        for release in releases:
            contents = {
                f"{EXERCISES}/{release.name}.ipynb": release.notebook,
                f"{EXERCISES}/{EXPECTED}/{release.name}.json": release.expected,
            }
            for name, text in contents.items():
                entry = ZipInfo(name)  # dated 1980, so that the day does not show in the bytes
                entry.compress_type = ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                handout.writestr(entry, text)


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

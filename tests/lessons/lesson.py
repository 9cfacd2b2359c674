"""The lessons, as tests open them."""

import nbformat
from browser.lab import ROOT

LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


def cells_of(lesson: str) -> dict[str, str]:
    """The code cells of a lesson by id, in order; "05" or its whole name."""
    (stem,) = (stem for stem in LESSONS if stem.startswith(lesson))
    notebook = nbformat.read(ROOT / f"notebooks/{stem}.ipynb", as_version=4)
    return {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}

"""Run a notebook in place and write it in the one form in which notebooks are committed.

From a shell: `backproplab run notebooks/10-mnist-gradients.ipynb`.

The form: cell ids as their author chose them, cells counted from 1, no times, no state and no view of widgets
(what is left of a widget is its still picture), no version of anything. Running an unchanged lesson again
then changes only what the lesson itself draws or prints.
"""

from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from backproplab.errors import BackproplabError
from backproplab.files import write_text

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KEPT_CELL_METADATA = {"jupyter", "nbgrader", "tags"}
CELL_TIMEOUT = 600  # seconds


class NotebookError(BackproplabError):
    """A cell of the notebook raised, took too long or lost its kernel. The file is as it was."""


def rerun(path: Path) -> None:
    """Run the notebook at `path` from its folder and write it back, whole or not at all.

    Raises `NotebookError`, which names the cell and its error; the file then keeps its old content.
    """
    notebook = nbformat.read(path, as_version=4)
    execute(notebook, path)
    write(normalise(notebook), path)


def execute(notebook: NotebookNode, path: Path) -> None:
    """Run every cell of `notebook` in a fresh kernel that works in the folder of `path`.

    What its widgets hold at the end is in the notebook's metadata then; `normalise` leaves it out.
    """
    import ipykernel  # noqa: F401 (without it, nbclient only says that there is no kernel of that name)

    running = "before the first cell"

    def note(cell: NotebookNode, cell_index: int) -> None:
        nonlocal running
        running = f"cell '{cell.id}' (number {cell_index + 1})"

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name=KERNEL["name"],
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # else each start warns of its local sockets
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=note,
    )
    try:
        client.execute()
    except (CellControlSignal, DeadKernelError) as error:
        raise NotebookError(f"{path}: {running} failed; the file is as it was.\n{error}") from error


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of an nbformat 4 notebook in the committed form, with the outputs it has.

    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell("1 + 1", id="sum", execution_count=7, metadata={"execution": {"busy": "today"}})
    >>> clean = normalise(new_notebook(cells=[cell])).cells[0]
    >>> clean.id, clean.execution_count, dict(clean.metadata)
    ('sum', 1, {})
    """
    cells = [_normalise_cell(cell) for cell in notebook.cells]
    count = 0
    for cell in cells:
        if cell.cell_type == "code" and cell.execution_count is not None:
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    result: NotebookNode = new_notebook(cells=cells, metadata=metadata, nbformat_minor=5)
    return result


def _normalise_cell(cell: NotebookNode) -> NotebookNode:
    kept = {key: value for key, value in cell.metadata.items() if key in KEPT_CELL_METADATA}
    clean: NotebookNode = nbformat.from_dict({**cell, "metadata": kept})
    if clean.cell_type == "code":
        clean.outputs = _join_streams(clean.outputs)
        for output in clean.outputs:
            if len(output.get("data", {})) > 1:  # a page that holds no model could not show the view
                output.data.pop(WIDGET_VIEW, None)
    return clean


def _join_streams(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of one stream: where a kernel cuts its text depends on the clock."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def as_text(notebook: NotebookNode) -> str:
    """Return the JSON of a notebook as committed: sorted keys, indented by 1, Greek letters as they are."""
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    return text.rstrip("\n") + "\n"


def write(notebook: NotebookNode, path: Path) -> None:
    """Put the notebook at `path` in one move: a reader meets the old file or the new, never half of one."""
    write_text(path, as_text(notebook))

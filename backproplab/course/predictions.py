"""Which cells of a lesson answer a prediction, and the lesson as it is before anybody has run them.

A lesson asks for a guess in a text cell with the word **Predict**, in bold. The first code cell after it
shows the answer, so its output must not be seen before the guess.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

PREDICT = re.compile(r"\*\*Predict\b")


def predicted_cells(notebook: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the code cells that answer a **Predict**, in order: the first one after each.

    `notebook` is what JSON or nbformat reads from a file of format 4.5.

    >>> ask = {"cell_type": "markdown", "id": "ask", "source": "**Predict.** What is 6 · 7?"}
    >>> cells = [{"cell_type": "code", "id": name, "source": "6 * 7"} for name in ("before", "six", "after")]
    >>> predicted_cells({"cells": [cells[0], ask, *cells[1:]]})
    ('six',)
    """
    return tuple(_predicted(notebook))


def _predicted(notebook: Mapping[str, Any]) -> Iterator[str]:
    asked = False
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            asked = asked or bool(PREDICT.search("".join(cell["source"])))
        elif cell["cell_type"] == "code" and asked:
            asked = False
            yield cell["id"]


def without_answers(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return a notebook in which no cell that answers a prediction has been run; the rest is as it was."""
    predicted = set(predicted_cells(notebook))
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell.get("id") in predicted else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}

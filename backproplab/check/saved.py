"""What the cards in a saved notebook say: how each exercise stood when its check last ran."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from backproplab.marking.verdict import Status

_CARD = re.compile(rf'<section[^>]* aria-label="([\w.]+) ({"|".join(Status)})"')


def saved_results(notebook: Mapping[str, Any]) -> dict[str, Status]:
    """Return the status of each exercise whose card stands in the outputs of a notebook.

    `notebook` is what JSON reads from the file. A cell whose output was cleared says nothing.
    """
    texts = (text for cell in notebook["cells"] for text in html_outputs(cell))
    return {found[1]: Status(found[2]) for text in texts for found in _CARD.finditer(text)}


def html_outputs(cell: Mapping[str, Any]) -> Iterator[str]:
    """Yield the HTML of each output of a cell, "" for an output that has none."""
    for output in cell.get("outputs", ()):
        yield "".join(output.get("data", {}).get("text/html", ""))

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
    return {found[1]: Status(found[2]) for text in _outputs(notebook) for found in _CARD.finditer(text)}


def _outputs(notebook: Mapping[str, Any]) -> Iterator[str]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            yield "".join(output.get("data", {}).get("text/html", ""))

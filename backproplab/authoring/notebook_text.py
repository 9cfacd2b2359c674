"""Where the cells of a notebook stand in the text of its file, so that no byte but one cell's changes."""

import json
import re
from typing import NamedTuple

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]')
A_CELL = ["", "cells", ""]  # the keys of what is open in a cell: the notebook, the list, the cell


class Place(NamedTuple):
    """Where a cell stands in a notebook's text, and its id."""

    start: int
    end: int
    id: tuple[int, int]
    """From the quote before its id to behind the one after."""


def places(text: str) -> list[Place]:
    """Return the places of a notebook's cells, in order. `text` is JSON, and each cell has an id.

    >>> text = '{"cells": [{"id": "a", "metadata": {"id": "no"}}, {"id": "b"}]}'
    >>> [text[place.id[0] : place.id[1]] for place in places(text)]
    ['"a"', '"b"']
    """
    found: list[Place] = []
    open_keys: list[str] = []
    key = last = ""
    start, of_id = 0, (0, 0)
    for token in TOKEN.finditer(text):
        match token[0]:
            case "{" | "[":
                open_keys.append(key)
                key = ""
                if open_keys == A_CELL:
                    start = token.start()
            case "}" | "]":
                if open_keys == A_CELL:
                    found.append(Place(start, token.end(), of_id))
                key = open_keys.pop()
            case ":":
                key = json.loads(last)
            case ",":
                key = ""
            case last:
                if open_keys == A_CELL and key == "id":
                    of_id = token.span()
    return found

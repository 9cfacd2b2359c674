"""Ids of cells that say what a cell is for: whether one does, and one for each cell that has none.

JupyterLab and nbformat give a new cell an id of random digits. A test, a link of the site and a message of
`release` name cells by their ids, so a committed notebook has words there.
"""

import ast
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat

from backproplab.files import write_text
from backproplab.marking.names import bound_names

from .cells import is_for_the_author, nodes_of
from .errors import ReleaseError
from .notebook_text import places

RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=.*\d)[0-9a-f]{8}")
READABLE = re.compile(r"[a-z]+\d*(-([a-z]+\d*|\d+))*")
MOST_WORDS = 5  # of a heading, in an id
MOST_LETTERS = 50  # nbformat takes 64, and a number may follow


def is_random(id: str) -> bool:
    """Say whether an id is one that JupyterLab or nbformat drew.

    >>> is_random("3f2a9b1c"), is_random("draw-loss")
    (True, False)
    """
    return bool(RANDOM.fullmatch(id))


def is_readable(id: str) -> bool:
    """Say whether an id is made of words joined by hyphens, as `draw-loss` is."""
    return bool(READABLE.fullmatch(id)) and not is_random(id)


def set_ids(path: Path) -> list[tuple[str, str]]:
    """Give each cell of a notebook that has a random id, or that of a cell above it, one that says something.

    Ids set by hand stay, and so does every other byte of the file; a notebook of format 4.4 or older, which
    has no ids, is brought to 4.5 first. Returns each old id with the new one, in order; none where nothing
    was to do. ReleaseError if it is no notebook.
    """
    text = _with_ids(path, _read(path))
    nodes = list(nodes_of(path, unique=False))
    stands = places(text)
    if len(stands) != len(nodes):
        raise ReleaseError("it has a list of cells twice; remove one")
    changed: list[tuple[str, str]] = []
    pieces: list[str] = []
    done = 0
    for node, name, place in zip(nodes, readable_ids(nodes), stands, strict=True):
        if name != node["id"]:
            start, end = place.id
            pieces += [text[done:start], json.dumps(name)]
            done = end
            changed.append((node["id"], name))
    if changed:
        write_text(path, "".join([*pieces, text[done:]]))
    return changed


def _read(path: Path) -> str:
    """Return a file's text with the ends of its lines as they are."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReleaseError(f"{path} cannot be read ({error}); name a notebook") from error


def _with_ids(path: Path, text: str) -> str:
    """Return a notebook's text, brought to format 4.5, and written, where its cells have no ids."""
    try:
        notebook = json.loads(text)
        has_ids = all("id" in cell or "cell_type" not in cell for cell in notebook["cells"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return text  # what is wrong with it, nodes_of says
    if has_ids or notebook.get("nbformat") != 4:
        return text
    with_ids = nbformat.v4.upgrade(nbformat.from_dict(notebook))
    for cell in with_ids.cells:
        cell.setdefault("id", uuid4().hex[:8])
    text = f"{json.dumps(with_ids, indent=1, ensure_ascii=False)}\n"
    write_text(path, text)
    return text


def readable_ids(nodes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return an id for each cell: its own, unless that is random or a cell above has it."""
    taken: set[str] = {node["id"] for node in nodes if not is_random(node["id"])}
    seen: set[str] = set()
    ids: list[str] = []
    for node in nodes:
        name = node["id"]
        if is_random(name) or name in seen:
            wanted = _wanted(node, ids[-1] if ids else "")
            name = next(each for each in _numbered(wanted) if each not in taken)
        seen.add(name)
        taken.add(name)
        ids.append(name)
    return ids


def _numbered(wanted: str) -> Iterator[str]:
    yield wanted
    number = 2
    while True:
        yield f"{wanted}-{number}"
        number += 1


def _wanted(node: Mapping[str, Any], above: str) -> str:
    """Return what says best what a cell is for; `above` is the id of the cell before it."""
    grade_id = str(((node["metadata"] or {}).get("nbgrader") or {}).get("grade_id") or "")
    source, is_code = node["source"], node["cell_type"] == "code"
    said = _slug(grade_id) or (_of_code(source) if is_code else _of_prose(source, first=not above))
    return said or _slug(f"after {re.sub('^after(-|$)', '', above)}")


def _of_prose(source: str, *, first: bool) -> str:
    heading = re.search(r"^(#+) +(.+)$", source, re.MULTILINE)
    if not heading:
        return ""
    if first and heading[1] == "#":
        return "title"
    exercise = re.match(r"(C?\d+)\.(\d+)\b", heading[2])
    return _slug(f"exercise-{exercise[1]}-{exercise[2]}" if exercise else heading[2])


def _of_code(source: str) -> str:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a magic of IPython, or worse
        return ""
    called: dict[str, ast.Call] = {}  # by name, the first call of each
    methods: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                called.setdefault(name, node)
            case ast.Call(func=ast.Attribute(attr=name)):
                methods.append(name)
    if is_for_the_author(tree):
        of = next((_first_text(call) for call in called.values()), "")
        return _slug(f"others-{of}") if of else "author-tools"
    for word, name in (("check_set", "setup"), ("quick_check", "quick-check-cards"), ("summary", "summary")):
        if word in called:
            return name
    if "answered" in called:
        return _slug(f"use-{_first_text(called['answered'])}")
    defined = [each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.ClassDef)]
    bound = bound_names(each for each in tree.body if not isinstance(each, ast.Import | ast.ImportFrom))
    return _slug(next(iter([*defined, *bound, *called, *methods]), ""))


def _first_text(call: ast.Call) -> str:
    match call.args:
        case [ast.Constant(value=str(text)), *_]:
            return text
        case _:
            return ""


def _slug(text: str) -> str:
    """Return words of plain letters and numbers, joined by hyphens; "" where there are none.

    >>> _slug("3. The loss, at 2×2 points"), _slug("∂")
    ('part-3-the-loss-at', '')
    """
    spelled = re.sub(r"([a-z])([A-Z][a-z])", r"\1 \2", text)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+\d*|\d+", plain)
    if words and words[0].isdigit():
        words.insert(0, "part")
    return "-".join(words[:MOST_WORDS])[:MOST_LETTERS].rstrip("-")

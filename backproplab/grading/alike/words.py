"""What a learner leaves in code that no structure has: comments, texts, names, spaces in odd places.

>>> [(each.kind, each.shown) for each in words("total= 2  # Why  two?")]
[('comment', '# Why  two?'), ('name', 'total'), ('spaces', 'total= 2')]
"""

import ast
import io
import re
import tokenize
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from backproplab.grading.alike.terms import LONGEST, nodes_of, own_names

LOOKALIKES = str.maketrans("аеіјорсѕухАВЕКМНОРСТХ", "aeijopcsyxABEKMHOPCTX")  # Cyrillic, then Latin
ODD = re.compile(r"\S {2,}\S|\w=\s|\w\s+=\w|\s,|\(\s+\S|\S\s+\)|;\s*$|\S[ \t]+$")
"""Two spaces, a sign with a space on one side, a space before a comma or inside a bracket, a line's end."""
COMMENT = re.compile(r"#.*")
MOST_SHOWN = 200


class Word(NamedTuple):
    """A comment, a text, a name or an odd line."""

    key: str
    kind: str
    """"comment", "text", "name" or "spaces"."""
    line: int
    shown: str


def words(source: str) -> list[Word]:
    """Return what a cell's code has besides structure. Never an error."""
    found = _comments(source[:LONGEST])
    nodes = nodes_of(source)
    return [*found, *_texts(nodes), *_names(nodes), *_odd_lines(source[:LONGEST])]


def plain(text: str) -> str:
    """Return a text without what is changed most easily: case, spaces, signs, letters that look alike."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).translate(LOOKALIKES).casefold()))


def _comments(source: str) -> Iterator[Word]:
    for line, comment in _comment_tokens(source):
        if said := plain(comment):
            yield Word(f"comment {said}", "comment", line, comment[:MOST_SHOWN])


def _comment_tokens(source: str) -> list[tuple[int, str]]:
    try:
        return [
            (token.start[0], token.string)
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        ]
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        found = ((number, COMMENT.search(line)) for number, line in enumerate(source.split("\n"), 1))
        return [(number, comment[0]) for number, comment in found if comment]


def _texts(nodes: Iterable[ast.AST]) -> Iterator[Word]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            said = plain(node.value)
            if said.count(" ") > 1:  # three words or more
                yield Word(f"text {said}", "text", node.lineno, node.value[:MOST_SHOWN])


def _names(nodes: Iterable[ast.AST]) -> Iterator[Word]:
    wanted = {name for name in own_names(nodes) if len(name) > 1}
    for node in nodes:
        name = getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "name", None)
        if isinstance(name, str) and name in wanted:
            wanted.discard(name)
            yield Word(f"name {plain(name)}", "name", getattr(node, "lineno", 1), name[:MOST_SHOWN])


def _odd_lines(source: str) -> Iterator[Word]:
    for number, line in enumerate(source.split("\n"), 1):
        code = COMMENT.sub("", line)
        code = code.rstrip() if code != line else code  # what stands before a comment ends in spaces
        if ODD.search(code) and "'" not in code and '"' not in code:
            shape = re.sub(r"\w+", "w", code.lstrip())
            yield Word(f"spaces {shape}", "spaces", number, code.strip()[:MOST_SHOWN])

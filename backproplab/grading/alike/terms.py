"""Code as terms that stay the same when names, operand order and order of statements change.

Each expression of some size has a key, the hash of its term; so has each statement, and so have statements
that stand together, in whichever order. Two answers share a key where they share that piece of structure. The
idea is that of clone detection on syntax trees (I. Baxter et al., "Clone Detection Using Abstract Syntax
Trees", 1998). Where Python cannot read a cell, runs of tokens stand in, as in S. Schleimer, D. Wilkerson and
A. Aiken, "Winnowing" (2003); answers are short, so that every run is kept and none is winnowed out.

    >>> first = pieces("def f(x):\\n    total = 2 * x + 1\\n    return total")
    >>> second = pieces("def f(y):\\n    s = 1 + y * 2\\n    return s")
    >>> {each.key for each in first} == {each.key for each in second}
    True
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from backproplab.marking.edited import without_magics

LEAST = 4  # nodes of an expression that counts by itself: `x.T @ upstream` has four
MOST = 400  # nodes of a term whose names are numbered; of a larger one, each name is as good as another
LONGEST_WORD = 20  # characters of a string that is part of the structure: a key of a dictionary, "ij,jk->ik"
LONGEST = 100_000  # characters of a cell that is read as Python
RUN = 8  # tokens in a row, where Python cannot read a cell
MOST_RUNS = 5000

TOKEN = re.compile(r"#.*|\"[^\"\n]*\"|'[^'\n]*'|\w+|[^\w\s]")
FLIPPED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
COMMUTING = (ast.BoolOp, ast.Dict, ast.Set)
BODIES = ("body", "handlers", "orelse", "finalbody")
INVERSE = {ast.Add: "+", ast.Sub: "+", ast.Mult: "*", ast.Div: "*"}


class Piece(NamedTuple):
    """A piece of structure: an expression, a statement, statements together, the cell as a whole."""

    key: str
    first: int
    """Its first line, from 1."""
    last: int
    inside: tuple[str, ...]
    """Keys of the largest pieces that it contains."""

    @property
    def is_together(self) -> bool:
        """Is it several statements, rather than one or a part of one?"""
        return " " in self.key


@dataclass(slots=True)
class _Term:
    label: str
    parts: list["_Term"] = field(default_factory=list)
    name: str = ""
    """Of a name of the learner's own, which any other could stand in for."""
    lines: tuple[int, int] | None = None
    commutes: bool = False
    size: int = 1
    blind: bytes = b""

    def close(self) -> "_Term":
        """Work out what depends on the parts, and put those in an order of their own where they commute."""
        if self.commutes:
            self.parts.sort(key=lambda part: part.blind)
        self.size = 1 + sum(part.size for part in self.parts)
        joined = b"".join(part.blind for part in self.parts)
        self.blind = blake2b(self.label.encode(errors="replace") + b"\0" + joined, digest_size=8).digest()
        return self


def pieces(source: str) -> list[Piece]:
    """Return the pieces of a cell's code, outer ones before those inside them.

    Never an error: what Python cannot read is cut into runs of tokens.
    """
    try:
        if nodes := nodes_of(source):
            return _Reader(nodes).pieces()
    except (RecursionError, MemoryError, OverflowError):
        pass
    return list(_runs(source[:LONGEST]))


@lru_cache(maxsize=1)  # asked for by whoever reads structure and by whoever reads words
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """Return all nodes of a cell's syntax tree, the module first; none of what Python cannot read."""
    if len(source) > LONGEST:
        return ()
    try:
        return tuple(ast.walk(ast.parse(without_magics(source))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def own_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that code binds anywhere: variables, arguments, functions, not what it imports."""
    found: set[str] = set()
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.ExceptHandler(name=str(name)):
                found.add(name)
            case _:
                pass
    return found


class _Reader:
    """Turns one syntax tree into terms."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        assert isinstance(nodes[0], ast.Module)
        self._tree = nodes[0]
        self._own = own_names(nodes)
        self._attributes = {
            node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }
        self._imported = {
            alias.asname: alias.name
            for node in nodes
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
            if alias.asname
        }

    def pieces(self) -> list[Piece]:
        found: list[Piece] = []
        whole = self._block(self._tree.body, found)
        if len(whole) > 1:
            last = max((each.last for each in found), default=1)
            found.append(_together("cell", whole, 1, last))
        return found[::-1]

    def _block(self, body: Sequence[ast.stmt], found: list[Piece]) -> list[str]:
        """Add the pieces of statements, inner ones first; return the key of each, with all that is in it."""
        keys = []
        for node in body:
            if _is_text(node):
                continue
            keys += [self._statement(node, each, found) for each in _plain(node)]
        return keys

    def _statement(self, node: ast.stmt, plain: ast.stmt, found: list[Piece]) -> str:
        parts = [part for part in map(node.__dict__.get, BODIES) if part]
        last = node.end_lineno or node.lineno
        head = self._term(plain, without_body=True)
        if not parts:
            head.lines = node.lineno, last
            found += reversed(list(_pieces_of(head)))
            return found[-1].key
        heads = (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr | ast.arguments))
        ends = (
            part.end_lineno or 0 for head in heads for part in ast.walk(head) if hasattr(part, "end_lineno")
        )
        head.lines = node.lineno, max(ends, default=node.lineno)
        found += reversed(list(_pieces_of(head)))
        keys = [found[-1].key]
        for part in parts:
            for each in part:
                inner = [each] if isinstance(each, ast.stmt) else each.body
                keys += self._block(inner, found)
        found.append(_together("block", keys, node.lineno, last))
        return found[-1].key

    def _term(self, node: ast.AST, *, without_body: bool = False) -> _Term:
        term = self._of(node, without_body=without_body)
        if isinstance(node, ast.expr) and term.lines is None:
            term.lines = node.lineno, node.end_lineno or node.lineno
        return term.close()

    def _of(self, node: ast.AST, *, without_body: bool) -> _Term:
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                return self._name(name)
            case ast.FunctionDef(name=name, args=args):
                return _Term("def", [self._name(name).close(), self._term(args)])
            case ast.ClassDef(name=name, bases=bases):
                return _Term("class", [self._name(name).close(), *map(self._term, bases)])
            case ast.Attribute(value=value, attr=attribute):
                label = "." if attribute in self._attributes else f".{attribute}"
                return _Term(label, [self._term(value)])
            case ast.Constant(value=value):
                return _Term(_constant(value))
            case ast.BinOp(op=op) if type(op) in INVERSE:
                return self._chain(node, INVERSE[type(op)])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _Term("-", [self._term(operand)])
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                sides = [self._term(left), self._term(right)]
                if flipped := FLIPPED.get(type(op)):
                    return _Term(flipped.__name__, sides[::-1])
                return _Term(type(op).__name__, sides, commutes=isinstance(op, ast.Eq | ast.NotEq))
            case ast.Dict(keys=keys, values=values):
                pairs = [
                    _Term(":", [*([self._term(key)] if key else []), self._term(value)]).close()
                    for key, value in zip(keys, values, strict=True)
                ]
                return _Term("dict", pairs, commutes=True)
            case ast.keyword(arg=name, value=value):
                return _Term(f"{name}=", [self._term(value)])
        return self._other(node, without_body=without_body)

    def _other(self, node: ast.AST, *, without_body: bool) -> _Term:
        label, parts = [type(node).__name__], list[_Term]()
        for name, value in ast.iter_fields(node):
            if name in ("ctx", "type_comment", "annotation", "returns", "kind"):
                continue
            if without_body and name in BODIES:
                continue
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, ast.operator | ast.unaryop | ast.boolop | ast.cmpop):
                    label.append(type(each).__name__)
                elif isinstance(each, ast.AST):
                    parts.append(self._term(each))
                elif each is not None:
                    label.append(str(each))
        return _Term(" ".join(label), parts, commutes=isinstance(node, COMMUTING))

    def _name(self, name: str) -> _Term:
        return _Term("name", name=name) if name in self._own else _Term(f"={self._imported.get(name, name)}")

    def _chain(self, node: ast.BinOp, sign: str) -> _Term:
        """Put all terms of a sum, or all factors of a product, side by side; what is taken away is marked."""
        parts = list[_Term]()
        waiting: list[tuple[ast.expr, bool]] = [(node, False)]
        while waiting:
            each, inverted = waiting.pop()
            if isinstance(each, ast.BinOp) and INVERSE.get(type(each.op)) == sign:
                turned = isinstance(each.op, ast.Sub | ast.Div)
                waiting += [(each.left, inverted), (each.right, inverted != turned)]
            elif sign == "+" and isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.USub):
                waiting.append((each.operand, not inverted))
            else:
                term = self._term(each)
                mark = "-" if sign == "+" else "/"
                parts.append(_Term(mark, [term]).close() if inverted else term)
        return _Term(sign, parts, commutes=True)


def _together(kind: str, keys: Sequence[str], first: int, last: int) -> Piece:
    """Return statements together as one piece, in whichever order they stand."""
    return Piece(f"{kind} {_hash([kind, *sorted(keys)])}", first, last, tuple(dict.fromkeys(keys)))


def _plain(node: ast.stmt) -> list[ast.stmt]:
    """Write assignments in one way: `x += y` as `x = x + y`, and `a, b = c, d` as two."""
    match node:
        case ast.AugAssign(target=target, op=op, value=value):
            whole = ast.copy_location(ast.BinOp(target, op, value), node)
            return [ast.Assign([target], whole)]
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return [ast.Assign([target], value)]
        case ast.Assign(
            targets=[ast.Tuple(elts=left) | ast.List(elts=left)],
            value=ast.Tuple(elts=right) | ast.List(elts=right),
        ) if len(left) == len(right) and not any(isinstance(each, ast.Starred) for each in left + right):
            return [ast.Assign([one], other) for one, other in zip(left, right, strict=True)]
        case _:
            return [node]


def _is_text(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case _:
            return False


def _constant(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= LONGEST_WORD else "text"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(float(value)) if abs(value) < 2**53 else "a large number"
    return repr(value)[:LONGEST_WORD]


def _pieces_of(statement: _Term) -> Iterator[Piece]:
    assert statement.lines
    waiting = [(statement, statement.lines)]
    while waiting:
        term, around = waiting.pop()
        lines = term.lines or around
        inside = list(_largest_inside(term))
        yield Piece(_key(term), *lines, tuple(dict.fromkeys(_key(each) for each in inside)))
        waiting += [(each, lines) for each in reversed(inside)]


def _largest_inside(term: _Term) -> Iterator[_Term]:
    """Yield the largest terms below this one that count by themselves."""
    waiting = list(reversed(term.parts))
    while waiting:
        part = waiting.pop()
        if part.size >= LEAST and part.lines:
            yield part
        else:
            waiting += reversed(part.parts)


def _key(term: _Term) -> str:
    """Hash a term, its own names numbered as they come."""
    if term.size > MOST:
        return term.blind.hex()
    uses = _uses(term)
    numbers: dict[str, int] = {}
    hashed = blake2b(digest_size=8)
    waiting = [term]
    while waiting:
        each = waiting.pop()
        own = numbers.setdefault(each.name, len(numbers)) if each.name else ""
        hashed.update(f"{each.label}\0{own}\0{len(each.parts)}\0".encode(errors="replace"))
        waiting += reversed(_in_order(each, uses))
    return hashed.hexdigest()


def _uses(term: _Term) -> dict[str, list[bytes]]:
    """Return where each own name stands in a term: what tells `y` and `e` of `e * y * (1 - y)` apart."""
    found: dict[str, list[bytes]] = {}
    waiting = [term]
    while waiting:
        each = waiting.pop()
        for part in each.parts:
            if part.name:
                found.setdefault(part.name, []).append(each.blind)
        waiting += each.parts
    for places in found.values():
        places.sort()
    return found


def _in_order(term: _Term, uses: Mapping[str, list[bytes]]) -> list[_Term]:
    """Return the parts of a term, those that commute and look the same by where else their names stand."""
    if not term.commutes or len({part.blind for part in term.parts}) == len(term.parts):
        return term.parts
    return sorted(term.parts, key=lambda part: (part.blind, [uses[name] for name in _names_in(part)]))


def _names_in(term: _Term) -> Iterator[str]:
    waiting = [term]
    while waiting:
        each = waiting.pop()
        if each.name:
            yield each.name
        waiting += reversed(each.parts)


def _runs(source: str) -> Iterator[Piece]:
    """Yield runs of tokens of what is no Python, names that come up more than once numbered as they come."""
    tokens: list[tuple[str, int]] = []
    for number, line in enumerate(source.split("\n"), 1):
        tokens += [(token, number) for token in TOKEN.findall(line) if not token.startswith("#")]
        if len(tokens) > MOST_RUNS:
            break
    for start in range(len(tokens) - RUN + 1):
        run = tokens[start : start + RUN]
        yield Piece(_hash(["run", *(token for token, _ in run)]), run[0][1], run[-1][1], ())


def _hash(words: Iterable[str]) -> str:
    return blake2b("\0".join(words).encode(errors="replace"), digest_size=8).hexdigest()

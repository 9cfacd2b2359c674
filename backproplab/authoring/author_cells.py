"""The author's cells, read without running them: which wrong and which otherwise-right answers they hold."""

import ast
from typing import NamedTuple

from backproplab.marking.names import bound_names

from .cells import Cell
from .errors import ReleaseError


class AnswerVariant(NamedTuple):
    """An answer that the author declares wrong, with a sentence, or right though written otherwise."""

    exercise: str
    sentence: str  # "" for an alternative
    names: tuple[str, ...]
    source: str  # binds those names
    cell: str


def answer_variants(cell: Cell) -> list[AnswerVariant]:
    """Return what an author's cell declares, in order. ReleaseError if a call of it is no literal."""
    return [
        _variant(statement, cell)
        for statement in ast.parse(cell.source).body
        if not isinstance(statement, ast.ImportFrom)
    ]


def _variant(statement: ast.stmt, cell: Cell) -> AnswerVariant:
    match statement:
        case (
            ast.FunctionDef(decorator_list=[ast.Call() as call])
            | ast.ClassDef(decorator_list=[ast.Call() as call])
        ):
            statement.decorator_list = []
            bindings: list[ast.stmt] = [statement]
        case ast.Expr(value=ast.Call() as call):
            bindings = [
                ast.Assign([ast.Name(keyword.arg, ast.Store())], keyword.value)
                for keyword in call.keywords
                if keyword.arg
            ]
        case _:
            raise AssertionError(f"no author's statement: {ast.dump(statement)}")
    exercise, sentence = _words(call, cell)
    names = bound_names(bindings)
    if not names:
        raise ReleaseError(
            f"cell '{cell.id}', line {statement.lineno}: names no answer; write name=value in the call"
        )
    source = "\n".join(ast.unparse(ast.fix_missing_locations(binding)) for binding in bindings)
    return AnswerVariant(exercise, sentence, names, source, cell.id)


def _words(call: ast.Call, cell: Cell) -> tuple[str, str]:
    """Return the exercise and the sentence that a `misconception` or `alternative` call names."""
    assert isinstance(call.func, ast.Name)
    wanted = 2 if call.func.id == "misconception" else 1
    words = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if len(words) != wanted or len(call.args) != wanted or not all(word.strip() for word in words):
        form = '("3.2", "the sentence that helps")' if wanted == 2 else '("3.2")'
        raise ReleaseError(
            f"cell '{cell.id}', line {call.lineno}: write @{call.func.id}{form}, in plain quotes"
        )
    return words[0], words[1] if wanted == 2 else ""

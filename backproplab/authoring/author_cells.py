"""The author's cells, read without running them: wrong answers, otherwise-right ones, and replies."""

import ast
from typing import NamedTuple

from backproplab.marking.names import bound_names
from backproplab.marking.slips import SLIPS

from .cells import Cell
from .errors import ReleaseError

FORMS = {  # a word of the author's, and the texts that it takes
    "misconception": ('"3.2"', '"the sentence that helps"'),
    "alternative": ('"3.2"',),
    "reply": ('"6.2"', '"catches a lost sign"', '"the sentence that helps"'),
}


class AnswerVariant(NamedTuple):
    """An answer that the author declares wrong, with a sentence, or right though written otherwise."""

    exercise: str
    sentence: str  # "" for an alternative
    slug: str  # "" where the mistake has no name across the course
    names: tuple[str, ...]
    source: str  # binds those names
    cell: str


class Reply(NamedTuple):
    """What is said of a learner's test that does not do one of the things it is to do."""

    exercise: str
    value: str  # "catches a lost sign"
    sentence: str
    cell: str


def answer_variants(cell: Cell) -> list[AnswerVariant]:
    """Return the answers that an author's cell declares, in order. ReleaseError if a call is no literal."""
    return [_variant(each, cell) for each in _statements(cell) if _word(each) != "reply"]


def replies(cell: Cell) -> list[Reply]:
    """Return the replies that an author's cell declares, in order. ReleaseError if a call is no literal."""
    return [_reply(each, cell) for each in _statements(cell) if _word(each) == "reply"]


def _statements(cell: Cell) -> list[ast.stmt]:
    return [each for each in ast.parse(cell.source).body if not isinstance(each, ast.ImportFrom)]


def _word(statement: ast.stmt) -> str:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id=word))):
            return word
        case _:
            return ""


def _reply(statement: ast.stmt, cell: Cell) -> Reply:
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    exercise, value, sentence = _words(statement.value, cell)
    return Reply(exercise, value, sentence, cell.id)


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
                ast.Assign([ast.Name(keyword.arg, ast.Store())], keyword.value, lineno=call.lineno)
                for keyword in call.keywords
                if keyword.arg and keyword.arg != "slug"
            ]
        case _:
            raise AssertionError(f"no author's statement: {ast.dump(statement)}")
    if isinstance(call.func, ast.Name) and call.func.id == "reply":
        raise ReleaseError(f"cell '{cell.id}', line {call.lineno}: call reply(…), it decorates nothing")
    exercise, *sentence = _words(call, cell)
    names = bound_names(bindings)
    if not names:
        raise ReleaseError(
            f"cell '{cell.id}', line {statement.lineno}: names no answer; write name=value in the call"
        )
    source = "\n".join(map(ast.unparse, bindings))
    return AnswerVariant(exercise, "".join(sentence), _slug(call, cell), names, source, cell.id)


def _slug(call: ast.Call, cell: Cell) -> str:
    """Return the slug that a call gives, "" if none. ReleaseError unless the course knows it."""
    for keyword in call.keywords:
        if keyword.arg == "slug":
            slug = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if slug not in SLIPS:
                raise ReleaseError(
                    f"cell '{cell.id}', line {call.lineno}: slug={ast.unparse(keyword.value)} is no slip of "
                    f"the course; choose one of backproplab.marking.slips: {', '.join(SLIPS)}"
                )
            return str(slug)
    return ""


def _words(call: ast.Call, cell: Cell) -> list[str]:
    """Return the texts that a call of one of the author's words begins with."""
    assert isinstance(call.func, ast.Name)
    form = FORMS[call.func.id]
    words = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if not len(words) == len(call.args) == len(form) or not all(word.strip() for word in words):
        sign = "" if call.func.id == "reply" else "@"
        raise ReleaseError(
            f"cell '{cell.id}', line {call.lineno}: write {sign}{call.func.id}({', '.join(form)}), in plain "
            "quotes"
        )
    return words

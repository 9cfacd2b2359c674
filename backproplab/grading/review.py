"""Lines that a person should look at: an answer that takes the package's own reference.

Its values are right, so it is not punished. Whether it was allowed is for the instructor to say.
"""

import ast
from collections.abc import Iterator, Sequence

from backproplab.grading.plan import bound_names, parsed
from backproplab.grading.reading import StudentCell
from backproplab.grading.reports import REVIEW
from backproplab.sandbox.protocol import Assignment

PACKAGE = "backproplab"
HARMLESS = {"check", "display", "plots", "widgets", "datasets"}
"""What an answer may import: none of it computes one."""


def borrowed(cells: Sequence[StudentCell], assignment: Assignment, solved: str) -> list[str]:
    """Return a sentence for each line of an answer that takes from `backproplab` what the solution does not.

    `solved` is the code of all answers of the solution. Cells that an answer calls count as part of it.
    """
    owners = {name: check.exercise for check in assignment.checks for name in check.answers}
    relevant = _behind_answers([cell.source for cell in cells], set(owners))
    imports = [pair for cell in cells for pair in _imports(parsed(cell.source))]
    imports += [pair for source in assignment.given for pair in _imports(parsed(source))]
    allowed = _loaded(parsed(solved)) | {name for name, _ in _imports(parsed(solved))}
    suspects = {name for name, _ in imports} - allowed
    sentences = []
    for index, source in relevant:
        exercises = sorted({owners[name] for name in bound_names(source) & set(owners)})
        place = f"the answer to {', '.join(exercises)}" if exercises else f"code cell {index + 1}"
        text = source.split("\n")
        sentences += [
            f"{REVIEW} {place} uses {PACKAGE} itself, line {line}: {text[line - 1].strip()[:120]}"
            for line in sorted(_lines(parsed(source), suspects))
        ]
    return sentences


def _behind_answers(sources: Sequence[str], answers: set[str]) -> list[tuple[int, str]]:
    """Return the cells, with their places, that bind an answer or something that an answer uses."""
    wanted, kept = set(answers), set[int]()
    while True:
        new = {index for index, source in enumerate(sources) if bound_names(source) & wanted} - kept
        if not new:
            return [(index, sources[index]) for index in sorted(kept)]
        kept |= new
        wanted |= {name for index in new for name in _loaded(parsed(sources[index]))}


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (name in use, where it comes from) of all that the code takes of the package's mathematics."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named = [(alias.asname or alias.name.split(".")[0], alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            named = [(alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names]
        else:
            continue
        yield from ((name, origin) for name, origin in named if _is_reference(origin))


def _is_reference(name: str) -> bool:
    parts = name.split(".")
    return parts[0] == PACKAGE and (len(parts) == 1 or parts[1] not in HARMLESS)


def _loaded(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _lines(tree: ast.Module, suspects: set[str]) -> set[int]:
    """Return the lines that import or use a suspect, or name the package in a string."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom() if any(name in suspects for name, _ in _imports(node)):
                lines.add(node.lineno)
            case ast.Name(id=name, lineno=line) if name in suspects:
                lines.add(line)
            case ast.Constant(value=str(text), lineno=line) if _is_reference(text) and " " not in text:
                lines.add(line)  # importlib.import_module("backproplab.layers")
            case _:
                pass
    return lines

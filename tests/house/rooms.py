"""Which room of the package may import which, or read its files: the plan, and a reader that holds it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGE = "backproplab"
ROOT = Path(__file__).parents[2] / PACKAGE
LONGEST_PATH = 100  # letters; a longer text is none


class Room(NamedTuple):
    modules: frozenset[str]  # the first name after `backproplab.`
    sees: frozenset[str]  # the rooms above that it may import
    libraries: frozenset[str] | None = None  # what it may import from outside; None: what is declared
    extras: frozenset[str] = frozenset()  # those of pyproject.toml that it needs


def _room(modules: str, sees: str = "", libraries: str | None = None, extras: str = "") -> Room:
    allowed = None if libraries is None else frozenset(libraries.split())
    return Room(frozenset(modules.split()), frozenset(sees.split()), allowed, frozenset(extras.split()))


# In the order of the plan: a room sees only rooms above it. The foundation is what all others stand on.
ROOMS = {
    "foundation": _room("files errors", libraries=""),
    "mathematics": _room(
        "scalar tensor real graph_copy arrays targets layers losses network norms summary optimizers training"
        " clipping loss_scale gradient_check datasets pretrained diagnosis surfaces tuning"
        " differentiation costs credit frameworks parallel",
        "foundation",
        libraries="numpy",
    ),
    "display": _room("display", "foundation"),
    "plots": _room("plots", "foundation mathematics display"),
    "spreadsheet": _room("spreadsheet", "foundation mathematics", extras="sheet"),
    "widgets": _room("widgets", "foundation mathematics display plots spreadsheet"),
    "marking": _room("marking", libraries="numpy"),
    "check": _room("check", "marking display"),
    "course": _room("course", "foundation marking check", libraries=""),
    "sandbox": _room("sandbox", "foundation check marking", extras="grade"),
    "authoring": _room("authoring", "foundation course sandbox check marking", extras="grade"),
    "grading": _room("grading", "foundation display authoring sandbox marking plots", extras="grade cluster"),
    "publishing": _room("publishing", "foundation mathematics display widgets marking course", extras="site"),
}
ROOMS["door"] = _room("door", "foundation marking check course publishing", extras="lab")
ROOMS["cli"] = _room("cli __main__", " ".join(ROOMS), extras="lab")


def room_of(module: str) -> str | None:
    """Return the room of a dotted module name such as `backproplab.layers.dense`, or None if it has none."""
    if module == PACKAGE:
        return "mathematics"
    name = module.split(".")[1]
    return next((room for room, plan in ROOMS.items() if name in plan.modules), None)


def module_name(file: Path, root: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: str, module: str, *, is_package: bool = False) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of every import in `source`: at the top, in functions, by importlib."""
    home = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=target, names=names, level=level):
                start = home[: len(home) - level + 1] if level else []
                origin = ".".join([*start, *([target] if target else [])])
                # `from backproplab import plots` names a room only in what it takes.
                whole = origin == PACKAGE
                yield from ((node.lineno, f"{origin}.{alias.name}" if whole else origin) for alias in names)
            case (
                ast.Call(func=ast.Name(id="__import__" | "import_module"), args=[first, *_])
                | ast.Call(func=ast.Attribute(attr="import_module"), args=[first, *_])
            ):
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    name = first.value
                    yield node.lineno, PACKAGE + name if name.startswith(".") else name
            case _:
                pass


def named_files(source: str) -> Iterator[tuple[int, str]]:
    """Yield (line, path) of every file of the package that is named, as "door/door.js" or part by part."""
    for node in ast.walk(ast.parse(source)):
        parts = _parts(node)
        path = "/".join(parts)
        if len(parts) > 1 and not path.startswith("/") and "\0" not in path and (ROOT / path).is_file():
            yield node.lineno, path


def _parts(node: ast.AST) -> list[str]:
    """Return the parts of a path: of `"door/door.js"`, and of `package / "door" / "door.js"`."""
    match node:
        case ast.Constant(value=str(text)) if len(text) < LONGEST_PATH:
            return text.split("/")
        case ast.BinOp(left=left, op=ast.Div(), right=ast.Constant(value=str(text))):
            return [*(_parts(left) if isinstance(left, ast.BinOp) else []), *text.split("/")]
    return []


def faults(source: str, module: str, *, is_package: bool = False) -> Iterator[str]:
    """Yield a sentence for each import, and each file of the package, that the plan keeps from `module`."""
    home = room_of(module)
    if home is None:
        yield f"{module} stands in no room: give it one in tests/house/rooms.py"
        return
    plan = ROOMS[home]
    for line, path in named_files(source):
        target = room_of(f"{PACKAGE}.{path.split('/')[0]}")
        if target != home and target not in plan.sees:
            yield f"{module}:{line} reads {path}, but {home} may not see {target}"
    for line, name in imported(source, module, is_package=is_package):
        top = name.split(".")[0]
        if top == PACKAGE:
            # A name that is no room is something that `backproplab` itself offers, the mathematics.
            target = room_of(name) or "mathematics"
            if target != home and target not in plan.sees:
                yield f"{module}:{line} imports {name}, but {home} may not see {target}"
        elif plan.libraries is not None and top not in sys.stdlib_module_names | plan.libraries:
            allowed = ", ".join(sorted(plan.libraries)) or "the standard library"
            yield f"{module}:{line} imports {top}, but {home} may use {allowed} alone"

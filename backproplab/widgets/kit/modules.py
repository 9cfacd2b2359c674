"""The browser's half of a widget: plain ES modules and style sheets, joined without a build step.

A widget's module imports what it shares with others as any ES module does, with `import { button } from
"./kit.js";`. A notebook takes one text, so `script` puts the imported module's text in place of that line.
"""

import re
from functools import cache
from importlib.resources import files

IMPORT = re.compile(r'^import\s+\{[^}]*\}\s+from\s+"\./(?P<name>[\w-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?function|const|class)", re.MULTILINE)


@cache
def script(name: str) -> str:
    """Return the module `static/name` with every module that it imports written out before it, each once.

    A shared module exports functions, classes and constants under the names that they are imported by.
    Modules joined this way share one scope, so no two may define the same name at their top level.
    """
    return "\n".join(_joined(name, set()))


@cache
def style(name: str) -> str:
    """Return the style sheet `static/name` below what all widgets share."""
    return read("kit.css") + "\n" + read(name)


@cache
def read(name: str) -> str:
    """Return the text of `static/name`."""
    return (files("backproplab.widgets") / "static" / name).read_text(encoding="utf-8")


def _joined(name: str, seen: set[str], *, shared: bool = False) -> list[str]:
    if name in seen:
        return []
    seen.add(name)
    text = read(name)
    before = [part for found in IMPORT.finditer(text) for part in _joined(found["name"], seen, shared=True)]
    own = IMPORT.sub("", text)
    return [*before, EXPORT.sub("", own) if shared else own]

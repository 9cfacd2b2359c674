"""The browser's half of a widget: plain ES modules and style sheets, joined without a build step.

A widget's module imports what stands beside it, or in the kit, as any ES module does, with
`import { button } from "../kit/kit.js";`. A notebook takes one text, so `script` puts the imported module's
text in place of that line. Files are named by where they stand below `backproplab/widgets`.
"""

import posixpath
import re
from functools import cache
from importlib.resources import files

COMMENT = re.compile(r"^[ \t]*(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/[ \t]*)\n", re.MULTILINE)
IMPORT = re.compile(r'^import\s+\{[^}]*\}\s+from\s+"(?P<path>\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
SHEET = re.compile(r'^@import "(?P<path>\.{1,2}/[\w./-]+\.css)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?function|const|class)", re.MULTILINE)


@cache
def script(path: str) -> str:
    """Return the module at `path` with every module that it imports written out before it, each once.

    A shared module exports functions, classes and constants under the names that they are imported by.
    Modules joined this way share one scope, so no two may define the same name at their top level. Comments
    that stand alone on their lines, a third of the text, are left out: each saved notebook and page holds it.
    """
    return "\n".join(_joined(path, set()))


@cache
def style(path: str) -> str:
    """Return the style sheet at `path` below what all widgets share, and what it imports in place."""
    home = posixpath.dirname(path)
    own = SHEET.sub(lambda found: read(posixpath.normpath(f"{home}/{found['path']}")), read(path))
    return read("kit/kit.css") + "\n" + own


@cache
def read(path: str) -> str:
    """Return the text of a file of the widgets, such as "kit/kit.js"."""
    return files("backproplab.widgets").joinpath(*path.split("/")).read_text(encoding="utf-8")


def imports(path: str) -> list[str]:
    """Return the modules that the module at `path` imports, in its order, each by where it stands.

    >>> imports("spreadsheet/words.js")
    ['kit/kit.js']
    """
    home = posixpath.dirname(path)
    return [posixpath.normpath(f"{home}/{found['path']}") for found in IMPORT.finditer(read(path))]


def _joined(path: str, seen: set[str], *, shared: bool = False) -> list[str]:
    if path in seen:
        return []
    seen.add(path)
    before = [part for each in imports(path) for part in _joined(each, seen, shared=True)]
    own = COMMENT.sub("", IMPORT.sub("", read(path)))
    return [*before, EXPORT.sub("", own) if shared else own]

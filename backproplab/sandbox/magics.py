"""What Jupyter reads and Python does not: magics, shell lines, question marks.

A lesson's cell may say `%matplotlib inline` or `%%time`; nothing of it may cost marks. Magics that only time
or capture run their body; all others do nothing and leave a note.

    >>> notes, names = [], {}
    >>> shell = Shell(names, notes.append)
    >>> run("%%time\\nx = 2", names, shell), run("!ls\\ny = x + 1", names, shell)
    (None, None)
    >>> names["y"], notes
    (3, ['The shell command `ls` did nothing here'])
"""

import ast
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from backproplab.check import history

SILENT = {"matplotlib", "config", "load_ext", "reload_ext", "autoreload", "timeit", "pinfo", "pinfo2"}


def as_python(source: str) -> str:
    """Return a cell as Python gets it: who grades reads it as it is run here."""
    manager: Any = TransformerManager  # untyped where IPython is installed
    return history.as_python(source, manager().transform_cell)


class Shell:
    """What `get_ipython()` returns to a student's cell."""

    execution_count = None
    """Jupyter numbers each run of a cell; here each runs once, without a number."""

    def __init__(self, namespace: dict[str, Any], note: Callable[[str], object]) -> None:
        self._namespace, self._note = namespace, note
        namespace["get_ipython"] = lambda: self
        namespace["display"] = lambda *_, **__: None

    def run_line_magic(self, name: str, line: str, *_: object, **__: object) -> Any:
        """Run `%name line`."""
        if name not in history.RUN_THEIR_BODY:
            return self._ignore(name)
        try:
            return eval(compile(line, "<magic>", "eval"), self._namespace)
        except SyntaxError:
            return run(line, self._namespace, self)

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        """Run `%%name line` over the rest of its cell."""
        return run(cell, self._namespace, self) if name in history.RUN_THEIR_BODY else self._ignore(name)

    def system(self, command: str) -> None:
        """Run `!command`: nothing."""
        self._note(f"The shell command `{command[:40]}` did nothing here")

    def getoutput(self, command: str, *_: object, **__: object) -> list[str]:
        """Run `x = !command`: nothing."""
        self.system(command)
        return []

    def _ignore(self, name: str) -> None:
        if name not in SILENT:
            self._note(f"The magic `%{name[:40]}` did nothing here")


def run(source: str, namespace: dict[str, Any], shell: Shell, *, title: str = "<cell>") -> None:
    """Run a cell in a namespace as Jupyter would, `shell` standing in for Jupyter's."""
    for code in _compiled(source, title):
        exec(code, namespace)


def _compiled(source: str, title: str) -> Iterator[CodeType]:
    """Yield a cell's code; where a statement of it does not compile, that of those above, as Jupyter does."""
    try:
        whole = _compile(source, title)
    except SyntaxError:
        python = as_python(source)
        try:
            whole = _compile(python, title)
        except SyntaxError:
            for statement in ast.parse(python, title).body:
                yield _compile(ast.Module([statement], []), title)
            raise
    yield whole


def _compile(source: str | ast.Module, title: str) -> CodeType:
    return compile(source, title, "exec", dont_inherit=True)

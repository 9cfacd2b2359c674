"""What the grader's commands print: sentences with names in them that students chose.

A name may hold what renames a window, clears the screen or begins a line that looks like the command's own.
So all that is printed goes through here, and what does not print is a "?".
"""

import sys
from typing import TextIO


def one_line(text: object) -> str:
    """Return text in one line, with nothing in it that steers a terminal.

    >>> one_line("eve\\x1b[2J\\nDone.")
    'eve?[2J?Done.'
    """
    return "".join(sign if sign.isprintable() else "?" for sign in str(text))


def shortened(text: object, longest: int) -> str:
    """Return the same, cut to so many signs.

    >>> shortened("homework.ipynb", 9)
    'homework…'
    """
    line = one_line(text)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def say(*lines: object) -> None:
    """Print lines; they are shown at once."""
    _show(lines, sys.stdout)


def complain(*lines: object) -> None:
    """Print lines to stderr."""
    _show(lines, sys.stderr)


def complain_of(error: Exception) -> None:
    """Print an error to stderr, which may have several lines of its own."""
    complain(*str(error).split("\n"))


def _show(lines: tuple[object, ...], stream: TextIO) -> None:
    for line in lines:
        print(one_line(line), file=stream, flush=True)

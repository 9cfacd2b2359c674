"""What an exception says, without the noise of one machine: no addresses, no folders, no frames of ours."""

import os
import re
import sys
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path

LONGEST_LINE = 200
LAST_WORDS = 80  # of a longer line, which are kept: numpy tells the sizes that do not fit at the very end
# What an error in the check itself says of the answer that it was given.
HINTS = (
    ("NoneType", "does the function return its result?"),
    ("cannot unpack non-iterable", "several results are expected from one return, with commas between them"),
    ("values to unpack", "count the results that your function returns"),
)
# What an error says of the line in which it arose, wherever that is.
SLIPS = (
    ("'bitwise_xor'", "a power is written **, not ^"),
    ("for ^:", "a power is written **, not ^"),
    ("as a data type", "a shape has brackets of its own, as in np.zeros((2, 3))"),
)
MOST_FRAMES = 12
NOTEBOOK = "notebook"
# What a kernel calls a cell. Code that is no file may be a library's, too: what was compiled, or is frozen.
_CELL = re.compile(r"^<(?!frozen |__)|\bipykernel_\d+[/\\][^/\\]+$")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
_PACKAGE = Path(__file__).parents[1]
_OURS = tuple(f"{_PACKAGE / room}{os.sep}" for room in ("check", "marking"))


@dataclass(frozen=True)
class ErrorReport:
    """What went wrong: in one line, and as a traceback to unfold."""

    line: str
    place: str
    traceback: str

    @property
    def hint(self) -> str:
        """What to look at, where that can be told from the error; "" elsewhere."""
        here = HINTS if self.place.startswith("in the check") else ()
        return next((hint for sign, hint in (*SLIPS, *here) if sign in self.line), "")


def error_report(error: BaseException) -> ErrorReport:
    """Describe an exception: its type and message in one line, its place, and the frames that led to it."""
    line = _one_line(error)
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_OURS)
    ]
    own = [frame for frame in frames if _file(frame) == NOTEBOOK]
    place = f"in {_function(own[-1])}, line {own[-1].lineno}" if own else "in the check"
    shown = [_frame(frame) for frame in frames]
    if len(shown) > MOST_FRAMES:
        half = MOST_FRAMES // 2
        shown[half:-half] = [f"… {len(shown) - 2 * half} more calls …"]
    return ErrorReport(line, place, "\n".join([*shown, line]))


def _one_line(error: BaseException) -> str:
    kind = type(error).__name__
    try:
        message = " ".join(str(error).split())
    except Exception:
        message = ""
    message = _ADDRESS.sub("0x…", message)
    whole = f"{kind}: {message}" if message else kind
    if len(whole) <= LONGEST_LINE:
        return whole
    return f"{whole[: LONGEST_LINE - LAST_WORDS - 1]}…{whole[-LAST_WORDS:]}"


def _frame(frame: traceback.FrameSummary) -> str:
    head = f"{_file(frame)}, line {frame.lineno}, in {_function(frame)}"
    return f"{head}\n    {frame.line}" if frame.line else head


def _function(frame: traceback.FrameSummary) -> str:
    match frame.name:
        case "_":
            return "the check"
        case "<module>":
            return "the cell"
        case name:
            return name


def _file(frame: traceback.FrameSummary) -> str:
    """Name a file as on every machine: "notebook" for a cell, else its path inside its library."""
    if _CELL.search(frame.filename):
        return NOTEBOOK
    path = Path(frame.filename)
    folders = [*sys.path, *sysconfig.get_paths().values()]
    roots = [Path(folder) for folder in folders if folder and path.is_relative_to(folder)]
    if roots:
        return path.relative_to(max(roots, key=lambda root: len(root.parts))).as_posix()
    return path.name if path.is_absolute() else path.as_posix()

"""An exception, told without the noise of one machine: no addresses, no folders, no frames of ours."""

import re
import sys
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path

LONGEST_LINE = 200
MOST_FRAMES = 12
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
_HERE = str(Path(__file__).parent)


@dataclass(frozen=True)
class Trouble:
    """What went wrong: in one line, and as a traceback to unfold."""

    line: str
    traceback: str


def trouble(error: BaseException) -> Trouble:
    """Describe an exception: its type and message in one line, and the frames that led to it."""
    line = _one_line(error)
    frames = traceback.extract_tb(error.__traceback__)
    shown = [_frame(frame) for frame in frames if not frame.filename.startswith(_HERE)]
    if len(shown) > MOST_FRAMES:
        half = MOST_FRAMES // 2
        shown[half:-half] = [f"  … {len(shown) - 2 * half} frames more …"]
    return Trouble(line, "\n".join([*shown, line]))


def _one_line(error: BaseException) -> str:
    kind = type(error).__name__
    try:
        message = " ".join(str(error).split())
    except Exception:
        message = ""
    message = _ADDRESS.sub("0x…", message)
    whole = f"{kind}: {message}" if message else kind
    return whole if len(whole) <= LONGEST_LINE else whole[: LONGEST_LINE - 1] + "…"


def _frame(frame: traceback.FrameSummary) -> str:
    head = f"  {_place(frame.filename)}, line {frame.lineno}, in {frame.name}"
    return f"{head}\n    {frame.line}" if frame.line else head


def _place(filename: str) -> str:
    """Name a file as on every machine: "notebook" for a cell, else its path inside its library."""
    path = Path(filename)
    if not path.is_file() or "ipykernel" in path.parent.name:
        return "notebook"
    folders = [*sys.path, *sysconfig.get_paths().values()]
    roots = [Path(folder) for folder in folders if folder and path.is_relative_to(folder)]
    return path.relative_to(max(roots, key=lambda root: len(root.parts))).as_posix() if roots else path.name

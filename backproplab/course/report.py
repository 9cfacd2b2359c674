"""What an update tells the learner: on the terminal, and in the copy what could not follow."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from textwrap import fill

from backproplab.files import write_text

from .contents import EXERCISES, LESSONS
from .parts import unit_of
from .update import Kept, Outcome

REPORT = "NOT-UPDATED.txt"
WIDTH = 100
INTRODUCTION = (
    "The course has something newer for the files below. Yours are as you left them: nothing was overwritten."
)
ADVICE = (
    "To have the course's version of one of them, save and close your notebooks and type its name into this "
    "command, in the folder from which you open the course:"
)
AFTERWARDS = (
    f"Yours is then in {LESSONS}-earlier or {EXERCISES}-earlier, with its recorded values. If you are "
    "content with what you have, there is nothing to do."
)
STILL_OPEN = (
    "If one of these is open in JupyterLab, and it asks about a change on disk, choose Revert: you then "
    "see the new version."
)
COMMANDS = """\
    make course FRESH={name}
    .venv\\Scripts\\backproplab course --fresh {name}          (Windows)"""


def summary(folder: Path, outcome: Outcome, *, new: bool) -> str:
    """Return what was done, in a few lines for a terminal."""
    lines = [f"{old} is now {aside}" for old, aside in outcome.set_aside]
    lines += [f"{name}: you have not worked in it; it is as the course has it" for name in outcome.as_given]
    if new:
        notebooks = [name for name in outcome.written if name.endswith(".ipynb")]
        lessons = sum(name.startswith(f"{LESSONS}/") for name in notebooks)
        lines.append(f"{folder}: made, with {lessons} lessons and {len(notebooks) - lessons} exercise sets")
    else:
        followed = [name for name in outcome.written if unit_of(name) not in {*outcome.written} - {name}]
        lines += [f"{name}: as the course has it now" for name in followed]
        lines += [f"{name}: no longer in the course, removed" for name in outcome.removed]
        lines += [STILL_OPEN] if followed else []
    if outcome.kept:
        lines += ["", not_updated(outcome.kept), f"This also stands in {folder / REPORT}."]
    return "\n".join(lines or [f"{folder}: nothing to bring up to date"])


def not_updated(kept: Sequence[Kept]) -> str:
    """Return what could not follow the course, why, and what one can do."""
    parts = [fill(INTRODUCTION, WIDTH)]
    parts += [f"{each.name}\n{_indented(each.reason)}" for each in kept]
    if names := [each.name for each in kept if each.replaceable]:
        parts += [fill(ADVICE, WIDTH), COMMANDS.format(name=names[0]), fill(AFTERWARDS, WIDTH)]
    return "\n\n".join(parts) + "\n"


def _indented(text: str) -> str:
    return fill(text, WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


def leave_report(folder: Path, kept: Sequence[Kept]) -> None:
    """Put into the copy what could not follow, where the learner meets it; take away what no longer holds."""
    path = folder / REPORT
    if not kept:
        path.unlink(missing_ok=True)
        return
    text = not_updated(kept)
    with suppress(OSError, UnicodeDecodeError):
        if path.read_text(encoding="utf-8") == text:
            return
    write_text(path, text)

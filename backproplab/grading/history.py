"""The runs that a set has seen: a line each in history.csv, for whoever asks later how a mark came about."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backproplab.grading.reports import as_csv, saving, write_private

if TYPE_CHECKING:
    from backproplab.grading.run import Summary

HISTORY = "history.csv"
COLUMNS = (
    *("finished", "backproplab", "solution", "isolation", "submissions", "graded_now", "from_kept"),
    *("changed_scores", "ungraded"),
)
"""When the run ended, by which version, the SHA-256 of the solution notebook, the level of isolation; and how
many submissions there were, were graded now, were so from values that were kept, have another score than
before, and are ungraded."""


def note_run(folder: Path, record: Mapping[str, Any], summary: "Summary") -> None:
    """Add a run to those in a set's folder: its whole line or nothing. SaveError if that fails.

    `record` is what run.json says of it.
    """
    row = [
        *(record["finished"], record["versions"]["backproplab"], record["solution"], summary.level),
        *(summary.submissions, summary.graded_now, summary.from_kept),
        *(summary.changed_scores, summary.ungraded),
    ]
    path, text = folder / HISTORY, as_csv(COLUMNS, [row])
    if path.exists():
        with saving(path):
            before = path.read_text(encoding="utf-8", errors="backslashreplace")
        if before and not before.endswith("\n"):  # somebody has edited it
            before += "\n"
        text = before + text.partition("\n")[2] if before else text
    write_private(path, text)

"""One path of what was handed in, as far as it is known without reading it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from backproplab.errors import BackproplabError
from backproplab.grading.status import GradingStatus

NOTEBOOK = ".ipynb"
FileNumber = tuple[int, int]
"""Device and inode: what tells a file on disk from all others, whatever it is called."""


class SubmissionError(BackproplabError):
    """A submission, or all of them, cannot be read; the message says why in a sentence."""

    status = GradingStatus.UNREADABLE
    """What becomes of a submission for this reason."""


@dataclass(frozen=True)
class Entry:
    """One path that was handed in: mostly a file."""

    container: Path
    """The folder, or the zip file, that everything was handed in with."""
    name: str
    """Its path in there, with forward slashes; two where it leads into a zip file, and nowhere else."""
    file: str
    """Its name as the student gave it."""
    parts: tuple[str, ...] = ()
    """Its path as readers of platforms see it: no `..`, no drive, Unicode composed."""
    size: int = 0
    """Bytes, as the folder or the zip's directory says."""
    refused: str = ""
    """Why it is not opened: it is a link, say. "" for what may be read."""
    holds_notebook: bool = False
    """Does it begin as a notebook does, whatever it is called?"""
    outer: Self | None = None
    """The zip file, itself handed in, that it lies in."""
    member: int | None = None
    """Its place in the directory of the zip file that it lies in, where names need not differ; None: the last
    of its name."""

    number: FileNumber | None = None
    """Which file on disk it was when it was looked at; None in a zip, or where the system does not say."""
    is_linked: bool = False
    """Has that file several names (hard links)?"""
    is_of_folders_owner: bool = False
    """Does it belong to the user to whom the folder belongs in which it lies?"""

    @property
    def linked(self) -> FileNumber | None:
        """Which file on disk it is, if that has several names."""
        return self.number if self.is_linked else None

    @property
    def key(self) -> tuple[str, int | None]:
        """What tells it from all others that came in with it."""
        return self.name, self.member

    @property
    def is_notebook(self) -> bool:
        """Is it a notebook, by its name or by how it begins?"""
        return self.holds_notebook or self.file.lower().endswith(NOTEBOOK)

"""An exercise notebook and its recorded values take their places together, or neither does.

No system replaces two files in one step. So both wait beside their places, hidden, and the old values are out
of sight while the notebook is replaced: between the two steps a check says that it has no values, rather than
compare with others. Whatever comes between, an error or a power cut, what still waits tells how far it got.
"""

import stat
from contextlib import suppress
from pathlib import Path

from backproplab.files import atomic_write, replace


class Pair:
    """The places of an exercise notebook and of its recorded values."""

    def __init__(self, notebook: Path, values: Path) -> None:
        self.notebook, self.values = notebook, values
        self._next_notebook, self._next_values = _beside(notebook, "next"), _beside(values, "next")
        self._earlier_values = _beside(values, "earlier")

    def write(self, notebook: bytes, values: bytes) -> None:
        """Put both in their places. After an OSError, those that were there stand together as before."""
        try:
            # The notebook waits first, leaves first, and is thrown away last: see `settle`.
            _wait(self._next_notebook, notebook, self.notebook)
            _wait(self._next_values, values, self.values)
            with suppress(FileNotFoundError):
                replace(self.values, self._earlier_values)
            replace(self._next_notebook, self.notebook)
            replace(self._next_values, self.values)
        finally:
            self.settle()

    def settle(self) -> bool:
        """End what a `write` began that was interrupted. Returns True if the new files are there now.

        While the new notebook waits, the one in its place is the old one, and gets the old values back.
        Afterwards it is the new one, whatever a learner has done in it since, and gets the new values.
        """
        ended = False
        if self._next_notebook.exists():
            if self._earlier_values.exists() and not self.values.exists():
                replace(self._earlier_values, self.values)
            self._next_values.unlink(missing_ok=True)
            self._next_notebook.unlink()
        elif self._next_values.exists():
            replace(self._next_values, self.values)
            ended = True
        self._earlier_values.unlink(missing_ok=True)
        return ended


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.{what}")


def _wait(path: Path, data: bytes, place: Path) -> None:
    """Write what is to be moved to `place`, with the permissions of the file that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else None
    with atomic_write(path, mode=mode) as file:
        file.write(data)

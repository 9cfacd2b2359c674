"""Which notebooks of a copy compare their answers with the recorded values of an exercise set.

The set's own does. Another of the learner's may as well: a duplicate, or the set's own under a new name.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from backproplab.marking import expected

from .parts import names_in


def readers_of(folder: Path, unit: str) -> Iterator[Path]:
    """Yield each notebook in a copy, beside the unit's own, whose checks read the unit's recorded values."""
    notebook, *pair = (folder / name for name in names_in(unit))
    if not pair:
        return
    values = pair[0]
    opens = re.compile(rf"""check_set\(\s*\\*["']{re.escape(notebook.stem)}\\*["']""")
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(top, name) for name in files if name.endswith(".ipynb")):
            if path == notebook or not _reads(path, values):
                continue
            with suppress(OSError, UnicodeDecodeError):
                if opens.search(path.read_text(encoding="utf-8")):
                    yield path


def _reads(notebook: Path, values: Path) -> bool:
    """Would a check in this notebook compare with these recorded values, if they are there?"""
    for place in expected.places(notebook.parent):
        if place == values.parent or (place / values.name).is_file():
            return place == values.parent
    return False

"""Which code grades: a hash of this package's source, since its number may stand while its code changes.

After a `git pull` a result may come out otherwise than before, and so may a student's values, whose notebook
may use any part of the package, and the data that it computes with. So results, kept values, workers and
wheels are told apart by it.
"""

import hashlib
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
TEXT = (".py", ".json", ".txt")
COUNTED = (*TEXT, ".npz")
"""Kinds of files: code, and data that it reads."""
CARRIED = "course/carried/"
"""The folder of a wheel, and of what was installed from one, in which lessons lie that are none of it."""
DIGITS = 12  # of the hash: enough to tell, and to read


@cache
def source_here() -> str:
    """Return the hash of the package that runs here, which takes some 40 ms, MNIST a third of that."""
    paths = {path.relative_to(PACKAGE.parent).as_posix(): path for path in PACKAGE.rglob("*.*")}
    return _hash(
        (name, path.read_bytes()) for name, path in paths.items() if _counts(name) and path.is_file()
    )


def source_in_wheel(wheel: Path) -> str:
    """Return the hash of the package in a wheel; OSError or zipfile.BadZipFile if it cannot be read."""
    with zipfile.ZipFile(wheel) as file:
        return _hash((name, file.read(name)) for name in file.namelist() if _counts(name))


def _counts(name: str) -> bool:
    """Is a file, by its path from beside the package, one that values may depend on?

    What an editor leaves, such as JupyterLab's .ipynb_checkpoints, is none, and in no wheel.
    """
    package, _, inside = name.partition("/")
    is_ours = package == PACKAGE.name and not inside.startswith(CARRIED) and inside.endswith(COUNTED)
    return is_ours and not any(part.startswith(".") for part in inside.split("/"))


def _hash(files: Iterable[tuple[str, bytes]]) -> str:
    whole = hashlib.sha256()
    for name, data in sorted(files):
        if name.endswith(TEXT):
            data = data.replace(b"\r\n", b"\n")  # as Git may leave them on Windows
        whole.update(f"{name} {len(data)}\n".encode())
        whole.update(data)
    return whole.hexdigest()[:DIGITS]

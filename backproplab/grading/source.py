"""Which code grades: a hash of this package's source, since its number may stand while its code changes.

After a `git pull` a result may come out otherwise than before, and so may a student's values, whose notebook
may use any part of the package. So results, kept values, workers and wheels are told apart by it.
"""

import hashlib
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

PACKAGE = Path(__file__).parents[1]
DIGITS = 12  # of the hash: enough to tell, and to read


@cache
def source_here() -> str:
    """Return the hash of the package that runs here."""
    paths = PACKAGE.rglob("*.py")
    return _hash((path.relative_to(PACKAGE.parent).as_posix(), path.read_bytes()) for path in paths)


def source_in_wheel(wheel: Path) -> str:
    """Return the hash of the package in a wheel; OSError or zipfile.BadZipFile if it cannot be read."""
    with zipfile.ZipFile(wheel) as file:
        names = [PurePosixPath(name) for name in file.namelist()]
        inside = [each for each in names if each.parts[0] == PACKAGE.name and each.suffix == ".py"]
        return _hash((str(each), file.read(str(each))) for each in inside)


def _hash(files: Iterable[tuple[str, bytes]]) -> str:
    whole = hashlib.sha256()
    for name, code in sorted(files):
        lines = code.replace(b"\r\n", b"\n")  # as Git may leave them on Windows
        whole.update(f"{name} {len(lines)}\n".encode() + lines)
    return whole.hexdigest()[:DIGITS]

"""Put a site that was made into the folder where it is shown, and take away what only the last one had.

A folder of a site may hold what others put into it. So each site leaves a list of its own files there, and
only what an earlier list names is ever taken away.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from backproplab.files import write_text

LIST = ".backproplab-site.txt"


def put_in_place(made: Path, out: Path) -> None:
    """Copy all that is in the folder `made` to `out`; remove what only an earlier site had there."""
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    earlier = listed(out)
    out.mkdir(parents=True, exist_ok=True)
    write_list(out, names | earlier)  # whatever comes between, the next site knows what to take away
    shutil.copytree(made, out, dirs_exist_ok=True)
    for name in sorted(earlier - names):
        path = out / name
        # A name that a new one differs from in case alone may be the same file.
        if path.is_file() and not any(path.samefile(out / each) for each in _alike(name, names)):
            path.unlink()
            _remove_if_empty(path.parent, out)
    write_list(out, names)


def listed(out: Path) -> set[str]:
    """Return what the site in `out` consists of, by its own list: nothing that leads out of the folder."""
    try:
        names = (out / LIST).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return set()
    root = out.resolve()
    return {name for name in names if (out / name).resolve().is_relative_to(root) and (out / name) != out}


def write_list(out: Path, names: set[str]) -> None:
    """Leave in `out` the list of the files that its site consists of."""
    write_text(out / LIST, "".join(f"{name}\n" for name in sorted(names)))


def _alike(name: str, names: set[str]) -> list[str]:
    return [each for each in names if each.casefold() == name.casefold()]


def _remove_if_empty(folder: Path, out: Path) -> None:
    with suppress(OSError):
        while folder != out:
            os.rmdir(folder)
            folder = folder.parent

"""Make the zip that Gradescope takes as an autograder of one set.

Its form is that of Gradescope's "Autograder Specifications": `setup.sh` and `run_autograder` at its top. The
first runs once, when the container is made, with a network; the second runs for each submission. Beside them
are the solution of the set, a wheel of this package and the version of NumPy that it was tried with.
"""

import stat
import zipfile
from io import BytesIO
from pathlib import Path

from backproplab.authoring.assignment import load_solution
from backproplab.errors import BackproplabError
from backproplab.files import atomic_write
from backproplab.grading.kept import versions
from backproplab.grading.source import source_here, source_in_wheel

SCRIPTS = Path(__file__).parent / "scripts"
SETUP, RUN = "setup.sh", "run_autograder"
SOLUTION = "solution"
"""The folder of the one solution notebook in the zip."""
MINUTES = "timeout_minutes"
"""The file of the zip that has the assignment's timeout at Gradescope."""
MADE = (1980, 1, 1, 0, 0, 0)  # of each file, so that the same course makes the same zip
UNIX = 3  # whose permissions a file has: Gradescope runs two of them, wherever the zip was made
WHEEL = "python -m pip wheel --no-deps -w dist ."


class PackError(BackproplabError):
    """The zip could not be made; the message says what is missing."""


def pack(solution: Path, wheel: Path, out: Path, *, minutes: int) -> None:
    """Write the zip for a solution notebook to `out`.

    `wheel` is this package's, made of the source that runs here; `minutes`, the assignment's timeout.
    ReleaseError if the notebook is not well-formed, PackError if the wheel is missing or another one.
    """
    load_solution(solution)
    if not _is_of_what_runs_here(wheel):
        name = f"backproplab-{versions()['backproplab']}-….whl"
        raise PackError(
            f"{wheel} is not a wheel of what runs here ({name}, made of the source as it is now): make it in "
            f"the course's folder with `{WHEEL}`, or name it with --wheel"
        )
    pins = f"numpy=={versions()['numpy']}\n"
    with BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            for script in (SETUP, RUN):
                text = (SCRIPTS / script).read_text(encoding="utf-8")  # its lines may end as on Windows, here
                _add(made, script, text.encode(), mode=0o755)
            _add(made, f"{SOLUTION}/{solution.name}", solution.read_bytes())
            _add(made, wheel.name, wheel.read_bytes())
            _add(made, "constraints.txt", pins.encode())
            _add(made, MINUTES, str(minutes).encode())
        with atomic_write(out, mode=0o600) as target:
            target.write(file.getvalue())


def _is_of_what_runs_here(wheel: Path) -> bool:
    if not wheel.name.startswith(f"backproplab-{versions()['backproplab']}-") or wheel.suffix != ".whl":
        return False
    try:
        return source_in_wheel(wheel) == source_here()
    except (OSError, zipfile.BadZipFile):
        return False


def newest_wheel(folder: Path) -> Path:
    """Return this package's wheel in a folder, the last one made; without any, where it would be."""
    found = sorted(folder.glob("backproplab-*.whl"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else folder / f"backproplab-{versions()['backproplab']}-py3-none-any.whl"


def _add(made: zipfile.ZipFile, name: str, content: bytes, *, mode: int = 0o644) -> None:
    about = zipfile.ZipInfo(name, MADE)
    about.create_system, about.external_attr = UNIX, (stat.S_IFREG | mode) << 16
    about.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
    made.writestr(about, content)

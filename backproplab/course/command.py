"""The `backproplab course` command."""

import argparse
import os
from pathlib import Path, PurePosixPath

from .contents import CourseError
from .handout import read_zip
from .record import PACKAGE, is_copy, origin_of
from .report import leave_report, summary
from .source import is_copy_without_record, is_course, packages_course
from .start_page import whole_copy
from .update import update

COPY = Path("mycourse")
ABOUT = (
    "Make your own copy of the course, or bring it up to date: lessons in which the answers to predictions "
    "have not been run yet, and exercises. What you have changed or run is never overwritten; what you left "
    "alone follows the course; what could not follow is reported."
)


def add_course(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab course`."""
    parser = commands.add_parser("course", help="Make your own copy of the course.", description=ABOUT)
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help=f"the copy (default: this folder if it is one, else {COPY})",
    )
    parser.add_argument(
        "--fresh",
        action="append",
        default=[],
        metavar="FILE",
        help="set yours aside and begin again with the course's: --fresh notebooks/03-spreadsheet.ipynb",
    )
    parser.add_argument(
        "--from",
        dest="handout",
        type=Path,
        metavar="ZIP",
        help="a handout, from which to take the course; without, it is that of this folder or of the package",
    )
    parser.set_defaults(command=course, extra="")


def course(given: argparse.Namespace) -> int:
    """Make a copy or bring it up to date. Returns 1 if a file could not be read or written, else 0."""
    return bring_up_to_date(given.folder or copy_here(), given.handout, given.fresh)


def copy_here() -> Path:
    """Return the copy that is meant where none is named: this folder if it is one, else `mycourse` in it."""
    here = Path()
    return here if is_copy(here) or is_copy_without_record(here) else COPY


def bring_up_to_date(folder: Path, handout: Path | None = None, fresh: "list[str] | None" = None) -> int:
    """Let a copy follow the handout, the course in this folder, or the package's; say what was done.

    Returns the status. CourseError if the copy is from elsewhere than the package, and there is nothing else;
    or if the copy would be the course itself.
    """
    here = Path()
    if is_course(folder):
        raise CourseError(
            f"{folder.absolute()} holds the course itself, and a copy needs a folder of its own; "
            f"name another one, or none to have it in {COPY}"
        )
    if handout:
        contents, origin = read_zip(handout), ""
    elif is_course(here):
        contents, origin = whole_copy(here), ""
    elif follows_package(folder):
        contents, origin = whole_copy(packages_course()), PACKAGE
    else:
        raise CourseError(
            f"The course in {folder.absolute()} did not come with this backproplab, and may be a newer one. "
            "Run the command in the course's folder, or name the zip file that you were given: "
            "backproplab course --from handout.zip"
        )
    new = not is_copy(folder) and not is_copy_without_record(folder)
    outcome = update(folder, contents, [_name_in(folder, each) for each in fresh or []], origin=origin)
    leave_report(folder, outcome.kept)
    print(summary(folder.absolute() if folder == here else folder, outcome, new=new), flush=True)
    return int(outcome.failed)


def follows_package(folder: Path) -> bool:
    """Say whether a copy, or the place for one, has its course from the package."""
    return not is_copy(folder) or origin_of(folder) == PACKAGE


def _name_in(folder: Path, typed: str) -> str:
    """Return the name in the copy of a file that was typed so, or as it is seen from this folder.

    >>> _name_in(Path("mycourse"), "mycourse/notebooks/03-a.ipynb")
    'notebooks/03-a.ipynb'
    """
    path, root = Path(os.path.abspath(typed)), os.path.abspath(folder)
    inside = path.relative_to(root) if path.is_relative_to(root) else Path(typed)
    return PurePosixPath(*inside.parts).as_posix()

"""`backproplab lab` and `backproplab progress`: a learner's copy, opened at its map, or the map as text."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from backproplab.course.command import bring_up_to_date, copy_here, follows_package
from backproplab.course.contents import CourseError
from backproplab.course.outline import parts
from backproplab.course.progress import standings
from backproplab.course.record import is_copy
from backproplab.course.source import course_for, is_course
from backproplab.door.terminal import as_text
from backproplab.door.toolbar import LAB_SETTINGS

PACKAGE = Path(__file__).parents[1]
MAP = "/course"
SERVER = "backproplab.door.server"


def add_lab(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab lab`."""
    parser = commands.add_parser(
        "lab",
        help="Open the course in JupyterLab.",
        description=(
            "Open your own copy of the course in JupyterLab, at the course map: this folder if it is a copy, "
            "else the copy in mycourse/, which is made or brought up to date first."
        ),
    )
    parser.add_argument("--port", type=int, metavar="N", help="where to listen (default: 8888, or the next)")
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="-- ARGUMENT",
        help="for jupyter lab, as in: backproplab lab -- --no-browser",
    )
    parser.set_defaults(command=open_lab, extra="lab")


def open_lab(given: argparse.Namespace) -> int:
    """Open the learner's copy, up to date where its course is at hand; return when JupyterLab ends."""
    from jupyterlab.labapp import LabApp

    copy = copy_here()
    if is_course(Path()) or follows_package(copy):
        bring_up_to_date(copy)
    _let_kernels_find_the_package()
    os.environ.update(threads(os.environ))
    LabApp.launch_instance(
        [
            f"--ServerApp.root_dir={copy.resolve()}",
            f"--ServerApp.jpserver_extensions={{'{SERVER}': True}}",
            f"--LabApp.app_settings_dir={LAB_SETTINGS}",
            f"--LabApp.default_url={MAP}",
            *([f"--ServerApp.port={given.port}"] if given.port is not None else []),
            *of_this_machine(os.environ, sys.platform, getattr(os, "geteuid", lambda: 1)()),
            *given.arguments,
        ]
    )
    return 0


def of_this_machine(environment: Mapping[str, str], platform: str, user: int) -> list[str]:
    """Return what JupyterLab has to be told, which refuses root, and looks for a screen where there is none.

    On Windows it would let the browser open a file that leads on to the page. A Python from the Microsoft
    Store keeps that file where no browser finds it (JupyterLab's issue 9250), and Windows 11 may refuse it
    (18378). So the browser is given the address itself. The file hides the address from other users of the
    machine, to whom Linux and macOS show what a program was started with; Windows does not.

    >>> of_this_machine({"DISPLAY": ":0"}, "linux", user=1000), of_this_machine({}, "linux", user=0)
    ([], ['--allow-root', '--no-browser'])
    """
    screen = platform in ("darwin", "win32") or any(map(environment.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    return [
        *(["--allow-root"] if user == 0 else []),
        *(["--ServerApp.use_redirect_file=False"] if platform == "win32" else []),
        *([] if screen else ["--no-browser"]),
    ]


def threads(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what kernels are told about threads: one for numpy's products, unless somebody says otherwise.

    OpenBLAS would take all cores for products of a tenth of a millisecond. Where another program, such as the
    browser, has one of them, each product waits for it: training was seen to take 30 times as long. And with
    one thread no sum depends on how many cores there are.

    >>> threads({}), threads({"OMP_NUM_THREADS": "4"})
    ({'OPENBLAS_NUM_THREADS': '1'}, {})
    """
    told = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"} & set(environment)
    return {} if told else {"OPENBLAS_NUM_THREADS": "1"}


def _let_kernels_find_the_package() -> None:
    """A clone that was moved since it was installed: its kernels would look where it was."""
    if (PACKAGE.parent / "pyproject.toml").is_file():
        known = os.environ.get("PYTHONPATH", "")
        os.environ["PYTHONPATH"] = os.pathsep.join([str(PACKAGE.parent), *([known] if known else [])])


def add_progress(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab progress`."""
    parser = commands.add_parser(
        "progress",
        help="Show what you have done of the course.",
        description="Show the course map with what you have done of it, as your saved notebooks tell.",
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="the copy (default: this folder, or mycourse)"
    )
    parser.set_defaults(command=print_progress, extra="")


def print_progress(given: argparse.Namespace) -> int:
    """Print the map of a copy. CourseError if there is none."""
    copy = given.folder or copy_here()
    if not is_copy(copy):
        raise CourseError(
            f"{copy.absolute()} is no copy of the course; make one with: backproplab course, "
            "or name the folder that holds yours"
        )
    print(as_text(standings(copy, parts(course_for(copy)))))
    return 0

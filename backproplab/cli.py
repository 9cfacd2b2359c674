"""The `backproplab` command: a verb for everything that one can do from a shell.

A verb loads what it needs when it is called. Where that is in an extra that is not installed, the command
says which.
"""

import argparse
import io
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from backproplab.authoring.command import add_release, add_run
from backproplab.authoring.new.command import add_new
from backproplab.course.command import add_course
from backproplab.course.contents import LESSONS
from backproplab.door.command import add_lab, add_progress
from backproplab.errors import BackproplabError
from backproplab.grading.alike.command import add_alike
from backproplab.grading.book.command import add_gradebook
from backproplab.grading.command import add_grade
from backproplab.grading.gradescope.command import add_gradescope
from backproplab.grading.hand.command import add_mark
from backproplab.grading.terminal import complain_of

PACKAGE = "backproplab"
SITE_WORK = Path("build/site-work")
LIKE = "notebooks/03-spreadsheet.ipynb"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit status: 0 if all is well, 2 if nothing began, else 1."""
    _print_any_letter()
    given = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = given.command
    try:
        return command(given)
    except ModuleNotFoundError as error:
        library = (error.name or PACKAGE).split(".")[0]
        if library == PACKAGE or not given.extra:
            raise
        print(
            f"`backproplab {given.verb}` needs {library}, which is not installed. To have it:\n"
            f'pip install "backproplab[{given.extra}]"',
            file=sys.stderr,
        )
        return 2
    except (BackproplabError, OSError) as error:
        complain_of(error)
        return 1


def _print_any_letter() -> None:
    """Let what the output cannot show appear as "?": on Windows, a pipe or a file has 256 letters at most."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PACKAGE, description="The tools of the backproplab course.")
    parser.add_argument("--version", action="version", version=f"{PACKAGE} {_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="verb")
    for add in (
        add_course,
        add_lab,
        add_progress,
        add_release,
        add_grade,
        add_mark,
        add_gradebook,
        add_alike,
        add_gradescope,
        add_run,
        add_new,
        add_export,
        add_site,
        add_makers,
        add_pack_mnist,
        add_record_frameworks,
    ):
        add(commands)
    return parser


def _version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:  # run from a folder that nobody installed
        return "(not installed)"


def add_export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab export`."""
    parser = commands.add_parser(
        "export",
        help="Make web pages of lessons.",
        description="Run lessons and make of each a web page that needs no Python and no network.",
    )
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK", help=f"such as {LIKE}")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("build/export"),
        metavar="DIR",
        help="the folder for the pages (default: build/export)",
    )
    parser.set_defaults(command=export_lessons, extra="lab")


def export_lessons(given: argparse.Namespace) -> int:
    """Export lessons. Returns 0 if each has its page; stops at the first that has none, with status 1."""
    import nbformat
    from nbformat.reader import NotJSONError

    from backproplab.authoring.notebooks import NotebookError, execute
    from backproplab.publishing.export import export
    from backproplab.publishing.formulas import FormulaError

    lessons = {}
    for path in given.notebooks:  # all of them first: running one may take minutes
        try:
            lessons[path] = nbformat.read(path, as_version=4)
        except FileNotFoundError:
            print(f"{path} does not exist; name a notebook, as {LIKE}", file=sys.stderr)
            return 1
        except NotJSONError:
            print(f"{path} is no notebook; name one, as {LIKE}", file=sys.stderr)
            return 1
    for path, lesson in lessons.items():
        try:
            execute(lesson, path)
            page = export(lesson, path, given.out, also=[each.stem for each in lessons])
        except (NotebookError, FormulaError) as error:
            print(f"{path}: no page was made. {error}", file=sys.stderr)
            return 1
        print(page, flush=True)
    return 0


def add_site(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab site`."""
    parser = commands.add_parser(
        "site",
        help="Make the course's web site.",
        description=(
            "Make the course's web site, in the course's folder: lessons with their committed outputs, "
            "exercises, reference and search. For what its widgets hold, a lesson is run where its code or "
            "the package has changed since the last time."
        ),
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build/site"), metavar="DIR", help="the folder (default: build/site)"
    )
    parser.add_argument(
        "--url", default="", help="where the site will stand: for sitemap.xml, and links of its 404 page"
    )
    parser.set_defaults(command=make_site, extra="site")


def make_site(given: argparse.Namespace) -> int:
    """Make the site, and say where it is."""
    import nbformat

    from backproplab.authoring.notebooks import execute
    from backproplab.publishing.site.build import build_site
    from backproplab.publishing.site.widgets import kept

    widgets = {}
    for path in sorted(Path(LESSONS).glob("*.ipynb")):
        lesson = nbformat.read(path, as_version=4)

        def run(lesson: nbformat.NotebookNode = lesson, path: Path = path) -> nbformat.NotebookNode:
            print(f"{path}: running it, for its widgets", flush=True)
            execute(lesson, path)
            return lesson

        widgets[path.stem] = kept(lesson, SITE_WORK / "widgets" / f"{path.stem}.json", run)
    build_site(Path(), given.out, SITE_WORK, widgets, url=given.url)
    print(given.out / "index.html")
    return 0


def add_makers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs that take nothing: each makes files, and prints what it has to say, line by line."""
    for verb, extra, make, summary, description in (
        (
            "workbooks",
            "sheet",
            workbooks,
            "Write the workbooks that lessons link to.",
            "Write the spreadsheets that lessons link to, in the course's folder.",
        ),
        (
            "pictures",
            "",
            pictures,
            "Draw the pictures that README shows.",
            "Draw the pictures that README shows, in the course's folder.",
        ),
        (
            "train-digit-reader",
            "",
            digit_reader,
            "Train the digit reader that the package carries; for its maintainers.",
            "Train the network of lesson 00 anew, and write its weights into the package.",
        ),
        (
            "race-optimizers",
            "",
            optimizers_race,
            "Make the trials of lesson 15 anew; for the package's maintainers.",
            "Train lesson 15's networks with each optimizer, some minutes, and write trials.json.",
        ),
        (
            "record-costs",
            "",
            costs_record,
            "Measure lesson 16's recorded costs anew; for the package's maintainers.",
            "Time passes and measure memory, on a machine that does nothing else, and write recorded.json.",
        ),
        (
            "record-workers",
            "",
            workers_record,
            "Measure lesson 26's recorded times anew; for the package's maintainers.",
            "Time steps of one worker and of two, on a machine that does nothing else; write recorded.json.",
        ),
    ):
        parser = commands.add_parser(verb, help=summary, description=description)
        parser.set_defaults(command=print_lines, make=make, extra=extra)


def print_lines(given: argparse.Namespace) -> int:
    """Make what the verb makes, and print each line as it comes."""
    for line in given.make():
        print(line, flush=True)
    return 0


def workbooks() -> Iterable[object]:
    """Write the lessons' workbooks; which they are."""
    from backproplab.spreadsheet.lessons import write_workbooks

    return write_workbooks(Path())


def pictures() -> Iterable[object]:
    """Write README's pictures; which they are."""
    from backproplab.publishing.site.pictures import write_pictures

    return write_pictures(Path())


def digit_reader() -> Iterable[object]:
    """Train the digit reader; how it reads, and whether it is the one that was there."""
    from backproplab.pretrained.train_digit_reader import rebuild

    return rebuild()


def optimizers_race() -> Iterable[object]:
    """Make all trials; of each optimizer which plan was chosen, and how often it is right."""
    from backproplab.tuning.record import rebuild

    return rebuild()


def costs_record() -> Iterable[object]:
    """Measure lesson 16's costs on this machine; each point as it is found."""
    from backproplab.costs.record import rebuild

    return rebuild()


def workers_record() -> Iterable[object]:
    """Time lesson 26's steps on this machine; each point as it is found."""
    from backproplab.parallel.record import rebuild

    return rebuild()


def add_pack_mnist(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab pack-mnist`."""
    parser = commands.add_parser(
        "pack-mnist",
        help="Build the file of MNIST that the package carries; for its maintainers.",
        description="Build mnist.npz, which the package carries, from the four published files.",
    )
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="holds the IDX files, gzip-compressed, as published"
    )
    parser.set_defaults(command=pack_mnist, extra="")


def pack_mnist(given: argparse.Namespace) -> int:
    """Build mnist.npz, and say whether it is the file that the package expects."""
    from backproplab.datasets.pack_mnist import rebuild

    print(rebuild(given.folder))
    return 0


def add_record_frameworks(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab record-frameworks`."""
    parser = commands.add_parser(
        "record-frameworks",
        help="Ask PyTorch, TensorFlow and JAX lesson 23's questions anew; for the package's maintainers.",
        description=(
            "Run the programs of lesson 23 with all three installed, as `make frameworks` has them, and "
            "write recorded.json."
        ),
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, and fail where an answer differs"
    )
    parser.set_defaults(command=record_frameworks, extra="")


def record_frameworks(given: argparse.Namespace) -> int:
    """Record what the frameworks answer, or compare. Returns 1 if an answer differs or is missing."""
    from backproplab.frameworks.record import compare, rebuild

    try:
        for line in compare() if given.check else rebuild():
            print(line, flush=True)
    except (ImportError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0

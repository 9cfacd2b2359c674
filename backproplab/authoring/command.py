"""The commands `backproplab release` and `backproplab run`."""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .release import Release

ABOUT = (
    "Make exercises from solution notebooks: exercises/NN-topic.ipynb and the recorded values. Each "
    "check is first shown to accept what is right and to reject what is not."
)


def add_release(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab release`."""
    parser = commands.add_parser("release", help="Make exercises from solutions.", description=ABOUT)
    parser.add_argument(
        "solutions", nargs="*", type=Path, metavar="SOLUTION", help="notebooks (default: solutions/*.ipynb)"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, and fail where a release is stale"
    )
    parser.add_argument(
        "--other-seeds",
        type=int,
        default=20,
        metavar="N",
        help="prove each check with so many seeds beyond the three that learners meet (default: 20); "
        "fewer only with --check, since what is handed out is proven in full",
    )
    parser.add_argument("--zip", type=Path, metavar="FILE", help="also pack the learner's copy of the course")
    parser.add_argument("--nbgrader", type=Path, metavar="DIR", help="also write a source tree for nbgrader")
    parser.set_defaults(command=release, extra="grade")


def release(given: argparse.Namespace) -> int:
    """Release notebooks. Returns 0 if all is well, 1 if one is refused or stale, 2 if nothing began."""
    from .proof import OTHER_SEEDS
    from .release import write

    paths = given.solutions or sorted(Path("solutions").glob("*.ipynb"))
    if not paths:
        print("There is no solutions/*.ipynb here; name the solution notebooks to release", file=sys.stderr)
        return 2
    if given.other_seeds < 0:
        print(f"--other-seeds takes a count of 0 or more, got {given.other_seeds}", file=sys.stderr)
        return 2
    if given.other_seeds < OTHER_SEEDS and not given.check:
        print(
            f"A release is proven with {OTHER_SEEDS} other seeds or more, got {given.other_seeds}; fewer are "
            "for --check",
            file=sys.stderr,
        )
        return 2
    if given.check and (given.zip or given.nbgrader):
        print("--check writes nothing; run it without --zip and --nbgrader", file=sys.stderr)
        return 2
    if given.zip and given.solutions:
        print("--zip packs the whole course; run it without naming solutions", file=sys.stderr)
        return 2
    releases = _make_releases(paths, given.other_seeds)
    status = int(len(releases) < len(paths))
    if given.check:
        return max(status, _report_stale(releases, [] if given.solutions else paths))
    for each in releases:
        write(each)
        print(f"{each.solution.path} -> {each.notebook_path}")
    if not status:
        _pack(releases, given)
    elif given.zip or given.nbgrader:
        print("Nothing is packed: mend the notebooks above first", file=sys.stderr)
    return status


def _make_releases(paths: Sequence[Path], seeds: int) -> "list[Release]":
    """Return what can be released, two notebooks at a time, the largest first; say why of the rest."""
    from .errors import ReleaseError
    from .release import make_release

    def attempt(path: Path) -> "Release | ReleaseError":
        try:
            return make_release(path, seeds)
        except ReleaseError as refused:
            return refused

    releases = []
    largest_first = sorted(paths, key=_size, reverse=True)  # one begun last would run on alone
    with ThreadPoolExecutor(2) as pool:  # each waits for a process of its own
        attempts = {path: pool.submit(attempt, path) for path in largest_first}
        for path in paths:
            made = attempts[path].result()
            if isinstance(made, ReleaseError):
                print(*(f"{path}: {reason}" for reason in made.reasons), sep="\n", file=sys.stderr)
            else:
                releases.append(made)
    return releases


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _report_stale(releases: "Sequence[Release]", all_solutions: Sequence[Path]) -> int:
    """Say what on disk is not what a release would write; `all_solutions` also show what comes from none."""
    from .release import orphans, stale

    faults = [f"{path} is stale; run: backproplab release" for each in releases for path in stale(each)]
    faults += [f"{path} comes from no solution; delete it" for path in orphans(all_solutions)]
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    return int(bool(faults))


def _pack(releases: "Sequence[Release]", given: argparse.Namespace) -> None:
    from backproplab.course.handout import write_zip

    from .handout import write_nbgrader_tree

    if given.zip:
        write_zip(Path(), given.zip)
        print(f"Packed in {given.zip}: the learner's copy of the course")
    if given.nbgrader:
        write_nbgrader_tree(releases, given.nbgrader)
        print(f"Next, in {given.nbgrader}: nbgrader generate_assignment {releases[0].name}")


def add_run(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab run`."""
    parser = commands.add_parser(
        "run",
        help="Run notebooks and write them back as they are committed.",
        description=(
            "Run notebooks from top to bottom, each in its folder, and write them back in the form in which "
            "they are committed: with outputs, without times. If a cell fails, its notebook stays as it was."
        ),
    )
    parser.add_argument(
        "notebooks", nargs="+", type=Path, metavar="NOTEBOOK", help="such as notebooks/00-start-here.ipynb"
    )
    parser.set_defaults(command=run, extra="grade")


def run(given: argparse.Namespace) -> int:
    """Run notebooks, up to the first that fails. Returns 0 if there is none, else 1."""
    from .notebooks import NotebookError, rerun

    for path in given.notebooks:
        print(path, flush=True)
        try:
            rerun(path)
        except (NotebookError, FileNotFoundError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0

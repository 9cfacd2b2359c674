"""The `backproplab` command. Each subcommand is a function that adds it to the parser."""

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from backproplab.grading.command import add_grade

if TYPE_CHECKING:
    from backproplab.authoring.release import Release

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand. Return 0 if all is well, 1 if something is refused or stale, 2 if misused."""
    parser = argparse.ArgumentParser(prog="backproplab", description="The tools of the backproplab course.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_release(commands)
    add_grade(commands)
    given = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = given.command
    return command(given)


def add_release(commands: "Commands") -> None:
    """Add `backproplab release`."""
    about = "Make learners' exercises from solution notebooks, and prove each check on the way."
    parser = commands.add_parser("release", help=about, description=about)
    parser.add_argument(
        "solutions", nargs="*", type=Path, metavar="SOLUTION", help="notebooks; without: solutions/*.ipynb"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, and fail where a release is stale"
    )
    parser.add_argument("--zip", type=Path, metavar="FILE", help="also pack a handout, no solution in it")
    parser.add_argument("--nbgrader", type=Path, metavar="DIR", help="also write a source tree for nbgrader")
    parser.set_defaults(command=_release)


def _release(given: argparse.Namespace) -> int:
    from backproplab.authoring.release import write

    paths = given.solutions or sorted(Path("solutions").glob("*.ipynb"))
    if not paths:
        print("There is no solutions/*.ipynb here; name the solution notebooks to release", file=sys.stderr)
        return 2
    if given.check and (given.zip or given.nbgrader):
        print("--check writes nothing; run it without --zip and --nbgrader", file=sys.stderr)
        return 2
    releases = _released(paths)
    status = int(len(releases) < len(paths))
    if given.check:
        return max(status, _report_stale(releases, [] if given.solutions else paths))
    for release in releases:
        write(release)
        print(f"{release.solution.path} -> {release.notebook_path}")
    if status and (given.zip or given.nbgrader):
        print("Nothing is packed: mend the notebooks above first", file=sys.stderr)
    elif given.zip or given.nbgrader:
        _pack(releases, given)
    return status


def _pack(releases: "Sequence[Release]", given: argparse.Namespace) -> None:
    from backproplab.authoring.handout import write_nbgrader_tree, write_zip

    if given.zip:
        write_zip(releases, given.zip)
        print(f"packed {len(releases)} exercise sets in {given.zip}")
    if given.nbgrader:
        write_nbgrader_tree(releases, given.nbgrader)
        for release in releases:
            print(f"next: cd {given.nbgrader} && nbgrader generate_assignment {release.name}")


def _report_stale(releases: "Sequence[Release]", all_solutions: Sequence[Path]) -> int:
    """Say what on disk is not what a release would write; `all_solutions` also show what comes from none."""
    from backproplab.authoring.release import orphans, stale

    faults = [f"{path} is stale; run: backproplab release" for each in releases for path in stale(each)]
    faults += [f"{path} comes from no solution; delete it" for path in orphans(all_solutions)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return int(bool(faults))


def _released(paths: Sequence[Path]) -> "list[Release]":
    """Return what can be released, two notebooks at a time; say why of the rest."""
    from backproplab.authoring.refused import Refused
    from backproplab.authoring.release import released

    def attempt(path: Path) -> "Release | Refused":
        try:
            return released(path)
        except Refused as refused:
            return refused

    releases = []
    with ThreadPoolExecutor(2) as pool:  # each waits for a process of its own
        for path, made in zip(paths, pool.map(attempt, paths), strict=True):
            if isinstance(made, Refused):
                print(*(f"{path}: {reason}" for reason in made.reasons), sep="\n", file=sys.stderr)
            else:
                releases.append(made)
    return releases


if __name__ == "__main__":
    sys.exit(main())

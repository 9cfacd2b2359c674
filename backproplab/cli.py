"""The `backproplab` command: make exercises from solutions."""

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status: 0 all well, 1 something was refused, 2 misused."""
    parser = argparse.ArgumentParser(prog="backproplab", description="The tools of a backproplab course.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_release(commands)
    given = parser.parse_args(arguments)
    command: Command = given.command
    return command(given)


def add_release(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab release`."""
    about = "Make learners' exercises from solution notebooks, and prove each check on the way."
    parser = commands.add_parser("release", help=about, description=about)
    parser.add_argument(
        "solutions", nargs="*", type=Path, metavar="SOLUTION", help="notebooks; without: solutions/*.ipynb"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a release is stale")
    parser.add_argument(
        "--zip", type=Path, metavar="FILE", help="pack a handout as well, with no solution in it"
    )
    parser.add_argument(
        "--nbgrader", type=Path, metavar="DIR", help="write a source tree for nbgrader as well"
    )
    parser.set_defaults(command=_release)


def _release(given: argparse.Namespace) -> int:
    from backproplab.authoring import release
    from backproplab.authoring.refused import Refused

    paths = given.solutions or sorted(Path("solutions").glob("*.ipynb"))
    if not paths:
        print("There is no solutions/*.ipynb here; name the solution notebooks to release", file=sys.stderr)
        return 2

    def attempt(path: Path) -> release.Release | Refused:
        try:
            return release.released(path)
        except Refused as refused:
            return refused

    status = 0
    with ThreadPoolExecutor(2) as pool:  # each waits for a process of its own
        for path, made in zip(paths, pool.map(attempt, paths), strict=True):
            if isinstance(made, Refused):
                status = 1
                for reason in made.reasons:
                    print(f"{path}: {reason}", file=sys.stderr)
            else:
                release.write(made)
                print(f"{path} -> {made.notebook_path}")
    return status


if __name__ == "__main__":
    sys.exit(main())

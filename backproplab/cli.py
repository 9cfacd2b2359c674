"""The `backproplab` command. Each room adds the subcommands that it answers for."""

import argparse
import sys
from collections.abc import Callable, Sequence

from backproplab.authoring.command import add_release
from backproplab.grading.command import add_grade


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status: 0 if all is well, 2 if it was misused, else 1."""
    parser = argparse.ArgumentParser(prog="backproplab", description="The tools of the backproplab course.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_release(commands)
    add_grade(commands)
    given = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = given.command
    return command(given)


if __name__ == "__main__":
    sys.exit(main())

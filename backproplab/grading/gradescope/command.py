"""The `backproplab gradescope` command."""

import argparse
from pathlib import Path

from backproplab.grading.terminal import say

TIMEOUT, LEAST, MOST = 10, 2, 40
"""Minutes that Gradescope gives unless told otherwise, the fewest of use here, and the most that it gives."""


def add_gradescope(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab gradescope`."""
    parser = commands.add_parser(
        "gradescope",
        help="Make a set's autograder for Gradescope.",
        description="Make the zip that Gradescope takes as the autograder of one set. The solution is in it: "
        "it is for instructors alone.",
    )
    parser.add_argument("set", metavar="SET", help="such as 03-spreadsheet, or 03")
    parser.add_argument(
        "--solutions",
        type=Path,
        default=Path("solutions"),
        metavar="PATH",
        help="the solution notebooks (default: solutions)",
    )
    parser.add_argument(
        "--wheel", type=Path, metavar="FILE", help="this package's wheel (default: the last one made in dist)"
    )
    parser.add_argument(
        "--timeout",
        type=_minutes,
        default=TIMEOUT,
        metavar="MINUTES",
        help=f"as in the assignment's settings there; a run ends one minute before (default: {TIMEOUT})",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="the zip (default: gradescope-SET.zip)")
    parser.set_defaults(command=gradescope, extra="grade")


def gradescope(given: argparse.Namespace) -> int:
    """Make the zip. Returns 0 if it is there, 1 if not."""
    from backproplab.grading.gradescope.pack import newest_wheel, pack
    from backproplab.grading.sets import solution_for, solution_notebooks

    solution = solution_for([], solution_notebooks(given.solutions), given.set)
    out = given.out or Path(f"gradescope-{solution.stem}.zip")
    pack(solution, given.wheel or newest_wheel(Path("dist")), out, minutes=given.timeout)
    say(f"{out}: upload it as the autograder of {solution.stem}. The solution is in it.")
    return 0


def _minutes(text: str) -> int:
    if not text.isdecimal() or not LEAST <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(
            f"must be whole minutes from {LEAST} to {MOST}, the most that Gradescope gives"
        )
    return int(text)

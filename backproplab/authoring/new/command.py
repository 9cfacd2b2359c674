"""The command `backproplab new`: begin a lesson or an exercise, and give cells ids that can be read."""

import argparse
import sys
from pathlib import Path

NAMED = "two digits and a topic, such as 27-my-topic"


def add_new(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backproplab new lesson`, `new exercise` and `new ids`."""
    parser = commands.add_parser(
        "new",
        help="Begin a lesson or an exercise from a template; set ids of cells.",
        description="Begin a lesson or an exercise from a template, or give a notebook's cells ids.",
    )
    kinds = parser.add_subparsers(required=True, metavar="KIND", dest="kind")
    exercise = kinds.add_parser(
        "exercise",
        help="an exercise, in a new set or in one that is there",
        description=(
            "Begin an exercise in solutions/ of this folder: in a new set, or in one that is there. It runs; "
            "what is still to be written is marked, and `backproplab release` refuses it until then."
        ),
    )
    exercise.add_argument("name", metavar="SET", help=f"{NAMED}, or capstone-5")
    exercise.add_argument(
        "exercise", nargs="?", default="", metavar="N.M", help="its number (default: the next)"
    )
    exercise.add_argument(
        "--free-text", action="store_true", help="answered in words, and marked by a person"
    )
    exercise.set_defaults(command=new_exercise, extra="grade")
    lesson = kinds.add_parser(
        "lesson",
        help="a lesson and its quick check",
        description="Begin a lesson in notebooks/ of the course's folder, and its quick check.",
    )
    lesson.add_argument("name", metavar="NAME", help=NAMED)
    lesson.set_defaults(command=new_lesson, extra="grade")
    ids = kinds.add_parser(
        "ids",
        help="ids that say what a cell is for, where they are random",
        description=(
            "Give each cell that has a random id one made of its heading, its exercise or what it defines. "
            "Ids set by hand stay, as does all else in the file."
        ),
    )
    ids.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    ids.set_defaults(command=new_ids, extra="grade")


def new_exercise(given: argparse.Namespace) -> int:
    """Begin an exercise, and say what comes next. Returns 0, or 1 where it is refused."""
    from .begin import begin_exercise

    path, exercise = begin_exercise(Path(), given.name, given.exercise, free_text=given.free_text)
    print(f"{path}: exercise {exercise}")
    print("Next: write what its lines with TODO(author) ask for. Then:")
    print(f"  backproplab release {path}")
    print(f"  backproplab run {path}")
    return 0


def new_lesson(given: argparse.Namespace) -> int:
    """Begin a lesson, and say what comes next. Returns 0, or 1 where it is refused."""
    from .begin import begin_lesson

    for path in begin_lesson(Path(), given.name):
        print(path)
    number, name = given.name[:2], given.name
    print("Next: write what its lines with TODO(author) ask for. Then:")
    print(f"  make notebook NB={number}")
    print(f"  backproplab new exercise {name}")
    print("And a row in README.md, in the table of its part:")
    print(
        f"  | {number} | [Title](notebooks/{name}.ipynb) | One idea | [exercises](exercises/{name}.ipynb) |"
    )
    print("`make check NB=" + number + "` says what is missing, such as its row in INSTRUCTORS.md.")
    return 0


def new_ids(given: argparse.Namespace) -> int:
    """Set ids, and say which. Returns 0, or 1 if a notebook cannot be read."""
    from backproplab.authoring.cell_ids import set_ids
    from backproplab.authoring.errors import ReleaseError

    status = 0
    for path in given.notebooks:
        try:
            changed = set_ids(path)
        except ReleaseError as refused:
            print(f"{path}: {refused}", file=sys.stderr)
            status = 1
            continue
        print(f"{path}: {len(changed)} new ids")
        print(*(f"  {old} -> {new}" for old, new in changed), sep="\n", end="\n" if changed else "")
    return status

"""The course map as text: what `backproplab progress` prints. Plain ASCII, for any terminal."""

from collections.abc import Iterator, Sequence

from backproplab.course.outline import Part
from backproplab.course.progress import Standing, where_to_go_on
from backproplab.door.words import go_on, passed_of_all, words

WIDE = 28
"""Letters of a title; none of the course's is longer."""


def as_text(listed: Sequence[tuple[Part, Sequence[Standing]]]) -> str:
    """Return the map: a line for each entry, with a bar of its exercises, and what comes next."""
    everything = [each for _, standings in listed for each in standings]
    lines = [passed_of_all(everything)]
    for part, standings in listed:
        lines += ["", f"Part {part.number}: {part.title}", *(_line(each) for each in standings)]
    if onward := where_to_go_on(everything):
        lines += ["", f"{go_on(everything, onward)}  ({onward[1]}.ipynb)"]
    return "\n".join(lines)


def _line(each: Standing) -> str:
    title = f"  {each.entry.number:<3} {each.entry.title:<{WIDE}}"
    return "  ".join([title, *_columns(each)]).rstrip()


def _columns(each: Standing) -> Iterator[str]:
    yield f"{words(each):<38}"
    if practice := each.practice:
        bar = "#" * practice.passed + "." * (len(practice.exercises) - practice.passed)
        yield f"{f'[{bar}]':<13} {practice.passed} of {len(practice.exercises)} exercises"

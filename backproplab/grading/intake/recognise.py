"""Which platform is it from, and so: which path is whose?

Each reader is asked in turn, those whose marks are plainest first; and if none knows what came in, each once
more about what lies in the folder around it all, since an export may have been unpacked and packed again.
"""

from collections.abc import Collection, Iterator, Sequence

from backproplab.grading.intake.entry import Entry
from backproplab.grading.intake.readers import (
    blackboard,
    brightspace,
    canvas,
    github_classroom,
    google_drive,
    gradescope,
    ilias,
    moodle,
    sakai,
    structure,
)
from backproplab.grading.intake.reading import STRAY, Aside, Reader, Reading, is_stray, without_top

PLATFORMS: tuple[Reader, ...] = (
    moodle.read,
    sakai.read,
    gradescope.read,
    blackboard.read,
    brightspace.read,
    ilias.read,
    canvas.read,
    github_classroom.read,
    google_drive.read,
)
LAYERS = 3  # folders around an export


def recognise(entries: Sequence[Entry], sets: Collection[str] = ()) -> Reading:
    """Read what came in, by the reader of the platform that it is from, else by its structure.

    `sets` are the names of the exercise sets, as folders may be called.
    """
    for inner, beside in _views(entries):
        for reader in PLATFORMS:
            if inner and (reading := reader(inner)):
                reading.aside += [Aside(entry, STRAY) for entry in beside]
                return reading
    return structure.read(entries, sets)


def _views(entries: Sequence[Entry]) -> Iterator[tuple[list[Entry], list[Entry]]]:
    """Yield what came in, then what is in the one folder that it all lies in; and the strays beside that."""
    inner, beside = list(entries), list[Entry]()
    for _ in range(LAYERS):
        yield inner, beside
        beside = beside + [entry for entry in inner if is_stray(entry)]
        inner = [entry for entry in inner if not is_stray(entry)]
        if len({entry.parts[0] for entry in inner}) != 1 or any(len(entry.parts) == 1 for entry in inner):
            return
        inner = [without_top(entry) for entry in inner]

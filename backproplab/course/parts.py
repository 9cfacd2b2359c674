"""A file of a copy in its three versions, and the files that follow the course together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from .contents import EXERCISES, EXPECTED
from .record import Digest


def unit_of(name: str) -> str:
    """Return the name that stands for a file and what follows with it: of recorded values, their notebook."""
    path = PurePosixPath(name)
    return f"{EXERCISES}/{path.stem}.ipynb" if str(path.parent) == f"{EXERCISES}/{EXPECTED}" else name


def names_in(unit: str) -> list[str]:
    """Return the files of a unit, the notebook first."""
    path = PurePosixPath(unit)
    pair = str(path.parent) == EXERCISES and path.suffix == ".ipynb"
    return [unit, f"{EXERCISES}/{EXPECTED}/{path.stem}.json"] if pair else [unit]


@dataclass(frozen=True)
class Part:
    """A file in its three versions, each None where there is none."""

    name: str
    base: Digest | None
    mine: Digest | None
    course: Digest | None

    @property
    def touched(self) -> bool:
        """Has the learner worked in it? A file that there is no record of may be theirs."""
        known = [each for each in (self.base, self.course) if each]
        return self.mine is not None and not any(self.mine.matches(each) for each in known)

    @property
    def same_content(self) -> bool:
        """Would a learner see no difference between what they were given and what the course has?"""
        return self.base is not None and self.course is not None and self.base.matches(self.course)

    @property
    def due(self) -> bool:
        """Is there something to write? Not where JupyterLab alone has written, by saving."""
        if self.course is None or self.mine is None or self.base is None:
            return self.course is not None and self.mine is None
        return self.course not in (self.base, self.mine) and self.mine.matches(self.base)


def fits(part: Part, parts: Sequence[Part]) -> bool:
    """Say whether the course's version of a part goes with what the other part has been so far."""
    if part.course == part.base:
        return True
    return part is not parts[0] and parts[0].same_content

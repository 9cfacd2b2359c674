"""What a student reads of a wrong answer: the words and rows of their own notebook, on its inputs.

All of it comes of what the student's code did with public inputs, so nothing of those that decide is in it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from backproplab.marking import trained
from backproplab.marking.exercise import Exercise
from backproplab.marking.names import quoted
from backproplab.marking.rows import AS_HANDED_OUT, Row, compared_rows, trained_rows
from backproplab.marking.unreadable import cannot_be_read
from backproplab.marking.values import Given, Values, matches
from backproplab.marking.verdict import Verdict, verdict
from backproplab.sandbox.protocol import at_place

DIFFERS_HERE = "agrees with your notebook's own inputs, and not with those drawn for this grading"
FILL_IN, STOPPED, NO_VALUE = "Ellipsis: ", "Stopped: ", ": TypeError: "
UNDEFINED = re.compile(r"NameError: name '(\w+)' is not defined")
LINE = re.compile(r"line (\d{1,6}): ")


class Remarks:
    """What may be said of one exercise: `given` by public seed, and the `error` that the sandbox told.

    `fault` is why Python cannot read the cell that answers; "" if it can.
    """

    def __init__(
        self,
        exercise: Exercise,
        given: Mapping[int, Values],
        public: Sequence[int],
        *,
        error: str,
        fault: str = "",
    ) -> None:
        values = {seed: exercise.values[seed] for seed in public if seed in exercise.values}
        self._exercise = replace(exercise, values=values)
        self._public, self._fault = public, fault
        self.error, self._place = at_place(error)
        """What stopped it, without its place: the same mistake has the same words."""
        none = self._that_are_none()
        self._given: dict[int, Given] = {seed: {**none, **given.get(seed, {})} for seed in public}
        self._has_rows = any(given.values()) and (bool(none) or not self.error)
        if none:
            self.error = ""  # its row says it
        if fault:
            self.error = f"SyntaxError: {LINE.sub('', fault, count=1)}"

    def _that_are_none(self) -> dict[str, TypeError]:
        """Return why a named value is no array, if that is the error."""
        name, sign, why = self.error.partition(NO_VALUE)
        return {name: TypeError(why)} if sign and name in self._exercise.names else {}

    def note(self, objection: str) -> str:
        """Return what a learner's card says above the rows; `objection` is that to trained numbers."""
        names = quoted(self._exercise.answers)
        if self._fault:
            return cannot_be_read(self._exercise.answers, self._fault)
        if self.error:
            return self._of_error(names)
        if self._exercise.kind == "trained":
            return "" if trained.fault(self._given[self._public[0]], self._exercise.shapes) else objection
        as_before = matches(self._exercise.untouched, self._given, self._exercise.names, self._public)
        return AS_HANDED_OUT if as_before else ""

    def _of_error(self, names: str) -> str:
        where = f"in {self._place.function}, line {self._place.line}" if self._place else "in the check"
        undefined = UNDEFINED.match(self.error)
        if self.error.startswith("NotImplementedError") and self._place:
            return (
                f"{self._exercise.id} came to the line with NotImplementedError {where}: put your code in "
                "its place."
            )
        if self.error.startswith(FILL_IN):
            return f"Still to be filled in: {names}."
        if undefined and undefined[1] in self._exercise.answers:
            return (
                f"Still without a value: `{undefined[1]}`. Either its cell stopped before it got there, or "
                "no line of it defines exactly this name."
            )
        if self.error.startswith((STOPPED, *(f"{name} has " for name in self._exercise.names))):
            return f"{self.error}."
        return f"{self._exercise.id} stopped {where}: {self.error}"

    def rows(self, found: Verdict, objection: str) -> tuple[Row, ...]:
        """Return the rows of a learner's card; `ok` is what `found`, the verdict that counts, says."""
        if not self._has_rows:
            return ()
        here = verdict(self._exercise, self._given, self._public, objection=objection)
        if self._exercise.kind == "trained":
            rows = trained_rows(self._exercise, here, self._given[self._public[0]])
        else:
            rows = compared_rows(self._exercise, here, self._given)
        return tuple(_counted(row, found.passed[row.name]) for row in rows)

    def failed_at(self, number: int) -> int:
        """Return the line at which the cell of this number stopped; 0 if it did not."""
        if self._place and not self._fault:
            return self._place.line if self._place.cell == number else 0
        at = LINE.match(self._fault)
        return int(at[1]) if at else 0


def _counted(row: Row, passed: bool) -> Row:
    """Return a row that says whether the value counts, which other inputs decided."""
    if row.ok and not passed:
        return replace(row, ok=False, finding=DIFFERS_HERE)
    return replace(row, ok=True) if passed else row

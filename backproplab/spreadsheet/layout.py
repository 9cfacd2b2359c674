"""Which number stands in which cell, and the formula that is written there."""

from collections.abc import Iterator
from string import ascii_uppercase
from typing import Literal, NamedTuple

from backproplab.spreadsheet.formulas import Formulas
from backproplab.spreadsheet.language import names_in, pretty, rename

Role = Literal["value", "gradient", "parameter", "loss"]

NETWORK, NUDGES = "Network", "Nudges"  # the two worksheets: the one to read, a forward pass for each nudge
HEAD = 3  # rows above the first section: title, what to do, heads of columns
WAYS = {"up": "+", "down": "-"}
LETTERS = (*ascii_uppercase, *(first + second for first in ascii_uppercase for second in ascii_uppercase))


class Row(NamedTuple):
    """One row of the worksheet "Network": a heading, or a number with all that belongs to it."""

    number: int
    title: str
    """As a page writes it: `w₃`; or the heading."""
    name: str = ""
    """As a formula writes it: `w3`; empty for a heading."""
    meaning: str = ""
    role: Role = "value"


class Layout:
    """Rows, places and formulas of a sheet; a name without a formula is a number that somebody chose.

    `places` says (worksheet, address) of each name, in the order in which a reader meets them. In "Network"
    the value stands in column B; beside it its gradient (C), the same by a nudge (D), their difference (E),
    and the value after one update (F). In "Nudges" a number has a column, and each nudge a row.
    """

    def __init__(self, names: Formulas) -> None:
        self.forward, self.backward = names.forward, names.backward
        self.parameter_names = names.parameter_names
        self.rows = tuple(self._rows(names))
        self.nudged = [row.name for row in self.rows if row.name in names.backward]
        """The numbers that have a gradient, each nudged up and down."""
        feeding = _needed_for(names.forward, "L")
        moving = [row.name for row in self.rows if row.name in feeding and row.name not in names.targets]
        self.nudge_columns = dict(zip(moving, LETTERS[1:], strict=False))
        """The column of each number in "Nudges"; A says what is nudged, and which way."""
        self.places: dict[str, tuple[str, str]] = {}
        self.formulas: dict[str, str] = {}
        for row in self.rows:
            if row.name:
                self._place(NETWORK, f"B{row.number}", row.name, names.forward.get(row.name))
                self._place_beside(row.name, row.number)
        for index, name in enumerate(self.nudged):
            for turn, way in enumerate(WAYS):
                self._place_nudge(2 + 2 * index + turn, name, way)

    def address(self, name: str, home: str) -> str:
        """How a formula in the worksheet `home` names a cell: `B12`, or `Network!B12` from the other one."""
        worksheet, place = self.places[name]
        return place if worksheet == home else f"{worksheet}!{place}"

    def role(self, name: str) -> Role:
        """What kind of number a cell holds."""
        if name.startswith(("dL_d", "by_nudge_", "gap_")):
            return "gradient"
        plain = name.removeprefix("new_").split("_with_")[0]
        return "loss" if plain == "L" else "parameter" if plain in self.parameter_names else "value"

    def _rows(self, names: Formulas) -> Iterator[Row]:
        sections = {
            "Settings": ["eta", "nudge"],
            "Inputs and targets": [*names.levels[0], *names.targets],
            "Weights and biases": names.parameter_names,
            "Forward, from top to bottom": list(names.forward),
        }
        meanings = {"eta": "learning rate", "nudge": "size of a nudge"} | names.meanings
        number = HEAD
        for heading, members in sections.items():
            number += 1
            yield Row(number, heading)
            for name in members:
                number += 1
                yield Row(number, pretty(name), name, meanings[name], self.role(name))

    def _place(self, worksheet: str, address: str, name: str, formula: str | None) -> None:
        self.places[name] = (worksheet, address)
        if formula is not None and names_in(formula):
            self.formulas[name] = formula

    def _place_beside(self, name: str, number: int) -> None:
        if name in self.backward:
            slope = f"(L_with_{name}_up - L_with_{name}_down) / (2*nudge)"
            self._place(NETWORK, f"C{number}", f"dL_d{name}", self.backward[name])
            self._place(NETWORK, f"D{number}", f"by_nudge_{name}", slope)
            self._place(NETWORK, f"E{number}", f"gap_{name}", f"dL_d{name} - by_nudge_{name}")
        if name in self.parameter_names:
            self._place(NETWORK, f"F{number}", f"new_{name}", f"{name} - eta * dL_d{name}")
        elif name in self.forward:
            new = {old: f"new_{old}" for old in (*self.parameter_names, *self.forward)}
            self._place(NETWORK, f"F{number}", f"new_{name}", rename(self.forward[name], new))

    def _place_nudge(self, number: int, name: str, way: str) -> None:
        """One row of "Nudges": the number turned, and all that moves with it. What stays, stays blank."""
        moved = {name: f"{name}_with_{name}_{way}"}
        self._place(NUDGES, f"{self.nudge_columns[name]}{number}", moved[name], f"{name} {WAYS[way]} nudge")
        for later, formula in self.forward.items():
            if later in moved or later not in self.nudge_columns or not moved.keys() & set(names_in(formula)):
                continue
            formula = rename(formula, moved)
            moved[later] = f"{later}_with_{name}_{way}"
            self._place(NUDGES, f"{self.nudge_columns[later]}{number}", moved[later], formula)


def _needed_for(forward: dict[str, str], name: str) -> set[str]:
    """All that a number is computed from, and itself."""
    found = {name}
    for made in reversed(forward):
        if made in found:
            found |= set(names_in(forward[made]))
    return found

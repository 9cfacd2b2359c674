"""What a gradient check says: a verdict for each parameter, and a table of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Direction:
    """Entries of a parameter nudged at once, each by an amount of its own; the worst of several ways."""

    count: int
    """How many such directions were tried."""
    size: int
    """How many entries move."""
    error: float
    """|analytic − numeric| / max(|analytic|, |numeric|), of the worst direction."""
    analytic: float
    """What backward says: gradient · direction."""
    numeric: float
    """What the nudge says."""
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether the worst direction is within tolerance."""
        return self.error <= self.tolerance


@dataclass(frozen=True)
class Entry:
    """The worst entry of one parameter."""

    name: str
    checked: int
    """How many entries were nudged, one at a time."""
    kinks: int
    """How many of them lie at a corner of the function, where any slope between its two sides is right."""
    error: float
    """|analytic − numeric| / max(|analytic|, |numeric|), of the worst entry."""
    index: tuple[int, ...]
    """Where the worst entry is."""
    analytic: float
    """What backward says there."""
    numeric: float
    """What the nudge says there."""
    tolerance: float
    size: int
    """How many entries there are."""
    unresolved: int = 0
    """How many of the entries nudged have a slope that rounding hides; they accuse nobody."""
    noise: float = 0.0
    """How far the function differs between two calls at the same point."""
    beside: bool = False
    """Where all entries nudged lie at corners: whether backward is right at points beside them."""
    direction: Direction | None = None
    """All entries at once, where there are too many to nudge each of them; or those that lie at corners."""

    @property
    def passed(self) -> bool:
        """Whether all that was tried is within tolerance, and something was left to compare."""
        return self.verdict == "agrees" and (self.direction is None or self.direction.passed)

    @property
    def verdict(self) -> str:
        """On the entries nudged one at a time: "agrees", "DIFFERS", "at a corner" or "TOO NOISY"."""
        if not self.error <= self.tolerance:
            return "DIFFERS"
        if self.noise and 2 * self.unresolved > self.checked:
            return "TOO NOISY"
        return "agrees" if self.kinks < self.checked or self.beside else "at a corner"

    @property
    def notes(self) -> list[str]:
        """What to know besides, a sentence each."""
        notes = []
        if self.noise:
            notes.append(
                f"called again at the same point, the function gives another value, by {self.noise:.1e}; "
                "switch off what is random in it."
            )
        if self.kinks == self.checked:
            outcome = "backward is right beside them." if self.beside else "try another point."
            notes.append(f"ALL KINKS: every entry tried lies at a corner; {outcome}")
        elif self.kinks:
            some = f"{self.kinks} of {self.checked} tried"
            notes.append(f"{some} lie at a corner, where any slope between its two sides is right.")
        if self.unresolved:
            notes.append(f"{self.unresolved} of {self.checked} tried are so small that rounding hides them.")
        return notes


@dataclass(frozen=True)
class Report:
    """A verdict for each parameter; prints as a table. `passed` is True if all of them agree."""

    entries: tuple[Entry, ...]

    @property
    def passed(self) -> bool:
        """Whether every parameter's gradient agrees with the nudges."""
        return bool(self.entries) and all(entry.passed for entry in self.entries)

    def __str__(self) -> str:
        rows: list[tuple[str, ...]] = [
            ("parameter", "entries", "error", "at", "analytic", "numeric", "verdict")
        ]
        rows += [row for entry in self.entries for row in table_rows(entry)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        is_number = (False, False, True, False, True, True, False)
        lines = []
        for row in rows:
            cells = zip(row, widths, is_number, strict=True)
            padded = [cell.rjust(width) if right else cell.ljust(width) for cell, width, right in cells]
            lines.append("  ".join(padded).rstrip())
        return "\n".join(
            [*lines, *(f"{entry.name}: {note}" for entry in self.entries for note in entry.notes)]
        )

    __repr__ = __str__


def table_rows(entry: Entry) -> list[tuple[str, ...]]:
    """The entry's line, and one for all entries at once."""
    tried = f"all {entry.size:,}" if entry.checked == entry.size else f"{entry.checked:,} of {entry.size:,}"
    numbers = (f"{entry.analytic:.5g}", f"{entry.numeric:.5g}")
    where = ", ".join(map(str, entry.index))
    rows: list[tuple[str, ...]] = [
        (entry.name, f"{tried} tried", f"{entry.error:.1e}", where, *numbers, entry.verdict)
    ]
    if entry.direction is not None:
        d = entry.direction
        numbers = (f"{d.analytic:.5g}", f"{d.numeric:.5g}")
        verdict = "agrees" if d.passed else "DIFFERS"
        name = f"  {d.size if d.size < entry.size else 'all'} at once"
        rows.append(
            (name, f"in {d.count} direction{'s' * (d.count > 1)}", f"{d.error:.1e}", "", *numbers, verdict)
        )
    return rows

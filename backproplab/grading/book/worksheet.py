"""When work was handed in, from Moodle's grading worksheet: its zip file of submissions does not say.

Times are written as whoever downloaded the worksheet sees them, in a language and a form of the site's. What
is here reads a day, a month by its name, a year and a time, in any of six languages. A month in digits may be
a day: such a time is not read. The heading above the times is known in four.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backproplab.grading.book.errors import BookError
from backproplab.grading.book.lateness import moment
from backproplab.grading.book.names import letters, parted
from backproplab.grading.book.sheet import read_csv
from backproplab.grading.submissions import Submission, timestamp

HEADINGS = (  # English, German, Italian, Portuguese
    *("last modified (submission)", "zuletzt geändert (abgabe)"),
    *("ultima modifica (consegna)", "última atualização (submissão)"),
)
IDENTIFIER = "Identifier"
PARTICIPANT = re.compile(r"[^\W\d]\D*\d+")  # Participant 501, Teilnehmer/in501
NEVER = ("", "-")
MONTHS = (
    "january januar enero janvier gennaio janeiro",
    "february februar febrero fevrier febbraio fevereiro",
    "march marz marzo mars marco",
    "april abril avril aprile",
    "may mai mayo maggio maio",
    "june juni junio juin giugno junho",
    "july juli julio juillet luglio julho",
    "august agosto aout",
    "september septiembre septembre settembre setembro",
    "october oktober octubre octobre ottobre outubro",
    "november noviembre novembre novembro",
    "december dezember diciembre decembre dicembre dezembro",
)
"""By month, what it is called in English, German, Spanish, French, Italian and Portuguese, in `letters`."""
NUMBERS = {name: number for number, names in enumerate(MONTHS, 1) for name in names.split()}
WRITTEN = re.compile(
    r"(?i)(?:[^\W\d_-]+(?:-[^\W\d_]+)?,? +)?(?P<day>\d{1,2})\.? +(?:de +)?(?P<month>[^\W\d_]{3,}) +(?:de +)?"
    r"(?P<year>\d{4}),? +(?:(?:at|um|à|a las|às|alle) +)?(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)"
    r"(?: *(?P<half>[ap])\.? ?m\.?)?"
)
MONTH_FIRST = re.compile(r"([^\W\d_]{3,}) (\d{1,2}), (\d{4})")  # as in the United States


@dataclass(frozen=True)
class Worksheet:
    """Times of an assignment, by Moodle's number of a participant; "" or "-" of who handed in nothing."""

    path: Path
    times: Mapping[str, str]


def read_worksheet(path: Path) -> Worksheet:
    """Read a worksheet. BookError if it has no column that says when something was handed in."""
    columns, rows = read_csv(path)
    heading = next((each for each in columns if each.casefold() in HEADINGS), "")
    if not heading:
        raise BookError(
            f"{path} does not say when work was handed in; its headings are {', '.join(columns)}. Download "
            "the assignment's grading worksheet in English, German, Italian or Portuguese: in English, it "
            "has a column 'Last modified (submission)'"
        )
    identifier = _identifier(columns, rows)
    times = {}
    for row in rows:
        if found := re.search(r"\d+$", row.get(identifier, "")):
            times[found[0]] = row.get(heading, "")
    return Worksheet(path, times)


def _identifier(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Return the column that has Moodle's number of each participant, wherever it stands."""
    numbered = (each for each in columns if all(PARTICIPANT.fullmatch(row.get(each, "")) for row in rows))
    return IDENTIFIER if IDENTIFIER in columns else next(numbered, columns[0])


def written_time(text: str) -> str:
    """Return a time as `2026-03-06 23:59`, with seconds if they are written; "" if reading it takes a guess.

    >>> written_time("Friday, 6 March 2026, 11:59 PM"), written_time("Freitag, 6. März 2026, 23:59")
    ('2026-03-06 23:59', '2026-03-06 23:59')
    >>> written_time("03/06/26, 23:59")
    ''
    """
    text = " ".join(text.split())
    if when := moment(text):
        return when.isoformat(" ")
    found = WRITTEN.fullmatch(MONTH_FIRST.sub(r"\2 \1 \3", text))
    if not found or not (month := NUMBERS.get(letters(found["month"]))):
        return ""
    hour, half = int(found["hour"]), (found["half"] or "").casefold()
    if half and not 1 <= hour <= 12:
        return ""
    hour = hour % 12 + 12 * (half == "p") if half else hour
    try:
        when = datetime.datetime(int(found["year"]), month, int(found["day"]), hour, int(found["minute"]))
    except ValueError:
        return ""
    return when.isoformat(" ", "minutes")


def with_times(submissions: Sequence[Submission], worksheet: Worksheet) -> tuple[list[Submission], list[str]]:
    """Return submissions with the worksheet's times, which count before any other; and what was not found.

    A time that cannot be read stays as it is written, for the gradebook to say so for as long as it is there.
    BookError if nobody who handed something in is in the worksheet: it is that of another assignment.
    """
    numbers = {each.student: parted(each.student)[1] for each in submissions}
    if not any(number in worksheet.times for number in numbers.values()):
        raise BookError(
            f"{worksheet.path} has none of those who handed something in: name the worksheet of this "
            "assignment"
        )
    timed, notes = [], []
    for each in submissions:
        text = worksheet.times.get(numbers[each.student])
        if text is None or text in NEVER:
            timed.append(each)
            if not timestamp(each):
                notes.append(_not_said(each.student, text))
            continue
        when = written_time(text)
        if not when:
            notes.append(f"When {each.student} handed in cannot be read: the worksheet says '{text}'")
        timed.append(replace(each, when=when or text, stamps=()))
    return timed, notes


def _not_said(student: str, text: str | None) -> str:
    if text is None:
        return f"When {student} handed in is not known: the worksheet has no row of theirs"
    return f"When {student} handed in is not known: the worksheet has '{text}' in their row"

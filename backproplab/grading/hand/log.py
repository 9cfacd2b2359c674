"""Who gave what, when, and whether it counts: marks.csv, for whoever asks later how a mark came about."""

from pathlib import Path

from backproplab.grading.hand.journal import Kind, read_journal
from backproplab.grading.reports import as_csv, write_private

LOG = "marks.csv"
COLUMNS = ("time", "author", "student", "question", "what", "points", "out_of", "comment", "counts")


def write_log(folder: Path) -> list[str]:
    """Write marks.csv into a set's folder, if anybody marked there; return what is wrong with the journal.

    SaveError if it cannot be written, JournalError if the journal cannot be read.
    """
    journal = read_journal(folder)
    every = [each for each in journal.entries if each.kind is not Kind.COMMENTS]
    last = {(each.student, each.question): each.id for each in every if each.kind is Kind.MARK}
    rows = (
        [
            *(each.time, each.author, each.student, each.question),
            "taken back" if each.kind is Kind.MARK and each.points is None else str(each.kind),
            each.points,
            each.out_of,
            each.comment,
            "yes" if last.get((each.student, each.question)) == each.id else "",
        ]
        for each in every
    )
    if every:
        write_private(folder / LOG, as_csv(COLUMNS, rows))
    return journal.faults

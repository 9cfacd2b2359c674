"""Who gave what, when, and whether it counts: marks.csv, for whoever asks later how a mark came about."""

from pathlib import Path

from backproplab.grading.hand.journal import Kind, read_journal
from backproplab.grading.hand.standing import is_stale
from backproplab.grading.reports import as_csv, results_in, write_private
from backproplab.grading.status import READ

LOG = "marks.csv"
COLUMNS = ("time", "author", "student", "question", "what", "points", "out_of", "comment", "counts")


def write_log(folder: Path) -> None:
    """Write marks.csv into a set's folder, if anybody marked there.

    SaveError if it cannot be written, JournalError if the journal cannot be read.
    """
    journal = read_journal(folder)
    every = [each for each in journal.entries if each.kind is not Kind.COMMENTS]
    counting = {
        exercise["hand"]["id"]
        for stored in results_in(folder).values()
        for exercise in stored.record["exercises"]
        if stored.record["status"] in READ and "hand" in exercise and not is_stale(exercise)
    }
    rows = (
        [
            *(each.time, each.author, each.student, each.question),
            "taken back" if each.kind is Kind.MARK and each.points is None else str(each.kind),
            each.points,
            each.out_of,
            each.comment,
            "yes" if each.id in counting else "",
        ]
        for each in every
    )
    if every:
        write_private(folder / LOG, as_csv(COLUMNS, rows))


def loose_ends(folder: Path) -> list[str]:
    """Return, in sentences, what of a set's marks is no mark that simply counts, so that a person sees to it.

    Those are faults of the journal, conflicts that nobody has decided, and marks of what is not there any
    more. JournalError if the journal cannot be read.
    """
    journal = read_journal(folder)
    there = {
        (student, exercise["id"])
        for student, stored in results_in(folder).items()
        for exercise in stored.record["exercises"]
    }
    found = list(journal.faults)
    for (student, question), standing in journal.standings().items():
        about = f"{question}, {student}"
        names = ", ".join(dict.fromkeys(each.author for each in standing.conflicts))
        mark = standing.mark
        if (student, question) not in there:
            if mark and mark.points is not None:
                found.append(
                    f"{about}: {mark.author} gave {mark.points:g} points, which count nowhere, since there "
                    "is no such student or question any more"
                )
        elif standing.conflicts:
            count = f"{mark.author}'s counts" if mark and mark.points is not None else "none counts"
            found.append(
                f"{about}: nobody has decided yet between marks that were given at once, by {names}; {count}"
            )
    return found

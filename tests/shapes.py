"""Every shape in which work comes back, and the table in INSTRUCTORS.md: `python tests/shapes.py` writes it.

What the table says becomes of a shape is what the package makes of it at the time of writing.
"""

import re
import sys
import tempfile
import textwrap
import zipfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # where it is not pytest that runs it

import intake_kit as kit
from exports import EXPORTS, pack

from backproplab.grading.book.lateness import moment
from backproplab.grading.sets import likely_notebook, of_set
from backproplab.grading.submissions import take_in, timestamp

GUIDE = Path(__file__).parents[1] / "INSTRUCTORS.md"
PART = re.compile(r"(?s)(?<=<!-- shapes -->\n).*(?=<!-- /shapes -->)")
SET = "03-spreadsheet"
SETS = (SET, "08-xor")
AROUND = "export/Homework 3/"


def _again(folder, names):
    return pack(folder / "again.zip", [*names, "Thumbs.db", "__MACOSX/._x"], AROUND)


def _unpacked(folder, names):
    with zipfile.ZipFile(_again(folder, names)) as file:
        file.extractall(folder / "unpacked")
    return folder / "unpacked"


def _zip_in_a_folder(folder, names):
    (folder / "in").mkdir()
    pack(folder / "in" / "export.zip", names)
    return folder / "in"


FORMS = {
    "the zip file": lambda folder, names: pack(folder / "export.zip", names),
    "packed again, with folders around it": _again,
    "that unpacked": _unpacked,
    "the zip file in a folder": _zip_in_a_folder,
    "files about the class beside it": lambda folder, names: pack(
        folder / "export.zip", [*names, "README.md", "marks.csv", "Thumbs.db", "roster.csv"]
    ),
    "a file called otherwise in it": lambda folder, names: pack(
        folder / "export.zip", [*names, "by mail.ipynb"]
    ),
}
"""How an export may have been kept; each makes one in a folder, of such files, and returns its path."""
CASES = [
    (platform, form)
    for platform in EXPORTS
    for form in FORMS
    if not (platform == "Google Drive" and form.startswith("a file"))  # nothing would tell who is who
]

STRUCTURES = [
    (["ada.ipynb", "bob.ipynb", "grades.csv", "README.md"], {"ada", "bob"}),
    (["ada.ipynb.json", "bob.ipynb.txt", "cy.ipynb"], {"ada", "bob", "cy"}),
    (["ada/homework", "eve/hw.ipynb"], {"ada", "eve"}),
    (["ada.zip/x.ipynb", "bob.zip/x.ipynb"], {"ada", "bob"}),
    (["hw3/Ana/x.ipynb", "hw3/Bob/x.ipynb"], {"Ana", "Bob"}),
    (["hw3/hw3/Ana/a/x.ipynb", "hw3/hw3/Bob/y.ipynb", "hw3/hw3/README.md"], {"Ana", "Bob"}),
    (["ada/03-spreadsheet/x.ipynb", "ada/08-xor/y.ipynb"], {"ada"}),
    (["ada/exercises/x.ipynb", "ada/notebooks/y.ipynb"], {"ada"}),
    (["submitted/x.ipynb", "ada/03-spreadsheet/src/x.ipynb", "bob/y.ipynb"], {"submitted", "ada", "bob"}),
    (["submitted/03-spreadsheet/src/x.ipynb", "ada/03-spreadsheet/x.ipynb"], {"submitted", "ada"}),
    (
        ["submitted/01-ada/03-spreadsheet/x.ipynb", "submitted/02-bob/03-spreadsheet/x.ipynb"],
        {"01-ada", "02-bob"},
    ),
    (["submitted/ada/03-spreadsheet/x.ipynb", "source/03-spreadsheet/x.ipynb", "gradebook.db"], {"ada"}),
    (["Homework 3 - Ana García.ipynb", "Homework 3 - Bob Li.ipynb"], {"Ana García", "Bob Li"}),
    ([f"hw-submissions/hw-ana-ga/{name}" for name in ("README.md", "exercises/x.ipynb")], {"ana-ga"}),
]
"""What no platform has named, or by its structure alone: files, and the students that there are."""


def part():
    """Return the part of the guide that this file writes."""
    return f"\n{textwrap.fill(_count(), 120)}\n\n" + "".join(f"{row}\n" for row in _rows())


def _count():
    return (
        f"{len(CASES) + len(STRUCTURES)} shapes are tried, with invented names: {len(CASES)} of "
        f"{len(EXPORTS)} platforms, of each {'; '.join(FORMS)} (the last not of Google Drive, where "
        f"nothing would tell who is who); and {len(STRUCTURES)} others. In every form an export comes to "
        f"the students and notebooks that the table has, for set {SET}; the file called otherwise, "
        "`by mail.ipynb`, is one student's more. Work is graded from the notebook "
        "that is named; what else came in stands in `intake.csv`, with the reason why it was not graded."
    )


def _rows():
    yield "| Read as | Files that came in | What becomes of them |"
    yield "|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        for number, (names, _) in enumerate([*EXPORTS.values(), *STRUCTURES]):
            write = pack if number < len(EXPORTS) else lambda path, names: kit.archive(path, *names)
            intake = take_in(write(Path(folder) / f"{number}.zip", names), sets=SETS)
            files = "<br>".join(f"`{name}`" for name in names)
            yield f"| {intake.platform} | {files} | {'<br>'.join(_fates(intake))} |"


def _fates(intake):
    for each in of_set(intake.submissions, SET, SETS):
        chosen, when = likely_notebook(each, SET), moment(timestamp(each))
        more = [f"came {when:%Y-%m-%d %H:%M%z}"] if when else []
        more += ["late"] if each.late else []
        yield f"**{each.student}**: {', '.join([f'`{chosen.name}`' if chosen else 'no notebook', *more])}"
    for reason, count in Counter(each.reason for each in intake.aside).items():
        yield f"{count} left aside: {reason}"


if __name__ == "__main__":
    GUIDE.write_text(PART.sub(lambda found: part(), GUIDE.read_text(encoding="utf-8")), encoding="utf-8")

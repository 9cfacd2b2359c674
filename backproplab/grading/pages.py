"""Pages to read: feedback for a student, and how the class did. All text from outside is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from backproplab.display import marked
from backproplab.grading.exercises import ExerciseGrade, ValueGrade
from backproplab.grading.reports import is_for_review
from backproplab.grading.status import GradingStatus
from backproplab.marking.verdict import Status
from backproplab.sandbox.protocol import FROM_NOTEBOOK

SIGNS = {
    Status.RIGHT: "✓",
    Status.PARTLY: "◐",
    Status.NOT_YET: "✗",
    Status.NOT_ATTEMPTED: "○",
    Status.BY_HAND: "✎",
}
FEEDBACK_COLUMNS = ("value", "in this grading", "inputs of seed", "yours", "shape", "compared")
LONGEST = 2000  # characters of a message

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1A1A1A; background: #FFFFFF; max-width: 58rem;
  margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.6rem; }}
h2 {{ font-size: 1.2rem; margin-top: 2rem; border-top: 1px solid #D9DCE0; padding-top: 1rem; }}
table {{ border-collapse: collapse; width: 100%; margin: 0.5rem 0 1rem; }}
caption {{ text-align: left; color: #4A4E52; padding: 0.25rem 0; }}
th, td {{ text-align: left; vertical-align: top; padding: 0.3rem 0.7rem 0.3rem 0;
  border-bottom: 1px solid #D9DCE0; }}
code {{ font: 0.9em ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }}
img {{ max-width: 100%; height: auto; }}
.note {{ border-left: 4px solid #D55E00; padding: 0.2rem 0.8rem; background: #FBF3EC;
  overflow-wrap: anywhere; }}
.small {{ color: #4A4E52; font-size: 0.9rem; }}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def feedback(record: Mapping[str, Any], grades: Sequence[ExerciseGrade]) -> str:
    """Return one student's page: each exercise, what counted, and their own values on the public seeds."""
    title = f"{record['assignment']}: feedback for {record['student']}"
    parts = [
        f"<h1>{_text(title)}</h1>",
        f"<p><b>{_standing(record)}</b></p>",
    ]
    # Not what the notebook said of itself either: its words may hold the inputs that were drawn for this run.
    notes = [p for p in record["problems"] if not is_for_review(p) and not p.startswith(FROM_NOTEBOOK)]
    if notes:
        lines = "".join(f"<li>{_text(note)}</li>" for note in notes)
        parts.append(f'<div class="note"><p>While your notebook was graded:</p><ul>{lines}</ul></div>')
    parts += [_exercise(each) for each in grades]
    parts.append(
        '<p class="small">Each named value was compared with the solution on inputs drawn for this grading, '
        "and counts if it agrees on all of them. The values shown are yours, on the inputs that your own "
        f"notebook uses. Isolation: {_text(record['isolation'])}.</p>"
    )
    return PAGE.format(title=_text(title), body="\n".join(parts))


def _standing(record: Mapping[str, Any]) -> str:
    """The score, and why it is none that says anything."""
    if record["status"] == GradingStatus.UNGRADED:
        return "Not graded yet."
    score = f"{record['score']:.4g} of {_points(record['max_score'])}"
    return f"{score}." if record["status"] == GradingStatus.GRADED else f"{score}: {record['status']}."


def _exercise(grade: ExerciseGrade) -> str:
    verdict = grade.verdict
    sign = SIGNS[verdict.status]
    parts = [
        f"<h2>{_text(verdict.exercise)} <span aria-hidden='true'>{sign}</span> {verdict.status}, "
        f"{verdict.earned:.3g} of {_points(verdict.points)}</h2>"
    ]
    if verdict.misconception:
        parts.append(f'<p class="note">{_sentence(verdict.misconception)}</p>')
    if grade.note:
        parts.append(f"<p><code>{_text(grade.note)}</code></p>")
    if grade.values:
        rows = "\n".join(_rows(value) for value in grade.values)
        parts.append(
            f"<table><caption>Named values of {_text(verdict.exercise)}</caption>\n"
            f"<tr>{_heads(FEEDBACK_COLUMNS)}</tr>\n{rows}</table>"
        )
    return "\n".join(parts)


def _points(count: float) -> str:
    return "1 point" if count == 1 else f"{count:g} points"


def _rows(value: ValueGrade) -> str:
    verdict = "✓ passed" if value.passed else "✗ not yet"
    if value.reply:
        verdict += f"<br>{_sentence(value.reply)}"
    height = max(1, len(value.shown))
    tall = f'rowspan="{height}"'
    head = f'<th scope="rowgroup" {tall}>{_text(value.name)}</th><td {tall}>{verdict}</td>'
    if not value.shown:
        return f'<tr>{head}<td colspan="4">no value came back</td></tr>'
    cells = [
        f"<td>{shown.seed}</td><td><code>{_text(shown.yours)}</code></td><td>{_text(shown.shape)}</td>"
        f"<td>{_text(shown.finding)}</td>"
        for shown in value.shown
    ]
    return "\n".join(f"<tr>{head if not index else ''}{row}</tr>" for index, row in enumerate(cells))


def class_page(
    assignment: str,
    *,
    isolation: str,
    pictures: Mapping[str, str],
    tables: Mapping[str, tuple[Sequence[str], Sequence[Sequence[str | int]]]],
    notes: Sequence[str],
) -> str:
    """Return class.html: `pictures` by heading, each an `<img>`, and `tables` with the same numbers."""
    title = f"{assignment}: how the class did"
    parts = [f"<h1>{_text(title)}</h1>", *(f"<p>{_text(note)}</p>" for note in notes)]
    for heading, picture in pictures.items():
        parts += [f"<h2>{_text(heading)}</h2>", f"<p>{picture}</p>"]
        if heading in tables:
            parts.append(_table(heading, *tables[heading]))
    parts.append(f'<p class="small">Isolation: {_text(isolation)}.</p>')
    return PAGE.format(title=_text(title), body="\n".join(parts))


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    lines = "\n".join(
        f'<tr><th scope="row">{_text(str(row[0]))}</th>'
        + "".join(f"<td>{_sentence(str(cell))}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><caption>{_text(caption)}, in numbers</caption>\n<tr>{_heads(head)}</tr>\n{lines}</table>"


def _heads(names: Sequence[str]) -> str:
    return "".join(f'<th scope="col">{_text(name)}</th>' for name in names)


def _text(text: str) -> str:
    """Escape text from outside."""
    return escape(_plain(text))


def _sentence(text: str) -> str:
    """The same of a sentence that may mark `code` and *emphasis*."""
    return marked(_plain(text))


def _plain(text: str) -> str:
    """Cut a text where it gets too long, and take control characters out of it."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in text[:LONGEST])

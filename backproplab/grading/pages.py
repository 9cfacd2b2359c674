"""Pages to read: feedback for a student, and how the class did. All text from outside is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from backproplab.display import marked
from backproplab.grading.exercises import CodeCell, ExerciseGrade
from backproplab.grading.hand.standing import waiting, waiting_points
from backproplab.grading.reports import is_for_review
from backproplab.grading.status import GradingStatus
from backproplab.marking.rows import Row
from backproplab.marking.slips import SLIPS
from backproplab.marking.verdict import WRONG, Status, Verdict
from backproplab.sandbox.protocol import FROM_NOTEBOOK

SIGNS = {
    Status.RIGHT: "✓",
    Status.PARTLY: "◐",
    Status.NOT_YET: "✗",
    Status.NOT_ATTEMPTED: "○",
    Status.BY_HAND: "✎",
}
LONGEST = 2000  # characters of a message
WORDS = 30  # characters from which on a cell of a table is a sentence, and gets room on a phone
MOST_CODE = 8000  # characters of a cell that a page shows
ROW_SIGNS = {True: "✓", False: "✗", None: "·"}

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ --ink: #1A1A1A; --muted: #4A4E52; --page: #FFFFFF; --edge: #D9DCE0; --link: #0B5394;
  --note: #FBF3EC; --code: #F4F5F7; --failed: #FDE3D3; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #E8E8E8; --muted: #B4BAC0; --page: #14171A; --edge: #3A4046; --link: #8AB4F8;
    --note: #33271D; --code: #1F242A; --failed: #55301B; }}
}}
body {{ font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 58rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.6rem; line-height: 1.25; }}
h2 {{ font-size: 1.2rem; line-height: 1.3; margin: 2rem 0 0.5rem; border-top: 1px solid var(--edge);
  padding-top: 1rem; }}
h3 {{ font-size: 1rem; margin: 1.2rem 0 0.3rem; }}
a {{ color: var(--link); }}
p {{ max-width: 70ch; margin: 0.5rem 0; }}
ul.plain {{ list-style: none; padding: 0; }}
.plain > li {{ margin: 0.3rem 0; }}
table {{ border-collapse: collapse; margin: 0.5rem 0 1rem; overflow-wrap: normal; }}
caption {{ text-align: left; color: var(--muted); padding: 0.25rem 0; }}
th, td {{ text-align: left; vertical-align: top; padding: 0.3rem 0.9rem 0.3rem 0;
  border-bottom: 1px solid var(--edge); }}
.wide {{ overflow-x: auto; }}
.words {{ min-width: 14rem; }}
code {{ font: 0.9em ui-monospace, monospace; white-space: pre-wrap; }}
ol.code {{ background: var(--code); margin: 0.5rem 0; padding: 0.5rem 0.5rem 0.5rem 3rem;
  font: 0.9em/1.5 ui-monospace, monospace; }}
ol.code code {{ font: inherit; }}
.code > li::marker {{ color: var(--muted); }}
.code .failed {{ background: var(--failed); }}
summary {{ cursor: pointer; }}
img {{ max-width: 100%; height: auto; background: #FFFFFF; }}
.note {{ border-left: 4px solid #D55E00; padding: 0.2rem 0.8rem; background: var(--note); }}
.small {{ color: var(--muted); font-size: 0.9rem; }}
{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def page(title: str, body: str, *, style: str = "") -> str:
    """Return a page: `title` as plain text; `body`, and rules of `style` beside the common ones, as HTML."""
    return PAGE.format(title=_text(title), body=body, style=style)


def feedback(record: Mapping[str, Any], grades: Sequence[ExerciseGrade]) -> str:
    """Return one student's page: how each exercise stands, and of what is not right yet, what helps.

    It says of an answer what the student's own notebook says of it, and shows their code.
    """
    title = f"{record['assignment']}: feedback for {record['student']}"
    parts = [f"<h1>{_text(title)}</h1>", _region("score", f"<p><b>{_standing(record, grades)}</b></p>")]
    # Not what the notebook said of itself either: its words may hold the inputs that were drawn for this run.
    notes = [p for p in record["problems"] if not is_for_review(p) and not p.startswith(FROM_NOTEBOOK)]
    if notes:
        lines = "".join(f"<li>{_text(note)}</li>" for note in notes)
        parts.append(f'<div class="note"><p>While your notebook was graded:</p><ul>{lines}</ul></div>')
    parts += [_region("exercises", _lines(record, grades)), _region("by hand", _by_hand(record, grades))]
    wrong = [each for each in grades if each.verdict.status in WRONG]
    by_id = {each["id"]: each for each in record["exercises"]}
    parts += [_exercise(by_id[each.verdict.exercise], each) for each in wrong]
    how = (
        "Each named value was compared with the solution on inputs drawn for this grading, and counts if it "
        "agrees on all of them."
    )
    if wrong:
        how += " The values and errors shown are of the inputs that your own notebook uses."
    parts.append(f'<p class="small">{how} Isolation: {_text(record["isolation"])}.</p>')
    return page(title, "\n".join(parts))


def with_marks(page: str, record: Mapping[str, Any]) -> str:
    """Return a page of `feedback` with what people gave by hand since, as `record` has it.

    A page that an earlier version left has no place for it, and stays as it is.
    """
    grades = [
        ExerciseGrade(
            Verdict(each["id"], each["points"], each["earned"], Status(each["status"])), each.get("title", "")
        )
        for each in record["exercises"]
    ]
    regions = {
        "score": f"<p><b>{_standing(record, grades)}</b></p>",
        "exercises": _lines(record, grades),
        "by hand": _by_hand(record, grades),
    }
    for each, grade in zip(record["exercises"], grades, strict=True):
        regions[f"how {_anchor(grade)}"] = f"<p>{_sign(each, grade)} {_how_it_stands(each, grade)}</p>"
        regions[f"wrong {_anchor(grade)}"] = _opening(each, grade)
    for name, content in regions.items():
        begin, end = _region(name, "\0").split("\0")
        before, found, rest = page.partition(begin)
        if found:
            page = before + begin + content + end + rest.partition(end)[2]
    return page


def _region(name: str, content: str) -> str:
    """Return a part of the page that is made anew when a person has marked; no text from outside ends it."""
    return f"<!-- {name} -->{content}<!-- /{name} -->"


def _lines(record: Mapping[str, Any], grades: Sequence[ExerciseGrade]) -> str:
    pairs = zip(record["exercises"], grades, strict=True)
    return f'<ul class="plain">{"".join(f"<li>{_line(*pair)}</li>" for pair in pairs)}</ul>'


def _by_hand(record: Mapping[str, Any], grades: Sequence[ExerciseGrade]) -> str:
    """Return what a person said of each answer that they marked."""
    parts = []
    for each, grade in zip(record["exercises"], grades, strict=True):
        hand = each.get("hand")
        if not hand or hand["stale"] or not hand["comment"]:
            continue
        comment = _text(hand["comment"]).replace("\n", "<br>")
        parts.append(
            f"<h2>{_name(grade)}, marked by a person</h2><p>{_how_it_stands(each, grade)}</p>"
            f'<p class="note">{comment}</p>'
        )
    return "\n".join(parts)


def _standing(record: Mapping[str, Any], grades: Sequence[ExerciseGrade]) -> str:
    """The score, what of it is still to come, and why it is none that says anything."""
    if record["status"] == GradingStatus.UNGRADED:
        return "Not graded yet."
    score = f"{record['score']:.4g} of {_points(record['max_score'])}"
    if waiting(record):
        return f"{score}, {_points(waiting_points(record))} still to be marked by hand."
    signs = [_status(*pair) for pair in zip(record["exercises"], grades, strict=True)]
    if record["status"] != GradingStatus.GRADED and not any("hand" in each for each in record["exercises"]):
        return f"{score}: {record['status']}."
    is_right = all(each is Status.RIGHT for each in signs)
    return f"{score}. All of it is right. Well done." if is_right else f"{score}."


def _line(record: Mapping[str, Any], grade: ExerciseGrade) -> str:
    """Return an exercise in one line: its sign, its title, how it stands, and its points."""
    name = _name(grade)
    if grade.verdict.status in WRONG and _status(record, grade) is not Status.RIGHT:
        name = f'<a href="#{_anchor(grade)}">{name}</a>'
    return f"{_sign(record, grade)} {name}: {_how_it_stands(record, grade)}"


def _status(record: Mapping[str, Any], grade: ExerciseGrade) -> Status:
    """Return how an exercise stands: as the grader says, unless a person has said something else."""
    hand, verdict = record.get("hand"), grade.verdict
    if not hand:
        return verdict.status
    if hand["stale"]:
        return Status.BY_HAND
    if verdict.earned == verdict.points:
        return Status.RIGHT
    return Status.PARTLY if verdict.earned else Status.NOT_YET


def _sign(record: Mapping[str, Any], grade: ExerciseGrade) -> str:
    return f'<span aria-hidden="true">{SIGNS[_status(record, grade)]}</span>'


def _opening(record: Mapping[str, Any], grade: ExerciseGrade) -> str:
    """Begin what helps with an exercise: nobody needs it where a person has given all points."""
    is_right = _status(record, grade) is Status.RIGHT
    return "<div hidden>" if is_right else "<div>"


def _how_it_stands(record: Mapping[str, Any], grade: ExerciseGrade) -> str:
    """Return status and points of an exercise, of which `record` says what a person gave."""
    verdict, hand = grade.verdict, record.get("hand")
    if hand and hand["stale"]:
        return f"to be marked again by hand, since {hand['stale'].removesuffix(' since')}"
    earned = f"{verdict.earned:.3g} of {_points(verdict.points)}" if verdict.points else "for practice"
    if hand:
        return f"marked by hand, {earned}"
    if verdict.status is Status.BY_HAND:  # which is no 0
        return f"{verdict.status}, {_points(verdict.points)}"
    return f"{verdict.status}, {earned}"


def _name(grade: ExerciseGrade) -> str:
    return _text(f"{grade.verdict.exercise} {grade.title}".rstrip())


def _anchor(grade: ExerciseGrade) -> str:
    return "exercise-" + _text(grade.verdict.exercise).replace(".", "-")


def _exercise(record: Mapping[str, Any], grade: ExerciseGrade) -> str:
    """Return what helps with one exercise."""
    verdict = grade.verdict
    parts = [
        _region(f"wrong {_anchor(grade)}", _opening(record, grade)),
        f'<h2 id="{_anchor(grade)}">{_name(grade)}</h2>',
        _region(f"how {_anchor(grade)}", f"<p>{_sign(record, grade)} {_how_it_stands(record, grade)}</p>"),
    ]
    if verdict.misconception:
        parts.append(f'<p class="note">{_sentence(verdict.misconception)}{_lesson(verdict.slug)}</p>')
    if grade.note:
        parts.append(f"<p>{_sentence(grade.note)}</p>")
    if grade.rows:
        parts.append(f'<ul class="plain">{"".join(map(_row, grade.rows))}</ul>')
    parts += map(code_list, grade.code)
    return "\n".join([*parts, "</div>"])


def _lesson(slug: str) -> str:
    """Return where to read on about a mistake with a name, if it has one.

    The link is that of a learner's notebook: from a folder of their copy of the course.
    """
    if slug not in SLIPS:
        return ""
    path = f"notebooks/{SLIPS[slug].lesson}.ipynb"
    number = SLIPS[slug].lesson.split("-")[0]
    return f' Read about it in <a href="../{path}">lesson {number}</a>, <code>{path}</code> in your copy.'


def _points(count: float) -> str:
    return "1 point" if count == 1 else f"{count:g} points"


def _row(row: Row) -> str:
    """Return one named value: does it count, how far off is it, and what is it?"""
    counts = {True: " counts", False: " does not count yet", None: ""}[row.ok]
    said = f"{ROW_SIGNS[row.ok]} <code>{_text(row.name)}</code>{counts}: {_sentence(row.finding)}"
    if row.ok or not row.yours.strip("—"):
        return f"<li>{said}</li>"
    shape = row.shape if row.shape == "a number" else f"shape {row.shape}"
    return f"<li>{said}. Yours: <code>{_text(row.yours)}</code>, {_text(shape)}</li>"


def code_list(cell: CodeCell) -> str:
    """Return a cell of a student's as numbered lines, the one at which it stopped marked in words."""
    lines = plain(cell.source, MOST_CODE).split("\n")
    items = []
    for number, line in enumerate(lines, 1):
        if number == cell.failed:
            items.append(f'<li class="failed"><code>{escape(line)}</code> <b>← here</b></li>')
        else:
            items.append(f"<li><code>{escape(line)}</code></li>")
    what = f'<p class="small">Your code, code cell {cell.number}:</p>' if cell.number else ""
    return f'{what}<ol class="code">{"".join(items)}</ol>'


class Code(str):
    """A cell of a table that is code, an error or a value: shown as it is."""

    __slots__ = ()


class Table(NamedTuple):
    """A table to show: what heads its columns, and its rows, each headed by its first cell."""

    head: Sequence[str]
    rows: Sequence[Sequence[str | int]]


class Section(NamedTuple):
    """A part of the page of a class."""

    heading: str
    lead: str = ""
    picture: str = ""
    """An `<img>`."""
    table: Table | None = None
    answers: Sequence["Answer"] = ()


class Answer(NamedTuple):
    """A wrong answer that several students may have given."""

    exercise: str
    """Its id and title."""
    given_by: int
    rows: Sequence[Sequence[str]]
    """Name, value and finding of each value that is wrong."""
    code: str
    """That of one of them; "" where it is not shown."""
    students: Sequence[str]
    """Their names, where they are shown."""


def class_page(assignment: str, sections: Sequence[Section], *, isolation: str, notes: Sequence[str]) -> str:
    """Return class.html: notes, then the sections, a table of a picture with the same numbers."""
    title = f"{assignment}: how the class did"
    parts = [f"<h1>{_text(title)}</h1>", *(f"<p>{_text(note)}</p>" for note in notes)]
    for section in sections:
        parts.append(f"<h2>{_text(section.heading)}</h2>")
        parts += [f"<p>{_sentence(section.lead)}</p>"] * bool(section.lead)
        parts += [f"<p>{section.picture}</p>"] * bool(section.picture)
        parts += [_table(section.heading, section.table)] if section.table else []
        parts += map(_answer, section.answers)
    parts.append(f'<p class="small">Isolation: {_text(isolation)}.</p>')
    return page(title, "\n".join(parts))


def _table(caption: str, table: Table) -> str:
    lines = "\n".join(
        f'<tr><th scope="row">{_text(str(row[0]))}</th>' + "".join(map(_cell, row[1:])) + "</tr>"
        for row in table.rows
    )
    # What is wider than a phone scrolls by itself, also by keyboard.
    head = f"<caption>{_text(caption)}, as a table</caption>\n<tr>{_heads(table.head)}</tr>"
    region = f'<div class="wide" role="region" tabindex="0" aria-label="{_text(caption)}, as a table">'
    return f"{region}<table>{head}\n{lines}</table></div>"


def _cell(cell: str | int) -> str:
    text = f"<code>{_text(cell)}</code>" if isinstance(cell, Code) else _sentence(str(cell))
    return f'<td class="words">{text}</td>' if len(str(cell)) > WORDS else f"<td>{text}</td>"


def _answer(answer: Answer) -> str:
    """Return one wrong answer: how many gave it, its values, and the code of one."""
    count = f"{answer.given_by} student" if answer.given_by == 1 else f"{answer.given_by} students"
    parts = [f"<h3>{_text(answer.exercise)}: {count}</h3>"]
    if answer.students:
        parts.append(f"<p>{_text(', '.join(answer.students))}</p>")
    rows = "".join(
        f"<li><code>{_text(name)}</code>: {_sentence(finding)}"
        + (f" (<code>{_text(value)}</code>)" if value.strip("—") else "")
        + "</li>"
        for name, value, finding in answer.rows
    )
    parts.append(f"<ul>{rows}</ul>")
    if answer.code:
        code = code_list(CodeCell(0, answer.code))
        parts.append(f"<details><summary>The code of one of them</summary>{code}</details>")
    return "\n".join(parts)


def _heads(names: Sequence[str]) -> str:
    return "".join(f'<th scope="col">{_text(name)}</th>' for name in names)


def _text(text: str) -> str:
    """Escape text from outside."""
    return escape(plain(text))


def _sentence(text: str) -> str:
    """The same of a sentence that may mark `code` and *emphasis*."""
    return marked(plain(text))


def plain(text: str, longest: int = LONGEST) -> str:
    """Cut a text where it gets too long, and take control characters out of it."""
    if len(text) > longest:
        text = text[:longest] + "…"
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in text)

"""How a result looks: HTML for a notebook, and the same content as plain text.

Text takes the page's own colour, so a card reads on light pages and dark ones; signs and words say what the
coloured edge says.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from backproplab.check.memory import mark
from backproplab.check.result import CheckResult
from backproplab.display import marked
from backproplab.marking.rows import Row
from backproplab.marking.slips import SLIPS
from backproplab.marking.verdict import Status


class _Look(NamedTuple):
    sign: str
    edge: str  # at least 3:1 against white and against near-black


LOOKS = {
    Status.RIGHT: _Look("✓", "#0072B2"),
    Status.NOT_YET: _Look("✗", "#D55E00"),
    Status.NOT_ATTEMPTED: _Look("○", "#7A7A7A"),
    Status.VERSIONS_DIFFER: _Look("≠", "#7A7A7A"),
    Status.NOT_CHECKED: _Look("?", "#7A7A7A"),
}
LONGEST_TABLE = 40  # lines: what is right and longer is folded, or the next exercise would be a page away
ROW_SIGNS = {True: "✓ ", False: "✗ ", None: ""}
_PARAGRAPH = '<p style="margin:0.2em 0;max-width:70ch">{}</p>'
_MONOSPACE = "font-family:var(--jp-code-font-family,monospace);white-space:pre"
_CELL = "text-align:left;padding:0.15em 1.2em 0.15em 0;vertical-align:top"


def result_card(found: CheckResult) -> tuple[str, str]:
    """Return markup and plain text of what a check found."""
    exercise, points = found.verdict.exercise, _score(found)
    body, plain = [], [f"{LOOKS[found.status].sign} {exercise} {found.status} · {points}"]
    if found.note:
        body.append(_paragraph(found.note))
        plain.append(found.note)
    if found.met_in:
        markup, text = _again(found)
        body.append(markup)
        plain.append(text)
    if found.rows:
        body.append(_folded(found) if _is_long(found) else _rows(found))
        plain += _align(_lines(found)[1])
        plain += [_caption(found)] * bool(_caption(found))
    if found.error:
        traceback = f'<pre style="{_MONOSPACE};margin:0.2em 0">{escape(found.error.traceback)}</pre>'
        body.append(f"<details><summary>Where it happened</summary>{traceback}</details>")
        plain.append(found.error.traceback)
    memory = mark(exercise, found.slips)
    return _card(found.status, f"{exercise} {found.status}", points, body, attribute=memory), "\n".join(plain)


def _again(found: CheckResult) -> tuple[str, str]:
    """Say that a mistake was made before, and which lesson cures it; the link is from exercises/."""
    slip = SLIPS[found.verdict.slug]
    start = f"You met this one before, in {found.met_in}. {slip.what} Read about it in "
    path, lesson = f"../notebooks/{slip.lesson}.ipynb", f"lesson {slip.lesson.split('-')[0]}"
    markup = _PARAGRAPH.format(f'{marked(start)}<a href="{path}">{lesson}</a>.')
    return markup, f"{start}{lesson} ({path})."


def notice(title: str, sentence: str) -> tuple[str, str]:
    """Return markup and plain text of a message that belongs to no exercise."""
    return _card(Status.NOT_CHECKED, title, "", [_paragraph(sentence)]), f"{title}. {sentence}"


def summary_table(name: str, results: Sequence[CheckResult]) -> tuple[str, str]:
    """Return markup and plain text of the table of a set: a line for each exercise, and what is left."""
    lines = [
        (each.verdict.exercise, f"{LOOKS[each.status].sign} {each.status}", _score(each)) for each in results
    ]
    possible = sum(each.verdict.points for each in results)
    total = f"{sum(each.verdict.earned for each in results):.3g} of {_points(possible)}"
    left = [each.verdict.exercise for each in results if each.status is not Status.RIGHT]
    closing = f"Still open: {', '.join(left)}." if left else "All of it is right. Well done."
    table = _table(("exercise", "status", "points"), lines)
    status = Status.NOT_ATTEMPTED if left else Status.RIGHT
    markup = _card(status, name, total, [table, _paragraph(closing)], sign="")
    return markup, "\n".join([f"{name} · {total}", *_align(lines), closing])


def _card(
    status: Status,
    title: str,
    aside: str,
    body: Sequence[str],
    *,
    sign: str | None = None,
    attribute: str = "",
) -> str:
    sign, edge = LOOKS[status].sign if sign is None else sign, LOOKS[status].edge
    mark = f'<span aria-hidden="true" style="color:{edge};font-weight:bold">{sign}</span> ' if sign else ""
    head = f"{mark}<strong>{escape(title)}</strong>{' · ' + escape(aside) if aside else ''}"
    return (
        f'<section{attribute} aria-label="{escape(title)}" '
        f'style="border-left:4px solid {edge};padding:0.1em 0 0.1em 0.9em;margin:0.4em 0;overflow-x:auto">'
        f'<p style="margin:0.2em 0">{head}</p>{"".join(body)}</section>'
    )


def _paragraph(sentence: str) -> str:
    return _PARAGRAPH.format(marked(sentence))


def _rows(found: CheckResult) -> str:
    return _table(*_lines(found), _caption(found))


def _is_long(found: CheckResult) -> bool:
    lines = sum(row.yours.count("\n") + 1 for row in found.rows)
    return found.status is Status.RIGHT and lines > LONGEST_TABLE


def _folded(found: CheckResult) -> str:
    return f"<details><summary>All {len(found.rows)} values match</summary>{_rows(found)}</details>"


def _lines(found: CheckResult) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Return headings and lines; what a learner's test did is told in words, without values."""
    if all(not row.yours and not row.shape for row in found.rows):
        return ("your test", "what it did"), [(row.name, _finding(row)) for row in found.rows]
    lines = [(row.name, row.yours, row.shape, _finding(row)) for row in found.rows]
    return ("value", "yours", "shape", "compared"), lines


def _table(headings: Sequence[str], lines: Sequence[Sequence[str]], caption: str = "") -> str:
    head = "".join(f'<th scope="col" style="{_CELL}">{each}</th>' for each in headings)
    body = "".join(
        f'<tr><th scope="row" style="{_CELL};white-space:nowrap">{escape(first)}</th>'
        + "".join(map(_cell, headings[1:], rest))
        + "</tr>"
        for first, *rest in lines
    )
    style = f"caption-side:bottom;white-space:nowrap;{_CELL}"
    note = f'<caption style="{style}">{escape(caption)}</caption>' if caption else ""
    return f'<table style="margin:0.3em 0">{note}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(heading: str, content: str) -> str:
    style = f"{_CELL};{_MONOSPACE}" if heading == "yours" else _CELL  # the rows of a matrix line up
    return f'<td style="{style}">{escape(content) if heading == "yours" else marked(content)}</td>'


def _caption(found: CheckResult) -> str:
    if found.seeds < 2 or any(row.ok is None or not row.yours for row in found.rows):
        return ""
    return f"One of {found.seeds} random inputs is shown."


def _finding(row: Row) -> str:
    return ROW_SIGNS[row.ok] + row.finding


def _align(lines: Sequence[Sequence[str]]) -> list[str]:
    flat = [[" ".join(cell.split()) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*flat, strict=True)]
    return ["  " + "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in flat]


def _score(found: CheckResult) -> str:
    earned, points = found.verdict.earned, found.verdict.points
    if not points:
        return "practice"
    if found.status in (Status.RIGHT, Status.NOT_YET):
        return f"{earned:.3g} of {_points(points)}"
    return _points(points)


def _points(number: float) -> str:
    return f"{number:g} point" + "s" * (number != 1)

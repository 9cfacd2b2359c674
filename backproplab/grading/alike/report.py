"""What is said of a class's likenesses: as a page with the code side by side, as JSON, in a few lines.

None of it goes into grades or feedback: it is for the one who asked. All text from outside is escaped.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from backproplab.grading.alike.answers import Own
from backproplab.grading.alike.score import EXPECTED, FEWEST, KINDS, SAME, Held, Likeness, Pair, Work
from backproplab.grading.pages import MOST_CODE, page, plain
from backproplab.grading.terminal import shortened
from backproplab.marking.ids import order

MOST_PAIRS = 100  # that a page shows
MOST_REASONS = 20
WIDEST = 40  # characters of a name on a terminal
WORDS = tuple(dict.fromkeys(KINDS.values()))
PLACES = {"handout": "from the handout", "solution": "in the solution notebook", "lesson": "in a lesson"}

VERDICT = (
    "A pair that is shown is a reason to look, and never a verdict. What explains it may be innocent: the "
    "two worked together, as was allowed; both had the same tutor, book, forum or assistant; one style was "
    "taught; or it is chance."
)
STYLE = """
.two { display: grid; gap: 0 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.two h4 { font-size: 0.9rem; margin: 0.5rem 0 0; }
.code li > b, .code li > i { font: 0.8rem/1.5 system-ui, sans-serif; color: var(--muted);
  white-space: nowrap; }
.code .rare { background: var(--note); box-shadow: inset 3px 0 #D55E00; }
.code .rare > b { color: var(--ink); }
body { max-width: 76rem; }
"""


@dataclass(frozen=True)
class Report:
    """All that there is to say."""

    name: str
    """Of the set."""
    likeness: Likeness
    not_read: Mapping[str, str]
    """By student, why nothing could be compared."""
    explained_by: Sequence[str]
    """What was taken as explained, in words."""
    titles: Mapping[str, str]
    """What each exercise is called."""
    is_anonymous: bool = False

    def student(self, index: int) -> str:
        """Return how a work's author is called: by number, in the order of pairs, where nobody is named."""
        work = self.likeness.works[index]
        name = f"student {self._numbers[index]}" if self.is_anonymous else work.student
        return f"{name} (earlier)" if work.is_earlier else name

    @cached_property
    def _numbers(self) -> dict[int, int]:
        pairs = (each for pair in self.likeness.pairs for each in (pair.one, pair.other))
        met = dict.fromkeys([*pairs, *(each for same in self.likeness.same for each in same)])
        return {index: number for number, index in enumerate(met, 1)}

    @property
    def parts(self) -> list[str]:
        """Exercises in their order, then kinds of words."""
        exercises = sorted(set(self.likeness.held) - set(WORDS), key=order)
        return [*exercises, *(word for word in WORDS if word in self.likeness.held)]


def lines(report: Report) -> Iterator[str]:
    """Yield what a terminal shows."""
    likeness = report.likeness
    yield f"{report.name}: {_counted(report)}"
    yield from _same(report)
    if not likeness.pairs and not likeness.same:
        yield "No pair is more alike than the handout, the course and chance explain."
    for pair in likeness.pairs[:MOST_PAIRS]:
        most = sorted(pair.parts, key=lambda part: -pair.parts[part])[:4]
        one, other = (shortened(report.student(each), WIDEST) for each in (pair.one, pair.other))
        yield (
            f"  {one}  {other}  {pair.bits:.0f} bits, usual for them {pair.usual:.0f}; {_by_chance(pair)}; "
            f"most in {', '.join(most)}"
        )
    for group in likeness.groups:
        yield f"  Together: {', '.join(shortened(report.student(each), WIDEST) for each in group)}"
    yield from _limits(report)
    yield VERDICT


def as_json(report: Report) -> dict[str, Any]:
    """Return the same as JSON's kinds of data."""
    likeness = report.likeness
    return {
        "set": report.name,
        "what_it_is": VERDICT,
        "works": len(likeness.works),
        "pairs_compared": likeness.compared,
        "expected_by_chance": EXPECTED,
        "threshold_bits_above_usual": round(likeness.threshold, 2),
        "most_bits_of_an_exercise": round(likeness.at_most, 2),
        "explained_by": list(report.explained_by),
        "pairs": [
            {
                "students": [report.student(pair.one), report.student(pair.other)],
                "bits": round(pair.bits, 2),
                "usual": round(pair.usual, 2),
                "expected_by_chance": float(f"{pair.expected:.2g}"),
                "parts": {part: round(pair.parts[part], 2) for part in report.parts if part in pair.parts},
            }
            for pair in likeness.pairs
        ],
        "groups": [[report.student(each) for each in group] for group in likeness.groups],
        "same_but_for_names": [[report.student(each) for each in same] for same in likeness.same],
        "copies_would_not_show": len(likeness.unseen) if report.is_anonymous else list(likeness.unseen),
        "not_compared": len(report.not_read) if report.is_anonymous else dict(report.not_read),
    }


def html(report: Report) -> str:
    """Return the page."""
    likeness = report.likeness
    title = f"{report.name}: answers that are alike"
    parts = [
        f"<h1>{text(title)}</h1>",
        f'<p class="note">{text(VERDICT)}</p>',
        f"<p>{text(_counted(report))}</p>",
    ]
    parts += [f"<p>{text(sentence)}</p>" for sentence in (*_same(report), *_limits(report))]
    parts.append(_how(report))
    if likeness.pairs:
        parts.append(_ranking(report))
    for group in likeness.groups:
        names = ", ".join(report.student(each) for each in group)
        parts.append(
            f"<p><b>{len(group)} together:</b> {text(names)}. Each is in a pair with another of "
            "them; that does not make any two of them a pair.</p>"
        )
    shown = likeness.pairs[:MOST_PAIRS]
    parts += [_pair(report, number, pair) for number, pair in enumerate(shown, 1)]
    if len(likeness.pairs) > len(shown):
        parts.append(f"<p>{len(likeness.pairs) - len(shown)} more pairs are in the JSON file.</p>")
    return page(title, "\n".join(parts), style=STYLE)


def _counted(report: Report) -> str:
    likeness = report.likeness
    earlier = sum(work.is_earlier for work in likeness.works)
    also = f", {earlier} of them of an earlier class" if earlier else ""
    shown = len(likeness.pairs)
    return (
        f"{len(likeness.works)} notebooks{also}; {likeness.compared:,} pairs compared, "
        f"{shown} {'is' if shown == 1 else 'are'} shown. By its rule, chance brings {EXPECTED:g}; "
        "INSTRUCTORS.md says what it brought in classes that were made up to try it."
    )


def _same(report: Report) -> Iterator[str]:
    """Yield who handed in the same, which is a fact, and no matter of how rare it is."""
    for same in report.likeness.same:
        names = ", ".join(shortened(report.student(each), WIDEST) for each in same)
        yield (
            f"{len(same)} works are the same, but for names, order and comments, in at least "
            f"{SAME:.0%} of what the course does not have: {names}."
        )


def _limits(report: Report) -> Iterator[str]:
    """Yield what was not or could not be seen."""
    likeness = report.likeness
    own = sum(not work.is_earlier for work in likeness.works)
    if math.isinf(likeness.threshold):
        yield (
            f"With those that are the same counted once, there are fewer than {FEWEST} works. Of so few "
            "nothing can be said to be rare, so that no pair is shown."
        )
    elif likeness.unseen:
        yield (
            f"Of {len(likeness.unseen)} of {own}, too little of what they wrote is rare, or not the course's "
            "own: even an exact copy would not be shown as a pair."
        )
    if report.not_read:
        reasons = "" if report.is_anonymous else _reasons(report.not_read)
        yield f"{len(report.not_read)} could not be compared{reasons}."


def _reasons(not_read: Mapping[str, str]) -> str:
    listed = [f"{shortened(student, WIDEST)} ({shortened(why, 120)})" for student, why in not_read.items()]
    return f": {'; '.join(listed[:MOST_REASONS])}{'; …' if len(listed) > MOST_REASONS else ''}"


def _how(report: Report) -> str:
    likeness = report.likeness
    return f"""<details><summary>How it is counted, and what the numbers are not</summary>
<p>Each answer is taken apart into pieces: expressions, statements, statements together. Names of variables,
the order of statements, and that of factors and terms make no difference. A piece that a share p of the
others have as well counts −log₂ p bits: 1 bit for what half of them have. What stands in the course counts
nothing: {text("; ".join(report.explained_by))}. Names, comments, texts and odd spaces count likewise, each
once. An exercise, or a kind of these, counts {likeness.at_most:.1f} bits at most, since one line follows from
another.</p>
<p>“Usual” is what the two have with others at the median. A pair is shown from {likeness.threshold:.1f} bits
above that on: there, a normal distribution as wide as this class's, and somewhat wider the smaller it is,
leaves {EXPECTED:g} of {likeness.compared:,} pairs. Works that are the same but for names count once in all
of this. It is a rule of thumb: the tail of a class is not quite normal. It is not
the probability that somebody copied. Nor is anybody cleared: who copies one exercise, or copies with care, is
not shown.</p>
</details>"""


def _ranking(report: Report) -> str:
    rows = "\n".join(
        f'<tr><th scope="row"><a href="#pair-{number}">{number}</a></th>'
        f"<td>{text(report.student(pair.one))}</td><td>{text(report.student(pair.other))}</td><td>{pair.bits:.0f}</td><td>{pair.usual:.0f}</td>"
        f"<td>{pair.expected:.2g}</td></tr>"
        for number, pair in enumerate(report.likeness.pairs[:MOST_PAIRS], 1)
    )
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("", "Student", "Student", "Bits", "Usual", "By chance")
    )
    return (
        '<div class="wide" role="region" tabindex="0" aria-label="The pairs"><table>'
        f"<caption>The pairs, the most surprising first</caption>\n<tr>{heads}</tr>\n{rows}</table></div>"
    )


def _by_chance(pair: Pair) -> str:
    """Say how many pairs like it chance would bring."""
    return (
        f"{pair.expected:.2g} such pairs expected by chance" if pair.expected >= 1e-4 else "hardly by chance"
    )


def _pair(report: Report, number: int, pair: Pair) -> str:
    one, other = report.likeness.works[pair.one], report.likeness.works[pair.other]
    names = f"{report.student(pair.one)} and {report.student(pair.other)}"
    parts = [
        f'<h2 id="pair-{number}">{number}. {text(names)}</h2>',
        f"<p>{pair.bits:.0f} bits, where {pair.usual:.0f} are usual for them; {text(_by_chance(pair))}.</p>",
    ]
    for part in report.parts:
        bits = pair.parts.get(part, 0.0)
        if part in WORDS:
            parts += [_words(report, part, pair, bits)] * bool(bits)
            continue
        cells = [[cell for cell in work.cells if cell.exercise == part] for work in (one, other)]
        if not all(cells):
            continue
        title = f"{part} {report.titles.get(part, '')}".rstrip()
        body = _side_by_side(report, report.likeness.held[part], pair, cells)
        is_open = " open" if bits >= 1 else ""
        parts.append(
            f"<details{is_open}><summary><b>{text(title)}</b>: {bits:.1f} bits</summary>{body}</details>"
        )
    return "\n".join(parts)


class _Mark(NamedTuple):
    bits: float
    says: str


def _side_by_side(report: Report, held: Held, pair: Pair, cells: Sequence[Sequence[Own]]) -> str:
    shared = {key for key, holders in held.holders.items() if pair.one in holders and pair.other in holders}
    copies = held.copies(pair.one, pair.other)
    whole = [key for key in shared if " " in key and held.bits(key, copies=copies) >= 1]
    columns = []
    for index, own in zip((pair.one, pair.other), cells, strict=True):
        code = "".join(_code(report, cell, held, shared, pair) for cell in own)
        columns.append(f"<div><h4>{text(report.student(index))}</h4>{code}</div>")
    note = ""
    if whole:
        fewest = min(len(held.holders[key]) for key in whole)
        note = (
            '<p class="small">Statements that stand together are the same, names and order apart; '
            f"{fewest} of {held.works} have the rarest such block.</p>"
        )
    return f'{note}<div class="two">{"".join(columns)}</div>'


def _code(report: Report, cell: Own, held: Held, shared: set[str], pair: Pair) -> str:
    """Return a cell as numbered lines, each with what the other has of it and how many have that."""
    marks: dict[int, _Mark] = {}
    copies = held.copies(pair.one, pair.other)
    for piece in cell.pieces:
        if piece.key not in shared or piece.is_together:
            continue
        bits = held.bits(piece.key, copies=copies)
        place = held.explained.get(piece.key)
        says = PLACES[place] if place else f"{len(held.holders[piece.key])} of {held.works}"
        for line in range(piece.first, min(piece.last, piece.first + 50) + 1):
            if line not in marks or bits > marks[line].bits:
                marks[line] = _Mark(bits, says)
    for word in cell.words:
        said = report.likeness.held[KINDS[word.kind]]
        bits = said.bits(word.key, copies=copies)
        both = {pair.one, pair.other} <= said.holders[word.key]
        if both and word.kind != "name" and (word.line not in marks or bits > marks[word.line].bits):
            place = said.explained.get(word.key)
            says = PLACES[place] if place else f"{len(said.holders[word.key])} of {said.works}"
            marks[word.line] = _Mark(bits, says)
    items = []
    for number, source in enumerate(plain(cell.source, MOST_CODE).split("\n"), 1):
        code, mark = f"<code>{escape(source)}</code>", marks.get(number)
        if mark is None or not source.strip():
            items.append(f"<li>{code}</li>")
        elif mark.bits >= 1:
            items.append(f'<li class="rare">{code} <b>← both; {escape(mark.says)}</b></li>')
        else:
            items.append(f"<li>{code} <i>both; {escape(mark.says)}</i></li>")
    return f'<ol class="code">{"".join(items)}</ol>'


def _words(report: Report, kind: str, pair: Pair, bits: float) -> str:
    """List the names, comments or odd lines that both have, the rarest first; those of the course are not."""
    held = report.likeness.held[kind]
    shown = {
        word.key: word.shown
        for cell in report.likeness.works[pair.one].cells
        for word in cell.words
        if KINDS[word.kind] == kind
    }
    both = [
        (len(held.holders[key]), words)
        for key, words in shown.items()
        if pair.other in held.holders[key] and held.bits(key, copies=held.copies(pair.one, pair.other)) > 0
    ]
    items = "".join(
        f"<li><code>{text(words)}</code>: {having} of {held.works}</li>"
        for having, words in sorted(both)[:20]
    )
    return f"<h3>{kind.capitalize()} that both have: {bits:.1f} bits</h3><ul>{items}</ul>"


def text(words: str) -> str:
    """Escape text from outside."""
    return escape(plain(words))


def too_few(works: Sequence[Work], not_read: Mapping[str, str]) -> str:
    """Say why nothing can be said of so few."""
    left_out = f" {len(not_read)} could not be{_reasons(not_read)}." if not_read else ""
    return (
        f"{len(works)} notebooks could be compared.{left_out} Of fewer than {FEWEST}, nothing can be said to "
        "be rare, so that no likeness means anything: compare them by eye, or name an earlier class's "
        "submissions with --also"
    )


def nothing_in(folder: Path, not_read: Mapping[str, str]) -> str:
    """Say that an earlier class has nothing to compare with."""
    reasons = _reasons(not_read) if not_read else ""
    return f"--also {folder} has no notebook of this set that can be compared{reasons}"

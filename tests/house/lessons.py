"""What every lesson keeps to: form of the file, size, order of parts, pictures told in words."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from html.parser import HTMLParser

from nbformat import NotebookNode

from backproplab.authoring.cell_ids import is_random, is_readable
from backproplab.authoring.unwritten import UNWRITTEN, unwritten
from backproplab.widgets.quick_check.questions import questions

MOST_CODE_CELLS = 15
MOST_LINES = 25
MOST_WORDS = 1800
MOST_MINUTES = 45
FEWEST_ALT_WORDS = 5
QUICK_CHECK = r"""\bquick_check\(["'](.*?)["']\)"""

Rule = Callable[[NotebookNode], Iterator[str]]


def code_cells(lesson: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def prose(lesson: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")


def every_cell_run(lesson: NotebookNode) -> Iterator[str]:
    for expected, cell in enumerate(code_cells(lesson), start=1):
        if not cell.source.strip():
            yield f"cell '{cell.id}' is empty"
        elif cell.execution_count != expected:
            yield f"cell '{cell.id}' has execution count {cell.execution_count}, expected {expected}"
        may_raise = "raises-exception" in cell.metadata.get("tags", [])
        if not may_raise and any(output.output_type == "error" for output in cell.outputs):
            yield f"cell '{cell.id}' ends in an error"


def every_output_compared(lesson: NotebookNode) -> Iterator[str]:
    for cell in code_cells(lesson):
        marks = [tag for tag in cell.metadata.get("tags", []) if tag.startswith("nbval-")]
        marks += re.findall(r"^\s*#\s*((?:NBVAL|PYTEST_VALIDATE)_\w+)\s*$", cell.source, re.MULTILINE)
        if marks:
            yield f"cell '{cell.id}' opts out of the comparison of outputs: {', '.join(marks)}"


def meaningful_ids(lesson: NotebookNode) -> Iterator[str]:
    seen: set[str] = set()
    for cell in lesson.cells:
        name = cell.get("id", "")
        if is_random(name):
            yield f"cell id '{name}' does not say what the cell is for; run: backproplab new ids NOTEBOOK"
        elif not is_readable(name):
            yield f"cell id '{name}' does not say what the cell is for: use words-joined-so"
        if name in seen:
            yield f"cell id '{name}' is used twice"
        seen.add(name)


def no_times(lesson: NotebookNode) -> Iterator[str]:
    for cell in lesson.cells:
        for key in {"execution", "ExecuteTime"} & set(cell.metadata):
            yield f"cell '{cell.id}' keeps times in its metadata ({key})"


def fits_on_a_screen(lesson: NotebookNode) -> Iterator[str]:
    for cell in code_cells(lesson):
        lines = len(cell.source.splitlines())
        if lines > MOST_LINES:
            yield f"cell '{cell.id}' has {lines} lines, at most {MOST_LINES}"


def short_enough(lesson: NotebookNode) -> Iterator[str]:
    cells, words = len(code_cells(lesson)), count_words(prose(lesson))
    if cells > MOST_CODE_CELLS:
        yield f"{cells} code cells, at most {MOST_CODE_CELLS}"
    if words > MOST_WORDS:
        yield f"{words} words of prose, at most {MOST_WORDS}"


def count_words(markdown: str) -> int:
    """Count what is read as words: no code blocks, formulas, tags or addresses of links."""
    dropped = (r"```.*?```", r"\$\$.*?\$\$", r"\$[^$\n]+\$", r"<[^>]+>", r"\]\([^)]*\)")
    for pattern in dropped:
        markdown = re.sub(pattern, " ", markdown, flags=re.DOTALL)
    return sum(any(character.isalnum() for character in token) for token in markdown.split())


class _Pictures(HTMLParser):
    """Collects the text that stands for each picture of a page, None where there is none."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.texts: list[str | None] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.texts.append(dict(attrs).get("alt"))
        elif tag == "svg":
            self.texts.append(dict(attrs).get("aria-label"))


def alt_texts(lesson: NotebookNode) -> Iterator[str]:
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            texts = [*_Pictures(cell.source).texts, *re.findall(r"!\[([^\]]*)\]\(", cell.source)]
            yield from (f"cell '{cell.id}': {fault}" for fault in _alt_faults(texts))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts = _Pictures("".join(data.get("text/html", ""))).texts
            if not texts and any(kind.startswith("image/") for kind in data):
                texts = [None]
            yield from (f"cell '{cell.id}': {fault}" for fault in _alt_faults(texts))


def _alt_faults(texts: list[str | None]) -> Iterator[str]:
    for text in texts:
        if not text or not text.strip():
            yield "a picture without alt text; emit it with backproplab.display.show"
        elif len(text.split()) < FEWEST_ALT_WORDS:
            yield f"the alt text {text!r} does not say what the picture shows"


def sections(lesson: NotebookNode) -> list[tuple[str, str]]:
    """Return (heading, text below it) for every heading of level 2 in the prose."""
    parts = re.split(r"^## +(.+)$", prose(lesson), flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def made_as_agreed(lesson: NotebookNode) -> Iterator[str]:
    """Title, minutes, needs and a question at the top; recap, quick check and what next at the end."""
    titles = re.findall(r"^# +.+$", re.sub(r"```.*?```", "", prose(lesson), flags=re.DOTALL), re.MULTILINE)
    first = lesson.cells[0].source if lesson.cells else ""
    if len(titles) != 1 or not first.startswith("# "):
        yield "a lesson begins with its title, the only heading of level 1"
    opening = []
    for cell in lesson.cells:
        if cell.cell_type != "markdown":
            break
        opening.append(cell.source)
    top = "\n".join(opening)
    if not (minutes := re.findall(r"(\d+)\s+minutes", top)):
        yield "the top does not state how many minutes the lesson takes"
    elif max(map(int, minutes)) > MOST_MINUTES:
        yield f"the top promises {max(map(int, minutes))} minutes; a lesson takes {MOST_MINUTES} at most"
    if not re.search(r"\byou(?:['’]ll| will)? need\b", top, re.IGNORECASE):
        yield "the top does not say what the learner needs ('you need')"
    if "able to" not in top:
        yield "the top does not say what the learner will be able to do"
    if "?" not in top:
        yield "the top asks no question that the lesson answers"
    yield from _closing_faults(sections(lesson))


def _closing_faults(parts: list[tuple[str, str]]) -> Iterator[str]:
    if [heading.lower() for heading, _ in parts[-3:]] != ["recap", "quick check", "what next"]:
        yield "a lesson ends with the headings '## Recap', '## Quick check' and '## What next'"
        return
    recap = parts[-3][1]
    bullets = len(re.findall(r"^(?:[-*+]|\d+\.) ", recap, re.MULTILINE))
    if bullets != 5:
        yield f"the recap has {bullets} bullets, expected five"


def quick_check_asked(lesson: NotebookNode) -> Iterator[str]:
    """One cell below '## Quick check' asks two or three questions, and no other cell asks any."""
    asked = quiz_numbers(lesson)
    if len(asked) != 1:
        yield f'the lesson holds quick_check("NN") {len(asked)} times, expected once'
        return
    heading = ""
    for cell in lesson.cells:
        if "quick_check(" in cell.source and heading.lower() != "quick check":
            yield f"cell '{cell.id}' stands below '## {heading}', not below '## Quick check'"
        if cell.cell_type == "markdown":
            heading = [heading, *re.findall(r"^## +(.+)$", cell.source, re.MULTILINE)][-1]
    try:
        count = len(questions(asked[0]))
    except ValueError as error:
        yield str(error)
    else:
        if count not in (2, 3):
            yield f"the quick check has {count} questions, expected two or three"


def nothing_unwritten(lesson: NotebookNode) -> Iterator[str]:
    """No line of a lesson, or of its quick check, is still to be written."""
    for cell in lesson.cells:
        yield from (f"cell '{cell.id}', {fault}" for fault in unwritten(cell.source))
    for number in quiz_numbers(lesson):
        with suppress(ValueError):  # `quick_check_asked` says it
            if UNWRITTEN in str(questions(number)):
                yield f"{number}.toml, the quick check, has texts that are still to be written"


def quiz_numbers(lesson: NotebookNode) -> list[str]:
    """Return the number that each `quick_check("NN")` of a lesson is called with."""
    return [number for cell in code_cells(lesson) for number in re.findall(QUICK_CHECK, cell.source)]


RULES: tuple[Rule, ...] = (
    every_cell_run,
    every_output_compared,
    meaningful_ids,
    no_times,
    fits_on_a_screen,
    short_enough,
    alt_texts,
    made_as_agreed,
    quick_check_asked,
    nothing_unwritten,
)

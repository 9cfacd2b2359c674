"""A lesson as a page: every formula typeset, nothing loaded from anywhere, links that lead somewhere."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from backproplab.publishing.export import WIDGET_STATE, WIDGET_VIEW, export, links, put_live, title
from backproplab.publishing.formulas import FormulaError, mathml
from backproplab.publishing.lesson_page import page_of

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


class Page(HTMLParser):
    """What a page loads, links to and says; the parts of a formula as they are read."""

    LOADED = ("src", "srcset", "poster", "data")

    def __init__(self, markup):
        super().__init__()
        self.loads, self.leads, self.words, self.formulas, self._within = [], [], [], 0, []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.formulas += tag == "math"
        for name, value in attrs:
            if name in self.LOADED or (tag == "link" and name == "href"):
                self.loads.append(value)
            elif tag == "a" and name == "href":
                self.leads.append(value)
        self._within = [*self._within, tag] if tag in ("script", "style", "code", "pre") else self._within

    def handle_endtag(self, tag):
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data):
        if not self._within:
            self.words.append(data)


def lesson_of(*cells):
    return new_notebook(cells=list(cells))


def page(source, **options):
    cell = new_markdown_cell(source, id="text")
    options = {"title": "T", "folder": ".", "link": lambda text, url: f'<a href="{url}">{text}</a>'} | options
    return page_of(lesson_of(cell), **options)


def formulas(source):
    found = Page(page(source))
    return found.formulas, " ".join("".join(found.words).split())


@pytest.mark.parametrize(
    ("source", "count", "left"),
    [
        ("a $x^2$ b", 1, "$"),
        ("$$\\frac{1}{2}$$", 1, "\\frac"),
        ("one $a$, two $b_1$\n\n$$c$$", 3, "$"),
        ("| $x$ | $y$ |\n|---|---|\n| $z$ | 1 |", 3, "$"),
        ("- item $\\partial L$", 1, "\\partial"),
        ("\\begin{align}a &= b\\end{align}", 1, "\\begin"),
    ],
)
def test_a_formula_becomes_mathml(source, count, left):
    found, words = formulas(source)
    assert found == count
    assert left not in words


def test_a_dollar_that_is_money_stays():
    assert formulas("It costs \\$5, or \\$6.") == (0, "T It costs $5, or $6.")


def test_a_dollar_in_code_stays():
    markup = page("`$x$` and\n\n```\n$y$\n```")
    assert Page(markup).formulas == 0
    assert "$x$" in markup
    assert "$y$" in markup


def test_a_formula_in_a_heading_is_one_too():
    assert "<math" in page("## The slope $x^2$").partition("The slope")[2][:20]


@pytest.mark.parametrize(
    "formula",
    [
        *(r"\nosuch{x}", r"\frac{1}", r"{x", r"\left( x", r"\sqrt[3]"),
        *(r"\begin{aligned}a&=b\end{aligned}", r"\text{a < b}"),
    ],
)
def test_a_formula_that_cannot_be_typeset_is_told_with_its_cell(formula):
    with pytest.raises(FormulaError, match=rf"cell 'text': {re.escape(formula)}"):
        page(f"a ${formula}$ b")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_formula_of_a_lesson_has_mathml(path):
    text = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    markup = page_of(lesson_of(*text), title="T", folder=".", link=lambda text, url: text)
    words = "".join(Page(markup).words)  # a formula that cannot be typeset would have raised, with its cell
    assert "$" not in words
    assert not re.search(r"\\[a-z]", words)


def test_mathml_says_which_formulas_stand_alone():
    assert 'display="block"' in mathml("x", display=True)
    assert 'display="inline"' in mathml("x")


def test_a_page_loads_nothing_and_says_its_language_and_title():
    markup = page("# Nudges\n\n$x$ and ![a red dot](dot.png) and [out](https://example.org/)", title="Nudges")
    found = Page(markup)
    assert [each for each in found.loads if not each.startswith("data:")] == ["dot.png"]
    assert found.leads[-1] == "https://example.org/"
    assert re.search(r'<html lang="en"', markup)
    assert "<title>Nudges</title>" in markup
    assert not re.search(r"@import|url\(\s*['\"]?(?!data:|['\"]?data:)http", markup)


def test_an_image_beside_the_lesson_is_part_of_the_page(tmp_path):
    (tmp_path / "dot.png").write_bytes(b"not really a picture")
    found = Page(page("![a red dot](dot.png)", folder=str(tmp_path)))
    assert found.loads == ["data:image/png;base64,bm90IHJlYWxseSBhIHBpY3R1cmU="]


@pytest.mark.parametrize(
    "markup",
    [
        "<details><summary>Hint 1</summary>\n\nForward is a *loop*.\n\n</details>",
        "press <kbd>Tab</kbd>, not <small>that</small>",
        '<details><summary>See</summary>\n<img src="dot.png" alt="a red dot">\n\nmore\n\n</details>',
    ],
)
def test_what_a_text_writes_in_html_is_closed_where_it_says_so(tmp_path, markup):
    (tmp_path / "dot.png").write_bytes(b"not really a picture")
    made = page(f"{markup}\n\nafter", folder=str(tmp_path))
    for tag, words in [("details", "(loop|more)"), ("kbd", "Tab"), ("small", "that")]:
        if f"<{tag}>" in markup:
            assert re.search(f"<{tag}>(?:(?!</{tag}>).)*{words}", made, re.DOTALL)
    assert 'src="dot.png"' not in made


@pytest.fixture
def course(tmp_path):
    for name in (
        "notebooks/01-a.ipynb",
        "notebooks/02-b.ipynb",
        "notebooks/files/s.xlsx",
        "exercises/01-a.ipynb",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("https://example.org/a?b&c", '<a href="https://example.org/a?b&amp;c">t</a>'),
        ("#Recap", '<a href="#Recap">t</a>'),
        ("02-b.ipynb", '<a href="02-b.html">t</a>'),
        ("02-b.ipynb#Recap", '<a href="02-b.html#Recap">t</a>'),
        ("01-a.ipynb", "t (<code>notebooks/01-a.ipynb</code> in the course’s folder)"),
        ("../exercises/01-a.ipynb", "t (<code>exercises/01-a.ipynb</code> in the course’s folder)"),
        ("files/s.xlsx", '<a href="./files/s.xlsx">t</a>'),
    ],
)
def test_links_lead_to_pages_to_files_beside_them_or_nowhere(course, url, made):
    link = links(course / "notebooks/03-c.ipynb", course / "out", {"02-b"})
    assert link("t", url) == made
    assert (course / "out/files/s.xlsx").exists() == url.startswith("files/")


def test_the_workbook_is_where_the_page_of_its_lesson_says(tmp_path):
    path = ROOT / "notebooks/03-spreadsheet.ipynb"
    made = export(nbformat.read(path, as_version=4), path, tmp_path)
    (workbook,) = {link for link in Page(made.read_text(encoding="utf-8")).leads if link.endswith(".xlsx")}
    assert (tmp_path / workbook).is_file()


def widget(name, still, **state):
    data = {WIDGET_VIEW: {"model_id": name}, "text/html": still, "text/plain": "words"}
    shown = new_output("execute_result", data=data, execution_count=1)
    return new_code_cell("it", outputs=[shown]), {
        "state": {"_esm": "m", "_css": "c", "_view_count": None, **state}
    }


def test_widgets_that_need_no_python_are_put_in_place_and_the_others_named():
    alone, alone_state = widget("1a", "<p>still</p>", on_page_alone=True, count=3)
    twin, twin_state = widget("1b", "<p>twin</p>", on_page_alone=True, count=4)
    tied, tied_state = widget("1c", "<p>tied</p>", on_page_alone=False)
    lesson = lesson_of(alone, twin, tied)
    twin_state["buffers"] = [{"encoding": "base64", "path": ["frames"], "data": "AAA="}]
    states = {"1a": alone_state, "1b": twin_state, "1c": tied_state}
    lesson.metadata["widgets"] = {WIDGET_STATE: {"state": states}}
    live = put_live(lesson)
    assert live == {
        "modules": ["m"],
        "styles": ["c"],
        "models": {
            "1a": {"module": 0, "state": {"on_page_alone": True, "count": 3}, "buffers": []},
            "1b": {
                "module": 0,
                "state": {"on_page_alone": True, "count": 4},
                "buffers": [{"path": ["frames"], "data": "AAA="}],
            },
        },
    }
    markup = [cell.outputs[0].data["text/html"] for cell in lesson.cells]
    assert markup[0] == '<div data-live="1a"><p>still</p></div>'
    assert "<p>tied</p>" in markup[2]
    assert "make lab" in markup[2]
    assert not any(WIDGET_VIEW in cell.outputs[0].data for cell in lesson.cells)
    assert "widgets" not in lesson.metadata


def test_no_text_of_a_widget_ends_the_script_that_carries_it():
    live = json.dumps({"modules": ["const a = '</script><b>';"]})
    markup = page("text", live=live)
    carried = re.search(r'id="lesson-widgets"[^>]*>(.*?)</script>', markup, re.DOTALL)[1]
    assert json.loads(carried) == json.loads(live)


def test_a_title_is_the_first_heading_without_its_marks():
    assert title(lesson_of(new_markdown_cell("text\n\n# The *chain* `rule`\n\n# Two"))) == "The chain rule"
    assert title(lesson_of(new_code_cell("# no heading"))) == ""


def test_the_page_of_a_lesson_has_its_title_and_its_outputs(tmp_path):
    cell = new_code_cell("print(40 + 2)", outputs=[new_output("stream", text="42\n")])
    lesson = lesson_of(new_markdown_cell("# Sums\n\n$1 + 1$"), cell)
    made = export(lesson, tmp_path / "01-sums.ipynb", tmp_path / "out")
    assert made == tmp_path / "out/01-sums.html"
    markup = made.read_text(encoding="utf-8")
    assert "<title>Sums</title>" in markup
    assert re.search(r"<pre>42\s*</pre>", markup)


def test_a_word_of_the_glossary_is_a_word_on_a_page_that_stands_alone(tmp_path):
    link = links(ROOT / "notebooks/01-nudges-and-slopes.ipynb", tmp_path, {"01-nudges-and-slopes"})
    assert link("<strong>nudge</strong>", "glossary.md#nudge") == "<strong>nudge</strong>"
    assert not list(tmp_path.iterdir())

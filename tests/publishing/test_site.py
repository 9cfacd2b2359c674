"""The whole site: links that lead somewhere, nothing from elsewhere, no solution, small pages with names."""

import json
import re
import shutil
from html.parser import HTMLParser
from importlib.resources import files

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from site_kit import ROOT, URL, SitePage, in_order, target

from backproplab.authoring.stubs import BEGIN, END
from backproplab.course.contents import CourseError, learners_copy
from backproplab.course.handout import read_zip
from backproplab.course.outline import parts
from backproplab.course.start_page import whole_copy
from backproplab.publishing.export import WIDGET_STATE, WIDGET_VIEW
from backproplab.publishing.site.build import SiteError, build_site
from backproplab.publishing.site.citation import in_bibtex, in_words
from backproplab.publishing.site.place import LIST, put_in_place
from backproplab.publishing.site.sources import put_below_one_title, write_sources
from backproplab.publishing.site.widgets import StaleLessonError, digest, held_by, kept, put_back, sources
from backproplab.training.recorder import size

LARGEST = 1_500_000  # bytes of a page


@pytest.fixture(scope="session")
def pages(site):
    """Each page of the site by its name in it, read."""
    return {path.relative_to(site).as_posix(): SitePage(path) for path in sorted(site.rglob("*.html"))}


def test_every_lesson_and_every_exercise_set_has_a_page(pages):
    sources = [
        *(ROOT / "notebooks").glob("*.ipynb"),
        *(ROOT / "exercises").glob("*.ipynb"),
    ]
    wanted = {path.relative_to(ROOT).with_suffix(".html").as_posix() for path in sources}
    assert wanted <= pages.keys()
    assert {"index.html", "404.html", "search.html", "teaching.html", "benchmarks/index.html"} <= pages.keys()


def test_a_reader_comes_from_the_map_by_all_lessons_to_the_last_page(site):
    walked = in_order(site)
    lessons = [f"{name}.html" for part in parts(ROOT) for entry in part.entries for name in entry.pages]
    assert walked[1 : len(lessons) + 1] == lessons
    assert walked[-1] == "benchmarks/index.html"


def test_every_link_leads_to_a_file_and_a_place_in_it(site, pages):
    broken = []
    for name, page in pages.items():
        for link in page.leads:
            if (found := target(name, link)) is None:
                continue
            file, fragment = found
            there = pages.get(file)
            if not (site / file).is_file() or (there and fragment and fragment not in there.ids):
                broken.append(f"{name}: {link}")
    assert not broken


def test_nothing_is_loaded_from_elsewhere_and_what_is_loaded_is_there(site, pages):
    loaded = {(name, link) for name, page in pages.items() for link in page.loads}
    found = {(name, link): target(name, link) for name, link in loaded if not link.startswith("data:")}
    assert not [each for each, where in found.items() if where is None or not (site / where[0]).is_file()]
    styles = "\n".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", styles)


def test_no_page_with_all_that_it_loads_is_heavier_than_a_phone_likes(site, pages):
    def weight(name, page):
        loaded = {name, *(found[0] for link in page.loads if (found := target(name, link)))}
        return sum((site / each).stat().st_size for each in loaded)

    weights = {name: weight(name, page) for name, page in pages.items()}
    assert max(weights.values()) > 500_000, "pictures and scripts are counted"
    assert {name: size for name, size in weights.items() if size > LARGEST} == {}


def test_pages_have_titles_of_their_own_and_descriptions(pages):
    titles = [page.title for page in pages.values()]
    assert sorted(set(titles)) == sorted(titles)
    notebooks = {name: page for name, page in pages.items() if name.startswith(("notebooks/", "exercises/"))}
    assert not [name for name, page in notebooks.items() if len(page.meta.get("description", "")) < 40]
    assert all(page.meta.get("viewport") for page in pages.values())


def test_the_site_map_lists_the_pages_that_are_there(site):
    listed = re.findall(r"<loc>(.*?)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8"))
    assert f"{URL}notebooks/03-spreadsheet.html" in listed
    assert all((site / address.removeprefix(URL)).is_file() for address in listed)


def solution_lines(path):
    """The lines between the markers of a solution notebook, those that its handed-out form does not have."""
    notebook = nbformat.read(path, as_version=4)
    handed_out = (ROOT / "exercises" / path.name).read_text(encoding="utf-8")
    for cell in notebook.cells:
        for part in re.findall(f"{BEGIN}(.*?){END}", cell.source, re.DOTALL):
            for line in map(str.strip, part.splitlines()):
                if len(line) > 25 and json.dumps(line, ensure_ascii=False)[1:-1] not in handed_out:
                    yield line


def test_no_solution_is_anywhere_in_the_site(site):
    seen = 0
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        page = text_of(site / f"exercises/{path.stem}.html")
        lines = set(solution_lines(path))
        assert not [line for line in lines if line in page]
        seen += len(lines)
    assert seen > 100
    everything = "\n".join(
        path.read_text(encoding="utf-8")
        for path in site.rglob("*")
        if path.suffix in (".html", ".js", ".txt")
    )
    assert not re.search(r"BEGIN SOLUTION|END SOLUTION|@misconception|@alternative", everything)


def text_of(path):
    """The text of a page, as a reader copies it."""
    from html import unescape

    return unescape(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8")))


def test_answers_to_predictions_are_marked_and_other_outputs_are_not(site):
    page = (site / "notebooks/02-chain-rule.html").read_text(encoding="utf-8")
    marked = re.findall(r'class="cell tag_predicted[^>]*id="cell-id=([\w-]+)"', page)
    assert "soapbox" not in marked
    assert "product-of-slopes" in marked


class Explanations(HTMLParser):
    """What a page covers together with the output of a cell: the text, by the cell's id."""

    def __init__(self, page):
        super().__init__()
        self.found = {}
        self._name, self._depth = "", 0
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        name = dict(attrs).get("id") or ""
        if name.startswith("explained="):
            self._name, self._depth = name.removeprefix("explained="), 0
            self.found[self._name] = ""
        self._depth += tag == "div"

    def handle_endtag(self, tag):
        self._depth -= tag == "div"
        self._name = self._name if self._depth else ""

    def handle_data(self, data):
        if self._name:
            self.found[self._name] += data


def explanations(page):
    return {name: " ".join(text.split()) for name, text in Explanations(page).found.items()}


def test_whatever_answers_a_prediction_is_covered_with_the_prose_that_says_the_answer(site):
    covered = 0
    for path in sorted((site / "notebooks").glob("[0-9]*.html")):
        text = path.read_text(encoding="utf-8")
        marked = re.findall(r'class="cell tag_predicted[^>]*id="cell-id=([\w-]+)"', text)
        boxes = explanations(path)
        assert list(boxes) == marked, path.name
        assert not [name for name, text in boxes.items() if "Predict." in text or not text], path.name
        covered += len(boxes)
    assert covered > 200


def test_an_explanation_goes_to_the_next_question_or_heading_and_may_begin_below_one(site):
    def of(lesson, cell):
        return explanations(site / f"notebooks/{lesson}.html")[cell]

    ripple = of("02-chain-rule", "follow-the-ripple")
    assert ripple.startswith("More than 1 m².")
    assert ripple.endswith("1.2 m².")  # a question follows
    assert of("00-start-here", "how-wrong").endswith("one of the other 272.")  # a heading follows
    assert of("14-normalization", "judged").startswith("With BatchNorm")  # its heading stands before it


def test_each_lesson_offers_the_notebook_that_a_learner_gets_and_says_its_size(site, pages):
    copied = learners_copy(ROOT)
    lessons = [name for name in copied if re.fullmatch(r"notebooks/\d\d-.*\.ipynb", name)]
    assert len(lessons) == len(list((ROOT / "notebooks").glob("*.ipynb")))
    for name in lessons:
        page = name.replace(".ipynb", ".html")
        offered = [target(page, link)[0] for link in pages[page].leads if link.endswith(".ipynb")]
        assert offered == [name]
        assert (site / name).read_bytes() == copied[name]
        assert size((site / name).stat().st_size) in text_of(site / page)


def test_the_whole_course_can_be_taken_away_as_a_learner_gets_it(site, pages):
    assert "mycourse.zip" in pages["your-copy.html"].leads
    assert read_zip(site / "mycourse.zip") == whole_copy(ROOT)
    assert size((site / "mycourse.zip").stat().st_size) in text_of(site / "your-copy.html")
    assert "../your-copy.html" in pages["notebooks/03-spreadsheet.html"].leads
    assert "../your-copy.html" in pages["exercises/03-spreadsheet.html"].leads


def test_the_citation_says_what_the_project_says_of_itself(site):
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    page = text_of(site / "cite.html")
    assert said["message"] in page
    for form in (in_words(said), in_bibtex(said)):
        assert form in page
        for part in (said["title"], said["version"], *(author["name"] for author in said["authors"])):
            assert part in form


def test_a_citation_has_the_people_the_year_and_the_place_once_they_are_known():
    people = [{"family-names": "Hopper", "given-names": "Grace"}, {"name": "Curves & Co"}]
    said = {
        "authors": people,
        "title": "100 %",
        "version": "2",
        "date-released": "2027-02-01",
        "doi": "10.1/x",
    }
    assert in_words(said) == "Hopper, Grace; Curves & Co (2027). 100 %. Version 2. https://doi.org/10.1/x"
    assert in_bibtex(said).splitlines()[1:-1] == [
        "  author = {Hopper, Grace and {Curves \\& Co}},",
        "  title = {{100 \\%}},",
        "  year = {2027},",
        "  doi = {10.1/x},",
        "  note = {Version 2},",
    ]


def test_the_map_has_the_lessons_of_the_readme_in_parts_and_each_capstone_behind_its_lesson():
    listed = parts(ROOT)
    assert [part.number for part in listed[:2]] == ["I", "II"]
    numbers = [entry.number for part in listed for entry in part.entries]
    assert numbers[:7] == ["00", "01", "02", "03", "04", "C1", "05"]
    lessons = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert lessons == {
        page.removeprefix("notebooks/")
        for part in listed
        for entry in part.entries
        for page in entry.pages
        if page.startswith("notebooks/")
    }


def run_lesson():
    shown = new_output(
        "execute_result",
        data={WIDGET_VIEW: {"model_id": "1a"}, "text/html": "<p>still</p>"},
        execution_count=1,
    )
    lesson = new_notebook(cells=[new_code_cell("Dial()", id="dial", outputs=[shown])])
    lesson.metadata["widgets"] = {WIDGET_STATE: {"state": {"1a": {"state": {"turn": 3}}, "2b": {}}}}
    return lesson


def test_widgets_of_a_run_are_put_into_the_committed_lesson():
    ran = run_lesson()
    held = held_by(ran)
    assert held == {"views": [["dial", 0, "1a"]], "state": {"1a": {"state": {"turn": 3}}}}
    committed = run_lesson()
    del committed.metadata["widgets"], committed.cells[0].outputs[0].data[WIDGET_VIEW]
    put_back(committed, held)
    assert committed.cells == ran.cells


def test_a_widget_is_put_back_where_it_was_shown_though_text_came_in_other_pieces():
    ran, committed = run_lesson(), run_lesson()
    ran.cells[0].outputs[:0] = [new_output("stream", text="a"), new_output("stream", text="b")]
    committed.cells[0].outputs[:0] = [new_output("stream", text="ab")]
    del committed.cells[0].outputs[1].data[WIDGET_VIEW]
    put_back(committed, held_by(ran))
    assert committed.cells[0].outputs[1].data[WIDGET_VIEW] == {"model_id": "1a"}


def test_a_lesson_that_was_not_committed_as_it_runs_is_named():
    committed = run_lesson()
    committed.cells[0].outputs = []
    with pytest.raises(StaleLessonError, match=r"'dial'.*make notebook"):
        put_back(committed, held_by(run_lesson()))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (r"A $\nosuch{x}$ b", r"nosuch.*no MathML"),
        ("Read [the next one](01-gone.ipynb).", r"00-a\.ipynb.*01-gone"),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
def test_a_fault_on_a_page_stops_the_site_and_is_named(tmp_path, text, fault):
    small_course(tmp_path, text)
    with pytest.raises(SiteError, match=fault):
        build_site(tmp_path, tmp_path / "out", tmp_path / "work", {})
    assert not (tmp_path / "out").exists(), "half a site is none"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
def test_the_page_of_a_lesson_that_was_renamed_goes_and_all_others_are_made_again(tmp_path):
    def built():
        build_site(tmp_path, tmp_path / "out", tmp_path / "work", {})
        return {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*")}

    small_course(tmp_path, "Words.")
    first = built()
    assert built() == first
    (tmp_path / "notebooks/00-a.ipynb").unlink()
    small_course(tmp_path, "Words.", lesson="00-b")
    assert built() == {name.replace("00-a", "00-b") for name in first}


def small_course(folder, text, lesson="00-a"):
    """A course of one lesson, in this text, that can be made a site."""
    ignored = shutil.ignore_patterns("pages")
    shutil.copytree(ROOT / "site", folder / "site", ignore=ignored, dirs_exist_ok=True)
    pages = "teaching\nbenchmarks/index\nreview\nwhere-to-start"
    table = f"| 00 | [A](notebooks/{lesson}.ipynb) | One idea | |"
    texts = {
        "README.md": f"{table}\n\n## For instructors\n\nGrade.\n",
        "benchmarks/README.md": "# Benchmarks\n",
        "site/pages/index.md": f"# Map\n\n{{{{ map }}}}\n\n```{{toctree}}\n{pages}\n```\n",
        f"notebooks/{lesson}.ipynb": nbformat.writes(
            new_notebook(cells=[new_markdown_cell(f"# A\n\n{text}", id="a")])
        ),
    }
    for name, content in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def test_a_lesson_is_run_again_only_when_its_code_has_changed(tmp_path):
    runs = []

    def run():
        runs.append(1)
        return run_lesson()

    lesson, store = run_lesson(), tmp_path / "widgets/dial.json"
    assert kept(lesson, store, run) == kept(lesson, store, run)
    assert len(runs) == 1
    before = digest(lesson)
    lesson.cells.append(new_markdown_cell("Words.", id="words"))
    assert digest(lesson) == before
    lesson.cells[0].source = "Dial(4)"
    kept(lesson, store, run)
    assert len(runs) == 2


def test_a_lesson_depends_on_what_it_may_load_and_not_on_what_makes_its_page():
    names = [name for name, _ in sources(files("backproplab"))]
    assert {"/scalar.py", "/widgets/kit/kit.js", "/widgets/quick_check/lessons/03.toml"} <= set(names)
    assert not [name for name in names if name.startswith(("/publishing/", "/grading/", "/door/"))]
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert not re.search(
            r"backproplab\.(authoring|course|door|grading|publishing|sandbox)", path.read_text("utf-8")
        )


@pytest.mark.parametrize("name", ["pretrained/digit_reader.npz", "tuning/trials.json", "datasets/names.txt"])
def test_data_that_a_lesson_may_load_count_like_code(name, tmp_path):
    (tmp_path / "pretrained/__pycache__").mkdir(parents=True)
    (tmp_path / "pretrained/__init__.py").write_text("")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"old")
    before = sources(tmp_path)
    (tmp_path / "pretrained/__pycache__/a.pyc").write_bytes(b"")
    assert sources(tmp_path) == before
    (tmp_path / name).write_bytes(b"new")
    assert sources(tmp_path) != before


def test_what_only_an_earlier_site_had_is_removed_and_what_others_put_there_stays(tmp_path):
    made, out = tmp_path / "made", tmp_path / "out"
    for name in ("index.html", "notebooks/03-old.html", "gone/a.png"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text("old")
    (out / "notebooks").mkdir(parents=True)
    for name in ("CNAME", "notebooks/mine.html"):
        (out / name).write_text("mine")
    put_in_place(made, out)
    shutil.rmtree(made / "gone")
    (made / "notebooks/03-old.html").rename(made / "notebooks/03-new.html")
    (made / "index.html").write_text("new")
    (tmp_path / "outside.txt").write_text("mine")
    with (out / LIST).open("a") as names:
        names.write("../outside.txt\n")
    for _ in range(2):
        put_in_place(made, out)
        there = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
        assert there.keys() == {"index.html", "notebooks/03-new.html", "CNAME", "notebooks/mine.html", LIST}
        assert there["index.html"].read_text() == "new"
    assert not (out / "gone").exists()
    assert (tmp_path / "outside.txt").exists()


def test_a_notebook_with_several_titles_has_one_on_its_page():
    texts = ["# One\n\n## A", "## B", "# Two", "## C\n\n### D", "no heading # here"]
    notebook = new_notebook(cells=[new_markdown_cell(text) for text in texts])
    put_below_one_title(notebook)
    made = [cell.source for cell in notebook.cells]
    assert made == ["# One\n\n## A", "## B", "## Two", "### C\n\n#### D", "no heading # here"]


def test_a_folder_that_is_no_courses_is_told(tmp_path):
    with pytest.raises(SiteError, match="made in the course's folder"):
        build_site(tmp_path, tmp_path / "out", tmp_path / "work", {})


@pytest.mark.parametrize(
    ("name", "row", "fault"),
    [
        ("notebooks/98-new", "", "notebooks/98-new.ipynb is in no table of README.md"),
        ("exercises/capstone-9", "", "exercises/capstone-9.ipynb is in no table of README.md"),
        ("notebooks/98-new", "| 98 | [New](notebooks/98-new.ipynb) | One |\n", "quick_check/lessons/98.toml"),
    ],
)
def test_what_a_map_or_a_review_would_lack_stops_the_site_in_one_sentence(tmp_path, name, row, fault):
    (tmp_path / "README.md").write_text(row, encoding="utf-8")
    path = tmp_path / f"{name}.ipynb"
    path.parent.mkdir()
    nbformat.write(new_notebook(cells=[new_markdown_cell("# New")]), path)
    with pytest.raises(CourseError, match=re.escape(fault)) as told:
        write_sources(tmp_path, tmp_path / "sources", {}, tmp_path / "downloads")
    assert len(str(told.value).splitlines()) == 1
    assert not (tmp_path / "sources").exists()

"""The door of a made-up copy: links into it, what is passed, mistakes that cards name; the same as text."""

import json
import re

import course_kit as kit
import pytest
from nbformat.v4 import new_output

from backproplab.check import card
from backproplab.check.result import CheckResult
from backproplab.course.outline import Entry, Part
from backproplab.course.progress import standings
from backproplab.door.page import map_page, mistakes, practice_page
from backproplab.door.terminal import as_text
from backproplab.marking.verdict import Status, Verdict

PARTS = [
    Part("I", "The <idea>", [Entry("03", "Made up", "One", ("notebooks/03-made-up", "exercises/03-made-up"))])
]


@pytest.fixture
def copy(tmp_path):
    """A copy in which 3.1 is right, after a mistake, and 3.2 is open."""
    kit.made(tmp_path)
    kit.write(tmp_path, kit.VALUES, json.dumps({"exercises": {"3.1": {}, "3.2": {}}}))
    result = CheckResult(Verdict("3.1", 1, 1, Status.RIGHT), slips=("sign-turned",))
    shown = new_output("display_data", data={"text/html": card.result_card(result)[0]})
    kit.opened(tmp_path, kit.SET, lambda cells: cells["check"].update(outputs=[shown]))
    return tmp_path


def test_the_map_links_into_jupyterlab_wherever_its_server_stands(copy):
    page = map_page(copy, PARTS, "/user/ada/")
    links = re.findall(r'href="([^"]+)"', page)
    assert "/user/ada/lab/tree/notebooks/03-made-up.ipynb" in links
    assert "/user/ada/lab/tree/exercises/03-made-up.ipynb" in links
    assert "/user/ada/course/review" in links
    assert all(link.startswith(("/user/ada/", "data:")) for link in links)
    assert "1 of 2 passed" in page
    assert "The &lt;idea&gt;" in page


def test_looking_at_the_map_writes_nothing(copy):
    before = kit.files(copy)
    map_page(copy, PARTS)
    practice_page("review", copy, PARTS)
    assert kit.files(copy) == before


def test_the_review_knows_the_mistakes_that_cards_remember(copy):
    assert mistakes(copy) == {"sign-turned": ["3.1"]}
    page = practice_page("review", copy, PARTS)
    data = json.loads(re.search(r'id="practice-data">(.*?)</script>', page)[1])
    assert data["made"] == {"sign-turned": ["3.1"]}
    assert [lesson["done"] for lesson in data["lessons"]] == [True]
    kit.opened(copy, kit.LESSON, kit.runs("six-times-seven", count=None))
    assert '"done": false' in practice_page("review", copy, PARTS)


def test_the_terminal_says_the_same_in_plain_letters(copy):
    text = as_text(standings(copy, PARTS))
    assert text.startswith("1 of 2 exercises passed\n")
    assert "[#.]" in text
    assert "Go on with exercises 03: Made up  (exercises/03-made-up.ipynb)" in text
    assert text.isascii()


@pytest.mark.parametrize(("status", "says"), [(Status.NOT_YET, "About 3 hours"), (Status.RIGHT, "done")])
def test_page_and_terminal_say_alike_how_far_a_capstone_is(tmp_path, status, says):
    result = CheckResult(Verdict("C1.1", 1, 1, status))
    cell = kit.ran("check", "check", "")
    cell.outputs = [new_output("display_data", data={"text/html": card.result_card(result)[0]})]
    kit.save(tmp_path, "exercises/capstone-1.ipynb", [kit.prose("# C1\n\n*About 3 hours.*", "title"), cell])
    kit.write(tmp_path, "exercises/expected/capstone-1.json", json.dumps({"exercises": {"C1.1": {}}}))
    parts = [Part("I", "A", [Entry("C1", "Two moons", "One", ("exercises/capstone-1",))])]
    line = as_text(standings(tmp_path, parts)).splitlines()[3]
    assert line.split("  [")[0].split("Two moons")[1].strip() == says
    said = re.search(r'class="door-said[^>]*>(.*)</span>', map_page(tmp_path, parts))[1]
    assert re.sub("<.*>", "", said) == says

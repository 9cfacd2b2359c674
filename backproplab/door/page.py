"""The pages at the door: the course map with what is done, a review, and "Where should I start?"."""

from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from backproplab.check.memory import Memory, recall
from backproplab.course.contents import EXERCISES
from backproplab.course.outline import Part
from backproplab.course.progress import Practice, standings, where_to_go_on
from backproplab.door.words import go_on, passed_of_all, words
from backproplab.marking.verdict import Status
from backproplab.publishing.practice.data import PAGES, page_data, page_script, page_style
from backproplab.publishing.site.title_picture import title_picture

STEPS = {Status.RIGHT: "right", Status.NOT_YET: "tried", Status.PARTLY: "tried"}
"""How a segment of a bar looks; any other status leaves it open."""


class Bar(NamedTuple):
    """The exercises of a set as segments, and the same in words."""

    words: str
    steps: list[str]


def practice_page(page: str, copy: Path, parts: list[Part], base_url: str = "/") -> str:
    """Return one of the pages of questions, about lessons of the copy and mistakes that its cards name."""
    lessons = [
        {
            "number": each.entry.number,
            "title": each.entry.title,
            "page": each.pages[0][0],
            "href": f"{base_url}lab/tree/{each.pages[0][0]}.ipynb",
            "done": each.lesson.finished or (each.practice is not None and each.practice.finished),
        }
        for _, found in standings(copy, parts)
        for each in found
        if each.lesson
    ]
    return _template("questions").render(
        style=Markup(asset("course/map.css") + page_style()),
        title=PAGES[page].title,
        lead=PAGES[page].lead,
        data=Markup(page_data(page, lessons, mistakes(copy))),
        script=Markup(page_script(page)),
        base_url=base_url,
    )


def mistakes(copy: Path) -> dict[str, list[str]]:
    """Return the exercises in which each mistake with a name was made, as the cards in a copy remember."""
    memory: Memory = {}
    recall(copy / EXERCISES, memory)
    made: dict[str, list[str]] = {}
    for exercise, slugs in memory.items():
        for slug in slugs:
            made.setdefault(slug, []).append(exercise)
    return made


def _template(name: str) -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(asset(f"door/{name}.html.j2"))


def map_page(copy: Path, parts: list[Part], base_url: str = "/") -> str:
    """Return the page of the learner's copy in the folder `copy`, as its notebooks are now.

    `parts` lists the course; what the copy lacks is left out. `base_url` is where JupyterLab's server stands.
    """
    listed = standings(copy, parts)
    everything = [each for _, found in listed for each in found]
    onward = where_to_go_on(everything)
    return _template("map").render(
        picture=Markup(title_picture()),
        style=Markup(asset("publishing/page/picture.css") + asset("course/map.css")),
        script=Markup(asset("door/door.js")),
        listed=listed,
        words=words,
        bar=bar,
        passed=passed_of_all(everything),
        onward=go_on(everything, onward) if onward else "",
        onward_page=onward[1] if onward else "",
        lab=f"{base_url}lab/tree/",
        base_url=base_url,
    )


def asset(name: str) -> str:
    """Return the text of a file of the package."""
    return (files("backproplab") / name).read_text(encoding="utf-8")


def bar(practice: Practice) -> Bar:
    """Return the bar of an exercise set.

    >>> bar(Practice({"3.1": Status.RIGHT, "3.2": Status.NOT_YET, "3.3": Status.NOT_ATTEMPTED}))
    Bar(words='1 of 3 passed', steps=['right', 'tried', 'open'])
    """
    statuses = practice.exercises.values()
    return Bar(
        f"{practice.passed} of {len(statuses)} passed", [STEPS.get(status, "open") for status in statuses]
    )

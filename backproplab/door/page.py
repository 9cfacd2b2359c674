"""The course map as a page: what is done, and one click to each lesson and exercise set."""

from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from backproplab.course.outline import Part
from backproplab.course.progress import Practice, Standing, standings, where_to_go_on
from backproplab.door.words import go_on, lesson_words, passed_of_all
from backproplab.marking.verdict import Status
from backproplab.publishing.site.title_picture import title_picture

STEPS = {Status.RIGHT: "right", Status.NOT_YET: "tried", Status.PARTLY: "tried"}
"""How a segment of a bar looks; any other status leaves it open."""


class Bar(NamedTuple):
    """The exercises of a set as segments, and the same in words."""

    words: str
    steps: list[str]


def map_page(copy: Path, parts: list[Part], base_url: str = "/") -> str:
    """Return the page of the learner's copy in the folder `copy`, as its notebooks are now.

    `parts` lists the course; what the copy lacks is left out. `base_url` is where JupyterLab's server stands.
    """
    listed = standings(copy, parts)
    everything = [each for _, found in listed for each in found]
    onward = where_to_go_on(everything)
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(asset("door/map.html.j2"))
    return template.render(
        picture=Markup(title_picture()),
        style=Markup(asset("publishing/page/picture.css") + asset("door/door.css")),
        script=Markup(asset("door/door.js")),
        listed=listed,
        words=_words,
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


def _words(standing: Standing) -> str:
    if standing.lesson:
        return lesson_words(standing.lesson)
    return standing.practice.time if standing.practice else ""

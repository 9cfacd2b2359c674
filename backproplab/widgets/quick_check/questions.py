"""The questions of a lesson's quick check, as their author wrote them in `lessons/NN.toml`.

    [[question]]
    asks = "u = x² and x = 3. What is du/dx?"

    [[question.choice]]
    wrong = "−6"
    slip = "sign-turned"
    reply = "The size is right. Does u fall when x rises?"

    [[question.choice]]
    right = "6"
    reply = "Twice the input."

A text may mark `code` in backticks and *emphasis* by stars, and run over several lines. `slip` names the
mistake, one of `marking.slips`, that a wrong choice is; `about` in a question names one that it is about. The
review asks such questions first of those who have made that mistake.
"""

import base64
import json
import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

from backproplab.display import runs


class Choice(NamedTuple):
    """One answer that a reader may pick, and what it is told then."""

    text: str
    right: bool
    reply: str
    slip: str = ""
    """The mistake with a name that leads to it, one of `marking.slips`; "" if it has none."""


class Question(NamedTuple):
    """A question and its choices, in the order of the page."""

    text: str
    choices: tuple[Choice, ...]
    about: str = ""
    """The mistake with a name that the question is about, though no choice of it is that one."""


def questions(lesson: str) -> tuple[Question, ...]:
    """Return the questions of a lesson, named by its two digits.

    ValueError if there is no such lesson, or if its file leaves something out.

    >>> questions("02")[0].choices[1].reply
    'u is 6, and 2 · 6 = 12. With du/dx = 3, the whole is 36.'
    """
    known = lessons_with_questions()
    if lesson not in known:
        raise ValueError(
            f"quick_check({lesson!r}): there is no quick check of that name. "
            f"Give the two digits of a lesson: {', '.join(known)}"
        )
    return parsed((_folder() / f"{lesson}.toml").read_text(encoding="utf-8"), f"{lesson}.toml")


def lessons_with_questions() -> list[str]:
    """Return the lessons that have a quick check, each by its two digits, in order."""
    names = [file.name for file in _folder().iterdir()]
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def _folder() -> Traversable:
    return files("backproplab.widgets") / "quick_check" / "lessons"


def parsed(text: str, name: str) -> tuple[Question, ...]:
    """Return the questions that the TOML in `text` holds; errors name the file as `name`.

    ValueError if it is no TOML, or if a question has no text, fewer than two choices, or no right one; if a
    choice is not one of `right = "…"` and `wrong = "…"`, or has no reply; or if a key is none of these.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name} is not TOML: {error}") from error
    _only(table, {"question"}, name)
    if not table.get("question"):
        raise ValueError(f'{name} has no question; begin one with [[question]] and asks = "…"')
    return tuple(
        _question(each, f"{name}, question {place}") for place, each in enumerate(table["question"], start=1)
    )


def as_runs(text: str) -> list[list[str]]:
    """Return a text for a page: its pieces, each with its tag, as `display.runs` tells them."""
    return [list(run) for run in runs(text)]


def sealed(replies: Any) -> str:
    """Return replies for a page as base64 of their JSON: not to be read by accident, no more."""
    return base64.b64encode(json.dumps(replies).encode()).decode("ascii")


def _question(table: dict[str, Any], where: str) -> Question:
    _only(table, {"asks", "choice", "about"}, where)
    text = _text(table, "asks", where)
    listed = table.get("choice", [])
    choices = tuple(_choice(each, f"{where}, choice {place}") for place, each in enumerate(listed, start=1))
    if len(choices) < 2:
        raise ValueError(
            f"{where} has {len(choices)} choices, expected two or more; add a [[question.choice]]"
        )
    if not any(choice.right for choice in choices):
        raise ValueError(
            f'{where} has no right choice; say right = "…" in place of wrong = "…" in one of them'
        )
    if all(choice.right for choice in choices):
        raise ValueError(f'{where} has no wrong choice; say wrong = "…" in one of them')
    return Question(text, choices, table.get("about", ""))


def _choice(table: dict[str, Any], where: str) -> Choice:
    _only(table, {"right", "wrong", "reply", "slip"}, where)
    if ("right" in table) == ("wrong" in table):
        raise ValueError(f'{where} is to say one of right = "…" and wrong = "…"')
    kind = "right" if "right" in table else "wrong"
    return Choice(
        _text(table, kind, where), kind == "right", _text(table, "reply", where), table.get("slip", "")
    )


def _text(table: dict[str, Any], key: str, where: str) -> str:
    text = table.get(key)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f'{where} lacks its text; write {key} = "…"')
    return " ".join(text.split())


def _only(table: dict[str, Any], keys: set[str], where: str) -> None:
    if unknown := sorted(set(table) - keys):
        raise ValueError(
            f"{where} has {unknown[0]!r}, which means nothing here; known: {', '.join(sorted(keys))}"
        )

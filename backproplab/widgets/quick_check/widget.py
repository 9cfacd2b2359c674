"""The quiz at the end of a lesson: each answer has its reply, and one may try again.

A cell holds `quick_check("02")` and no more: questions, choices and replies stand in `lessons/02.toml`.
Neither a notebook's source nor its stored outputs show which choice is right.
"""

from typing import Any

from traitlets import Dict, Int, List, TraitError, Unicode, validate

from backproplab.display import marked
from backproplab.widgets.kit.base import Live, Static
from backproplab.widgets.quick_check.questions import Question, as_runs, questions, sealed


class QuickCheck(Live, folder="quick_check"):
    """The quick check of a lesson; `quick_check` makes one."""

    asked = List(Dict()).tag(sync=True)
    """What everybody sees: each question's text and choices, in runs of (tag, text)."""

    sealed = Unicode().tag(sync=True)
    """Which choices are right, and the replies. In base64: not to be read by accident, no more."""

    chosen = List(Int(allow_none=True)).tag(sync=True)
    """The choice that is marked now in each question, None before the first."""

    checked = List(List(Int())).tag(sync=True)
    """The choices that were checked in each question, in the order of the tries."""

    def __init__(self, asked: tuple[Question, ...], **keywords: Any) -> None:
        self._questions = asked
        super().__init__(
            asked=[
                {"text": as_runs(each.text), "choices": [as_runs(choice.text) for choice in each.choices]}
                for each in asked
            ],
            sealed=sealed(
                [
                    [{"right": choice.right, "reply": as_runs(choice.reply)} for choice in each.choices]
                    for each in asked
                ]
            ),
            chosen=[None] * len(asked),
            checked=[[] for _ in asked],
            **keywords,
        )

    @validate("chosen", "checked")
    def _choices_of_these_questions(self, proposal: dict[str, Any]) -> list[Any]:
        name: str = proposal["trait"].name
        value: list[Any] = proposal["value"]
        places = value if name == "checked" else [[] if place is None else [place] for place in value]
        counts = [len(question.choices) for question in self._questions]
        known = len(places) == len(counts) and all(
            0 <= place < count for ours, count in zip(places, counts, strict=True) for place in ours
        )
        if not known:
            raise TraitError(
                f"{name} cannot be {value!r}: it has one entry for each of the {len(counts)} questions, with "
                "choices counted from 0; quick_check(…) again starts afresh"
            )
        return value

    @property
    def answers(self) -> list[str | None]:
        """The text of the choice checked last in each question, None where there is none yet."""
        return [
            question.choices[places[-1]].text if places else None
            for question, places in zip(self._questions, self.checked, strict=True)
        ]

    @property
    def tries(self) -> list[int]:
        """How many choices were checked in each question."""
        return [len(places) for places in self.checked]

    def static(self) -> Static:
        """Questions and choices, to read and think about; no replies."""
        note = "Pick an answer to each. In JupyterLab, run this cell, and each answer has its reply."
        return Static(_markup(self._questions, note), _plain(self._questions, note))


def quick_check(lesson: str) -> QuickCheck:
    """Return the quiz of a lesson, named by its two digits: `quick_check("02")`.

    `answers` and `tries` of what it returns follow the page. ValueError if that lesson has no quiz.
    """
    return QuickCheck(questions(lesson))


def _markup(asked: tuple[Question, ...], note: str) -> str:
    items = [
        f"<li><p>{marked(each.text)}</p><ul>"
        + "".join(f"<li>{marked(choice.text)}</li>" for choice in each.choices)
        + "</ul></li>"
        for each in asked
    ]
    return f"<div><p><em>{note}</em></p><ol>{''.join(items)}</ol></div>"


def _plain(asked: tuple[Question, ...], note: str) -> str:
    lines = [note]
    for place, each in enumerate(asked, start=1):
        lines += ["", f"{place}. {each.text}", *(f"   ○ {choice.text}" for choice in each.choices)]
    return "\n".join(lines)

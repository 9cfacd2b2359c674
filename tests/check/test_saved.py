"""What a saved notebook says of its exercises: the cards that a check wrote, and nothing else."""

import json

import course_kit as kit
import nbformat
import pytest
from nbformat.v4 import new_notebook, new_output

from backproplab.check import card
from backproplab.check.result import CheckResult
from backproplab.check.saved import saved_results
from backproplab.marking.verdict import Status, Verdict


def shown(exercise, status, **more):
    """The output of a check, as a notebook keeps it."""
    html, plain = card.result_card(CheckResult(Verdict(exercise, 1, 0, status), **more))
    return new_output("display_data", data={"text/html": html, "text/plain": plain})


@pytest.mark.parametrize("status", [each for each in Status if each in card.LOOKS])
def test_a_card_says_when_it_is_saved_what_it_said_when_it_was_shown(status):
    cell = kit.ran("check", "check", "")
    cell.outputs = [shown("C1.11", status, note='A <b> "note".', slips=("sign-turned",))]
    saved = json.loads(nbformat.writes(new_notebook(cells=[kit.prose("# Text", "text"), cell])))
    assert saved_results(saved) == {"C1.11": status}


def test_a_summary_or_a_notice_is_no_card():
    cell = kit.ran("summary()", "summary", "")
    texts = [
        card.summary_table("03-a", [CheckResult(Verdict("3.1", 1, 1, Status.RIGHT))]),
        card.notice("No", ""),
    ]
    cell.outputs = [new_output("display_data", data={"text/html": html}) for html, _ in texts]
    assert saved_results(new_notebook(cells=[cell])) == {}

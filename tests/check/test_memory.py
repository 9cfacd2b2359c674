"""Notebooks remember which mistakes were made in them; a broken one remembers nothing."""

import json

import pytest

from backproplab.check.memory import add, mark, met_before, recall


def saved(folder, name, *slugs, exercise="3.2"):
    card = f'<section{mark(exercise, slugs)} aria-label="{exercise} right">'
    cell = {"cell_type": "code", "outputs": [{"data": {"text/html": [card]}}], "source": []}
    (folder / name).write_text(json.dumps({"cells": [cell]}), encoding="utf-8")


def recalled(folder):
    memory = {}
    recall(folder, memory)
    return memory


def test_what_a_card_carries_is_read_back_from_the_saved_notebook(tmp_path):
    saved(tmp_path, "02-x.ipynb", "sign-turned", "upstream-forgotten", exercise="2.3")
    saved(tmp_path, "03-x.ipynb", "transpose-missing")
    saved(tmp_path, "04-x.ipynb")
    assert recalled(tmp_path) == {"2.3": ["sign-turned", "upstream-forgotten"], "3.2": ["transpose-missing"]}


def test_a_name_that_the_course_does_not_know_is_forgotten(tmp_path):
    saved(tmp_path, "02-x.ipynb", "sign-turned", "no-such-slip")
    assert recalled(tmp_path) == {"3.2": ["sign-turned"]}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"data-slips='x'", b"data-slips='3.2'"])
def test_a_notebook_that_cannot_be_read_remembers_nothing(content, tmp_path):
    (tmp_path / "02-x.ipynb").write_bytes(content)
    (tmp_path / "03-x.ipynb").mkdir()
    assert recalled(tmp_path) == {}


def test_a_mistake_recurs_in_another_exercise_alone():
    memory = {}
    add(memory, "3.2", "sign-turned")
    add(memory, "3.2", "sign-turned")
    add(memory, "3.3", "")
    assert memory == {"3.2": ["sign-turned"]}
    assert met_before(memory, "3.4", "sign-turned") == "3.2"
    assert met_before(memory, "3.2", "sign-turned") == ""
    assert met_before(memory, "3.4", "transpose-missing") == ""

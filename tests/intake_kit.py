"""Folders and zip files as they come in."""

import json
import zipfile

from backproplab.grading import limited
from backproplab.grading.intake import apart
from backproplab.grading.submissions import find_submissions, take_in


class Here:
    """Answers in this process what a process with limits would, so that a test can look on."""

    def ask(self, *request):
        reply = json.loads(limited.answer(apart.call, request, limited.ReadingLimits(what="it")))
        if limited.FAILED in reply:
            raise limited.ReaderError(reply[limited.FAILED])
        if limited.REFUSED in reply:
            raise limited.RefusedError(reply[limited.REFUSED])
        return reply[limited.ANSWER]


def notebook(exercise="3-1"):
    """The bytes of a notebook with one answer in it."""
    cell = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": f"answer-{exercise}"}}, "source": ""}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def folder(top, *names, content=None):
    """Write files into the folder `top`: notebooks with an answer, or `content`."""
    for name in names:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(notebook() if content is None else content)
    return top


def archive(path, *names, content=None):
    """Write a zip file with members of these names, which may repeat."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, notebook() if content is None else content)
    return path


def students(path, **options):
    """By student, the names of the notebooks that may be graded."""
    found = {}
    for each in take_in(path, **options).submissions:
        found.setdefault(each.student, []).extend(entry.name for entry in each.notebooks)
    return found


def aside(path, **options):
    """By path, why it is left aside."""
    return {each.entry.name: each.reason for each in take_in(path, **options).aside}


def reasons(path):
    """By path, why it is refused."""
    return {
        entry.name: entry.refused
        for each in find_submissions(path)
        for entry in each.entries
        if entry.refused
    }

"""Zip files that students handed in are opened in a process apart, one for the whole run.

What such a file lists, and what its members unpack to, is whatever somebody has made of it. So whatever looks
into one is called there, with limits of its own for each call, and comes back as flat data.
"""

import atexit
from collections.abc import Callable, Iterable
from typing import Any

from backproplab.grading.intake.entry import Entry
from backproplab.grading.limited import Limited, ReadingLimits
from backproplab.sandbox import MachineError


def call(function: Callable[..., Any], *arguments: object) -> Any:
    """Return `function(*arguments)`: what the process does with each request."""
    return function(*arguments)


def caller() -> Callable[..., Any]:
    """Return `call`: there is nothing that the process needs to know beforehand."""
    return call


process = Limited(caller, limits=ReadingLimits(what="it"))
atexit.register(process.close)


def apart(function: Callable[..., Any], *arguments: object) -> Any:
    """Return `function(*arguments)`, as JSON's kinds of data, worked out in the process with limits.

    RefusedError where it raises a SubmissionError or takes more than its share; ReaderError for whatever else
    it raises. MachineError if the machine ends the process, twice.
    """
    try:
        return process.ask(function, *arguments)
    except MachineError:  # out of memory perhaps, because of something else
        return process.ask(function, *arguments)


def near(entries: Iterable[Entry], function: Callable[..., Any], *arguments: object) -> Any:
    """Return `function(*arguments)`, apart if any of the entries that it reads is in a student's zip file."""
    inside = next((entry.outer for entry in entries if entry.outer), None)
    return function(*arguments) if inside is None else apart_for(inside, function, *arguments)


def apart_for(zipped: Entry, function: Callable[..., Any], *arguments: object) -> Any:
    """Return the same as `apart`, and name the zip file that is at hand where the machine fails twice."""
    try:
        return apart(function, *arguments)
    except MachineError as error:
        raise MachineError(f"{error}, at '{zipped.name}'") from error

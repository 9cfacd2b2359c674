"""Work for a process with limits: some takes time, some takes all memory that there is."""

import sys
import time


def slowly(value, seconds=0.0):
    """Return `value` after so many seconds."""
    time.sleep(seconds)
    return value


def fill(kind):
    """Take memory, in small pieces, until there is none; the frame holds it while the error is on its way."""
    held = []
    while True:
        held.append({"tuples": lambda: (len(held),), "words": lambda: f"x{len(held)}"}[kind]())


def fail_in_c():
    """Raise what C code does that found no room and did not say so."""
    raise SystemError("error return without exception set")


def fill_and_raise():
    """Raise an error of another kind while memory is full."""
    try:
        fill("tuples")
    except MemoryError as error:
        raise _TelledAtLengthError from error


class _TelledAtLengthError(Exception):
    """Takes room to be put into words."""

    def __str__(self):
        raise MemoryError


class FailsToArrive:
    """Can be sent, and not be received."""

    def __reduce__(self):
        return divmod, (1, 0)


def say_which_files(task, connection):
    """A worker that tells of which files its modules are."""
    connection.send([each.__file__ for each in sys.modules.values() if getattr(each, "__file__", None)])

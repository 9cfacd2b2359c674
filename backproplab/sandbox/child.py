"""Runs one submission, in a process that is the student's: nothing in here is to be trusted afterwards.

Cells run in a namespace of their own. A check runs in the namespace as released, into which the exercise's
answers are lent for as long as it runs; its functions see the answers, too.
"""

import io
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TextIO, cast

from backproplab.check import collect
from backproplab.check.error_report import error_report
from backproplab.marking.compare import as_array
from backproplab.marking.exercise import CheckSpec, call_with_seed
from backproplab.sandbox import wire
from backproplab.sandbox.magics import Shell, run
from backproplab.sandbox.protocol import Assignment, Check, Limits, Place

MOST_WAITING = 1 << 15  # bytes of values
CELL = "<cell {}>"  # what the code of a student's cell is called, by its number from 1

Namespace = dict[str, Any]
Write = Callable[[bytes], object]


def main_module() -> Namespace:
    """Return the namespace of a new `__main__`."""
    module = sys.modules["__main__"] = ModuleType("__main__")
    return vars(module)


def release(assignment: Assignment) -> Namespace:
    """Run the given cells of an assignment, which are its author's, and return their namespace."""
    namespace = main_module()
    shell = Shell(namespace, lambda note: None)
    with collect(lambda spec: None):
        for number, source in enumerate(assignment.given):
            run(source, namespace, shell, title=f"<given cell {number}>")
    return namespace


DRAW = """
from backproplab.marking.compare import as_array
from backproplab.marking.exercise import call_with_seed
from backproplab.sandbox.wire import value_frame
drawn = call_with_seed(lambda rng: rng.normal(size=(2, 2)) @ rng.uniform(size=2), 0)
value_frame("0", 0, "x", as_array(drawn))
"""


def warm_up(assignment: Assignment, limits: Limits) -> None:
    """Run some mistakes once, so that what Python imports late is there before each fork."""
    kinds = ("1 / 0", "%time x = 1", "nonsense (", "import numpy; repr(numpy.ones(3) / 7)", DRAW)
    request = {"steps": [{"source": source, "index": 0, "exercise": ""} for source in kinds], "seeds": []}
    Submission(request, assignment, {}, limits, lambda frame: None).run()


class _Output(io.RawIOBase):
    """Counts what is written and keeps nothing; C code writes to the descriptor, which is /dev/null."""

    def __init__(self) -> None:
        self.count = 0

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1

    def write(self, data: Any) -> int:
        length = memoryview(data).nbytes
        self.count += length
        return length


class Submission:
    """One run of a submission's steps. `write` takes the frames that tell of it."""

    def __init__(
        self,
        request: dict[str, Any],
        assignment: Assignment,
        released: Namespace,
        limits: Limits,
        write: Write,
    ) -> None:
        self.steps, self.seeds = request["steps"], request["seeds"]
        self.checks = {check.exercise: check for check in assignment.checks}
        self.released, self.limits, self._write = released, limits, write
        self._values = b""
        self.student = main_module()
        self.shell = Shell(self.student, self.note)
        self.collected: list[CheckSpec] = []

    def run(self) -> None:
        """Run every step; whatever a student's code raises ends its own step only."""
        output = _Output()
        with _redirect(output), collect(self.collected.append):
            for number, step in enumerate(self.steps):
                self.write(wire.frame(wire.STEP, wire.INDEX.pack(number)))
                if "source" in step:
                    self.cell(step["source"], step["index"], step["exercise"])
                else:
                    self.check(self.checks[step["exercise"]])
        if output.count > self.limits.output_bytes:
            self.note(f"The notebook wrote {output.count / 1e6:.0f} MB of output, which was dropped")
        self.write(wire.frame(wire.DONE))

    def write(self, frame: bytes) -> None:
        """Send a frame, and before it the values that wait."""
        self._values, waiting = b"", self._values
        self._write(waiting + frame)

    def note(self, text: str) -> None:
        """Tell something that costs nobody marks."""
        self.write(wire.text_frame(wire.NOTE, text))

    def error(self, exercise: str, text: str) -> None:
        """Tell why an exercise gives no values."""
        self.write(wire.text_frame(wire.ERROR, exercise, text))

    def cell(self, source: str, index: int, exercise: str) -> None:
        """Run one of the student's cells."""
        try:
            run(source, self.student, self.shell, title=CELL.format(index + 1))
        except BaseException as error:
            if exercise:
                self.error(exercise, _line_and_place(error))
            else:
                self.note(f"Cell {index + 1} stopped with {_line(error)}")

    def check(self, check: Check) -> None:
        """Run the released check on the student's answers, once with each seed."""
        blank = [name for name in check.answers if self.student.get(name, None) is ...]
        if blank:
            return self.error(check.exercise, f"Ellipsis: {', '.join(blank)} is still to be filled in")
        try:
            with self._with_answers(check):
                self.collected.clear()
                exec(compile(check.source, f"<check {check.exercise}>", "exec"), self.released)
                function = self.collected[-1].function
                for seed in self.seeds:
                    for name, value in dict(call_with_seed(function, seed)).items():
                        self.value(check.exercise, seed, str(name), value)
        except BaseException as error:
            self.error(check.exercise, _line_and_place(error))

    def value(self, exercise: str, seed: int, name: str, value: Any) -> None:
        """Send one named value, or say why it is none."""
        if value is ...:
            return self.error(exercise, f"Ellipsis: {name} is still to be filled in")
        try:
            array = as_array(value)
        except TypeError as error:
            return self.error(exercise, f"{name}: {_line(error)}")
        if array.nbytes > self.limits.value_bytes:
            most = self.limits.value_bytes / 1e6
            return self.error(
                exercise, f"{name} has {array.nbytes / 1e6:.0f} MB; at most {most:.0f} are read"
            )
        self._values += wire.value_frame(exercise, seed, name, array)  # each write wakes the grader
        if len(self._values) > MOST_WAITING:
            self.write(b"")

    @contextmanager
    def _with_answers(self, check: Check) -> Iterator[None]:
        before = dict(self.released)
        self.released.update((name, self.student[name]) for name in check.answers if name in self.student)
        try:
            yield
        finally:
            self.released.clear()
            self.released.update(before)


@contextmanager
def _redirect(output: _Output) -> Iterator[None]:
    before = sys.stdin, sys.stdout, sys.stderr
    text = cast(TextIO, io.TextIOWrapper(io.BufferedWriter(output), "utf-8", "replace", write_through=True))
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), text, text
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def _line(error: BaseException) -> str:
    try:
        return error_report(error).line
    except BaseException:  # its message, too, is code of the student's
        return "an exception that cannot be told"


def _line_and_place(error: BaseException) -> str:
    """Tell an exception, a hint where there is one, and the last line of a student's cell that led to it.

    `protocol.at_place` takes that apart.
    """
    line = _line(error)
    try:
        hint = error_report(error).hint
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename.startswith(CELL.split("{")[0])]
    except BaseException:
        return line
    line += f" ({hint})" if hint else ""
    if not own or own[-1].lineno is None:
        return line
    name = "the cell" if own[-1].name == "<module>" else own[-1].name
    cell = own[-1].filename.strip("<>")
    return f"{line}{Place(name, own[-1].lineno, int(cell.split()[1]))}"


def silence(*keep: int) -> None:
    """Point the standard descriptors at nothing and close all others but those to keep."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    start = 3
    for kept in sorted(keep):
        os.closerange(start, kept)
        start = kept + 1
    os.closerange(start, 4096)


def write_to(descriptor: int) -> Write:
    """Return a function that writes all of its bytes to a descriptor, for this process alone.

    A cell that forks and goes on in both would tell everything twice.
    """
    owner = os.getpid()

    def write(data: bytes) -> None:
        if os.getpid() != owner:
            os._exit(0)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    return write


def run_cold(*, own_user: bool) -> None:
    """Be a whole sandbox below the full level: assignment and job from stdin, frames to stdout, and end."""
    from backproplab.sandbox.isolation import die_with_parent, no_new_privileges
    from backproplab.sandbox.limits import limit_resources

    die_with_parent()
    no_new_privileges()
    job, results = os.dup(0), os.dup(1)
    content = wire.read_request(lambda length: os.read(job, length))
    silence(results)
    assignment, limits = wire.unpack(content)
    limit_resources(limits, own_user=own_user)
    write = write_to(results)
    try:
        released = release(assignment)
    except BaseException as error:
        write(wire.text_frame(wire.NOTE, f"The given cells do not run: {_line(error)}"))
        os._exit(1)
    Submission(content, assignment, released, limits, write).run()
    os._exit(0)

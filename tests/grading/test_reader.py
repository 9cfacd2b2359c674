"""Reading has limits of its own: whatever a file makes of Python's parsers, others pay nothing for it."""

import contextlib
import json
import signal
import zipfile

import grading_kit as kit
import pytest

from backproplab.grading import limited
from backproplab.grading.limited import ReaderError, ReadingLimits, RefusedError
from backproplab.grading.prepare import Preparer
from backproplab.grading.reader import Reader, preparing
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Entry, Submission
from backproplab.marking.exercise import Exercise
from backproplab.sandbox import MachineError
from backproplab.sandbox.protocol import Assignment, Cell, Check, Checkpoint

resource = pytest.importorskip("resource", reason="Windows has no such limits")

CHECKS = tuple(
    Check(f"90.{n}", f'@check("90.{n}")\ndef _(rng): return {{"x": f{n}()}}', (f"f{n}",)) for n in (1, 2)
)
SET = Assignment(kit.SET, ("import numpy as np",), CHECKS)
STUB = "def f1():\n    raise NotImplementedError"
EXERCISES = [Exercise("90.1", 1, "function", ("f1",), handed_out=STUB), Exercise("essay", 1, "manual")]


@pytest.fixture(scope="module")
def reader():
    opened = Reader(SET, EXERCISES, "def f1(): return 1")
    yield opened
    opened.close()


def handed_in(folder, data, name="ada.ipynb"):
    (folder / name).write_bytes(data)
    return Submission("ada", "", (Entry(folder, name, name),))


def notebook(*sources):
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4}).encode()


HONEST = notebook("import numpy as np", "def f1(): return 1", CHECKS[0].source)


def test_it_says_what_is_to_run_and_what_is_to_be_said(reader, tmp_path):
    answer = "def f1():\n    from backproplab import Value\n    return Value(1)"
    found = reader.prepare(handed_in(tmp_path, notebook("import numpy as np", answer, CHECKS[0].source)))
    assert found.steps == (
        Cell("import numpy as np", 0),
        Cell(answer, 1),
        Checkpoint("90.1"),
        Checkpoint("90.2"),
    )
    assert found.edited == {"90.1": True, "essay": None}
    assert found.of_set
    assert "No cell carries a grade id" in found.notes[0]
    assert len(found.review) == 2
    assert reader.prepare(handed_in(tmp_path, notebook(STUB))).edited["90.1"] is False


def refused(reader, submission):
    with pytest.raises(RefusedError) as error:
        reader.prepare(submission)
    return error.value.status, str(error.value)


@pytest.fixture(scope="module")
def strict():
    """A reader with little time and memory."""
    opened = Reader(SET, EXERCISES, "def f1(): return 1", ReadingLimits(1, 300_000_000))
    yield opened
    opened.close()


def test_a_small_file_that_becomes_large_takes_no_memory_of_the_graders(strict, tmp_path):
    objects = b'{"cells": [' + b'{"":0},' * 2_000_000 + b"{}]}"  # 14 MB of text, 480 MB of objects
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status, words = refused(strict, handed_in(tmp_path, objects))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (status, words) == ("unreadable", "What was handed in takes more than 0.3 GB of memory to read")
    assert after - before < 1000  # kilobytes
    assert strict.prepare(handed_in(tmp_path, HONEST)).of_set


def test_code_that_takes_long_to_read_is_given_up(strict, tmp_path):
    handed_in(tmp_path, notebook(*(f"x{n} = {n}\n" * 20 for n in range(4_000))))
    entries = tuple(Entry(tmp_path, "ada.ipynb", f"{n}.ipynb") for n in range(200))  # minutes of it
    status, words = refused(strict, Submission("ada", "", entries))
    assert (status, words) == ("unreadable", "What was handed in takes more than 1 s to read")
    assert strict.prepare(handed_in(tmp_path, HONEST)).of_set


def test_each_submission_has_its_own_time(monkeypatch):
    given, spent = [], [0.2, 25.2]
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: given.append(limits[0]))
    monkeypatch.setattr(
        resource, "getrusage", lambda who: resource.struct_rusage((spent.pop(0), 0.5, *range(14)))
    )
    for _ in range(2):
        limited._limit_time(ReadingLimits())
    assert given == [11, 36]


DAMAGED = {
    "too many digits": b'{"cells": [' + b"9" * 5_000 + b"]}",
    "too many digits in an id": notebook("x = 1").replace(
        b'"metadata": {}', b'"metadata": {"nbgrader": {"grade_id": ' + b"9" * 5000 + b"}}"
    ),
    "nested lists": b'{"cells": ' + b"[" * 100_000,
    "half a character": b'{"cells": ["\\ud800',
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_what_is_damaged_is_refused_with_a_reason(reader, tmp_path, kind):
    status, words = refused(reader, handed_in(tmp_path, DAMAGED[kind]))
    assert status == "unreadable"
    assert words


NESTED = {
    "brackets": "f1 = " + "(" * 5_000 + ")" * 5_000,
    "a long sum": "f1 = " + "+".join(["1"] * 50_000),
    "signs": "f1 = " + "-" * 50_000 + "1",
    "attributes": "f1 = x" + ".x" * 50_000,
    "calls": "f1 = f" + "()" * 50_000,
    "branches": "if x:\n    pass\n" + "elif x:\n    pass\n" * 5_000,
    "nulls": "f1 = '\x00'",
    "a digit of 5,000 digits": "f1 = " + "9" * 5_000,
}


@pytest.mark.parametrize("kind", NESTED)
def test_code_that_no_parser_likes_harms_nobody(reader, tmp_path, kind):
    with contextlib.suppress(RefusedError):
        assert reader.prepare(handed_in(tmp_path, notebook(NESTED[kind], "def f2(): return 1"))).of_set
    assert reader.prepare(handed_in(tmp_path, HONEST)).of_set


def test_no_bit_of_a_zip_file_ends_it(reader, tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada.ipynb", HONEST)
    whole, kinds = (tmp_path / "class.zip").read_bytes(), set()
    for place in range(30, 30 + 8 * 60):  # of the packed member
        data = bytearray(whole)
        data[place // 8 + 9] ^= 1 << place % 8
        (tmp_path / "damaged.zip").write_bytes(data)
        submission = Submission("ada", "", (Entry(tmp_path / "damaged.zip", "ada.ipynb", "ada.ipynb"),))
        try:
            kinds.add(reader.prepare(submission).of_set)
        except RefusedError as error:
            kinds.add(error.status)
    assert GradingStatus.UNREADABLE in kinds


def test_one_damaged_attempt_of_two_is_left_aside(reader, tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.ipynb", HONEST)
        archive.writestr("two.ipynb", HONEST)
    data = bytearray((tmp_path / "class.zip").read_bytes())
    data[60] ^= 0xFF
    (tmp_path / "class.zip").write_bytes(data)
    entries = tuple(Entry(tmp_path / "class.zip", name, name) for name in ("one.ipynb", "two.ipynb"))
    assert reader.prepare(Submission("ada", "", entries)).of_set
    assert refused(reader, Submission("ada", "", entries[:1]))[0] == "unreadable"


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("ada.pdf", b"%PDF", "not a notebook"),
        ("ada.ipynb", b"%PDF", "not a notebook"),
        ("ada.ipynb", b"[]", "not a notebook"),
        ("ada.ipynb", b'{"cells": []}', "not a notebook"),
        ("ada.ipynb", b"", "unreadable"),
        ("ada.ipynb", HONEST[:-9], "unreadable"),
    ],
)
def test_what_is_refused_is_told_apart(reader, tmp_path, name, data, status):
    assert refused(reader, handed_in(tmp_path, data, name))[0] == status


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_what_kills_it_is_the_machines_unless_the_file_did(reader, tmp_path, monkeypatch, number):
    ask = limited._ask

    def kill(process, request):
        process.send_signal(number)
        return ask(process, request)

    monkeypatch.setattr(limited, "_ask", kill)
    with pytest.raises(MachineError if number == signal.SIGKILL else RefusedError, match=number.name):
        reader.prepare(handed_in(tmp_path, HONEST))
    monkeypatch.undo()
    assert reader.prepare(handed_in(tmp_path, HONEST)).of_set


def test_who_waits_too_long_is_not_to_blame(reader, tmp_path, monkeypatch):
    ask = limited._ask

    def ask_too_late(process, request):
        process.wait(60)
        return ask(process, request)

    monkeypatch.setattr(limited, "PATIENCE", 0.0)
    monkeypatch.setattr(limited, "_ask", ask_too_late)
    with pytest.raises(MachineError):
        reader.prepare(handed_in(tmp_path, HONEST))
    monkeypatch.undo()
    assert reader.prepare(handed_in(tmp_path, HONEST)).of_set


class LastMoment:
    """A timer that goes off as it is cancelled."""

    def __init__(self, seconds, function):
        self.function = function

    def start(self):
        pass

    def cancel(self):
        self.function()

    def join(self):
        pass


def test_an_answer_that_came_first_counts_and_nobody_else_pays(reader, tmp_path, monkeypatch):
    monkeypatch.setattr(limited.threading, "Timer", LastMoment)
    assert reader.prepare(handed_in(tmp_path, HONEST)).of_set
    monkeypatch.undo()
    assert reader.prepare(handed_in(tmp_path, HONEST)).of_set


def test_a_fault_of_ours_is_no_fault_of_theirs(tmp_path, monkeypatch):
    def fail(preparer, notebook, notes, path):
        raise ZeroDivisionError("nobody has thought of it")

    monkeypatch.setattr(Preparer, "prepare", fail)
    answer = limited.answer(preparing(SET, {}, {}, ""), (handed_in(tmp_path, HONEST),), ReadingLimits())
    assert json.loads(answer) == {"failed": "ZeroDivisionError: nobody has thought of it"}
    opened = Reader(SET, EXERCISES, "")
    monkeypatch.setattr(limited, "_ask", lambda process, request: json.loads(answer))
    with pytest.raises(ReaderError, match="ZeroDivisionError"):
        opened.prepare(handed_in(tmp_path, HONEST))
    opened.close()


def test_an_answer_that_is_too_long_is_not_read(reader, tmp_path, monkeypatch):
    monkeypatch.setattr(limited, "MOST_REPLY", 100)
    assert refused(reader, handed_in(tmp_path, HONEST))[0] == "unreadable"


def test_half_a_character_comes_through(reader, tmp_path):
    answer = "f1 = '\ud800'"
    assert reader.prepare(handed_in(tmp_path, notebook(answer))).steps[0] == Cell(answer, 0)


def test_it_ends_with_the_grader(tmp_path):
    opened = Reader(SET, EXERCISES, "")
    opened.prepare(handed_in(tmp_path, HONEST))
    process = opened._limited._process
    opened.close()
    assert process.poll() is not None

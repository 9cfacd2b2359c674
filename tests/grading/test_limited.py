"""Each asker gets their own answer, and who takes too much memory is told so however full it is."""

import os
import signal
import threading
from pathlib import Path

import limited_kit as kit
import pytest

from backproplab.grading import limited, run
from backproplab.grading.intake.apart import caller
from backproplab.grading.intake.entry import Entry
from backproplab.grading.limited import Limited, ReaderError, ReadingLimits, RefusedError

pytest.importorskip("resource", reason="Windows has no such limits")


@pytest.fixture
def process():
    opened = Limited(caller, limits=ReadingLimits(10, 64 * 10**6, "it"))
    yield opened
    opened.close()


@pytest.fixture
def interruptible():
    """Ctrl-C interrupts, also where tests run in a shell's background: what starts there ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_who_was_interrupted_leaves_no_answer_for_the_next(process):
    assert process.ask(kit.slowly, "first") == "first"
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        process.ask(kit.slowly, "ada", 1.0)
    assert process.ask(kit.slowly, "bob") == "bob"


def test_who_had_no_memory_for_the_answer_leaves_none_for_the_next(process, monkeypatch):
    loads = limited.json.loads

    def fail(body):
        monkeypatch.setattr(limited.json, "loads", loads)
        raise MemoryError

    def ask_half(process, request):
        process.stdin.write(limited.HEAD.pack(request.number, 100))
        process.stdin.flush()
        monkeypatch.undo()
        raise MemoryError

    for broken in ((limited.json, "loads", fail), (limited, "_ask", ask_half)):
        monkeypatch.setattr(*broken)
        digest = run._guarded(lambda each: process.ask(kit.slowly, each), "ada", "cannot be read")
        assert digest == "cannot be read"
        assert process.ask(kit.slowly, "bob") == "bob"


def test_those_who_ask_at_the_same_time_get_their_own_answers(process):
    process.ask(kit.slowly, "first")  # on Linux it ends with the thread that starts it
    found = {}

    def ask(name):
        found[name] = [process.ask(kit.slowly, [name, number]) for number in range(40)]

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abcd"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == {name: [[name, number] for number in range(40)] for name in "abcd"}


def test_who_sends_more_than_there_is_memory_for_is_told_so(process):
    entries = [Entry(Path("in"), f"eve/hw.zip//{number}.py", f"{number}.py") for number in range(200_000)]
    with pytest.raises(RefusedError, match=r"it takes more than 0\.064 GB of memory to read"):
        process.ask(kit.slowly, entries)
    assert process.ask(kit.slowly, "bob") == "bob"


def test_who_sends_what_cannot_be_understood_is_told_so(process):
    with pytest.raises(ReaderError, match="ZeroDivisionError"):
        process.ask(kit.slowly, kit.FailsToArrive())
    assert process.ask(kit.slowly, "bob") == "bob"


def test_an_answer_to_another_request_is_no_answer(process):
    process.ask(kit.slowly, "first")
    body = limited.pickle.dumps((kit.slowly, "eve"))
    process._process.stdin.write(limited.HEAD.pack(99, len(body)) + body)
    with pytest.raises(ReaderError, match="request 99"):
        process.ask(kit.slowly, "ada")
    assert process.ask(kit.slowly, "bob") == "bob"


@pytest.mark.parametrize(
    "work",
    [
        pytest.param((kit.fill, "tuples"), id="tuples"),
        pytest.param((kit.fill, "words"), id="words", marks=pytest.mark.soak),
        pytest.param((kit.fail_in_c,), id="an error in C"),
        pytest.param((kit.fill_and_raise,), id="an error that takes room"),
    ],
)
def test_who_takes_all_memory_is_told_so(process, work):
    with pytest.raises(RefusedError, match="it takes more than"):
        process.ask(*work)
    assert process.ask(kit.slowly, "bob") == "bob"

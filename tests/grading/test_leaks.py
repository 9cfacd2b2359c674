"""What a submission learns of this run's inputs reaches no page that a student reads."""

import json

import grading_kit as kit
import pytest

from backproplab.grading.grader import Grader
from backproplab.grading.pages import feedback
from backproplab.grading.reference import make_task
from backproplab.grading.submissions import Entry, Submission

SEEDS = (1357924680, 1112223334, 1998877665, 1777000111, 1234509876)

# Finds the seeds, as by walking the frames; x is an input, tell() carries a text.
SPY = """
import gc, os, stat, struct, sys
SEEDS = sorted(set(seed for it in gc.get_objects() if type(it).__name__ == "Submission" for seed in it.seeds))
TEXT = "_".join(map(str, SEEDS))
def out():
    kinds = stat.S_IFSOCK, stat.S_IFIFO
    found = []
    for number in range(3, 64):
        try:
            if stat.S_IFMT(os.fstat(number).st_mode) in kinds:
                found.append(number)
        except OSError:
            pass
    return found
def counted(text):
    raw = text.encode()[:900]
    return struct.pack("<H", len(raw)) + raw
def send(kind, body):
    for number in out():
        os.write(number, struct.pack("<4scI", b"bpl1", kind, len(body)) + body)
def value(seed, name, number=0.0, shape=()):
    size = int(__import__("math").prod(shape))
    sizes = struct.pack("<H", len(shape)) + b"".join(struct.pack("<I", n) for n in shape)
    send(b"V", counted("90.1") + struct.pack("<q", seed) + counted(name) + b"d" + sizes
         + struct.pack("<d", number) * size)
"""
RETURN = "\n    return x"
WAYS = {
    "the message of an error": "raise ValueError(TEXT)",
    "the name of an error": "raise type(TEXT, (Exception,), {})()",
    "an error on some inputs only": "CALLS.append(x)\n    if len(CALLS) > 5: raise ValueError(TEXT)" + RETURN,
    "an error frame": "send(b'E', counted('90.1') + counted(TEXT))\n    return x",
    "an error said to be a stop": "send(b'E', counted('90.1') + counted('Stopped: ' + TEXT)); os._exit(1)",
    "a note": "send(b'N', counted(TEXT))\n    return x",
    "a magic's name": "get_ipython().run_line_magic(TEXT, '')\n    return x",
    "values of the answer": "return float(SEEDS[len(CALLS) % len(SEEDS)])",
    "values on public inputs": "[value(101 + n, 'slope', float(s)) for n, s in enumerate(SEEDS)]" + RETURN,
    "the name of a value": "[value(SEEDS[0], TEXT) for _ in 'ab']\n    return x",
    "the seed of a value": "[value(seed + 10**10, 'slope') for seed in SEEDS]\n    return x",
    "the shape of a value": "import numpy as np\n    return np.zeros((SEEDS[0] % 10**5, 1))",
    "foreign bytes": "[os.write(n, TEXT.encode() * 3) for n in out()]\n    return x",
    "steps that do not follow": "send(b'S', struct.pack('<I', SEEDS[0] % 2**31))\n    return x",
    "the signal that ends it": "os.kill(os.getpid(), 34 + SEEDS[0] % 30)",
}
AT_ONCE = {
    "an error in a cell": "raise ValueError(TEXT)",
    "a file": "open(TEXT, 'w').write(TEXT)",
    "a process that stays": "os.fork() or __import__('time').sleep(5)",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    path = kit.solution(tmp_path_factory.mktemp("course"), of_line=kit.TRAINED)
    task = make_task(path, SEEDS, isolation=kit.isolation(), limits=kit.QUICK)
    with Grader(task) as grader:
        yield path, grader


def page(course, notebook):
    path, grader = course
    (path.parent / "spy.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    submission = Submission("spy", "", (Entry(path.parent, "spy.ipynb", "spy.ipynb"),))
    record, grades, *_ = grader.grade(submission)
    return record, feedback(record, grades)


def spying(course, way, at_once=""):
    body = WAYS.get(way, "return x")
    answers = kit.RIGHT | {"90.1": f"{SPY}\nCALLS = []\n" + kit.SQUARE.format(body)}
    notebook = kit.student(course[0], answers)
    if at_once:
        cell = {"cell_type": "code", "id": "x", "metadata": {}, "outputs": [], "source": SPY + at_once}
        notebook["cells"].insert(1, cell)
    return notebook


def digits(number):
    """How a page may write a number: whole, cut, in groups, as a float, or what is left of it."""
    return {
        str(number),
        f"{number:,}",
        f"{number:.6g}",
        hex(number)[2:],
        str(number)[:6],
        str(number % 10**5),
    }


@pytest.mark.parametrize("way", [*WAYS, *AT_ONCE])
def test_no_seed_of_the_run_is_on_a_page(course, way):
    record, html = page(course, spying(course, way, AT_ONCE.get(way, "")))
    assert not [text for seed in SEEDS for text in digits(seed) if text in html]
    assert record["exercises"][0]["earned"] == 0
    told = " ".join(line for line in record["problems"] if not line.startswith("For review"))
    assert not [text for seed in SEEDS for text in digits(seed) if text in told]


def test_the_spy_finds_what_it_looks_for(course):
    task = make_task(course[0], SEEDS, isolation=kit.isolation(), limits=kit.QUICK, public=SEEDS)
    with Grader(task) as grader:
        _, html = page((course[0], grader), spying(course, "the message of an error"))
    assert str(SEEDS[0]) in html


def test_what_is_stopped_on_hidden_inputs_alone_is_for_the_instructor(course):
    code = "if set(SEEDS) - {101, 102, 103, 104, 105}: os._exit(1)\n    return x"
    WAYS["an end"] = code
    record, html = page(course, spying(course, "an end"))
    lines = [line for line in record["problems"] if line.startswith("For review: with the inputs drawn")]
    assert len(lines) == 1
    assert "Something was stopped with the inputs drawn for this grading" in html
    assert "ended before its time" not in html

"""An exercise notebook in a real kernel runs to its end, and twice the same, whatever a learner wrote."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import backproplab
from backproplab.marking.expected import encode, fingerprint

ROOT = Path(backproplab.__file__).parents[1]
SEEDS = (101, 102, 103)
FIRST = "from backproplab.check import answered, check, check_set, summary\ncheck_set('03-made-up')"
SQUARE = '@check("3.1")\ndef _(rng):\n    return {"y": square(rng.normal(size=3))}'
HAND = '@check("3.2", points=0, kind="hand")\ndef _(rng):\n    return {"y": round(y_by_hand, 2)}'
LAST = 'if answered("3.1"):\n    print("built on your square")\nsummary()'

ANSWERS = {
    "untouched": ("def square(x):\n    raise NotImplementedError", "y_by_hand = ..."),
    "right": ("def square(x):\n    return x * x", "y_by_hand = 0.25"),
    "wrong": ("def square(x):\n    return 2 * x", "y_by_hand = float('nan')"),
    "failing": ("def square(x):\n    return undefined_name(object())", "y_by_hand = object()"),
    "leaving": ("import sys\ndef square(x):\n    sys.exit(3)", "y_by_hand = None"),
}
STATUSES = {
    "untouched": ["○ 3.1 not attempted", "○ 3.2 not attempted"],
    "right": ["✓ 3.1 right", "✓ 3.2 right"],
    "wrong": ["✗ 3.1 not yet", "✗ 3.2 not yet"],
    "failing": ["✗ 3.1 not yet", "✗ 3.2 not yet"],
    "leaving": ["✗ 3.1 not yet", "✗ 3.2 not yet"],
}


FIX = "def cube(x):\n    return x * x"
FIX_CHECK = '@check("3.3", kind="fix")\ndef _(rng):\n    return {"y": cube(rng.normal(size=3))}'


@pytest.fixture(scope="module")
def handout(tmp_path_factory):
    """A folder with a set's recorded values, in which a kernel finds the package."""
    folder = tmp_path_factory.mktemp("handout")
    squares = [encode({"y": np.random.default_rng(seed).normal(size=3) ** 2}) for seed in SEEDS]
    recorded = {
        "schema": 1,
        "set": "03-made-up",
        "fingerprint": fingerprint(),
        "seeds": list(SEEDS),
        "exercises": {
            "3.1": {"points": 1, "kind": "function", "answers": ["square"], "values": squares},
            "3.2": {
                "points": 0,
                "kind": "hand",
                "answers": ["y_by_hand"],
                "values": [encode({"y": np.array(0.25)})] * 3,
            },
            "3.3": {
                "points": 1,
                "kind": "fix",
                "answers": ["cube"],
                "handed_out": FIX,
                "values": [encode({"y": np.random.default_rng(seed).normal(size=3) ** 3}) for seed in SEEDS],
                "untouched": squares,
            },
        },
    }
    (folder / "expected").mkdir()
    (folder / "expected" / "03-made-up.json").write_text(json.dumps(recorded), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
        yield folder


@pytest.fixture(scope="module")
def kernel(handout):
    """A kernel for one notebook after another: each begins by forgetting all names and cells."""
    client = NotebookClient(nbformat.v4.new_notebook(), resources={"metadata": {"path": str(handout)}})
    with client.setup_kernel():
        yield client


def notebook(answers):
    square, by_hand = answers
    cells = [FIRST, square, SQUARE, by_hand, HAND, LAST]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def shown(book):
    """Return the plain text of each thing on the page."""
    outputs = [output for cell in book.cells for output in cell.outputs]
    return [output.text if "text" in output else output.data["text/plain"] for output in outputs]


def run(book, folder, **options):
    return NotebookClient(book, resources={"metadata": {"path": str(folder)}}, **options).execute()


def run_in(kernel, book, *, allow_errors=False):
    kernel.nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%reset -f"), *book.cells])
    kernel.allow_errors = allow_errors
    for place, cell in enumerate(kernel.nb.cells):
        kernel.execute_cell(cell, place)
    return book


@pytest.mark.parametrize("state", ANSWERS)
def test_it_runs_to_its_end_and_says_how_each_answer_stands(state, kernel):
    texts = shown(run_in(kernel, notebook(ANSWERS[state])))
    assert [text.split(" · ")[0] for text in texts[:2]] == STATUSES[state]
    assert texts[-1].startswith("03-made-up · ")
    assert ("built on your square\n" in texts) == (state == "right")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([FIX], ["○ 3.3 not attempted"]),
        ([f"# Why?\n{FIX}  # so"], ["○ 3.3 not attempted"]),
        ([FIX.replace("x * x", "1 * x * x")], ["✗ 3.3 not yet"]),
        ([FIX, FIX_CHECK, "def cube(x):\n    return x ** 2"], ["○ 3.3 not attempted", "✗ 3.3 not yet"]),
        ([FIX.replace("x * x", "x * x * x")], ["✓ 3.3 right"]),
    ],
)
def test_not_attempted_is_the_cell_that_nobody_edited(cells, told, kernel):
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in [FIRST, *cells, FIX_CHECK]]
    )
    assert [text.split(" · ")[0] for text in shown(run_in(kernel, book))] == told


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (
            "def square(x):\n    return −x",
            "✗ 3.1 not yet · 0 of 1 point\nYour last cell for `square` did not",
        ),
        (
            "x = 1\ndef square(x, x):\n    return x",
            "✗ 3.1 not yet · 0 of 1 point\nYour last cell for `square` did not",
        ),
        ("%time\ndef square(x):\n    return x * x\nsquare?", "✓ 3.1 right"),
        ("%time\ndef square(x):\n    return 2 * x\nsquare?", "✗ 3.1 not yet · 0 of 1 point\n  y "),
        ("%%time\ndef square(x):\n    return 2 * x", "✗ 3.1 not yet · 0 of 1 point\n  y "),
    ],
    ids=["no Python", "compiles to nothing", "right, with magics", "wrong, with magics", "wrong, timed"],
)
def test_a_cell_that_cannot_be_read_is_told_from_one_that_ipython_reads(cell, told, kernel):
    untouched, _ = ANSWERS["untouched"]
    broken = "def square(x):\n    return ×"
    sources = (FIRST, untouched, SQUARE, broken, cell, SQUARE)
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    book = run_in(kernel, nbformat.v4.new_notebook(cells=cells), allow_errors=True)
    shown_last = [output for output in book.cells[-1].outputs if "data" in output]
    assert shown_last[-1].data["text/plain"].startswith(told)


def test_a_second_run_shows_the_same_under_nbval(handout):
    failing, _ = ANSWERS["failing"]
    _, untouched = ANSWERS["untouched"]
    nbformat.write(run(notebook((failing, untouched)), handout), handout / "exercise.ipynb")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--nbval",
        "--nbval-current-env",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run([*command, str(handout)], cwd=handout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_under_nbgrader_every_check_but_a_right_one_fails_its_cell(handout, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    right, _ = ANSWERS["right"]
    _, untouched = ANSWERS["untouched"]
    book = run(notebook((right, untouched)), handout, allow_errors=True)
    failed = [
        any(output.output_type == "error" and output.ename == "AssertionError" for output in cell.outputs)
        for cell in book.cells
    ]
    assert failed == [False, False, False, False, True, False]

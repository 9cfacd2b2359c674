"""What nbval forgives and what it does not, run with the flags of `make nbval`."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from backproplab.authoring.notebooks import normalise, write

ROOT = Path(__file__).parent.parent

DRAW = """from IPython.display import HTML
HTML('<img alt="loss falls" src="data:image/png;base64,AAAA">')"""
CODE_FILE = "import sys\nprint(sys._getframe().f_code.co_filename)"


def picture(alt, pixels):
    data = {
        "text/html": f'<img alt="{alt}" src="data:image/png;base64,{pixels}">',
        "text/plain": "<IPython.core.display.HTML object>",
    }
    return [new_output("execute_result", data=data, execution_count=1)]


def printed(text):
    return [new_output("stream", name="stdout", text=text + "\n")]


# What a cell does, what was committed as its outputs, and whether nbval is to pass it.
CASES = {
    "same-picture": (DRAW, picture("loss falls", "AAAA"), True),
    "other-pixels": (DRAW, picture("loss falls", "BB+/BBB="), True),
    "other-alt-text": (DRAW, picture("loss rises", "AAAA"), False),
    "no-picture-kept": (DRAW, [], False),
    "no-picture-drawn": ("x = 1", picture("loss falls", "AAAA"), False),
    "other-number": ("print(0.5)", printed("0.4"), False),
    "other-hexadecimal-number": ("print(hex(0xDEADBEEF))", printed("0xdeadbeee"), False),
    "other-address": ("print(object())", printed("<object object at 0x7f0000000000>"), True),
    "other-object": ("print(object())", printed("<lambda object at 0x7f0000000000>"), False),
    "other-kernel-file": (CODE_FILE, printed("/tmp/ipykernel_1/2.py"), True),
}


@pytest.fixture(scope="module")
def passed(tmp_path_factory):
    """Whether nbval passed each case; the cases are the cells of one notebook."""
    folder = tmp_path_factory.mktemp("nbval")
    cells = [
        new_code_cell(source, id=case, execution_count=1, outputs=outputs)
        for case, (source, outputs, _) in CASES.items()
    ]
    write(normalise(new_notebook(cells=cells)), folder / "cases.ipynb")
    flags = re.search(r"^NBVAL := (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1]
    report = folder / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
        *flags.split(),
    ]
    subprocess.run([*command, str(folder)], cwd=ROOT, check=False, capture_output=True)
    results = list(ElementTree.parse(report).iter("testcase"))
    assert len(results) == len(CASES)
    return {case: len(result) == 0 for case, result in zip(CASES, results, strict=True)}


@pytest.mark.parametrize("case", CASES)
def test_nbval_forgives_pixels_and_addresses_and_nothing_else(case, passed):
    assert passed[case] == CASES[case][-1]

"""What a learner and an author reach, where Python has no more than it has on Windows.

No Windows is at hand: `tests/on_windows` says what is shown in its place, and what cannot be.
"""

import sys

import authoring_kit
import nbformat
import pytest
import windows_kit as kit
from kinds import ELSEWHERE
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from windows_kit import backproplab

from backproplab.course.record import RECORD

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason=f"{ELSEWHERE}Linux shows what Windows lacks")


@pytest.fixture
def folder(tmp_path):
    return kit.home(tmp_path)


def test_a_test_of_windows_would_see_what_is_missing_there(folder):
    code = """
names = {}
exec(compile(SOURCE, "made up", "exec"), names | {"__name__": "backproplab.made_up"})
"""
    for source, fault in {
        "import os; os.fork()": "Windows has no os.fork",
        "import signal; signal.SIGKILL": "Windows has no signal.SIGKILL",
        "from select import poll": "cannot import name 'poll'",
        "import fcntl": "No module named 'fcntl'",
        "import sys; assert sys.platform == 'linux'": "AssertionError",
        "open(__import__('os').devnull)": "EncodingWarning",
        "import os; f = open('x', 'wb'); os.replace('x', 'y')": "It is being used by another process",
        "import os; f = open('x', 'wb'); os.remove('x')": "It is being used by another process",
    }.items():
        with pytest.raises(AssertionError, match=fault):
            kit.python(folder, "-c", code.replace("SOURCE", repr(source)))
    with pytest.raises(AssertionError, match="UnicodeEncodeError"):
        kit.python(folder, "-c", "print('∂')")


def test_every_module_of_the_package_loads(folder):
    code = """
import importlib, pkgutil, backproplab
for each in pkgutil.walk_packages(backproplab.__path__, "backproplab."):
    if not each.name.endswith("__main__"):
        importlib.import_module(each.name)
"""
    assert kit.python(folder, "-c", code) == ""


def test_a_learner_makes_a_copy_opens_it_and_sees_what_is_done(folder):
    said = backproplab(folder, "course")
    assert "mycourse: made, with 27 lessons" in said
    assert (folder / "mycourse" / RECORD).is_file()
    assert "exercises passed" in backproplab(folder, "progress")
    said = backproplab(folder / "mycourse", "course", "--fresh", "notebooks/03-spreadsheet.ipynb")
    assert "it is as the course has it" in said
    assert "my course" in backproplab(folder / "mycourse", "course"), "the folder is named"
    code = """
from jupyterlab.labapp import LabApp
LabApp.launch_instance = print
import sys
from backproplab.cli import main
sys.exit(main(["lab"]))
"""
    said = kit.python(folder, "-c", code)
    assert "--ServerApp.use_redirect_file=False" in said
    assert "--no-browser" not in said
    code = """
from pathlib import Path
from backproplab.course.outline import parts
from backproplab.course.source import course_for
from backproplab.door.page import map_page, practice_page
from backproplab.publishing.practice.data import PAGES
copy = Path("mycourse")
found = parts(course_for(copy))
print(map_page(copy, found).count("<li>"), *(len(practice_page(page, copy, found)) for page in PAGES))
"""
    assert kit.python(folder, "-c", code)


def test_what_a_plain_program_shows_is_printed_as_far_as_the_output_has_its_letters(folder):
    code = "from backproplab.display import html; html('<b>∂L</b> é', '∂L é')"
    assert kit.python(folder, "-c", code) == "?L é\n"


def test_an_author_releases_a_set_and_a_learner_gets_an_answer(folder):
    authoring_kit.saved(folder, *authoring_kit.slope_exercise())
    assert "-> exercises" in backproplab(folder, "release", "--zip", "handout.zip")
    copy = folder / "given"
    copy.mkdir()
    backproplab(folder, "course", "--from", "handout.zip", "given")
    (path,) = (copy / "exercises").glob("*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    (answer,) = (cell for cell in notebook.cells if "raise NotImplementedError" in cell.source)
    answer.source = "def slope(w, x, upstream):\n    return upstream * x"
    nbformat.write(notebook, path)
    backproplab(copy, "run", path)
    assert 'aria-label=\\"3.1 right\\"' in path.read_text(encoding="utf-8")


def test_a_lesson_becomes_a_page(folder):
    cells = [
        new_markdown_cell("# Sums, ∂\n\n$\\partial L$", id="title"),
        new_code_cell("from backproplab.widgets import NudgeLens\nprint('∂', 42)", id="sum"),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "01-sums.ipynb")
    assert "01-sums.html" in backproplab(folder, "export", "01-sums.ipynb")
    assert "∂ 42" in (folder / "build" / "export" / "01-sums.html").read_text(encoding="utf-8")

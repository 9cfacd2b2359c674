"""The command: a verb for everything, and a sentence on what is missing where an extra is."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import authoring_kit as kit
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from backproplab import cli

ROOT = Path(__file__).parent.parent
VERBS = [
    "course",
    "lab",
    "progress",
    "release",
    "grade",
    "alike",
    "run",
    "export",
    "site",
    "workbooks",
    "pictures",
    "pack-mnist",
    "train-digit-reader",
    "race-optimizers",
    "record-costs",
    "record-frameworks",
    "record-workers",
]


def shell(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, **options
    )


def test_python_m_backproplab_is_the_command_and_lists_its_verbs():
    done = shell("-m", "backproplab", "--help", check=True)
    assert done.stdout.startswith("usage: backproplab ")
    for verb in VERBS:
        assert f"\n    {verb}" in done.stdout


def test_it_says_its_version(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"backproplab {version('backproplab')}\n"


def test_each_verb_explains_itself_without_loading_what_it_needs():
    # All in one process: what one of them loads, the line of each verb after it has as well.
    code = f"""
import sys
from backproplab.cli import main
for verb in {VERBS!r}:
    try:
        main([verb, "--help"])
    except SystemExit:
        print(verb, *sys.modules, file=sys.stderr)
"""
    done = shell("-c", code, check=True)
    assert done.stdout.count("show this help message") == len(VERBS)
    told = {verb: loaded for verb, *loaded in map(str.split, done.stderr.splitlines())}
    assert list(told) == VERBS
    for verb, loaded in told.items():
        libraries = {name.split(".")[0] for name in loaded}
        needed = {"matplotlib", "nbformat", "nbclient", "nbconvert", "IPython", "tqdm", "ipywidgets"}
        assert not libraries & needed, f"{verb}, or a verb before it"


def without(library, *arguments, folder):
    """Run a verb in a Python that lacks one library."""
    code = f"import sys; sys.modules[{library!r}] = None; from backproplab.cli import main; sys.exit(main())"
    return shell("-c", code, *arguments, cwd=folder)


@pytest.mark.parametrize(
    ("library", "extra", "arguments"),
    [
        ("nbformat", "grade", ["release"]),
        ("nbclient", "grade", ["run", "notebooks/01-a.ipynb"]),
        ("ipykernel", "grade", ["run", "notebooks/01-a.ipynb"]),
        ("nbformat", "lab", ["export", "notebooks/01-a.ipynb"]),
        ("nbconvert", "lab", ["export", "notebooks/01-a.ipynb"]),
        ("latex2mathml", "lab", ["export", "notebooks/01-a.ipynb"]),
        ("jinja2", "lab", ["export", "notebooks/01-a.ipynb"]),
        ("jupyterlab", "lab", ["lab"]),
        ("sphinx", "site", ["site"]),
        ("xlsxwriter", "sheet", ["workbooks"]),
    ],
)
def test_without_an_extra_it_says_which_one_to_install(library, extra, arguments, tmp_path):
    kit.saved(tmp_path, *kit.slope_exercise())
    path = tmp_path / "notebooks" / "01-a.ipynb"
    path.parent.mkdir()
    nbformat.write(new_notebook(cells=[new_code_cell("1 + 1", id="sum")]), path)
    before = path.read_bytes()
    done = without(library, *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert f"`backproplab {arguments[0]}` needs {library}, which is not installed" in done.stderr
    assert f'pip install "backproplab[{extra}]"' in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == before


def test_a_fault_of_our_own_is_no_missing_extra(tmp_path):
    done = without("backproplab.authoring.release", "release", "solutions/x.ipynb", folder=tmp_path)
    assert "Traceback" in done.stderr
    assert "pip install" not in done.stderr


def test_without_an_extra_the_package_imports_and_a_sheet_says_what_to_install(tmp_path):
    code = """
import sys
for name in ("xlsxwriter", "nbformat", "nbclient", "nbconvert", "ipykernel", "jupyterlab", "latex2mathml"):
    sys.modules[name] = None
import backproplab, backproplab.check, backproplab.plots, backproplab.widgets, backproplab.spreadsheet
from backproplab import Dense, Network, SquaredError
sheet = backproplab.spreadsheet.Sheet(Network([Dense(1, 1)], dtype=float), SquaredError(), [1.0], [1.0])
try:
    sheet.save("x.xlsx")
except ImportError as error:
    print(error)
"""
    done = shell("-c", code, check=True, cwd=tmp_path)
    assert done.stdout.endswith('is not installed: pip install "backproplab[sheet]"\n')
    assert not list(tmp_path.iterdir())


@pytest.fixture
def lessons(tmp_path):
    """A function that writes a lesson of these cells and returns its path, as text."""

    def write(name, *cells):
        nbformat.write(new_notebook(cells=list(cells)), tmp_path / name)
        return str(tmp_path / name)

    return write


def test_export_runs_a_lesson_and_its_page_has_the_outputs_of_that_run(lessons, tmp_path, capsys):
    path = lessons("01-sums.ipynb", new_markdown_cell("# Sums"), new_code_cell("print(40 + 2)"))
    before = Path(path).read_bytes()
    assert cli.main(["export", path, "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out' / '01-sums.html'}\n"
    assert "<pre>42" in (tmp_path / "out" / "01-sums.html").read_text(encoding="utf-8")
    assert Path(path).read_bytes() == before


def test_a_lesson_that_is_missing_or_fails_makes_no_page(lessons, tmp_path, capsys):
    out = ["--out", str(tmp_path / "out")]
    assert cli.main(["export", str(tmp_path / "none.ipynb"), *out]) == 1
    assert "none.ipynb does not exist" in capsys.readouterr().err
    assert cli.main(["export", lessons("bad.ipynb", new_code_cell("1 / 0", id="divide")), *out]) == 1
    assert "no page was made" in (said := capsys.readouterr().err)
    assert "cell 'divide'" in said
    (tmp_path / "text.ipynb").write_text("# A heading")
    assert cli.main(["export", str(tmp_path / "text.ipynb"), *out]) == 1
    assert "text.ipynb is no notebook" in capsys.readouterr().err
    assert cli.main(["export", lessons("good.ipynb"), str(tmp_path / "none.ipynb"), *out]) == 1
    assert not list((tmp_path / "out").glob("*"))  # not even the good one's, which would have taken its time


def test_workbooks_are_written_below_the_folder_of_the_course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["workbooks"]) == 0
    written = capsys.readouterr().out.split()
    assert written == ["notebooks/files/03-spreadsheet.xlsx"]
    assert (tmp_path / written[0]).stat().st_size > 0


def test_a_file_that_is_not_there_is_named_without_a_traceback(tmp_path, capsys):
    assert cli.main(["pack-mnist", str(tmp_path)]) == 1
    assert "train-images-idx3-ubyte.gz" in capsys.readouterr().err


def test_makefile_and_pages_use_the_verbs():
    for page in ("Makefile", "README.md", "CONTRIBUTING.md", "backproplab/datasets/README.md"):
        assert "-m backproplab." not in (ROOT / page).read_text(encoding="utf-8")

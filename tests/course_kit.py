"""A small made-up course: two lessons, an exercise set, a file that a lesson links to."""

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from backproplab import cli
from backproplab.authoring.notebooks import as_text, normalise
from backproplab.course import source

LESSON = "notebooks/03-made-up.ipynb"
NEXT = "notebooks/04-another.ipynb"
SET = "exercises/03-made-up.ipynb"
VALUES = "exercises/expected/03-made-up.json"
SHEET = "notebooks/files/03-made-up.xlsx"
NOTE = "INSTALL.txt"
EVERYTHING = sorted([LESSON, NEXT, SET, VALUES, SHEET, NOTE])


def ran(source, name, text="42\n", count=1):
    shown = [new_output("stream", text=text)] if text else []
    return new_code_cell(source, id=name, execution_count=count, outputs=shown)


def prose(source, name):
    return new_markdown_cell(source, id=name)


def lesson(version=1):
    return [
        prose(f"# Made up, version {version}\n\nSee [its source](../backproplab/scalar.py).", "title"),
        ran("x = 6\nprint(x)", "before", "6\n", 1),
        prose("**Predict.** What is 6 · 7?", "ask"),
        ran("print(x * 7)", "six-times-seven", "42\n", 2),
        ran("print(x + 1)", "after", "7\n", 3),
        prose("[Exercises](../exercises/03-made-up.ipynb), [the sheet](files/03-made-up.xlsx)", "what-next"),
    ]


def exercise(version=1, factor=1):
    return [
        prose(f"# Exercises, version {version}. [The lesson](../notebooks/03-made-up.ipynb)", "title"),
        new_code_cell('check_set("03-made-up")', id="setup"),
        new_code_cell("def slope(x):\n    raise NotImplementedError()", id="answer"),
        new_code_cell(f'@check("3.1")\ndef _(rng):\n    return {{"s": slope({factor})}}', id="check"),
    ]


def save(folder, name, cells):
    """Write a notebook as it is committed."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(normalise(new_notebook(cells=cells))), encoding="utf-8", newline="\n")


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def values(version=1):
    return json.dumps({"schema": 1, "set": "03-made-up", "version": version}) + "\n"


def carry(folder, monkeypatch):
    """Have the package carry a course, and stand in an empty folder; returns where that course is."""
    monkeypatch.setattr(source, "CARRIED", made(folder / "carried"))
    (folder / "empty").mkdir()
    monkeypatch.chdir(folder / "empty")
    return folder / "carried"


def made(folder):
    """Write the course below `folder`, with what no copy may hold, and return the folder."""
    save(folder, LESSON, lesson())
    save(folder, NEXT, [prose("# Another. [Back](03-made-up.ipynb)", "title"), ran("1 + 1", "sum", "2\n")])
    save(folder, SET, exercise())
    save(folder, "solutions/03-made-up.ipynb", exercise())
    save(folder, "notebooks/Untitled.ipynb", [ran("secret", "secret")])
    write(folder, VALUES, values())
    write(folder, SHEET, "a workbook")
    write(folder, "notebooks/files/.~lock.03-made-up.xlsx#", "")
    write(folder, "notebooks/files/desktop.ini", "")
    write(folder, "notebooks/files/Thumbs.db", "")
    write(folder, "notebooks/.ipynb_checkpoints/03-made-up-checkpoint.ipynb", "{}")
    write(folder, "backproplab/scalar.py", "")
    write(folder, "README.md", "# Read me")
    return folder


def files(folder: Path):
    """What lies in a folder, hidden or not, as bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def opened(folder, name, change=None):
    """Save a notebook as JupyterLab does, after a learner's `change` to its cells by id, if any."""
    path = folder / name
    notebook = nbformat.read(path, as_version=4)
    if change:
        change({cell.id: cell for cell in notebook.cells})
    notebook.metadata.kernelspec.display_name = "Python 3 (another)"
    notebook.metadata.language_info = {"name": "python", "version": "3.13.0"}
    notebook.cells[0].metadata["editable"] = True
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=True), encoding="utf-8")


def rewrites(name, source):
    """A learner's change: this cell has another source."""
    return lambda cells: cells[name].update(source=source)


def runs(name, text="42\n", count=1):
    """A learner's change: this cell has been run."""
    return lambda cells: cells[name].update(outputs=[new_output("stream", text=text)], execution_count=count)


def said(capsys, *arguments, status=0):
    """What `backproplab` prints for these arguments: (out, err)."""
    assert cli.main(list(arguments)) == status
    return capsys.readouterr()

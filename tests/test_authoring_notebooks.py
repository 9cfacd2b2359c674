import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from backproplab import cli
from backproplab.authoring import notebooks


def lesson(*sources):
    cells = [new_code_cell(source, id=f"step-{number}") for number, source in enumerate(sources, start=1)]
    return new_notebook(cells=[new_markdown_cell("# ∂L/∂w", id="title"), *cells])


def saved(notebook, folder):
    path = folder / "00-made-up.ipynb"
    nbformat.write(notebook, path)
    return path


def test_a_lesson_run_again_keeps_its_ids_counts_from_one_and_is_the_same_file_twice(tmp_path):
    (tmp_path / "beside.txt").write_text("found")
    path = saved(lesson("print('a')\nprint('b')", "open('beside.txt').read()", "'∂'"), tmp_path)
    notebooks.rerun(path)
    first = path.read_bytes()
    notebooks.rerun(path)
    assert path.read_bytes() == first
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.id for cell in cells] == ["title", "step-1", "step-2", "step-3"]
    assert [cell.execution_count for cell in cells[1:]] == [1, 2, 3]
    assert [output.text for output in cells[1].outputs] == ["a\nb\n"]
    assert cells[2].outputs[0].data["text/plain"] == "'found'"
    assert "∂L/∂w" in first.decode()
    assert list(tmp_path.glob(".*")) == []


def test_a_cell_that_fails_is_named_and_the_file_stays_as_it_was(tmp_path, capsys):
    path = saved(lesson("x = 0", "1 / x", "x = 1"), tmp_path)
    before = path.read_bytes()
    assert cli.main(["run", str(path)]) == 1
    told = capsys.readouterr().err
    assert "cell 'step-2'" in told
    assert "ZeroDivisionError" in told
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_cell_tagged_as_raising_may_raise(tmp_path):
    notebook = lesson("1 / 0", "'after'")
    notebook.cells[1].metadata["tags"] = ["raises-exception"]
    path = saved(notebook, tmp_path)
    notebooks.rerun(path)
    assert nbformat.read(path, as_version=4).cells[2].outputs[0].data["text/plain"] == "'after'"


def test_the_normal_form_drops_what_a_run_leaves_and_keeps_what_an_author_says():
    notebook = lesson("x")
    cell = notebook.cells[1]
    cell.execution_count = 42
    cell.metadata = nbformat.from_dict(
        {
            "execution": {"iopub.execute_input": "noon"},
            "collapsed": True,
            "tags": ["warm-up"],
            "nbgrader": {"points": 2},
        }
    )
    cell.outputs = [
        new_output("stream", name="stdout", text="a"),
        new_output("stream", name="stdout", text="b"),
        new_output("stream", name="stderr", text="c"),
        new_output("stream", name="stdout", text="d"),
        new_output("execute_result", data={"text/plain": "1"}, execution_count=42),
    ]
    notebook.metadata = nbformat.from_dict(
        {"widgets": {"state": {}}, "kernelspec": {"name": "mine"}, "language_info": {"version": "3.11.7"}}
    )
    normal = notebooks.normalise(notebook)
    assert normal.metadata == {"kernelspec": notebooks.KERNEL, "language_info": {"name": "python"}}
    assert normal.cells[1].metadata == {"tags": ["warm-up"], "nbgrader": {"points": 2}}
    texts = [output.get("text", output.get("execution_count")) for output in normal.cells[1].outputs]
    assert texts == ["ab", "c", "d", 1]
    assert cell.execution_count == 42, "the notebook that was handed in is left alone"
    assert notebooks.normalise(normal) == normal


def test_the_text_of_a_notebook_is_indented_by_one_and_ends_in_one_newline():
    text = notebooks.as_text(notebooks.normalise(lesson("'∂'")))
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = saved(lesson("1"), tmp_path)
    before = path.read_bytes()

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space"):
        notebooks.write(lesson("2"), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_command_asks_for_names_and_names_a_file_that_is_not_there(tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["run"])
    assert "NOTEBOOK" in capsys.readouterr().err
    assert cli.main(["run", str(tmp_path / "99-gone.ipynb")]) == 1
    assert "99-gone.ipynb" in capsys.readouterr().err

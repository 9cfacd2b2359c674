"""What counts as a change of a file: in a notebook, what a learner sees; elsewhere, each byte."""

import json

import course_kit as kit
import nbformat
import pytest
from nbformat.v4 import new_notebook

from backproplab.course.record import Digest, digest, is_copy, read_record, record_text


def content(*cells, **options):
    text = nbformat.writes(new_notebook(cells=list(cells), **options))
    return digest("notebooks/03-a.ipynb", text.encode()).content


def test_a_texts_form_in_the_file_is_no_change():
    cells = kit.lesson()
    joined = json.dumps(new_notebook(cells=cells))  # each text in one piece, as nbformat holds it
    assert digest("a.ipynb", joined.encode()).content == content(*cells)
    assert digest("a.ipynb", joined.encode()).bytes != digest("a.ipynb", (joined + " ").encode()).bytes


def test_an_empty_text_is_no_lines_or_an_empty_line():
    for source in ([], "", [""]):
        cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": source}]
        assert digest("a.ipynb", json.dumps({"cells": cells}).encode()).content == content(kit.prose("", "b"))
    cells[0]["attachments"] = {}
    assert digest("a.ipynb", json.dumps({"cells": cells}).encode()).content == content(kit.prose("", "b"))


def test_ids_and_metadata_are_no_change():
    cells, others = kit.lesson(), kit.lesson()
    for each in others:
        each.id += "-2"
        each.metadata["collapsed"] = True
    assert content(*cells) == content(*others, metadata={"widgets": {"state": {}}})


@pytest.mark.parametrize(
    "change",
    [
        {"source": "x = 7\nprint(x)"},
        {"outputs": []},
        {"execution_count": 9},
        {"outputs": [nbformat.v4.new_output("display_data", data={"text/plain": ["4", "2"]})]},
    ],
)
def test_text_outputs_and_counts_are_a_change(change):
    cells, others = kit.lesson(), kit.lesson()
    others[1].update(change)
    assert content(*cells) != content(*others)


def test_a_number_in_an_output_is_told_from_its_text():
    shown = [
        [nbformat.v4.new_output("display_data", data={"application/json": each})] for each in ([1, 2], ["12"])
    ]
    cells = [kit.ran("x", "x"), kit.ran("x", "x")]
    for cell, outputs in zip(cells, shown, strict=True):
        cell.outputs = outputs
    assert content(cells[0]) != content(cells[1])


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[]", b'{"cells": 1}', b'{"cells": ["a"]}', b"not json"])
def test_what_is_no_notebook_has_a_digest_of_its_own(data):
    assert digest("a.ipynb", data) == digest("a.ipynb", data)
    assert digest("a.ipynb", data).content == digest("a.xlsx", data).content != content(*kit.lesson())


def test_of_any_other_file_each_byte_counts():
    assert digest("a.json", b"{}").content != digest("a.json", b"{} ").content


def test_a_record_is_read_as_it_was_written(tmp_path):
    files = {"notebooks/03-a.ipynb": Digest("1", "2"), "INSTALL.txt": Digest("3", "3")}
    kit.write(tmp_path, ".backproplab-course.json", record_text(files))
    assert read_record(tmp_path) == files
    assert record_text(dict(reversed(files.items()))) == record_text(files)
    assert is_copy(tmp_path)


def test_without_a_record_there_is_none(tmp_path):
    assert read_record(tmp_path) is None
    assert read_record(tmp_path / "none") is None
    assert not is_copy(tmp_path)

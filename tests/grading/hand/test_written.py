"""Answers in free text: collected as they were written, whatever a notebook has of them."""

import base64
import json
import struct

import pytest

from backproplab.grading.grader import _answers, _status
from backproplab.grading.hand.picture import SIZES as PICTURES
from backproplab.grading.hand.written import MOST_PICTURES, MOST_SHOWN, MOST_TEXT, collect
from backproplab.grading.notebook import TaggedCell, read_notebook
from backproplab.grading.prepare import Prepared
from backproplab.grading.status import GradingStatus
from backproplab.marking.verdict import Status, Verdict

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
STUB = "Your answer here"


def answer(*sources, attachments=None, type="markdown"):
    cells = [TaggedCell("essay", type, each, attachments or {}) for each in sources]
    return collect(cells, {"essay": STUB})["essay"]


def test_text_is_kept_sign_by_sign():
    text = "  <script>1</script>\r\n\t∂L/∂w \ud800 \x00\n\n"
    found = answer(text)
    assert [cell["text"] for cell in found["cells"]] == [text]
    assert (found["edited"], found["notes"]) == (True, [])
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("source", ["", " \n", STUB, f"\n{STUB}  "])
def test_what_is_as_it_was_handed_out_or_empty_is_no_answer(source):
    assert answer(source)["edited"] is False


def test_where_no_cell_has_the_id_nothing_is_known_and_it_is_said():
    found = answer()
    assert found["edited"] is None
    assert "look whether the answer stands elsewhere" in found["notes"][0]


def test_several_cells_with_one_id_all_count():
    found = answer(STUB, "the answer")
    assert [cell["text"] for cell in found["cells"]] == [STUB, "the answer"]
    assert found["edited"] is True
    assert "2 cells carry the id" in found["notes"][0]
    assert len(answer(*"x" * 50)["cells"]) == 20


def test_a_huge_answer_is_cut_and_another_one_behind_the_cut_is_another_one():
    one, other = answer("x" * MOST_TEXT + "1"), answer("x" * MOST_TEXT + "2")
    assert one["cells"] == other["cells"]
    assert one["hash"] != other["hash"]
    assert "Cut after 100,000 characters" in one["notes"][0]


@pytest.mark.parametrize(
    ("attachments", "shown", "note"),
    [
        ({"a.png": {"image/png": PNG}}, 1, ""),
        ({"a.png": {"image/png": [PNG[:40], PNG[40:]]}}, 1, ""),
        ({"a.svg": {"image/svg+xml": "PHN2Zy8+"}}, 0, "no PNG"),
        ({"a.png": {"image/png": "PHNjcmlwdD4="}}, 0, "no PNG"),
        ({"a.png": {"image/png": '"><script>'}}, 0, "no PNG"),
        ({"a.png": {"image/png": 7}}, 0, "no PNG"),
        ({"a.png": []}, 0, "no PNG"),
        ({"a.png": {}}, 0, "no PNG"),
        ({"a.png": {"image/png": PNG.rstrip("=") + "A" * 4 * MOST_PICTURES}}, 0, "not shown"),
    ],
)
def test_of_pictures_those_are_kept_that_are_pictures_and_small(attachments, shown, note):
    found = answer("", attachments=attachments)
    assert len(found["cells"][0]["pictures"]) == shown
    assert note in "".join(found["notes"])
    assert bool(note) == bool(found["notes"])
    assert found["edited"] is True  # it is not for a program to say that there is no answer


def large(kind, side=16_383):
    """A file of a few bytes that says it is a picture of so many pixels a side."""
    data = {
        "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + struct.pack(">II", side, side),
        "image/jpeg": b"\xff\xd8\xff\xc0\0\x11\x08" + struct.pack(">HH", side, side),
        "image/gif": b"GIF89a" + struct.pack("<HHB", side, side, 0) + b"\0\0\x2c" + b"\0" * 9,
        "image/webp": b"RIFF....WEBPVP8L....\x2f" + struct.pack("<I", (side - 1) * (1 << 14 | 1)),
    }[kind]
    return {kind: base64.b64encode(data).decode()}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_small_file_that_a_browser_makes_a_gigabyte_of_is_not_shown(kind):
    found = answer("", attachments={"a": large(kind), "b": large(kind, 5_000)})
    assert [each["name"] for each in found["cells"][0]["pictures"]] == ["b"]
    assert found["notes"] == ["'a' is not shown: too many pixels; the notebook has it"]


def test_the_pixels_of_all_pictures_of_a_notebook_are_limited():
    every = {f"{number}.webp": large("image/webp", 4_000) for number in range(9)}
    cells = [TaggedCell(each, "markdown", "", every) for each in ("one", "two")]
    found = collect(cells, {"one": STUB, "two": STUB})
    assert [len(found[each]["cells"][0]["pictures"]) for each in ("one", "two")] == [3, 0]


def test_of_pictures_without_number_some_are_shown_and_a_few_notes_say_so():
    broken = {f"{number}.svg": {"image/svg+xml": ""} for number in range(1000)}
    tiny = {f"{number}.png": {"image/png": PNG} for number in range(1000)}
    found = answer("", "", attachments=broken | tiny)
    shown = [len(cell["pictures"]) for cell in found["cells"]]
    assert shown == [MOST_SHOWN, 0]
    assert len(found["notes"]) == 7  # that there are two cells, five files, the sum of the others
    assert found["notes"][-1] == f"{4000 - MOST_SHOWN - 5:,} more are not shown; the notebook has them"


def test_answers_are_found_in_a_notebook_in_cells_of_any_type():
    meta = {"nbgrader": {"grade_id": "essay"}}
    cells = [
        {"cell_type": "code", "source": "x = 1", "metadata": {}},
        {"cell_type": "markdown", "source": ["a\n", "b"], "metadata": meta, "attachments": {"a": {}}},
        {"cell_type": "raw", "source": "c", "metadata": meta, "attachments": 7},
        {"cell_type": "code", "source": "d", "metadata": meta},
        {"cell_type": ["odd"], "source": 7, "metadata": meta},
    ]
    found = read_notebook(json.dumps({"cells": cells}).encode()).tagged
    assert [each.source for each in found] == ["a\nb", "c", "d", ""]
    assert [each.type for each in found][:3] == ["markdown", "raw", "code"]
    assert [each.attachments for each in found] == [{"a": {}}, {}, {}, {}]


def test_another_text_or_another_picture_is_another_answer():
    other = {"a.png": {"image/png": PNG[:-8] + "AAAAAAA="}}
    answers = [answer("x"), answer("y"), answer("x", attachments={"a.png": {"image/png": PNG}})]
    answers.append(answer("x", attachments=other))
    assert len({each["hash"] for each in answers}) == 4


def prepared(**more):
    empty = {name: {} for name in ("edited", "code", "faults", "written")}
    return Prepared(steps=(), notes=[], review=[], of_set=True, notebook="", **(empty | more))


def test_another_code_is_another_answer_so_that_an_override_does_not_outlive_it():
    sources = ((1, "def f(x): return 2"), (2, "def f(x): return 2"), (1, "def f(x): return 3"))
    one, same, other = (_answers(prepared(code={"90.1": [each]}))["90.1"]["hash"] for each in sources)
    assert one == same != other


@pytest.mark.parametrize(
    ("edited", "status"), [(True, GradingStatus.GRADED), (False, GradingStatus.NOTHING_ATTEMPTED)]
)
def test_whoever_wrote_nothing_but_free_text_has_handed_in_something(edited, status):
    verdicts = [Verdict("90.1", 3, 0, Status.NOT_ATTEMPTED), Verdict("essay", 2, 0, Status.BY_HAND)]
    assert _status(verdicts, prepared(written={"essay": {"edited": edited}})) is status

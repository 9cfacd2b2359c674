"""A class handed in, in every state, and graded by the command: each gets what its answers earn, and why."""

import copy
import csv
import json
import stat

import grading_kit as kit
import pytest

from backproplab import cli

FULL = 9  # and one more point for free text, which a person gives
KINDS = {}


def case(score, note=""):
    """A student whose notebook is made by the decorated function of the handout with right answers."""

    def keep(make):
        KINDS[make.__name__] = make, score, note
        return make

    return keep


def answered(notebook, exercise, source):
    kit.named(notebook, f"answer-{exercise.replace('.', '-')}")["source"] = source
    return notebook


def code(source, **metadata):
    return {"cell_type": "code", "id": "x", "source": source, "metadata": metadata, "outputs": []}


def raw(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode()


@case(FULL)
def right(notebook):
    return notebook


@case(FULL - 2)
def wrong(notebook):
    return answered(notebook, "90.1", kit.SQUARE.format("return x * x"))


@case(FULL - 2)
def half(notebook):
    return answered(notebook, "90.2", kit.PRODUCT.format("return b, 7.0"))


@case(FULL - 4)
def swapped(notebook):
    return answered(notebook, "90.2", kit.PRODUCT.format("return a, b"))


@case(FULL - 3)
def badly_trained(notebook):
    return answered(notebook, "90.3", kit.FIT.format("return np.array([3.0, 2.0])"))


@case(FULL - 3)
def trained_in_another_shape(notebook):
    return answered(notebook, "90.3", kit.FIT.format("return np.array([[3.0], [1.0]])"))


@case(FULL - 3)
def trained_to_nothing_finite(notebook):
    return answered(notebook, "90.3", kit.FIT.format("return np.array([3.0, np.nan])"))


@case(0)
def untouched(notebook):
    for exercise, source in (("90.1", kit.SQUARE), ("90.2", kit.PRODUCT), ("90.3", kit.FIT)):
        answered(notebook, exercise, source.format("raise NotImplementedError"))
    return notebook


@case(0, "damaged")
def cut_short(notebook):
    return raw(notebook)[:-100]


@case(0, "empty")
def empty(notebook):
    return b""


@case(0, "not a notebook")
def no_notebook(notebook):
    return b"Dear teacher, my dog"


@case(0, "a JSON list")
def a_list(notebook):
    return b"[]"


@case(0, "no cells")
def no_cells(notebook):
    return notebook | {"cells": []}


@case(0, "no code cells")
def no_code(notebook):
    return notebook | {"cells": [{"cell_type": "markdown", "source": "x", "metadata": {}}]}


@case(0, "another assignment")
def another_set(notebook):
    return notebook | {"cells": [code("x = 1")]}


@case(FULL, "old format")
def old_format(notebook):
    cells = [cell | {"input": cell["source"], "language": "python"} for cell in kit.code_cells(notebook)]
    for cell in cells:
        del cell["source"]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}


@case(FULL)
def fifty_megabytes_of_output(notebook):
    text = ["loss 0.123456789\n" * 64] * 50_000
    kit.code_cells(notebook)[2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
    data = raw(notebook)
    assert len(data) > 50e6
    return data


@case(FULL, "utf-16")
def another_encoding(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode("utf-16")


@case(FULL, "Windows-1252")
def an_old_encoding(notebook):
    answered(notebook, "90.1", "# café\n" + kit.RIGHT["90.1"])
    for cell in kit.code_cells(notebook):
        cell["source"] = cell["source"].replace("∂/∂", "d/d")
    return json.dumps(notebook, ensure_ascii=False).encode("cp1252")


@case(FULL)
def checks_edited(notebook):
    for cell in kit.code_cells(notebook):
        if kit.grade_id(cell).startswith("check"):
            cell["source"] = "raise SystemExit"
    return notebook


@case(FULL)
def checks_deleted(notebook):
    cells = [cell for cell in notebook["cells"] if not kit.grade_id(cell).startswith("check")]
    return notebook | {"cells": cells}


@case(FULL)
def checks_duplicated(notebook):
    cells = [cell for cell in notebook["cells"] for _ in range(1 + kit.grade_id(cell).startswith("check"))]
    return notebook | {"cells": cells}


@case(FULL)
def checks_moved_to_the_top(notebook):
    def order(cell):
        return not kit.grade_id(cell).startswith("check")

    return notebook | {"cells": sorted(notebook["cells"], key=order)}


@case(FULL)
def checks_renamed(notebook):
    for cell in kit.code_cells(notebook):
        if kit.grade_id(cell).startswith("check"):
            cell["metadata"]["nbgrader"]["grade_id"] += "-mine"
    return notebook


@case(FULL)
def checks_split(notebook):
    cells = []
    for cell in notebook["cells"]:
        if kit.grade_id(cell).startswith("check"):
            head, tail = cell["source"].split("\n", 1)
            cells += [cell | {"source": head}, cell | {"source": tail, "metadata": {}}]
        else:
            cells.append(cell)
    return notebook | {"cells": cells}


@case(FULL - 2)
def points_changed(notebook):
    answered(notebook, "90.1", kit.SQUARE.format("return 1.0"))
    for cell in kit.code_cells(notebook):
        if kit.grade_id(cell).startswith("check"):
            cell["metadata"]["nbgrader"] |= {"points": 100, "locked": False}
            cell["source"] = cell["source"].replace("points=", "points=10")
    return notebook


@case(FULL, "No cell carries a grade id")
def metadata_lost(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


@case(FULL)
def metadata_mangled(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = [[], None, 7, {"nbgrader": []}, {"nbgrader": {"grade_id": ["x"]}}][number % 5]
    return notebook | {"metadata": 7, "nbformat": "four"}


@case(FULL, "'julia'")
def foreign_kernel(notebook):
    return notebook | {"metadata": {"kernelspec": {"name": "julia-1.9", "language": "julia"}}}


@case(FULL - 3)
def a_name_of_the_imports_taken(notebook):
    notebook["cells"].insert(1, code("np = 5"))
    return notebook


@case(FULL)
def noisy(notebook):
    notebook["cells"].insert(1, code("import sys, warnings\nprint('x', file=sys.stderr)\nwarnings.warn('y')"))
    return notebook


@case(FULL, "stopped with")
def a_cell_that_fails(notebook):
    notebook["cells"].insert(1, code("1 / 0"))
    return notebook


@case(FULL, "ell 2 ")
def a_cell_that_leaves(notebook):
    notebook["cells"].insert(1, code("import os\nos._exit(0)"))
    return notebook


@case(FULL - 2, "Cell 3 ")
def a_cell_that_hangs(notebook):
    return answered(notebook, "90.1", "while True:\n    pass")


@case(FULL, "For review: the answer to 90.1 uses backproplab")
def one_who_borrows(notebook):
    body = "from backproplab import Value\n    v = Value(x)\n    (v * v).backward()\n    return v.grad"
    return answered(notebook, "90.1", kit.SQUARE.format(body))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The grades of all of them: folder, status, and what the command printed."""
    folder = tmp_path_factory.mktemp("class")
    solution = kit.solution(folder, of_line=kit.TRAINED)
    handed_out = kit.student(solution)
    for name, (make, _, _) in KINDS.items():
        made = make(copy.deepcopy(handed_out))
        path = folder / "submissions" / f"{name}.ipynb"
        if isinstance(made, dict):
            kit.hand_in(made, path)
        else:
            path.write_bytes(made)
    (folder / "submissions" / "no_notebook_at_all.pdf").write_bytes(b"%PDF")
    (folder / "submissions" / "=cmd|calc.ipynb").write_text(json.dumps(handed_out))
    command = ["grade", f"{folder}/submissions", "--out", f"{folder}/grades", "--solutions", str(solution)]
    status = cli.main([*command, "-j", "2", "--timeout", "4.5", "--isolation", kit.isolation()])
    return folder / "grades" / kit.SET, status


def result(graded, student):
    return json.loads((graded[0] / "results" / f"{student}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", KINDS)
def test_everybody_gets_what_their_answers_earn_and_why(graded, name):
    _, score, note = KINDS[name]
    found = result(graded, name)
    assert (found["score"], found["max_score"]) == (score, FULL + 1), found
    assert note in " ".join(found["problems"])
    assert (graded[0] / "feedback" / f"{name}.html").exists()


def test_all_have_a_result_so_the_command_succeeds(graded):
    assert graded[1] == 0
    assert len(list((graded[0] / "results").iterdir())) == len(KINDS) + 2
    assert "no_notebook_at_all.pdf" in result(graded, "no_notebook_at_all")["problems"][0]


STATUSES = {
    "graded": ["right", "wrong", "a_cell_that_hangs"],
    "nothing attempted": ["untouched"],
    "nothing of this set": ["another_set"],
    "not a notebook": ["no_notebook", "a_list", "no_cells", "no_code", "no_notebook_at_all"],
    "unreadable": ["cut_short", "empty"],
}


@pytest.mark.parametrize("status", STATUSES)
def test_what_earns_nothing_is_told_apart(graded, status):
    with open(graded[0].parent / "gradebook.csv", newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row["status"] for row in csv.DictReader(file)}
    for student in STATUSES[status]:
        assert result(graded, student)["status"] == rows[student] == status
    assert f" {status}" in (graded[0] / "class.html").read_text(encoding="utf-8")


def test_a_result_says_what_was_asked(graded):
    found = result(graded, "wrong")
    assert (found["student"], found["assignment"]) == ("wrong", kit.SET)
    assert found["isolation"].startswith(kit.isolation())
    assert [exercise["id"] for exercise in found["exercises"]] == ["90.1", "90.2", "90.3", "essay"]
    assert found["exercises"][0]["misconception"] == kit.SENTENCE
    assert result(graded, "swapped")["exercises"][1]["slug"] == "factors-swapped"
    assert [exercise["status"] for exercise in result(graded, "untouched")["exercises"]] == [
        *["not attempted"] * 4
    ]


def test_feedback_shows_values_on_public_inputs_and_no_seed_of_the_run(graded):
    run = json.loads((graded[0] / "run.json").read_text())
    assert len(set(run["seeds"])) == 5
    for page in (graded[0] / "feedback").iterdir():
        text = page.read_text(encoding="utf-8")
        assert not [seed for seed in run["seeds"] if str(seed) in text]
    assert "Yours: <code>7</code>, a number" in (graded[0] / "feedback" / "half.html").read_text(
        encoding="utf-8"
    )


def test_a_page_shows_the_students_own_code_and_a_record_keeps_it_for_the_class(graded):
    page = (graded[0] / "feedback" / "wrong.html").read_text(encoding="utf-8")
    assert "<code>    return x * x</code>" in page
    (kept,) = (
        each
        for each in json.loads((graded[0] / "results" / "half.json").read_text(encoding="utf-8"))["exercises"]
        if each["id"] == "90.2"
    )
    assert [row[1] for row in kept["wrong"]] == ["7"]
    assert "return b, 7.0" in kept["code"]


def test_the_class_has_a_page_with_names_and_one_without(graded):
    named, other = (
        (graded[0] / name).read_text(encoding="utf-8") for name in ("class.html", "class-anonymous.html")
    )
    assert "badly_trained" in named
    assert "return b, 7.0" in named
    assert "badly_trained" not in other
    assert "return b, 7.0" not in other
    assert stat.S_IMODE((graded[0] / "class-anonymous.html").stat().st_mode) == 0o600


def test_the_run_is_the_instructors_and_says_what_it_was(graded):
    path = graded[0] / "run.json"
    run = json.loads(path.read_text())
    assert {"seeds", "versions", "isolation", "limits", "started", "finished"} <= set(run)
    assert {"numpy", "python", "backproplab"} <= set(run["versions"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_gradebook_has_a_line_for_everybody(graded):
    with open(graded[0].parent / "gradebook.csv", newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert set(rows) == {*KINDS, "no_notebook_at_all", "'=cmd|calc"}
    waiting = [name for name in KINDS if "still to be marked by hand" in rows[name]["status"]]
    assert "metadata_lost" in waiting  # whose answer in free text nothing tells from other text
    assert not {"right", "untouched", "empty", "another_set"} & set(waiting)
    for name, (_, score, _) in KINDS.items():
        if name in waiting:
            assert (rows[name]["raw_score"], rows[name]["score"]) == ("", "")
            assert rows[name]["status"] == f"{score:g} of 10 points, 1 still to be marked by hand"
        else:
            assert float(rows[name]["score"]) == score


def test_the_class_page_counts_them(graded):
    page = (graded[0] / "class.html").read_text(encoding="utf-8")
    assert f"{len(KINDS) + 2} submissions" in page
    assert "That is x² itself" in page
    what = "In a product each factor receives the other one; here one receives itself."
    row = f'<th scope="row">factors-swapped</th><td class="words">{what}</td>'
    assert f"{row}<td>03-spreadsheet</td><td>1</td>" in page

import json
import re
from pathlib import Path

import authoring_kit as kit
import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell

from backproplab.authoring import release
from backproplab.authoring.errors import ReleaseError
from backproplab.marking import expected

pytestmark = pytest.mark.usefixtures("tried_here")

FIX = """\
def fixed(x):
    return -x

### BEGIN SOLUTION
def fixed(x):
    return 2 * x
### END SOLUTION"""
FIX_CHECK = '@check("3.2", points=1, kind="fix")\ndef _(rng):\n    return {"y": fixed(rng.normal(size=2))}'
WEIGHTS = "### BEGIN SOLUTION\nw = np.array([1.0, 2.0])\n### END SOLUTION"
TRAINED_CHECK = """\
@check("3.3", points=1, kind="trained", shapes={"w": (2,)}, accept=lambda values, rng: values["w"][1] > 1.5)
def _(rng):
    return {"w": w}"""

OTHERS_WRONG = """\
misconception("3.2", "That is x itself.", fixed=lambda x: x)
misconception("3.2", "That is x².", fixed=lambda x: x * x)
misconception("3.3", "Nothing was trained.", w=np.zeros(2))
misconception("3.3", "The sign of the update is turned.", w=np.array([-1.0, -2.0]))"""


def whole_set(folder, **settings):
    after = new_code_cell('if answered("3.1"):\n    print(slope(1, 2, 3))', id="use-slope", execution_count=7)
    after.outputs = [nbformat.v4.new_output("stream", text="6\n")]
    return kit.saved(
        folder,
        kit.prose("# ∂L/∂w", id="title"),
        *kit.slope_exercise(),
        after,
        kit.answer(FIX, "3.2"),
        kit.check(FIX_CHECK, "3.2", 1),
        kit.answer(WEIGHTS, "3.3"),
        kit.check(TRAINED_CHECK, "3.3", 1),
        kit.author(OTHERS_WRONG, "wrong-too"),
        kit.written("### BEGIN SOLUTION\nBecause of the chain rule.\n### END SOLUTION"),
        **settings,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    made = release.make_release(whole_set(tmp_path_factory.mktemp("course")))
    release.write(made)
    return made


def source_of(notebook, name):
    return next(cell.source for cell in notebook.cells if cell.id == name)


def test_learners_get_the_notebook_without_solutions_authors_cells_and_outputs(made):
    notebook = nbformat.read(made.notebook_path, as_version=4)
    ids = [cell.id for cell in notebook.cells]
    assert ids[:6] == ["setup", "title", "answer-e3-1", "check-e3-1", "use-slope", "answer-e3-2"]
    assert "wrong" not in ids
    assert source_of(notebook, "answer-e3-1").endswith("raise NotImplementedError  # your code here")
    assert source_of(notebook, "answer-e3-2") == "def fixed(x):\n    return -x"
    assert source_of(notebook, "answer-e3-3") == "w = ...  # your answer here"
    assert source_of(notebook, "why") == "*Your answer here.*"
    assert all(
        cell.outputs == [] and cell.execution_count is None
        for cell in notebook.cells
        if cell.cell_type == "code"
    )
    assert notebook.cells[3].metadata == kit.meta("check-3-1", grade=True, locked=True, points=2)


def test_nothing_of_a_solution_is_in_what_learners_get(made):
    text = made.notebook_path.read_text() + made.expected_path.read_text()
    for secret in ("SOLUTION", "misconception(", "upstream * x", "chain rule", "x / (1", "2.0])"):
        assert secret not in text


def test_what_is_recorded_is_read_by_a_check(made):
    recorded = expected.read(made.expected_path)
    assert (recorded.name, recorded.seeds) == (kit.NAME, (101, 102, 103))
    assert recorded.fingerprint == expected.fingerprint()
    slope, fixed, trained = recorded.exercises.values()
    assert (slope.points, slope.kind, slope.answers) == (2, "function", ("slope",))
    assert tuple(slope.values) == recorded.seeds
    for seed, values in slope.values.items():
        _, x, upstream = np.random.default_rng(seed).normal(size=3)
        assert values == {"∂L/∂w": np.array(upstream * x)}
    assert [each.sentence for each in slope.misconceptions] == [
        "That is the slope by x.",
        "Multiply by the upstream gradient.",
    ]
    np.testing.assert_array_equal(2 * fixed.untouched[101]["y"], -fixed.values[101]["y"])
    assert trained.values == {}  # a judge looks at them


def test_values_with_one_seed_stand_on_one_line(made):
    lines = made.expected_path.read_text().splitlines()
    assert sum('"data"' in line for line in lines) == 3 * (1 + 2 + 1 + 2 + 2 + 1)
    assert json.loads("\n".join(lines))["schema"] == 1


def test_a_second_release_is_the_same_and_not_stale(made):
    again = release.make_release(made.solution.path)
    assert (again.notebook, again.expected) == (made.notebook, made.expected)
    assert list(release.stale(again)) == []


@pytest.fixture
def copied(made, tmp_path):
    """The release, in a folder where it may be spoilt."""
    whole_set(tmp_path)
    copy = release.Release(
        release.load_solution(tmp_path / "solutions" / f"{kit.NAME}.ipynb"), made.notebook, made.expected
    )
    release.write(copy)
    return copy


def changed(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_notebook_is_stale_by_one_byte(copied):
    with copied.notebook_path.open("a") as file:
        file.write("\n")
    assert list(release.stale(copied)) == [copied.notebook_path]


def test_a_number_is_stale_by_tolerance_and_rounding_leaves_the_file(copied):
    number = json.loads(copied.expected)["exercises"]["3.1"]["values"][0][0]["data"][0]
    changed(copied.expected_path, repr(number), repr(number * (1 + 1e-9)))
    before = copied.expected_path.read_bytes()
    assert list(release.stale(copied)) == []
    release.write(copied)
    assert copied.expected_path.read_bytes() == before
    changed(copied.expected_path, repr(number * (1 + 1e-9)), repr(number * (1 + 1e-4)))
    assert list(release.stale(copied)) == [copied.expected_path]
    release.write(copied)
    assert copied.expected_path.read_text() == copied.expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"points": 2', '"points": 3'),
        ('"seeds": [101', '"seeds": [7'),
        ("by x.", "by y."),
        ('"shape": []', '"shape": [1]'),
        ('"name": "∂L/∂w"', '"name": "∂L/∂x"'),
        ('"schema": 1,', ""),
        ("{", ""),
    ],
)
def test_whatever_else_is_recorded_is_stale_when_it_differs(old, new, copied):
    changed(copied.expected_path, old, new)
    assert list(release.stale(copied)) == [copied.expected_path]


def test_a_write_that_fails_leaves_what_was_there_and_nothing_beside_it(tmp_path, monkeypatch):
    def full(*_):
        raise OSError("no space left on device")

    release.put(tmp_path / "old.json", "old")
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space"):
        release.put(tmp_path / "old.json", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"old.json": "old"}


def test_what_is_missing_is_stale_and_what_comes_from_nothing_is_an_orphan(copied):
    copied.notebook_path.unlink()
    copied.expected_path.rename(copied.expected_path.with_name("04-gone.json"))
    assert list(release.stale(copied)) == [copied.notebook_path, copied.expected_path]
    gone = copied.expected_path.with_name("04-gone.json")
    assert list(release.orphans([copied.solution.path])) == [gone]


def test_a_solution_outside_an_answer_cell_is_refused(tmp_path):
    leak = kit.given("### BEGIN SOLUTION\nk = 1\n### END SOLUTION", id="leak")
    with pytest.raises(ReleaseError, match="cell 'leak' holds a solution but is no answer cell"):
        release.make_release(kit.saved(tmp_path, *kit.slope_exercise(), leak))


def test_a_line_that_is_still_to_be_written_never_reaches_a_learner(tmp_path):
    todo = kit.prose("# Made up\n\nTODO(author): say what it is about")
    with pytest.raises(
        ReleaseError, match=r"cell 'prose', line 3 is still to be written: TODO\(author\): say"
    ):
        release.make_release(kit.saved(tmp_path, todo, *kit.slope_exercise()))


def test_an_exercise_that_knows_one_mistake_is_refused_with_all_else_that_is_wrong(tmp_path):
    one = 'misconception("3.1", "That is the slope by x.", slope=lambda w, x, upstream: upstream * x)'
    with pytest.raises(ReleaseError) as refused:
        release.make_release(kit.saved(tmp_path, *kit.slope_exercise()[:2], kit.author(one)))
    few, passes = refused.value.reasons
    assert few.startswith("exercise 3.1 has 1 misconceptions, expected 2 or more")
    assert "“That is the slope by x.” passes" in passes


def test_a_choice_between_two_knows_one_mistake_and_not_none(tmp_path):
    check = '@check("3.2", points=0, kind="choice")\ndef _(rng):\n    return {"choice": "ab".index(choice)}'
    cells = [
        kit.answer('### BEGIN SOLUTION\nchoice = "a"\n### END SOLUTION', "3.2"),
        kit.check(check, "3.2", 0),
    ]
    with pytest.raises(ReleaseError, match=r"exercise 3\.2 has 0 misconceptions, expected 1 or more"):
        release.make_release(kit.saved(tmp_path, *kit.slope_exercise(), *cells))
    cells.append(kit.author('misconception("3.2", "It is the other one.", choice="b")', "wrong-too"))
    assert '"3.2"' in release.make_release(kit.saved(tmp_path, *kit.slope_exercise(), *cells)).expected


def test_a_notebook_outside_solutions_is_refused(tmp_path):
    path = kit.saved(tmp_path).rename(tmp_path / "03-made-up.ipynb")
    with pytest.raises(ReleaseError, match="not in a folder named 'solutions'"):
        release.make_release(path)


def test_the_example_for_contributors_is_released_as_it_stands(tmp_path):
    page = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example = re.search(r"```py\n(# first cell\n.*?)```", page, re.DOTALL)[1]
    cells = [cell.strip() for cell in re.split(r"^# .* cell.*\n", example, flags=re.MULTILINE)[1:]]
    setup, answer, check, author, given, last = cells
    path = kit.saved(tmp_path, kit.answer(answer), kit.check(check), kit.author(author), kit.given(given))
    text = path.read_text().replace(kit.NAME, "03-spreadsheet")
    path = path.rename(path.with_name("03-spreadsheet.ipynb"))
    path.write_text(text)
    assert (setup, last) == (kit.SETUP.replace(kit.NAME, "03-spreadsheet"), "summary()")
    recorded = json.loads(release.make_release(path).expected)["exercises"]["3.1"]
    assert len(recorded["misconceptions"]) == 2


def test_a_mistake_with_a_name_is_recorded_with_it(tmp_path):
    named = kit.author(kit.SLOPE_WRONG.replace('slope by x.")', 'slope by x.", slug="factors-swapped")'))
    made = release.make_release(kit.saved(tmp_path, *kit.slope_exercise()[:2], named))
    release.write(made)
    one, other = expected.read(made.expected_path).exercises["3.1"].misconceptions
    assert (one.slug, other.slug) == ("factors-swapped", "")


def test_so_is_the_example_of_a_learners_own_test(tmp_path):
    page = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example = re.search(r"```py\n(# answer cell: grade_id \"answer-6-2\".*?)```", page, re.DOTALL)[1]
    cells = [cell.strip() for cell in re.split(r"^# .* cell.*\n", example, flags=re.MULTILINE)[1:]]
    answer, check, author = (cell.replace("6.2", "3.2") for cell in cells)
    author = f"from backproplab.authoring import misconception, reply\n{author}"
    tools, *_ = kit.judge_exercise()
    path = kit.saved(
        tmp_path, tools, kit.answer(answer, "3.2"), kit.check(check, "3.2", 3), kit.author(author)
    )
    recorded = json.loads(release.make_release(path).expected)["exercises"]["3.2"]
    assert list(recorded["replies"]) == [each["name"] for each in recorded["values"][0]]


def test_a_learners_test_comes_with_its_replies_and_its_faults_are_folded(tmp_path):
    made = release.make_release(kit.saved(tmp_path, *kit.slope_exercise(), *kit.judge_exercise()))
    recorded = json.loads(made.expected)["exercises"]["3.2"]
    assert recorded["kind"] == "tests"
    assert recorded["replies"]["catches a missing mask"] == "Does any of your inputs make `x` negative?"
    assert "reply(" not in made.notebook
    checks = {cell.id: cell for cell in nbformat.reads(made.notebook, as_version=4).cells}
    assert checks["check-e3-2"].metadata.jupyter == {"source_hidden": True}
    assert "jupyter" not in checks["check-e3-1"].metadata

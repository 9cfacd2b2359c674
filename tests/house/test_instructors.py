"""The instructor's guide states the minutes and points of today's lessons and sets."""

import json
import re
import shlex
from pathlib import Path

import pytest

from backproplab import cli
from backproplab.authoring.assignment import load_solution
from backproplab.grading.book.rules import check_names, read_rules

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in GUIDE.split("## Where people")[0].splitlines()
    if re.match(r"\| \d", line)
]
SETS = {path.stem for path in (ROOT / "solutions").glob("*.ipynb")}


def stem(row):
    return Path(re.search(r"\((.*)\)", row[1])[1]).stem


def minutes(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return re.search(r"\*About (\d+) minutes", "".join(cells[0]["source"]))[1]


def stated(name):
    """The minutes of a lesson and of its set, and the points of the set, as the course states them."""
    exercises = load_solution(ROOT / "solutions" / f"{name}.ipynb").exercises
    points = f"{sum(each.points for each in exercises):g}"
    if name.startswith("capstone"):
        return ["", "minutes", points]
    return [minutes(ROOT / folder / f"{name}.ipynb") for folder in ("notebooks", "exercises")] + [points]


def linked(name):
    """The second cell of a row: a lesson's number, or a capstone's, with a link."""
    if name.startswith("capstone"):
        return f"[C{name.removeprefix('capstone-')}](exercises/{name}.ipynb)"
    return f"[{name[:2]}](notebooks/{name}.ipynb)"


def test_every_set_has_a_week():
    missing = SETS - set(map(stem, ROWS))
    rows = [f"| week | {linked(name)} | What it is for | {' | '.join(stated(name))} |" for name in missing]
    assert not missing, "\n".join(["add to INSTRUCTORS.md, in the plan by weeks:", *sorted(rows)])
    assert sorted(map(stem, ROWS)) == sorted(SETS)
    assert [int(row[0]) for row in ROWS] == sorted(int(row[0]) for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=stem)
def test_minutes_and_points_are_those_that_are_stated(row):
    name = stem(row)
    found = stated(name)
    if name.startswith("capstone"):  # their minutes are said in words
        assert row[5] == found[2]
    else:
        assert row[3:] == found, f"the row of {name} in INSTRUCTORS.md states {row[3:]}; write {found}"


def blocks(kind):
    pages = [GUIDE, (ROOT / "README.md").read_text(encoding="utf-8")]
    return [block for page in pages for block in re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)]


COMMANDS = [
    line
    for block in blocks("sh")
    for line in block.splitlines()
    if re.match("backproplab (alike|grade|mark|release)", line)
]


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_of_an_instructor_is_one(line):
    given = cli._parser().parse_args(shlex.split(line, comments=True)[1:])
    assert given.verb in ("alike", "grade", "gradebook", "gradescope", "mark", "release")


@pytest.mark.parametrize("text", blocks("toml"))
def test_the_rules_that_are_shown_are_rules(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    rules = read_rules(path)
    assert (rules.free_days, rules.percent_per_day) == (3, 10)
    check_names(rules, SETS, {"3.1"}, {"ada", "eve"})

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


def test_every_set_has_a_week():
    assert sorted(map(stem, ROWS)) == sorted(SETS)
    assert [int(row[0]) for row in ROWS] == sorted(int(row[0]) for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=stem)
def test_minutes_and_points_are_those_that_are_stated(row):
    name = stem(row)
    points = sum(each.points for each in load_solution(ROOT / "solutions" / f"{name}.ipynb").exercises)
    assert float(row[5]) == points
    if not name.startswith("capstone"):
        assert row[3] == minutes(ROOT / "notebooks" / f"{name}.ipynb")
        assert row[4] == minutes(ROOT / "exercises" / f"{name}.ipynb")


def blocks(kind):
    pages = [GUIDE, (ROOT / "README.md").read_text(encoding="utf-8")]
    return [block for page in pages for block in re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)]


COMMANDS = [
    line
    for block in blocks("sh")
    for line in block.splitlines()
    if re.match("backproplab (grade|release)", line)
]


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_of_an_instructor_is_one(line):
    given = cli._parser().parse_args(shlex.split(line, comments=True)[1:])
    assert given.verb in ("grade", "gradebook", "gradescope", "release")


@pytest.mark.parametrize("text", blocks("toml"))
def test_the_rules_that_are_shown_are_rules(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    rules = read_rules(path)
    assert (rules.free_days, rules.percent_per_day) == (3, 10)
    check_names(rules, SETS, {"3.1"}, {"ada", "eve"})

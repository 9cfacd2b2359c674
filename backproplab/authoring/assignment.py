"""A solution notebook, read: its exercises, and the assignment that a grader runs."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from backproplab.marking import ids
from backproplab.marking.exercise import KINDS, MANUAL, PRACTICE, Shape
from backproplab.sandbox.protocol import Assignment, Check

from .author_cells import AnswerVariant, Reply, answer_variants, replies
from .cells import Cell, Role, answer_names, nodes_of, read_cell
from .errors import ReleaseError
from .stubs import stub_code, stub_text


@dataclass(frozen=True)
class ExerciseInfo:
    """One exercise, as its author wrote it."""

    id: str
    """"3.2"; for an answer that a human marks, its grade_id."""
    points: float
    kind: str
    """One of `KINDS`, or `MANUAL` for an answer that a human marks."""
    answers: tuple[str, ...] = ()
    """The names that the exercise asks for."""
    answer: str = ""
    """Source of the answer cell, solution and markers included."""
    stub: str = ""
    """Source of the answer cell as released."""
    check: str = ""
    """Source of the check cell."""
    check_cell: str = ""
    """Id of the check cell."""
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    """Of trained numbers."""
    accept: str = ""
    """The expression that judges trained numbers; its names are those of the given cells."""
    misconceptions: tuple[AnswerVariant, ...] = ()
    alternatives: tuple[AnswerVariant, ...] = ()
    replies: Mapping[str, str] = field(default_factory=dict)
    """What is said of a learner's test, by named value, where it does not do what it should."""
    title: str = ""
    """What the heading above it says: "The output unit" of "## 3.2 · The output unit"; "" without one."""
    prompt: str = ""
    """The prose right above the answer, for whoever marks it by hand."""
    model: str = ""
    """The author's own answer, for the same."""


@dataclass(frozen=True)
class Solution:
    """A solution notebook, read and found well-formed."""

    path: Path
    cells: tuple[Cell, ...]
    exercises: tuple[ExerciseInfo, ...]

    @property
    def name(self) -> str:
        """The name of the set: "03-spreadsheet"."""
        return self.path.stem

    @property
    def assignment(self) -> Assignment:
        """What is handed out, as the sandbox needs it: no solution in it."""
        given = tuple(cell.source for cell in self.cells if cell.role is Role.GIVEN)
        checks = tuple(Check(each.id, each.check, each.answers) for each in self.exercises if each.check)
        return Assignment(self.name, given, checks)


def load_solution(path: Path) -> Solution:
    """Read a solution notebook. ReleaseError, with every reason found, where its form is not as agreed."""
    reasons: list[str] = []
    cells: list[Cell] = []
    tried: list[AnswerVariant] = []
    sentences: list[Reply] = []
    for node in nodes_of(path):
        try:
            cells.append(read_cell(node))
            if cells[-1].role is Role.AUTHOR:
                tried += answer_variants(cells[-1])
                sentences += replies(cells[-1])
        except ReleaseError as refused:
            reasons += refused.reasons
    reasons += _order_faults(cells, path.stem)
    exercises: list[ExerciseInfo] = []
    for check in (cell for cell in cells if cell.role in (Role.CHECK, Role.WRITTEN)):
        try:
            exercises.append(
                _exercise(check, cells, tried, sentences) if check.exercise else _manual_exercise(check)
            )
        except ReleaseError as refused:
            reasons += refused.reasons
    reasons += _name_faults(exercises, cells, tried)
    reasons += _reply_faults(exercises, sentences)
    if reasons:
        raise ReleaseError(*reasons)
    titles = _titles(cells)
    titled = tuple(
        replace(each, title=titles.get(each.id, ""), prompt=_prompt(each, cells)) for each in exercises
    )
    return Solution(path, tuple(cells), titled)


def _prompt(exercise: ExerciseInfo, cells: list[Cell]) -> str:
    """Return the prose that stands between an answer and the code or the answer before it."""
    place = next((at for at, cell in enumerate(cells) if _answers(cell, exercise)), 0)
    first = place
    while first and cells[first - 1].role is Role.PROSE:
        first -= 1
    return "\n\n".join(cell.source for cell in cells[first:place])


def _answers(cell: Cell, exercise: ExerciseInfo) -> bool:
    if exercise.kind == MANUAL:
        return cell.role is Role.WRITTEN and _question(cell) == exercise.id
    return cell.role is Role.ANSWER and cell.exercise == exercise.id


def _titles(cells: list[Cell]) -> dict[str, str]:
    """Return the title of each exercise that has a heading, such as `## 3.2 · The output unit`."""
    prose = "\n".join(cell.source for cell in cells if cell.role is Role.PROSE)
    return dict(re.findall(r"^#+\s+(C?\d+\.\d+)\s+·\s+(.*\S)", prose, re.MULTILINE))


def _order_faults(cells: list[Cell], name: str) -> Iterator[str]:
    """Yield what is wrong with the cells as a whole: their number, their order, their set."""
    order = {
        role: [cell.exercise for cell in cells if cell.role is role] for role in (Role.ANSWER, Role.CHECK)
    }
    for role, exercises in order.items():
        for exercise, times in Counter(exercises).items():
            if times > 1:
                yield f"exercise {exercise} has {times} {role.value} cells, expected 1; rename the others"
    for exercise in sorted(set(order[Role.ANSWER]) ^ set(order[Role.CHECK]), key=ids.order):
        missing = Role.CHECK if exercise in order[Role.ANSWER] else Role.ANSWER
        grade_id = ids.grade_id(missing.value, exercise)
        yield f"exercise {exercise} has no {missing.value} cell; add one with grade_id '{grade_id}'"
    position = {(cell.role, cell.exercise): index for index, cell in enumerate(cells)}
    for exercise in set(order[Role.ANSWER]) & set(order[Role.CHECK]):
        if position[Role.CHECK, exercise] < position[Role.ANSWER, exercise]:
            yield f"exercise {exercise}: its check stands above its answer; move the check below"
    opened = [name for cell in cells if cell.role is Role.GIVEN for name in _opened_sets(cell.source)]
    if opened != [name]:
        found = opened or "nothing"
        yield f'given cells call check_set with {found}; write check_set("{name}") once, at the top'


def _opened_sets(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="check_set"), args=[ast.Constant(value=str(name))]):
                yield name
            case _:
                pass


def _manual_exercise(cell: Cell) -> ExerciseInfo:
    points = float(cell.node["metadata"]["nbgrader"].get("points", 0))
    stub = stub_text(cell.source)
    return ExerciseInfo(_question(cell), points, MANUAL, stub=stub, model=cell.source)


def _question(cell: Cell) -> str:
    """Return what an answer that a human marks is called: its grade_id."""
    return str(cell.node["metadata"]["nbgrader"].get("grade_id", cell.id))


def _exercise(
    check: Cell, cells: list[Cell], tried: list[AnswerVariant], replies: list[Reply]
) -> ExerciseInfo:
    call = _check_call(check)
    words = {keyword.arg: keyword.value for keyword in call.keywords}
    kind, points = _literal(words, "kind", "function", check), _literal(words, "points", 1, check)
    shapes = _literal(words, "shapes", {}, check) or {}
    faults = list(_check_faults(check, kind, points, is_judged="accept" in words and bool(shapes)))
    answer = next((c for c in cells if c.role is Role.ANSWER and c.exercise == check.exercise), None)
    stub = ""
    if answer:
        try:
            stub = stub_code(answer.source)
        except ReleaseError as refused:
            faults += (f"answer cell '{answer.id}', {reason}" for reason in refused.reasons)
        if not answer_names(answer.source):
            faults.append(f"answer cell '{answer.id}' defines no name; bind the answer to one")
    if faults:
        raise ReleaseError(*(f"cell '{check.id}' (exercise {check.exercise}): {fault}" for fault in faults))
    mine = [each for each in tried if each.exercise == check.exercise]
    return ExerciseInfo(
        id=check.exercise,
        points=points,
        kind=kind,
        answers=answer_names(answer.source) if answer else (),
        answer=answer.source if answer else "",
        model=answer.source if answer else "",
        stub=stub,
        check=check.source,
        check_cell=check.id,
        shapes={name: tuple(shape) for name, shape in shapes.items()},
        accept=ast.unparse(words["accept"]) if kind == "trained" else "",
        misconceptions=tuple(each for each in mine if each.sentence),
        alternatives=tuple(each for each in mine if not each.sentence),
        replies={each.value: each.sentence for each in replies if each.exercise == check.exercise},
    )


def _check_faults(check: Cell, kind: str, points: float, *, is_judged: bool) -> Iterator[str]:
    marked = check.node["metadata"]["nbgrader"].get("points")
    if points != marked:
        yield f"points={points} in the check, {marked} in the cell's metadata; write the same in both"
    if kind not in KINDS:
        yield f"kind {kind!r}; expected one of {', '.join(KINDS)}"
    if kind in PRACTICE and points:
        yield f"a {kind} is for practice, and its answer is recorded; write points=0 in both places"
    if (kind == "trained") != is_judged:
        yield "kind='trained', shapes={…} and accept=… go together; give all of them or none"


def _check_call(cell: Cell) -> ast.Call:
    match ast.parse(cell.source).body:
        case [
            ast.FunctionDef(
                decorator_list=[
                    ast.Call(func=ast.Name(id="check"), args=[ast.Constant(value=cell.exercise)]) as call
                ]
            )
        ]:
            return call
        case _:
            raise ReleaseError(
                f"cell '{cell.id}' must hold one function and nothing else, under "
                f'@check("{cell.exercise}", points=…); move the rest to a given cell'
            )


def _literal(words: Mapping[str | None, ast.expr], name: str, default: object, cell: Cell) -> Any:
    try:
        return ast.literal_eval(words[name]) if name in words else default
    except ValueError:
        written = ast.unparse(words[name])
        raise ReleaseError(f"cell '{cell.id}': {name}={written} must be written out, without names") from None


def _reply_faults(exercises: list[ExerciseInfo], replies: list[Reply]) -> Iterator[str]:
    """Yield what is wrong with the replies: they belong to tests, one to each named value."""
    kinds = {each.id: each.kind for each in exercises}
    for each in replies:
        if kinds.get(each.exercise) != "tests":
            yield f"cell '{each.cell}': {each.exercise} is no exercise of kind 'tests'; reply to such alone"
    for (exercise, value), times in Counter((each.exercise, each.value) for each in replies).items():
        if times > 1:
            yield f"exercise {exercise} has {times} replies to “{value}”, expected 1; drop the others"


def _name_faults(
    exercises: list[ExerciseInfo], cells: list[Cell], tried: list[AnswerVariant]
) -> Iterator[str]:
    """Yield what is wrong with the names: bound twice, or got wrong though nobody asks for them."""
    owner: dict[str, str] = {}
    for exercise in exercises:
        for name in exercise.answers:
            if name in owner:
                yield f"exercises {owner[name]} and {exercise.id} both bind '{name}'; rename it in one"
            owner[name] = exercise.id
    for cell in cells:
        if cell.role is Role.GIVEN:
            for name in set(answer_names(cell.source)) & set(owner):
                yield f"cell '{cell.id}' binds '{name}', the answer of {owner[name]}; rename it there"
    for each in tried:
        if foreign := [name for name in each.names if owner.get(name) != each.exercise]:
            yield (
                f"cell '{each.cell}': '{foreign[0]}' is no answer of exercise {each.exercise}; name what its "
                "answer cell binds"
            )

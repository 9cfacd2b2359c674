"""What values earn: shared points, all seeds or nothing, and sentences for known mistakes."""

import json
from dataclasses import replace

import numpy as np
import pytest

from backproplab.check.result import run_check
from backproplab.grading.exercises import REFUSED_HERE, STOPPED_HERE, ExerciseGrade, grade_exercise
from backproplab.grading.remarks import DIFFERS_HERE
from backproplab.marking.exercise import CheckSpec, Exercise, Misconception
from backproplab.marking.expected import ExerciseSet, fingerprint
from backproplab.marking.rows import AS_HANDED_OUT, Row
from backproplab.marking.verdict import Status
from backproplab.sandbox.protocol import Outcome

SEEDS, PUBLIC = (1, 2), (101,)
EVERY = (*PUBLIC, *SEEDS)
RIGHT = {(seed, name): np.array(float(seed * size)) for seed in EVERY for name, size in (("a", 1), ("b", 10))}
SWAPPED = {(seed, name): RIGHT[seed, "b" if name == "a" else "a"] for seed, name in RIGHT}


def by_seed(values):
    return {seed: {name: values[each, name] for each, name in values if each == seed} for seed in EVERY}


def exercise(values, points=4, kind="function", **more):
    return Exercise("3.2", points, kind, answers=("a", "b"), values=by_seed(values), **more)


EXERCISE = exercise(RIGHT, misconceptions=(Misconception("They are swapped.", by_seed(SWAPPED)),))


def outcome(values, errors=()):
    return Outcome({("3.2", *key): value for key, value in values.items()}, dict(errors))


def refused(*_):
    raise AssertionError("nothing here is trained")


def grade(values, errors=(), exercise=EXERCISE, judge=refused, edited=False, shown=None, **answer):
    """Grade values; `shown` is what came of the public inputs, where that is something else."""
    both = outcome(values, errors)
    return grade_exercise(
        exercise, both, shown=shown or both, seeds=SEEDS, public=PUBLIC, judge=judge, edited=edited, **answer
    )


def verdict(*args, **options):
    return grade(*args, **options).verdict


def test_right_values_earn_all_points():
    found = verdict(RIGHT)
    assert (found.earned, found.status, found.misconception) == (4, Status.RIGHT, None)


def test_points_are_shared_over_named_values():
    found = verdict(RIGHT | {(2, "b"): np.array(7.0)})
    assert (found.earned, found.status) == (2, Status.PARTLY)
    assert found.passed == {"a": True, "b": False}


def test_three_shares_add_up_to_the_whole():
    values = {(seed, name): np.array(1.0) for seed in EVERY for name in "abc"}
    assert verdict(values, exercise=exercise(values, points=2)).earned == 2


@pytest.mark.parametrize(
    "wrong",
    [
        np.array([1.0]),
        np.array(1.0 + 1e-4),
        np.array(np.nan),
        np.array(np.inf),
        np.array([[1.0]]),
        np.array([]),
    ],
)
def test_a_value_must_agree_on_every_seed_in_shape_and_number(wrong):
    assert verdict(RIGHT | {(1, "a"): wrong}).earned == 2


def test_a_public_seed_decides_nothing():
    assert verdict(RIGHT | {(101, "a"): np.array(9.0)}).earned == 4
    assert verdict({key: value for key, value in RIGHT.items() if key[0] == 101}).earned == 0


def test_a_value_that_the_solution_does_not_have_earns_nothing():
    assert verdict({(seed, "c"): np.array(0.0) for seed in EVERY}).earned == 0
    other = Outcome({("9.9", *key): value for key, value in RIGHT.items()})
    found = grade_exercise(EXERCISE, other, shown=other, seeds=SEEDS, public=PUBLIC, judge=refused)
    assert found.verdict.earned == 0


def test_a_misconception_must_match_everywhere():
    assert verdict(SWAPPED).misconception == "They are swapped."
    assert verdict(SWAPPED | {(2, "b"): np.array(3.0)}).misconception is None
    assert verdict({key: value for key, value in SWAPPED.items() if key != (1, "a")}).misconception is None


@pytest.mark.parametrize("error", ["NotImplementedError", "Ellipsis: w is still to be filled in"])
def test_a_stub_was_not_attempted(error):
    found = verdict({}, {"3.2": error})
    assert (found.status, found.earned) == (Status.NOT_ATTEMPTED, 0)
    assert verdict({}, {"3.2": error}, edited=True).status is Status.NOT_YET


def test_another_error_is_a_wrong_answer_that_says_why():
    found = grade({}, {"3.2": "ZeroDivisionError: division by zero [in f, line 2 of cell 3]"})
    assert found.verdict.status is Status.NOT_YET
    assert found.note == "3.2 stopped in f, line 2: ZeroDivisionError: division by zero"
    assert found.error == "ZeroDivisionError: division by zero"
    assert (
        grade({}, {"3.2": "TypeError: of the check"}).note
        == "3.2 stopped in the check: TypeError: of the check"
    )


def test_the_line_is_marked_in_the_cell_that_stopped_and_in_no_other():
    cells = [(3, "def f(x):\n    return 1 / 0"), (4, "b = f(1)\n")]
    found = grade({}, {"3.2": "ZeroDivisionError: by zero [in f, line 2 of cell 3]"}, code=cells)
    assert [cell.failed for cell in found.code] == [2, 0]
    assert [cell.failed for cell in grade({}, {"3.2": "ZeroDivisionError: by zero"}, code=cells).code] == [
        0,
        0,
    ]


def test_a_cell_that_is_no_python_is_told_and_marked():
    fault = "line 2: type * for × (invalid character)"
    found = grade({}, {"3.2": "SyntaxError: invalid"}, code=[(3, "a = 1\nb = 2 × 3")], fault=fault)
    assert found.note.startswith(
        "Your last cell for `a` and `b` did not run to its end, since Python cannot read it: line 2"
    )
    assert found.error == "SyntaxError: type * for × (invalid character)"
    assert found.code[0].failed == 2


@pytest.mark.parametrize(
    ("error", "note"),
    [
        (
            "NotImplementedError [in f, line 3 of cell 1]",
            "3.2 came to the line with NotImplementedError in f, line 3",
        ),
        ("Ellipsis: a is still to be filled in", "Still to be filled in: `a` and `b`."),
        ("NameError: name 'a' is not defined", "Still without a value: `a`."),
        ("NameError: name 'np' is not defined", "3.2 stopped in the check: NameError"),
        ("Stopped: the answer's cell took too long", "Stopped: the answer's cell took too long."),
        ("a has 12 MB; at most 8 are read", "a has 12 MB; at most 8 are read."),
    ],
)
def test_what_went_wrong_is_said_as_it_is(error, note):
    assert grade({}, {"3.2": error}, edited=True).note.startswith(note)


def test_a_value_that_is_no_array_is_told_in_its_row():
    given = {key: value for key, value in RIGHT.items() if key[1] == "b"}
    found = grade(given, {"3.2": "a: TypeError: got a str, expected a number"})
    assert [(row.name, row.ok, row.finding) for row in found.rows] == [
        ("a", False, "got a str, expected a number"),
        ("b", True, "matches"),
    ]
    assert (found.note, found.error) == ("", "")


def test_code_that_gives_what_was_handed_out_is_told_so():
    untouched = RIGHT | {(seed, "b"): np.array(0.0) for seed in EVERY}
    found = grade(untouched, exercise=exercise(RIGHT, kind="fix", untouched=by_seed(untouched)), edited=True)
    assert found.note == AS_HANDED_OUT


@pytest.mark.parametrize("kind", ["function", "choice", "hand"])
def test_a_page_has_the_rows_and_the_sentence_of_the_learners_own_card(kind):
    wrong = {key: np.array([0.0, 5.0]) for key in RIGHT}
    asked = exercise(RIGHT, kind=kind, misconceptions=(Misconception("A comma.", by_seed(wrong)),))
    public = replace(asked, answers=(), values={seed: asked.values[seed] for seed in PUBLIC})
    spec = CheckSpec("3.2", lambda rng: {name: wrong[PUBLIC[0], name] for name in "ab"})
    card = run_check(spec, public, ExerciseSet("03-x", fingerprint(), PUBLIC, {"3.2": public}), edited=True)
    page = grade(wrong, exercise=asked)
    assert page.rows == card.rows
    assert page.verdict.misconception == card.note == "A comma."


def test_a_value_that_differs_on_hidden_inputs_alone_is_told_so():
    found = grade(RIGHT | {(1, "a"): np.array(7.0)})
    assert [(row.ok, row.finding) for row in found.rows] == [(False, DIFFERS_HERE), (True, "matches")]


def test_an_error_on_hidden_inputs_tells_nothing_of_them():
    for error in ("ValueError: got x = 0.123", "x_is_0123: ", "Stopped: 0123"):
        assert grade({}, {"3.2": error}, shown=outcome(RIGHT)).note == STOPPED_HERE


def test_words_and_values_come_from_the_public_inputs_alone():
    told = outcome({(101, "a"): np.array(77.0), (1, "a"): np.array(88.0)}, {"3.2": "ValueError: of mine"})
    found = grade(RIGHT, {"3.2": "ValueError: of yours"}, shown=told)
    assert (found.verdict.earned, found.note) == (4, "3.2 stopped in the check: ValueError: of mine")
    wrong = SWAPPED | {(2, "b"): np.array(3.0)}
    told = outcome({(101, "a"): np.array(77.0), (101, "b"): np.array(76.0), (1, "a"): np.array(88.0)})
    assert [row.yours for row in grade(wrong, shown=told).rows] == ["77", "76"]


def test_values_on_hidden_inputs_decide_and_are_not_shown():
    found = grade(SWAPPED, shown=outcome(RIGHT))
    assert found.verdict.misconception == "They are swapped."
    assert [(row.ok, row.finding) for row in found.rows] == [(False, DIFFERS_HERE)] * 2
    assert not grade(RIGHT, shown=Outcome()).rows


def test_code_to_be_fixed_earns_nothing_as_it_is_handed_out():
    untouched = RIGHT | {(seed, "b"): np.array(0.0) for seed in EVERY}
    broken = exercise(RIGHT, kind="fix", untouched=by_seed(untouched))
    found = verdict(untouched, exercise=broken)
    assert (found.status, found.earned) == (Status.NOT_ATTEMPTED, 0)
    found = verdict(untouched, exercise=broken, edited=True)
    assert (found.status, found.earned) == (Status.NOT_YET, 0)
    assert verdict(RIGHT, exercise=broken).earned == 4


def test_a_value_that_nobody_asked_for_does_not_hide_code_as_it_was_handed_out():
    untouched = RIGHT | {(seed, "b"): np.array(0.0) for seed in EVERY}
    broken = exercise(RIGHT, kind="fix", untouched=by_seed(untouched))
    forged = untouched | {(seed, "forged"): np.array(1.0) for seed in EVERY}
    assert verdict(forged, exercise=broken).earned == 0


def test_only_values_on_public_seeds_are_shown():
    found = grade(SWAPPED)
    assert (found.rows[0].yours, found.rows[0].finding) == ("1010", "10 times what was expected")


def test_a_wrong_choice_is_not_told_how_far_off_it_is():
    values = {(seed, "choice"): np.array(2.0) for seed in EVERY}
    found = grade({key: np.array(3.0) for key in values}, exercise=exercise(values, kind="choice"))
    assert found.rows[0].finding == "not this one"


def test_a_huge_array_is_shown_in_part():
    values = {(seed, "a"): np.ones((1000, 1000)) for seed in EVERY}
    truth = {key: np.zeros((1000, 1000)) for key in values}
    assert len(grade(values, exercise=exercise(truth)).rows[0].yours) <= 100


@pytest.mark.parametrize("shape", [(2,) * 5, (2,) * 16, (1, 1, 1, 1, 65_536), (1,) * 16, (9,) * 4])
def test_what_a_record_keeps_of_a_value_is_short_however_many_axes_it_has(shape):
    values = {(seed, name): np.full(shape, -1.2345e-300) for seed in EVERY for name in ("a", "b")}
    found = grade(values, exercise=exercise(RIGHT), code=[(1, "x" * 4000)])
    assert len(json.dumps(found.evidence())) < 10_000
    assert all(len(row.yours) < 1000 for row in found.rows)
    shown = grade(values, exercise=exercise({key: 0 * value for key, value in values.items()}))
    assert all("-1.234e-300" in row.yours and len(row.yours) < 1000 for row in shown.rows)


def test_a_text_of_the_students_own_is_cut_in_the_record():
    long = ExerciseGrade(
        verdict({}), rows=(Row("a", "1" * 10**6, "", False, "2" * 10**6),), error="3" * 10**6
    )
    assert len(json.dumps(long.evidence())) < 10_000
    name, yours, finding = long.evidence()["wrong"][0]
    assert (name, yours[:2], yours[-1], finding[-1]) == ("a", "11", "…", "…")


@pytest.mark.parametrize(
    ("edited", "status"),
    [(True, Status.BY_HAND), (None, Status.BY_HAND), (False, Status.NOT_ATTEMPTED)],
)
def test_free_text_is_left_to_a_person_but_where_nobody_wrote_any(edited, status):
    found = verdict({}, exercise=Exercise("essay", 3, "manual"), edited=edited)
    assert (found.status, found.points, found.earned) == (status, 3, 0)


TRAINED = Exercise("3.2", 3, "trained", ("w",), shapes={"w": (2,)}, accept="judge")


def trained(array):
    return {(seed, "w"): np.asarray(array) for seed in EVERY}


def test_trained_numbers_count_if_accepted_on_every_seed():
    asked = []
    found = verdict(trained([1.0, 2.0]), exercise=TRAINED, judge=lambda *seen: asked.append(seen) or "")
    assert (found.earned, found.status) == (3, Status.RIGHT)
    ((exercise, arrays),) = asked
    assert exercise is TRAINED
    assert {seed: named["w"].tolist() for seed, named in arrays.items()} == {seed: [1, 2] for seed in SEEDS}
    found = grade(trained([1.0, 2.0]), exercise=TRAINED, judge=lambda *seen: "too far")
    assert (found.verdict.earned, found.note) == (0, "too far")
    assert [(row.yours, row.finding) for row in found.rows] == [("[1, 2]", "well formed")]


@pytest.mark.parametrize("array", [[1.0], [[1.0, 2.0]], 1.0, [1.0, np.nan], [np.inf, 1.0]])
def test_trained_numbers_of_another_form_are_never_judged(array):
    assert verdict(trained(array), exercise=TRAINED, judge=refused).earned == 0


def test_missing_trained_numbers_are_never_judged():
    assert verdict({}, {"3.2": "NotImplementedError"}, TRAINED, refused).status == Status.NOT_ATTEMPTED


def test_what_the_judge_says_of_hidden_numbers_is_not_told():
    def judge(exercise, values):
        return "" if set(values) == set(PUBLIC) else f"too far: {values}"

    found = grade(trained([1.0, 2.0]), exercise=TRAINED, judge=judge)
    assert (found.verdict.earned, found.note) == (0, REFUSED_HERE)

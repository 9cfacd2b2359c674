"""A class with known copies: what is found, what is not, and that a right answer alone accuses nobody."""

import math
from functools import cache
from itertools import combinations
from pathlib import Path

import alike_kit as alike
import pytest

from backproplab.authoring.assignment import load_solution
from backproplab.grading.alike.answers import Own
from backproplab.grading.alike.course import Explained, explained
from backproplab.grading.alike.report import Report, as_json, lines
from backproplab.grading.alike.score import Held, Work, compare
from backproplab.grading.alike.terms import pieces
from backproplab.grading.alike.words import words

SOLUTIONS = Path(__file__).parents[3] / "solutions"
NAME = "07-layers"


@cache
def course():
    solution = load_solution(SOLUTIONS / f"{NAME}.ipynb")
    return solution, explained(solution, [])


@cache
def likeness(seed=5):
    room = alike.make_class(NAME, 30, seed, solution=course()[0])
    return room, compare(alike.works_of(room), course()[1])


def shown(found):
    return [{found.works[pair.one].student, found.works[pair.other].student} for pair in found.pairs]


@pytest.mark.parametrize("name", alike.SETS)
def test_the_independent_answers_of_the_made_up_class_are_right(name):
    assert not alike.wrong_ones(name, load_solution(SOLUTIONS / f"{name}.ipynb"), range(8))


def test_copies_are_found_and_nobody_is_shown_for_what_the_course_has():
    room, found = likeness()
    kinds, others = alike.found_in(room, found)
    assert {"swapped"} <= set(kinds)
    assert not others
    names = [work.student for work in found.works]
    same = [room.copies.get(frozenset(names[each] for each in group)) for group in found.same]
    assert sorted(same) == sorted(set(alike.KINDS) - {"half", "padded"})


def test_copies_of_the_solution_and_the_same_known_mistakes_share_nothing_that_counts():
    solution, known = course()
    works = alike.works_of(alike.make_class(NAME, 20, 1, kinds=()))
    infos = {each.id: each for each in solution.exercises}
    for one in ("copied", "copied too"):
        answers = {each: infos[each].answer for each in alike.SETS[NAME]}
        works.append(
            Work(one, [Own(each, text, pieces(text), words(text)) for each, text in answers.items()])
        )
    for one in ("wrong", "wrong too"):
        answers = {each: infos[each].misconceptions[0].source for each in alike.SETS[NAME]}
        works.append(
            Work(one, [Own(each, text, pieces(text), words(text)) for each, text in answers.items()])
        )
    found = compare(works, known)
    assert {"copied", "copied too"} not in shown(found)
    assert {"wrong", "wrong too"} not in shown(found)
    assert {"copied", "copied too", "wrong", "wrong too"} <= set(found.unseen)


def test_three_copies_are_a_group():
    room = alike.make_class(NAME, 30, 2, kinds=())
    for copy in ("s001", "s002"):
        room.answers[copy] = room.answers["s000"]
    found = compare(alike.works_of(room), course()[1])
    assert {"s000", "s001", "s002"} in [
        {found.works[each].student for each in group} for group in found.groups
    ]


@pytest.mark.parametrize("size", [7, 20])
def test_a_ring_does_not_hide_itself_nor_another_pair_and_accuses_nobody(size):
    room = alike.make_class(NAME, 30, 903, kinds=())
    for copy in range(1, size):
        room.answers[f"s{copy:03}"] = room.answers["s000"]
    room.answers["s028"] = room.answers["s029"]
    found = compare(alike.works_of(room), course()[1])
    ring = list(range(size))
    assert found.same == [ring, [28, 29]]
    assert {(pair.one, pair.other) for pair in found.pairs} == {*combinations(ring, 2), (28, 29)}


def test_where_all_but_a_few_are_the_same_that_is_said_and_no_pair_is_shown():
    room = alike.make_class(NAME, 12, 3, kinds=())
    for copy in ("s001", "s002", "s003"):
        room.answers[copy] = room.answers["s000"]
    found = compare(alike.works_of(room), course()[1])
    assert (found.same, found.pairs) == ([[0, 1, 2, 3]], [])
    said = "\n".join(lines(Report(NAME, found, {}, [], {})))
    assert "4 works are the same, but for names" in said
    assert "fewer than 10 works" in said
    assert "No pair is more alike" not in said


def own(exercise, number):
    """An answer of several lines that nobody else with another number has a line of."""
    text = "\n".join(f"v{each} = x * {number}.{each} + y ** {number}{each}" for each in range(6))
    return Own(exercise, text, pieces(text), [])


def test_one_exercise_in_common_is_no_reason_to_look_two_are_and_two_people_are_no_group():
    works = [
        Work(f"s{each:02}", [own(part, 100 * each + k) for k, part in enumerate("abcd")])
        for each in range(20)
    ]
    one = works[0].cells
    works[1] = works[1]._replace(cells=[one[0], *works[1].cells[1:]])
    alone = compare(works, Explained({}, {}))
    assert not alone.pairs
    works[1] = works[1]._replace(cells=[*one[:2], *works[1].cells[2:]])
    found = compare(works, Explained({}, {}))
    assert [(pair.one, pair.other) for pair in found.pairs] == [(0, 1)]
    assert found.pairs[0].bits == pytest.approx(2 * 1.5 * math.log2(19))
    assert found.groups == []


def test_who_repeats_the_course_is_not_compared_with_themselves():
    works = alike.works_of(alike.make_class(NAME, 12, 3, kinds=()))
    again = [*works, works[0]._replace(is_earlier=True)]
    found = compare(again, course()[1])
    assert found.compared == 12 * 11 // 2 + 11


def test_nesting_of_any_depth_is_counted():
    held = Held({})
    for depth in range(5000):
        held.add(str(depth), 0, [str(depth + 1)])
    held.add("another", 1)
    assert held.counts_if_copied["4999"] == 1
    assert held.counts_if_copied["0"] == 0


def test_a_class_is_compared_with_an_earlier_one_but_not_that_with_itself():
    room = alike.make_class(NAME, 30, 3, kinds=())
    works = alike.works_of(room)
    answers = [*works[:15], *(work._replace(is_earlier=True) for work in works[15:])]
    copied = answers[20].cells
    answers[0] = answers[0]._replace(cells=copied)
    answers[25] = answers[25]._replace(cells=copied)
    found = compare(answers, course()[1])
    assert {"s000", "s020"} in shown(found)
    assert {"s020", "s025"} not in shown(found)
    assert found.same == [[0, 20, 25]]
    assert found.compared == 15 * 14 // 2 + 15 * 15


def test_a_thing_counts_by_how_many_of_the_others_have_it():
    held = Held({"known": "lesson"})
    for work in range(9):
        held.add("common", work)
    for work in (0, 1):
        held.add("whole", work, ["common", "rare"])
        held.add("rare", work)
        held.add("known", work)
    assert (held.bits("common"), held.bits("rare"), held.bits("known")) == (0, 3, 0)
    assert held.counts == {"common": 0, "rare": 3, "whole": 0, "known": 0}


def test_a_set_of_one_line_shows_nobody():
    line = Own("0.1", "answer = 3", pieces("answer = 3"), words("answer = 3"))
    works = [Work(f"s{number}", [line]) for number in range(20)]
    found = compare(works, course()[1])
    assert not found.pairs
    assert len(found.unseen) == 20
    report = Report("00", found, {}, [], {})
    assert "Of 20 of 20" in "".join(lines(report))
    assert as_json(report)["copies_would_not_show"] == list(found.unseen)

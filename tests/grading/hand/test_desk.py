"""A set on the desk: which marks can be given, what becomes of them, and what if an answer changes."""

import json
import secrets

import book_kit
import hand_kit as kit
import pytest

from backproplab import cli
from backproplab.grading.book.book import make_book
from backproplab.grading.book.course import read_course
from backproplab.grading.book.tables import exercises, nbgrader, sets
from backproplab.grading.classroom import anonymous, class_html
from backproplab.grading.hand.desk import ChangedAnswerError, Desk
from backproplab.grading.hand.journal import Kind
from backproplab.grading.hand.questions import MarkError, refresh_feedback
from backproplab.grading.reports import results_in
from backproplab.grading.status import GradingStatus

TEXTS = {"ada": "Because.", "bob": "Why not?", "eve": kit.STUB}


@pytest.fixture
def course(tmp_path):
    kit.graded(tmp_path / "grades", TEXTS)
    return tmp_path / "grades"


@pytest.fixture
def desk(course):
    return Desk(course / kit.SET)


def give(desk, student, points, comment="", *, question="essay", author="Ana", **more):
    key = desk.key(student, question)
    view = desk.view(question, key)
    seen = {"replaces": view["version"], "answer": view["answer"], "out_of": view["out_of"]}
    seen |= {"id": secrets.token_hex(16)} | more
    return desk.give(question, key, author=author, points=points, comment=comment, **seen)


def record(course, student):
    return results_in(course / kit.SET)[student].record


def page(course, student):
    return (course / kit.SET / "feedback" / f"{student}.html").read_text(encoding="utf-8")


def line(course, student, make=nbgrader):
    rows = book_kit.table(make(make_book(read_course(course))))
    return next(row for row in rows if row["student_id"] == student)


def class_page(results):
    return class_html(kit.SET, results, isolation="", draw=lambda *_: "")


def test_what_waits_for_a_person_is_no_0_anywhere(course):
    assert "2 of 5 points, 2 points still to be marked by hand." in page(course, "ada")
    assert "essay: to be marked by hand, 2 points" in page(course, "ada")
    row = line(course, "ada")
    assert (row["raw_score"], row["score"], row["max_score"]) == ("", "", "5.0")
    assert row["status"] == "2 of 5 points, 2 still to be marked by hand"
    assert (line(course, "ada", sets)[kit.SET], line(course, "ada", sets)["score"]) == ("", "")
    by_exercise = line(course, "ada", exercises)
    assert (by_exercise[f"{kit.SET} 90.1"], by_exercise[f"{kit.SET} essay"]) == ("2.0", "")
    shown = class_page([each.record for each in results_in(course / kit.SET).values()])
    assert "2 answers wait for a person" in shown
    assert "2, 2 to be marked" in shown


def test_text_as_it_was_handed_out_waits_for_nobody_and_can_be_marked(course, desk):
    assert line(course, "eve")["score"] == "2.0"
    essay = next(each for each in desk.overview()["questions"] if each["by_hand"])
    assert (essay["given"], essay["waiting"], essay["answers"]) == (0, 2, 3)
    give(desk, "eve", 0.5, "It was on paper.")
    assert line(course, "eve")["score"] == "2.5"


def test_a_mark_comes_to_feedback_gradebook_and_class_page(course, desk):
    give(desk, "ada", 1.5, "Why <b>this</b>?\nSee lesson 04.")
    assert "3.5 of 5 points." in page(course, "ada")
    assert "essay: marked by hand, 1.5 of 2 points" in page(course, "ada")
    assert "Why &lt;b&gt;this&lt;/b&gt;?<br>See lesson 04." in page(course, "ada")
    row = line(course, "ada")
    assert (row["raw_score"], row["score"], row["status"]) == ("3.5", "3.5", "graded")
    assert line(course, "ada", exercises)[f"{kit.SET} essay"] == "1.5"
    results = [each.record for each in results_in(course / kit.SET).values()]
    assert "Ana (1)" in class_page(results)
    assert "Ana" not in class_page(anonymous(results))


def test_an_override_has_a_reason_and_stands_beside_what_the_grader_says(course, desk):
    with pytest.raises(MarkError, match="give the reason"):
        give(desk, "bob", 3, question="90.1")
    give(desk, "bob", 3, "Right, in another way.", question="90.1")
    assert record(course, "bob")["exercises"][0]["earned"] == 3
    assert "marked by hand, 3 of 3 points" in page(course, "bob")
    assert "partly right, 2 of 3" not in page(course, "bob")
    assert desk.view("90.1", desk.key("bob", "90.1"))["automatic"] == "partly right, 2 of 3"


@pytest.mark.parametrize("points", [-0.5, 2.5, 0.3, 1.25, float("nan"), float("inf"), 1e300])
def test_points_that_cannot_be_given_are_refused(course, desk, points):
    with pytest.raises(MarkError, match="points"):
        give(desk, "ada", points)
    assert record(course, "ada")["score"] == 2


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"author": " \n"}, "Say who you are"),
        ({"author": "x" * 81}, "Say who you are"),
        ({"comment": "x" * 10_001}, "shorten it"),
        ({"id": "../x"}, "32 signs"),
        ({"answer": "another"}, "has changed since you looked"),
    ],
)
def test_a_mark_without_a_name_or_of_another_answer_is_refused(desk, more, sentence):
    with pytest.raises(MarkError, match=sentence):
        give(desk, "ada", 1, **more)
    assert not desk.journal.entries


def test_a_mark_that_is_taken_back_leaves_the_answer_unmarked(course, desk):
    give(desk, "ada", 2)
    give(desk, "ada", None)
    assert line(course, "ada")["score"] == ""
    assert "still to be marked" in page(course, "ada")


def test_a_mark_survives_grading_the_same_answer_again(course, desk):
    give(desk, "ada", 2, "Good.")
    kit.hand_in(course, "ada", TEXTS["ada"])  # as grading leaves it: a new result, a new page
    assert "Good." not in page(course, "ada")
    refresh_feedback(course / kit.SET)
    assert "Good." in page(course, "ada")
    assert line(course, "ada")["score"] == "4.0"


def test_a_mark_of_another_answer_is_looked_at_again_and_neither_counts_nor_is_dropped(course, desk):
    give(desk, "ada", 2, "Good.")
    kit.hand_in(course, "ada", "Something else.")
    refresh_feedback(course / kit.SET)
    assert line(course, "ada")["score"] == ""
    assert "to be marked again by hand, since the answer has changed" in page(course, "ada")
    view = desk.view("essay", desk.key("ada", "essay"))
    assert (view["waiting"], view["stale"], view["mark"]["comment"]) == (
        True,
        "the answer has changed since",
        "Good.",
    )
    give(desk, "ada", 1)
    assert line(course, "ada")["score"] == "3.0"


def test_a_mark_out_of_other_points_is_looked_at_again(course, desk):
    give(desk, "ada", 2)
    path = course / kit.SET / "results" / "ada.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["exercises"][1]["points"] = 4
    path.write_text(json.dumps(content), encoding="utf-8")
    assert record(course, "ada")["exercises"][1]["hand"]["stale"] == "what it is worth has changed since"


def test_of_what_could_not_be_read_nothing_waits(course, desk):
    give(desk, "ada", 2)
    kit.hand_in(course, "ada", TEXTS["ada"], status=GradingStatus.UNREADABLE)
    assert line(course, "ada")["status"] == "unreadable"
    with pytest.raises(MarkError, match="not there any more"):
        desk.view("essay", desk.key("ada", "essay"))


def test_without_names_nothing_names_a_student_and_a_seed_decides_the_order(tmp_path):
    folder = kit.graded(tmp_path, {f"name{number}": "x" for number in range(20)})
    orders = []
    for seed in (1, 1, 2):
        desk = Desk(folder, anonymous=True, seed=seed)
        listed = desk.listing("essay")
        said = json.dumps([listed, desk.view("essay", listed["sheets"][0]["key"])])
        assert "name" not in said.replace('"name"', "")
        orders.append([each["key"] for each in listed["sheets"]])
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2]) != orders[0]


def test_two_desks_on_one_folder_see_each_other(course, desk):
    other = Desk(course / kit.SET)
    seen = other.view("essay", other.key("ada", "essay"))
    give(desk, "ada", 2)
    refused = give(other, "ada", 1, author="Bob", replaces=seen["version"])
    assert refused.kind is Kind.CONFLICT
    assert [each["author"] for each in desk.view("essay", desk.key("ada", "essay"))["conflicts"]] == ["Bob"]
    seen = desk.view("essay", desk.key("ada", "essay"))["version"]
    desk.settle("essay", desk.key("ada", "essay"), author="Ana", replaces=seen, id=secrets.token_hex(16))
    assert not other.view("essay", other.key("ada", "essay"))["conflicts"]
    assert record(course, "ada")["score"] == 4


def test_an_answer_that_changes_under_the_page_is_not_marked_unseen(course, desk):
    seen = desk.view("essay", desk.key("ada", "essay"))
    kit.hand_in(course, "ada", "Something else.")
    with pytest.raises(ChangedAnswerError):
        give(desk, "ada", 1, answer=seen["answer"])


def test_a_folder_of_an_earlier_version_says_what_to_do(course, capsys):
    (course / kit.SET / "questions.json").unlink()
    assert cli.main(["mark", str(course)]) == 2
    assert "run `backproplab grade` on the same submissions again" in " ".join(
        capsys.readouterr().err.split()
    )

"""A set on the desk: which marks can be given, what becomes of them, and what if an answer changes."""

import json
import secrets

import book_kit
import hand_kit as kit
import pytest

from backproplab import cli
from backproplab.grading import reports
from backproplab.grading.book.book import make_book
from backproplab.grading.book.course import read_course
from backproplab.grading.book.tables import exercises, nbgrader, sets
from backproplab.grading.classroom import anonymous, class_html
from backproplab.grading.exercises import ExerciseGrade
from backproplab.grading.hand.desk import ChangedAnswerError, Desk
from backproplab.grading.hand.journal import BehindError, Kind
from backproplab.grading.hand.log import write_log
from backproplab.grading.hand.questions import MarkError, refresh_feedback
from backproplab.grading.pages import feedback
from backproplab.grading.reports import results_in
from backproplab.grading.status import GradingStatus
from backproplab.marking.verdict import Status, Verdict

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


def undo(desk, student, mark, author="Ana", question="essay"):
    key = desk.key(student, question)
    desk.undo(question, key, author=author, mark=mark.id, id=secrets.token_hex(16))


def test_undo_marks_no_answer_that_nobody_has_read(course, desk):
    give(desk, "ada", 2, "Good.", author="Bob")
    kit.hand_in(course, "ada", "Something else.")
    slip = give(desk, "ada", 1)
    assert line(course, "ada")["score"] == "3.0"
    undo(desk, "ada", slip)
    hand = record(course, "ada")["exercises"][1]["hand"]
    assert (hand["author"], hand["points"], hand["stale"]) == ("Bob", 2, "the answer has changed since")
    assert line(course, "ada")["score"] == ""
    assert "to be marked again" in page(course, "ada")


def test_undo_of_what_somebody_else_has_marked_since_is_refused(course, desk):
    slip = give(desk, "ada", 1)
    give(desk, "ada", 2, author="Bob")
    with pytest.raises(BehindError, match="Look again"):
        undo(desk, "ada", slip)
    assert record(course, "ada")["exercises"][1]["hand"]["author"] == "Bob"


def test_a_worth_that_changes_while_people_mark_is_the_new_one_and_nobody_marks_out_of_the_old(course, desk):
    kit.worth(course / kit.SET, 4.0)
    assert desk.listing("essay")["question"]["points"] == 4
    with pytest.raises(ChangedAnswerError, match="worth 4 now, and was worth 2"):
        give(desk, "ada", 2, out_of=2.0)
    give(desk, "ada", 4)
    assert line(course, "ada")["score"] == "6.0"
    assert not desk.view("essay", desk.key("ada", "essay"))["stale"]


def test_a_mark_that_comes_again_after_the_answer_has_changed_was_saved(course, desk):
    before = desk.view("essay", desk.key("ada", "essay"))
    sent = {"replaces": before["version"], "answer": before["answer"], "id": "a" * 32}
    first = give(desk, "ada", 2, **sent)
    kit.hand_in(course, "ada", "Something else.")
    assert give(desk, "ada", 2, **sent) == first


def faults_in(course, capsys):
    code = cli.main(["gradebook", str(course)])
    return code, capsys.readouterr().err


def test_gradebook_says_what_of_the_marks_wants_a_look(course, desk, capsys):
    assert faults_in(course, capsys) == (0, "")
    seen = desk.view("essay", desk.key("ada", "essay"))
    give(desk, "ada", 2)
    give(desk, "ada", 1, author="Bob", replaces=seen["version"])
    give(desk, "bob", 1)
    code, said = faults_in(course, capsys)
    assert code == 1
    assert "essay, ada: nobody has decided yet between marks" in said
    assert "by Bob; Ana's counts" in said
    journal = desk.journal.path
    journal.write_text(journal.read_text(encoding="utf-8") + "{\n", encoding="utf-8")
    (course / kit.SET / "results" / "bob.json").unlink()
    code, said = faults_in(course, capsys)
    assert code == 1
    assert "Line 4 of marks.jsonl is damaged" in said
    assert "essay, bob: Ana gave 1 points, which count nowhere" in said


def test_the_log_says_of_a_mark_that_it_counts_where_it_does(course, desk):
    give(desk, "ada", 2)
    give(desk, "bob", 2)
    give(desk, "bob", None)
    give(desk, "eve", 1)
    kit.hand_in(course, "ada", "Something else.")
    write_log(course / kit.SET)
    rows = book_kit.table(course / kit.SET / "marks.csv")
    assert [(row["student"], row["counts"]) for row in rows] == [
        *(("ada", ""), ("bob", ""), ("bob", ""), ("eve", "yes"))
    ]


def graded_anew(course, student, *, status, earned=3.0):
    """Leave a student whose code exercise stands so, without free text."""
    verdicts = [Verdict("90.1", 3, earned, status)]
    result = reports.result(student, kit.SET, verdicts, isolation="full", problems=[])
    result["exercises"][0] |= {"title": "", "answer": "hash", "by_hand": False}
    (course / kit.SET / "results" / f"{student}.json").write_text(json.dumps(result), encoding="utf-8")
    shown = feedback(result, [ExerciseGrade(each) for each in verdicts])
    (course / kit.SET / "feedback" / f"{student}.html").write_text(shown, encoding="utf-8")


def test_a_page_says_well_done_of_what_a_person_leaves_right_and_of_nothing_else(course, desk):
    graded_anew(course, "ada", status=Status.RIGHT)
    assert "Well done" in page(course, "ada")
    give(desk, "ada", 1, "Copied.", question="90.1")
    assert "Well done" not in page(course, "ada")
    assert "1 of 3 points.<" in page(course, "ada")
    graded_anew(course, "bob", status=Status.PARTLY, earned=1.0)
    assert "<div><!-- /wrong exercise-90-1 -->" in page(course, "bob")
    slip = give(desk, "bob", 3, "Right.", question="90.1")
    assert "3 of 3 points. All of it is right. Well done." in page(course, "bob")
    assert "<div hidden><!-- /wrong exercise-90-1 -->" in page(course, "bob")
    assert "✓" in page(course, "bob")
    assert "#exercise-90-1" not in page(course, "bob")
    undo(desk, "bob", slip, question="90.1")
    assert "1 of 3 points.<" in page(course, "bob")
    assert "<div><!-- /wrong exercise-90-1 -->" in page(course, "bob")


def test_a_page_does_not_say_nothing_attempted_of_what_a_person_marked(course, desk):
    kit.hand_in(course, "ada", kit.STUB, status=GradingStatus.NOTHING_ATTEMPTED)
    assert "2 of 5 points: nothing attempted." in page(course, "ada")
    give(desk, "ada", 2, "On paper.")
    assert "4 of 5 points.<" in page(course, "ada")

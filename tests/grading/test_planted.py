"""Tests that students wrote: each earns what it catches, and the class page counts what it misses."""

import json

import authoring_kit
import grading_kit as kit
import pytest

from backproplab import cli
from backproplab.grading.classroom import class_html
from backproplab.grading.grader import Grader
from backproplab.grading.pages import feedback
from backproplab.grading.reference import make_task
from backproplab.grading.submissions import find_submissions

pytestmark = pytest.mark.usefixtures("graded_here")

JUDGE = (
    "def judge(backward):\n    x, upstream = np.array([-1.0, -0.5, 2.0]), np.array([3.0, 5.0, 7.0])\n    {}"
)
WRONG = "All your inputs are positive, so nothing shows what happens below zero."
MASK, SCALE = "catches a missing mask", "catches a wrong scale"
ALL = ["accepts a right ReLU", MASK, SCALE]
STUDENTS = {  # the body of their judge, its score of 3, what it misses, and the sentence that it gets
    "good": ("return bool(np.all(backward(x, upstream) == [0, 0, 7]))", 3, [], None),
    "numpys": ("return np.all(backward(x, upstream) == [0, 0, 7])", 3, [], None),
    "positive": ("return np.array_equal(backward(-x[:2], upstream[:2]), upstream[:2])", 2, [MASK], WRONG),
    "signs": (
        "return (backward(x, upstream) > 0).tolist() == [0, 0, 1]",
        2,
        [SCALE],
        "You compare signs alone.",
    ),
    "yes": ("return True", 0, [MASK, SCALE], None),
    "no": ("return False", 0, ALL[:1], None),
    "upside_down": ("return backward(x, upstream).tolist() != [0, 0, 7]", 0, ALL, None),
    "raises": ("assert (backward(x, upstream) == [0, 0, 7]).all()\n    return True", 0, [], None),
    "raises_once": (
        "y = backward(x, upstream)\n    return 1 // int(y[0] == 0) and y.tolist() == [0, 0, 7]",
        2,
        [],
        None,
    ),
    "an_array": ("return backward(x, upstream) == [0, 0, 7]", 0, [], None),
    "nothing": ("backward(x, upstream)", 0, [], None),
    "turns": ("judge.turn = not getattr(judge, 'turn', False)\n    return judge.turn", 0, ALL, None),
    "untouched": ("", 0, [], None),
    "begun": ("raise NotImplementedError", 0, [], None),
    "peeping": (
        "import sys\n    names = sys._getframe(1).f_locals\n"
        "    return bool(np.all(backward(x, upstream) == [0, 0, 7]))",
        3,
        [],
        None,
    ),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The record and the grades of each student."""
    folder = tmp_path_factory.mktemp("class")
    solution = authoring_kit.saved(folder, *authoring_kit.judge_exercise())
    handed_out = kit.handout(solution)
    stub = kit.named(handed_out, "answer-3-2")["source"]
    for name, (body, *_) in STUDENTS.items():
        kit.named(handed_out, "answer-3-2")["source"] = JUDGE.format(body) if body else stub
        kit.hand_in(handed_out, folder / "submissions" / f"{name}.ipynb")
    forged = kit.handout(solution)
    ones = (
        'from backproplab.check import check\n@check("3.2")\ndef _(rng):\n    return dict.fromkeys({}, 1.0)'
    )
    kit.named(forged, "check-3-2")["source"] = ones.format(ALL)
    kit.named(forged, "answer-3-2")["source"] = JUDGE.format("return True")
    kit.hand_in(forged, folder / "submissions" / "forger.ipynb")
    task = make_task(solution, kit.SEEDS, isolation=kit.isolation(), limits=kit.QUICK)
    with Grader(task) as grader:
        found = {each.student: grader.grade(each)[:2] for each in find_submissions(folder / "submissions")}
    return folder, found


@pytest.mark.parametrize("student", STUDENTS)
def test_each_earns_what_its_test_catches(graded, student):
    _, score, missed, sentence = STUDENTS[student]
    record, _ = graded[1][student]
    (exercise,) = record["exercises"]
    assert (record["score"], exercise["missed"], exercise["misconception"]) == (score, missed, sentence)


def test_a_check_that_returns_ones_is_not_run(graded):
    record, _ = graded[1]["forger"]
    assert record["score"] == 0


def test_an_untouched_test_is_not_attempted_and_nothing_is_said_of_it(graded):
    record, grades = graded[1]["untouched"]
    assert record["exercises"][0]["status"] == "not attempted"
    assert not grades[0].rows
    assert graded[1]["begun"][0]["exercises"][0]["status"] == "not yet"


def test_a_look_into_the_check_is_for_review(graded):
    record, _ = graded[1]["peeping"]
    assert any("looks into the code that calls it, line 4: names" in each for each in record["problems"])
    assert not any("looks into" in each for each in graded[1]["good"][0]["problems"])


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (
            "positive",
            ["let it through", "Does any of your inputs make <code>x</code> negative?", WRONG, "accepted it"],
        ),
        ("yes", ["let it through", "lets every fault through, so this does not count yet"]),
        (
            "no",
            ["refused it", "refuses all right code, so this does not count yet", "Right code does not pass"],
        ),
        ("raises_once", ["stopped on it, which is no verdict", "stopped", "caught it"]),
        ("an_array", ["TypeError: judge returned an array of shape (3,), expected True or False"]),
        ("nothing", ["TypeError: judge returned None, expected True or False"]),
    ],
)
def test_feedback_says_which_fault_got_through_in_words(graded, student, words):
    page = feedback(*graded[1][student])
    for each in words:
        assert each in page
    assert "off by" not in page
    assert "seed" not in page


def test_the_class_page_counts_what_tests_miss(graded):
    records = [record for record, _ in graded[1].values()]
    page = class_html("03-made-up", records, isolation="full")
    assert "What the students&#x27; own tests miss" in page
    failing = [r for r in records if r["exercises"][0]["status"] in ("partly right", "not yet")]
    count = sum(MASK in r["exercises"][0]["missed"] for r in failing)
    assert f'<tr><th scope="row">3.2</th><td>{MASK}</td><td>{count}</td></tr>' in page


def test_the_command_grades_them_too(graded):
    folder, _ = graded
    command = [
        "grade",
        f"{folder}/submissions",
        "--out",
        f"{folder}/grades",
        "--solutions",
        f"{folder}/solutions",
    ]
    assert cli.main([*command, "-j", "1", "--timeout", "9", "--isolation", kit.isolation()]) == 0
    scores = {
        path.stem: json.loads(path.read_text())["score"]
        for path in (folder / "grades" / "03-made-up" / "results").iterdir()
    }
    assert scores == {name: score for name, (_, score, *_) in STUDENTS.items()} | {"forger": 0}
    assert MASK in (folder / "grades" / "03-made-up" / "class.html").read_text(encoding="utf-8")

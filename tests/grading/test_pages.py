"""Pages: what a student may see, nothing that a student wrote as markup, readable without colour."""

from html.parser import HTMLParser

import pytest

from backproplab.grading import classroom, pages
from backproplab.grading.classroom import anonymous, class_html, write_class_pages
from backproplab.grading.exercises import CodeCell, ExerciseGrade
from backproplab.grading.reports import result
from backproplab.grading.tally import tally_results
from backproplab.marking.rows import Row
from backproplab.marking.verdict import Status, Verdict

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{title}\x00\x1b[31m"


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def count(self, name):
        return sum(tag == name for tag, _ in self.tags)


def grades(text="w", note=""):
    rows = Row(text, "0.5", "(2,)", False, f"off by {text}"), Row("right", "1", "a number", True, "matches")
    code = (CodeCell(4, f"first = 1\n{text} = 2", failed=2),)
    return [
        ExerciseGrade(Verdict("3.1", 2, 1, Status.PARTLY), "The output", rows, note, code=code),
        ExerciseGrade(Verdict("3.2", 1, 1, Status.RIGHT), text, (Row("b", "77", "(1,)", True, "matches"),)),
        ExerciseGrade(Verdict("3.3", 1, 0, Status.NOT_YET, text)),
        ExerciseGrade(Verdict("3.4", 1, 0, Status.NOT_ATTEMPTED)),
        ExerciseGrade(Verdict("essay", 3, 0, Status.BY_HAND)),
    ]


def feedback(text="w", problems=(), student="ada"):
    found = grades(text, note=text)
    verdicts = [each.verdict for each in found]
    record = result(student, "03-x", verdicts, isolation="reduced: no walls", problems=problems)
    return pages.feedback(record, found)


def test_feedback_says_what_counted_and_what_is_the_students_own():
    page = Tags(feedback("w", ["Cell 3 took too long"]))
    for piece in ("2 of 8 points", "3.1 The output: partly right, 1 of 2 points", "(2,)", "Cell 3 took"):
        assert piece in page.text
    for piece in ("✗ w does not count yet: off by w. Yours: 0.5", "✓ right counts: matches", "code cell 4"):
        assert piece in page.text
    assert "reduced: no walls" in page.text
    for status in pages.SIGNS:
        assert status in page.text


def test_the_line_that_stopped_is_marked_in_words():
    assert '<li class="failed"><code>w = 2</code> <b>← here</b></li>' in feedback()


def test_a_mistake_with_a_name_leads_to_its_lesson():
    named = Verdict("3.3", 1, 0, Status.NOT_YET, "The sign is turned.", "sign-turned")
    page = pages.feedback(result("ada", "03-x", [named], isolation="", problems=[]), [ExerciseGrade(named)])
    assert 'Read about it in <a href="../notebooks/03-spreadsheet.ipynb">lesson 03</a>' in page
    assert "Read about it" not in feedback()


def test_a_mistake_with_a_name_is_counted_in_every_set_of_the_course():
    def of(name, *slugs):
        verdicts = [Verdict("3.1", 1, 0, Status.NOT_YET, "Turned.", slug) for slug in slugs]
        return [result(f"s{n}", name, [each], isolation="", problems=[]) for n, each in enumerate(verdicts)]

    earlier = tally_results(of("01-y", "sign-turned", "factors-swapped", "factors-swapped")).slips
    page = class_html(
        "03-x", of("03-x", "sign-turned", "sign-turned"), isolation="", elsewhere={"01-y": earlier}
    )
    assert '<th scope="col">01-y</th><th scope="col">03-x</th>' in page
    for slug, counts in {"sign-turned": (1, 2), "factors-swapped": (2, 0)}.items():
        row = page.split(f'<th scope="row">{slug}</th>')[1].split("</tr>")[0]
        assert row.endswith("".join(f"<td>{count}</td>" for count in counts))


def test_what_is_right_takes_one_line():
    right = [grades()[1]]
    verdicts = [each.verdict for each in right]
    found = pages.feedback(result("ada", "03-x", verdicts, isolation="full", problems=[]), right)
    page = Tags(found)
    assert "1 of 1 point. All of it is right. Well done." in page.text
    assert page.count("h2") == page.count("table") == 0
    assert "77" not in page.text
    assert "inputs that your own notebook uses" not in page.text


def test_practice_that_is_wrong_is_neither_all_right_nor_counted_in_points():
    found = [grades()[1], ExerciseGrade(Verdict("3.5", 0, 0, Status.NOT_YET), "By hand")]
    verdicts = [each.verdict for each in found]
    page = Tags(pages.feedback(result("ada", "03-x", verdicts, isolation="", problems=[]), found))
    assert "All of it" not in page.text
    assert page.text.count("not yet, for practice") == 2


def test_what_a_sentence_marks_is_marked_and_not_written_out():
    assert "<em>twice</em>: see <code>h*h</code>" in feedback("It comes *twice*: see `h*h`")


def test_lines_for_review_are_not_the_students():
    assert "Sigmoid" not in feedback(problems=["For review: the answer to 3.1 uses Sigmoid"])


def test_what_the_notebook_says_of_itself_is_not_on_the_page():
    # A shell command or an exception could spell out the inputs that were drawn for this run.
    page = feedback(
        problems=["From the notebook: The shell command `b=1.46` did nothing here", "Cell 3 was left out"]
    )
    assert "1.46" not in page
    assert "Cell 3 was left out" in page


def test_text_from_outside_is_text():
    plain, evil = Tags(feedback()), Tags(feedback(EVIL, [EVIL], student=EVIL))
    assert evil.count("script") == evil.count("img") == 0
    assert [tag for tag, _ in evil.tags if tag not in ("ul", "li", "div", "p")] == [
        tag for tag, _ in plain.tags if tag not in ("ul", "li", "div", "p")
    ]
    assert "\x00" not in feedback(EVIL)
    assert "\x1b" not in feedback(EVIL)


def test_a_page_asks_for_nothing_from_anywhere():
    page = feedback(EVIL, [EVIL])
    assert "default-src 'none'" in page
    assert "http:" not in page
    assert "https:" not in page


def test_a_long_message_is_cut():
    assert len(feedback("x" * 10**6)) < 50_000


def record(student, text="w", problems=()):
    verdicts = [each.verdict for each in grades(text)]
    return result(student, "03-x", verdicts, isolation="full", problems=problems)


RESULTS = [record("a"), record("b", "swapped", ["odd"]), record("c", "swapped")]


def test_a_class_is_counted():
    tally = tally_results(RESULTS)
    assert tally.statuses["3.1"] == {"partly right": 3}
    assert "essay" not in tally.statuses
    assert tally.ranking() == [("3.3", "swapped", 2), ("3.3", "w", 1)]
    assert tally.explanations() == {
        "3.1": (0, 0, 3),
        "3.2": (0, 0, 0),
        "3.3": (3, 0, 0),
        "3.4": (0, 0, 0),
    }


def test_the_class_page_has_four_pictures_that_say_what_they_show():
    page = Tags(class_html("03-x", RESULTS, isolation="full"))
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == 4
    assert all(len(picture["alt"]) > 20 for picture in pictures)
    assert all(picture["src"].startswith("data:image/png;base64,") for picture in pictures)
    alts = " ".join(picture["alt"] for picture in pictures)
    for piece in (
        "3 students",
        "median 2",
        "3.1: 100 % partly right",
        "“swapped” (3.3), 2 students",
        "3 (50 %) match no known mistake",
    ):
        assert piece in alts


ROWS = (Row("w", "0.5", "(2,)", False, "50 % too large"), Row("b", "1", "a number", True, "matches"))


def wrong(student, *, error="", rows=ROWS, sentence=None, problems=()):
    """The record of a student with one wrong answer, as the grader keeps it."""
    verdict = Verdict("3.1", 2, 0, Status.NOT_YET, sentence)
    code = (CodeCell(3, f"# by {student}\nw = 0.5"),)
    grade = ExerciseGrade(verdict, "The output", rows, error=error, code=code)
    made = result(student, "03-x", [verdict], isolation="full", problems=problems)
    made["exercises"][0] |= grade.evidence()
    return made


CLASS = [
    wrong("Ada Lovelace", error="ModuleNotFoundError: No module named 'ada_lib'", rows=()),
    wrong(
        "Boole",
        error="SyntaxError: invalid syntax",
        rows=(),
        problems=["For review: look", "Cell 4 of Boole"],
    ),
    wrong("Church", sentence="The sign is turned."),
    wrong("Dijkstra", rows=(Row("w", "7", "(2,)", False, "14 times too large"),)),
    wrong("Euler"),
    wrong("Fermat"),
]


def test_a_wrong_answer_is_a_known_mistake_or_an_error_or_in_want_of_a_sentence():
    tally = tally_results(CLASS)
    assert tally.explanations() == {"3.1": (1, 2, 3)}
    assert [len(who) for who in tally.unexplained.values()] == [1, 2]
    assert all(key[1][0][0] == "w" and len(key[1]) == 1 for key in tally.unexplained)


def test_the_class_page_tells_errors_apart_and_groups_wrong_values_the_commonest_first():
    page = Tags(class_html("03-x", CLASS, isolation="full")).text
    assert "No module named 'ada_lib'" in page
    assert "SyntaxError: invalid syntax" in page
    assert page.index("3.1 The output: 2 students") < page.index("3.1 The output: 1 student")
    assert "w: 50 % too large (0.5)" in page
    assert "# by Euler" in page


def test_the_class_page_says_who_and_what_came_with_a_note():
    page = Tags(class_html("03-x", CLASS, isolation="full")).text
    assert "Euler, Fermat" in page
    assert "Cell 4 of Boole · 1 for review, in its result" in page
    assert "1 came with a note" in page


def test_a_picture_that_both_pages_show_is_drawn_once(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(classroom, "Drawings", type(classroom.Drawings()))  # without those of other tests
    image = classroom.pictures.image
    monkeypatch.setattr(classroom.pictures, "image", lambda ax: drawn.append(ax) or image(ax))
    write_class_pages(tmp_path, "03-x", CLASS, isolation="full", elsewhere={}, changes={})
    both = [(tmp_path / name).read_text().count("<img ") for name in (classroom.CLASS, classroom.ANONYMOUS)]
    assert both == [4, 4]
    assert len(drawn) == 4


def test_the_anonymous_page_holds_nothing_that_a_student_wrote_or_is_called():
    own = wrong("Gauss", error="GaussError: mine", rows=())
    odd = wrong("Hilbert", rows=(Row("w", "—", "—", False, "got a HilbertTree, expected a number"),))
    page = class_html("03-x", anonymous([*CLASS, own, odd]), isolation="full")
    for name in (
        "Lovelace",
        "ada_lib",
        "Boole",
        "Church",
        "Euler",
        "Fermat",
        "Gauss",
        "Hilbert",
        "came with",
    ):
        assert name not in page
    for kind in (
        "ModuleNotFoundError",
        "SyntaxError",
        "another error",
        "50 % too large",
        "The sign is turned",
    ):
        assert kind in page


def test_text_of_a_class_is_text():
    made = wrong(EVIL, error=EVIL, rows=(), problems=[EVIL])
    unexplained = wrong(EVIL, rows=(Row(EVIL, EVIL, "", False, EVIL),))
    page = Tags(class_html(EVIL, [made, unexplained], isolation=EVIL))
    assert page.count("script") == 0
    assert all(attributes["src"].startswith("data:") for tag, attributes in page.tags if tag == "img")


@pytest.mark.parametrize("results", [[], RESULTS[:1]])
def test_a_class_of_none_or_one_has_a_page(results):
    assert "<h1>" in class_html("03-x", results, isolation="full")


def test_a_class_is_counted_in_the_order_of_the_course_whoever_is_read_first():
    def result(*exercises):
        graded = [{"id": each, "status": "right", "misconception": None} for each in exercises]
        return {"score": 1, "max_score": 2, "exercises": graded}

    tally = tally_results([result("C1.10"), result("C1.1", "C1.9", "C1.10")])
    assert list(tally.statuses) == ["C1.1", "C1.9", "C1.10"]
    assert list(tally.explanations()) == ["C1.1", "C1.9", "C1.10"]

"""All that the page on which people mark can do, in a real browser; tests/browser has what is always tried.

Each test is about a mark that could be lost, or count without anybody having decided so.
"""

import hand_kit as kit
import pytest
from browser.lab import violations
from browser.marking import folder, give, marks, people, serving

from backproplab.grading.hand.journal import read_journal

__all__ = ["folder", "people"]


def typed(person, where, text):
    person.page.fill(f"#{where}", "")
    person.page.focus(f"#{where}")
    person.page.keyboard.type(text)


def fields(person):
    return person.page.input_value("#points"), person.page.input_value("#comment")


def test_undo_touches_nobody_elses_mark_and_marks_no_other_answer(people, folder):
    with serving(folder) as server:
        ana = people(server.url, "Ana")
        ana.give("1")
        ana.shows("#label", "student b")
        give(folder, "a", 2, "Bob", "looked at Ana's, is right")
        ana.press("u")
        ana.says("Not undone")
        ana.shows("#standing", "Bob gave 2 points")
        assert marks(folder)["a"] == ("Bob", 2, "looked at Ana's, is right")
        ana.press("n")
        ana.shows("#label", "student b")
        ana.give("2", "good")
        ana.shows("#label", "student c")
        ana.page.click("#previous")
        ana.shows("#label", "student b")
        ana.press("p")
        ana.page.keyboard.type("1")
        ana.press("Control+Enter")
        ana.says("Saved")
        ana.shows("#label", "student c")
        kit.hand_in(folder.parent, "student b", "WHOLLY OTHER")
        ana.page.click("#undo")
        ana.says("Undone")
        ana.shows("#standing", "does not count any more: the answer has changed since")
        assert marks(folder)["b"] == ("Ana", 2, "good")
        ana.press("u")
        ana.says("Undone")
        ana.shows("#standing", "Not marked yet")
        ana.page.click("#undo")
        ana.says("nothing to undo")


def test_a_conflict_is_found_from_the_list_and_settled_by_who_has_seen_all_of_it(people, folder):
    with serving(folder) as server:
        ana = people(server.url, "Ana")
        seen = give(folder, "c", 1, "Yan", "half")
        give(folder, "c", 2, "Zoe", "all of it", view=seen)
        give(folder, "d", 1, "Yan", view=(of_d := give(folder, "d", 2, "Zoe")))
        ana.page.reload()
        ana.shows("#progress", "2 in conflict")
        assert "2 in conflict" in ana.text("#question")
        for letter in "bc":
            ana.press("j")
            ana.shows("#label", f"student {letter}")
        ana.shows("#conflict", "without having seen each other's marks")
        give(folder, "c", 0, "Cyd", view=seen)
        ana.page.click("text=Keep what counts")
        ana.says("Look again")
        ana.shows("#conflict", "Cyd gave 0 points")
        assert len(read_journal(folder).standing("student c", "essay").conflicts) == 2
        ana.page.click("text=Let Zoe's 2 points count")
        ana.says("That mark counts now")
        assert marks(folder)["c"] == ("Zoe", 2, "all of it")
        ana.press("j")
        ana.shows("#label", "student d")
        ana.page.click("text=Keep what counts")
        ana.says("goes on counting")
        assert marks(folder)["d"] == ("Zoe", 2, "")
        assert "left it as it was" in ana.page.text_content("#history")
        assert not read_journal(folder).standing("student d", "essay").conflicts
        assert of_d["version"] == ""
        ana.press("p")
        ana.page.keyboard.type("0")
        give(folder, "d", 1, "Bob")  # while Ana looks at it
        ana.press("Enter")
        ana.says("Not counted")
        ana.page.reload()
        ana.shows("#conflict", "In your fields: 0 points")
        typed(ana, "comment", "and a reason")
        ana.page.click("#save")  # instead of deciding
        ana.says("Not counted")
        assert marks(folder)["d"] == ("Bob", 1, "")


def test_what_is_typed_while_a_mark_is_saved_is_kept(people, folder):
    fcntl = pytest.importorskip("fcntl")
    give(folder, "f", 1, "Bob")
    with serving(folder) as server:
        ana = people(server.url, "Ana")
        typed(ana, "points", "1")
        typed(ana, "comment", "first")
        with (folder / "marks.jsonl").open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            ana.press("Control+Enter")
            ana.page.keyboard.type(" and a long paragraph")
        ana.says("Saved, but for what you have typed since")
        assert (ana.text("#label"), fields(ana)) == ("student a", ("1", "first and a long paragraph"))
        assert marks(folder)["a"] == ("Ana", 1, "first")
        ana.shows("#drafts", "essay, student a")
        ana.press("Control+Enter")
        ana.shows("#label", "student b")
        assert marks(folder)["a"] == ("Ana", 1, "first and a long paragraph")
        assert ana.text("#drafts") == ""


def test_what_is_typed_while_the_server_is_lost_is_kept_and_sent_by_itself(people, folder):
    with serving(folder) as server:
        ana, port, token = people(server.url, "Ana"), server.server_port, server.token
    ana.page.select_option("#question", "90.1")
    ana.says("not reached")
    assert ana.page.input_value("#question") == "essay"
    typed(ana, "comment", "twenty minutes")
    typed(ana, "points", "1")
    ana.press("Control+Enter")
    ana.says("sent again")
    with serving(folder, port) as server:
        server.token = token
        ana.page.locator("#drafts:empty").wait_for(state="attached")
        assert marks(folder)["a"] == ("Ana", 1, "twenty minutes")


def test_a_draft_is_thrown_away_by_hand_or_by_typing_what_was_there(people, folder):
    with serving(folder) as server:
        ana = people(server.url, "Ana")
        ana.press("f")
        ana.shows("#drafts", "essay, student a")
        typed(ana, "points", "")
        ana.press("x", "Backspace")
        assert ana.text("#drafts") == ""
        typed(ana, "comment", "to be thrown away")
        ana.press("Escape", "j")
        ana.shows("#label", "student b")
        ana.page.click("#drafts button")
        ana.shows("#label", "student a")
        assert fields(ana) == ("", "to be thrown away")
        ana.page.click("#discard")
        assert (fields(ana), ana.text("#drafts")) == (("", ""), "")


def test_each_key_and_each_button_does_what_it_says(people, folder):
    give(folder, "b", 1, "Bob", "as it was")
    (folder / "marks-torn.txt").write_text("torn", encoding="utf-8")
    with serving(folder) as server:
        ana = people(server.url, "Ana")
        ana.shows("#faults", "A last line of marks.jsonl was torn")
        ana.page.click("text=Edit these")
        typed(ana, "comments-text", "1.5 | the reason is missing")
        ana.page.click("#comments-save")
        ana.says("The comments are kept")
        ana.page.reload()
        ana.shows("#comments", "the reason is missing")
        ana.press("Escape", "1")
        assert fields(ana) == ("1.5", "the reason is missing")
        for key, points in (("+", "2"), ("+", "2"), ("-", "1.5"), ("0", "0"), ("f", "2")):
            ana.press(key)
            assert fields(ana)[0] == points
        ana.press("0")
        ana.page.click("#full")
        assert fields(ana)[0] == "2"
        ana.page.click("#keys summary")
        ana.page.uncheck("#letters")
        ana.page.focus("#label")
        ana.press("0", "j", "1")
        assert fields(ana) == ("2", "the reason is missing")
        ana.page.check("#letters")
        for button, label in (("next", "b"), ("previous", "a"), ("unmarked", "c"), ("previous", "b")):
            ana.page.click(f"#{button}")
            ana.shows("#label", f"student {label}")
        ana.page.click("#take-back")
        ana.says("Taken back")
        assert marks(folder)["b"] == ("Ana", None, "")
        ana.page.click("#undo")
        ana.says("Undone")
        assert marks(folder)["b"] == ("Bob", 1, "as it was")
        ana.page.select_option("#question", "90.1")
        ana.shows("#standing", "The grader says: partly right, 2 of 3")
        typed(ana, "points", "3")
        ana.press("Enter")
        ana.says("give the reason as a comment")
        ana.page.reload()  # what was refused is not sent by itself
        ana.says("A draft of yours")
        kept = ana.page.evaluate("Object.values(localStorage).join()")
        assert '"send":false' in kept
        assert '"send":true' not in kept


def test_a_mark_of_an_answer_that_has_changed_or_is_worth_something_else_is_not_taken_unseen(people, folder):
    with serving(folder) as server:
        ana = people(server.url, "Ana")
        typed(ana, "points", "2")
        kit.hand_in(folder.parent, "student a", "WHOLLY OTHER")
        ana.press("Enter")
        ana.says("The student's answer has changed since you looked at it")
        ana.shows("#answer", "WHOLLY OTHER")
        assert not ana.page.is_visible("#conflict")
        assert (fields(ana)[0], marks(folder)) == ("2", {})
        kit.worth(folder, 4.0)
        ana.page.click("#save")
        ana.says("This is worth 4 now")
        ana.shows("#range", "0 to 4")
        ana.page.click("#save")
        ana.shows("#label", "student b")
        assert marks(folder)["a"] == ("Ana", 2, "")


def test_nothing_can_be_typed_where_there_is_no_answer(people, folder):
    with serving(folder) as server:
        ana = people(server.url, "Ana")
        typed(ana, "points", "2")
        kit.worth(folder, 2.0, without="90.1")
        ana.page.select_option("#question", "90.1")
        ana.shows("#label", "No answer yet")
        assert ana.page.is_disabled("#points")
        assert ana.page.is_disabled("#comment")
        assert fields(ana) == ("", "")
        ana.page.click("#drafts button")
        ana.shows("#label", "student a")
        assert fields(ana) == ("2", "")


def test_a_mark_that_the_server_did_not_take_stays_in_the_browser_until_it_does(people, folder):
    with serving(folder) as server:
        ana, port = people(server.url, "Ana"), server.server_port
        ana.press("p")
        ana.page.keyboard.type("1")
        ana.page.reload()
        ana.shows("#drafts", "1 mark")
        assert ana.page.locator("#points").input_value() == "1"
    ana.press("c")
    ana.page.keyboard.type("while it was away")
    ana.press("Control+Enter")
    ana.says("not reached", "kept in this browser")
    assert marks(folder) == {}
    with serving(folder, port) as server:
        ana.open(server.url)
        ana.shows("#standing", "while it was away")
        assert marks(folder) == {"a": ("Ana", 1, "while it was away")}
        assert ana.text("#drafts") == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_well_to_be_read_and_fits_a_phone(people, folder, scheme):
    with serving(folder, anonymous=True) as server:
        ana = people(server.url, "Ana", color_scheme=scheme, viewport={"width": 390, "height": 844})
        assert ana.text("#label") == "Answer 1"
        ana.press("?")
        ana.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert ana.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert "student" not in ana.page.content().replace("the student", "")
        assert not violations(ana.page, where=None)

"""Marks by hand in a real browser: two people at once, by keyboard alone. tests/soak has the rest."""

from backproplab.grading.hand.journal import Kind, read_journal
from browser.lab import KEPT_OUT
from browser.marking import HOSTILE, folder, marks, people, serving

__all__ = ["folder", "people"]


def test_two_people_mark_one_class_at_once_by_keyboard_alone_and_nothing_is_lost(people, folder):
    with serving(folder) as one, serving(folder) as other:  # two servers on one folder
        ana, bob = people(one.url, "Ana"), people(other.url, "Bob")
        assert ana.text("#label") == bob.text("#label") == "student a"
        ana.give("1,5", "half of it")
        ana.shows("#label", "student b")
        assert bob.text("#label") == "student a"  # who does not know of that yet
        bob.press("p")
        bob.page.keyboard.type("0")
        bob.press("Escape", "c")
        bob.page.keyboard.type("none of it")
        bob.press("Control+Enter")
        bob.says("Not counted")
        bob.shows("#conflict", "Ana gave 1.5 points")
        assert "none of it" in bob.text("#conflict")
        assert bob.page.evaluate("document.activeElement.textContent") == "Keep what counts"
        assert marks(folder)["a"] == ("Ana", 1.5, "half of it")
        bob.press("Tab", "Enter")  # "Let my fields count instead"
        bob.shows("#label", "student b")
        assert marks(folder)["a"] == ("Bob", 0, "none of it")
        ana.give("2")
        bob.press("n")
        bob.shows("#label", "student c")
        bob.give("1")
        bob.shows("#label", "student d")
        ana.press("n")
        ana.shows("#label", "student d")
        ana.give("2")
        bob.press("j")
        bob.shows("#label", "student e")
        bob.give("0.5", "see lesson 04")
        ana.press("n")
        ana.shows("#label", "student f")
        ana.give("1.5")
        ana.says("No answer to this question waits")
        ana.press("u")
        ana.says("Undone")
        assert "f" not in {name for name, (_, points, _) in marks(folder).items() if points is not None}
        ana.give("1")
        ana.says("No answer to this question waits")
    assert marks(folder) == {
        "a": ("Bob", 0, "none of it"),
        "b": ("Ana", 2, ""),
        "c": ("Bob", 1, ""),
        "d": ("Ana", 2, ""),
        "e": ("Bob", 0.5, "see lesson 04"),
        "f": ("Ana", 1, ""),
    }
    journal = read_journal(folder)
    given = [(each.author, each.points) for each in journal.entries if each.kind is Kind.MARK]
    refused = [(each.author, each.points) for each in journal.entries if each.kind is Kind.CONFLICT]
    assert (len(given), refused) == (8, [("Bob", 0)])
    page = (folder / "feedback" / "student-e.html").read_text(encoding="utf-8")
    assert "see lesson 04" in page
    assert "2.5 of 5 points." in page
    assert not ana.watched.troubles
    # A refused mark is a line on the console, and the only one.
    assert all("409" in trouble for trouble in bob.watched.troubles)


def test_what_a_student_wrote_is_shown_as_text_and_runs_and_loads_nothing(people, folder):
    with serving(folder) as server:
        ana = people(server.url, "Ana")
        assert ana.text("#answer") == HOSTILE
        assert ana.page.locator("#answer *:not(div)").count() == 0
        ana.press("j")
        ana.shows("#label", "student b")
        assert ana.page.evaluate("document.querySelector('#answer img').naturalWidth") == 1
        assert ana.page.title().startswith("Marks by hand")
        assert not ana.watched.troubles


def test_where_site_data_are_blocked_one_marks_all_the_same_and_is_told(people, folder):
    with serving(folder) as server:
        ana = people(server.url, "Ana")
        ana.page.context.add_init_script(KEPT_OUT)
        ana.open(server.url)
        ana.page.locator("#author").fill("Ana")
        ana.press("Escape", "p")
        ana.page.keyboard.type("1")
        ana.says("This browser keeps no drafts")
        ana.press("Escape", "j")
        ana.shows("#label", "student b")
        ana.press("k")
        ana.shows("#label", "student a")
        assert ana.page.locator("#points").input_value() == "1"
        assert "kept on this page alone: 1 mark" in ana.text("#drafts")
        with ana.page.expect_event("dialog") as asked:
            ana.page.close(run_before_unload=True)
        asked.value.dismiss()
        ana.give("")
        assert marks(folder)["a"] == ("Ana", 1, "")
        assert not ana.watched.troubles

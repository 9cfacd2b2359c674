"""The site as a reader meets it: walked by keyboard, searched, guessed in, light and dark, on paper."""

import json
import mimetypes
import re
from importlib.resources import files
from urllib.parse import unquote, urlsplit

import pytest
from site_kit import ROOT, URL, in_order

from backproplab.widgets.quick_check.questions import as_runs, parsed, questions
from browser.lab import KEPT_OUT, Watched, keep_picture, pale, violations
from browser.quick_check import check

KINDS = {
    "map": "index.html",
    "lesson": "notebooks/09-losses.html",
    "exercises": "exercises/00-start-here.html",
    "cheat-sheet": "notebooks/cheat-sheet.html",
    "start": "where-to-start.html",
    "copy": "your-copy.html",
    "cite": "cite.html",
    "review": "review.html",
    "reference": "reference/checking.html",
    "benchmarks": "benchmarks/index.html",
    "search": "search.html?q=vanishing",
    "404": "404.html",
}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def visit(browser, watched, site):
    """Open a page of the site, as a web server would show it: visit("index.html", color_scheme="dark")."""

    def serve(route):
        file = site / (unquote(urlsplit(route.request.url).path).removeprefix("/at/") or "index.html")
        if file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])
        else:
            route.fulfill(status=404, body=(site / "404.html").read_bytes(), content_type="text/html")

    def make(name, **options):
        watched.append(Watched(browser, URL, **options))
        watched[-1].context.route(f"{URL}**", serve)
        watched[-1].page.set_default_timeout(30_000)
        watched[-1].page.goto(f"{URL}{name}")
        return watched[-1].page

    return make


@pytest.mark.parametrize("most", [4, pytest.param(1000, marks=pytest.mark.soak)])
def test_a_reader_walks_by_keyboard_from_the_map_on_a_phone(visit, site, most):
    page = visit("index.html", viewport=PHONE)
    walked, too_wide = [], []
    while len(walked) < most:
        name = page.url.removeprefix(URL)
        walked.append(name)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            too_wide.append(name)
        onward = page.locator(".next-page")
        if not onward.count():
            break
        onward.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, name=name: url != URL + name, wait_until="load")
    assert walked == in_order(site)[:most]
    assert not too_wide


def test_the_search_finds_a_word_of_a_lesson(visit):
    page = visit("index.html")
    page.get_by_label("Search").first.fill("vanishing")
    page.keyboard.press("Enter")
    found = page.locator("#search-results li a").first
    found.wait_for()
    places = page.locator("#search-results li a").evaluate_all("all => all.map(one => one.href)")
    assert any("/notebooks/" in place for place in places)


def read_out(page):
    """All that the browser hands to a screen reader, as one text."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return " ".join(str(node.get("name", {}).get("value")) for node in nodes if not node["ignored"])


EXPLAINED = "the rates multiply, as rates of exchange do"


def test_an_answer_and_its_prose_are_covered_until_asked_for_and_stand_beside_the_guess_from_then_on(visit):
    page = visit("notebooks/02-chain-rule.html")
    cell = page.locator("[id='cell-id=product-of-slopes']")
    answer = cell.get_by_text("multiplied:", exact=False).last
    explained = page.get_by_text(EXPLAINED)
    assert not answer.is_visible()
    assert not explained.is_visible()
    assert EXPLAINED not in read_out(page)
    assert "Which of the friend's three factors" in read_out(page), "the next question is no answer"
    assert cell.locator(".cell_output").evaluate("one => one.clientHeight") == 0
    assert page.locator("[id='explained=product-of-slopes']").evaluate("one => one.clientHeight") == 0
    cell.get_by_label("Your guess").fill("about 67")
    page.keyboard.press("Enter")
    assert answer.is_visible()
    assert explained.is_visible()
    assert EXPLAINED in read_out(page)
    assert page.locator(":focus").inner_text() == "You guessed: about 67"
    page.reload()
    assert cell.get_by_text("You guessed: about 67").is_visible()
    assert answer.is_visible()
    assert explained.is_visible()
    assert page.locator(".course-cover:visible").count() > 0, "each answer has a cover of its own"


def test_one_press_shows_all_answers_of_a_page_and_one_covers_them_again(visit):
    page = visit("notebooks/02-chain-rule.html")
    covers, explained = page.locator(".course-cover:visible"), page.get_by_text(EXPLAINED)
    count = covers.count()
    page.get_by_role("button", name="Show all answers").press("Enter")
    assert (covers.count(), explained.is_visible()) == (0, True)
    again = page.get_by_role("button", name="Cover all answers again")
    again.press("Enter")
    assert (covers.count(), explained.is_visible()) == (count, False)
    page.get_by_label("Your guess").first.press("Enter")
    assert page.get_by_role("button", name="Show all answers").is_visible(), "some are still covered"
    page.reload()
    assert covers.count() == count - 1


def test_what_the_browser_is_asked_to_find_in_a_covered_answer_it_opens(visit):
    page = visit("notebooks/02-chain-rule.html#:~:text=rates%20of%20exchange")
    page.get_by_text("Opened, since what you looked for is below.").wait_for()
    assert page.get_by_text(EXPLAINED).is_visible()
    assert page.locator("[id='cell-id=product-of-slopes']").get_by_text("multiplied:").last.is_visible()


def test_without_javascript_answers_and_their_prose_are_there(visit):
    page = visit("notebooks/02-chain-rule.html", java_script_enabled=False)
    assert page.get_by_text(EXPLAINED).is_visible()
    assert page.locator("[id='cell-id=product-of-slopes']").get_by_text("multiplied:").last.is_visible()


def test_the_search_shows_no_answer(visit):
    page = visit("search.html?q=exchange")
    found = page.locator("#search-results li", has_text="The chain rule")
    found.locator("p.context").wait_for()
    assert EXPLAINED not in page.locator("#search-results").inner_text()


def test_the_citation_is_copied_as_it_stands(visit):
    page = visit("cite.html", permissions=["clipboard-read", "clipboard-write"])
    for place, shown in enumerate(page.locator(".course-citation").all()):
        page.get_by_role("button", name="Copy").nth(place).press("Enter")
        page.get_by_text("Copied.").nth(place).wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == shown.text_content()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{backproplab,")


def test_the_map_shows_what_was_answered_and_finished_and_the_quiz_stays_answered(visit):
    page = visit("notebooks/02-chain-rule.html")
    page.wait_for_function("() => document.documentElement.dataset.lessonLive === 'true'")
    quiz = page.get_by_role("group", name="Quick check")
    asked = questions("02")
    right = [next(i for i, one in enumerate(each.choices) if one.right) for each in asked]
    check(page, quiz.locator("fieldset").first, right[0])
    page.goto(f"{URL}index.html")
    row = page.locator(".course-map li", has_text="The chain rule")
    assert f"1 of {len(asked)} questions" in row.inner_text()
    page.goto(f"{URL}notebooks/02-chain-rule.html")
    quiz.get_by_text(f"1 of {len(asked)} answered rightly").wait_for()
    for place in range(1, len(asked)):
        check(page, quiz.locator("fieldset").nth(place), right[place])
    page.get_by_role("button", name="✓ Finished").wait_for()
    page.goto(f"{URL}index.html")
    assert "✓ finished" in row.inner_text()
    assert page.get_by_text("You have finished 1 of").is_visible()
    page.goto(f"{URL}exercises/02-chain-rule.html")
    page.get_by_role("button", name="I have finished this page").press("Enter")
    page.goto(f"{URL}index.html")
    assert page.get_by_text("You have finished 2 of").is_visible()


def test_an_answer_is_no_answer_to_a_question_that_has_taken_its_place(visit, site):
    page = visit("notebooks/02-chain-rule.html")
    page.wait_for_function("() => document.documentElement.dataset.lessonLive === 'true'")
    cards = page.get_by_role("group", name="Quick check").locator("fieldset")
    right = [next(i for i, one in enumerate(each.choices) if one.right) for each in questions("02")]
    for place in (1, 2):
        check(page, cards.nth(place), right[place])
        cards.nth(place).get_by_text("Right.").wait_for()
    text = (site / "notebooks/02-chain-rule.html").read_text("utf-8")
    republished = text.replace("A value goes into two later steps", "A value goes into three later steps")
    page.route(
        "**/02-chain-rule.html", lambda route: route.fulfill(body=republished, content_type="text/html")
    )
    page.reload()
    cards.nth(1).get_by_text("three later steps").wait_for()
    cards.nth(2).get_by_text("Right.").wait_for()
    assert cards.nth(1).get_by_role("radio", checked=True).count() == 0
    assert cards.nth(1).get_by_text("Right.").count() == 0


def test_where_site_data_are_blocked_answers_open_all_the_same(visit):
    page = visit("404.html")
    page.context.add_init_script(KEPT_OUT)
    page.goto(f"{URL}notebooks/02-chain-rule.html")
    page.get_by_label("Your guess").first.press("Enter")
    page.get_by_text("You looked without a guess.").wait_for()
    page.get_by_role("button", name="Show all answers").press("Enter")
    assert page.get_by_text(EXPLAINED).is_visible()
    page.get_by_role("button", name="I have finished this page").press("Enter")
    page.get_by_role("button", name="✓ Finished").wait_for()
    page.goto(f"{URL}review.html")
    page.get_by_role("button", name="Ask about all lessons").press("Enter")
    page.locator("#practice").get_by_role("radio").first.check()
    page.keyboard.press("Enter")
    page.get_by_text("Asked again in").wait_for()


def finished(page, *lessons, **checked):
    """Say to the site that these lessons are finished; `checked` has tries by lesson: l03=[[0], [1], [2]]."""
    for name in lessons:
        tries = zip(questions(name[:2]), checked.get(f"l{name[:2]}", []), strict=False)
        answers = {kept_by(each): {"chosen": given[-1], "checked": given} for each, given in tries}
        done = {"finished": True, "answers": answers}
        page.evaluate(
            "([name, done]) => localStorage.setItem(`course done notebooks/${name}`, JSON.stringify(done))",
            [name, done],
        )
    page.reload()


def answer(page, *, rightly):
    """Answer the question that the review asks; return its lesson and the question."""
    form = page.locator("#practice form")
    text = form.locator("legend").inner_text()
    lesson, asked = next(
        (number, each) for number in REVIEWED for each in questions(number) if plain(each.text) in text
    )
    choice = next(i for i, one in enumerate(asked.choices) if one.right == rightly)
    form.get_by_role("radio").nth(choice).check()
    page.keyboard.press("Enter")
    return lesson, asked


REVIEWED = ("02", "03")


def kept_by(question):
    """The words that the site keeps an answer by."""
    words = [as_runs(question.text), [as_runs(choice.text) for choice in question.choices]]
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


def plain(text):
    return text.replace("*", "").replace("`", "")


def test_the_review_asks_of_finished_lessons_and_again_later_and_later(visit):
    page = visit("review.html")
    assert page.get_by_text("You have not finished a lesson yet").is_visible()
    page.clock.install()
    finished(page, "02-chain-rule", "03-spreadsheet")
    assert page.get_by_text("6 of 6 questions are due, from 2 lessons.").is_visible()
    _, missed = answer(page, rightly=False)
    assert page.get_by_text("Asked again in ten minutes.").is_visible()
    lessons = set()
    for left in range(5, 0, -1):
        page.get_by_role("button", name="Next question").press("Enter")
        assert page.get_by_text(f"{left} of 6 questions are due").is_visible()
        lessons.add(answer(page, rightly=True)[0])
        assert page.get_by_text("Asked again in 1 day.").is_visible()
    assert lessons == {"02", "03"}
    page.get_by_role("button", name="Next question").press("Enter")
    assert page.get_by_text("Nothing is due now.").is_visible()
    page.clock.fast_forward("11:00")
    page.reload()
    assert page.get_by_text("1 of 6 questions are due").is_visible()
    assert plain(missed.text) in page.locator("#practice legend").inner_text()
    page.clock.fast_forward("24:00:00")
    page.reload()
    assert page.get_by_text("6 of 6 questions are due").is_visible()
    assert plain(missed.text) in page.locator("#practice legend").inner_text(), "what was missed comes first"
    page.get_by_role("button", name="Ask about all lessons").press("Enter")
    lessons = len(list((ROOT / "notebooks").glob("[0-9]*.ipynb")))
    assert page.get_by_text(f"from {lessons} lessons").is_visible()


def test_the_review_begins_with_a_mistake_that_the_reader_has_made_and_names_it_after_the_answer(visit):
    page = visit("review.html")
    finished(page, "02-chain-rule", "03-spreadsheet", l03=[[2], [1], [0, 2]])  # 1.7: the sign of the update
    name = page.get_by_text("the sign is turned round")
    assert name.count() == 0
    _, asked = answer(page, rightly=True)
    assert asked == questions("03")[2]
    assert name.is_visible()


def test_where_to_start_is_the_lesson_of_the_first_question_that_one_cannot_answer(visit):
    page = visit("where-to-start.html")
    known = parsed((files("backproplab.publishing") / "practice/start.toml").read_text("utf-8"), "start.toml")
    assert len(known) == page.locator("#practice fieldset").count() == 8
    for place, each in enumerate(known):
        right = next(i for i, one in enumerate(each.choices) if one.right)
        page.locator("#practice fieldset").nth(place).get_by_role("radio").nth(right).check()
    ask = page.get_by_role("button", name="Where should I start?")
    ask.press("Enter")
    assert page.locator(":focus").inner_text().startswith("Start with lesson 10")
    for missed in (3, 5):
        page.locator("#practice fieldset").nth(missed).get_by_role("radio").last.check()
    ask.press("Enter")
    page.get_by_role("link", name="Start with lesson 04: Credit assignment").click()
    page.wait_for_url(f"{URL}notebooks/04-credit-assignment.html")


def test_the_cheat_sheet_is_one_page_on_paper(visit):
    page = visit("notebooks/cheat-sheet.html")
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type /Page\b", printed)) == 1


@pytest.fixture(scope="module")
def looked_at(visit):
    """A page that is led from kind to kind, and the looks of text that axe was asked about on the way."""
    return visit("index.html"), set()


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_in_either_theme(looked_at, kind):
    page, seen = looked_at
    page.emulate_media(color_scheme="light")
    page.goto(f"{URL}{KINDS[kind]}")
    page.wait_for_load_state("networkidle")
    assert violations(page, where=None, without=["color-contrast"]) == []
    assert pale(page, seen) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    assert pale(page, seen) == []  # all else is the same page
    keep_picture(page, f"site-{kind}-dark")


def test_a_page_that_is_not_there_leads_back_from_any_depth(visit, watched):
    page = visit("notebooks/gone/for-good.html")
    page.get_by_role("link", name="The course map").click()
    page.wait_for_url(f"{URL}index.html")
    (trouble,) = watched[-1].troubles  # the browser tells of the status
    assert "404" in trouble
    watched[-1].troubles.clear()


def test_a_widget_is_there_once_live_on_the_screen_and_still_on_paper(visit):
    page = visit("notebooks/02-chain-rule.html")
    page.wait_for_function("() => document.documentElement.dataset.lessonLive === 'true'")
    live, still = page.locator(".lesson-live").last, page.locator(".lesson-still").last
    assert (live.is_visible(), still.is_visible()) == (True, False)
    page.emulate_media(media="print")
    assert (live.is_visible(), still.is_visible()) == (False, True)


def test_on_paper_answers_are_there_and_covers_are_not(visit):
    page = visit("notebooks/02-chain-rule.html")
    page.emulate_media(media="print")
    cell = page.locator("[id='cell-id=product-of-slopes']")
    assert cell.get_by_text("multiplied:", exact=False).last.is_visible()
    assert page.get_by_text(EXPLAINED).is_visible()
    assert page.locator(".course-cover:visible, .sidebar-drawer:visible").count() == 0

"""The recommender on a real page: chosen and rated by keyboard, and its numbers are those of Python."""

import pytest

SOURCE = """
from backproplab.widgets import Recommender

people, films = [[1.0, 0.5], [-1.0, 0.2]], [[0.4, 1.2], [-3.0, 0.0], [0.5, 0.5]]
genres = ["horror", "comedy", "horror"]
ratings = Recommender(people, films, [0.2, -0.1], [0.4, 0.0, 0.3], ["Moth", "Waltz", "Robots"], genres)
ratings
"""


@pytest.fixture(scope="module")
def stage(open_stage):
    return open_stage({"ratings": SOURCE})


@pytest.fixture
def ratings(stage):
    stage.ask("[ratings.set_trait(name, value) for name, value in dict(person=0, film=0, thumb=-1).items()]")
    output = stage.output("ratings")
    says(output, "Person 0 likes “Moth” with a chance of 0.83. No thumb yet.")
    return output


def says(output, text):
    output.locator(".recommender-words", has_text=text).wait_for(timeout=20_000)
    output.get_by_role("status").filter(has_text=text).wait_for(state="attached", timeout=20_000)


def press(output, name):
    output.get_by_role("button", name=name).focus()
    output.page.keyboard.press("Enter")


def rows(output):
    return {
        row.locator("th").inner_text(): row.locator("td").all_inner_texts()
        for row in output.locator("tbody tr").all()
    }


@pytest.mark.parametrize("thumb", [0, 1])
@pytest.mark.parametrize(("person", "film"), [(0, 0), (1, 1), (0, 2)])
def test_the_page_computes_what_python_does(stage, ratings, person, film, thumb):
    ratings.get_by_label("Person", exact=True).select_option(str(person))
    ratings.get_by_label("Film", exact=True).select_option(str(film))
    press(ratings, "Thumb up" if thumb else "Thumb down")
    stage.becomes("(ratings.person, ratings.film, ratings.thumb)", [person, film, thumb])
    says(ratings, stage.ask("ratings.words()"))
    before, after = stage.ask(
        "[[f'{p:.2f}' for p in each] for each in (ratings.chances(), ratings.after().chances)]"
    )
    shown = rows(ratings)
    for title, old, new in zip(("Moth", "Waltz", "Robots"), before, after, strict=True):
        assert shown[title][:2] == [old, new]


def test_two_arrows_appear_and_no_thumb_takes_them_away(ratings):
    assert ratings.locator(".recommender-head").count() == 0
    press(ratings, "Thumb down")
    says(ratings, "a thumb down: the chance goes from 0.83 to 0.61.")
    assert ratings.locator(".recommender-head").count() == 2
    assert ratings.get_by_role("button", name="Thumb down").get_attribute("aria-pressed") == "true"
    assert rows(ratings)["Robots"][2] == "↓ falls"
    press(ratings, "No thumb")
    says(ratings, "No thumb yet.")
    assert ratings.locator(".recommender-head").count() == 0


def test_the_thumb_stays_when_the_person_changes(stage, ratings):
    press(ratings, "Thumb down")
    ratings.get_by_label("Person", exact=True).select_option("1")
    says(ratings, "Person 1 gives “Moth” a thumb down")
    stage.becomes("[ratings.person, ratings.thumb]", [1, 0])


def test_a_chance_that_shows_the_same_digits_hardly_changes(ratings):
    press(ratings, "Thumb down")
    says(ratings, "1 fall, 0 rise and 1 hardly change.")
    assert rows(ratings)["Waltz"] == ["0.06", "0.06", "hardly"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wrong_for_who_cannot_see_it_well(stage, ratings, theme):
    if theme == "dark":
        stage.dark()
    press(ratings, "Thumb down")
    says(ratings, "a thumb down")
    assert stage.violations() == []
    stage.screenshot("ratings", f"recommender-{theme}")


def test_on_a_phone_nothing_is_cut_off(open_stage):
    phone = open_stage({"ratings": SOURCE}, viewport={"width": 390, "height": 800}, has_touch=True)
    output = phone.output("ratings")
    output.get_by_role("button", name="Thumb down").tap()
    says(output, "a thumb down")
    assert output.locator(".recommender").evaluate("one => one.scrollWidth <= one.clientWidth")
    phone.screenshot("ratings", "recommender-390")

"""What no test may find on a page is found: an error on its console, a request to the outside."""

import pytest

from browser.lab import Watched


@pytest.fixture(scope="module")
def watching(browser):
    one = Watched(browser, "about:")
    yield one
    one.context.close()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            "<img src='http://elsewhere.example/dot.png'>",
            "leaves the machine: http://elsewhere.example/dot.png",
        ),
        ("<img src='http://192.0.2.1/dot.png'>", "leaves the machine: http://192.0.2.1/dot.png"),
        ("<script>console.error('on purpose')</script>", "on purpose"),
        ("<script>throw new Error('on purpose')</script>", "on purpose"),
    ],
)
def test_a_fault_is_told_of_the_page_and_of_one_that_it_opens(watching, fault, told):
    other = watching.context.new_page()
    for page in (watching.page, other):
        watching.troubles.clear()
        page.set_content(f"<title>A page</title>{fault}")
        assert told in watching.troubles[0]
    other.close()


def test_a_page_without_fault_is_quiet(watching):
    watching.troubles.clear()
    watching.page.set_content("<title>A page</title><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>")
    assert watching.troubles == []

import textwrap

import pytest

from backproplab.authoring.errors import ReleaseError
from backproplab.authoring.stubs import stub_beside_solution, stub_code, stub_text

TODO = "raise NotImplementedError  # your code here"


def marked(text):
    """Write << and >> for the markers."""
    return (
        textwrap.dedent(text)
        .strip("\n")
        .replace("<<", "### BEGIN SOLUTION")
        .replace(">>", "### END SOLUTION")
    )


CASES = {
    "a body": (
        'def f(x):\n    """Doc."""\n    <<\n    return x\n    >>',
        f'def f(x):\n    """Doc."""\n    {TODO}',
    ),
    "part of a body": (
        "def f(x):\n    a = x\n    <<\n    a += 1\n    >>\n    return a",
        f"def f(x):\n    a = x\n    {TODO}\n    return a",
    ),
    "a method": (
        "class A:\n    def f(self):\n        <<\n        return 1\n        >>",
        f"class A:\n    def f(self):\n        {TODO}",
    ),
    "values": ("<<\na, b = 1, 2\n_mine = a\n>>", "a = ...  # your answer here\nb = ...  # your answer here"),
    "a loop that trains": (
        "<<\nw = 0\nfor step in range(9):\n    w -= step\n    gradient = 1\n>>",
        "w = ...  # your answer here",
    ),
    "code to fix": (
        "def f(x):\n    return -x\n\n<<\ndef f(x):\n    return x\n>>",
        "def f(x):\n    return -x",
    ),
    "two regions": (
        "def f():\n    <<\n    pass\n    >>\n\nx = 1\n<<\ny = 2\n>>",
        f"def f():\n    {TODO}\n\nx = 1\ny = ...  # your answer here",
    ),
}


@pytest.mark.parametrize(("source", "released"), CASES.values(), ids=CASES)
def test_a_region_becomes_a_stub_and_the_rest_stays(source, released):
    assert stub_code(marked(source)) == released


def test_for_nbgrader_the_solution_stays_and_a_value_is_blank_before_it():
    source = marked("def f():\n    <<\n    return 1\n    >>")
    assert stub_beside_solution(source) == source
    source = marked("<<\nrate = 0.1\n>>")
    assert stub_beside_solution(source) == "rate = ...  # your answer here\n" + source


def test_free_text_makes_room_for_the_learners():
    assert stub_text("Because of the chain rule.") == "*Your answer here.*"
    assert stub_text(marked("Why?\n<<\nBecause.\n>>\nWell?")) == "Why?\n*Your answer here.*\nWell?"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = 1", "no solution is marked"),
        ("<<\nx = 1", "line 1: '### BEGIN SOLUTION' without an '### END SOLUTION'"),
        ("x = 1\n>>", "line 2: '### END SOLUTION' without a '### BEGIN SOLUTION'"),
        ("<<\n<<\nx = 1\n>>", "line 2: '### BEGIN SOLUTION' inside a solution"),
        ("def f():\n    <<\n    >>", "line 3: the solution is empty"),
        ("if True:\n    <<\n    x = 1\n    >>", "without its solution it is not Python"),
        ("<<\ndef f():\n    return 1\n>>", "line 2: all of 'f' is a solution"),
        ("class A:\n    <<\n    def f(self): pass\n    >>", "line 3: all of 'f' is a solution"),
    ],
)
def test_an_unclear_region_is_refused_with_its_line(source, told):
    with pytest.raises(ReleaseError) as refused:
        stub_code(marked(source))
    assert told in refused.value.reasons[0]

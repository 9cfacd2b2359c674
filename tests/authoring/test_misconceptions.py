import pytest

from backproplab.authoring import alternative, misconception, reply


def run(source):
    space = {"misconception": misconception, "alternative": alternative}
    exec(source, space)
    return space


@pytest.mark.parametrize("word", ['misconception("3.1", "No.")', 'alternative("3.1")'])
def test_the_right_answer_stays_in_place_function_or_class(word):
    space = run(f"""
def f(): return "right"
class Layer: kind = "right"

@{word}
def f(): return "wrong"
@{word}
class Layer: kind = "wrong"
""")
    assert space["f"]() == "right"
    assert space["Layer"].kind == "right"


def test_a_wrong_value_is_declared_by_a_call_and_binds_nothing():
    space = run('rate = 0.1\nmisconception("3.1", "Too large.", rate=10.0)\nalternative("3.1", rate=0.1)')
    assert space["rate"] == 0.1


def test_a_misconception_before_its_answer_says_so():
    with pytest.raises(NameError, match="run its answer cell first"):
        run('@misconception("3.1", "No.")\ndef f(): pass')


def test_a_misconception_without_a_sentence_is_none():
    with pytest.raises(ValueError, match="say what helps"):
        misconception("3.1", " ")


def test_a_slug_is_one_of_the_course():
    assert run('rate = 1\nmisconception("3.1", "No.", slug="sum-for-mean", rate=2)')["rate"] == 1
    with pytest.raises(ValueError, match="no slip of the course; choose one of: upstream-forgotten"):
        misconception("3.1", "No.", slug="sum-for-means")


def test_a_reply_binds_nothing_and_has_a_sentence():
    assert reply("6.2", "catches a lost sign", "Try a negative input.") is None
    with pytest.raises(ValueError, match="say what helps"):
        reply("6.2", "catches a lost sign", "")

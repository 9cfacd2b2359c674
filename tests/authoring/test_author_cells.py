import authoring_kit as kit
import pytest

from backproplab.authoring.author_cells import Reply, answer_variants, replies
from backproplab.authoring.cells import read_cell
from backproplab.authoring.errors import ReleaseError


def read(source):
    return answer_variants(read_cell(kit.author(source)))


def test_an_authors_cell_is_read_without_being_run():
    wrong, also_wrong, right = read(kit.SLOPE_WRONG)
    assert (wrong.exercise, wrong.sentence, wrong.names) == ("3.1", "That is the slope by x.", ("slope",))
    assert wrong.source == "def slope(w, x, upstream):\n    return upstream * w"
    assert also_wrong.sentence == "Multiply by the upstream gradient."
    assert (right.sentence, right.cell) == ("", "wrong")


def test_a_mistake_may_have_a_name_across_the_course():
    decorated, called, nameless = read(
        '@misconception("3.1", "No.", slug="sign-turned")\ndef f(x): return -x\n'
        'misconception("3.1", "No.", rate=10.0, slug="sum-for-mean")\n'
        'misconception("3.1", "Never.", rate=1.0)'
    )
    assert (decorated.slug, called.slug, nameless.slug) == ("sign-turned", "sum-for-mean", "")
    assert called.names == ("rate",)


@pytest.mark.parametrize("slug", ['"sign-turnt"', "name", "7"])
def test_a_name_that_is_not_on_the_list_is_refused_with_the_list(slug):
    with pytest.raises(ReleaseError, match=r"line 1: slug=.* is no slip of the course; .*upstream-forgotten"):
        read(f'@misconception("3.1", "No.", slug={slug})\ndef f(x): return -x')


def test_a_call_binds_its_values_together():
    [wrong] = read('misconception("3.1", "In two "\n"parts.", rate=10.0, f=lambda x: -x)')
    assert wrong.sentence == "In two parts."
    assert wrong.names == ("rate", "f")
    space = {}
    exec(wrong.source, space)
    assert (space["rate"], space["f"](2)) == (10.0, -2)


@pytest.mark.parametrize(
    "source",
    [
        '@misconception("3.1")\ndef f(): pass',
        '@misconception("3.1", " ")\ndef f(): pass',
        '@misconception("3.1", f"{no}")\ndef f(): pass',
        '@misconception(exercise, "No.")\ndef f(): pass',
        '@alternative("3.1", "with a sentence")\ndef f(): pass',
        'misconception("3.1", "No.")',
        '@reply("3.1", "catches it", "No.")\ndef f(): pass',
    ],
)
def test_a_declaration_that_cannot_be_read_is_refused_with_its_line(source):
    with pytest.raises(ReleaseError, match="cell 'wrong', line 1: "):
        read(source)


def test_a_reply_is_read_beside_the_wrong_answers():
    cell = read_cell(kit.author(kit.JUDGE_WRONG))
    assert [each.names for each in answer_variants(cell)] == [("judge",), ("judge",)]
    assert replies(cell)[2] == Reply(
        "3.2", "catches a wrong scale", "Compare the numbers themselves, not their signs.", "wrong"
    )


@pytest.mark.parametrize(
    "source", ['reply("3.1", "No.")', 'reply("3.1", "catches it", " ")', 'reply("3.1", "catches it", 7)']
)
def test_a_reply_that_cannot_be_read_is_refused_with_its_line(source):
    with pytest.raises(ReleaseError, match="cell 'wrong', line 1: write reply"):
        replies(read_cell(kit.author(source)))

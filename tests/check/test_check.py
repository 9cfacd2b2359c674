"""A check tells right from wrong from not attempted, says what helps, and never raises at a learner."""

import json
import sys

import numpy as np
import pytest

from backproplab import display
from backproplab.check import answered, check, check_set, collect, session, summary, verdicts
from backproplab.marking.exercise import call_with_seed
from backproplab.marking.expected import decode, encode, fingerprint, read
from backproplab.sandbox import magics

SEEDS = (101, 102, 103)
HANDED_OUT = "answer = broken"


def slope(x, t):
    return 2 * (x @ x - t) * x


def the_other_slope(x, t):
    return (x @ x - t) * x


def values_of(answer):
    return [encode({"∂L/∂x": answer(*draw(np.random.default_rng(seed)))}) for seed in SEEDS]


def draw(rng):
    return rng.normal(size=2), rng.uniform()


@pytest.fixture
def page(monkeypatch):
    """What the page shows, as (markup, plain text), latest last."""
    shown = []
    monkeypatch.setattr(display, "html", lambda markup, plain: shown.append((markup, plain)))
    return shown


@pytest.fixture
def recorded():
    exercise = {"points": 2, "kind": "function", "answers": ["answer"], "values": values_of(slope)}
    half = {"sentence": "The 2 of the `square` is missing.", "values": values_of(the_other_slope)}
    return {
        "schema": 1,
        "set": "03-made-up",
        "fingerprint": fingerprint(),
        "seeds": list(SEEDS),
        "exercises": {"3.1": {**exercise, "misconceptions": [half]}},
    }


@pytest.fixture
def opened(recorded, page, tmp_path, monkeypatch):
    """A function that opens the recorded set, with changes to its one exercise."""
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(session, "_session", session._Session())

    def open_set(folder=tmp_path / "expected", start=tmp_path, *, exercise="3.1", **changes):
        recorded["exercises"][exercise] |= changes
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "03-made-up.json").write_text(json.dumps(recorded), encoding="utf-8")
        start.mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(start)
        check_set("03-made-up")

    return open_set


def pose(answer, exercise="3.1", **options):
    """Run the check cell on an answer and return its function."""
    cell = '@check(exercise, **options)\ndef _(rng):\n    return {"∂L/∂x": answer(*draw(rng))}'
    exec(cell, {"exercise": exercise, "check": check, "options": options, "draw": draw, "answer": answer})


def run_with(answer):
    """Run the check cell where `answer` has a value, or where None, none yet."""
    cell = '@check("3.1")\ndef _(rng):\n    return {"∂L/∂x": answer(*draw(rng))}'
    exec(cell, {"check": check, "draw": draw} | ({"answer": answer} if answer else {}))


def pose_value(value, **options):
    cell = '@check("3.1", **options)\ndef _(rng):\n    return {"w": answer}'
    exec(cell, {"check": check, "options": options, "answer": value})


class TestTheFormat:
    def test_numbers_survive_the_way_through_json_bit_by_bit(self):
        values = {
            "a": np.array([[0.1, np.nan], [-np.inf, 1e-323]]),
            "b": np.array(np.pi),
            "c": np.zeros((0, 2)),
        }
        back = decode(json.loads(json.dumps(encode(values), allow_nan=False)))
        for name, value in values.items():
            assert back[name].shape == value.shape
            assert back[name].tobytes() == value.tobytes()

    def test_the_fingerprint_is_that_of_the_numpy_we_record_with(self):
        assert fingerprint() == fingerprint()
        assert len(fingerprint()) == 16

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": 1}', '{"schema": 2}', "\ufeff{", "null"])
    def test_a_file_of_another_format_is_an_error_that_names_it(self, content, tmp_path):
        (tmp_path / "x.json").write_text(content, encoding="utf-8")
        with pytest.raises(ValueError, match=r"x\.json"):
            read(tmp_path / "x.json")

    def test_a_value_for_each_seed_is_recorded_or_none_at_all(self, recorded, tmp_path):
        recorded["exercises"]["3.1"]["values"].pop()
        (tmp_path / "x.json").write_text(json.dumps(recorded), encoding="utf-8")
        with pytest.raises(ValueError, match=r"3\.1 has 2 lists of values for 3 seeds"):
            read(tmp_path / "x.json")


class TestFindingTheSet:
    @pytest.mark.parametrize(
        "folder", ["expected", "exercises/expected", "../expected", "../exercises/expected"]
    )
    def test_beside_the_notebook_or_above(self, folder, opened, page, tmp_path):
        start = tmp_path / "course" / "notebooks"
        opened(folder=start / folder, start=start)
        assert page == []

    def test_a_missing_file_says_what_to_do(self, opened, page):
        opened()
        check_set("04-nowhere")
        assert "expected/04-nowhere.json" in page[-1][1]
        assert "Keep the folder 'expected' beside this notebook" in page[-1][1]
        pose(slope)
        assert page[-1][1].startswith("? 3.1 not checked")

    def test_an_unreadable_file_says_so(self, opened, page, tmp_path):
        opened()
        (tmp_path / "expected" / "03-made-up.json").write_text("{", encoding="utf-8")
        check_set("03-made-up")
        assert "03-made-up.json cannot be read" in page[-1][1]

    def test_without_the_first_cell_a_check_asks_for_it(self, opened, page, monkeypatch):
        pose(slope)
        assert "Run this notebook's first cell" in page[-1][1]

    def test_an_exercise_that_is_not_recorded_is_not_checked(self, opened, page, recorded):
        recorded["exercises"]["3.2"] = recorded["exercises"]["3.1"].copy()
        opened()
        del session._session.recorded.exercises["3.1"]
        pose(slope)
        assert "no exercise 3.1" in page[-1][1]


class TestVerdicts:
    def test_right(self, opened, page):
        opened()
        pose(slope)
        assert page[-1][1].startswith("✓ 3.1 right · 2 of 2 points\n  ∂L/∂x  [")
        assert "(2,)  ✓ matches" in page[-1][1]
        assert answered("3.1")

    def test_wrong_says_how_far_off(self, opened, page):
        opened()
        pose(lambda x, t: 1.1 * slope(x, t))
        assert page[-1][1].startswith("✗ 3.1 not yet · 0 of 2 points\n  ∂L/∂x  [")
        assert "✗ 10 % too large" in page[-1][1]
        assert not answered("3.1")

    def test_answered_goes_with_the_last_run(self, opened, page):
        opened()
        pose(slope)
        pose(the_other_slope)
        assert not answered("3.1")
        assert not answered("9.9")

    def test_a_misconception_shows_its_sentence(self, opened, page):
        opened()
        pose(the_other_slope)
        assert "The 2 of the `square` is missing." in page[-1][1]
        assert "The 2 of the <code>square</code> is missing." in page[-1][0]

    def test_a_misconception_must_match_with_every_seed(self, opened, page):
        opened()
        calls = iter([the_other_slope, the_other_slope, lambda x, t: x])
        pose(lambda x, t: next(calls)(x, t))
        assert "missing" not in page[-1][1]

    def test_wrong_with_some_inputs_only_shows_one_of_those(self, opened, page):
        opened()
        calls = iter([slope, slope, lambda x, t: np.array([7.0, 7.0])])
        pose(lambda x, t: next(calls)(x, t))
        assert "[7, 7]" in page[-1][1]
        assert "with 1 of 3 random inputs" in page[-1][1]

    def test_all_rows_are_of_the_one_input_that_is_shown(self, opened, page):
        right = [{"a": np.array(float(n)), "b": np.array(1.0), "c": np.array(1.0)} for n in (5, 6, 7)]
        opened(values=[encode(each) for each in right], misconceptions=[])
        calls = iter([right[0], right[1] | {"b": 2}, right[2] | {"c": 3}])
        exec('@check("3.1")\ndef _(rng):\n    return next(answer)', {"check": check, "answer": calls})
        assert page[-1][1].splitlines()[1:] == [
            "  a  6  a number  ✓ matches",
            "  b  2  a number  ✗ twice what was expected, with 1 of 3 random inputs",
            "  c  1  a number  ✗ right here; 3 times what was expected, with 1 of 3 random inputs",
            "One of 3 random inputs is shown.",
        ]

    @pytest.mark.parametrize(
        ("slip", "words"),
        [
            (lambda right: -right, "the sign is turned round"),
            (lambda right: 2 * right, "twice what was expected"),
            (lambda right: right[:, None], "shape (2, 1) where (2,) was expected"),
            (lambda right: right * np.nan, "nan at [0] where a finite number was expected"),
            (lambda right: None, "got None (does the function return its result?)"),
            (lambda right: str(right), "got a str"),
        ],
    )
    def test_slips_are_called_by_their_name(self, slip, words, opened, page):
        opened()
        pose(lambda x, t: slip(slope(x, t)))
        assert words in page[-1][1]

    def test_what_is_true_of_the_inputs_shown_alone_is_said_of_those(self, opened, page):
        opened(misconceptions=[])
        factors = iter([3.0, -1.0, 7.5])
        pose(lambda x, t: next(factors) * slope(x, t))
        assert "✗ here 3 times what was expected" in page[-1][1]

    def test_half_is_called_half_where_no_misconception_knows_better(self, opened, page):
        opened(misconceptions=[])
        pose(the_other_slope)
        assert "✗ half of what was expected" in page[-1][1]

    def test_points_are_shared_over_the_named_values(self, opened, page):
        one = encode({"a": np.array(1.0), "b": np.array(2.0)})
        opened(values=[one] * 3)
        exec('@check("3.1")\ndef _(rng):\n    return {"b": 2, "a": 3}', {"check": check, "answer": 0})
        assert page[-1][1].startswith("✗ 3.1 not yet · 1 of 2 points")

    def test_values_under_other_names_are_named(self, opened, page):
        opened()
        pose_value(1.0)
        assert "expected values named `∂L/∂x`, and got `w`" in page[-1][1]

    def test_each_call_draws_afresh_even_by_the_old_way(self):
        def drawn(rng):
            return {"a": [rng.uniform(), np.random.rand()]}  # noqa: NPY002

        assert call_with_seed(drawn, 2**40 + 5) == call_with_seed(drawn, 2**40 + 5)
        assert call_with_seed(drawn, 1) != call_with_seed(drawn, 2)

    def test_a_learner_who_spoils_its_input_spoils_nothing_else(self, opened, page):
        opened()

        def spoiling(x, t):
            right = slope(x.copy(), t)
            x[:] = 0
            return right

        pose(spoiling)
        pose(spoiling)
        assert answered("3.1")

    def test_an_array_that_is_used_again_for_the_next_input_is_right(self, opened, page):
        opened()
        kept = np.zeros(2)

        def in_place(x, t):
            kept[:] = slope(x, t)
            return kept

        pose(in_place)
        assert answered("3.1")

    def test_a_list_that_grows_from_call_to_call_is_right_where_it_was(self, opened, page):
        opened(misconceptions=[], values=[encode({"∂L/∂x": np.ones(2)})] * 3)

        def learn(x, t, losses=[]):  # noqa: B006 (the slip that is tested)
            losses += [1.0, 1.0]
            return losses

        pose(learn)
        assert "shape (4,) where (2,) was expected, with 2 of 3 random inputs" in page[-1][1]

    def test_a_wrong_choice_does_not_tell_which_one_is_right(self, opened, page):
        one = [encode({"w": np.array(2.0)})] * 3
        opened(kind="choice", values=one, misconceptions=[])
        pose_value(1.0, kind="choice")
        markup, plain = page[-1]
        assert "not this one" in plain
        assert not any(word in markup + plain for word in ("half", "off by", "2.0"))
        pose_value("2", kind="choice")
        assert "write its number alone, without quotes" in page[-1][1]


class TestNotAttempted:
    def test_a_stub(self, opened, page):
        opened()

        def stub(x, t):
            raise NotImplementedError

        pose(stub)
        assert (
            page[-1][1]
            == "○ 3.1 not attempted · 2 points\nYour turn: put your code for `answer` in place of the line "
            "with NotImplementedError, run that cell, then this one."
        )

    def test_a_blank_is_found_before_anything_computes_with_it(self, opened, page):
        opened()
        pose(...)
        assert "not attempted" in page[-1][1]
        assert "fill in `answer`" in page[-1][1]

    def test_a_blank_among_the_values(self, opened, page):
        opened()
        pose(lambda x, t: ...)
        assert page[-1][1].startswith("○ 3.1 not attempted")

    def test_an_answer_whose_cell_has_not_run(self, opened, page):
        opened(answers=["answer", "other"])
        pose(slope)
        assert "Run the cell that defines `other` first" in page[-1][1]
        assert "did it stop with an error?" in page[-1][1]

    @pytest.fixture
    def ran(self, monkeypatch):
        """The sources of the cells that the kernel ran; a cell is translated as a kernel does it."""
        cells = []
        monkeypatch.setattr(session, "cells_run", lambda: cells)
        monkeypatch.setattr(session, "as_python", magics.as_python)
        return cells

    def test_code_to_mend_as_it_was_handed_out(self, opened, page, ran):
        ran.append(f"{HANDED_OUT}  # I do not know")
        opened(kind="fix", untouched=values_of(the_other_slope), handed_out=HANDED_OUT, misconceptions=[])
        pose(the_other_slope)
        assert "not attempted" in page[-1][1]
        assert "This is the code as it was handed out: mend `answer`" in page[-1][1]
        pose(slope)
        assert answered("3.1")

    @pytest.mark.parametrize("cells", [["answer = edited"], []], ids=["edited", "not known"])
    def test_what_gives_the_same_is_not_attempted_only_where_nobody_edited_it(self, cells, opened, page, ran):
        ran += cells
        opened(kind="fix", untouched=values_of(the_other_slope), handed_out=HANDED_OUT, misconceptions=[])
        pose(the_other_slope)
        assert page[-1][1].startswith(
            "✗ 3.1 not yet · 0 of 2 points\nWith every input this gives what the code gave as it was "
        )
        assert "half of what was expected" in page[-1][1]

    def test_an_edited_answer_that_gives_what_it_gave_gets_the_sentence_for_it(self, opened, page, ran):
        ran.append("answer = edited")
        opened(kind="fix", untouched=values_of(the_other_slope), handed_out=HANDED_OUT)
        pose(the_other_slope)
        assert page[-1][1].startswith("✗ 3.1 not yet · 0 of 2 points\nThe 2 of the `square` is missing.")

    def test_a_line_that_still_raises_in_edited_code_is_named(self, opened, page, ran):
        ran.append("def answer(x, t):\n    y = x")
        opened(handed_out=HANDED_OUT)
        space = {}
        exec("def answer(x, t):\n    y = x\n    raise NotImplementedError", space)
        pose(space["answer"])
        assert page[-1][1] == (
            "✗ 3.1 not yet · 0 of 2 points\n"
            "3.1 came to the line with NotImplementedError in answer, line 3. Either your cell still has it "
            "(put your code in its place), or your cell stopped before it got there (then an error stands "
            "below it). Mend it, run it, then this one."
        )

    def test_a_cell_that_stopped_before_its_answer_was_attempted(self, opened, page, ran):
        ran.append("other = 1 / 0")
        opened(answers=["answer", "other"], handed_out=HANDED_OUT)
        pose(slope)
        assert "✗ 3.1 not yet" in page[-1][1]
        assert "Still without a value: `other`. Either your cell stopped before it got there" in page[-1][1]
        assert "or no line of it defines exactly this name. Mend it" in page[-1][1]

    def test_a_name_that_no_cell_binds_has_to_be_exactly_this(self, opened, page, ran):
        ran.append("anser = 2")
        opened(answers=["other"], handed_out="other = ...")
        pose(slope)
        assert "Run the cell that defines `other` first" in page[-1][1]
        assert "the name has to be exactly this" in page[-1][1]

    @pytest.mark.parametrize(
        ("cell", "says"),
        [
            ("answer = −0.5", "line 1: type - for − (invalid character '−' (U+2212))"),
            ("\nanswer = 0.5 × 3", "line 2: type * for × (invalid character '×' (U+00D7))"),
            ("answer = -0,08", "line 1: Python's decimal sign is a point, as in 0.5 (leading zeros in"),
            ("def answer(x, t)\n    return x", "line 1: expected ':'"),
            ("def answer(x, t):\nreturn x", "line 2: expected an indented block"),
            ("\ndef answer(x, x):\n    return x", "line 2: duplicate "),
            ("def answer(x, t):\n    while t:\n        t = 0\n    break", "line 4: 'break' outside loop"),
            ("x = 1\nreturn x\nanswer = x", "line 2: 'return' outside function"),
            ("%%time\nanswer = 0.5 × 3", "line 2: type * for × (invalid character '×' (U+00D7))"),
            ("%time x = 1\nanswer = 0.5 × 3", "line 2: type * for × (invalid character '×' (U+00D7))"),
        ],
    )
    @pytest.mark.parametrize("before", [the_other_slope, None], ids=["an older answer", "no answer"])
    def test_a_cell_that_cannot_be_read_did_not_run_to_its_end(self, cell, says, before, opened, page, ran):
        ran += ["answer = older", cell]
        opened(answers=["answer"], handed_out=HANDED_OUT)
        run_with(before)
        assert page[-1][1].startswith(
            "✗ 3.1 not yet · 0 of 2 points\nYour last cell for `answer` did not run to its end, since Python "
            f"cannot read it: {says}"
        )
        assert not answered("3.1")

    @pytest.mark.parametrize("later", ["answer = 2", "other = −1", "get_ipython().system('ls')"])
    def test_only_the_last_cell_for_the_answer_counts(self, later, opened, page, ran):
        ran += ["answer = −0.5" if later == "answer = 2" else "answer = 2", later]
        opened(handed_out=HANDED_OUT)
        run_with(the_other_slope)
        assert "cannot read" not in page[-1][1]
        assert "half of what was expected" in page[-1][1]

    @pytest.mark.parametrize(
        "cell",
        [
            "%%time\nanswer = 2",
            "%time\nif True:\n    %matplotlib inline\nanswer = 2\nanswer?",
            "answer = await work()",
            "answer = 2\nreturn answer",  # a notebook compiles line by line: this one has its value
        ],
    )
    def test_a_cell_that_ipython_reads_as_far_as_the_answer_is_judged(self, cell, opened, page, ran):
        ran += ["answer = −0.5", cell]
        opened(handed_out=HANDED_OUT)
        run_with(the_other_slope)
        assert "cannot read" not in page[-1][1]
        assert "half of what was expected" in page[-1][1]

    def test_a_right_answer_stays_right_when_a_cell_after_it_cannot_be_read(self, opened, page, ran):
        ran += ["answer = right", "answer = −1"]
        opened(handed_out=HANDED_OUT)
        run_with(slope)
        assert answered("3.1")

    @pytest.mark.parametrize("cell", ["answer = ...\nother = 2", "other = 2\nanswer = 1 / q"])
    @pytest.mark.parametrize("value", [..., lambda *_: ...], ids=["the answer", "what it returns"])
    def test_a_blank_in_an_edited_cell_is_left_or_the_cell_stopped_above_it(
        self, cell, value, opened, page, ran
    ):
        ran += ["answer = ...\nother = ...", cell]
        opened(answers=["answer", "other"], handed_out="answer = ...\nother = ...")
        check_cell = '@check("3.1")\ndef _(rng):\n    return {"∂L/∂x": answer()}'
        exec(check_cell, {"check": check, "answer": value, "other": 2})
        assert page[-1][1].startswith("✗ 3.1 not yet · 0 of 2 points\nStill without a value: `answer`")
        assert "Either your cell stopped before it got there (then an error stands below it)" in page[-1][1]
        assert "or it still says `...`" in page[-1][1]

    def test_an_edited_answer_whose_check_never_ran_is_not_checked(self, opened, page, ran):
        ran.append("answer = edited")
        opened(handed_out=HANDED_OUT)
        summary()
        assert "  3.1  ? not checked" in page[-1][1]


class TestExceptions:
    def test_one_line_names_exercise_place_and_cause(self, opened, page):
        opened()
        cell = {}
        exec("def divide(x, t):\n    y = x\n    return y / [][0]", cell)
        pose(cell["divide"])
        markup, plain = page[-1]
        line = "3.1 stopped in divide, line 3: IndexError: list index out of range"
        assert plain.splitlines()[1] == line
        assert f'<p style="margin:0.2em 0;max-width:70ch">{line}</p><details>' in markup
        assert "backproplab" not in plain  # the frames that led to the check are no concern of a learner

    def test_the_line_is_the_learners_where_compiled_code_of_a_library_raises(self, opened, page):
        opened()
        cell = {"rng": np.random.default_rng(1)}
        exec("def draw_more(x, t):\n    return rng.normal(0, -1)", cell)
        pose(cell["draw_more"])
        assert "3.1 stopped in draw_more, line 2: ValueError: scale < 0" in page[-1][1]
        assert "\nnumpy/random/" in page[-1][1]

    @pytest.mark.parametrize(
        ("filename", "is_cell"),
        [
            ("/tmp/ipykernel_12/345.py", True),
            (r"C:\Temp\ipykernel_12\345.py", True),
            ("<ipython-input-3-0a1b>", True),
            ("<cell 3>", True),
            ("<frozen importlib._bootstrap>", False),
            ("<__array_function__ internals>", False),
            ("numpy/random/_generator.pyx", False),
            ("_pickle.pyx", False),
        ],
    )
    def test_a_cell_is_known_by_the_name_that_a_kernel_gives_it(self, filename, is_cell, opened, page):
        opened()
        cell = {}
        exec("def answer(x, t):\n    return fail()", cell)
        exec(compile("def fail():\n    return [][0]", filename, "exec"), cell)
        pose(cell["answer"])
        assert ("3.1 stopped in fail, line 2" in page[-1][1]) is is_cell

    @pytest.mark.parametrize(
        "error", [SystemExit(1), KeyboardInterrupt(), RecursionError("deep"), MemoryError(), AssertionError()]
    )
    def test_whatever_it_is_it_ends_on_the_card(self, error, opened, page):
        opened()

        def fail(x, t):
            raise error

        pose(fail)
        assert type(error).__name__ in page[-1][1]
        assert page[-1][1].startswith("✗ 3.1 not yet")

    def test_an_exception_that_cannot_speak(self, opened, page):
        opened()

        class Mute(Exception):
            def __str__(self):
                raise ValueError

        def fail(x, t):
            raise Mute

        pose(fail)
        assert "Mute" in page[-1][1]

    def test_an_object_that_fails_when_looked_at(self, opened, page):
        opened()

        class Sulky:
            def __getattr__(self, name):
                raise RuntimeError

        pose(lambda x, t: Sulky())
        assert "got a Sulky that fails with RuntimeError" in page[-1][1]

    def test_nothing_of_this_machine_is_shown(self, opened, page):
        opened()

        def fail(x, t):
            np.linalg.inv(np.zeros((2, 2)))

        pose(fail)
        assert "numpy/linalg/" in page[-1][1]
        assert str(sys.prefix) not in page[-1][1]
        pose(lambda x, t: object() + 1)
        pose_value(0)

        def address(x, t):
            raise ValueError(f"{object()} is odd")

        pose(address)
        assert "<object object at 0x…> is odd" in page[-1][1]

    @pytest.mark.parametrize(("rows", "factor", "folded"), [(41, 1, True), (40, 1, False), (41, 2, False)])
    def test_a_long_table_is_folded_where_all_of_it_is_right(self, opened, page, rows, factor, folded):
        table = np.arange(1.0, rows + 1)
        opened(
            exercise="3.1",
            values=[encode({f"row {n}": number for n, number in enumerate(table)})] * len(SEEDS),
            misconceptions=[],
        )
        cell = (
            '@check("3.1")\ndef _(rng):\n    return {f"row {n}": number for n, number in enumerate(answer)}'
        )
        exec(cell, {"check": check, "answer": factor * table})
        assert (f"<summary>All {rows} values match</summary>" in page[-1][0]) is folded
        assert "row 39" in page[-1][1]

    def test_a_long_message_keeps_its_end(self, opened, page):
        opened()

        def wordy(x, t):
            raise ValueError("first " + "word " * 1000 + "do not fit together (size 3 is different from 4)")

        pose(wordy)
        assert "ValueError: first word" in page[-1][0]
        assert "word do not fit together (size 3 is different from 4)" in page[-1][0]
        assert len(page[-1][0]) < 2000

    def test_endless_recursion_is_told_briefly(self, opened, page):
        opened()

        def deep(x, t):
            return deep(x, t)

        pose(deep)
        assert "RecursionError" in page[-1][1]
        assert "more calls" in page[-1][1]
        assert len(page[-1][1].splitlines()) < 40

    def test_text_of_the_learner_stays_text(self, opened, page):
        opened()

        def fail(x, t):
            raise ValueError("<script>alert(1)</script>")

        pose(fail)
        assert "<script>" not in page[-1][0]
        assert "&lt;script&gt;" in page[-1][0]

    @pytest.mark.parametrize(
        ("result", "hint"),
        [
            (None, "does the function return its result?"),
            (0.5, "several results are expected from one return"),
            ((1, 2, 3), "count the results that your function returns"),
        ],
    )
    def test_a_result_that_does_not_fit_the_check_is_told_what_to_look_at(self, opened, page, result, hint):
        opened()
        cell = '@check("3.1")\ndef _(rng):\n    one, two = answer()\n    return {"∂L/∂x": one}'
        exec(cell, {"check": check, "answer": lambda: result})
        assert hint in page[-1][1]

    @pytest.mark.parametrize(
        ("slip", "hint"),
        [
            (lambda x, t: t ^ 2, "a power is written **, not ^"),
            (lambda x, t: x[0] ^ 2, "a power is written **, not ^"),
            (lambda x, t: np.zeros(2, 3), "a shape has brackets of its own"),
        ],
        ids=["^ of a number", "^ of numpy's", "a shape without brackets"],
    )
    def test_a_slip_that_an_error_betrays_is_named_wherever_it_arose(self, opened, page, slip, hint):
        opened()
        pose(slip)
        assert hint in page[-1][1]


class TestVersionsDiffer:
    def test_wrong_values_are_not_called_wrong(self, opened, page, recorded):
        recorded["fingerprint"] = "of another numpy"
        opened()
        pose(the_other_slope)
        assert page[-1][1].startswith("≠ 3.1 versions differ · 2 points")
        assert "not compared" in page[-1][1]
        assert "off by" not in page[-1][1]

    def test_values_that_match_are_right_all_the_same(self, opened, page, recorded):
        recorded["fingerprint"] = "of another numpy"
        opened()
        pose(slope)
        assert answered("3.1")

    def test_a_value_by_hand_does_not_depend_on_what_is_drawn(self, opened, page, recorded):
        recorded["fingerprint"] = "of another numpy"
        opened(kind="hand", values=[encode({"w": np.array(1.0)})] * 3, misconceptions=[])
        pose_value(2.0)
        assert "not yet" in page[-1][1]

    @pytest.mark.parametrize(("value", "told"), [((0, 147), True), (147, False), ((1, 2, 3), False)])
    def test_a_decimal_comma_makes_two_numbers_of_a_value_by_hand(self, value, told, opened, page):
        opened(kind="hand", values=[encode({"w": np.array(0.147)})] * 3, misconceptions=[])
        pose_value(value)
        assert ("write a decimal point, 0.5, not a decimal comma" in page[-1][1]) == told


class TestTrainedNumbers:
    @pytest.fixture
    def train(self, opened, page):
        zeros = {"sentence": "These never left zero.", "values": [encode({"w": np.zeros(2)})] * 3}
        opened(kind="trained", values=[], misconceptions=[zeros])

        def judge(values, rng):
            values["w"] += 0  # a judge may do what it likes with its copy
            return True if values["w"].sum() > 1 else "They add up to no more than 1."

        def pose_trained(value, accept=judge):
            pose_value(value, kind="trained", shapes={"w": (2,)}, accept=accept)
            return page[-1][1]

        return pose_trained

    def test_right_when_the_judge_says_so_with_each_seed(self, train):
        seen = []
        assert "✓ 3.1 right" in train(
            [1.0, 2.0], accept=lambda values, rng: bool(seen.append(rng.uniform()) or 1)
        )
        assert seen == [np.random.default_rng(seed).uniform() for seed in SEEDS]

    def test_a_judges_sentence_is_shown_and_earns_nothing(self, train):
        text = train([0.0, 0.5])
        assert text.startswith("✗ 3.1 not yet · 0 of 2 points\nThey add up to no more than 1.")

    def test_a_misconceptions_sentence_comes_before_the_judges(self, train):
        text = train([0.0, 0.0])
        assert "These never left zero." in text
        assert "They add up" not in text

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ([[1.0, 2.0]], "shape (1, 2) where (2,) was expected"),
            ([1.0, np.inf], "not finite"),
            ("text", "got a str"),
            (..., "not attempted"),
        ],
    )
    def test_the_judge_sees_finite_arrays_of_the_declared_shape_only(self, value, words, train):
        assert words in train(value, accept=lambda values, rng: pytest.fail("not to be judged"))

    def test_shown_are_the_numbers_that_the_sentence_speaks_of(self, train, page):
        trained = iter([[5.0, 6.0], [0.25, 0.5], [7.0, 8.0]])

        def drawn(rng):
            return {"w": next(trained)}

        space = {"check": check, "answer": drawn, "judge": lambda values, rng: values["w"].sum() > 1}
        exec(
            '@check("3.1", kind="trained", shapes={"w": (2,)}, accept=judge)\n'
            "def _(rng):\n    return answer(rng)",
            space,
        )
        assert "[0.25, 0.5]" in page[-1][1]
        assert "[5, 6]" not in page[-1][1]

    def test_a_judge_that_stumbles_raises_nothing(self, train):
        assert "cannot be judged. ZeroDivisionError" in train([1.0, 2.0], accept=lambda values, rng: 1 / 0)

    def test_the_truth_of_numpy_is_true_as_well(self, train):
        assert "✓ 3.1 right" in train([1.0, 2.0], accept=lambda values, rng: np.all(values["w"] > 0))
        assert "not yet" in train([1.0, -2.0], accept=lambda values, rng: np.all(values["w"] > 0))

    def test_false_alone_gives_a_sentence_too(self, train):
        assert "do not do yet" in train([1.0, 2.0], accept=lambda values, rng: False)


class TestALearnersOwnTest:
    CELL = """
@check("3.1", kind="tests")
def _(rng):
    double = lambda x: 2 * x
    faults = {"squaring": lambda x: x * x, "zero": lambda x: 0}
    return verdicts(judge, rng, right={"doubling": double}, faults=faults)
"""

    @pytest.fixture
    def ask(self, opened, page):
        def run(judge):
            collected = []
            space = {"check": check, "verdicts": verdicts, "judge": judge, "answer": judge}
            with collect(collected.append):
                exec(self.CELL, space)
            (spec,) = collected
            space["judge"] = lambda f: f(3) == 6
            truth = [encode(call_with_seed(spec.function, seed).truth) for seed in SEEDS]
            space["judge"] = lambda f: f(2) == 4
            sloppy = {"sentence": "At 2, doubling and squaring are one.", "values": []}
            sloppy["values"] = [encode(call_with_seed(spec.function, seed)) for seed in SEEDS]
            replies = {"catches squaring": "Which inputs tell `2x` from `x²`?"}
            opened(kind="tests", values=truth, misconceptions=[sloppy], replies=replies)
            exec(self.CELL, space | {"judge": judge})
            return page[-1]

        return run

    def test_right(self, ask):
        _, plain = ask(lambda f: f(3) == 6)
        assert plain == (
            "✓ 3.1 right · 2 of 2 points\n  accepts doubling  ✓ accepted it\n"
            "  catches squaring  ✓ caught it\n  catches zero      ✓ caught it"
        )

    def test_the_fault_that_got_through_is_told_in_words(self, ask):
        markup, plain = ask(lambda f: f(2) == 4)
        assert plain == (
            "✗ 3.1 not yet · 1.33 of 2 points\nAt 2, doubling and squaring are one.\n"
            "  accepts doubling  ✓ accepted it\n"
            "  catches squaring  ✗ let it through. Which inputs tell `2x` from `x²`?\n"
            "  catches zero      ✓ caught it"
        )
        assert "Which inputs tell <code>2x</code> from <code>x²</code>?" in markup
        assert '<th scope="col"' in markup
        assert "what it did" in markup
        assert "off by" not in markup + plain
        assert "random inputs" not in markup + plain

    def test_a_constant_earns_nothing(self, ask):
        assert ask(lambda f: True)[1].startswith(
            "✗ 3.1 not yet · 0 of 2 points\n  accepts doubling  ✗ lets every"
        )
        assert ask(lambda f: False)[1].startswith(
            "✗ 3.1 not yet · 0 of 2 points\n  accepts doubling  ✗ refused it"
        )

    def test_a_reply_is_said_of_what_was_missed_and_of_nothing_else(self, ask):
        assert "Which inputs" in ask(lambda f: True)[1]
        assert "Which inputs" not in ask(lambda f: False)[1]

    def test_an_exception_is_shown_where_it_happened_and_costs_its_own_share(self, ask):
        space = {}
        exec("def judge(f):\n    assert f(3) != 9, 'a square'\n    return f(3) == 6", space)
        markup, plain = ask(space["judge"])
        assert plain.startswith(
            "✗ 3.1 not yet · 1.33 of 2 points\n3.1 stopped in judge, line 2: AssertionError: a square\n"
        )
        assert "catches squaring  ✗ stopped on it, which is no verdict\n" in plain
        assert "Where it happened" in markup

    def test_what_is_no_verdict_is_named(self, ask):
        assert "TypeError: <lambda> returned None, expected True or False" in ask(lambda f: None)[1]

    def test_an_untouched_one_is_not_attempted(self, ask):
        def stub(f):
            raise NotImplementedError

        assert ask(stub)[1].startswith("○ 3.1 not attempted")


class TestUnderNbgrader:
    @pytest.fixture(autouse=True)
    def grading(self, opened, monkeypatch):
        opened()
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")

    def test_right_passes(self, page):
        pose(slope)
        assert answered("3.1")

    @pytest.mark.parametrize("answer", [the_other_slope, ..., lambda x, t: 1 / 0])
    def test_all_else_raises_after_it_is_shown(self, answer, page):
        with pytest.raises(AssertionError, match=r"^3\.1: not"):
            pose(answer)
        assert len(page) == 1


class TestSummary:
    def test_before_anything_ran(self, opened, page):
        summary()
        assert page[-1][1] == "Nothing to sum up. Run the cells above first."

    def test_exercises_that_never_ran_are_open(self, opened, page):
        opened()
        summary()
        assert page[-1][1] == (
            "03-made-up · 0 of 2 points\n  3.1  ○ not attempted  2 points\nStill open: 3.1."
        )

    def test_all_right(self, opened, page):
        opened()
        pose(slope)
        summary()
        assert page[-1][1].endswith("  3.1  ✓ right  2 of 2 points\nAll of it is right. Well done.")

    def test_exercises_stand_in_the_order_of_the_notebook_whichever_ran_first(self, opened, page, recorded):
        names = [f"C1.{number}" for number in range(1, 11)]
        recorded["exercises"] |= {name: recorded["exercises"]["3.1"] for name in names}
        del recorded["exercises"]["3.1"]
        opened(exercise="C1.1")
        pose(slope, exercise="C1.10")
        pose(slope, exercise="C1.9")
        summary()
        lines = page[-1][1].splitlines()[1:-1]
        assert [line.split()[0] for line in lines] == names
        assert [name for name in names if answered(name)] == ["C1.9", "C1.10"]

    def test_opening_a_set_again_starts_afresh(self, opened, page):
        opened()
        pose(slope)
        check_set("03-made-up")
        assert not answered("3.1")


class TestMistakesThatRecur:
    @pytest.fixture
    def two(self, opened, recorded, page, tmp_path):
        """A function that opens a set of two exercises with one slip, and returns one that answers them."""

        def start():
            slip = {
                "sentence": "Look at the sign.",
                "slug": "sign-turned",
                "values": values_of(lambda x, t: -slope(x, t)),
            }
            recorded["exercises"]["3.2"] = recorded["exercises"]["3.1"] | {"misconceptions": [slip]}
            opened(misconceptions=[slip])

        def answer(exercise, function):
            cell = f'@check("{exercise}")\ndef _(rng):\n    return {{"∂L/∂x": answer(*draw(rng))}}'
            exec(cell, {"check": check, "draw": draw, "answer": function})
            return page[-1]

        start()
        return answer

    def turned(self, x, t):
        return -slope(x, t)

    def test_the_first_time_nothing_is_said_of_it(self, two):
        assert "before" not in two("3.1", self.turned)[1]
        assert "before" not in two("3.1", self.turned)[1]

    def test_in_another_exercise_it_is_named_and_its_lesson_linked(self, two):
        two("3.1", self.turned)
        markup, plain = two("3.2", self.turned)
        assert plain.splitlines()[1:3] == [
            "Look at the sign.",
            "You met this one before, in 3.1. The size is right, and the sign is turned round. Read about it "
            "in lesson 03 (../notebooks/03-spreadsheet.ipynb).",
        ]
        assert '<a href="../notebooks/03-spreadsheet.ipynb">lesson 03</a>.</p>' in markup

    def test_a_right_answer_hears_nothing_and_its_card_still_remembers(self, two):
        two("3.1", self.turned)
        markup, plain = two("3.1", slope)
        assert "before" not in plain
        assert markup.startswith("<section data-slips='3.1:sign-turned' ")
        assert "data-slips" not in two("3.2", slope)[0]

    def test_it_is_remembered_from_one_kernel_to_the_next_by_the_notebook_alone(
        self, two, tmp_path, monkeypatch
    ):
        two("3.1", self.turned)
        markup, _ = two("3.1", slope)
        before = sorted(tmp_path.rglob("*"))
        notebook = {"cells": [{"outputs": [{"data": {"text/html": [markup]}}]}]}
        (tmp_path / "03-made-up.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        monkeypatch.setattr(session, "_session", session._Session())
        check_set("03-made-up")
        assert "You met this one before, in 3.1" in two("3.2", self.turned)[1]
        assert "data-slips='3.1:sign-turned'" in two("3.1", slope)[0]  # and the next card carries it on
        assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "03-made-up.ipynb"])


class TestCollecting:
    def test_a_check_hands_itself_on_and_shows_nothing(self, opened, page):
        opened()
        pose(slope)
        page.clear()
        posed = []
        with collect(posed.append):
            check_set("no-such-set")
            pose(slope, points=3, kind="fix")
            summary()
            assert not answered("3.1")
        assert page == []
        assert answered("3.1")
        assert (posed[0].exercise, posed[0].points, posed[0].kind) == ("3.1", 3, "fix")
        assert "∂L/∂x" in call_with_seed(posed[0].function, 1)

"""A copy follows the course where its learner left it alone, and nowhere else; what could not is reported."""

import errno
import json
import os
import stat

import course_kit as kit
import pytest

from backproplab.course import update as updating
from backproplab.course.contents import CourseError, learners_copy
from backproplab.course.record import RECORD
from backproplab.course.update import CHANGED, GONE, UNRECORDED, Outcome, update
from backproplab.marking import expected

POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions and symbolic links are those of Unix")


@pytest.fixture
def course(tmp_path):
    return kit.made(tmp_path / "course")


@pytest.fixture
def copy(course):
    """The folder of a copy, fresh from the course."""
    folder = course / "mycourse"
    made = update(folder, learners_copy(course))
    assert made.written == kit.EVERYTHING
    return folder


def again(course, *fresh):
    return update(course / "mycourse", learners_copy(course), fresh)


def states(folder):
    """What an update must leave as it is: each file's bytes and the time it was written."""
    return {name: (data, (folder / name).stat().st_mtime_ns) for name, data in kit.files(folder).items()}


def kept(outcome):
    return {each.name: each.reason for each in outcome.kept}


def next_lesson(course, version=2):
    kit.save(course, kit.LESSON, kit.lesson(version))


def next_set(course, version=2, factor=2):
    """The course's exercise set gets another check, and other values with it."""
    kit.save(course, kit.SET, kit.exercise(version, factor))
    kit.write(course, kit.VALUES, kit.values(version))


def is_as_in(course, copy, *names):
    contents = learners_copy(course)
    return all((copy / name).read_bytes() == contents[name] for name in names)


def test_a_copy_is_what_the_course_has_for_a_learner_and_a_record(course, copy):
    found = kit.files(copy)
    assert found.pop(RECORD)
    assert found == learners_copy(course)


def test_a_second_run_writes_nothing(course, copy):
    before = states(copy)
    assert again(course) == Outcome()
    assert states(copy) == before


def test_what_the_learner_left_alone_follows_the_course(course, copy):
    next_lesson(course)
    next_set(course)
    kit.write(course, kit.SHEET, "a better workbook")
    before = states(copy)
    assert again(course) == Outcome(written=[kit.SET, kit.VALUES, kit.LESSON, kit.SHEET])
    assert is_as_in(course, copy, *kit.EVERYTHING)
    after = states(copy)
    assert {name for name in after if after[name] != before[name]} == {
        kit.SET,
        kit.VALUES,
        kit.LESSON,
        kit.SHEET,
        RECORD,
    }
    assert again(course) == Outcome()


LEARNERS_WORK = [
    kit.rewrites("before", "x = 7"),
    kit.rewrites("title", "My notes"),
    kit.runs("six-times-seven"),
    kit.runs("before", "6\n", count=17),  # the same output, but run
    kit.runs("after", "8\n", count=3),
    lambda cells: cells["after"].update(outputs=[]),
    lambda cells: cells["ask"].update(attachments={"a.png": {"image/png": "AA=="}}),
]


@pytest.mark.parametrize("change", LEARNERS_WORK)
def test_what_the_learner_changed_or_ran_survives_an_update_and_is_reported(change, course, copy):
    kit.opened(copy, kit.LESSON, change)
    mine = (copy / kit.LESSON).read_bytes()
    assert again(course) == Outcome(), "the course has nothing new"
    next_lesson(course)
    for _ in range(2):
        assert kept(again(course)) == {kit.LESSON: CHANGED}
        assert (copy / kit.LESSON).read_bytes() == mine


def test_a_cell_added_or_taken_away_is_a_change(course, copy):
    for edit in (lambda cells: cells.pop(), lambda cells: cells.append(cells[0])):
        notebook = json.loads((copy / kit.LESSON).read_text(encoding="utf-8"))
        edit(notebook["cells"])
        kit.write(copy, kit.LESSON, json.dumps(notebook))
        next_lesson(course)
        assert kept(again(course)) == {kit.LESSON: CHANGED}


def test_a_notebook_that_cannot_be_read_any_more_is_the_learners(course, copy):
    kit.write(copy, kit.LESSON, "half a note")
    next_lesson(course)
    assert kept(again(course)) == {kit.LESSON: CHANGED}


def test_a_notebook_that_jupyterlab_only_saved_is_left_as_saved_and_follows_the_course(course, copy):
    kit.opened(copy, kit.LESSON)
    before = states(copy)
    assert again(course) == Outcome()
    assert states(copy) == before
    next_lesson(course)
    assert again(course).written == [kit.LESSON]
    assert is_as_in(course, copy, kit.LESSON)


def test_what_only_the_course_tells_a_notebook_follows_too(course, copy):
    cells = kit.exercise()
    cells[2].metadata["tags"] = ["raises-exception"]
    kit.save(course, kit.SET, cells)
    assert again(course).written == [kit.SET]
    assert is_as_in(course, copy, kit.SET)


def test_what_is_there_to_the_byte_is_untouched_whatever_a_later_version_compares(course, copy):
    record = json.loads((copy / RECORD).read_text(encoding="utf-8"))
    for each in record["files"].values():
        each["content"] = "compared otherwise"
    kit.write(copy, RECORD, json.dumps(record))
    next_lesson(course)
    next_set(course)
    assert again(course) == Outcome(written=[kit.SET, kit.VALUES, kit.LESSON])


def test_what_is_there_already_is_not_written_again(course, copy):
    record = (copy / RECORD).read_bytes()
    cells = kit.exercise()
    cells[2].metadata["tags"] = ["raises-exception"]
    kit.save(course, kit.SET, cells)
    again(course)
    (copy / RECORD).write_bytes(record)  # a run that was killed before its end leaves it so
    before = states(copy)[kit.SET]
    assert again(course) == Outcome()
    assert states(copy)[kit.SET] == before


def test_a_learner_who_has_made_the_same_change_as_the_course_is_up_to_date(course, copy):
    next_lesson(course)
    kit.opened(copy, kit.LESSON, kit.rewrites("title", learners_title(course)))
    assert again(course) == Outcome()
    next_lesson(course, 3)
    assert again(course).written == [kit.LESSON]


def learners_title(course):
    return "".join(json.loads(learners_copy(course)[kit.LESSON])["cells"][0]["source"])


def test_a_file_that_the_learner_deleted_comes_back_as_the_course_has_it(course, copy):
    kit.opened(copy, kit.LESSON, kit.runs("six-times-seven"))
    for name in kit.EVERYTHING:
        (copy / name).unlink()
    next_lesson(course)
    assert again(course) == Outcome(written=kit.EVERYTHING)
    assert is_as_in(course, copy, *kit.EVERYTHING)


def test_files_of_the_learners_own_are_left_alone(course, copy):
    own = (
        "notebooks/03-made-up-Copy1.ipynb",
        "notebooks/Untitled.ipynb",
        "exercises/expected/mine.json",
        "a b/é.txt",
    )
    for name in own:
        kit.write(copy, name, "mine")
    before = states(copy)
    next_lesson(course)
    assert again(course).kept == []
    assert all(states(copy)[name] == before[name] for name in own)


def test_a_file_of_the_learners_own_that_has_the_name_of_a_new_one_stays(course, copy):
    name = "notebooks/05-new.ipynb"
    kit.save(copy, name, [kit.prose("My own", "mine")])
    mine = (copy / name).read_bytes()
    kit.save(course, name, [kit.prose("# New", "title")])
    for _ in range(2):
        assert kept(again(course)) == {name: UNRECORDED}
        assert (copy / name).read_bytes() == mine


# What leaves the course, or gets another name.


def renamed(course):
    """Lesson and set 03 become 05."""
    for name in (kit.LESSON, kit.SET, kit.VALUES):
        text = (course / name).read_text(encoding="utf-8").replace("03-made-up", "05-made-up")
        kit.write(course, name.replace("03-", "05-"), text)
        (course / name).unlink()


def test_what_leaves_the_course_leaves_the_copy_if_nobody_worked_in_it(course, copy):
    kit.opened(copy, kit.LESSON)
    renamed(course)
    done = again(course)
    assert sorted(done.removed) == sorted([kit.LESSON, kit.SET, kit.VALUES])
    assert done.kept == []
    assert sorted(set(kit.files(copy)) - {RECORD}) == list(learners_copy(course))
    assert again(course) == Outcome()


def test_what_leaves_goes_before_anything_comes(course, copy, monkeypatch):
    """Where case does not count, a file under its new name would be taken away with its old one."""
    gone, real = [], updating.atomic_write

    def write(path, **options):
        gone.append(not (copy / kit.LESSON).exists())
        return real(path, **options)

    monkeypatch.setattr(updating, "atomic_write", write)
    renamed(course)
    again(course)
    assert gone
    assert all(gone)


def test_what_leaves_the_course_stays_with_a_learner_who_worked_in_it(course, copy):
    kit.opened(copy, kit.LESSON, kit.runs("six-times-seven"))
    kit.opened(copy, kit.SET, kit.rewrites("answer", "def slope(x): return x"))
    before = kit.files(copy)
    renamed(course)
    for _ in range(2):
        done = again(course)
        assert done.removed == []
        assert kept(done) == {kit.LESSON: GONE, kit.SET: GONE}
        assert all(not each.replaceable for each in done.kept)
    assert all(kit.files(copy)[name] == before[name] for name in (kit.LESSON, kit.SET, kit.VALUES))
    for name in (kit.LESSON, kit.SET):
        (copy / name).unlink()
    assert again(course) == Outcome(removed=[kit.VALUES])
    assert again(course) == Outcome()


def test_a_folder_that_is_empty_then_goes_and_one_with_something_in_it_stays(course, copy):
    kit.write(copy, "exercises/mine.txt", "")
    for name in (kit.SHEET, kit.SET, kit.VALUES):
        (course / name).unlink()
    again(course)
    assert not (copy / "notebooks/files").exists()
    assert not (copy / "exercises/expected").exists()
    assert (copy / "exercises/mine.txt").exists()


# An exercise set and its recorded values: one version of both.


ANSWERED = kit.rewrites("answer", "def slope(x): return x")


def test_values_do_not_follow_where_the_notebook_cannot(course, copy):
    kit.opened(copy, kit.SET, ANSWERED)
    before = states(copy)
    next_set(course)
    for _ in range(2):
        assert kept(again(course)) == {kit.SET: CHANGED}
        assert states(copy) == before


def test_a_notebook_does_not_follow_where_its_values_cannot(course, copy):
    kit.write(copy, kit.VALUES, "{}")
    before = states(copy)
    next_set(course)
    assert kept(again(course)) == {kit.VALUES: CHANGED}
    assert states(copy) == before
    assert again(course, kit.VALUES).kept == []
    assert is_as_in(course, copy, kit.SET, kit.VALUES)


def test_better_replies_reach_a_learner_whose_notebook_is_still_the_courses(course, copy):
    kit.opened(copy, kit.SET, ANSWERED)
    mine = (copy / kit.SET).read_bytes()
    kit.write(course, kit.VALUES, kit.values(2))
    assert again(course) == Outcome(written=[kit.VALUES])
    assert is_as_in(course, copy, kit.VALUES)
    assert (copy / kit.SET).read_bytes() == mine
    assert again(course) == Outcome()


def test_values_that_are_gone_come_back_only_if_they_are_those_of_the_notebook(course, copy):
    kit.opened(copy, kit.SET, ANSWERED)
    (copy / kit.VALUES).unlink()
    assert again(course) == Outcome(written=[kit.VALUES])
    (copy / kit.VALUES).unlink()
    kit.save(course, kit.SET, kit.exercise(2))
    done = again(course)
    assert done.written == [kit.VALUES], "the course has the same still"
    assert kept(done) == {kit.SET: CHANGED}
    (copy / kit.VALUES).unlink()
    next_set(course)
    assert kept(again(course)) == {kit.SET: CHANGED}
    assert not (copy / kit.VALUES).exists(), "a check says then that it has none, which is true"


DUPLICATES = ["exercises/03-made-up-Copy1.ipynb", "exercises/mine/again.ipynb", "tried.ipynb"]


@pytest.mark.parametrize("duplicate", DUPLICATES)
def test_a_duplicate_that_is_checked_by_the_same_values_keeps_them(duplicate, course, copy):
    kit.save(copy, duplicate, kit.exercise())
    before = states(copy)
    next_set(course)
    done = again(course)
    assert list(kept(done)) == [kit.SET]
    assert duplicate in done.kept[0].reason
    assert states(copy) == before
    done = again(course, kit.SET)
    assert is_as_in(course, copy, kit.SET, kit.VALUES)
    assert not (copy / duplicate).exists()
    aside = "exercises-earlier/" + duplicate.removeprefix("exercises/")
    assert kit.files(copy)[aside] == before[duplicate][0]
    assert kit.files(copy)["exercises-earlier/expected/03-made-up.json"] == before[kit.VALUES][0]
    assert (duplicate, aside) in done.set_aside
    assert again(course) == Outcome()


def test_a_duplicate_does_not_hold_up_what_its_values_do_not_depend_on(course, copy):
    kit.save(copy, DUPLICATES[0], kit.exercise())
    kit.save(course, kit.SET, kit.exercise(2))  # a word in the text
    assert again(course) == Outcome(written=[kit.SET])
    kit.write(course, kit.VALUES, kit.values(2))  # a better reply
    assert again(course) == Outcome(written=[kit.VALUES])


def test_a_duplicate_keeps_the_values_of_a_set_that_leaves_the_course(course, copy):
    kit.save(copy, DUPLICATES[0], kit.exercise())
    before = states(copy)
    renamed(course)
    assert list(kept(again(course))) == [kit.SET]
    assert all(states(copy)[name] == before[name] for name in (kit.SET, kit.VALUES, DUPLICATES[0]))


# To begin again.


def test_what_is_asked_for_fresh_is_set_aside_first(course, copy):
    kit.opened(copy, kit.LESSON, kit.runs("six-times-seven"))
    kit.opened(copy, kit.SET, ANSWERED)
    mine = kit.files(copy)
    next_lesson(course)
    next_set(course)
    done = again(course, kit.LESSON, kit.VALUES)
    assert done.set_aside == [
        (kit.VALUES, "exercises-earlier/expected/03-made-up.json"),
        (kit.SET, "exercises-earlier/03-made-up.ipynb"),
        (kit.LESSON, "notebooks-earlier/03-made-up.ipynb"),
    ]
    assert done.kept == []
    for old, new in done.set_aside:
        assert kit.files(copy)[new] == mine[old]
    assert expected.find("03-made-up.json", copy / "exercises-earlier") == copy / done.set_aside[0][1]
    assert is_as_in(course, copy, *kit.EVERYTHING)
    assert again(course) == Outcome()


def test_each_time_has_a_place_of_its_own(course, copy):
    for place in ("notebooks-earlier", "notebooks-earlier-2", "notebooks-earlier-3"):
        kit.opened(copy, kit.LESSON, kit.rewrites("before", place))
        again(course, kit.LESSON)
        assert place in (copy / place / "03-made-up.ipynb").read_text(encoding="utf-8")
    kit.write(copy, kit.NOTE, "mine")
    assert again(course, kit.NOTE).set_aside == [(kit.NOTE, "INSTALL-earlier.txt")]


def test_of_two_that_set_aside_at_once_one_gives_way(course, copy, monkeypatch):
    kit.opened(copy, kit.LESSON, kit.runs("six-times-seven"))
    mine, real = (copy / kit.LESSON).read_bytes(), updating.write_text

    def meanwhile(*arguments):
        """The first run has found a free name, and is about to use it: now another does the same."""
        monkeypatch.undo()
        assert again(course, kit.LESSON).set_aside
        real(*arguments)

    monkeypatch.setattr(updating, "write_text", meanwhile)
    with pytest.raises(CourseError, match="another backproplab course works on it"):
        again(course, kit.LESSON)
    assert kit.files(copy)["notebooks-earlier/03-made-up.ipynb"] == mine
    assert is_as_in(course, copy, *kit.EVERYTHING)


def test_what_nobody_worked_in_is_not_set_aside(course, copy):
    kit.opened(copy, kit.LESSON)
    before = states(copy)
    assert again(course, kit.LESSON, kit.SET) == Outcome(as_given=[kit.SET, kit.LESSON])
    kit.save(copy, DUPLICATES[0], kit.exercise())
    before |= {DUPLICATES[0]: states(copy)[DUPLICATES[0]]}
    assert again(course, kit.SET) == Outcome(as_given=[kit.SET])
    assert states(copy) == before


def test_duplicates_that_would_have_one_name_are_not_lost(course, copy):
    own = ("exercises/tried/03-made-up.ipynb", "tried/03-made-up.ipynb")
    for name in own:
        kit.save(copy, name, [*kit.exercise(), kit.prose(name, "mine")])
    mine = kit.files(copy)
    next_set(course)
    with pytest.raises(CourseError, match="is there already; rename tried/03-made-up"):
        again(course, kit.SET)
    (copy / own[1]).rename(copy / "tried/another.ipynb")
    assert again(course, kit.SET).kept == []
    found = set(kit.files(copy).values())
    assert {mine[name] for name in own} <= found


def test_a_duplicate_keeps_no_values_once_they_are_gone_but_is_not_judged_by_others(course, copy):
    kit.save(copy, DUPLICATES[0], kit.exercise())
    (copy / kit.VALUES).unlink()
    next_set(course)
    assert list(kept(again(course))) == [kit.SET]
    assert not (copy / kit.VALUES).exists()
    assert again(course, kit.SET).kept == []
    assert expected.find("03-made-up.json", copy / "exercises-earlier") is None
    assert again(course) == Outcome()


@pytest.mark.parametrize(
    "name", ["notebooks/33-none.ipynb", "03", "../course/README.md", "notebooks/Untitled.ipynb"]
)
def test_what_the_course_does_not_have_cannot_be_had_fresh(name, course, copy):
    with pytest.raises(CourseError, match="is not in the course; name a file of it"):
        again(course, name)


# A record that is missing, damaged or from tomorrow.


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "\udcff", '{"schema": 1}', '{"schema": 1, "files": {"a": 1}}', None]
)
def test_without_a_record_nothing_is_overwritten_that_differs(damage, course, copy):
    kit.opened(copy, kit.SET, ANSWERED)
    next_lesson(course)
    before = kit.files(copy)
    if damage is None:
        (copy / RECORD).unlink()
    else:
        (copy / RECORD).write_bytes(damage.encode("utf-8", "surrogateescape"))
    for _ in range(2):
        done = again(course)
        assert kept(done) == {kit.LESSON: UNRECORDED, kit.SET: UNRECORDED}
        assert done.written == []
    assert {**kit.files(copy), RECORD: b""} == {**before, RECORD: b""}
    next_copy = again(course, kit.LESSON, kit.SET)
    assert next_copy.kept == []
    assert is_as_in(course, copy, *kit.EVERYTHING)
    kit.save(course, kit.NEXT, [kit.prose("# Another, mended", "title")])
    assert again(course) == Outcome(written=[kit.NEXT]), "what was the same is known again"


@pytest.mark.parametrize(
    "name", ["../outside.txt", "/outside.txt", "notebooks/../../outside.txt", "notebooks\\x", "C:x"]
)
def test_a_record_that_leads_out_of_the_copy_is_no_record(name, course, copy):
    outside = kit.made(course.parent / "other") / "outside.txt"
    kit.write(course, "outside.txt", "not yours")
    record = json.loads((copy / RECORD).read_text(encoding="utf-8"))
    record["files"][name] = next(iter(record["files"].values()))
    kit.write(copy, RECORD, json.dumps(record))
    assert again(course) == Outcome()
    assert (course / "outside.txt").read_text(encoding="utf-8") == "not yours"
    assert not outside.exists()


def test_a_copy_of_a_later_version_is_refused(course, copy):
    kit.write(copy, RECORD, (copy / RECORD).read_text(encoding="utf-8").replace('"schema": 1', '"schema": 2'))
    before = states(copy)
    with pytest.raises(CourseError, match="A newer backproplab has made"):
        again(course)
    assert states(copy) == before


# A folder that is something else.


def test_a_folder_with_other_things_in_it_is_refused(course):
    kit.write(course / "mycourse", "thesis.txt", "mine")
    with pytest.raises(CourseError, match="holds other things than a copy"):
        again(course)
    assert kit.files(course / "mycourse") == {"thesis.txt": b"mine"}


def test_the_course_itself_is_refused(course):
    before = kit.files(course)
    with pytest.raises(CourseError, match="holds other things than a copy"):
        update(course, learners_copy(course))
    assert kit.files(course) == before


def test_a_file_is_refused(course):
    kit.write(course, "mycourse", "mine")
    with pytest.raises(CourseError, match="is a file, and a copy is a folder"):
        again(course)
    assert (course / "mycourse").read_text(encoding="utf-8") == "mine"


def test_an_empty_folder_and_one_with_hidden_things_are_filled(course):
    kit.write(course / "mycourse", ".venv/pyvenv.cfg", "")
    assert again(course).written == kit.EVERYTHING


@POSIX
@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_refused(there, course, tmp_path):
    (course / "mycourse").symlink_to(tmp_path / "elsewhere")
    if there:
        (tmp_path / "elsewhere").mkdir()
    with pytest.raises(CourseError, match=r"is a link; name the folder that it leads to: .*elsewhere"):
        again(course)
    assert not there or not any((tmp_path / "elsewhere").iterdir())


@POSIX
def test_nothing_is_written_through_a_link_in_the_copy(course, copy):
    for name in ("notebooks", kit.VALUES):
        path = copy / name
        path.rename(path.with_name(f"old-{path.name}"))
        path.symlink_to(course / name)
    next_lesson(course)
    next_set(course)
    before = {name: data for name, data in kit.files(course).items() if not name.startswith("mycourse/")}
    done = again(course)
    assert done.failed
    assert set(kept(done)) == {kit.LESSON, kit.NEXT, kit.SHEET, kit.SET}
    assert all("is a link" in reason for reason in kept(done).values())
    assert before == {
        name: data for name, data in kit.files(course).items() if not name.startswith("mycourse/")
    }


def test_a_folder_in_the_place_of_a_file_stays_and_the_rest_follows(course, copy):
    (copy / kit.LESSON).unlink()
    kit.write(copy, f"{kit.LESSON}/mine.txt", "mine")
    next_lesson(course)
    next_set(course)
    done = again(course)
    assert done.failed
    assert list(kept(done)) == [kit.LESSON]
    assert done.written == [kit.SET, kit.VALUES]
    assert (copy / kit.LESSON / "mine.txt").exists()


# The system says no, or the power fails.


@POSIX
def test_a_file_that_may_only_be_read_follows_and_stays_so(course, copy):
    (copy / kit.LESSON).chmod(0o444)
    next_lesson(course)
    assert again(course).written == [kit.LESSON]
    assert stat.S_IMODE((copy / kit.LESSON).stat().st_mode) == 0o444


def hold_open(path, monkeypatch):
    """Let another program have a file open, as Windows minds: it cannot be replaced."""
    real = os.replace

    def refuse(old, new):
        if os.fspath(new) == os.fspath(path):
            raise PermissionError(errno.EACCES, "Permission denied", os.fspath(new))
        return real(old, new)

    monkeypatch.setattr(os, "replace", refuse)


@pytest.mark.parametrize("failing", [kit.LESSON, kit.SET, kit.VALUES])
def test_a_file_that_may_not_be_written_is_reported_and_the_rest_follows(failing, course, copy, monkeypatch):
    next_lesson(course)
    next_set(course)
    hold_open(copy / failing, monkeypatch)
    done = again(course)
    assert done.failed
    assert kept(done) == {
        kit.SET if failing == kit.VALUES else failing: "It could not be read or written: Permission denied."
    }
    assert (kit.LESSON in done.written) == (failing != kit.LESSON)
    assert not (is_as_in(course, copy, kit.SET) and (copy / kit.VALUES).exists()) or failing == kit.LESSON
    monkeypatch.undo()
    assert again(course).kept == []
    assert is_as_in(course, copy, *kit.EVERYTHING)


class PowerCut(BaseException):
    """What no handler of errors catches."""


def cut_power(at, monkeypatch):
    """Stop everything just before the file that is the `at`-th to get its name."""
    real, count = os.replace, 0

    def cut(old, new):
        nonlocal count
        count += 1
        if count >= at:
            raise PowerCut
        return real(old, new)

    monkeypatch.setattr(os, "replace", cut)


STEPS = {"made": 10, "updated": 9}
"""How many files get their names, those counted that only wait."""


@pytest.mark.parametrize("at", range(1, 11))
@pytest.mark.parametrize("change", ["made", "updated"])
def test_an_interrupted_run_leaves_no_half_pair_and_the_next_one_finishes_it(change, at, course, monkeypatch):
    copy = course / "mycourse"
    if change == "updated":
        again(course)
        next_lesson(course)
        next_set(course)
        kit.save(course, kit.NEXT, [kit.prose("# Another, mended", "title")])
        kit.write(course, kit.SHEET, "a better workbook")
    olds = kit.files(copy)
    cut_power(at, monkeypatch)
    contents = learners_copy(course)
    if at <= STEPS[change]:
        with pytest.raises(PowerCut):
            again(course)
    monkeypatch.undo()
    found = kit.files(copy)
    for name in set(found) & set(contents):
        assert found[name] in (contents[name], olds.get(name))
    if kit.VALUES in found and kit.SET in found:
        assert (found[kit.SET] == contents[kit.SET]) == (found[kit.VALUES] == contents[kit.VALUES])
    assert again(course).kept == []
    assert kit.files(copy).keys() == {*kit.EVERYTHING, RECORD}
    assert is_as_in(course, copy, *kit.EVERYTHING)
    assert again(course) == Outcome()


def values_of_the_notebook(copy):
    """The recorded values that belong to the check in the copy's exercise notebook."""
    for version in (1, 2):
        if f"slope({version})" in (copy / kit.SET).read_text(encoding="utf-8"):
            return kit.values(version).encode()


def test_a_notebook_that_cannot_be_replaced_keeps_its_values(course, copy, monkeypatch):
    next_set(course)
    before = kit.files(copy)
    hold_open(copy / kit.SET, monkeypatch)
    assert again(course).failed
    monkeypatch.undo()
    assert kit.files(copy) == before
    kit.opened(copy, kit.SET, ANSWERED)
    assert kept(again(course)) == {kit.SET: CHANGED}
    assert kit.files(copy)[kit.VALUES] == before[kit.VALUES]


def may_not_be_moved(path, monkeypatch):
    """Let another program have a file open, as Windows minds: it can be neither moved nor deleted."""

    def unless_it_is_that(real):
        def refuse(old, *others, **options):
            if os.fspath(old) == os.fspath(path):
                raise PermissionError(errno.EACCES, "Permission denied", os.fspath(path))
            return real(old, *others, **options)

        return refuse

    monkeypatch.setattr(os, "unlink", unless_it_is_that(os.unlink))
    monkeypatch.setattr(os, "replace", unless_it_is_that(os.replace))


def test_a_notebook_that_cannot_be_deleted_keeps_its_values(course, copy, monkeypatch):
    renamed(course)
    before = kit.files(copy)
    may_not_be_moved(copy / kit.SET, monkeypatch)
    assert again(course).failed
    monkeypatch.undo()
    assert kit.files(copy)[kit.VALUES] == before[kit.VALUES]
    assert sorted(again(course).removed) == [kit.SET, kit.VALUES]


def test_a_notebook_that_cannot_be_set_aside_keeps_its_values(course, copy, monkeypatch):
    kit.opened(copy, kit.SET, ANSWERED)
    before = kit.files(copy)
    next_set(course)
    may_not_be_moved(copy / kit.SET, monkeypatch)
    with pytest.raises(PermissionError):
        again(course, kit.SET)
    monkeypatch.undo()
    assert before.items() <= kit.files(copy).items()
    again(course, kit.SET)
    assert is_as_in(course, copy, kit.SET, kit.VALUES)
    aside = [path for path in copy.glob("exercises-earlier*/*.ipynb")]
    assert [path.read_bytes() for path in aside] == [before[kit.SET]]
    values = expected.find("03-made-up.json", aside[0].parent)
    assert values.read_bytes() == before[kit.VALUES]


@pytest.mark.parametrize("moved_on", [False, True], ids=["the-same-course", "a-newer-course"])
@pytest.mark.parametrize("at", range(1, 7))
def test_who_works_on_after_a_power_cut_has_the_values_that_go_with_the_notebook(
    at, moved_on, course, copy, monkeypatch
):
    next_set(course)
    cut_power(at, monkeypatch)
    with pytest.raises(PowerCut):
        again(course)
    monkeypatch.undo()
    kit.opened(copy, kit.SET, ANSWERED)
    mine = (copy / kit.SET).read_bytes()
    if moved_on:
        next_set(course, 3, 3)
    again(course)
    assert (copy / kit.SET).read_bytes() == mine
    assert (copy / kit.VALUES).read_bytes() == values_of_the_notebook(copy)
    assert kit.files(copy).keys() == {*kit.EVERYTHING, RECORD}
    if at == 5 and not moved_on:  # the notebook had its name, its values not yet
        assert b"slope(2)" in mine
        assert again(course) == Outcome(), "it is the course's version"

"""Who handed in what, in every form in which it comes."""

import zipfile

import pytest

from backproplab.grading.submissions import (
    SubmissionError,
    content,
    digest,
    file_stems,
    find_submissions,
    take_in,
    timestamp,
)


def folder(tmp_path, *names):
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path


def archive(tmp_path, *names):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, name)
    return path


def found(path):
    return {
        (each.student, each.assignment): [entry.file for entry in each.entries]
        for each in find_submissions(path)
    }


def test_in_a_flat_folder_the_stem_is_the_student(tmp_path):
    path = folder(
        tmp_path, "ada.ipynb", "Zoë Q.ipynb", ".DS_Store", ".ipynb_checkpoints/ada-checkpoint.ipynb"
    )
    assert found(path) == {("ada", ""): ["ada.ipynb"], ("Zoë Q", ""): ["Zoë Q.ipynb"]}


def test_a_hidden_notebook_is_somebodys_submission_too(tmp_path):
    names = [
        f"{name}_assignsubmission_file_/{file}"
        for name, file in (("Eve_2", ".hw.ipynb"), ("Ada_1", "hw.ipynb"))
    ]
    assert {student for student, _ in found(folder(tmp_path, *names))} == {"Eve_2", "Ada_1"}


def test_a_file_that_is_no_notebook_is_somebodys_submission_too(tmp_path):
    (each,) = find_submissions(folder(tmp_path, "bob.pdf"))
    assert each.student == "bob"
    assert not each.notebooks


@pytest.mark.parametrize("top", ["", "submitted/"])
def test_nbgraders_tree_names_student_and_assignment(tmp_path, top):
    tmp_path = tmp_path if top else tmp_path / "submitted"
    names = [f"{top}ada/03-x/03-x.ipynb", f"{top}ada/03-x/timestamp.txt", f"{top}bob/04-y/04-y.ipynb"]
    others = ["source/03-x/03-x.ipynb", "gradebook.db"] if top else []
    path = folder(tmp_path, *names, *others)
    assert found(path) == {
        ("ada", "03-x"): ["03-x.ipynb", "timestamp.txt"],
        ("bob", "04-y"): ["04-y.ipynb"],
    }
    assert [timestamp(each) for each in find_submissions(path)] == [names[1], ""]


def test_a_zip_of_canvas_names_student_and_number(tmp_path):
    path = archive(
        tmp_path,
        "lovelaceada_1234_98765_03-x.ipynb",
        "lovelaceada_LATE_77_98766_03-x-1.ipynb",
        "hopper_LATE_5_6_my_work_2.ipynb",
    )
    assert found(path) == {
        ("lovelaceada_1234", ""): ["03-x.ipynb"],
        ("lovelaceada_77", ""): ["03-x-1.ipynb"],
        ("hopper_5", ""): ["my_work_2.ipynb"],
    }


@pytest.mark.parametrize(
    "end", ["_assignsubmission_file_/", "_assignsubmission_file/", "_assignsubmission_file_"]
)
def test_a_zip_of_moodle_names_student_and_number(tmp_path, end):
    path = archive(tmp_path, f"Ada Lovelace_12{end}03-x.ipynb", f"Ada Lovelace_34{end}notes.ipynb")
    assert found(path) == {
        ("Ada Lovelace_12", ""): ["03-x.ipynb"],
        ("Ada Lovelace_34", ""): ["notes.ipynb"],
    }


def test_names_like_those_of_canvas_stay_stems_where_others_are_not(tmp_path):
    assert ("ada_1_2_x", "") in found(folder(tmp_path, "ada_1_2_x.ipynb", "bob.ipynb"))


def test_a_zip_with_one_folder_around_all_is_a_flat_folder(tmp_path):
    path = archive(tmp_path, "class/ada.ipynb", "class/bob.ipynb", "__MACOSX/class/._ada.ipynb")
    assert set(found(path)) == {("ada", ""), ("bob", "")}


def test_paths_that_climb_out_of_a_zip_are_only_names(tmp_path):
    path = archive(tmp_path, "../../evil/x.ipynb", "/etc/y.ipynb")
    for each in find_submissions(path):
        assert content(each.entries[0])
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.parametrize("what", ["missing", "empty", "no zip"])
def test_where_there_is_nothing_it_says_so(tmp_path, what):
    path = {"missing": tmp_path / "x", "empty": tmp_path, "no zip": tmp_path / "x.zip"}[what]
    if what == "no zip":
        path.write_text("x")
    with pytest.raises(SubmissionError):
        find_submissions(path)


def test_a_damaged_member_of_a_zip_says_so_and_the_others_are_read(tmp_path):
    path = archive(tmp_path, "ada.ipynb", "bob.ipynb")
    path.write_bytes(
        path.read_bytes().replace(b"ada.ipynb", b"ADA.IPYNB", 2).replace(b"ADA.IPYNB", b"ada.ipynb", 1)
    )
    ada, bob = find_submissions(path)
    with pytest.raises(SubmissionError, match="cannot be read"):
        content(ada.entries[0])
    assert content(bob.entries[0]) == b"bob.ipynb"
    assert digest(ada) != digest(bob)


def test_a_file_that_is_too_large_says_so(tmp_path):
    (each,) = find_submissions(folder(tmp_path, "ada.ipynb"))
    with pytest.raises(SubmissionError, match="larger"):
        content(each.entries[0], limit=3)


def test_a_digest_follows_the_bytes(tmp_path):
    (before,) = find_submissions(folder(tmp_path, "ada.ipynb"))
    one = digest(before)
    (tmp_path / "ada.ipynb").write_text("other")
    assert digest(before) != one


def test_every_student_gets_a_file_name_of_their_own():
    students = [
        "ada",
        "Ada",
        "../../x",
        "a/b",
        "CON",
        ".hidden",
        "x" * 300,
        "x" * 300 + "y",
        "",
        "=1+1",
        "Zoë",
    ]
    stems = file_stems(students)
    assert len({stem.casefold() for stem in stems.values()}) == len(students)
    assert stems["Zoë"] == "Zoë"
    for stem in stems.values():
        assert stem
        assert not stem.startswith(".")
        assert "/" not in stem
        assert len(stem.encode()) <= 140


def test_what_looks_like_grades_in_a_students_folder_hides_no_notebook_of_theirs(tmp_path):
    names = ("ada/hw.ipynb", "ada/run.json", "ada/gradebook.csv", "ada/results/x.ipynb", "bob/hw.ipynb")
    for out in (None, tmp_path / "ada"):
        intake = take_in(folder(tmp_path, *names), out=out)
        assert {each.student for each in intake.submissions} == {"ada", "bob"}
        assert {each.entry.name for each in intake.aside} == {"ada/run.json", "ada/gradebook.csv"}


def test_a_link_to_the_folder_for_grades_is_no_student(tmp_path):
    top = folder(tmp_path / "in", "ada/hw.ipynb", "bob/hw.ipynb")
    (tmp_path / "elsewhere").mkdir()
    (top / "noten").symlink_to(tmp_path / "elsewhere")
    assert {each.student for each in take_in(top, out=top / "noten").submissions} == {"ada", "bob"}
    assert "noten" in {each.student for each in take_in(top).submissions}

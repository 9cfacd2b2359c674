"""A folder that came in is looked at before anything in it is opened, and no link is ever followed."""

import os
import socket
import tracemalloc

import intake_kit as kit
import pytest

from backproplab.grading.intake import folder
from backproplab.grading.submissions import SubmissionError, content, digest, find_submissions, take_in


def only(top):
    (each,) = find_submissions(top)
    return each


@pytest.mark.parametrize("target", ["../solution.ipynb", "../other/bob.ipynb", "/dev/zero", "nowhere"])
def test_a_link_is_refused_wherever_it_leads_and_its_student_stays(tmp_path, target):
    kit.folder(tmp_path, "solution.ipynb", "other/bob.ipynb")
    top = kit.folder(tmp_path / "in", "ada/hw.ipynb")
    (top / "eve").mkdir()
    (top / "eve" / "hw.ipynb").symlink_to(target)
    eve = {each.student: each for each in find_submissions(top)}["eve"]
    with pytest.raises(SubmissionError, match="a link, and links are not followed"):
        content(eve.notebooks[0])


def test_a_folder_that_is_a_link_is_refused(tmp_path):
    kit.folder(tmp_path / "secret", "hw.ipynb")
    top = kit.folder(tmp_path / "in", "ada/hw.ipynb")
    (top / "eve").symlink_to(tmp_path / "secret")
    assert kit.students(top) == {"ada": ["ada/hw.ipynb"], "eve": ["eve"]}
    assert "link" in kit.reasons(top)["eve"]


def test_what_became_a_link_after_the_look_is_not_followed(tmp_path):
    kit.folder(tmp_path, "solution.ipynb", content=b"secret")
    top = kit.folder(tmp_path / "in", "eve/hw.ipynb", "eve/sub/hw.ipynb")
    entries = {entry.name: entry for each in find_submissions(top) for entry in each.entries}
    (top / "eve" / "hw.ipynb").unlink()
    (top / "eve" / "hw.ipynb").symlink_to(tmp_path / "solution.ipynb")
    (top / "eve" / "sub" / "hw.ipynb").unlink()
    (top / "eve" / "sub").rmdir()
    (tmp_path / "hw.ipynb").write_bytes(b"secret")
    (top / "eve" / "sub").symlink_to(tmp_path)
    for name in ("eve/hw.ipynb", "eve/sub/hw.ipynb"):
        with pytest.raises(SubmissionError, match="cannot be read"):
            content(entries[name])


def test_a_hard_link_made_after_the_look_is_not_opened_and_a_file_written_anew_is(tmp_path):
    top = kit.folder(tmp_path / "in", "ada/hw.ipynb", "bob/hw.ipynb", "eve/hw.ipynb")
    ada, bob, eve = (each.notebooks[0] for each in find_submissions(top))
    (top / "eve" / "hw.ipynb").unlink()
    os.link(top / "ada" / "hw.ipynb", top / "eve" / "hw.ipynb")
    (top / "bob" / "new").write_bytes(b"saved again")
    (top / "bob" / "new").replace(top / "bob" / "hw.ipynb")
    with pytest.raises(SubmissionError, match="has become a link to another file"):
        content(eve)
    assert content(ada) == kit.notebook()  # whose file it is pays nothing for it
    assert content(bob) == b"saved again"


def test_what_became_a_pipe_after_the_look_is_not_waited_for(tmp_path):
    top = kit.folder(tmp_path / "in", "eve/hw.ipynb")
    eve = only(top)
    (top / "eve" / "hw.ipynb").unlink()
    os.mkfifo(top / "eve" / "hw.ipynb")
    with pytest.raises(SubmissionError, match="a pipe"):
        content(eve.entries[0])


def test_a_file_of_a_linked_class_folder_is_read(tmp_path):
    kit.folder(tmp_path / "in", "ada.ipynb")
    (tmp_path / "class").symlink_to(tmp_path / "in")
    assert content(only(tmp_path / "class").entries[0]) == kit.notebook()


def test_pipes_sockets_and_devices_are_named_for_what_they_are(tmp_path, monkeypatch):
    top = kit.folder(tmp_path, "ada.ipynb")
    os.mkfifo(top / "bob.ipynb")
    monkeypatch.chdir(top)  # the path of a socket may not be long
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("cy.ipynb")
    assert kit.reasons(top) == {"bob.ipynb": "a pipe, not a file", "cy.ipynb": "a socket, not a file"}
    assert set(kit.students(top)) == {"ada", "bob", "cy"}


def test_a_folder_that_cannot_be_read_is_its_students(tmp_path, monkeypatch):
    top = kit.folder(tmp_path, "ada/hw.ipynb", "bob/hw.ipynb")
    listed = folder._list

    def denied(top, parts):
        if parts == ("bob",):
            raise PermissionError(13, "Permission denied")
        return listed(top, parts)

    monkeypatch.setattr(folder, "_list", denied)
    assert kit.reasons(top) == {"bob": "a folder that cannot be read: Permission denied"}


def test_an_empty_folder_is_its_students(tmp_path):
    top = kit.folder(tmp_path, "ada/hw.ipynb")
    (top / "bob").mkdir()
    assert kit.reasons(top) == {"bob": "an empty folder"}


def test_folders_in_folders_end_somewhere(tmp_path):
    top = kit.folder(tmp_path, "ada/hw.ipynb")
    deep = top / "eve" / "/".join("x" * (folder.DEEPEST + 5))
    deep.mkdir(parents=True)
    assert any("others" in why for why in kit.reasons(top).values())


def test_a_huge_file_beside_a_notebook_is_known_by_name_and_size_alone(tmp_path):
    top = kit.folder(tmp_path, "ada/hw.ipynb")
    with open(top / "ada" / "data.bin", "wb") as file:
        file.truncate(40 * 1024**3)  # sparse: no such disk is needed, but reading it would take a minute
    before = digest(only(top))
    with open(top / "ada" / "data.bin", "ab") as file:
        file.write(b"1")
    assert digest(only(top)) != before


def test_a_huge_notebook_is_refused_without_being_read(tmp_path):
    top = kit.folder(tmp_path, "ada.ipynb")
    with open(top / "bob.ipynb", "wb") as file:
        file.truncate(40 * 1024**3)
    ada, bob = find_submissions(top)
    assert digest(ada) != digest(bob)
    with pytest.raises(SubmissionError, match="larger than 100 MB"):
        content(bob.entries[0])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such names")
def test_names_that_are_no_text_are_read(tmp_path):
    top = kit.folder(tmp_path, "ada.ipynb")
    with open(os.fsencode(top) + b"/b\xffb.ipynb", "wb") as file:
        file.write(kit.notebook())
    found = {each.student: each for each in find_submissions(top)}
    assert content(found["b\udcffb"].entries[0]) == kit.notebook()


def test_where_a_system_cannot_open_below_a_folder_files_are_read_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "BENEATH", False)
    top = kit.folder(tmp_path, "ada/hw.ipynb", "ada/sub/more.ipynb")
    assert all(content(entry) == kit.notebook() for each in find_submissions(top) for entry in each.entries)


def test_of_files_that_were_looked_at_no_bytes_are_kept(tmp_path):
    top = kit.folder(tmp_path, *(f"eve/{n}.txt" for n in range(500)), content=bytes(4096))
    tracemalloc.start()
    entries = take_in(top).submissions[0].entries
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(entries) == 500
    assert most < 500 * 4096

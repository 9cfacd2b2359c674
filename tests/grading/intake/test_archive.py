"""A zip file that came in: its members' kinds and names, damage, and zip files in it."""

import stat
import struct
import zipfile
from contextlib import suppress

import intake_kit as kit
import pytest

from backproplab.grading.intake import archive as archives
from backproplab.grading.submissions import SubmissionError, content, find_submissions, take_in


def by_student(path):
    return {each.student: each for each in find_submissions(path)}


def test_a_member_with_the_mode_of_a_link_is_refused(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("ada/hw.ipynb", kit.notebook())
        link = zipfile.ZipInfo("eve/hw.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "../../solutions/03-spreadsheet.ipynb")
        pipe = zipfile.ZipInfo("fay/hw.ipynb")
        pipe.external_attr = (stat.S_IFIFO | 0o644) << 16
        file.writestr(pipe, "")
    assert kit.reasons(path) == {
        "eve/hw.ipynb": "a link, and links are not followed",
        "fay/hw.ipynb": "a pipe, not a file",
    }


def test_an_encrypted_member_says_so(tmp_path):
    path = kit.archive(tmp_path / "all.zip", "ada/hw.ipynb", "bob/hw.ipynb")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(SubmissionError, match="encrypted in the zip file"):
        content(by_student(path)["bob"].notebooks[0])


def test_each_damage_of_a_member_is_an_error_of_that_member_alone(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("ada", "bob"):
            file.writestr(f"{name}.ipynb", kit.notebook() * 50)
    sound = path.read_bytes()
    start, end = sound.index(b"bob.ipynb"), sound.index(b"PK\x01\x02")
    for at in range(start + 9, end):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 0xFF]) + sound[at + 1 :])
        found = by_student(path)
        assert content(found["ada"].entries[0]) == kit.notebook() * 50
        with suppress(SubmissionError):  # a bit that fills up the last byte says nothing
            assert content(found["bob"].entries[0]) == kit.notebook() * 50


def test_of_two_members_with_one_name_the_last_counts_and_the_other_is_accounted_for(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("ada.ipynb", b"{first")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("ada.ipynb", b"{last")
    intake = take_in(path)
    ((entry,),) = (each.entries for each in intake.submissions)
    assert content(entry) == b"{last"
    assert [(each.entry.member, each.reason) for each in intake.aside] == [
        (0, "a later file in the zip file has the same name")
    ]


def test_two_forms_of_one_name_are_one_student(tmp_path):
    path = kit.archive(tmp_path / "all.zip", "Zoe\u0308/a.ipynb", "Zo\u00eb/b.ipynb", "bob/c.ipynb")
    assert set(kit.students(path)) == {"Zo\u00eb", "bob"}


@pytest.mark.parametrize(
    "name", ["../../ada/hw.ipynb", "/ada/hw.ipynb", "C:\\ada\\hw.ipynb", "ada\\hw.ipynb"]
)
def test_names_that_climb_or_are_absolute_are_only_names(tmp_path, name):
    path = kit.archive(tmp_path / "all.zip", name, "bob/hw.ipynb")
    assert set(kit.students(path)) == {"ada", "bob"}
    assert content(by_student(path)["ada"].entries[0]) == kit.notebook()


def test_a_name_that_leads_nowhere_is_accounted_for(tmp_path):
    path = kit.archive(tmp_path / "all.zip", "..", "ada.ipynb")
    assert kit.aside(path) == {"..": "its name leads nowhere"}


def test_folders_of_a_zip_file_are_no_files_and_an_empty_one_is_its_students(tmp_path):
    path = kit.archive(
        tmp_path / "all.zip", "ada/", "ada/sub/", "ada/sub/hw.ipynb", "bob/", "cy\\", "cy\\hw.ipynb"
    )
    assert kit.reasons(path) == {"bob/": "an empty folder"}
    assert set(kit.students(path)) == {"ada", "bob", "cy"}


def test_a_name_as_long_as_a_book_is_refused(tmp_path):
    path = kit.archive(tmp_path / "all.zip", "ada.ipynb", "x/" * 30_000 + "hw.ipynb")
    assert [why for why in kit.reasons(path).values()] == ["its name has 60,008 characters"]


def test_a_zip_file_in_a_folder_or_a_zip_file_is_looked_into(tmp_path):
    inner = kit.archive(tmp_path / "inner.zip", "work/hw.ipynb", "__MACOSX/._hw.ipynb").read_bytes()
    outer = kit.archive(tmp_path / "outer.zip", "deep.zip", content=inner).read_bytes()
    kit.folder(tmp_path / "in", "ada.zip", "bob/hw.zip", content=inner)
    kit.folder(tmp_path / "in", "cy/hw.zip", content=outer)
    for path in (tmp_path / "in", kit.archive(tmp_path / "all.zip", "ada.zip", "bob/hw.zip", content=inner)):
        found = by_student(path)
        for student in found:
            (entry,) = found[student].notebooks
            assert content(entry) == kit.notebook()
        assert {"ada", "bob"} <= set(found) <= {"ada", "bob", "cy"}


def test_a_damaged_zip_file_in_what_came_in_is_refused_and_its_student_stays(tmp_path):
    inner = kit.archive(tmp_path / "inner.zip", "hw.ipynb").read_bytes()
    top = kit.folder(tmp_path / "in", "ada/hw.ipynb")
    kit.folder(top, "bob/hw.zip", content=inner[:-10])
    assert "a zip file that cannot be looked into" in kit.reasons(top)["bob/hw.zip"]


def test_a_zip_file_that_lists_millions_is_not_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_DIRECTORY", 10_000)
    many = kit.archive(tmp_path / "many.zip", *(f"{number}.txt" for number in range(300)), content=b"")
    top = kit.folder(tmp_path / "in", "ada/hw.ipynb")
    kit.folder(top, "eve/hw.zip", content=many.read_bytes())
    assert "it holds too many files" in kit.reasons(top)["eve/hw.zip"]


@pytest.mark.parametrize(
    ("at", "nonsense"),
    [(4, b"\xff\xff\xff\xff"), (8, b"\x00\x08\x63\x00"), (46, b"\xff")],
    ids=["version", "flags and method", "name in the directory alone"],
)
def test_a_zip_file_that_says_nonsense_about_itself_is_damaged_and_no_accident(tmp_path, at, nonsense):
    path = kit.archive(tmp_path / "all.zip", "ada.ipynb")
    sound = path.read_bytes()
    at += sound.index(b"PK\x01\x02")
    path.write_bytes(sound[:at] + nonsense + sound[at + len(nonsense) :])
    with pytest.raises(SubmissionError, match=r"damaged|cannot be read"):
        content(find_submissions(path)[0].entries[0])


@pytest.mark.parametrize("system", [0, 3])
@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Ana García", "utf-8"),
        ("Ana García", "cp437"),
        ("Ana García", "cp1252"),
        ("张伟", "gb2312"),
        ("Łukasz", "utf-8"),
    ],
)
def test_names_that_do_not_say_their_encoding_are_read_as_meant(tmp_path, name, encoding, system):
    path = tmp_path / "all.zip"
    written = [f"{student}/hw.ipynb" for student in (name, "Bob")]
    with zipfile.ZipFile(path, "w") as file:
        for each in written:
            info = zipfile.ZipInfo("#" * len(each.encode(encoding)))
            info.create_system = system
            info.filename = "#" * (len(each.encode(encoding)) - 1) + str(written.index(each))
            file.writestr(info, kit.notebook())
    data = path.read_bytes()
    for number, each in enumerate(written):
        stands = b"#" * (len(each.encode(encoding)) - 1) + str(number).encode()
        data = data.replace(stands, each.encode(encoding))
    path.write_bytes(data)
    found = by_student(path)
    assert set(found) == {name, "Bob"}
    assert all(content(each.entries[0]) == kit.notebook() for each in found.values())


def test_infozips_own_field_says_what_a_name_is(tmp_path):
    path = tmp_path / "all.zip"
    info = zipfile.ZipInfo("?/hw.ipynb")
    plain, meant = b"?/hw.ipynb", "Ω/hw.ipynb".encode()
    field = struct.pack("<BI", 1, zipfile.crc32(plain)) + meant
    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(info, kit.notebook())
    assert set(by_student(path)) == {"Ω"}


def test_no_name_in_a_zip_file_can_be_that_of_a_file_in_a_zip_file_in_it(tmp_path):
    path = tmp_path / "all.zip"
    inner = kit.archive(tmp_path / "inner.zip", "hw.ipynb").read_bytes()
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("eve/w.zip", inner)
        for slashes in ("/", "//"):
            file.writestr(f"eve/w.zip{slashes}hw.ipynb", kit.notebook())
    intake = take_in(path)
    names = [entry.name for each in intake.submissions for entry in each.entries]
    assert sorted(names) == ["eve/w.zip//hw.ipynb", "eve/w.zip/hw.ipynb"]

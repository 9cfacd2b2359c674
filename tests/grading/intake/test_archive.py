"""A zip file that came in: its members' kinds and names, damage, and zip files in it."""

import io
import stat
import struct
import tarfile
import tracemalloc
import unicodedata
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import intake_kit as kit
import pytest

from backproplab import cli
from backproplab.grading import limited
from backproplab.grading.intake import apart, look
from backproplab.grading.intake import archive as archives
from backproplab.grading.limited import Limited, ReadingLimits
from backproplab.grading.sets import likely_notebook, solution_for
from backproplab.grading.submissions import (
    SubmissionError,
    content,
    digest,
    find_submissions,
    take_in,
    timestamp,
)
from backproplab.sandbox import MachineError

resource = pytest.importorskip("resource", reason="Windows has no such limits")


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


def listing(length, end="plain", name=b"x"):
    """A zip file that is a directory alone, and says in so many ways how long that is."""
    head = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, *[0] * 7, len(name), *[0] * 6)
    directory = (head + name) * length
    disks = b"PK\5\6" if end.startswith("a second") else bytes(4)
    says = len(directory[: len(directory) // length] if end.endswith("bits") else directory)
    last = struct.pack("<4s4s2H2LH", b"PK\5\6", disks, 1, 1, says, 4, 0)
    if end.endswith("bits"):
        wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, length, length, len(directory), 4)
        last = wide + struct.pack("<4sLQL", b"PK\6\7", 0, 4 + len(directory), 1) + last
    return b"PK\3\4" + directory + last


@pytest.mark.parametrize("end", ["plain", "a second signature in its own end", "a record of 64 bits"])
def test_a_zip_file_that_lists_millions_is_not_listed(tmp_path, monkeypatch, end):
    monkeypatch.setattr(apart, "process", kit.Here())
    monkeypatch.setattr(archives, "LARGEST_DIRECTORY", 100_000)  # more than zipfile looks for the end in
    length = 3000
    data = listing(length, end)
    with zipfile.ZipFile(io.BytesIO(data)) as listed:
        assert len(listed.infolist()) == length
    top = kit.folder(tmp_path / "in", "ada/hw.ipynb")
    kit.folder(top, "eve/hw.zip", content=data)
    assert "it holds too many files" in kit.reasons(top)["eve/hw.zip"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_what_unpacks_to_more_than_is_asked_for_is_not_unpacked(tmp_path, method):
    """A small file says that it holds little; zipfile would make gigabytes of it, and drop all but that."""
    path = tmp_path / "eve.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("eve/hw.ipynb", kit.notebook())
    (eve,) = find_submissions(path)
    (entry,) = eve.entries
    assert entry.refused == "compressed by another method than deflate"
    with pytest.raises(SubmissionError, match="another method"):
        content(replace(entry, refused=""))  # as if it had become so after the look


def test_folders_in_folders_in_a_zip_file_end_somewhere(tmp_path):
    """Their names, one for each folder on the way, would take gigabytes."""
    names = [f"{number}/" + "a/" * 2000 + "hw.ipynb" for number in range(20)]
    path = kit.archive(tmp_path / "all.zip", "ada.ipynb", *names, content=b"")
    tracemalloc.start()
    try:
        found = kit.reasons(path)
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024**2
    finally:
        tracemalloc.stop()
    assert set(found.values()) == {"in more than 40 folders"}
    assert len(found) == 20


def test_a_name_that_no_system_has_costs_no_time_and_its_student_stays(tmp_path, monkeypatch):
    """To compose 30,000 signs that sit on one letter takes the square of that."""
    longest = []
    normalize = unicodedata.normalize

    def measured(form, text):
        longest.append(len(text))
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", measured)
    path = kit.archive(tmp_path / "all.zip", "ada/hw.ipynb", "bob/" + "\u0301\u0323" * 7_000 + ".ipynb")
    assert list(kit.reasons(path).values()) == ["its name has 14,010 characters"]
    assert set(kit.students(path)) == {"ada", "bob"}
    assert max(longest) <= 255


@pytest.mark.parametrize("read", [digest, lambda each: likely_notebook(each, "03-spreadsheet")])
def test_a_zip_file_of_thousands_of_notebooks_is_opened_once(tmp_path, monkeypatch, read):
    opened = []
    monkeypatch.setattr(apart, "process", kit.Here())
    real = zipfile.ZipFile.__init__
    monkeypatch.setattr(
        zipfile.ZipFile, "__init__", lambda self, *given: (opened.append(1), real(self, *given))[1]
    )
    inner = kit.archive(tmp_path / "inner.zip", *(f"hw{number}.ipynb" for number in range(50)))
    kit.folder(tmp_path / "in", "ada/hw.zip", content=inner.read_bytes())
    every = find_submissions(kit.folder(tmp_path / "in", "bob/hw.ipynb"))
    ada = next(each for each in every if each.student == "ada")
    assert len(ada.notebooks) == 50
    opened.clear()
    read(ada)
    assert len(opened) == 1


def zips_in_a_zip(tmp_path, many, *names):
    """Ada's zip file of so many zip files, each with such files in it."""
    inner = kit.archive(tmp_path / "inner.zip", *names).read_bytes()
    outer = kit.archive(tmp_path / "outer.zip", *(f"{number}.zip" for number in range(many)), content=inner)
    return kit.folder(tmp_path / "in", "ada/hw.zip", content=outer.read_bytes()), len(inner)


def test_zip_files_in_a_zip_file_list_no_more_than_one_might(tmp_path, monkeypatch):
    """Ten times the 30,000 names that 2 MB hold would take 20 s of the run's, and its account a book."""
    monkeypatch.setattr(apart, "process", kit.Here())
    monkeypatch.setattr(look, "MOST_LISTED", 7)
    top, _ = zips_in_a_zip(tmp_path, 4, "a.ipynb", "b.ipynb", "c.ipynb", "d.ipynb")
    (ada,) = take_in(top).submissions
    assert len(ada.notebooks) == 4  # four zip files, and the first one's: that makes eight
    assert {entry.file for entry in ada.entries} >= {"1.zip", "2.zip", "3.zip"}


def test_a_zip_file_in_a_zip_file_is_to_be_small(tmp_path, monkeypatch):
    """It is unpacked at each look: a hundred times 100 MB, of a file of one."""
    top, size = zips_in_a_zip(tmp_path, 2, "a.ipynb")
    monkeypatch.setattr(apart, "process", kit.Here())
    monkeypatch.setattr(look, "LARGEST_INNER", size)
    assert len(take_in(top).submissions[0].notebooks) == 2
    monkeypatch.setattr(look, "LARGEST_INNER", size - 1)
    assert set(kit.reasons(top).values()) == {
        "a zip file that cannot be looked into: it is larger than 0 MB",
    }


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


def lying_tar():
    """A tar archive of a notebook that says it has 8 GB."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as file:
        info = tarfile.TarInfo("hw.ipynb")
        info.size = 8 * 1024**3 - 1
        file.addfile(info)
    return made.getvalue()


def deep_zips():
    """Ten zip files in one, of 14,000 names each, which go down as far as names may."""
    inner, outer = io.BytesIO(), io.BytesIO()
    inner.write(listing(14_000, name=b"a/" * 39 + b"b.ipynb"))
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(10):
            file.writestr(f"{number}.zip", inner.getvalue())
    return outer.getvalue()


HOSTILE = {
    "200,000 members": ("hw.zip", lambda: listing(200_000), "it holds too many files"),
    "zips of many names": ("hw.zip", deep_zips, "it takes more than 0 s to read"),
    "90 MB": (
        "hw.zip",
        lambda: b"PK\3\4".ljust(90 * 1024**2, b"\0"),
        "it takes more than 0.064 GB of memory to read",
    ),
    "a name of 60 kB": (
        "hw.zip",
        lambda: listing(1, name=b"x/" * 30_000 + b"y"),
        "its name has 60,001 characters",
    ),
    "a tar that lies": ("hw.tar", lying_tar, ""),
}


def test_an_archive_that_takes_more_than_its_share_is_refused_alone(tmp_path, monkeypatch):
    strict = Limited(apart.caller, limits=ReadingLimits(0, 64_000_000, what="it"))
    monkeypatch.setattr(apart, "process", strict)
    top = kit.folder(tmp_path / "in", "bob/hw.ipynb")
    kit.folder(top, "ada/hw.zip", content=kit.archive(tmp_path / "ada.zip", "hw.ipynb").read_bytes())
    for student, (name, make, _) in HOSTILE.items():
        kit.folder(top, f"{student}/{name}", content=make())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    intake = take_in(top)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    strict.close()
    assert after - before < 5000  # kilobytes
    found = {each.student: each for each in intake.submissions}
    assert set(found) == {"ada", "bob", *HOSTILE}
    assert len(found["ada"].notebooks) == len(found["bob"].notebooks) == 1
    for student, (_, _, why) in HOSTILE.items():
        (entry,) = found[student].entries
        assert entry.refused.removeprefix("a zip file that cannot be looked into: ") == why


def test_a_class_zip_that_lists_more_than_a_process_may_hold_is_refused(tmp_path, monkeypatch):
    strict = Limited(apart.caller, limits=ReadingLimits(10, 64_000_000, what="it"))
    monkeypatch.setattr(apart, "process", strict)
    (tmp_path / "all.zip").write_bytes(listing(300_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(SubmissionError, match=r"lists too much \(it takes more .* unpack it, and name the"):
        take_in(tmp_path / "all.zip")
    strict.close()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5000  # kilobytes


def test_no_zip_file_of_a_student_is_opened_by_the_run_itself(tmp_path, monkeypatch):
    def never(data):
        raise AssertionError("opened in the run's own process")

    monkeypatch.setattr(archives, "open_own_zip", never)
    inner = kit.archive(tmp_path / "inner.zip", "hw.ipynb", "timestamp.txt").read_bytes()
    top = kit.folder(tmp_path / "in", "ada/hw.zip", "bob/hw.zip", content=inner)
    kit.folder(top, "cy/hw.ipynb")
    submissions = take_in(top).submissions
    assert solution_for(submissions, [Path("03-spreadsheet.ipynb"), Path("08-xor.ipynb")]).stem[:2] == "03"
    for each in submissions:
        assert likely_notebook(each, "03-spreadsheet").file == "hw.ipynb"
    assert digest(submissions[0]) != digest(submissions[2])
    stamp = next(entry for entry in submissions[0].entries if entry.file == "timestamp.txt")
    assert timestamp(replace(submissions[0], stamps=(stamp,))) == kit.notebook().decode()


@pytest.mark.parametrize("times", [1, 2])
def test_a_death_of_that_process_is_the_machines_and_tried_again(tmp_path, monkeypatch, times):
    inner = kit.archive(tmp_path / "inner.zip", "hw.ipynb").read_bytes()
    top = kit.folder(tmp_path / "in", "ada/hw.zip", content=inner)
    left, ask = [None] * times, limited._ask

    def kill(process, request):
        if left:
            left.pop()
            process.kill()
        return ask(process, request)

    monkeypatch.setattr(limited, "_ask", kill)
    if times == 1:
        assert kit.students(top) == {"ada": ["ada/hw.zip//hw.ipynb"]}
    else:
        with pytest.raises(MachineError, match="SIGKILL"):
            take_in(top)


def test_a_fault_of_ours_at_a_zip_file_of_a_class_is_told_in_a_sentence(tmp_path, monkeypatch, capsys):
    def fail(path):
        raise ZeroDivisionError("nobody has thought of it")

    monkeypatch.setattr(archives, "list_members", fail)
    monkeypatch.setattr(apart, "process", kit.Here())
    path = kit.archive(tmp_path / "in.zip", "ada.ipynb")
    assert cli.main(["grade", str(path), f"--out={tmp_path}/grades"]) == 2
    assert "nobody has thought of it): unpack it, and name the folder" in capsys.readouterr().err

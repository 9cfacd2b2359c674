"""A file appears whole or not at all, with the right permissions, and nothing is left beside it."""

import ast
import os
import stat
import threading
from pathlib import Path

import pytest

from backproplab import files
from backproplab.files import atomic_write, copy, move, write_text

PACKAGE = Path(files.__file__).parent
POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions and symbolic links are those of Unix")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask():
    """A function that sets the umask for the time of a test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def test_the_content_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("old", [b"old", None])
def test_an_error_leaves_what_was_there_and_nothing_else(error, old, tmp_path):
    path = tmp_path / "x"
    if old:
        path.write_bytes(old)

    def fail_half_way():
        with atomic_write(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        fail_half_way()
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == ({"x": old} if old else {})


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_disk_that_fails_at_any_step_leaves_the_old_file_alone(step, tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(files.os, step, full)
    with pytest.raises(OSError, match="no space"):
        write_text(path, "new")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"x": b"old"}


@POSIX
@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_gets_what_the_umask_leaves(mask, expected, umask, tmp_path):
    umask(mask)
    write_text(tmp_path / "x", "")
    assert mode(tmp_path / "x") == expected


@POSIX
@pytest.mark.parametrize("bits", [0o600, 0o664, 0o755, 0o444])
def test_a_file_that_is_replaced_hands_on_its_permissions(bits, umask, tmp_path):
    path = tmp_path / "x"
    path.touch()
    path.chmod(bits)
    write_text(path, "new")
    assert (mode(path), path.read_text()) == (bits, "new")


@POSIX
def test_permissions_that_are_asked_for_hold_from_the_first_byte(umask, tmp_path):
    path = tmp_path / "x"
    path.touch(0o644)
    umask(0)
    with atomic_write(path, mode=0o600) as file:
        (temporary,) = {*tmp_path.iterdir()} - {path}
        assert mode(temporary) == 0o600
        file.write(b"the seeds")
    assert mode(path) == 0o600
    umask(0o077)
    write_text(path, "for all", mode=0o644)
    assert mode(path) == 0o644


@POSIX
def test_a_symbolic_link_stays_one(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "real").write_text("old")
    (tmp_path / "link").symlink_to("far/real")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "far" / "real").read_text() == "new"
    assert os.listdir(tmp_path / "far") == ["real"]


@POSIX
def test_a_folder_or_a_device_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(OSError, match="is a folder; name the file to write"):
        write_text(tmp_path, "")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe is a device, not a file"):
        write_text(tmp_path / "pipe", "")
    assert os.listdir(tmp_path) == ["pipe"]


def test_a_folder_that_is_not_there_is_named_with_the_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere/x"):
        write_text(tmp_path / "nowhere" / "x", "")


def test_the_longest_name_can_be_written(tmp_path):
    write_text(tmp_path / ("x" * 255), "kept")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["kept"]


def test_writers_at_once_leave_one_whole_file(tmp_path):
    """Each writes its own letter, in pieces; a reader meets one letter a thousand times, at any moment."""
    path, stop = tmp_path / "x", threading.Event()
    write_text(path, "a" * 1000)
    met = set()

    def write(letter):
        for _ in range(20):
            with atomic_write(path) as file:
                for _ in range(10):
                    file.write(letter * 100)

    def read():
        while not stop.is_set():
            met.add(path.read_bytes())

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    assert met <= {letter * 1000 for letter in (b"a", b"b", b"c")}
    assert os.listdir(tmp_path) == ["x"]


def test_text_is_utf_8_with_its_own_line_ends_and_half_a_surrogate_written_out(tmp_path):
    write_text(tmp_path / "x", "∂\r\n\n\udcff")
    assert (tmp_path / "x").read_bytes() == "∂\r\n\n".encode() + rb"\udcff"


WRITERS = {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile"}
"""Methods that write a file at its place, or beside it; of `os`, also `replace` and `rename`."""
ELSEWHERE = {
    "sandbox/cgroups.py",  # the kernel's, which are no files
    "files.py",
    "sandbox/isolation.py",  # /proc, which is no file
    "authoring/trial_process.py",  # what it is at, for a parent that waits
}


def writes(source):
    """Yield the line of each call that puts a file in its place by other means than `backproplab.files`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="replace" | "rename")):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr=name)) if name in WRITERS:
                yield node.lineno
            case _:
                pass


def test_the_package_writes_files_in_one_place():
    modules = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    assert modules.keys() >= ELSEWHERE
    found = {
        f"{name}:{line}"
        for name, path in modules.items()
        if name not in ELSEWHERE
        for line in writes(path.read_text(encoding="utf-8"))
    }
    assert not found


@pytest.mark.parametrize(
    "source", ["os.replace(a, b)", "path.write_text(t)", "tempfile.mkstemp()", "FILE.write_bytes(b'')"]
)
def test_another_way_to_write_a_file_is_found(source):
    assert list(writes(source)) == [1]


@pytest.fixture
def opened(monkeypatch):
    """A function: another program has the file open for so many tries to replace it, as Windows sees it."""

    def open_for(tries):
        real, left = os.replace, [OSError] * tries

        def replace(old, new):
            if left:
                left.pop()
                raise PermissionError(13, "Access is denied", old, None, new)
            real(old, new)

        monkeypatch.setattr(files, "PAUSES", (0.0, 0.0))
        monkeypatch.setattr(os, "replace", replace)

    return open_for


def test_a_file_that_another_program_has_open_for_a_moment_is_replaced_after_it(tmp_path, opened):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    opened(2)
    write_text(path, "new")
    assert path.read_bytes() == b"new"


def test_a_file_that_stays_open_is_named_and_stays(tmp_path, opened):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    opened(3)
    with pytest.raises(PermissionError, match="Access is denied") as raised:
        write_text(path, "new")
    assert (raised.value.filename, raised.value.filename2) == (str(path), None)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"x": b"old"}


def test_a_file_is_copied_only_to_a_name_that_is_free(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"1")
    one.chmod(0o444)
    copy(one, other)
    assert (other.read_bytes(), mode(other)) == (b"1", mode(one))
    one.chmod(0o644)
    one.write_bytes(b"2")
    with pytest.raises(FileExistsError):
        copy(one, other)
    assert other.read_bytes() == b"1"


def test_a_file_moves_only_to_a_name_that_is_free(tmp_path):
    one, other, free = (tmp_path / name for name in ("one", "other", "free"))
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    with pytest.raises(FileExistsError):
        move(one, other)
    assert (one.read_bytes(), other.read_bytes()) == (b"1", b"2")
    move(one, free)
    assert free.read_bytes() == b"1"
    with pytest.raises(FileNotFoundError):
        move(one, tmp_path / "another")
    assert sorted(os.listdir(tmp_path)) == ["free", "other"]

"""Folders and zip files such as no platform ever made, from a seed; and what must hold for each of them."""

import csv
import io
import itertools
import os
import random
import stat
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path

import intake_kit as kit
from fuzz_kit import count

from backproplab.grading.ledger import as_csv, disagreements, ledger
from backproplab.grading.sets import likely_notebook, of_set, solution_for
from backproplab.grading.submissions import (
    SubmissionError,
    content,
    digest,
    file_stems,
    take_in,
    timestamp,
)
from backproplab.grading.who import doubts, table

SETS = ("03-spreadsheet", "08-xor", "capstone-1")
STUDENTS = (
    "ada",
    "Ada",
    "Zo\u00eb",
    "Zoe\u0308",
    "bob smith",
    "submitted",
    "01-eve",
    "03-spreadsheet",
    "..",
    "=1+1",
    "张伟",
)
FOLDERS = (
    "homework",
    "03-spreadsheet",
    "08-xor",
    "submitted",
    "__MACOSX",
    ".git",
    "results",
    "a\\b",
    "x" * 200,
    "",
)
FILES = (
    "hw.ipynb",
    "hw-1.ipynb",
    "hw-99999999999999999999.ipynb",
    "hw.ipynb.json",
    "hw.txt",
    "hw.zip",
    "report.pdf",
    "README.md",
    "run.json",
    "gradebook.csv",
    "timestamp.txt",
    ".DS_Store",
    "Thumbs.db",
    ".ipynb",
    "new\nline.ipynb",
    "lovelaceada_LATE_12_345_hw.ipynb",
    "lovelaceada_12_text.html",
    "Ada Lovelace_12_assignsubmission_file_hw.ipynb",
)
NAMES_NO_TEXT = "b\udcffb.ipynb"
CONTENTS = (
    kit.notebook(),
    kit.notebook("8-1"),
    b"",
    b"{",
    b'{"cells": [',
    b'{"answer-' + b"9" * 5000 + b'-1": "answer-' + b"9" * 5000 + b'-1"}',
    b"PK\x03\x04",
    b"PK\x05\x06" + b"\0" * 18,
    b"%PDF-1.7",
    b"\xff\xfe\0\0",
)


def build(random_: random.Random, top: Path) -> Path:
    """Make something to hand in below `top`, and return its path."""
    return _folder(random_, top / "in") if random_.random() < 0.5 else _class_zip(random_, top / "all.zip")


def check(path: Path, out: Path) -> None:
    """Take it in and account for it. AssertionError where anything is lost; SubmissionError is an answer."""
    intake = take_in(path, out=out, sets=SETS)
    solutions = [Path(f"{name}.ipynb") for name in SETS]
    name = SETS[0]
    with suppress(SubmissionError):
        name = solution_for(intake.submissions, solutions).stem
    graded = of_set(intake.submissions, name, SETS)
    assert len(table(intake, graded, name).splitlines()) == 2 + len(
        {each.student for each in intake.submissions}
    )
    doubts(intake, graded, name, SETS)
    results = {each.student: _grade(each, name) for each in graded}
    rows = ledger(intake, graded, name, results)
    assert not disagreements(rows, intake, graded, results)
    assert len(list(csv.reader(io.StringIO(as_csv(rows))))) == intake.paths + 1
    assert all(row.reason for row in rows if row.fate != "graded")
    assert len(set(file_stems(each.student for each in graded).values())) == len(graded)
    if path.is_dir():
        assert _on_disk(path) <= {row.entry.name for row in rows}


def _grade(submission, name):
    """Do with a submission what grading does, as far as files are read; return its record."""
    digest(submission)
    timestamp(submission)
    chosen = likely_notebook(submission, name)
    for entry in submission.entries:
        with suppress(SubmissionError):
            content(entry)
    if chosen is None or chosen.refused:
        return {"status": "unreadable", "problems": ["It is so."], "notebook": ""}
    return {"status": "graded", "problems": [], "notebook": chosen.name}


def _on_disk(top: Path) -> set[str]:
    """Every path in a folder that is no folder, found otherwise than the grader does."""
    return {
        (Path(here) / name).relative_to(top).as_posix()
        for here, folders, files in os.walk(top)
        for name in [*files, *(each for each in folders if (Path(here) / each).is_symlink())]
    }


def _name(random_: random.Random) -> str:
    depth = random_.choice((1, 1, 2, 2, 3, 3, 4))
    parts = [random_.choice(STUDENTS), *random_.choices(FOLDERS, k=max(depth - 2, 0))][: depth - 1]
    around = random_.choice(("", "", "", "hw3/", "submitted/", "03-spreadsheet/"))
    return around + "/".join([*parts, random_.choice(FILES)])


def _folder(random_: random.Random, top: Path) -> Path:
    """Links come last, so that nothing is ever written through one: they lead out of the folder."""
    top.mkdir()
    links = []
    for _ in range(random_.randrange(12)):
        path = top / "/".join(part for part in _name(random_).split("/") if part not in ("", ".."))
        if random_.random() < 0.1:
            links.append(path)
            continue
        with suppress(FileExistsError, NotADirectoryError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                _put(random_, path)
    if random_.random() < 0.1:
        (top / NAMES_NO_TEXT).write_bytes(kit.notebook())
    for path in links:
        if path.parent.is_dir() and path.parent.resolve() == path.parent.absolute():
            with suppress(FileExistsError):
                path.symlink_to(random_.choice(("..", "../..", "nowhere", "/dev/zero", path.name)))
    return top


def _put(random_: random.Random, path: Path) -> None:
    match random_.randrange(10):
        case 0:
            os.mkfifo(path)
        case 1:
            path.mkdir()
        case 2:
            with open(path, "xb") as file:
                file.truncate(2 * 1024**4)
        case 3:
            path.write_bytes(_zip(random_))
        case 4:
            path.write_bytes(_damaged(random_, _zip(random_)))
        case _:
            path.write_bytes(random_.choice(CONTENTS))


def _class_zip(random_: random.Random, path: Path) -> Path:
    made = _zip(random_, depth=2)
    path.write_bytes(_damaged(random_, made) if random_.random() < 0.6 else made)
    return path


def _zip(random_: random.Random, depth: int = 1) -> bytes:
    made = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(made, "w") as file:
        for _ in range(random_.randrange(10)):
            info = zipfile.ZipInfo(_name(random_) + random_.choice(("", "", "", "/")))
            info.compress_type = random_.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA))
            kinds = (0, 0, 0, stat.S_IFREG, stat.S_IFLNK, stat.S_IFIFO, stat.S_IFBLK, stat.S_IFDIR)
            info.external_attr = (random_.choice(kinds) | 0o644) << 16
            inner = depth and random_.random() < 0.2
            file.writestr(info, _zip(random_, depth - 1) if inner else random_.choice(CONTENTS))
    return made.getvalue()


def _damaged(random_: random.Random, data: bytes) -> bytes:
    """Flip some bits, mostly where the directory is, or cut the end off, or repeat a piece."""
    damaged = bytearray(data)
    start = data.find(b"PK\x01\x02")
    match random_.randrange(6):
        case 0:
            return data[: random_.randrange(len(data) + 1)]
        case 1:
            at = random_.randrange(len(data))
            return data[:at] + data[random_.randrange(len(data)) :]
        case kind:
            low = max(start, 0) if kind < 4 else 0
            for _ in range(random_.choice((1, 1, 2, 8))):
                damaged[random_.randrange(low, len(damaged))] ^= 1 << random_.randrange(8)
            return bytes(damaged)


def run(seeds: range, folder: Path) -> int:
    """Check a case for each seed, and return how many could be taken in."""
    places = (folder / str(number) for number in itertools.count())

    def is_taken(random_: random.Random) -> bool:
        here = next(places)
        here.mkdir()
        path = build(random_, here)
        try:
            check(path, random_.choice((folder / "grades", path, path / "results")))
        except SubmissionError:
            return False
        return True

    return count(seeds, is_taken)

"""What paths are called: without what would lead out of a folder, and in the letters that were meant.

A zip file need not say in which encoding its names are. macOS writes UTF-8 without saying so, Windows the
code page of its country; read as the standard has it, in code page 437, `García` is then `Garc├¡a`.
"""

import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable

SAYS_UTF8 = 0x800  # bit of a zip member's flags
LONGEST_NAME, LONGEST_PART = 4096, 255
"""Characters of a path, and of one name in it, as Linux has at most. Composing takes the square of them."""
UNICODE_PATH = 0x7075  # Info-ZIP's extra field: version 1, CRC-32 of the plain name, the name in UTF-8


def clean_parts(name: str) -> tuple[str, ...]:
    """Return the parts of a path without root, drive, `.` and `..`; in composed Unicode.

    A backslash separates as a slash does: some programs for Windows write zip files so. What is longer than
    any system's names is cut off.

    >>> clean_parts("../ada/./x.ipynb"), clean_parts(r"C:\\class\\ada\\x.ipynb")
    (('ada', 'x.ipynb'), ('class', 'ada', 'x.ipynb'))
    """
    parts = [
        unicodedata.normalize("NFC", part[:LONGEST_PART]) for part in re.split(r"[/\\]", name[:LONGEST_NAME])
    ]
    if re.fullmatch(r"[A-Za-z]:", parts[0]):
        del parts[0]
    return tuple(part for part in parts if part not in ("", ".", ".."))


def longest_part(name: str) -> int:
    """Return how many characters the longest name in a path has."""
    return max(map(len, name.split("/")))


def member_names(members: Iterable[zipfile.ZipInfo]) -> list[str]:
    """Return the names of a zip file's members, in the encoding that they were written in as far as it shows.

    >>> written = zipfile.ZipInfo("Ana García/hw.ipynb".encode().decode("cp437"))
    >>> member_names([written])
    ['Ana García/hw.ipynb']
    """
    raw = [_plain_bytes(member) for member in members]
    unknown = b"\0".join(name for name in raw if isinstance(name, bytes))
    encoding = _likely_encoding(unknown)
    return [name if isinstance(name, str) else name.decode(encoding) for name in raw]


def _plain_bytes(member: zipfile.ZipInfo) -> str | bytes:
    """The name, where the zip file says what it is; else the bytes that stand there."""
    if member.flag_bits & SAYS_UTF8:
        return member.filename
    try:
        plain = member.filename.encode("cp437")
    except UnicodeEncodeError:  # made from an extra field, by a newer zipfile
        return member.filename
    return _unicode_path(member.extra, plain) or plain


def _unicode_path(extra: bytes, plain: bytes) -> str:
    """The name in the extra field for it, if that is there and of this name; else ""."""
    at, checksum = 0, struct.pack("<I", zlib.crc32(plain) if extra else 0)
    while len(extra) - at >= 4:
        kind, length = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + length]
        if kind == UNICODE_PATH and field[1:5] == checksum:
            return field[5:].decode("utf-8", "replace")
        at += 4 + length
    return ""


def _likely_encoding(names: bytes) -> str:
    """Guess from all names of a zip file at once; code page 437, which can hold any byte, where nothing fits.

    Every encoding here would read the names of another one without complaint, or nearly; what tells is
    whether letters come out, since names of people hold letters.
    """
    if names.isascii():
        return "ascii"
    if _decodes(names, "utf-8"):
        return "utf-8"
    if _all_match(names, "gb2312", r"[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]"):
        return "gb2312"
    return next(
        (encoding for encoding in ("cp437", "cp1252") if _all_match(names, encoding, LATIN)),
        "gb18030" if _all_match(names, "gb18030", r"[\u4e00-\u9fff]") else "cp437",
    )


LATIN = r"[^\W\d_\u0370-\uffff]"  # letters, and neither Greek nor what comes after it


def _all_match(names: bytes, encoding: str, wanted: str) -> bool:
    if not _decodes(names, encoding):
        return False
    return all(sign.isascii() or re.fullmatch(wanted, sign) for sign in names.decode(encoding))


def _decodes(names: bytes, encoding: str) -> bool:
    try:
        names.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True

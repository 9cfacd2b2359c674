"""How large a picture is, as its header says: nothing of it is decoded.

A browser makes room for as many pixels as a header says, four bytes each, however few bytes follow. So the
size is read here as browsers read it, and what has a header that is not as its format wants it is no picture.
"""

import struct
from collections.abc import Callable, Mapping

NO_FRAME = {0xC4, 0xC8, 0xCC}
"""Of JPEG's markers from SOF0 (0xC0) to SOF15, those that begin something else."""


def pixels(kind: str, data: bytes) -> int:
    """Return width × height of a picture of this kind; 0 if it is none, or does not say how large it is.

    >>> pixels("image/gif", b"GIF89a"), pixels("image/svg+xml", b"<svg/>")
    (0, 0)
    """
    read = SIZES.get(kind)
    try:
        width, height = read(data) if read else (0, 0)
    except (struct.error, IndexError):  # it ends before that
        return 0
    return width * height


def _png(data: bytes) -> tuple[int, int]:
    if not data.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"):
        return 0, 0
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int]:
    """From the first frame's header, behind segments that each say how long they are."""
    at = 2 if data.startswith(b"\xff\xd8") else len(data)
    while data[at] == 0xFF:
        if data[at + 1] == 0xFF:  # a marker may begin with several
            at += 1
            continue
        kind, length = struct.unpack_from(">BH", data, at + 1)
        if not 0xC0 <= kind <= 0xFE or 0xD0 <= kind <= 0xDA or length < 2:  # no such segment may stand here
            break
        if kind <= 0xCF and kind not in NO_FRAME:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + length
    return 0, 0


def _gif(data: bytes) -> tuple[int, int]:
    """That of the screen; if the first frame reaches beyond, browsers make the screen larger."""
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return 0, 0
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)  # behind the table of colours
    while data[at] == 0x21:  # an extension, of blocks that each say how long they are; one of 0 ends it
        at += 2
        while length := data[at]:
            at += 1 + length
        at += 1
    if data[at] != 0x2C:
        return 0, 0
    left, top, across, down = struct.unpack_from("<HHHH", data, at + 1)
    return max(width, left + across), max(height, top + down)


def _webp(data: bytes) -> tuple[int, int]:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return 0, 0
    kind = data[12:16]
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[20] == 0x2F:
        (both,) = struct.unpack_from("<I", data, 21)
        return (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        low, high, top = struct.unpack_from("<HBH", data, 24)
        return (high << 16 | low) + 1, (data[29] << 16 | top) + 1
    return 0, 0


SIZES: Mapping[str, Callable[[bytes], tuple[int, int]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}
"""By kind, what reads width and height. SVG is none of them: it is a page, which may hold a script."""

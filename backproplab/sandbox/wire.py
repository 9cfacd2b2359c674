"""How bytes travel: jobs go in as JSON, which we wrote; values come out as frames, which anyone may have.

A frame is a header (mark, kind, length) and a body without structure: counted texts, fixed-width numbers, raw
bytes. Nothing is unpickled or parsed in depth, each length is checked before anything of it is read, and what
does not fit is MalformedFrameError: no value.

    >>> frame = value_frame("3.2", 101, "∂L/∂w₃", np.array([0.5, -1.0]))
    >>> key, array = read_value(frame[HEADER.size :])
    >>> key, array
    (('3.2', 101, '∂L/∂w₃'), array([ 0.5, -1. ]))
"""

import json
import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.errors import BackproplabError
from backproplab.sandbox.protocol import Assignment, Check, Limits

STEP, VALUE, ERROR, NOTE, DONE = b"S", b"V", b"E", b"N", b"D"
KINDS = (STEP, VALUE, ERROR, NOTE, DONE)
HEADER = struct.Struct("<4scI")
MARK = b"bpl1"
COUNT, SEED, INDEX = struct.Struct("<H"), struct.Struct("<q"), struct.Struct("<I")
DTYPES = {b"d": np.dtype("<f8"), b"q": np.dtype("<i8"), b"?": np.dtype("?")}
MOST_TEXT, MOST_DIMENSIONS = 1000, 16

Key = tuple[str, int, str]
Read = Callable[[int], bytes]
"""Reads up to so many bytes; b"" at the end."""


class MalformedFrameError(BackproplabError, ValueError):
    """These bytes are not what the sandbox's own code writes."""


class CutFrameError(MalformedFrameError):
    """The stream ends in the middle of a frame."""


class Frame(NamedTuple):
    """One message from the child, its body not yet read."""

    kind: bytes
    body: bytes


def frame(kind: bytes, body: bytes = b"") -> bytes:
    """Return the bytes of a frame."""
    return HEADER.pack(MARK, kind, len(body)) + body


def text_frame(kind: bytes, *texts: str) -> bytes:
    """Return a frame of texts; what is longer than MOST_TEXT bytes is cut."""
    return frame(kind, b"".join(map(_with_length, texts)))


def value_frame(exercise: str, seed: int, name: str, array: NDArray[Any]) -> bytes:
    """Return the frame of one named value; `array` is of float64, int64 or bool."""
    code = array.dtype.char.encode() if array.dtype.char.encode() in DTYPES else b"d"
    raw = np.ascontiguousarray(array, DTYPES[code]).tobytes()
    shape = COUNT.pack(array.ndim) + b"".join(INDEX.pack(n) for n in array.shape)
    return frame(VALUE, _with_length(exercise) + SEED.pack(seed) + _with_length(name) + code + shape + raw)


def frames(read: Read, *, largest: int, total: int) -> Iterator[Frame]:
    """Yield frames until the stream ends. MalformedFrameError: foreign bytes, or more than is allowed."""
    while head := _exactly(read, HEADER.size):
        if len(head) < HEADER.size:
            raise CutFrameError("half a header")
        mark, kind, length = HEADER.unpack(head)
        total -= length
        if mark != MARK or kind not in KINDS:
            raise MalformedFrameError("foreign bytes")
        if length > largest + 4 * MOST_TEXT or total < 0:
            raise MalformedFrameError("a frame that is too large")
        body = _exactly(read, length)
        if len(body) < length:
            raise CutFrameError("half a frame")
        yield Frame(kind, body)


def _exactly(read: Read, length: int) -> bytes:
    parts = []
    while length and (part := read(min(length, 1 << 20))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


class _Body:
    """Reads the body of a frame from the left."""

    def __init__(self, body: bytes) -> None:
        self.rest = body

    def take(self, length: int) -> bytes:
        if length > len(self.rest):
            raise MalformedFrameError("a frame that is too short")
        taken, self.rest = self.rest[:length], self.rest[length:]
        return taken

    def number(self, form: struct.Struct) -> int:
        return int(form.unpack(self.take(form.size))[0])

    def text(self) -> str:
        length = self.number(COUNT)
        if length > MOST_TEXT:
            raise MalformedFrameError("a text that is too long")
        return self.take(length).decode("utf-8", "replace")


def read_value(body: bytes) -> tuple[Key, NDArray[Any]]:
    """Return (exercise, seed, name) and the array of a VALUE frame, or raise MalformedFrameError."""
    reader = _Body(body)
    key = (reader.text(), reader.number(SEED), reader.text())
    dtype = DTYPES.get(reader.take(1))
    dimensions = reader.number(COUNT)
    if dtype is None or dimensions > MOST_DIMENSIONS:
        raise MalformedFrameError("an array of no kind that we know")
    shape = tuple(reader.number(INDEX) for _ in range(dimensions))
    if math.prod(shape) * dtype.itemsize != len(reader.rest) or 0 in shape[1:]:
        raise MalformedFrameError("an array of another size than it says")
    try:
        return key, np.frombuffer(reader.rest, dtype).reshape(shape).copy()
    except ValueError:  # no bytes, and sides too long for any array
        raise MalformedFrameError("an array of a shape that cannot be") from None


def read_texts(body: bytes, count: int) -> list[str]:
    """Return the texts of an ERROR (exercise, text) or NOTE (text) frame, each as one printable line."""
    reader = _Body(body)
    return [one_line(reader.text()) for _ in range(count)]


def one_line(text: str) -> str:
    """Return a text as one printable line.

    >>> one_line("two\\n lines\\x00")
    'two lines�'
    """
    return "".join(c if c.isprintable() else "�" for c in " ".join(text.split()))


def read_index(body: bytes) -> int:
    """Return the number of a STEP frame."""
    return _Body(body).number(INDEX)


def _with_length(text: str) -> bytes:
    raw = text.encode("utf-8", "replace")[:MOST_TEXT]
    return COUNT.pack(len(raw)) + raw


def request(**content: Any) -> bytes:
    """Return trusted content (an assignment, a job) as counted JSON."""
    raw = json.dumps(content).encode()
    return INDEX.pack(len(raw)) + raw


def read_request(read: Read) -> dict[str, Any]:
    """Return what `request` was given. EOFError if the other side has gone."""
    head = _exactly(read, INDEX.size)
    if len(head) < INDEX.size:
        raise EOFError("the grader has gone")
    content: dict[str, Any] = json.loads(_exactly(read, INDEX.unpack(head)[0]))
    return content


def pack(assignment: Assignment, limits: Limits) -> dict[str, Any]:
    """Return an assignment and its limits as plain data for `request`."""
    return {"assignment": asdict(assignment), "limits": asdict(limits)}


def unpack(content: dict[str, Any]) -> tuple[Assignment, Limits]:
    """Return what `pack` was given."""
    plain = content["assignment"]
    checks = tuple(
        Check(each["exercise"], each["source"], tuple(each["answers"])) for each in plain["checks"]
    )
    return Assignment(plain["name"], tuple(plain["given"]), checks), Limits(**content["limits"])

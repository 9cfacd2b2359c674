"""The size of a picture is read from its header, as Pillow reads it; whatever else comes is no picture."""

import io
import struct

import pytest
from PIL import Image

from backproplab.grading.hand.picture import SIZES, pixels

WIDTH, HEIGHT = 37, 300
WRITTEN = {
    "png": {},
    "jpeg": {},
    "jpeg, progressive, behind a remark": {"progressive": True, "comment": b"\xff\xc0" * 30_000},
    "gif": {},
    "gif, with a remark": {"comment": b"\x2c" * 1000},
    "webp": {},
    "webp, lossless": {"lossless": True},
    "webp, with metadata": {"exif": b"Exif\0\0" + b"\0" * 20},
}


def picture(written, size=(WIDTH, HEIGHT)):
    """Kind and bytes of a picture that Pillow wrote."""
    kind, file = written.partition(",")[0], io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, kind, **WRITTEN[written])
    return f"image/{kind}", file.getvalue()


@pytest.mark.parametrize("written", WRITTEN)
def test_the_size_is_that_which_the_header_says(written):
    kind, data = picture(written)
    assert pixels(kind, data) == WIDTH * HEIGHT
    assert not any(pixels(other, data) for other in SIZES if other != kind)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_header_that_was_cut_or_changed_raises_nothing(written):
    kind, data = picture(written)
    header = data[:600]
    for end in range(len(header)):
        assert pixels(kind, header[:end]) in (0, WIDTH * HEIGHT)
    for at in range(len(header)):
        for byte in (0x00, 0x21, 0x2C, 0xC0, 0xFF):
            assert 0 <= pixels(kind, header[:at] + bytes([byte]) + header[at + 1 :]) < 2**64


def test_a_first_frame_that_is_larger_than_the_screen_counts():
    _, data = picture("gif")
    frame = data.index(b"\x2c", 13 + 3 * 2 ** ((data[10] & 7) + 1))
    larger = data[: frame + 5] + struct.pack("<HH", 60_000, 50_000) + data[frame + 9 :]
    assert pixels("image/gif", larger) == 60_000 * 50_000

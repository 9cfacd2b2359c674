"""Frames: what is written can be read, and what anyone else writes is a frame or an error."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backproplab.sandbox import wire
from backproplab.sandbox.limits import signal_name
from backproplab.sandbox.protocol import Assignment, Check, Limits

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
arrays = hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=4, max_side=4))


def read_all(raw, *, largest=10_000, total=100_000):
    return list(wire.frames(io.BytesIO(raw).read, largest=largest, total=total))


@given(texts, st.integers(-(2**63), 2**63 - 1), texts, arrays)
def test_a_value_survives_the_way(exercise, seed, name, array):
    (frame,) = read_all(wire.value_frame(exercise, seed, name, array))
    key, back = wire.read_value(frame.body)
    assert frame.kind == wire.VALUE
    assert key == (exercise, seed, name)
    assert back.shape == array.shape
    np.testing.assert_array_equal(back, array)


@given(texts, texts)
def test_texts_arrive_as_single_printable_lines(exercise, text):
    (frame,) = read_all(wire.text_frame(wire.ERROR, exercise, text))
    assert all(line.isprintable() for line in wire.read_texts(frame.body, 2))


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_malformed(noise):
    for raw in (
        noise,
        wire.frame(wire.VALUE, noise),
        wire.frame(wire.STEP, noise),
        wire.frame(wire.NOTE, noise),
    ):
        try:
            for kind, body in read_all(raw):
                if kind == wire.VALUE:
                    wire.read_value(body)
                elif kind == wire.STEP:
                    wire.read_index(body)
                else:
                    wire.read_texts(body, 1)
        except wire.MalformedFrameError:
            pass


@given(arrays.filter(lambda array: array.size > 0), st.data())
def test_a_value_cut_short_is_malformed(array, data):
    body = wire.value_frame("1.1", 1, "x", array)[wire.HEADER.size :]
    with pytest.raises(wire.MalformedFrameError):
        wire.read_value(body[: data.draw(st.integers(0, len(body) - 1))])


def test_a_false_size_is_refused_before_anything_is_read():
    promised = wire.HEADER.pack(wire.MARK, wire.VALUE, 2**32 - 1)
    with pytest.raises(wire.MalformedFrameError, match="too large"):
        read_all(promised)


def test_many_frames_are_refused_once_their_sum_is_too_large():
    raw = wire.frame(wire.NOTE, bytes(1000)) * 101
    with pytest.raises(wire.MalformedFrameError, match="too large"):
        read_all(raw)


def test_a_shape_whose_product_overflows_is_malformed():
    head = wire.value_frame("1.1", 1, "x", np.zeros(0))[wire.HEADER.size : -6]
    with pytest.raises(wire.MalformedFrameError, match="another size"):
        wire.read_value(head + struct.pack("<HIIII", 4, *[2**31] * 4))


def test_a_shape_of_nothing_too_long_for_any_array_is_malformed():
    head = wire.value_frame("1.1", 1, "x", np.zeros(0))[wire.HEADER.size : -6]
    with pytest.raises(wire.MalformedFrameError, match="a shape that cannot be"):
        wire.read_value(head + struct.pack("<HIIII", 4, 0, *[2**32 - 1] * 3))


@pytest.mark.parametrize(("number", "name"), [(9, "SIGKILL"), (40, "signal 40")])
def test_signals_without_a_name_are_told_by_number(number, name):
    assert signal_name(number) == name


def test_objects_are_no_dtype():
    body = wire.value_frame("1.1", 1, "x", np.zeros(1))[wire.HEADER.size :]
    with pytest.raises(wire.MalformedFrameError, match="no kind"):
        wire.read_value(body.replace(b"d\x01\x00", b"O\x01\x00"))


def test_an_assignment_survives_the_way():
    assignment = Assignment("03", ("import numpy",), (Check("3.1", "…\udc80", ("f", "g")),))
    raw = wire.request(**wire.pack(assignment, Limits(cell_seconds=3.0)))
    assert wire.unpack(wire.read_request(io.BytesIO(raw).read)) == (assignment, Limits(cell_seconds=3.0))


def test_a_reader_learns_that_the_other_side_has_gone():
    with pytest.raises(EOFError):
        wire.read_request(io.BytesIO(b"").read)

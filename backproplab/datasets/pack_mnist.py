"""Build mnist.npz from the four published files: `backproplab pack-mnist FOLDER`.

FOLDER holds the IDX files, gzip-compressed, under their published names. Each is checked against its
published md5; then the arrays go into an .npz with fixed dates and modes, so that one zlib always
writes the same bytes.
"""

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backproplab.datasets.mnist import FILE, SHA256
from backproplab.errors import BackproplabError
from backproplab.files import atomic_write

PUBLISHED = {  # name in the .npz: (name of the IDX file, md5 of it once decompressed)
    "train_images": ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
    "train_labels": ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
    "test_images": ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
    "test_labels": ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
}


def to_idx(array: NDArray[np.uint8]) -> bytes:
    """The array as an IDX file: two zero bytes, 8 for uint8, number of axes, lengths, then the numbers."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def from_idx(data: bytes) -> NDArray[np.uint8]:
    """The array in an IDX file of bytes. ValueError if its header promises anything else.

    >>> from_idx(to_idx(np.array([[1, 2, 3]], np.uint8)))
    array([[1, 2, 3]], dtype=uint8)
    """
    if data[:3] != bytes([0, 0, 8]):
        raise ValueError(
            f"expected an IDX file of bytes, which starts with 00 00 08, got {data[:3].hex(' ')}"
        )
    start = 4 + 4 * data[3]
    return np.frombuffer(data, np.uint8, offset=start).reshape(np.frombuffer(data[4:start], ">u4"))


def pack(arrays: dict[str, NDArray[np.uint8]]) -> bytes:
    """An .npz of these arrays whose bytes depend on nothing but them (and on the zlib that compresses)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # as on Unix, wherever it runs
            npy = io.BytesIO()
            np.lib.format.write_array(npy, array, version=(1, 0), allow_pickle=False)
            archive.writestr(entry, npy.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return packed.getvalue()


def rebuild(folder: Path) -> str:
    """Read, check, pack and write; returns a line on whether the result is the file that mnist.py expects.

    OSError where a published file is missing, BackproplabError where one is another than was published.
    """
    arrays = {}
    for name, (stem, md5) in PUBLISHED.items():
        idx = gzip.decompress((folder / f"{stem}.gz").read_bytes())
        if hashlib.md5(idx, usedforsecurity=False).hexdigest() != md5:
            raise BackproplabError(f"{folder / stem}.gz is not the published file; get it again")
        arrays[name] = from_idx(idx)
    packed = pack(arrays)
    with atomic_write(FILE) as file:
        file.write(packed)
    sha256 = hashlib.sha256(packed).hexdigest()
    same = (
        "as mnist.py expects"
        if sha256 == SHA256
        else "another zlib or other data: put it into SHA256 in mnist.py"
    )
    return f"{FILE}: {len(packed):,} bytes, sha256 {sha256} ({same})"

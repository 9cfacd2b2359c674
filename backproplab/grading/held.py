"""Hold a file, so that whoever else wants to hold it waits, or is refused: on Linux, macOS and Windows."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

FAR_BEHIND = 2**31 - 2
"""What Windows locks is bytes, which nobody else can read then: so one that no file of ours has."""
PAUSE = 0.05  # seconds between two tries


@contextmanager
def held(descriptor: int, *, wait: bool) -> Iterator[None]:
    """Hold an open file for as long as the block runs. BlockingIOError if another has it, unless we `wait`.

    Its position stays. A process that ends lets go of what it holds.
    """
    if sys.platform == "win32":
        import msvcrt

        def lock(how: int) -> None:
            before = os.lseek(descriptor, 0, os.SEEK_CUR)
            os.lseek(descriptor, FAR_BEHIND, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, how, 1)
            finally:
                os.lseek(descriptor, before, os.SEEK_SET)

        while True:
            try:
                lock(msvcrt.LK_NBLCK)
                break
            except PermissionError as error:
                if not wait:
                    raise BlockingIOError(*error.args) from error
            time.sleep(PAUSE)
        try:
            yield
        finally:
            lock(msvcrt.LK_UNLCK)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield  # whoever closes the file lets go of it

"""The scheduler of a Dask cluster, asked with an end to patience.

Dask waits for ever for a scheduler that is stopped, or that has gone silent with its network while the
connection stands. Whoever is asked here answers within `SILENCE`, or a SandboxError says who did not.
"""

import concurrent.futures
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Self, TypeVar

import dask
from distributed import Client, Future, Status

from backproplab.errors import BackproplabError
from backproplab.grading.cluster import worker as remote
from backproplab.sandbox import SandboxError

SILENCE = 60.0
"""Seconds without a word from the scheduler, after which a run ends."""
FETCH_SECONDS = 60.0
"""Seconds for a worker to hand over what it has done."""
CLOSING = 10.0
"""Seconds for what is to be tidied up elsewhere; whoever hangs then is left to it."""
GO_ON = "What was graded is kept: run the same command again"
Answer = TypeVar("Answer")


class Scheduler:
    """What the driver asks of a scheduler: which workers there are, and to have one do something."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._answers = True
        """Until it has failed to, after which nothing is asked any more."""
        self._cluster = client.cluster
        scheduler = client.scheduler
        self.address = str(scheduler.address) if scheduler else "the scheduler"

    @classmethod
    def connect(cls, cluster: Any) -> Self:
        """Connect to a scheduler by its address, or to a cluster object's. SandboxError if none answers."""
        if _is_closed(cluster):
            raise SandboxError(
                f"The {type(cluster).__name__} has been closed: make another one, or name the address of a "
                "scheduler"
            )
        try:
            return cls(_within(SILENCE, lambda: _client(cluster)))
        except Exception as error:  # a cluster object raises whatever it happens upon
            raise SandboxError(
                f"No scheduler answers at {cluster} ({_words(error)}): start one with `dask scheduler`, and "
                "name the address that it prints; one that is stopped is to be ended first"
            ) from error

    def workers(self) -> dict[str, int]:
        """Return how many threads each worker has, by address. SandboxError if the scheduler is gone."""
        if _is_closed(self._cluster):  # to ask would take as long as silence does
            raise self._closed()
        try:
            return dict(_within(SILENCE, self._client.nthreads))
        except Exception as error:
            raise self._gone(error) from error

    def submit(self, function: Any, address: str, *arguments: Any) -> "Future[Any]":
        """Have one worker do something, and no other in its place: neither a second time nor elsewhere.

        SandboxError if the scheduler is gone.
        """
        try:
            return self._client.submit(
                function, *arguments, workers=[address], allow_other_workers=False, pure=False, retries=0
            )
        except Exception as error:  # the client has been closed, since nobody answered it
            raise self._gone(error) from error

    def fetch(self, future: "Future[Any]") -> Any:
        """Return what a worker has done, or raise what that came to.

        TimeoutError if the worker does not hand it over in time; GoneError if it is there no more.

        The scheduler is asked for this alone. `Future.result` would join it with whatever is asked for at
        the same moment, and with five such requests on their way begins no other: a worker that hangs would
        hold up what others have, and they would seem to hang.
        """
        if future.status in ("error", "cancelled"):
            return future.result(timeout=FETCH_SECONDS)  # known here
        ask, key = self._client.scheduler.gather, future.key  # type: ignore[union-attr]
        said = self._client.sync(ask, keys=[key], callback_timeout=FETCH_SECONDS)
        if said["status"] != "OK":
            raise GoneError(f"{key} is at no worker any more")
        return said["data"][key]

    def cancel(self, futures: "Sequence[Future[Any]]") -> None:
        """Take back what was sent, if the scheduler still answers."""
        self._tidy(lambda: self._client.cancel(futures, force=True))

    def close(self) -> None:
        """Have the workers end what they keep warm, and leave them."""
        self._tidy(lambda: self._client.run(remote.close_idle, on_error="ignore"))
        with suppress(Exception):
            _within(CLOSING, lambda: self._client.close(timeout=CLOSING))

    def _gone(self, error: Exception) -> SandboxError:
        self._answers = False
        if _is_closed(self._cluster):
            return self._closed()
        if isinstance(error, _SilentError):
            return SandboxError(
                f"The scheduler {self.address} is silent: {error}. It is stopped, or the network to it is. "
                f"{GO_ON} when it answers, or with another one"
            )
        return SandboxError(
            f"The scheduler {self.address} is gone ({_words(error)}). {GO_ON} when it is back"
        )

    def _closed(self) -> SandboxError:
        self._answers = False
        return SandboxError(
            f"The {type(self._cluster).__name__} of {self.address} was closed in the middle. {GO_ON}, with "
            "another one"
        )

    def _tidy(self, tidy: Callable[[], object]) -> None:
        """Do what can be left undone, if need be: a worker or the scheduler may be gone, or hang."""
        if self._answers:
            with suppress(Exception):
                _within(CLOSING, tidy)


def _client(cluster: Any) -> Client:
    """Connect to a scheduler, and keep nothing of what is sent.

    A client of Dask's keeps the last thousand messages, for whoever develops Dask. Here, each is a notebook,
    with all that running it takes.
    """
    with dask.config.set({"distributed.admin.low-level-log-length": 0}):
        return Client(cluster, set_as_default=False)


class GoneError(BackproplabError):
    """What a worker has done is lost with it."""


class _SilentError(Exception):
    """Nothing was answered in time."""


def _within(seconds: float, ask: Callable[[], Answer]) -> Answer:
    """Return an answer that must come within so many seconds, else _SilentError; raises what asking does.

    What it waits for goes on waiting, in a thread that ends with this process at the latest.
    """
    answer: concurrent.futures.Future[Answer] = concurrent.futures.Future()

    def attempt() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=attempt, daemon=True).start()
    if not concurrent.futures.wait([answer], seconds).done:
        raise _SilentError(f"not a word in {seconds:.0f} s")
    return answer.result()


def _is_closed(cluster: Any) -> bool:
    """Is it a cluster object that was closed? An address, or no object at all, is none."""
    return getattr(cluster, "status", None) in (Status.closing, Status.closed)


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, _SilentError) else f"{type(error).__name__}: {error}"

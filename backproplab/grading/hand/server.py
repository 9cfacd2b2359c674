"""The page on which people mark: served to this computer alone, to whoever knows its secret address.

Any program and any web page on this computer can reach a port of it, so nothing is said or taken without the
secret that the address has. A request has to name this server as its host, which a page elsewhere that lets
its own name lead here cannot do, and a mark has to come from this page. The browser is told to run and to
load nothing but the two files of the page; what students wrote is text in JSON, which the page shows as text.
"""

import hmac
import json
import math
import os
import secrets
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, NoReturn
from urllib.parse import SplitResult, parse_qs, urlsplit

from backproplab.errors import BackproplabError
from backproplab.grading.hand.desk import ChangedAnswerError, Desk
from backproplab.grading.hand.journal import BehindError, Kind
from backproplab.grading.hand.questions import MarkError

ADDRESS = "127.0.0.1"
FIRST_PORT, PORTS = 8710, 20
"""Where to listen if nobody says: the first of so many that is free. A browser keeps drafts by port."""
MOST_BODY = 128 * 1024
PATIENCE = 30
"""Seconds that a request may take to arrive."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ASSETS = {"/page.js": "text/javascript", "/page.css": "text/css"}


class MarkingServer(ThreadingHTTPServer):
    """Serves a desk on loopback, at a port that is free or is asked for. OSError if it is taken."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there, it would let two servers have one port

    def __init__(self, desk: Desk, port: int = 0) -> None:
        self.desk = desk
        self.token = secrets.token_urlsafe(32)
        super().__init__((ADDRESS, port), _Handler)

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a browser here calls this server."""
        return f"{ADDRESS}:{self.server_port}", f"localhost:{self.server_port}"

    @property
    def url(self) -> str:
        """The page's address, with the secret."""
        return f"http://{self.hosts[0]}/?token={self.token}"


def open_server(desk: Desk, port: int | None) -> MarkingServer:
    """Return a server at a port, or at the first that is free. MarkError if there is none."""
    wanted = [port] if port is not None else [*range(FIRST_PORT, FIRST_PORT + PORTS), 0]
    for each in wanted:
        try:
            return MarkingServer(desk, each)
        except (OSError, OverflowError):
            continue
    raise MarkError(f"Port {port} cannot be had on {ADDRESS}: name another with --port, or leave it out")


class _Refused(BackproplabError):
    """A request that is not answered."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: MarkingServer
    timeout = PATIENCE
    server_version, sys_version = "backproplab", ""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: an address has the secret in it."""

    def do_GET(self) -> None:
        """Answer with the page, one of its files, or how something stands."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Take a mark, a decision or a list of comments."""
        self._answer(self._post)

    def _answer(self, work: Any) -> None:
        try:
            self._answer_or_say_why(work)
        except (ConnectionError, TimeoutError):  # also while it is told why
            self.close_connection = True

    def _answer_or_say_why(self, work: Any) -> None:
        try:
            if self.headers.get("Host") not in self.server.hosts:
                self._refuse(HTTPStatus.FORBIDDEN, "This server answers under its own name alone")
            work()
        except _Refused as refused:
            self._json({"error": str(refused)}, refused.status)
        except ChangedAnswerError as error:
            self._json({"error": str(error), "changed": True}, HTTPStatus.CONFLICT)
        except MarkError as error:
            self._json({"error": str(error)}, HTTPStatus.BAD_REQUEST)
        except BehindError as error:
            self._json({"error": str(error)}, HTTPStatus.CONFLICT)
        except BackproplabError as error:
            self._json({"error": str(error)}, HTTPStatus.INSUFFICIENT_STORAGE)

    def _refuse(self, status: HTTPStatus, message: str) -> NoReturn:
        raise _Refused(status, message)

    def _check(self, token: str) -> None:
        if not hmac.compare_digest(token.encode(), self.server.token.encode()):
            self._refuse(
                HTTPStatus.FORBIDDEN,
                "Open the whole address that `backproplab mark` printed: it has a secret",
            )

    def _parts(self) -> SplitResult:
        try:
            return urlsplit(self.path)
        except ValueError:
            self._refuse(HTTPStatus.BAD_REQUEST, "This is no address")

    def _get(self) -> None:
        parts = self._parts()
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path in ASSETS:  # the same for everybody, and in the package for all to see
            return self._send(asset(parts.path[1:]), ASSETS[parts.path])
        if parts.path == "/":
            self._check(query.get("token", ""))
            return self._send(asset("page.html"), "text/html")
        self._check(self.headers.get("X-Token", ""))
        desk = self.server.desk
        match parts.path:
            case "/api/questions":
                return self._json(desk.overview())
            case "/api/answers":
                return self._json(desk.listing(query.get("question", "")))
            case "/api/answer":
                return self._json(desk.view(query.get("question", ""), query.get("key", "")))
        self._refuse(HTTPStatus.NOT_FOUND, "There is nothing here")

    def _post(self) -> None:
        self._check(self.headers.get("X-Token", ""))
        if self.headers.get("Origin") not in [f"http://{host}" for host in self.server.hosts]:
            self._refuse(HTTPStatus.FORBIDDEN, "A mark has to come from the page of this server")
        if self.headers.get_content_type() != "application/json":
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "A mark is sent as JSON")
        given, desk = self._body(), self.server.desk
        question, key, author = (_text(given, name) for name in ("question", "key", "author"))
        match self._parts().path:
            case "/api/mark":
                written = desk.give(
                    question,
                    key,
                    author=author,
                    points=None if given.get("points") is None else _number(given, "points"),
                    comment=_text(given, "comment"),
                    replaces=_text(given, "replaces"),
                    answer=_text(given, "answer"),
                    out_of=_number(given, "out_of"),
                    id=_text(given, "id"),
                )
                conflict = written.kind is Kind.CONFLICT
                status = HTTPStatus.CONFLICT if conflict else HTTPStatus.OK
                return self._json(desk.view(question, key), status)
            case "/api/settle":
                seen = {name: _text(given, name) for name in ("replaces", "chosen", "id")}
                desk.settle(question, key, author=author, **seen)
                return self._json(desk.view(question, key))
            case "/api/undo":
                seen = {name: _text(given, name) for name in ("mark", "id")}
                desk.undo(question, key, author=author, **seen)
                return self._json(desk.view(question, key))
            case "/api/comments":
                comments = given.get("comments")
                if not isinstance(comments, list) or not all(isinstance(each, str) for each in comments):
                    raise MarkError("Comments are a list of texts")
                desk.keep_comments(question, comments, author=author, replaces=_text(given, "replaces"))
                return self._json(desk.listing(question))
        self._refuse(HTTPStatus.NOT_FOUND, "There is nothing here")

    def _body(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "A mark says how long it is")
        if int(length) > MOST_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A mark has at most {MOST_BODY:,} bytes")
        try:
            given = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            raise MarkError("A mark is a JSON object")
        return given

    def _json(self, content: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(json.dumps(content).encode(), "application/json", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        if status >= HTTPStatus.BAD_REQUEST:
            self.close_connection = True  # a body may be left that nobody has read
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)


def asset(name: str) -> bytes:
    """Return one of the page's files."""
    return (files("backproplab.grading.hand") / name).read_bytes()


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise MarkError(f"'{name}' has to be a text")
    return value


def _number(given: dict[str, Any], name: str) -> float:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MarkError(f"'{name}' has to be a number; points may be null, to take a mark back")
    try:
        return float(value)
    except OverflowError:
        return math.inf

"""The page's server: it answers who has the secret, under its own name, and takes no mark from elsewhere."""

import http.client
import json
import secrets
import threading

import hand_kit as kit
import pytest

from backproplab.grading.hand.desk import Desk
from backproplab.grading.hand.questions import MarkError
from backproplab.grading.hand.server import MOST_BODY, MarkingServer, open_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = kit.graded(tmp_path_factory.mktemp("grades"), {"ada": "<script>1</script>"})
    with MarkingServer(Desk(folder)) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def ask(server, method, path, body=None, **headers):
    """Ask as the page does, but for `headers`, where None leaves one out."""
    host = server.hosts[0]
    sent = {"Host": host, "X_Token": server.token}
    if method == "POST":
        sent |= {"Origin": f"http://{host}", "Content_Type": "application/json"}
    sent |= headers
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    if data is not None and "Content_Length" not in headers:
        sent["Content_Length"] = str(len(data))
    for name, value in sent.items():
        if value is not None:
            connection.putheader(name.replace("_", "-"), value)
    connection.endheaders(data)
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer, said


def mark(server, **more):
    desk = server.desk
    key = desk.key("ada", "essay")
    view = desk.view("essay", key)
    return {
        "question": "essay",
        "key": key,
        "author": "Ana",
        "points": 1,
        "comment": "",
        "replaces": view["version"],
        "answer": view["answer"],
        "out_of": view["out_of"],
        "id": secrets.token_hex(16),
    } | more


def test_the_page_may_load_and_run_nothing_but_its_own_files(server):
    answer, said = ask(server, "GET", f"/?token={server.token}", X_Token=None)
    assert answer.status == 200
    policy = answer.getheader("Content-Security-Policy")
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.getheader("Referrer-Policy") == "no-referrer"
    assert server.token.encode() not in said
    for name in ("page.js", "page.css"):
        assert ask(server, "GET", f"/{name}", X_Token=None)[0].status == 200


def test_what_a_student_wrote_comes_as_json_which_no_browser_shows_as_a_page(server):
    key = server.desk.key("ada", "essay")
    answer, said = ask(server, "GET", f"/api/answer?question=essay&key={key}")
    assert answer.getheader("Content-Type").startswith("application/json")
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert json.loads(said)["cells"][0]["text"] == "<script>1</script>"


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=x", "/api/questions", "/api/answers", "/nothing"])
@pytest.mark.parametrize("token", [None, "", "x", "é"])
def test_without_the_secret_nothing_is_said(server, path, token):
    headers = {"X_Token": token} if token != "é" else {"X_Token": "é".encode()}
    answer, said = ask(server, "GET", path, **headers)
    assert answer.status == 403
    assert "error" in json.loads(said)


@pytest.mark.parametrize(
    "host", [None, "", "evil.test", "127.0.0.1", "evil.test:{}", "127.0.0.1:{}.evil.test"]
)
def test_under_another_name_nothing_is_said(server, host):
    name = host.format(server.server_port) if host else host
    for path in (f"/?token={server.token}", "/api/questions", "/page.js"):
        assert ask(server, "GET", path, Host=name)[0].status == 403
    assert ask(server, "POST", "/api/mark", mark(server), Host=name)[0].status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": None}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "https://127.0.0.1"}, 403),
        ({"X_Token": None}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Length": None}, 411),
        ({"Content_Length": "-1"}, 411),
        ({"Content_Length": "²"}, 411),
        ({"Content_Length": str(MOST_BODY + 1)}, 413),
    ],
)
def test_a_mark_that_is_not_from_the_page_is_not_taken(server, headers, status):
    before = len(server.desk.journal.entries)
    if headers.get("Content_Length") == "²":
        headers = {"Content_Length": "²".encode("latin-1")}
    assert ask(server, "POST", "/api/mark", mark(server), **headers)[0].status == status
    assert len(server.desk.journal.entries) == before


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"7", b"\xff", b"[" * 50_000),
        *({"points": each} for each in ("1", True, [], {}, 10**400, 7, -1, 0.3)),
        *({"key": each} for each in ("x", "../../etc/passwd", 7, None)),
        *({"question": each} for each in ("x", "../run", 7)),
        *({name: 7} for name in ("author", "comment", "replaces", "answer", "id")),
        *({"out_of": each} for each in ("1", None, True)),
    ],
    ids=repr,
)
def test_a_mark_that_is_none_is_refused_with_a_reason(server, body):
    before = len(server.desk.journal.entries)
    sent = body if isinstance(body, bytes) else mark(server, **body)
    answer, said = ask(server, "POST", "/api/mark", sent)
    assert answer.status == 400
    assert json.loads(said)["error"]
    assert len(server.desk.journal.entries) == before


def test_a_mark_is_taken_once_and_one_in_conflict_with_it_is_said_to_be(server):
    one, other = mark(server), mark(server, author="Bob", points=2)
    assert [ask(server, "POST", "/api/mark", one)[0].status for _ in range(2)] == [200, 200]
    answer, said = ask(server, "POST", "/api/mark", other)
    assert answer.status == 409
    assert json.loads(said)["mark"]["author"] == "Ana"
    assert [each["author"] for each in json.loads(said)["conflicts"]] == ["Bob"]
    settled = {"question": "essay", "key": one["key"], "author": "Bob", "id": secrets.token_hex(16)}
    assert ask(server, "POST", "/api/settle", settled)[0].status == 409  # not seen
    settled["replaces"] = json.loads(said)["version"]
    assert not json.loads(ask(server, "POST", "/api/settle", settled)[1])["conflicts"]
    assert len(server.desk.journal.entries) == 3


def test_what_was_saved_last_is_undone_unless_somebody_has_marked_since(server):
    one = mark(server)
    asked = {"question": "essay", "key": one["key"], "author": "Ana", "mark": one["id"]}
    ask(server, "POST", "/api/mark", one)
    answer, said = ask(server, "POST", "/api/undo", asked | {"id": "1" * 32})
    assert (answer.status, json.loads(said)["version"]) == (200, "1" * 32)
    assert ask(server, "POST", "/api/undo", asked | {"id": "1" * 32})[0].status == 200  # the same message
    answer, said = ask(server, "POST", "/api/undo", asked | {"id": "2" * 32})
    assert answer.status == 409
    assert "Look again" in json.loads(said)["error"]


def test_what_is_no_address_is_refused_and_prints_nothing(server, capfd):
    assert ask(server, "GET", "http://[x/")[0].status == 400
    assert capfd.readouterr() == ("", "")


def test_comments_to_use_again_are_kept(server):
    sent = {"question": "essay", "author": "Ana", "comments": ["1 | a", "", "b", "b"], "replaces": ""}
    assert json.loads(ask(server, "POST", "/api/comments", sent)[1])["comments"] == ["1 | a", "b"]
    for wrong in ("x", [7], ["x"] * 2 + [str(each) for each in range(50)]):
        assert ask(server, "POST", "/api/comments", sent | {"comments": wrong})[0].status == 400


def test_it_listens_on_this_computer_alone_and_says_when_a_port_is_taken(server):
    assert server.server_address[0] == "127.0.0.1"
    with pytest.raises(MarkError, match="--port"):
        open_server(server.desk, server.server_port)
    with open_server(server.desk, None) as free:
        assert free.server_port != server.server_port
        assert free.token != server.token


def test_no_address_with_its_secret_is_printed_by_a_request(server, capfd):
    ask(server, "GET", f"/?token={server.token}")
    ask(server, "GET", "/nothing")
    assert capfd.readouterr() == ("", "")

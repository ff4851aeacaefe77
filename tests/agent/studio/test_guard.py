"""Who is let into the studio, and what a page that is shown there may do."""

import http.client
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from agent.studio.telling import Told, apart, frame, table, trouble
from tests.agent.studio.conftest import Served
from tools.errors import ConfigError, MissingExtraError, ModelError

pytestmark = pytest.mark.studio


class Client:
    """Talks to a studio as a browser does, or does not."""

    def __init__(self, url: str) -> None:
        self.host = url.split("/")[2]
        self.token = url.partition("token=")[2]
        self.cookie = f"tapwright-{self.host.rpartition(':')[2]}={self.token}"

    def ask(self, path: str, method: str = "GET", **headers: str) -> Any:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        sent = {"Host": self.host, "Cookie": self.cookie, **headers}
        given = {name: value for name, value in sent.items() if value}
        connection.request(method, path, None, given)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer, text


@pytest.fixture(scope="module")
def client(studio: Served) -> Client:
    return Client(studio.url)


def test_the_token_is_kept_in_a_cookie_and_leaves_the_address(client: Client) -> None:
    answer, _ = client.ask(f"/?token={client.token}&x=1", Cookie="")
    assert answer.status == 303
    assert answer.headers["Location"] == "/?x=1"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(client.cookie)
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in cookie.split(";")}


def test_the_way_on_never_leads_to_another_site(client: Client) -> None:
    answer, _ = client.ask(f"//evil.example/?token={client.token}", Cookie="")
    assert re.match(r"/[^/\\]", answer.headers["Location"])


@pytest.mark.parametrize(
    "path",
    [
        "/", "/config", "/theme.css", "/run/x/", "/report/x", "/gradio_api/info",
        "/gradio_api/file=/etc/passwd", "/gradio_api/heartbeat/x",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Cookie": ""}, 403),
        ({"Cookie": "tapwright-1=x"}, 403),
        ({"Cookie": "\x01;=;"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_strangers_get_one_line(
    client: Client, path: str, headers: dict[str, str], status: int
) -> None:
    answer, text = client.ask(path, **headers)
    assert answer.status == status
    assert len(text.splitlines()) == 1
    assert client.token not in text


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/gradio_api/upload", "/run/x/steer"])
def test_strangers_post_nothing(client: Client, path: str) -> None:
    assert client.ask(path, "POST", Cookie="")[0].status == 403


def test_strangers_open_no_socket(client: Client) -> None:
    wanted = {
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    assert client.ask("/gradio_api/x", Cookie="", **wanted)[0].status == 403


@pytest.mark.parametrize("path", ["/etc/passwd", "agent.toml", __file__])
def test_files_that_no_tab_has_made_are_not_given_out(client: Client, path: str) -> None:
    assert client.ask(f"/gradio_api/file={path}")[0].status == 403


def test_a_wrong_token_is_no_token(client: Client) -> None:
    assert client.ask("/?token=wrong", Cookie="")[0].status == 403
    assert client.ask("/?token=%C3%A9", Cookie="")[0].status == 403


def test_the_page_may_fetch_nothing_from_elsewhere(client: Client) -> None:
    answer, text = client.ask("/")
    assert answer.status == 200
    policy = answer.headers["Content-Security-Policy"]
    for part in policy.split(";"):
        words = set(part.split()[1:])
        assert words <= {
            "'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"
        }, part  # fmt: skip
    assert "fonts.googleapis" not in text
    assert "cdnjs" not in text


def test_a_run_or_a_report_that_is_not_there_is_told(client: Client) -> None:
    for path in ("/run/nothing/", "/run/nothing/view", "/report/nothing"):
        answer, text = client.ask(path)
        assert answer.status == 404
        assert "not here any more" in text


class _Frames(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


HOSTILE = "<script>parent.x=1</script><img src=x onerror='parent.x=1'>\"></iframe><script>"


def test_a_document_from_elsewhere_is_kept_apart() -> None:
    ((tag, attributes),) = _Frames(apart(HOSTILE, 'a "page"')).found
    assert (tag, attributes["sandbox"], attributes["title"]) == ("iframe", "", 'a "page"')
    document = attributes["srcdoc"] or ""
    assert document.endswith(HOSTILE)
    assert "default-src 'none'" in document.partition(HOSTILE)[0]


def test_a_report_may_run_its_script_and_is_of_no_origin() -> None:
    ((_, attributes),) = _Frames(frame("/report/a", "x", "report")).found
    assert attributes["sandbox"] == "allow-scripts"
    ((_, attributes),) = _Frames(frame("/run/a/", "x", "live")).found
    assert "sandbox" not in attributes


def test_texts_stay_texts() -> None:
    for html in (table(("A",), [(HOSTILE,)], kinds=['"x']), trouble(ConfigError(HOSTILE))):
        assert not {"script", "img", "iframe"} & {tag for tag, _ in _Frames(html).found}


def test_what_goes_wrong_on_purpose_is_a_line_with_its_hint() -> None:
    with Told() as told:
        raise MissingExtraError("A film as MP4", "video")
    assert "tapwright[video]" in told.html
    with Told() as told:
        raise ModelError("no\nserver")
    assert "no server" in told.html
    with pytest.raises(ZeroDivisionError), Told():
        raise ZeroDivisionError

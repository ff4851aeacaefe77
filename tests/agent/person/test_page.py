"""The page's protocol without a browser: acts in, pictures out, everybody else refused."""

import http.client
import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent.config import Config
from agent.person.server import LARGEST_POST, served_page
from agent.person.stage import Stage
from agent.step import StopReason
from tests.agent.person.visitor import (
    Session,
    Visitor,
    ask,
    node_named,
    recording_session,
    spot_of,
)
from tools.action import LongPress, OpenApp, Scroll, Swipe, Tap, TypeText
from tools.clock import SystemClock
from tools.errors import ConfigError
from tools.geometry import Box
from tools.screen import Screenshot

SPOT = {"x": 0.5, "y": 0.5}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A recording on the virtual phone."""
    with recording_session(Config(device="virtual", record_dir=tmp_path / "rec")) as session:
        yield session


@pytest.fixture
def stage() -> Stage:
    """A stage with a small picture and nobody behind it."""
    stage = Stage("try", SystemClock())
    stage.began("a device", ("tap",))
    stage.show(Screenshot(Image.new("RGB", (300, 600), "white")))
    stage.rest(())
    return stage


@pytest.fixture
def visitor(stage: Stage) -> Iterator[Visitor]:
    """Somebody before that stage's page."""
    with served_page(stage) as page:
        yield Visitor(page.url)


def test_what_is_done_on_the_page_is_a_recording_like_any_other(
    session: Session, tmp_path: Path
) -> None:
    visitor = session.visitor
    (folder,) = (tmp_path / "rec").iterdir()
    assert visitor.act("open_app", name="Settings", thought="It is a setting.").status == 200
    view = visitor.wait(done=1)
    target = node_named(folder, "Network & internet")
    visitor.act("tap", at=spot_of(target, view["size"]))
    visitor.wait(done=2)
    airplane = node_named(folder, "Airplane mode")
    visitor.act("tap", at=spot_of(airplane, view["size"]))
    visitor.wait(done=3)
    visitor.act("note", text="It is on.")
    visitor.act("ask_user", question="Shall it stay on?", answer="Yes")
    visitor.act("finish", success=True, answer="Airplane mode is on")
    recording = session.recording()

    assert recording.start.policy == "person"
    assert recording.end is not None
    assert (recording.end.stop, recording.end.answer) == ("finished", "Airplane mode is on")
    steps = session.over().steps
    opened, first, second = (step.action for step in steps[:3])
    assert opened == OpenApp(name="Settings")
    assert first == Tap(at=target.box.center)
    assert second == Tap(at=airplane.box.center)
    assert steps[0].decision is not None
    assert steps[0].decision.thought == "It is a setting."
    assert [step.result for step in steps[3:5]] == ["It is on.", "Yes"]
    anchors = [step.intent.anchor for step in recording.steps if step.intent is not None]
    named = [anchor.target for anchor in anchors if anchor is not None]
    assert [found.text for found in named if found is not None] == [
        "Network & internet",
        "Airplane mode",
    ]
    state = json.loads((folder / "phone-state.json").read_text())
    assert state["settings"]["global"]["airplane_mode_on"] == "1"


def test_every_gesture_becomes_its_action(session: Session) -> None:
    visitor = session.visitor
    size = visitor.view()["size"]
    low = {"x": 0.5, "y": 0.75}
    visitor.act("swipe", start=low, end=SPOT, duration_s=0.2)
    visitor.act("long_press", at=low, duration_s=0.8)
    visitor.act("scroll", at=SPOT, direction="down", amount=0.4)
    visitor.act("type_text", text="重庆", submit=True)  # no field has the focus: a mistake, told
    view = visitor.wait(done=4)
    assert "No text field has the focus" in view["done"][3]["trouble"]
    visitor.act("finish", success=False, answer="enough")
    episode = session.over()
    x, y = size["width"] // 2, size["height"] // 2
    y_low = size["height"] * 3 // 4
    assert [step.action for step in episode.steps[:4]] == [
        Swipe(start=_at(x, y_low), end=_at(x, y), duration_s=0.2),
        LongPress(at=_at(x, y_low), duration_s=0.8),
        Scroll(at=_at(x, y), direction="down", amount=0.4),
        TypeText(text="重庆", submit=True),
    ]
    assert (episode.stop, episode.answer) == (StopReason.GAVE_UP, "enough")


def test_going_round_in_circles_is_the_persons_own_business(session: Session) -> None:
    for _ in range(12):
        session.visitor.act("home")
    session.visitor.wait(done=12)
    session.visitor.act("finish", success=True)
    assert session.over().stop is StopReason.FINISHED


def test_limits_that_give_up_on_a_model_are_not_for_a_person(tmp_path: Path) -> None:
    config = Config(
        device="virtual", record_dir=tmp_path / "rec", max_steps=1, max_mistakes=1, dry_run=True
    )
    with recording_session(config) as session:
        session.visitor.act("open_app", name="Zebra")
        session.visitor.act("home")
        session.visitor.wait(done=2)
        session.visitor.act("finish", success=True)
        assert session.over().stop is StopReason.FINISHED


def test_a_secret_that_is_typed_is_recorded_by_its_name_and_needs_no_extra_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "hunter42")
    config = Config(device="virtual", record_dir=tmp_path / "rec", secrets=("SHOP_PASSWORD",))
    with recording_session(config) as session:
        (folder,) = (tmp_path / "rec").iterdir()
        visitor = session.visitor
        visitor.act("open_app", name="Settings")
        view = visitor.wait(done=1)
        visitor.act("tap", at=spot_of(node_named(folder, "Search settings"), view["size"]))
        visitor.wait(done=2)
        visitor.act("type_text", text="hunter42")
        visitor.wait(done=3)
        visitor.act("tap", at={"x": 0.5, "y": 0.4})
        visitor.wait(done=4)
        visitor.act("finish", success=True)
        steps = session.over().steps
    kinds = [step.action.kind for step in steps if step.action is not None]
    assert kinds == ["open_app", "tap", "type_text", "tap"]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"hunter42" in path.read_bytes()] == []
    assert b"<secret:SHOP_PASSWORD>" in (folder / "events.jsonl").read_bytes()


def test_the_page_shows_the_screen_in_device_px(session: Session) -> None:
    view = session.visitor.view()
    answer = ask(f"{session.visitor.url}picture")
    image = Image.open(io.BytesIO(answer.body))
    assert image.size == (view["size"]["width"], view["size"]["height"]) == (1080, 2400)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert view["title"] == "try the page"
    assert {"tap", "back", "open_app"} <= set(view["offers"])


def test_a_page_that_comes_back_and_a_second_one_see_the_same(session: Session) -> None:
    session.visitor.act("home")
    first = session.visitor.wait(done=1)
    second = Visitor(session.visitor.url).view()
    assert second["done"] == first["done"]
    assert Visitor(session.visitor.url).act("home").status == 200
    assert len(session.visitor.wait(done=2)["done"]) == 2


def test_what_waits_can_be_taken_back_and_what_was_done_cannot(
    stage: Stage, visitor: Visitor
) -> None:
    for text in ("one", "two"):
        visitor.act("note", text=text)
    first, second = visitor.view()["pending"]
    assert (first["text"], second["text"]) == ("note: one", "note: two")
    taken = stage.take(0)
    assert taken is not None
    stage.carry(taken)
    back = [_take_back(visitor, line["number"]).value for line in (first, second, second)]
    assert [answer["taken_back"] for answer in back] == [False, True, False]
    assert visitor.view()["pending"] == []
    assert visitor.view()["doing"] == "note: one"


def test_a_page_hears_how_it_ended(stage: Stage, visitor: Visitor) -> None:
    visitor.view()
    stage.end("Done", (), 0.0)
    view = visitor.view()
    assert (view["phase"], view["ending"]) == ("ended", "Done")
    assert visitor.act("home").status == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["", "view", "picture", "act"])
def test_other_hosts_and_origins_are_refused(
    visitor: Visitor, headers: dict[str, str], status: int, path: str
) -> None:
    body = b'{"gesture":{"kind":"home"}}' if path == "act" else None
    assert ask(visitor.url + path, body=body, headers=headers).status == status
    assert visitor.view()["pending"] == []


@pytest.mark.parametrize("path", ["", "/", "/wrong/", "/wrong/view", "/é/view", "/{token}", "//"])
def test_without_the_secret_there_is_nothing(visitor: Visitor, path: str) -> None:
    base, token, _ = visitor.url.rsplit("/", 2)
    answer = ask(base + path.replace("{token}", token).replace("é", "%C3%A9"))
    assert answer.status == 403
    assert token.encode() not in answer.body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b'{"gesture":{"kind":"fly"}}', 400),
        (b'{"gesture":{"kind":"home"},"more":1}', 400),
        (b'{"gesture":{"kind":"tap","at":{"x":0.5,"y":1.5}}}', 400),
        (b'{"gesture":{"kind":"tap","at":{"x":NaN,"y":0}}}', 400),
        (b'{"gesture":{"kind":"tap","at":{"x":0.5,"y":0.5}}}', 409),
        (
            b'{"gesture":{"kind":"tap","at":{"x":0.5,"y":0.5}},"picture":{"width":9,"height":9}}',
            409,
        ),
        (b'{"gesture":{"kind":"wait","duration_s":0}}', 400),
        (b'{"gesture":{"kind":"type_text","text":""}}', 400),
        (b'{"gesture":{"kind":"type_text","text":"' + b"x" * 20_000 + b'"}}', 400),
        (b'{"gesture":' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
        (b" " * (LARGEST_POST + 1), 413),
    ],
)
def test_a_bad_post_is_one_clear_line(visitor: Visitor, body: bytes, status: int) -> None:
    answer = ask(f"{visitor.url}act", body=body)
    assert answer.status == status
    assert answer.value["error"]
    assert visitor.view()["pending"] == []


def test_a_post_that_is_no_json_or_does_not_say_its_length_is_refused(visitor: Visitor) -> None:
    url = f"{visitor.url}act"
    assert ask(url, body=b"{}", headers={"Content-Type": "text/plain"}).status == 415
    assert ask(url, body=b"{}", method="DELETE").status == 501
    assert ask(f"{visitor.url}nowhere").status == 404
    assert ask(f"{visitor.url}nowhere", body=b"{}").status == 404
    assert ask(f"{visitor.url}view?after=x").status == 400
    host = visitor.url.split("/")[2]
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.putrequest("POST", "/" + url.split("/", 3)[3])
    connection.putheader("Content-Type", "application/json")
    connection.endheaders()
    assert connection.getresponse().status == 411
    connection.close()


def test_a_giant_post_is_refused_before_it_is_read(visitor: Visitor) -> None:
    host, port = visitor.url.split("/")[2].split(":")
    path = "/" + visitor.url.split("/", 3)[3] + "act"
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 99999999\r\n\r\n".encode())
        assert b" 413 " in connection.recv(100)


def test_too_many_acts_at_once_are_refused(visitor: Visitor) -> None:
    answers = [visitor.act("home").status for _ in range(55)]
    assert (answers.count(200), answers.count(400)) == (50, 5)


def test_every_answer_keeps_strangers_out(visitor: Visitor) -> None:
    for path in ("", "page.css", "page.js", "hands.js", "view", "picture"):
        answer = ask(visitor.url + path)
        assert answer.status == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_port_that_is_taken_is_told(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port}"), served_page(stage, port=port):
            pass


def _at(x: int, y: int) -> Any:
    return Box(left=x, top=y, right=x + 1, bottom=y + 1).center


def _take_back(visitor: Visitor, number: int) -> Any:
    return ask(f"{visitor.url}take-back", body=json.dumps({"number": number}).encode())

"""Somebody who records: the episode runs in a thread, the visitor talks to its page."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from agent.config import Config
from agent.recording.reader import Recording, read_recording
from agent.step import Episode
from agent.wiring.audience import Nobody
from agent.wiring.person import record_person
from tools.ui_tree import UiNode, parse_ui_tree

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        return json.loads(self.body)


def ask(
    url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None, method: str = ""
) -> Answer:
    """One request; an answer that says no is an answer."""
    sent = {"Content-Type": "application/json"} if body is not None else {}
    request = urllib.request.Request(url, data=body, headers=sent | (headers or {}))
    if method:
        request.method = method
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, dict(error.headers), error.read())


class Visitor:
    """A client of the page.

    Args:
        url: The page's address, its secret included.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def view(self, after: int = 0) -> Any:
        return ask(f"{self.url}view?after={after}").value

    def act(self, kind: str, *, thought: str = "", **told: Any) -> Answer:
        """Post a gesture on the picture of now."""
        posted: dict[str, Any] = {"gesture": {"kind": kind, **told}, "thought": thought}
        if {"at", "start"} & told.keys():
            posted["picture"] = self.view()["size"]
        return ask(f"{self.url}act", body=json.dumps(posted).encode())

    def wait(self, *, done: int, phase: str = "waiting") -> Any:
        """The view as soon as ``done`` acts are over and it is the person's turn."""
        view = self.view()
        end_s = time.monotonic() + PATIENCE_S
        while len(view["done"]) < done or view["phase"] != phase:
            assert time.monotonic() < end_s, view
            view = self.view(view["version"])
        return view


@dataclass
class Session:
    """A recording under way.

    Attributes:
        visitor: Talks to its page.
    """

    visitor: Visitor
    thread: Thread
    outcome: list[Episode]

    def over(self) -> Episode:
        """The episode, once it has ended."""
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        return self.outcome[0]

    def recording(self) -> Recording:
        """The recording that was left behind."""
        folder = self.over().recording
        assert folder is not None
        return read_recording(folder)


@contextmanager
def recording_session(
    config: Config, goal: str = "try the page", *, touch: bool | None = None
) -> Iterator[Session]:
    """Record a person in a thread; ended with giving up, if the block has not ended it."""
    urls: Queue[str] = Queue()
    outcome: list[Episode] = []

    def run() -> None:
        outcome.append(record_person(config, goal, Nobody(), touch=touch, opened=urls.put))

    thread = Thread(target=run, name="recording")
    thread.start()
    visitor = Visitor(urls.get(timeout=PATIENCE_S))
    session = Session(visitor, thread, outcome)
    try:
        visitor.wait(done=0)
        yield session
    finally:
        if thread.is_alive():
            visitor.act("finish", success=False, answer="the test is over")
        thread.join(PATIENCE_S)


def node_named(folder: Path, words: str) -> UiNode:
    """The element of the latest UI tree of a recording that says ``words``."""
    latest = max(folder.glob("frames/*-tree.xml"))
    tree = parse_ui_tree(latest.read_bytes())
    found = [node for node in tree.nodes if words == node.label]
    assert found, (words, sorted({node.label for node in tree.nodes}))
    return found[0]


def spot_of(node: UiNode, size: dict[str, int]) -> dict[str, float]:
    """Where a person would click for ``node``, as parts of the picture."""
    middle = node.box.center
    return {"x": (middle.x + 0.5) / size["width"], "y": (middle.y + 0.5) / size["height"]}

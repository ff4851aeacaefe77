"""Runs on the virtual phone by a policy that finds things by their words, with secrets or without.

What a run left behind is then searched by means of its own, not by those that were to hide it.
"""

import base64
import json
import re
import sqlite3
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from agent.config import load_config
from agent.step import Decision, Episode, Step, ToolCall
from agent.wiring.audience import Audience
from agent.wiring.episode import run_mind
from agent.wiring.mind import Mind
from tools.device import Observation
from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.phone import Phone

SETTINGS, NOTES = "com.android.settings", "com.tapwright.notes"
Move = tuple[str, str]


class WordPolicy:
    """Opens, taps and types what it is told to, by the words on the screen.

    Args:
        moves: A verb (``open``, ``tap``, ``type``, ``back``) and its word each.
    """

    name = "words"
    wants_ui_tree = True

    def __init__(self, moves: Sequence[Move]) -> None:
        self._moves = tuple(moves)
        self.seen: list[Observation] = []

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        self.seen.append(observation)
        if len(history) >= len(self._moves):
            return _call("finish", success=True, answer="done")
        verb, word = self._moves[len(history)]
        match verb:
            case "open":
                return _call("open_app", name=word)
            case "type":
                return _call("type_text", text=word)
            case "tap":
                assert observation.ui_tree is not None
                nodes = observation.ui_tree.nodes
                found = [node for node in nodes if word in (node.text, node.description, node.hint)]
                assert found, (word, [node.label for node in nodes if node.label])
                at = found[0].box.center
                return _call("tap", at=[at.x, at.y])
            case _:
                return _call(verb)


def _call(tool: str, **arguments: Any) -> Decision:
    return Decision(thought="", call=ToolCall(name=tool, arguments=arguments))


@dataclass
class OnePhone:
    """A phone in this process, so that what it really holds can be asked, over its ADB port."""

    server: PhoneServer

    def run(
        self, moves: Sequence[Move], goal: str, *, audience: Audience | None = None, **settings: Any
    ) -> tuple[Episode, WordPolicy]:
        """Carry out ``moves`` on a fresh phone."""
        with self.server.phone.lock:
            self.server.phone.reset(scenario="default", seed=0)
        policy = WordPolicy(moves)
        where = {
            "device": str(self.server.announcement()["serial"]),
            "adb_server": f"127.0.0.1:{self.server.server_port}",
        }
        config = load_config({**where, **settings}).config
        mind = Mind("words", wants_ui_tree=True, make=lambda *_: policy)
        return run_mind(config, goal, mind, audience=audience), policy

    def rows(self, package: str, query: str) -> list[tuple[Any, ...]]:
        """Rows of an app's database."""
        with self.server.phone.lock:
            database: sqlite3.Connection = self.server.phone.database(package)
            return [tuple(row) for row in database.execute(query).fetchall()]


@contextmanager
def one_phone() -> Iterator[OnePhone]:
    """The phone, for as long as the block lasts."""
    server = PhoneServer(Phone(apps=all_apps()))
    server.start()
    try:
        yield OnePhone(server)
    finally:
        server.close()


def traces(folder: Path, value: str) -> list[str]:
    """Where ``value`` stands in the files of ``folder``, or in their names, in any writing."""
    raw = value.encode()
    needles = {
        "itself": raw,
        "utf-16": value.encode("utf-16-le"),
        "url": urllib.parse.quote(value, safe="").encode(),
        "form": urllib.parse.quote_plus(value).encode(),
        "json": json.dumps(value)[1:-1].encode(),
        "xml": quoteattr(value)[1:-1].encode(),
        "hex": raw.hex().encode(),
        "shell": value.replace(" ", "%s").encode(),
        "backwards": value[::-1].encode(),
    }
    found = []
    for path in sorted(folder.rglob("*")):
        if value in path.name:
            found.append(f"{path.name}: its name")
        data = path.read_bytes() if path.is_file() else b""
        low = data.lower()
        found += [f"{path.name}: {way}" for way, each in needles.items() if each.lower() in low]
        found += [f"{path.name}: base64" for text in _decoded(data) if raw in text]
    return found


def _decoded(data: bytes) -> Iterator[bytes]:
    """Everything in ``data`` that may be base64, decoded from each of four places."""
    for run in re.findall(rb"[A-Za-z0-9+/_-]{6,}", data):
        letters = run.replace(b"-", b"+").replace(b"_", b"/")
        for start in range(4):
            part = letters[start:]
            yield base64.b64decode(part[: len(part) // 4 * 4])
            yield base64.b64decode(part + b"=" * (-len(part) % 4)) if len(part) % 4 != 1 else b""

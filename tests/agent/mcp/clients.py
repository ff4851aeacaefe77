"""The SDK's own client before our server, in this process or at the end of two pipes."""

import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from agent.config import Config
from agent.mcp.server import build_server, with_looking
from agent.wiring.visit import Visits

ROOT = Path(__file__).parents[3]
ERAS = ("legacy", "auto")
"""Both protocols: with a handshake and questions of the server's own, and without either."""


@dataclass
class Said:
    """What a call was answered.

    Attributes:
        text: All words of it.
        picture: The picture, as bytes; empty without one.
        wrong: Whether it is an error.
    """

    text: str
    picture: bytes
    wrong: bool

    def point_of(self, label: str) -> list[int]:
        """The point in the line of the element with this label."""
        found = re.search(rf'\[(\d+), (\d+)\] \w+ "[^"]*{re.escape(label)}', self.text)
        assert found, self.text
        return [int(found[1]), int(found[2])]


@dataclass
class Guest:
    """A client that has connected.

    Attributes:
        client: The SDK's.
        questions: What its person was asked.
        progress: What it heard of the steps of an errand.
    """

    client: Any
    questions: list[str] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)

    async def call(self, name: str, /, **arguments: Any) -> Said:
        """Call a tool."""
        import base64

        async def heard(_done: float, _total: float | None, message: str | None) -> None:
            self.progress.append(message or "")

        result = await self.client.call_tool(name, arguments, progress_callback=heard)
        texts = [part.text for part in result.content if part.type == "text"]
        pictures = [base64.b64decode(part.data) for part in result.content if part.type == "image"]
        return Said("\n".join(texts), (pictures or [b""])[-1], result.is_error)


def visiting(
    config: Config,
    work: Callable[[Guest], Awaitable[None]],
    *,
    era: str = ERAS[1],
    answer: str | None = None,
) -> None:
    """Do ``work`` as a client of a server in this process, then hang up.

    Args:
        config: Of the server.
        work: What the client does.
        era: The protocol.
        answer: What its person says when asked: ``accept`` or ``decline``; ``None``: it cannot ask.
    """

    async def visit() -> None:
        told = with_looking(config)
        with Visits(told) as visits:
            async with connected(build_server(visits, told), era, answer) as guest:
                await work(guest)

    anyio.run(visit)


@asynccontextmanager
async def connected(server: Any, era: str, answer: str | None = None) -> AsyncIterator[Guest]:
    """A client of ``server``, or of the process at the end of a transport."""
    import mcp_types
    from mcp.client.client import Client

    questions: list[str] = []

    async def asked(_context: Any, params: Any) -> Any:
        questions.append(params.message)
        return mcp_types.ElicitResult(action=answer, content={} if answer == "accept" else None)

    me = mcp_types.Implementation(name="Test  Client", version="1")
    options = {"elicitation_callback": asked} if answer is not None else {}
    async with Client(server, mode=era, client_info=me, **options) as client:
        yield Guest(client, questions)


def command(*arguments: str, **variables: str) -> Any:
    """``agent mcp`` as a process of its own, for ``connected``."""
    from mcp.client.stdio import StdioServerParameters, stdio_client

    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "agent", "mcp", *arguments],
        env={"PYTHONPATH": str(ROOT), **variables},
    )
    return stdio_client(parameters)

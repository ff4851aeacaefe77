"""A fault server and a model that asks it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.model import Message, Request, TextPart
from agent.models.openai_api import OpenAIModel
from agent.models.openai_connection import Patience
from agent.models.presets import PRESETS, Endpoint
from agent.models.structured import ServerMemory
from tests.agent.models.fault_server import (
    FaultServer,
    Json,
    now,
)
from tools.clock import FakeClock

QUESTION = Request(messages=(Message("user", (TextPart("Hello?"),)),))
SCHEMA: Json = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
HELD = Request(messages=QUESTION.messages, schema=SCHEMA)


class Rig:
    """A fault server and a model that asks it."""

    def __init__(self, server: FaultServer, folder: Path, **options: object) -> None:
        self.server = server
        self.clock = FakeClock()
        self.memory = ServerMemory(folder / "servers.json")
        preset = PRESETS[str(options.pop("preset", "custom"))]
        settings: dict[str, object] = {
            "patience": Patience(),
            "memory": self.memory,
            "clock": self.clock,
            **options,
        }
        key = str(settings.pop("key", "secret-key"))
        self.model = OpenAIModel("tiny-vl", Endpoint(server.base_url, preset, key), **settings)  # type: ignore[arg-type]


Make = Callable[..., Rig]


@contextmanager
def quick() -> Iterator[None]:
    """Nothing in here may really wait."""
    start = now()
    yield
    assert now() - start < 30

"""The head: observes, thinks and acts through the tools, and records what happened.

The names below are the promised Python API; they are loaded when first used, so that importing this
package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.config import Config as Config
    from agent.recording.reader import Recording as Recording
    from agent.recording.reader import read_recording as read_recording
    from agent.step import Decision as Decision
    from agent.step import Episode as Episode
    from agent.step import Step as Step
    from agent.step import StopReason as StopReason
    from agent.step import ToolCall as ToolCall
    from agent.step import Verdict as Verdict
    from agent.wiring.agent import Agent as Agent
    from agent.wiring.client import Client as Client
    from agent.wiring.episode import run_goal as run_goal

_HOMES = {
    "Agent": "agent.wiring.agent",
    "Client": "agent.wiring.client",
    "Config": "agent.config",
    "Decision": "agent.step",
    "Episode": "agent.step",
    "Recording": "agent.recording.reader",
    "Step": "agent.step",
    "StopReason": "agent.step",
    "ToolCall": "agent.step",
    "Verdict": "agent.step",
    "read_recording": "agent.recording.reader",
    "run_goal": "agent.wiring.episode",
}
__all__ = [
    "Agent",
    "Client",
    "Config",
    "Decision",
    "Episode",
    "Recording",
    "Step",
    "StopReason",
    "ToolCall",
    "Verdict",
    "read_recording",
    "run_goal",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})

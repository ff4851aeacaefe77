"""Gives a model that sees the tools to look more closely with."""

from agent.perception.seer import Seer
from agent.perception.tools import seeing_tools
from agent.recording.format import RunStart
from tools.registry import Registry


def with_seeing_tools(registry: Registry, seer: Seer | None) -> Registry:
    """``registry`` and the tools that ask ``seer``; where a name is taken, that tool stays."""
    further = [each for each in seeing_tools(seer) if each.name not in registry]
    return Registry([*registry, *further])


def as_offered_then(registry: Registry, start: RunStart) -> Registry:
    """``registry`` with those tools if the recorded run offered them; they are not to be called."""
    offered = bool(start.config.get("seeing_tools")) and bool(start.dialect)
    return with_seeing_tools(registry, None) if offered else registry

"""Gives a model that sees the tools to look more closely with."""

import json

from agent.perception.seer import Seer
from agent.perception.tools import seeing_tools
from agent.recording.reader import Recording
from tools.registry import Registry


def with_seeing_tools(registry: Registry, seer: Seer | None) -> Registry:
    """``registry`` and the tools that ask ``seer``; where a name is taken, that tool stays."""
    further = [each for each in seeing_tools(seer) if each.name not in registry]
    return Registry([*registry, *further])


def as_offered_then(registry: Registry, recording: Recording) -> Registry:
    """``registry`` with those tools if the recorded run offered them; they are not to be called.

    Whether it did is read from what its model was first told, which holds for recordings of every
    age.
    """
    first = next((request for step in recording.steps for request in step.requests), None)
    if first is None:
        return registry
    keys = (*first.messages, first.settings)
    told = json.dumps([dict(recording.parts.get(key, {})) for key in keys])
    offered = all(each.name in told for each in seeing_tools(None))
    return with_seeing_tools(registry, None) if offered else registry

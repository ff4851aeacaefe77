"""Gives a model that sees the tools to look more closely with."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from agent.config import Config
from agent.perception.seeing_tools import seeing_tools, silent_tools, told_tools
from agent.perception.seeing_tools.eyes import Eyes
from agent.perception.seer import Seer
from agent.perception.video.film import film
from agent.perception.video.recorded import last_screens
from agent.recording.reader import Recording, read_recording
from tools.clock import Clock
from tools.device import Device
from tools.registry import Registry, Tool


def with_seeing_tools(registry: Registry, eyes: Eyes, config: Config) -> Registry:
    """``registry`` and the tools of ``config`` that look through ``eyes``.

    Where a name is taken, that tool stays.
    """
    return _with(registry, _chosen(seeing_tools(eyes), config))


def told_of(registry: Registry, config: Config) -> Registry:
    """``registry`` and the tools that a model that sees would be offered too; not to be called."""
    return _with(registry, _chosen(told_tools(), config))


def eyes_for(
    seer: Seer, device: Device, recording: Path, clock: Clock, left_s: Callable[[], float]
) -> Eyes:
    """What the tools of one episode look through.

    Args:
        seer: Whom they ask; it has to record its exchanges itself.
        device: As the loop sees it: what is masked there is masked here.
        recording: Folder of the episode that goes on.
        clock: Of the episode.
        left_s: Seconds that the episode may still take: no film is longer.
    """
    return Eyes(
        seer,
        past=lambda most: last_screens(read_recording(recording), most),
        film=lambda duration_s: film(device.glance, clock, min(duration_s, left_s())),
    )


def as_offered_then(registry: Registry, recording: Recording) -> Registry:
    """``registry`` with those of the tools that the recorded run offered; they answer nothing.

    Which ones is read from what its model was first told, which holds for recordings of every age.
    """
    first = next((request for step in recording.steps for request in step.requests), None)
    if first is None:
        return registry
    keys = (*first.messages, first.settings)
    told = json.dumps([dict(recording.parts.get(key, {})) for key in keys])
    return _with(registry, (each for each in silent_tools() if each.name in told))


def _with(registry: Registry, tools: Iterable[Tool]) -> Registry:
    return Registry([*registry, *(each for each in tools if each.name not in registry)])


def _chosen(tools: Iterable[Tool], config: Config) -> Iterable[Tool]:
    return (each for each in tools if each.name in config.seeing_tools)

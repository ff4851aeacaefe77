"""The step cache of a configuration, and what a device has to say to it."""

from agent.config import Config, user_cache
from agent.step_cache import Facts, Lookup, StepCache, Versions, facts_of
from tools.device import Device, KnowsApps


def cache_of(config: Config) -> StepCache:
    """The cache in the folder that is configured."""
    return StepCache(config.cache_dir if config.cache_dir is not None else user_cache() / "steps")


def look_up(config: Config, goal: str, device: Device) -> tuple[Facts, Lookup]:
    """See whether ``goal`` can be reached from memory on ``device``, which is as yet unwrapped."""
    facts = facts_of(goal, config.app, device.info)
    return facts, cache_of(config).find(facts, versions_on(device))


def versions_on(device: Device) -> Versions:
    """Tells versions of apps; a device that knows none has the same ones always."""
    return device.app_version if isinstance(device, KnowsApps) else lambda _: ""

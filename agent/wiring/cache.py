"""Goals that are reached from memory: who decides, once it is known what the device is like."""

from dataclasses import dataclass, field, replace

from agent.config import Config, user_cache
from agent.policies.recorded.manner import Manner
from agent.policies.recorded.source import Source
from agent.recording.format import Origin, Rung
from agent.recording.reader import read_recording
from agent.step import Episode, StopReason, Verdict
from agent.step_cache import Entry, Facts, Lookup, StepCache, Versions, facts_of
from agent.wiring.mind import Mind, Notice
from agent.wiring.replay import Tally, recorded_mind
from tools.device import Device, KnowsApps
from tools.errors import RecordingError

_HEALED: tuple[Rung, ...] = ("shift", "tree", "ask", "replan")
_MISLED = frozenset({StopReason.GAVE_UP, StopReason.STUCK, StopReason.STEP_LIMIT})


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


def remembering(config: Config, goal: str, inner: Mind, notice: Notice) -> Mind:
    """``inner``, who is asked only where memory does not help.

    Args:
        config: Says what memory may be used for.
        goal: What is to be done.
        inner: Who decides otherwise; closed by whoever made it.
        notice: Told of hits and misses, and of what is kept.
    """
    memory = _Memory(config, goal, inner, notice)
    return replace(inner, wants_ui_tree=True, meet=memory.meet)


@dataclass
class _Memory:
    """What is known of one run: the device's facts, and the entry that it followed."""

    config: Config
    goal: str
    inner: Mind
    notice: Notice
    tally: Tally = field(default_factory=Tally)
    followed: Entry | None = None

    def meet(self, device: Device) -> Mind:
        """Decide who decides on ``device``."""
        facts, lookup = look_up(self.config, self.goal, device)
        mind = replace(self.inner, wants_ui_tree=True)
        if lookup.entry is not None and self.config.cache != "refresh":
            try:
                mind = self._from_memory(lookup.entry)
            except RecordingError as error:
                lookup = Lookup(None, f"Miss: {error.message}")
        self.notice(f"Step cache: {lookup.why}")
        versions = versions_on(device)
        return replace(mind, after=lambda episode: self._after(episode, facts, versions))

    def _from_memory(self, entry: Entry) -> Mind:
        source = Source(cache_of(self.config).recording(entry))
        self.followed = entry
        origin = Origin(kind="cache", run=entry.run)
        # Without an approver: what is final is decided by the inner policy, as without memory,
        # unless the very screen is there on which it was right before.
        return recorded_mind(source, self.inner, Manner(), origin, self.tally)

    def _after(self, episode: Episode, facts: Facts, versions: Versions) -> None:
        """Keep what was verified; forget what led astray."""
        cache = cache_of(self.config)
        followed = self.followed
        good = episode.finished and episode.verdict is Verdict.PASSED
        misled = episode.verdict is Verdict.FAILED or episode.stop in _MISLED
        if followed is not None and misled and self.config.cache != "read":
            cache.drop(followed.facts.key)
            self.notice("Step cache: forgotten, because it did not lead there this time.")
            return
        if self.config.cache == "read" or episode.recording is None:
            return
        if episode.finished and episode.verdict is Verdict.UNVERIFIED and followed is None:
            self.notice("Step cache: nothing is kept, because nothing was checked; see --expect.")
        healed = any(self.tally.rungs[rung] for rung in _HEALED)
        if good and (followed is None or healed):
            cache.keep(facts, read_recording(episode.recording), versions)
            self.notice("Step cache: kept for the next time.")

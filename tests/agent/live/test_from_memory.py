"""Goals reached from memory: no model is asked while screens match, and no check is left out."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from agent.config import Config
from agent.step import Episode, StopReason, Verdict
from agent.wiring.audience import Nobody
from agent.wiring.cache import cache_of
from agent.wiring.episode import run_with
from tests.agent.live.phones import ReplayPhone, of
from tests.grounding.booking import GOAL
from tests.grounding.seeing_model import SeeingModel, serving_seen

AIRPLANE = "turn on airplane mode"
MODEL = "Qwen/Qwen2.5-VL-7B-Instruct"


class Listening(Nobody):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def notice(self, text: str) -> None:
        self.notes.append(text)


@dataclasses.dataclass(frozen=True)
class Remembering:
    """A phone, and a cache of its own."""

    phone: ReplayPhone
    cache_dir: Path

    def run(self, goal: str, *, scenario: str = "default", **fields: Any) -> tuple[Episode, str]:
        """Pursue ``goal`` on a fresh phone; with what was told on the way."""
        self.phone.reset(scenario)
        listener = Listening()
        episode = run_with(self.config(**fields), goal, audience=listener)
        return episode, "\n".join(listener.notes)

    def config(self, **fields: Any) -> Config:
        given = {"cache": "auto", "cache_dir": self.cache_dir, **fields}
        return self.phone.config(**given)

    @property
    def kept(self) -> int:
        return len(cache_of(self.config()).entries())


@pytest.fixture
def memory(phone: ReplayPhone, tmp_path: Path) -> Remembering:
    return Remembering(phone, tmp_path / "steps")


def rungs(episode: Episode) -> list[str]:
    return [step.rung.rung for step in of(episode).steps if step.rung is not None]


def test_a_model_is_asked_once_and_never_again(memory: Remembering, phone: ReplayPhone) -> None:
    model = SeeingModel("qwen2_5_vl", seed=3)
    with serving_seen(model) as server:
        fields: dict[str, Any] = {
            "policy": "vlm",
            "server": server.base_url,
            "server_kind": "vllm",
            "model": MODEL,
            "expect": ("Booking confirmed",),
        }
        first, told = memory.run(GOAL, **fields)
        assert (first.stop, first.verdict) == (StopReason.FINISHED, Verdict.PASSED), first.error
        assert "Miss: this goal was not reached yet." in told
        assert "kept for the next time" in told
        asked = len(server.requests)
        assert asked >= len(first.steps)

        before = phone.rows("SELECT * FROM bookings")
        second, told = memory.run(GOAL, **fields)
        assert (second.stop, second.verdict) == (StopReason.FINISHED, Verdict.PASSED), second.error
        assert "Hit: reached in" in told
        assert len(server.requests) == asked  # not one more
    assert set(rungs(second)) == {"exact"}
    assert phone.rows("SELECT * FROM bookings") == before  # the same ticket, on a fresh phone
    origin = of(second).start.origin
    assert origin is not None
    assert (origin.kind, origin.run) == ("cache", of(first).start.run)


def test_what_was_not_checked_is_not_kept(memory: Remembering) -> None:
    episode, told = memory.run(AIRPLANE)
    assert episode.verdict is Verdict.UNVERIFIED
    assert "nothing is kept, because nothing was checked" in told
    assert memory.kept == 0


def test_what_failed_its_check_is_not_kept(memory: Remembering) -> None:
    episode, told = memory.run(AIRPLANE, expect=("Bananas",))
    assert (episode.stop, episode.verdict) == (StopReason.FINISHED, Verdict.FAILED)
    assert "kept" not in told
    assert memory.kept == 0


def test_a_hit_never_skips_the_checks_and_what_misleads_is_forgotten(memory: Remembering) -> None:
    memory.run(AIRPLANE, expect=("Airplane mode",))
    assert memory.kept == 1
    episode, told = memory.run(AIRPLANE, expect=("Airplane mode", "Bananas"))
    assert "Hit" in told
    assert episode.verdict is Verdict.FAILED
    assert [each.verdict for each in episode.checks] == [Verdict.PASSED, Verdict.FAILED]
    assert "forgotten, because it did not lead there" in told
    assert memory.kept == 0


def test_what_had_to_be_healed_is_kept_anew(memory: Remembering, phone: ReplayPhone) -> None:
    """A pop-up that was not there before is closed by the policy; the next run knows of it."""
    memory.run(GOAL, expect=("Booking confirmed",))
    [first] = cache_of(memory.config()).entries()
    healed, told = memory.run(GOAL, scenario="popup", expect=("Booking confirmed",))
    assert healed.verdict is Verdict.PASSED, told
    assert {"ask", "tree", "shift"} & set(rungs(healed))
    assert "kept for the next time" in told
    [second] = cache_of(memory.config()).entries()
    assert second.run == of(healed).start.run != first.run


def test_other_circumstances_are_a_miss(memory: Remembering) -> None:
    memory.run(AIRPLANE, expect=("Airplane mode",))
    episode, told = memory.run(AIRPLANE, scenario="dark", expect=("Airplane mode",))
    assert "theme 'dark', not 'light'" in told
    assert episode.verdict is Verdict.PASSED
    assert rungs(episode) == []
    assert memory.kept == 2


def test_reading_and_refreshing(memory: Remembering) -> None:
    memory.run(AIRPLANE, expect=("Airplane mode",), cache="read")
    assert memory.kept == 0
    memory.run(AIRPLANE, expect=("Airplane mode",))
    [entry] = cache_of(memory.config()).entries()
    episode, _ = memory.run(AIRPLANE, expect=("Airplane mode",), cache="refresh")
    assert rungs(episode) == []
    [fresh] = cache_of(memory.config()).entries()
    assert fresh.run != entry.run


def test_an_entry_that_was_damaged_is_a_miss(memory: Remembering) -> None:
    memory.run(AIRPLANE, expect=("Airplane mode",))
    [entry] = cache_of(memory.config()).entries()
    frame = memory.cache_dir / entry.facts.key / "recording" / "frames" / "0000-before.png"
    frame.write_bytes(frame.read_bytes()[:-1] + b"x")
    episode, told = memory.run(AIRPLANE, expect=("Airplane mode",))
    assert "Miss: " in told
    assert episode.verdict is Verdict.PASSED
    assert rungs(episode) == []

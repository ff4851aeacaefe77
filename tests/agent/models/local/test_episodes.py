"""Whole runs with a model in this process: random weights, the virtual phone, valid calls only."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent import Agent, StopReason
from agent.cli.app import run_command
from agent.cli.perform import exit_code
from agent.config import Config
from agent.dialects.choose import choose_dialect
from agent.loop import Cast, Limits, run_episode
from agent.model import Model, Request, Sampling
from agent.models.exchanges import RecordingModel
from agent.models.local.model import load_local
from agent.models.local.options import LocalOptions
from agent.policies.vlm import VlmPolicy
from agent.recording.reader import Recording, read_recording
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.step import Episode
from agent.wiring.audience import Nobody
from agent.wiring.devices import open_device
from tests.agent.models.local.pictures import user
from tools.action import PHONE_KINDS
from tools.builtin import builtin_registry
from tools.clock import SystemClock
from tools.errors import ModelError

pytestmark = pytest.mark.local
GOAL = "turn on airplane mode"
PIXELS = 150_000
STEPS = 3
# Random weights say anything that is valid: they may give up, or even say that they are done.
ENDS = {StopReason.STEP_LIMIT, StopReason.STUCK, StopReason.GAVE_UP, StopReason.FINISHED}
LAST = Request(messages=(user("Still there?"),), sampling=Sampling(max_tokens=4))
Checkpoint = Callable[[str], Path]


def check(episode: Episode, model: str, dialect: str) -> Recording:
    """Every reply was a valid call, and all of it is on disk."""
    assert episode.stop in ENDS, episode.error
    assert episode.verdict == "unverified"
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    assert recording.warnings == ()
    assert recording.end is not None
    assert recording.end.stop is episode.stop
    assert (recording.start.model, recording.start.dialect) == (model, dialect)
    steps = recording.steps[: len(episode.steps)]
    assert steps
    assert all(not look.requests for look in recording.steps[len(steps) :])
    for step in steps:
        assert len(step.requests) == len(step.responses) == 1  # nothing was asked for again
        [image] = step.requests[0].images[-1:]
        assert (episode.recording / image.path).stat().st_size == image.size_bytes
        usage = step.responses[0].reply.usage
        assert usage.completion_tokens > 0
        assert {*step.requests[0].messages, step.requests[0].settings} <= recording.parts.keys()
    claimed = episode.steps[-1].decision
    if episode.stop is StopReason.FINISHED:
        assert claimed is not None
        assert claimed.call.name == "finish"
    return recording


@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_vl"])
def test_a_run_from_the_command_line(
    family: str, terse_checkpoint: Checkpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(terse_checkpoint(family))
    arguments = ["run", GOAL, "--device", "virtual", "--model", folder, "--yes", "--json"]
    limits = ["--max-steps", str(STEPS), "--max-pixels", str(PIXELS)]
    code = run_command([*arguments, *limits, "--record-dir", str(tmp_path / "runs")])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    assert f"{folder}: load 100 %" in printed.err
    episode = Episode.model_validate_json(
        json.dumps({k: v for k, v in json.loads(printed.out).items() if k != "exit_code"})
    )
    assert code == exit_code(episode.stop) == json.loads(printed.out)["exit_code"]
    recording = check(episode, folder, family)
    replies = [response.reply for step in recording.steps for response in step.responses]
    for reply in replies:
        assert reply.finish_reason == "stop"
    # From the second step on only the new turn is read.
    for reply in replies[1:]:
        assert reply.usage.cached_tokens > 0.5 * reply.usage.prompt_tokens


@contextmanager
def phone(folder: Path, model: Model, family: str) -> Iterator[Callable[[], Episode]]:
    """A phone of its own, and one episode with ``model`` on it."""
    config = Config(device="virtual", approve="always")
    dialect = choose_dialect(model.name, model_type=family).dialect
    registry, clock = builtin_registry().offered(PHONE_KINDS), SystemClock()
    with open_device(config, tree=False, folder=folder, notice=Nobody().notice) as device:
        header = Header(
            GOAL, "vlm", device.info, {}, {"tapwright": "0"}, model=model.name, dialect=dialect.name
        )
        recorder = RecordingWriter(folder, header, clock)
        offered = registry.offered(device.supports)
        policy = VlmPolicy(
            RecordingModel(model, recorder),
            dialect,
            offered,
            sizing=dialect.sizing.budget(max_pixels=PIXELS),
        )
        cast = Cast(device, policy, offered, recorder, clock, Nobody().ask, Nobody())
        try:
            yield lambda: run_episode(GOAL, cast, Limits(max_steps=STEPS))
        finally:
            recorder.close()


def test_two_episodes_at_once_share_one_model(terse_checkpoint: Checkpoint, tmp_path: Path) -> None:
    first = load_local(str(terse_checkpoint("qwen2_5_vl")), LocalOptions())
    second = first.conversation()
    assert first._open().weights is second._open().weights
    folders = [new_folder(tmp_path / name, GOAL) for name in ("one", "two")]
    with (
        phone(folders[0], first, first.family) as one,
        phone(folders[1], second, first.family) as two,
        ThreadPoolExecutor(2) as both,
    ):
        episodes = list(both.map(lambda each: each(), (one, two)))
    recordings = [check(episode, first.name, first.family) for episode in episodes]
    # They first see the same, and neither disturbs the other's memory.
    said = [each.steps[0].responses[0].reply.text for each in recordings]
    assert said[0] == said[1]
    first.close()
    assert second.ask(LAST).text
    second.close()
    with pytest.raises(ModelError, match="was closed"):
        second.ask(LAST)


class Listening(Nobody):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard_notices: list[str] = []

    def notice(self, text: str) -> None:
        self.heard_notices.append(text)


def test_an_agent_loads_its_model_once_for_all_its_goals(
    terse_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder, listener = str(terse_checkpoint("qwen2_5_vl")), Listening()
    settings = {"max_steps": 2, "max_pixels": PIXELS, "approve": "always"}
    with Agent(
        audience=listener, model=folder, device="virtual", record_dir=tmp_path, **settings
    ) as agent:
        first, second = agent.run(GOAL), agent.run(GOAL)
    assert [note for note in listener.heard_notices if "load 100 %" in note] == [
        f"{folder}: load 100 %"
    ]
    replies = [
        [
            response.reply
            for step in check(each, folder, "qwen2_5_vl").steps
            for response in step.responses
        ]
        for each in (first, second)
    ]
    # The second conversation begins from nothing, and so says the same of the same screen.
    assert replies[1][0].usage.cached_tokens == replies[0][0].usage.cached_tokens == 0
    assert replies[1][0].text == replies[0][0].text
    with pytest.raises(ModelError, match="closed"):
        agent.run(GOAL)

"""Steps that touched no screen are performed again too: what came of them is as it was recorded."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.policies.recorded.retelling import Retelling
from agent.policies.recorded.source import Source
from agent.recording.reader import Recording, read_recording
from agent.recording.untold import UNTOLD
from agent.step import Decision, Episode, Step, StopReason, ToolCall
from agent.wiring.audience import Nobody
from agent.wiring.cache import cache_of
from agent.wiring.episode import run_with
from agent.wiring.replay import Replayed, fork, resume
from tests.agent.live.phones import ReplayPhone, copy_of, counts, of, rungs_of, told
from tests.agent.models.fault_server import FaultServer, Json, serving, words

MODEL = "Qwen2.5-VL-7B-Instruct"
GOAL = "compare the prices"
OPEN_NOTES, OPEN_SHOP = (
    ("mobile_use", {"action": "open", "text": app}) for app in ("Notes", "Shop")
)
LOOK = ("ask_screen", {"question": "What is the code?"})
ASK = ("ask_user", {"question": "Which size?"})
NOTE = ("note", {"text": "the blue one"})
NONSENSE = ("look_closer", {"question": "Too large?", "at": [100, 100], "size": 9})
DONE = ("mobile_use", {"action": "terminate", "status": "success"})
SEEN, SAID = "It is CEDAR-41.", "size 44"
PLAN = (OPEN_NOTES, LOOK, ASK, NONSENSE, OPEN_SHOP, NOTE, DONE)
TOLD = ["", SEEN, SAID, "", "the blue one"]
"""What the steps come to that are performed again; the mistake is left out."""


class Model:
    """Decides what is planned and, asked about the screen by a tool, gives one answer."""

    def __init__(self, *calls: tuple[str, Json]) -> None:
        self._calls = list(calls)
        self.told: list[str] = []
        self.questions = 0

    def answer(self, body: Json) -> Any:
        text = json.dumps(body["messages"], ensure_ascii=False)
        if "mobile_use" not in text:
            self.questions += "What is the code?" in text  # else the server is only tried out
            return words(SEEN)
        self.told.append(text)
        name, arguments = self._calls[len(self.told) - 1]
        call = json.dumps({"name": name, "arguments": arguments})
        return words(f"<tool_call>\n{call}\n</tool_call>")


class Person(Nobody):
    """Answers questions, and counts them."""

    def __init__(self) -> None:
        self.asked = 0

    def ask(self, question: str) -> str:
        assert question == "Which size?"
        self.asked += 1
        return SAID


def settings(server: FaultServer, **fields: Any) -> dict[str, Any]:
    model = {"policy": "vlm", "server": server.base_url, "server_kind": "vllm", "model": MODEL}
    return {**model, **fields}


def recorded(phone: ReplayPhone, *calls: tuple[str, Json], **fields: Any) -> Recording:
    model, person = Model(*calls), Person()
    phone.reset()
    with serving(model.answer) as server:
        episode = run_with(phone.config(**settings(server, **fields)), GOAL, audience=person)
    assert (model.questions, person.asked) == (1, 1), episode
    return of(episode)


@pytest.fixture(scope="module")
def shopping(phone: ReplayPhone) -> Recording:
    made = recorded(phone, *PLAN)
    assert made.end is not None
    assert made.end.stop is StopReason.FINISHED
    return made


@pytest.fixture
def newcomer() -> Iterator[tuple[Model, FaultServer]]:
    """Another model, which says at once that it is done."""
    model = Model(DONE)
    with serving(model.answer) as server:
        yield model, server


def results(episode: Episode) -> list[str]:
    return [step.result for step in episode.steps[:-1]]


def test_who_takes_over_a_fork_has_heard_every_answer(
    phone: ReplayPhone, shopping: Recording, newcomer: tuple[Model, FaultServer]
) -> None:
    model, server = newcomer
    phone.reset()
    replayed = fork(phone.config(**settings(server)), shopping, 7)  # nobody is there to answer
    assert replayed.episode.stop is StopReason.FINISHED, told(replayed)
    assert results(replayed.episode) == TOLD
    assert counts(replayed) == {"exact": 5}
    [first] = model.told
    for what in ("What is the code?", SEEN, "Which size?", SAID, "the blue one"):
        assert what in first, what
    assert first.index("Notes") < first.index(SEEN) < first.index("Shop")
    assert "Too large?" not in first
    assert model.questions == 0
    again = of(replayed.episode)
    assert (
        _calls(again)[:5] == [call for call in _calls(shopping) if call.name != "look_closer"][:5]
    )
    assert [rung.source for rung in rungs_of(replayed)] == [0, 1, 2, 4, 5]
    assert "nobody is asked" in rungs_of(replayed)[1].reason
    assert not any(step.requests for step in again.steps[:5])
    assert again.steps[1].intent is None
    _gives_the_same_when_forked_again(phone, again)


def _calls(recording: Recording) -> list[ToolCall]:
    return [step.decision.call for step in recording.steps if step.decision is not None]


def _gives_the_same_when_forked_again(phone: ReplayPhone, forked: Recording) -> None:
    model = Model(DONE)
    phone.reset()
    with serving(model.answer) as server:
        replayed = fork(phone.config(**settings(server)), forked, 6)
    assert results(replayed.episode) == TOLD, told(replayed)
    assert SEEN in model.told[0]
    assert "(exact) (exact)" not in model.told[0]


def test_only_what_was_told_before_the_fork_is_told(
    phone: ReplayPhone, shopping: Recording, newcomer: tuple[Model, FaultServer]
) -> None:
    model, server = newcomer
    phone.reset()
    replayed = fork(phone.config(**settings(server)), shopping, 3)
    assert results(replayed.episode) == ["", SEEN], told(replayed)
    assert SAID not in model.told[0]


def test_a_replay_has_the_answers_where_no_tool_is_there_to_give_them(
    phone: ReplayPhone, shopping: Recording
) -> None:
    for replayed in (phone.replay(shopping, mode="strict"), phone.replay(shopping)):
        assert replayed.episode.stop is StopReason.FINISHED, told(replayed)
        assert results(replayed.episode) == TOLD
        assert not any(step.mistake for step in replayed.episode.steps)


def test_a_resumed_run_has_them_on_the_device_as_left_and_on_a_new_one(
    phone: ReplayPhone, tmp_path: Path
) -> None:
    cut = recorded(phone, *PLAN, max_steps=6)
    lines = (cut.folder / "events.jsonl").read_text().splitlines()
    killed = copy_of(cut, tmp_path)  # right after its note: there is no look after it
    end = next(place for place, line in enumerate(lines) if _is_result(line, 5))
    (killed / "events.jsonl").write_text("\n".join(lines[: end + 1]) + "\n")
    cases: tuple[tuple[Recording, bool, list[str]], ...] = (
        (cut, False, []),
        (read_recording(killed), False, ["the blue one"]),
        (cut, True, TOLD),
        (read_recording(killed), True, TOLD),
    )
    for recording, reset, lived in cases:
        model = Model(DONE)
        if reset:
            phone.reset()
        with serving(model.answer) as server:
            resumed: Replayed = resume(phone.config(**settings(server)), recording)
        assert resumed.episode.stop is StopReason.FINISHED, told(resumed)
        assert results(resumed.episode) == lived
        assert model.questions == 0
        for what in (SEEN, SAID, "the blue one"):
            assert what in model.told[0], (what, lived)
        assert model.told[0].count('note \\"the blue one') == 1, lived


def _is_result(line: str, step: int) -> bool:
    return '"action.result"' in line and json.loads(line)["step"] == step


def test_a_goal_reached_from_memory_asks_nobody(phone: ReplayPhone, tmp_path: Path) -> None:
    fields: dict[str, Any] = {
        "cache": "auto", "cache_dir": tmp_path / "steps", "expect": ("Categories",),
    }  # fmt: skip
    first = recorded(phone, *PLAN, **fields)
    assert len(cache_of(phone.config(**fields)).entries()) == 1, first.end
    model, person = Model(), Person()
    phone.reset()
    with serving(model.answer) as server:
        episode = run_with(phone.config(**settings(server, **fields)), GOAL, audience=person)
    assert episode.stop is StopReason.FINISHED, episode
    assert results(episode) == TOLD
    assert (model.told, model.questions, person.asked) == ([], 0, 0)


def test_what_did_not_become_a_step_is_told_again(shopping: Recording) -> None:
    given: list[str] = []
    retelling = Retelling(Source(shopping), lambda _, answer: given.append(answer))
    assert retelling.next(0, []) is None  # the first step, which acts, is due
    first = retelling.next(4, [])
    assert first is not None
    decision = retelling.tell(first)
    elsewhere = Step(index=1, decision=Decision(thought="", call=ToolCall(name="wait")))
    assert retelling.next(4, [elsewhere]) == first  # somebody took over and did something else
    retelling.tell(first)
    second = retelling.next(4, [elsewhere, Step(index=2, decision=decision)])
    assert second is not None
    assert (first.index, second.index) == (1, 2)
    assert given == [SEEN, SEEN]
    assert retelling.left == 2
    retelling.begin(5)
    assert retelling.left == 1


def test_a_password_that_was_not_recorded_is_not_claimed_to_be_typed_again(
    shopping: Recording, tmp_path: Path
) -> None:
    copy = copy_of(shopping, tmp_path)
    events = (copy / "events.jsonl").read_text()
    assert "the blue one" in events
    untold = events.replace("the blue one", str(UNTOLD.arguments["text"]))
    (copy / "events.jsonl").write_text(untold)
    retelling = Retelling(Source(read_recording(copy)), lambda *_: None)
    assert retelling.left == 2

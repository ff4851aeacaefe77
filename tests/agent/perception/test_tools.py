"""Tools by which an agent looks more closely: what is shown, what is answered, what is recorded."""

import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent import StopReason, run_goal
from agent.cli.app import run_command
from agent.config import Config, load_config
from agent.dialects.choose import DIALECTS, dialect_named
from agent.dialects.dialect import Turn
from agent.model import ImagePart, Reply
from agent.perception.seeing_tools import seeing_tools, silent_tools
from agent.perception.seeing_tools.eyes import part_of
from agent.recording.reader import read_recording
from agent.wiring.seeing import with_seeing_tools
from tests.agent.models.fault_server import FaultServer, Json, serving, words
from tests.agent.perception.seers import eyes_for, model_of, picture, seer_saying
from tests.grounding.seeing_model import last_image
from tools.builtin import BUILTIN, builtin_registry
from tools.device import DeviceInfo, Observation
from tools.errors import (
    BadArgumentsError,
    ConfigError,
    ContextTooLongError,
    ModelError,
    OffScreenError,
)
from tools.geometry import Box, Point, Size
from tools.outcome import ToolContext
from tools.registry import Registry
from tools.screen import Screenshot

NAMES = (
    "look_closer", "ask_screen", "describe_screen", "read_text", "read_document", "count_things",
    "find_thing", "watch_screen", "look_back", "reason_about", "chat_about",
)  # fmt: skip
SCREEN = Size(width=1080, height=2400)


def context() -> ToolContext:
    """A grey screen with a red square of 100 px at (500, 1000)."""
    image = Image.new("RGB", (SCREEN.width, SCREEN.height), (128, 128, 128))
    image.paste((255, 0, 0), (500, 1000, 600, 1100))
    info = DeviceInfo(
        name="none", kind="fake", model="", release="", size=SCREEN, density_dpi=160,
        locale="", emulated=True, animated=False, capture="",
    )  # fmt: skip
    return ToolContext(Observation(Screenshot(image)), info)


def call(
    name: str, *replies: Reply | str | ModelError, dialect: str = "qwen2_5_vl", **given: Any
) -> Any:
    """What the tool answers, and the pictures its model was shown."""
    seer = seer_saying(*replies, dialect=dialect)
    answer = Registry(seeing_tools(eyes_for(seer))).resolve(name, given, context())
    shown = [
        Image.open(io.BytesIO(image.data)).convert("RGB")
        for request in model_of(seer).requests
        for message in request.messages
        for image in message.images
    ]
    return answer, shown, model_of(seer).requests


def redness(image: Image.Image) -> float:
    """Share of the picture that is red."""
    reds = sum(
        count
        for count, pixel in image.getcolors(image.width * image.height) or []
        if isinstance(pixel, tuple) and pixel[0] > 200 and pixel[1] < 80
    )
    return reds / (image.width * image.height)


def test_looking_closer_shows_the_part_enlarged() -> None:
    answer, [shown], [request] = call(
        "look_closer", "It is red.", question="Which colour?", at=[550, 1050], size=0.2
    )
    assert answer == "It is red."
    assert shown.width >= 2 * 216
    assert redness(shown) == pytest.approx(100 * 100 / (216 * 480), rel=0.1)
    assert "Which colour?" in request.messages[0].text
    assert "enlarged part" in request.messages[0].text


def test_asking_about_the_screen_shows_all_of_it() -> None:
    answer, [shown], [request] = call("ask_screen", "One.", question="How many squares?")
    assert answer == "One."
    assert redness(shown) == pytest.approx(100 * 100 / (1080 * 2400), rel=0.2)
    assert "How many squares?" in request.messages[0].text


def test_reading_all_or_a_part() -> None:
    answer, [whole], [asked] = call("read_text", "Dear Ann,\n  hello ")
    assert answer == "Dear Ann,\n  hello"
    assert "part" not in asked.messages[0].text
    _, [part], [asked] = call("read_text", "Dear", at=[550, 1050], size=0.2)
    assert redness(part) > 5 * redness(whole)
    assert "an enlarged part of a screen" in asked.messages[0].text


@pytest.mark.parametrize("dialect", ["qwen2_5_vl", "qwen3_vl"])
def test_places_are_told_in_the_numbers_of_the_model_that_decides(dialect: str) -> None:
    """It is shown the screen in the same size, and has to be able to tap there."""
    said = '[{"bbox_2d": [100, 200, 300, 400], "label": "square", "sub_label": "red"}]'
    answer, _, _ = call("count_things", said, dialect=dialect, what="squares")
    place = re.fullmatch(r"1 found: square, red at \((\d+), (\d+)\)", answer)
    assert place is not None, answer
    assert abs(int(place[1]) - 200) <= 1
    assert abs(int(place[2]) - 300) <= 1


def test_many_things_are_counted_and_not_all_listed() -> None:
    boxes = [{"bbox_2d": [n, n, n + 5, n + 5], "label": "dot"} for n in range(0, 300, 10)]
    answer, _, _ = call("count_things", json.dumps(boxes), what="dots")
    assert answer.startswith("30 found: dot at (")
    assert answer.endswith("; and 10 more")


@pytest.mark.parametrize(
    ("said", "answer"),
    [("[]", "None found: cats"), ("No cats here.", "No places came: No cats here.")],
)
def test_nothing_counted(said: str, answer: str) -> None:
    assert call("count_things", said, what="cats")[0] == answer


def test_finding_looks_again_enlarged() -> None:
    first = '[{"bbox_2d": [310, 620, 375, 685], "label": "square"}]'
    second = '[{"bbox_2d": [500, 500, 600, 600], "label": "square"}]'
    answer, shown, _ = call("find_thing", first, second, what="the square")
    assert len(shown) == 2
    assert redness(shown[1]) > 4 * redness(shown[0])
    assert answer.startswith("1 found: square at (")


def test_no_answer_is_said() -> None:
    assert call("ask_screen", "", question="What?")[0] == "No answer came."


def test_a_long_answer_is_shortened() -> None:
    answer = call("read_text", "word " * 5000)[0]
    assert len(answer) < 2100
    assert answer.endswith("… (there is more)")


@pytest.mark.parametrize("reason", ["length", "loop", "time"])
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("ask_screen", {"question": "?"}),
        ("look_closer", {"question": "?", "at": [5, 5]}),
        ("describe_screen", {}),
        ("read_text", {}),
        ("chat_about", {"message": "?"}),
    ],
)
def test_an_answer_that_was_cut_off_is_told_as_such(
    name: str, given: dict[str, Any], reason: str
) -> None:
    reply = Reply(text="half an ans", finish_reason=reason)
    assert call(name, reply, **given)[0] == "half an ans (the answer is cut off here)"


CUT_LIST = '[{"bbox_2d": [10, 10, 50, 50], "label": "icon"}, {"bbox_2d": [60, 10,'


@pytest.mark.parametrize(
    ("said", "begins", "but"),
    [
        (CUT_LIST, "1 found: icon at (", "The reply is cut off"),
        ('[{"bbox_2d": [10, 10', "None found: icons. But: ", "The reply is cut off"),
        (
            '[{"bbox_2d": [9000, 9000, 9100, 9100], "label": "icon"}]',
            "None found: icons. But: ",
            "outside the picture: 1",
        ),
    ],
)
def test_what_may_be_missing_in_a_count_is_told(said: str, begins: str, but: str) -> None:
    answer = call("count_things", said, what="icons")[0]
    assert answer.startswith(begins)
    assert but in answer


@pytest.mark.parametrize(
    ("name", "given", "error"),
    [
        ("look_closer", {"question": "?", "at": [5000, 1]}, OffScreenError),
        ("look_closer", {"question": "", "at": [1, 1]}, BadArgumentsError),
        ("look_closer", {"question": "?", "at": [1, 1], "size": 0}, BadArgumentsError),
        ("look_closer", {"question": "?"}, BadArgumentsError),
        ("count_things", {}, BadArgumentsError),
        ("read_text", {"size": 2}, BadArgumentsError),
    ],
)
def test_calls_that_cannot_be_meant(name: str, given: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        call(name, "x", **given)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("read_")])
def test_words_that_are_only_blanks_are_told_to_the_model_and_end_no_run(name: str) -> None:
    given = {key: " \t" if isinstance(value, str) else value for key, value in CALLS[name].items()}
    with pytest.raises(BadArgumentsError):
        call(name, "x", **given)


@pytest.mark.parametrize("blank", ["", "   ", "\u200b", "\n\t"])
def test_blank_words_are_called_so(blank: str) -> None:
    with pytest.raises(BadArgumentsError, match=r"(blank|at least 1 character)"):
        call("ask_screen", "x", question=blank)


@pytest.mark.parametrize("name", NAMES)
def test_a_question_that_does_not_fit_ends_no_run(name: str) -> None:
    """A context that is too short is told to the model that decides; the run goes on."""
    errors = [ContextTooLongError("too long")] * 20
    past = picture(), picture()
    registry = Registry(seeing_tools(eyes_for(seer_saying(*errors), *past)))
    answer = registry.resolve(name, CALLS[name], context())
    assert isinstance(answer, str)
    assert "No answer came: this is more" in answer or "too long" in answer


def test_a_model_that_fails_ends_the_episode_and_is_no_answer() -> None:
    with pytest.raises(ModelError, match="gone"):
        call("ask_screen", ModelError("gone"), question="?")


@pytest.mark.parametrize("at", [Point(x=0, y=0), Point(x=1079, y=2399), Point(x=540, y=1200)])
@pytest.mark.parametrize("size", [0.0001, 0.3, 1.0])
def test_a_part_lies_on_the_screen_and_holds_its_point(at: Point, size: float) -> None:
    part = part_of(SCREEN, at, size)
    assert Box.of(SCREEN).encloses(part)
    assert part.contains(at)
    assert part.width == max(1, round(1080 * size))


def test_a_tool_of_the_same_name_stays() -> None:
    [own, *_] = silent_tools()
    registry = with_seeing_tools(Registry([*BUILTIN, own]), eyes_for(seer_saying()), Config())
    assert registry.get("look_closer") is own
    assert set(NAMES) <= set(registry.names)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_every_dialect_tells_its_model_of_them_and_reads_the_call(name: str) -> None:
    """The model is told of each by name, and what the dialect says it reads again."""
    dialect = dialect_named(name)
    tools = Registry([*builtin_registry(), *silent_tools()])
    image = ImagePart(b"", "image/jpeg", dialect.sizing.shown(SCREEN))
    request = dialect.request("do it", [Turn(0, image)], tools)
    told = "".join(message.text for message in request.messages) + json.dumps(request.tools)
    assert [tool for tool in NAMES if tool not in told] == []


CLOSER: dict[str, Any] = {"question": "What does the sign say?", "at": [550, 1050], "size": 0.25}
CALLS: dict[str, dict[str, Any]] = {
    "look_closer": CLOSER,
    "ask_screen": {"question": "What is it?"},
    "describe_screen": {"style": "short"},
    "read_text": {"at": [550, 1050], "size": 0.5},
    "read_document": {"at": [550, 1050], "size": 0.75},
    "count_things": {"what": "red squares"},
    "find_thing": {"what": "the red square"},
    "watch_screen": {"question": "What moves?", "seconds": 3},
    "look_back": {"question": "What was the price?", "screens": 4},
    "reason_about": {"problem": "Which number comes next?"},
    "chat_about": {"message": "What has changed?"},
}


@pytest.mark.parametrize("tool", NAMES)
@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_every_dialect_says_and_reads_such_a_call(name: str, tool: str) -> None:
    from agent.step import Decision, ToolCall
    from tools.geometry import Projection

    dialect = dialect_named(name)
    tools = Registry([*builtin_registry(), *silent_tools()])
    projection = Projection(shown=dialect.sizing.shown(SCREEN), device=SCREEN)
    decision = Decision(thought="", call=ToolCall(name=tool, arguments=CALLS[tool]))
    again = dialect.read(dialect.say(decision, projection, tools), projection, tools).call
    assert again.name == tool
    said, read = dict(CALLS[tool]), dict(again.arguments)
    at, point = read.pop("at", None), said.pop("at", None)
    assert read == said
    if point is not None:
        assert isinstance(at, list)
        assert all(abs(one - other) <= 2 for one, other in zip(at, point, strict=True))


class LookingFirst:
    """A model that looks closer before it acts, and does what it was answered there.

    It taps where the answer to its own closer look says: its second decision depends on the tool.
    """

    def __init__(self) -> None:
        self.pictures: list[str] = []

    def answer(self, body: Json) -> Any:
        image = last_image(body)
        assert image is not None
        self.pictures.append(hashlib.sha256(image.tobytes()).hexdigest())
        said = json.dumps(body["messages"])
        if "You see an enlarged part of a screen." in said:
            return words("The icon at the right is called Files.")
        if "called Files" not in said:
            return words(_called("look_closer", question="Which app?", at=[336, 1200], size=0.4))
        if '"open", "text": "Files"' not in said.replace("\\", ""):
            return words(_called("mobile_use", action="open", text="Files"))
        return words(_called("mobile_use", action="terminate", status="success"))


def _called(name: str, **arguments: object) -> str:
    body = json.dumps({"name": name, "arguments": arguments})
    return f"<tool_call>\n{body}\n</tool_call>"


@pytest.fixture
def looking() -> Iterator[tuple[LookingFirst, FaultServer]]:
    model = LookingFirst()
    with serving(model.answer) as server:
        yield model, server


def test_in_an_episode_a_model_looks_closer_and_acts_on_the_answer(
    looking: tuple[LookingFirst, FaultServer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, server = looking
    episode = run_goal(
        "open the app at the right",
        device="virtual",
        record_dir=tmp_path,
        model="Qwen2.5-VL-7B-Instruct",
        server=server.base_url,
    )
    assert episode.stop is StopReason.FINISHED, episode.error
    assert [step.decision.call.name for step in episode.steps if step.decision] == [
        "look_closer", "open_app", "finish",
    ]  # fmt: skip
    assert episode.steps[0].result == "The icon at the right is called Files."
    first_screen, part, *later = model.pictures
    assert part not in (first_screen, *later)
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    first = recording.steps[0]
    assert len(first.requests) == len(first.responses) == 2
    assert first.responses[1].reply.text == "The icon at the right is called Files."
    assert len(first.deciding.requests) == len(first.deciding.responses) == 1
    for request in first.requests:
        for image in request.images:
            assert recording.read(image)
    assert recording.start.config["seeing_tools"] == list(NAMES)
    capsys.readouterr()
    for how in ("--parser", "--loop"):
        assert run_command(["replay", str(episode.recording), how]) == 0, capsys.readouterr()
    assert run_command(["recordings", "verify", str(episode.recording)]) == 0


def test_they_can_be_left_out(looking: tuple[LookingFirst, FaultServer], tmp_path: Path) -> None:
    _, server = looking
    episode = run_goal(
        "open the app at the right",
        device="virtual",
        record_dir=tmp_path,
        model="Qwen2.5-VL-7B-Instruct",
        server=server.base_url,
        seeing_tools=False,
    )
    assert episode.stop is StopReason.STUCK
    assert all("There is no action 'look_closer'" in step.mistake for step in episode.steps)
    said = server.requests[0]["messages"][0]["content"]
    assert not any(name in json.dumps(said) for name in NAMES)


def test_who_has_no_eyes_is_offered_none(tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text('- {tool: ask_screen, arguments: {question: "What is there?"}}\n')
    episode = run_goal(
        "look", device="virtual", record_dir=tmp_path / "rec", policy="scripted", script=script
    )
    assert "There is no tool 'ask_screen'" in episode.steps[0].mistake


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("true", NAMES),
        ("false", ()),
        ("", ()),
        ("ALL", NAMES),
        ("None", ()),
        ("find_thing,find_thing", ("find_thing",)),
        ("find_thing, look_back", ("find_thing", "look_back")),
        ('["find_thing"]', ("find_thing",)),
    ],
)
def test_some_of_them_can_be_chosen(written: str, left: tuple[str, ...]) -> None:
    config = load_config(environ={"AGENT_SEEING_TOOLS": written}).config
    registry = with_seeing_tools(Registry(()), eyes_for(seer_saying()), config)
    assert registry.names == left


@pytest.mark.parametrize(
    ("written", "left"),
    [("true", NAMES), ("false", ()), ('["look_back"]', ("look_back",))],
)
def test_they_are_chosen_in_a_file(
    written: str, left: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("agent.toml").write_text(f"seeing_tools = {written}\n")
    assert load_config(environ={}).config.seeing_tools == left


@pytest.mark.parametrize("value", [1, "maybe", ["maybe"], [True], {"a": 1}, ({},)])
def test_a_choice_that_cannot_be_meant_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match="seeing_tools"):
        load_config({"seeing_tools": value}, environ={})


def test_a_misspelt_one_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(environ={"AGENT_SEEING_TOOLS": "look_bak"})
    assert "Did you mean 'look_back'?" in str(caught.value)
    assert "AGENT_SEEING_TOOLS" in str(caught.value)


def test_silent_ones_are_told_of_alike_and_answer_nothing() -> None:
    spoken = seeing_tools(eyes_for(seer_saying()))
    assert [(each.name, each.schema.parameters) for each in silent_tools()] == [
        (each.name, each.schema.parameters) for each in spoken
    ]
    tools = Registry(silent_tools())
    assert tools.names == NAMES
    for name in NAMES:
        assert tools.resolve(name, CALLS[name], context()) == ""

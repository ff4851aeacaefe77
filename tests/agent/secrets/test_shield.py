"""Where values come from, what is refused before any device is touched, and what tools may tell."""

import base64
import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from agent.cli.app import run_command
from agent.config import Config, load_config
from agent.dialects.qwen2_5_vl import qwen2_5_vl
from agent.model import ImagePart, OnText
from agent.models.exchanges import RecordingModel
from agent.models.scripted import ScriptedModel
from agent.policies.vlm import VlmPolicy
from agent.recording.discretion import Discretion
from agent.recording.format import EVENTS, DecisionMade
from agent.recording.reader import read_recording
from agent.recording.redact import Redactor
from agent.recording.writer import RecordingWriter
from agent.step import Episode, StopReason, ToolCall
from agent.wiring.audience import Nobody
from agent.wiring.episode import run_goal, run_mind
from agent.wiring.mind import Mind
from agent.wiring.secrets import find_shield
from tests.agent.secrets.runs import traces
from tests.grounding.lettering import Label
from tests.grounding.reader import Picture
from tools.action import Action, TypeText
from tools.devices.fake import FakeDevice
from tools.errors import ActionFailedError, ConfigError, UsageError
from tools.registry import Registry

VALUE = "kestrel-harbour-77"


@pytest.fixture(autouse=True)
def value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", VALUE)


class Keyring(ModuleType):
    """Stands in for the package, which needs a desktop."""

    def __init__(self, held: Mapping[tuple[str, str], str]) -> None:
        super().__init__("keyring")
        self._held = held

    def get_password(self, service: str, name: str) -> str | None:
        return self._held.get((service, name))


class Errors(ModuleType):
    """The module of its errors."""

    KeyringError = OSError


def hold(monkeypatch: pytest.MonkeyPatch, **held: str) -> None:
    keyring = Keyring({("tapwright", name): value for name, value in held.items()})
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", Errors("keyring.errors"))


def test_the_environment_comes_before_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, KEY="from the keyring", OTHER="only in the keyring")
    shield = find_shield(Config(secrets=("KEY", "OTHER", "KEY")), "go")
    assert shield.secrets.names == ("KEY", "OTHER")
    revealed = shield.secrets.revealed("<secret:KEY>, <secret:OTHER>")
    assert revealed == f"{VALUE}, only in the keyring"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "The secret BAD is empty"),
        ("   ", "The secret BAD is empty"),
        ("abc", "The secret BAD has fewer than 4 characters"),
        ("two\nlines", "The secret BAD has a line break"),
        ("tab\there", "The secret BAD has a line break, a control character"),
        ("caf\udce9", "bytes that are not UTF-8"),
        ("secret", "The secret BAD is a part of a secret's name"),
        ("<SECRET:bad>", "The secret BAD is a part of a secret's name"),
    ],
)
def test_values_that_cannot_be_kept(
    given: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("BAD", given)
    assert run_command(["run", "go home", "--secret", "BAD", "--device", "virtual"]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    if given.strip() and given != "secret":
        assert given not in told
    assert not (tmp_path / "recordings").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["go", "--secret", "NOT_THERE"], "The secret NOT_THERE has no value. Set the variable"),
        (["go", "--secret", VALUE], "--secret: a secret is given by its name"),
        (["go", "--secret", f"KEY={VALUE}"], "--secret: a secret is given by its name"),
        (["go", "--secret", "key"], "--secret: a secret is given by its name"),
        ([f"type {VALUE}", "--secret", "KEY"], "Say it like this: 'type <secret:KEY>'"),
        (["type a2VzdHJlbC1oYXJib3VyLTc3", "--secret", "KEY"], "The goal has the value"),
        (["type <secret:OTHER>", "--secret", "KEY"], "<secret:OTHER>, which was not given"),
        (["type <secret:KEY>"], "Add --secret KEY"),
        (["go", "--expect", f"see {VALUE}", "--secret", "KEY"], "A setting has the value"),
        (["go", "--mask", "1,2,3"], "The mask '1,2,3' is no region"),
    ],
)
def test_what_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    told_to = ["--device", "virtual", "--record-dir", str(folder)]
    assert run_command(["run", *words, *told_to]) == 2
    told = capsys.readouterr().err
    assert said in " ".join(told.split())
    assert VALUE not in told
    assert "Traceback" not in told
    assert not folder.exists()


@pytest.mark.parametrize("more", [{"secrets": ("KEY",)}, {"mask": ("text=Balance",)}])
def test_without_the_tree_nothing_can_be_hidden(more: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ConfigError, match="only the tree tells"):
        find_shield(load_config({"ui_tree": "never", **more}).config, "go")
    find_shield(load_config({"ui_tree": "never", "mask": ("0,0,9,9",)}).config, "go")


def test_names_come_from_files_and_variables_and_are_all_that_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("agent.toml").write_text('secrets = ["KEY"]\nmask = ["0,0,9,9", "text=Sum"]\n')
    assert run_command(["config"]) == 0
    shown = capsys.readouterr().out
    assert "KEY" in shown
    assert VALUE not in shown
    monkeypatch.setenv("AGENT_SECRETS", "KEY,OTHER")
    assert load_config().config.secrets == ("KEY", "OTHER")
    monkeypatch.setenv("AGENT_SECRETS", VALUE)
    assert run_command(["config"]) == 2
    told = capsys.readouterr()
    assert "AGENT_SECRETS: a secret is given by its name" in told.err
    assert VALUE not in told.err + told.out


TOOLS = '''
import os
from tools.action import TypeText
from tools.outcome import Note
from tools.registry import tool

@tool
def peek(how: str) -> str | Note | TypeText:
    """Tell what nobody should.

    Args:
        how: In which way.
    """
    value = os.environ["KEY"]
    if how == "crash":
        raise KeyError(f"in the midst of {value}")
    if how == "type":
        return TypeText(text=value)
    return Note(text=value) if how == "note" else f"It is {value}."
'''


class Memory(Nobody):
    """An audience that remembers all it is told, and knows the secret itself."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def stepped(self, step: object) -> None:
        self.told.append(repr(step))

    def ask(self, question: str) -> str:
        return f"the key is {VALUE}"


def test_tools_persons_and_crashes_tell_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "peeking.py").write_text(TOOLS)
    monkeypatch.syspath_prepend(tmp_path)
    lines = [{"tool": "peek", "arguments": {"how": how}} for how in ("tell", "note", "type")]
    lines.insert(0, {"tool": "ask_user", "arguments": {"question": "Which key?"}})
    lines.append({"tool": "peek", "arguments": {"how": "crash"}})
    script = tmp_path / "script.json"
    script.write_text(json.dumps(lines))
    memory = Memory()
    episode = run_goal(
        "peek", audience=memory, device="virtual", policy="scripted", script=script,
        secrets=("KEY",), tools=("peeking",), record_dir=tmp_path / "kept",
    )  # fmt: skip
    assert episode.stop is StopReason.CRASHED
    results = [step.result for step in episode.steps]
    assert results[:3] == ["the key is <secret:KEY>", "It is <secret:KEY>.", "<secret:KEY>"]
    assert "in the midst of <secret:KEY>" in episode.error
    assert "No text field has the focus" in episode.steps[3].mistake
    assert VALUE not in episode.model_dump_json() + "".join(memory.told)
    assert episode.recording is not None
    assert traces(episode.recording, VALUE) == []
    end = read_recording(episode.recording).end
    assert end is not None
    assert "in the midst of <secret:KEY>" in end.traceback


def call(**arguments: object) -> str:
    """A reply as Qwen2.5-VL writes it."""
    said = json.dumps({"name": "mobile_use", "arguments": arguments})
    return f"<tool_call>\n{said}\n</tool_call>"


def write_note(folder: Path, typed: str, *secrets: str) -> tuple[Episode, ScriptedModel]:
    """A model opens the notes, begins one and types into it."""
    replies = [
        call(action="open", text="Notes"),
        call(action="click", coordinate=[538, 1335]),
        call(action="click", coordinate=[336, 433]),
        call(action="type", text=typed),
        call(action="terminate", status="success"),
    ]
    model, dialect = ScriptedModel(replies), qwen2_5_vl()

    def make(tools: Registry, recorder: RecordingWriter, _: OnText) -> VlmPolicy:
        policy = VlmPolicy(RecordingModel(model, recorder), dialect, tools)
        policy.secrets = secrets
        return policy

    config = load_config({"device": "virtual", "secrets": secrets, "record_dir": folder}).config
    mind = Mind("vlm", wants_ui_tree=False, make=make)
    episode = run_mind(config, "write down the key", mind)
    assert episode.stop is StopReason.FINISHED, (episode.error, episode.steps)
    assert [step.mistake for step in episode.steps] == [""] * 5
    return episode, model


def last_sent(model: ScriptedModel) -> Picture:
    """The last picture that the model was shown."""
    parts = [part for message in model.requests[-1].messages for part in message.parts]
    data = [part.data for part in parts if isinstance(part, ImagePart)][-1]
    with Image.open(io.BytesIO(data)) as image:
        return Picture(image.convert("RGB"))


def test_a_model_is_told_the_names_and_sees_no_value(tmp_path: Path) -> None:
    episode, model = write_note(tmp_path, "<secret:KEY>", "KEY")
    assert episode.recording is not None
    assert traces(episode.recording, VALUE) == []
    asked = str(model.requests[0].messages)
    assert episode.goal == "write down the key"
    assert "write down the key" in asked
    assert "exactly and as part of the text to type: <secret:KEY>." in asked
    assert not last_sent(model).shows(Label(VALUE))
    masked = [
        step.observation.masked
        for step in read_recording(episode.recording).steps
        if step.observation is not None
    ]
    assert [len(boxes) for boxes in masked] == [0, 0, 0, 0, 1]
    state = json.loads((episode.recording / "phone-state.json").read_text())
    assert "<secret:KEY>" in json.dumps(state["stack"])


def test_without_secrets_a_model_sees_what_is_there(tmp_path: Path) -> None:
    _, model = write_note(tmp_path, VALUE)
    assert last_sent(model).shows(Label(VALUE))
    assert "as part of the text to type" not in str(model.requests[0].messages)


def test_the_format_is_kept_even_if_a_secret_is_one_of_its_words() -> None:
    event = DecisionMade(
        seq=0, at_s=0.5, step=1, thought="a decision é",
        call=ToolCall(name="note", arguments={"kind": "decision", "deep": [{"path": "decision"}]}),
        duration_s=0.1,
    )  # fmt: skip
    written = Discretion(Redactor({"decision": "<secret:WORD>"})).json(event)
    again = EVENTS.validate_json(written)
    assert isinstance(again, DecisionMade)
    assert again.thought == "a <secret:WORD> é"
    assert again.call.arguments == {"kind": "<secret:WORD>", "deep": [{"path": "<secret:WORD>"}]}
    assert Discretion(None).json(event) == event.model_dump_json()


def test_a_goal_is_no_place_for_a_value() -> None:
    with pytest.raises(UsageError) as raised:
        find_shield(Config(secrets=("KEY",)), f"enter {VALUE}")
    assert VALUE not in str(raised.value)


def test_what_other_processes_write_is_put_into_the_recording_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIN", "47110815")
    folder = tmp_path / "recording"
    folder.mkdir()
    shield = find_shield(Config(secrets=("KEY", "PIN")), "go")
    with shield.aside(folder) as aside:
        (aside / "state.json").write_text(json.dumps({VALUE: [47110815, {"a": "4711 0815"}, 1.5]}))
        (aside / "phone.log").write_text(f"typed {VALUE}\n{{broken")
        (aside / "picture.bin").write_bytes(b"\xff\xfe")
        assert list(folder.iterdir()) == [], "not for a moment"
    assert json.loads((folder / "state.json").read_text()) == {
        "<secret:KEY>": ["<secret:PIN>", {"a": "<secret:PIN>"}, 1.5]
    }
    assert (folder / "phone.log").read_text() == "typed <secret:KEY>\n{broken"
    assert (folder / "picture.bin").read_bytes() == b"\xff\xfe"
    assert not aside.exists()


class Base64Device(FakeDevice):
    """A device that complains with the command that did not work."""

    def perform(self, action: Action) -> None:
        assert isinstance(action, TypeText)
        encoded = base64.b64encode(action.text.encode()).decode()
        raise ActionFailedError(f"am broadcast -a ADB_INPUT_B64 --es msg {encoded}: killed")


def test_a_complaint_in_base64_tells_nothing() -> None:
    device = find_shield(Config(secrets=("KEY",)), "go").device(Base64Device())
    with pytest.raises(ActionFailedError, match="--es msg <secret:KEY>: killed"):
        device.perform(TypeText(text="<secret:KEY>"))


def test_regions_in_a_variable_are_parted_by_semicolons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_MASK", "0,0,9,9; text=Sum, total")
    assert load_config().config.mask == ("0,0,9,9", "text=Sum, total")


def test_without_secrets_others_write_where_they_always_did(tmp_path: Path) -> None:
    with find_shield(Config(), "go").aside(tmp_path) as aside:
        assert aside == tmp_path

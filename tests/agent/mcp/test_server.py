"""``agent mcp``: an MCP client drives the virtual phone; what it does is an ordinary recording."""

import io
from pathlib import Path

import anyio
import pytest
from PIL import Image

from agent.cli.app import run_command
from agent.config import Config
from agent.phone_process import PhoneOptions, running_phone
from agent.recording.reader import Recording, read_recording
from agent.step import StopReason
from tests.agent.mcp.clients import ERAS, Guest, visiting
from tools.guard import Rule

pytestmark = pytest.mark.mcp


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(device="virtual", record_dir=tmp_path / "recordings")


def recordings(config: Config) -> list[Path]:
    """The folders of what was recorded, in the order in which it began."""
    return sorted(
        config.record_dir.iterdir(), key=lambda folder: read_recording(folder).start.started
    )


def called(recording: Recording) -> list[str]:
    """The tools that were called, in order."""
    return [step.decision.call.name for step in recording.steps if step.decision is not None]


def stop_of(folder: Path) -> StopReason:
    end = read_recording(folder).end
    assert end is not None
    return end.stop


@pytest.mark.parametrize("era", ERAS)
def test_tools_are_listed_without_a_device(config: Config, era: str) -> None:
    nowhere = config.model_copy(update={"device": "127.0.0.1:1", "adb_server": "127.0.0.1:1"})

    async def work(guest: Guest) -> None:
        tools = {tool.name: tool for tool in (await guest.client.list_tools()).tools}
        assert {"tap", "back", "look", "list_elements", "run_goal", "finish"} <= set(tools)
        assert "right_click" not in tools
        at = tools["tap"].input_schema["properties"]["at"]
        assert at == {
            "type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2,
            "description": "The middle of what to touch.",
        }  # fmt: skip
        assert tools["look"].annotations.read_only_hint
        assert not tools["tap"].annotations.read_only_hint
        said = await guest.call("look")
        assert said.wrong
        assert said.text.count("\n") == 0
        assert "127.0.0.1:1" in said.text

    visiting(nowhere, work, era=era)
    assert not config.record_dir.exists()


def test_a_desktop_is_offered_as_one(config: Config) -> None:
    async def work(guest: Guest) -> None:
        names = {tool.name for tool in (await guest.client.list_tools()).tools}
        assert "right_click" in names
        assert "back" not in names

    visiting(config.model_copy(update={"device": "desktop"}), work)


@pytest.mark.parametrize("era", ERAS)
def test_a_client_acts_by_what_it_is_told_and_is_shown_the_screen(config: Config, era: str) -> None:
    async def work(guest: Guest) -> None:
        told = await guest.call("list_elements")
        said = await guest.call("tap", at=told.point_of("Settings"))
        assert not said.wrong
        assert "com.android.settings" in said.text
        with Image.open(io.BytesIO(said.picture)) as picture:
            assert picture.format == "JPEG"
            assert (picture.width * picture.height) <= 1280 * 28 * 28
        assert (await guest.call("finish", success=True, answer="there")).text.startswith(
            "Finished: there."
        )
        assert "com.android.settings" in (await guest.call("look")).text  # the phone is the same

    visiting(config, work, era=era)
    first, second = recordings(config)
    whole = read_recording(first)
    assert whole.start.goal == "driven by Test Client"
    assert called(whole) == ["list_elements", "tap", "finish"]
    assert stop_of(first) is StopReason.FINISHED
    assert stop_of(second) is StopReason.INTERRUPTED


def test_what_cannot_be_done_comes_back_as_an_error_and_the_visit_goes_on(config: Config) -> None:
    async def work(guest: Guest) -> None:
        for name, arguments, why in (
            ("tap", {"at": [5000, 10]}, "is off the screen"),
            ("tap", {"to": [5, 10]}, "it takes at"),
            ("tap", {}, "at: is missing"),
            ("tapp", {"at": [5, 10]}, "There is no tool 'tapp'"),
            ("open_app", {"name": "Nowhere"}, "Nowhere"),
            ("run_goal", {"goals": ""}, "run_goal takes"),
            ("run_goal", {"goal": " "}, "The goal is empty"),
        ):
            said = await guest.call(name, **arguments)
            assert said.wrong, name
            assert why in said.text
        yourself = await guest.call("ask_user", question="Which one?")
        assert "Put this to the person yourself" in yourself.text
        assert not (await guest.call("back")).wrong

    visiting(config, work)
    assert [stop_of(folder) for folder in recordings(config)] == [StopReason.INTERRUPTED]


@pytest.mark.parametrize("era", ERAS)
def test_a_whole_goal_is_handed_over_and_told_of_step_by_step(config: Config, era: str) -> None:
    async def work(guest: Guest) -> None:
        await guest.call("open_app", name="Settings")
        said = await guest.call("run_goal", goal="turn on airplane mode")
        assert not said.wrong
        assert "Airplane mode is on" in said.text
        assert said.picture
        assert "Turn 'Airplane mode' on" in guest.progress
        assert "checked" in (await guest.call("list_elements")).text
        cannot = await guest.call("run_goal", goal="open the app Nowhere")
        assert cannot.wrong

    visiting(config, work, era=era)
    before, errand, after, last = recordings(config)
    assert stop_of(before) is stop_of(after) is StopReason.INTERRUPTED
    assert stop_of(errand) is StopReason.FINISHED
    assert stop_of(last) is StopReason.GAVE_UP
    assert read_recording(errand).start.goal == "turn on airplane mode"


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("answer", ["accept", "decline", None])
def test_what_a_rule_wants_asked_is_put_to_the_person_of_the_client(
    config: Config, era: str, answer: str | None
) -> None:
    rule = Rule(verdict="ask", text="^Notes$", reason="private")

    async def work(guest: Guest) -> None:
        notes = (await guest.call("list_elements")).point_of("Notes")
        said = await guest.call("tap", at=notes)
        assert len(guest.questions) == (0 if answer is None else 1)
        assert all("'Notes'" in question and "private" in question for question in guest.questions)
        assert said.wrong == (answer != "accept")
        assert ("com.tapwright.notes" in said.text) == (answer == "accept"), said.text
        if answer != "accept":
            assert "com.android.launcher3" in (await guest.call("look")).text

    visiting(config.model_copy(update={"guard": (rule,)}), work, era=era, answer=answer)


def test_yes_leaves_nothing_to_ask(config: Config) -> None:
    rule = Rule(verdict="ask", text="^Notes$")

    async def work(guest: Guest) -> None:
        notes = (await guest.call("list_elements")).point_of("Notes")
        assert not (await guest.call("tap", at=notes)).wrong
        assert guest.questions == []

    free = config.model_copy(update={"guard": (rule,), "approve": "always"})
    visiting(free, work, answer="decline")


def test_a_recording_of_a_client_is_decided_again_the_same(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work(guest: Guest) -> None:
        await guest.call("tap", at=[5000, 5])
        notes = (await guest.call("list_elements")).point_of("Notes")
        await guest.call("tap", at=notes)
        await guest.call("finish", success=True)

    visiting(config, work)
    [folder] = recordings(config)
    assert run_command(["replay", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "loop    4 steps, all the same" in printed


def test_a_secret_is_typed_and_told_to_nobody(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIN", "4711-geheim")
    told = config.model_copy(update={"secrets": ("PIN",)})

    async def work(guest: Guest) -> None:
        assert "<secret:PIN>" in guest.client.instructions
        await guest.call("run_goal", goal="open the app Settings")
        field = (await guest.call("list_elements")).point_of("Search settings")
        await guest.call("tap", at=field)
        said = await guest.call("type_text", text="<secret:PIN>")
        assert not said.wrong
        shown = await guest.call("list_elements")
        assert "<secret:PIN>" in shown.text
        assert "4711" not in said.text + shown.text

    visiting(told, work)
    for path in config.record_dir.rglob("*"):
        assert not path.is_file() or b"4711-geheim" not in path.read_bytes()


def test_a_phone_that_goes_away_is_told_and_the_next_call_connects_anew(config: Config) -> None:
    with running_phone(PhoneOptions()) as phone:
        there = config.model_copy(
            update={"device": phone.serial, "adb_server": f"127.0.0.1:{phone.server_port}"}
        )

        async def work(guest: Guest) -> None:
            assert not (await guest.call("look")).wrong
            phone.process.kill()
            phone.process.wait()
            lost = await guest.call("home")
            assert lost.wrong
            assert lost.text.startswith("Device lost")
            again = await guest.call("home")
            assert again.wrong
            assert again.text.count("\n") == 0

        visiting(there, work)
    assert [stop_of(folder) for folder in recordings(config)] == [StopReason.DEVICE_LOST]


def test_a_client_that_cancels_a_goal_stops_it(config: Config) -> None:
    async def work(guest: Guest) -> None:
        with anyio.CancelScope() as patience:

            async def heard(_done: float, _total: float | None, _text: str | None) -> None:
                patience.cancel()

            goal = {"goal": "book a one-way ticket Chongqing to Beijing"}
            await guest.client.call_tool("run_goal", goal, progress_callback=heard)
        assert patience.cancelled_caught
        assert not (await guest.call("home")).wrong

    visiting(config, work)
    errand, after = recordings(config)
    assert stop_of(errand) is StopReason.INTERRUPTED
    assert called(read_recording(after)) == ["home"]

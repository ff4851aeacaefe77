"""Recordings and devices that cannot be replayed: one clear line each, and nothing is done."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.config import Config
from agent.policies.recorded.manner import Manner
from agent.policies.recorded.policy import RecordedPolicy
from agent.policies.recorded.source import Source
from agent.recording.reader import Recording, read_recording
from agent.recording.writer import RecordingWriter
from agent.step import StopReason
from agent.wiring.replay import as_recorded, replay_live
from tests.agent.episodes import COUNT, DONE, FORM, Rig, recorded, tap
from tests.agent.live.phones import BOOKINGS, ReplayPhone, copy_of, counts, replay_phone, told
from tests.agent.test_recording import FullDisk
from tools.devices.fake import FakeDevice
from tools.errors import RecordingError, UsageError
from tools.virtual_phone.apps.catalog import all_apps


class Deaf:
    """A rung log that writes nothing."""

    def rung(self, *args: object, **kwargs: object) -> None:
        pass


@pytest.fixture
def short(tmp_path: Path) -> Recording:
    """Three steps on the device in memory."""
    return recorded(Rig(tmp_path / "short", [tap(COUNT), tap(FORM), DONE]).run())


def spoil(recording: Recording, how: Callable[[Path], object]) -> Recording:
    how(recording.folder)
    return read_recording(recording.folder)


def frame(folder: Path) -> Path:
    return min(folder.glob("frames/*-before.jpg"))


def test_a_frame_that_was_changed_is_not_trusted(short: Recording) -> None:
    spoilt = spoil(short, lambda folder: frame(folder).write_bytes(b"\xff" * 99))
    with pytest.raises(RecordingError, match=r"Step 1 cannot be trusted: frames/0000-before\.jpg"):
        Source(spoilt)


def test_a_tree_that_was_changed_is_not_trusted(short: Recording) -> None:
    def change(folder: Path) -> None:
        tree = min(folder.glob("frames/*-tree.xml"))
        tree.write_text(tree.read_text().replace("hierarchy", "hierarchie"))

    with pytest.raises(RecordingError, match="is not the file that was recorded"):
        Source(spoil(short, change))


def test_a_frame_that_is_missing_is_told(short: Recording) -> None:
    with pytest.raises(RecordingError, match=r"Step 1 cannot be replayed: frames/0000-before\.jpg"):
        Source(spoil(short, lambda folder: frame(folder).unlink()))


def test_a_recording_without_steps_is_told(short: Recording) -> None:
    def empty(folder: Path) -> None:
        events = folder / "events.jsonl"
        events.write_text(events.read_text().splitlines()[0] + "\n")

    with pytest.raises(UsageError, match="has no steps"):
        Source(spoil(short, empty))


def test_a_recording_that_did_nothing_is_told(tmp_path: Path) -> None:
    class Nothing(RecordingWriter):
        def decision(self, *args: object, **kwargs: object) -> None:
            raise KeyboardInterrupt

    idle = recorded(Rig(tmp_path, [tap(COUNT)], writer=Nothing).run())
    with pytest.raises(UsageError, match="no step that could be performed again"):
        replay_live(Config(device="nowhere"), idle)


@pytest.mark.parametrize("lines", range(2, 11))
def test_however_a_recording_was_cut_off_its_whole_steps_are_replayed(
    short: Recording, tmp_path: Path, lines: int
) -> None:
    def cut(folder: Path) -> None:
        events = folder / "events.jsonl"
        kept = events.read_text().splitlines()
        events.write_text("\n".join(kept[:lines]) + "\n" + kept[lines][:40])

    spoilt = spoil(short, cut)
    done = sum(step.result is not None and step.intent is not None for step in spoilt.steps)
    device = FakeDevice()
    policy = RecordedPolicy(Source(spoilt), Deaf(), Manner(mode="strict"))
    episode = Rig(tmp_path / "again", policy=policy, device=device).run()
    assert len(device.performed) == done
    assert episode.stop is StopReason.GAVE_UP
    assert "the recording claims no success: it has no end" in episode.answer


def test_a_disk_that_fills_up_under_a_replay_stops_it_cleanly(
    short: Recording, tmp_path: Path
) -> None:
    device = FakeDevice()
    rig = Rig(tmp_path / "full", device=device, writer=FullDisk)
    rig.policy = RecordedPolicy(Source(short), Deaf(), Manner(mode="strict"))
    episode = rig.run()
    assert episode.stop is StopReason.RECORDING_LOST
    assert "No space left on device" in episode.error
    intents = [step for step in recorded(episode).steps if step.intent is not None]
    assert len(device.performed) == len(intents) < 3


def test_another_screen_size_is_told_where_nothing_may_heal(
    phone: ReplayPhone, booking: Recording
) -> None:
    small = ("wm size 720x1600", "wm density 280")
    replayed = phone.replay(booking, mode="strict", commands=small)
    assert replayed.episode.stop is StopReason.DIVERGED
    assert "the screen is of another size" in replayed.episode.error


def test_an_app_that_is_not_there_is_told(booking: Recording, tmp_path: Path) -> None:
    with replay_phone(
        tmp_path, apps=[app for app in all_apps() if app.package != BOOKINGS]
    ) as bare:
        replayed = bare.replay(booking)
        strict = bare.replay(booking, mode="strict")
    assert replayed.episode.stop is StopReason.STUCK, told(replayed)
    assert "There is no app called" in replayed.episode.error
    assert counts(replayed)["ask"] == 3
    assert strict.episode.stop is StopReason.DIVERGED, told(strict)
    assert "Step 1 differs" in strict.episode.error


def test_a_screen_that_is_off_is_told(phone: ReplayPhone, booking: Recording) -> None:
    replayed = phone.replay(booking, commands=("input keyevent POWER",))
    assert replayed.episode.stop in {StopReason.DIVERGED, StopReason.DEVICE_LOST}, told(replayed)
    assert "off" in replayed.episode.error
    assert not [step for step in replayed.episode.steps if step.action is not None]


def test_a_device_that_is_gone_in_mid_replay_is_told(short: Recording, tmp_path: Path) -> None:
    rig = Rig(tmp_path / "gone", device=FakeDevice(gone_after=1))
    rig.policy = RecordedPolicy(Source(short), Deaf(), Manner(mode="strict"))
    assert rig.run().stop is StopReason.DEVICE_LOST


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["replay", "nowhere", "--live"], "There is no recording 'nowhere'"),
        (["replay", "{rec}", "--live", "--mode", "heel"], "There is no mode 'heel'. Did you mean"),
        (["replay", "{rec}", "--live", "--device", "nobody"], "nobody"),
        (["replay", "{rec}", "--live", "--parser"], "--live performs a recording on a device"),
        (["replay", "{rec}", "{rec}", "--live"], "One recording at a time"),
        (["replay", "{rec}", "--seed", "3"], "--seed is for a replay on a device. Add --live"),
        (["replay", "{rec}", "--mode", "heal"], "--mode is for a replay on a device"),
        (["run", "--from", "{rec}", "--step", "9", "--device=virtual"], "has no step 9"),
        (["run", "--step", "2", "do it"], "--step needs a recording"),
        (["run", "--from", "a", "--resume", "b"], "do not go together"),
        (["run", "--resume", "{rec}"], "is done: there is nothing to go on with"),
        (["run"], "The goal is empty"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(
    short: Recording,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    said: str,
) -> None:
    monkeypatch.setenv("AGENT_ADB_SERVER", "127.0.0.1:1")
    code = run_command([word.format(rec=short.folder) for word in words])
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
    assert code == 2


def test_a_replay_runs_where_the_recording_was_made_unless_told_otherwise(
    booking: Recording, short: Recording
) -> None:
    asked = Config()
    assert as_recorded(asked, booking, ()).device == booking.start.config["device"]
    assert as_recorded(asked, short, ()).device == "fake"
    elsewhere = Config(device="abc")
    assert as_recorded(elsewhere, booking, {"device"}).device == "abc"
    dark = Config(scenario="dark")
    assert as_recorded(dark, booking, {"scenario"}).device == "virtual"
    lines = (booking.folder / "events.jsonl").read_text().splitlines()
    start = json.loads(lines[0])
    assert start["config"]["scenario"] == "default"


def with_config(recording: Recording, folder: Path, **fields: object) -> Recording:
    """A recording that says it was made with other settings."""
    copy = copy_of(recording, folder)
    first, *rest = (copy / "events.jsonl").read_text().splitlines()
    start = json.loads(first)
    start["config"].update(fields)
    (copy / "events.jsonl").write_text("\n".join([json.dumps(start), *rest]) + "\n")
    return read_recording(copy)


def test_secrets_stay_secret_and_modules_are_not_imported(short: Recording, tmp_path: Path) -> None:
    made = with_config(short, tmp_path, secrets=["PIN"], tools=["evil"], app="Bookings")
    config = as_recorded(Config(), made, ())
    assert config.secrets == ("PIN",)
    assert config.app == "Bookings"
    assert config.tools == ()
    assert as_recorded(Config(app="Clock"), made, {"app"}).app == "Clock"


def test_a_setting_that_is_none_is_told(short: Recording, tmp_path: Path) -> None:
    made = with_config(short, tmp_path, device="virtual", seed="many")
    with pytest.raises(RecordingError, match="made with a setting that cannot be used: seed"):
        as_recorded(Config(), made, ())


def test_the_virtual_phone_of_a_recording_is_started_again_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_ADB_SERVER", "127.0.0.1:1")
    goal = "turn on airplane mode"
    assert run_command(["run", goal, "--scenario=dark", "--seed=4", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert run_command(["replay", made["recording"], "--live", "--mode=strict", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["rungs"] == f"{len(made['steps'])} exact"
    assert read_recording(again["recording"]).start.config["scenario"] == "dark"
    copy = copy_of(read_recording(made["recording"]), tmp_path)
    assert run_command(["replay", str(copy), "--live", "--quiet", "--scenario=default"]) == 0
    assert "tree" in capsys.readouterr().out

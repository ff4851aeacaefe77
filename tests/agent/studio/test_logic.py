"""What the studio does behind its page, without a page and without Gradio."""

import zipfile
from pathlib import Path

import pytest

from agent import run_goal
from agent.recording.reader import read_recording
from agent.step import StopReason
from agent.studio.asking import Clients, Named
from agent.studio.reports import Lesson, Reports, listed, recording_named
from agent.studio.runs import Runs, begin_again, begin_fork, begin_goal, config_of
from agent.wiring.model_facts import examine_server, needs_of
from tools.errors import ConfigError, ModelError, RecordingError, UsageError

FORM: dict[str, object] = {"device": "virtual", "policy": "rules", "app": "", "seed": None}


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def reports(tmp_path: Path) -> Reports:
    folder = tmp_path / "made"
    folder.mkdir()
    return Reports(folder)


@pytest.fixture
def recorded() -> str:
    """The name of a recording of six steps."""
    folder = run_goal("turn on airplane mode", device="virtual", policy="rules").recording
    assert folder is not None
    return folder.name


def test_empty_fields_are_not_given_and_whole_numbers_are_whole() -> None:
    config = config_of({**FORM, "max_steps": 7.0})
    assert (config.device, config.max_steps, config.app, config.seed) == ("virtual", 7, "", 0)
    assert config.timeout_s == 86400
    with pytest.raises(ConfigError, match="max_steps"):
        config_of({"max_steps": 1.5})


def test_a_limit_that_the_person_set_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_TIMEOUT_S", "5")
    assert config_of({}).timeout_s == 5


def test_one_run_at_a_time(runs: Runs) -> None:
    run = begin_goal(runs, "turn on airplane mode", FORM)
    with pytest.raises(UsageError, match="under way"):
        begin_goal(runs, "turn on airplane mode", FORM)
    runs.close()
    assert not run.under_way
    assert run.episode is None or run.episode.stop is StopReason.INTERRUPTED
    assert runs.get(run.key) is runs.latest is run
    assert runs.get("x") is None
    runs.close()  # may be called again


@pytest.mark.parametrize("goal", ["", "  ", "?!"])
def test_a_goal_that_is_none_begins_nothing(runs: Runs, goal: str) -> None:
    with pytest.raises(UsageError, match="goal"):
        begin_goal(runs, goal, FORM)
    assert runs.latest is None


def test_a_recording_is_performed_again_and_gone_on_from(runs: Runs, recorded: str) -> None:
    again = begin_again(runs, recorded, {"policy": "rules"})
    again.thread.join(120)
    assert again.episode is not None
    assert again.episode.stop is StopReason.FINISHED
    fork = begin_fork(runs, recorded, 3, "", {"policy": "rules"})
    fork.thread.join(120)
    assert fork.episode is not None
    assert fork.episode.recording is not None
    origin = read_recording(fork.episode.recording).start.origin
    assert origin is not None
    assert (origin.kind, origin.step) == ("fork", 2)
    with pytest.raises(ConfigError, match="no step 99"):
        begin_fork(runs, recorded, 99, "", {})
    with pytest.raises(RecordingError):
        begin_again(runs, "nothing-like-it", {})


def test_recordings_are_listed_latest_first_and_named(recorded: str) -> None:
    choices, problems = listed()
    assert problems == []
    ((label, value),) = choices
    assert value == recorded
    assert label.startswith("turn on airplane mode · finished, ")


def test_no_folder_of_recordings_is_no_recordings() -> None:
    assert listed() == ([], [])


def test_a_report_and_exports_are_made(reports: Reports, recorded: str) -> None:
    told: list[tuple[int, int]] = []
    key = reports.make(recorded, lambda done, total: told.append((done, total)))
    page = reports.get(key)
    assert page is not None
    assert "turn on airplane mode" in page.read_text(encoding="utf-8")
    assert told[-1][0] == told[-1][1]
    assert reports.get("x") is None
    film = reports.export(recorded, "gif", lambda *_: None)
    assert film.name == f"{recorded}.gif"
    assert film.read_bytes().startswith(b"GIF8")
    with zipfile.ZipFile(reports.export(recorded, "zip", lambda *_: None)) as archive:
        assert f"{recorded}/events.jsonl" in archive.namelist()
    with pytest.raises(RecordingError):
        reports.make("nothing-like-it", lambda *_: None)


def test_samples_to_train_on_are_written(reports: Reports, recorded: str) -> None:
    told: list[tuple[int, int]] = []
    lesson = Lesson("trl", "qwen2_5_vl", everything=False)
    path, done = reports.train([recorded], lesson, lambda *part: told.append(part))
    assert (done.samples, len(done.taken), told) == (6, 1, [(0, 1)])
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert "trl-1/train.jsonl" in names
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    with pytest.raises(ConfigError, match="For which family"):
        reports.train([recorded], Lesson("trl"), lambda *_: None)
    with pytest.raises(RecordingError):
        reports.train([recorded, "nothing-like-it"], lesson, lambda *_: None)


@pytest.mark.parametrize("name", ["..", "../x", "/etc", "a/b", "", "."])
def test_only_recordings_are_named(reports: Reports, tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordingError):
        recording_named(name, tmp_path)
    with pytest.raises(RecordingError):
        reports.export(name, "zip", lambda *_: None)


def test_without_a_model_the_page_says_what_to_set_up() -> None:
    with pytest.raises(ConfigError, match="No model is set up") as told:
        Clients().get(Named())
    assert "agent.toml" in told.value.hint
    assert "agent model fit" in told.value.hint


def test_a_model_is_kept_until_another_is_named() -> None:
    clients = Clients()
    named = Named("m", "http://127.0.0.1:9/v1", "qwen2_5_vl")
    first = clients.get(named)
    assert clients.get(named) is first
    assert clients.get(Named("m2", "http://127.0.0.1:9/v1", "qwen2_5_vl")) is not first
    clients.close()
    clients.close()


def test_what_models_need_is_told() -> None:
    (needs,) = needs_of("Qwen2.5-VL-7B", gpu="24GB")
    assert needs.total_gib["bf16"] > needs.total_gib["int4"] > 3
    assert needs.fits[0] == "bf16"
    assert "24 GB" in needs.smallest_card
    assert len(needs_of("")) > 10
    with pytest.raises(ConfigError):
        needs_of("no such model")
    with pytest.raises(ConfigError):
        needs_of("", gpu="much")


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(ModelError):
        examine_server("http://127.0.0.1:9/v1", "m", tell=lambda _: None)

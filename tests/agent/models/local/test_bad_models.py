"""``agent run`` with a model that cannot be had: one clear line, the right code, no traceback."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.recording.reader import read_recording
from agent.step import StopReason
from tests.agent.models.fault_server import Answer, refuse, say, serving

RUN = ["run", "turn on airplane mode", "--device", "virtual"]
Checkpoint = Callable[[str], Path]
Capture = pytest.CaptureFixture[str]
LISTED = say({"object": "list", "data": [{"id": "Qwen3-VL-8B"}, {"id": "Qwen3-VL-4B"}]})
UNKNOWN = refuse(404, "The model `Qwen3-VL-9B` does not exist.")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's key is sent anywhere."""
    for name in [name for name in os.environ if name.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def complaint(arguments: list[str], capsys: Capture, code: int) -> str:
    """The one line on standard error, before any device was touched."""
    assert run_command(arguments) == code
    printed = capsys.readouterr()
    lines = [line for line in printed.err.splitlines() if line.startswith("agent: ")]
    assert len(lines) == 1, printed
    assert "Traceback" not in printed.out + printed.err
    assert "Device" not in printed.out
    assert not list(Path(os.environ["AGENT_RECORD_DIR"]).glob("*"))
    return lines[0]


def reason(arguments: list[str], capsys: Capture) -> str:
    """Why a run ended that had begun: told in one line, and in a recording that is whole."""
    assert run_command([*arguments, "--json"]) == 3
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    episode = json.loads(printed.out)
    assert (episode["stop"], episode["exit_code"]) == ("model_error", 3)
    recording = read_recording(Path(episode["recording"]))
    assert recording.warnings == ()
    assert recording.end is not None
    assert recording.end.stop is StopReason.MODEL_ERROR
    assert recording.end.error == episode["error"]
    error = str(episode["error"])
    assert len(error.splitlines()) == 1
    return error


def test_a_server_that_wants_a_key_says_where_to_put_it(capsys: Capture) -> None:
    with serving(refuse(401, "Missing bearer token")) as server:
        told = reason([*RUN, "--server", server.base_url, "--model", "m"], capsys)
    assert len(server.requests) == 1  # trying again helps nobody
    assert "401: Missing bearer token" in told
    assert "It wants a key." in told
    assert "AGENT_API_KEY" in told


def test_a_wrong_key_is_told_and_never_shown(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_API_KEY", "sk-of-somebody")
    with serving(refuse(401, "Incorrect API key provided")) as server:
        arguments = [*RUN, "--server", server.base_url, "--model", "m"]
        told = reason(arguments, capsys)
        assert run_command(arguments) == 3
        printed = capsys.readouterr()
    assert server.headers[0]["authorization"] == "Bearer sk-of-somebody"
    assert "The key given is not accepted." in told
    assert "sk-of-somebody" not in printed.out + printed.err + told
    for file in Path(os.environ["AGENT_RECORD_DIR"]).rglob("*"):
        assert file.is_dir() or b"sk-of-somebody" not in file.read_bytes()


def test_a_key_that_is_none_is_told_before_anything_is_sent(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "“sk-quoted”")
    told = complaint([*RUN, "--server", "openai", "--model", "gpt"], capsys, 2)
    assert "has characters in it that no key has" in told


@pytest.mark.parametrize("model", ["m", ""])
def test_a_host_that_nobody_answers_at(model: str, capsys: Capture) -> None:
    arguments = [*RUN, "--server", "http://127.0.0.1:9/v1"]
    if model:
        told = reason([*arguments, "--model", model], capsys)
    else:
        told = complaint(arguments, capsys, 3)
    assert "No connection to http://127.0.0.1:9/v1" in told
    assert "server running?" in told


def test_a_model_the_server_does_not_have_is_told_with_those_it_has(capsys: Capture) -> None:
    with serving(UNKNOWN, models=LISTED) as server:
        told = reason([*RUN, "--server", server.base_url, "--model", "Qwen3-VL-9B"], capsys)
    assert "404" in told
    assert "Did you mean 'Qwen3-VL-8B'?" in told or "Did you mean 'Qwen3-VL-4B'?" in told
    assert "It has: Qwen3-VL-8B, Qwen3-VL-4B." in told


def test_without_a_name_a_server_with_several_models_lists_them(capsys: Capture) -> None:
    with serving(UNKNOWN, models=LISTED) as server:
        told = complaint([*RUN, "--server", server.base_url], capsys, 2)
    assert "Name one of: Qwen3-VL-8B, Qwen3-VL-4B." in told


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ("nonsense", "neither a known kind of server nor an address"),
        ("http://", "is no address of a server"),
        ("http://127.0.0.1:99999/v1", "is no address of a server"),
        ("ftp://127.0.0.1/v1", "is no address of a server"),
    ],
)
def test_an_address_that_is_none(server: str, said: str, capsys: Capture) -> None:
    assert said in complaint([*RUN, "--server", server, "--model", "m"], capsys, 2)


def test_a_page_for_people_is_no_server(capsys: Capture) -> None:
    page = Answer(200, {"content-type": "text/html"}, (b"<html><title>Log in</title></html>",))
    with serving(page) as server:
        told = reason([*RUN, "--server", server.base_url, "--model", "m"], capsys)
    assert "answered with a web page (Log in)" in told


def test_without_the_extra_it_is_named_with_its_command(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    told = complaint([*RUN, "--model", str(tmp_path)], capsys, 2)
    assert "needs the extra 'local'" in told
    assert "pip install 'tapwright[local]'" in told


def _no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _text_only(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "qwen2", "hidden_size": 8}')


def _half(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:50_000])


def _noise(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(bytes(range(256)) * 40)


def _no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


@pytest.mark.local
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_no_weights, "has a config.json but no weights"),
        (_text_only, "a model for text only (qwen2): it cannot see"),
        (_half, "model.safetensors is damaged"),
        (_noise, "model.safetensors is damaged"),
        (_no_config, "holds no model: it has no config.json"),
    ],
)
def test_a_folder_that_is_no_whole_model(
    spoil: Callable[[Path], None],
    said: str,
    checkpoint: Checkpoint,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    folder = Path(shutil.copytree(checkpoint("qwen2_5_vl"), tmp_path / "spoiled"))
    spoil(folder)
    assert said in complaint([*RUN, "--model", str(folder)], capsys, 2)


@pytest.mark.local
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Nobody/No-Model", "'Nobody/No-Model' is not on this machine"),
        ("qwen", "There is no folder 'qwen'"),
        ("./no/such/folder", "There is no folder './no/such/folder'"),
        ("/etc/hostname", "is a file"),
    ],
)
def test_a_name_that_nothing_here_has(
    name: str,
    said: str,
    torch_ready: None,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AGENT_OFFLINE", "true")
    assert said in complaint([*RUN, "--model", name], capsys, 2)

"""``agent studio`` on the command line."""

import socket
import sys

import pytest

from agent.cli.app import run_command
from agent.studio.studio import serve_studio
from tools.errors import ConfigError


def test_without_the_extra_it_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gradio", None)
    assert run_command(["studio", "--no-open"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "pip install 'tapwright[studio]'" in printed.err


@pytest.mark.studio
@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.1", "no such host"])
def test_an_address_that_cannot_be_had_is_one_line(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run_command(["studio", "--no-open", "--host", host, "--port", str(port)]) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert str(port) in printed


@pytest.mark.studio
def test_a_setting_that_is_wrong_is_told_before_a_page_is_made(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_MAX_STEPS", "many")
    assert run_command(["studio", "--no-open"]) == 2
    assert "AGENT_MAX_STEPS" in capsys.readouterr().err


@pytest.mark.studio
def test_what_takes_some_seconds_is_told_once_it_is_sure_to_come() -> None:
    told: list[str] = []
    with serve_studio(notice=told.append) as url:
        assert told == ["Making the page …"]
        assert url.startswith("http://127.0.0.1:")
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConfigError):
        serve_studio(port=taken.getsockname()[1], notice=told.append).__enter__()
    assert len(told) == 1

"""``agent reason`` through a real HTTP server: what is printed where, and its exit codes."""

import json
from pathlib import Path

import pytest
from PIL import Image

from agent import Client
from agent.cli.app import run_command
from tests.agent.models.fault_server import Answer, chunk, refuse, serving, stream, words
from tests.terminal import agent_on_a_terminal

DONE = ("I count ", "the cubes.\n\n**Final ", "Answer**\n\n\\[ \\boxed{5} \\]")
ROUND = "Wait, I look again. "


@pytest.fixture
def cubes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (300, 200), "white").save("cubes.png")
    return "cubes.png"


def reason(url: str, *arguments: str, model: str = "Qwen/QVQ-72B-Preview") -> int:
    return run_command(["reason", *arguments, "--server", url, "--model", model])


def test_the_answer_alone_stands_on_standard_output(
    cubes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(words(*DONE)) as server:
        assert reason(server.base_url, cubes, "How many cubes?") == 0
    printed = capsys.readouterr()
    assert printed.out == "5\n"
    assert "I count the cubes." in printed.err
    assert "boxed" not in printed.err
    assert "cubes.png: 300x200, shown as 308x196, 77 tokens." in printed.err
    assert "20 tokens, " in printed.err
    (body,) = server.requests
    assert body["max_tokens"] == 8192
    assert body["messages"][0]["content"].endswith("You should think step-by-step.")
    assert [part["type"] for part in body["messages"][1]["content"]] == ["image_url", "text"]


def test_quiet_prints_nothing_else(cubes: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(words(*DONE)) as server:
        assert reason(server.base_url, cubes, "How many cubes?", "--quiet") == 0
    assert capsys.readouterr() == ("5\n", "")


def test_json_has_all_of_it(cubes: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(words(*DONE)) as server:
        assert reason(server.base_url, cubes, "How many cubes?", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["answer"], told["boxed"]) == ("answered", "5", ["5"])
    assert told["reasoning"] == "I count the cubes."
    assert told["usage"]["completion_tokens"] == 20
    assert told["latency_s"] >= told["first_token_s"] > 0


def test_a_server_that_parts_the_thought_has_it_shown_once(
    cubes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = stream(
        chunk(reasoning_content="Two and three."), chunk(content="Five."), chunk(finish="stop")
    )
    with serving(answer) as server:
        assert reason(server.base_url, cubes, "How many?", model="Qwen3-VL-8B-Thinking") == 0
    printed = capsys.readouterr()
    assert printed.out == "Five.\n"
    assert printed.err.count("Two and three.") == 1
    assert "Five" not in printed.err


def test_a_loop_is_cut_while_it_is_written_and_told(
    cubes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    endless = stream(*(chunk(content=ROUND) for _ in range(3000)), chunk(finish="stop"))
    with serving(endless) as server:
        assert reason(server.base_url, cubes, "How many?") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "No final answer: it went round in circles" in printed.err
    assert printed.err.count("I look again.") < 100


def test_a_reply_without_an_answer_is_exit_code_1(
    cubes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(
        stream(chunk(content="Let me see. \\boxed{4}?"), chunk(finish="length"))
    ) as server:
        assert reason(server.base_url, cubes, "How many?", "--max-tokens", "5") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Let me see." in printed.err
    assert (
        "No final answer: it had used up its tokens; give it more with --max-tokens" in printed.err
    )
    assert "It framed on its way: 4." in printed.err
    assert server.requests[0]["max_tokens"] == 5


def test_the_pixel_budget_reaches_the_server(
    cubes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(words(*DONE)) as server:
        assert reason(server.base_url, cubes, "How many?", "--max-pixels", "20000") == 0
    assert "shown as 168x112, 24 tokens" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cubes.png"], "the problem is missing"),
        (["nothing.png", "How many?"], "'nothing.png' cannot be read"),
        (["film.mp4", "How many?"], "'film.mp4' is a film"),
        (["cubes.png", " "], "The problem is empty."),
        (["cubes.png", "How many?", "--max-tokens", "0"], "--max-tokens"),
        (["cubes.png", "How many?", "--max-pixels", "5"], "pixels"),
        (["empty.png", "How many?"], "empty"),
        ([], "Missing argument"),
    ],
)
def test_bad_input_is_one_line(
    cubes: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty.png").touch()
    assert reason("http://127.0.0.1:1/v1", *arguments) == 2
    printed = capsys.readouterr()
    assert said in printed.err.splitlines()[-1]
    assert printed.out == ""
    assert "Traceback" not in printed.err


def test_a_long_problem_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(words("**Final Answer**\n5")) as server:
        assert reason(server.base_url, "What is it? " * 400 + "Of v1.5, I mean") == 0
    assert capsys.readouterr().out == "5\n"


@pytest.mark.parametrize("answer", [refuse(401, "no such key"), refuse(400, "bad picture")])
def test_a_model_that_cannot_be_asked_is_exit_code_3(
    cubes: str, answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(answer) as server:
        assert reason(server.base_url, cubes, "How many?") == 3
    assert capsys.readouterr().err.splitlines()[-1].startswith("agent: ")


def test_on_a_terminal_the_thought_is_dim_and_nothing_steers_it(cubes: str) -> None:
    said = words("I count \x1b[2Jcubes.\n\n", "**Final Answer**\n\\boxed{5}")
    with serving(said) as server:
        env = {"AGENT_SERVER": server.base_url, "AGENT_MODEL": "QVQ"}
        with agent_on_a_terminal("reason", cubes, "How many?", env=env) as terminal:
            assert terminal.end() == 0
            shown = terminal.raw
    assert "\x1b[2J" not in shown
    assert "\\x1b[2J" in shown
    assert "\x1b[2mI count" in shown
    assert "\x1b[1m5" in shown


def test_in_python(cubes: str) -> None:
    heard: list[str] = []
    with serving(words(*DONE)) as server, Client(model="QVQ", server=server.base_url) as client:
        reasoned = client.reason("How many cubes?", [cubes], on_text=heard.append)
    assert reasoned.answer == "5"
    assert "".join(heard) == "".join(DONE)

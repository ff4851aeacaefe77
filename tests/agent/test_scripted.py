"""The scripted policy and the file it reads."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.policies.scripted import ScriptedPolicy, read_script
from agent.step import Step
from tests.agent.episodes import DONE, call, tap
from tools.devices.fake import FakeDevice
from tools.errors import ConfigError

SEEN = FakeDevice().observe()


def test_it_plays_one_decision_a_step_and_gives_up_at_the_end() -> None:
    policy = ScriptedPolicy([tap([1, 2]), DONE])
    assert policy.decide("g", SEEN, []) == tap([1, 2])
    assert policy.decide("g", SEEN, [Step(index=0)]) == DONE
    last = policy.decide("g", SEEN, [Step(index=0), Step(index=1)])
    assert (last.call.name, last.call.arguments["success"]) == ("finish", False)


@pytest.mark.parametrize(
    "text",
    [
        "- tool: tap\n  arguments: {at: [1, 2]}\n  thought: why\n- tool: home\n",
        '[{"tool": "tap", "arguments": {"at": [1, 2]}, "thought": "why"}, {"tool": "home"}]',
    ],
)
def test_yaml_and_json_say_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "script"
    path.write_text(text)
    policy = read_script(path)
    assert policy.decide("g", SEEN, []) == call("tap", "why", at=[1, 2])
    assert policy.decide("g", SEEN, [Step(index=0)]) == call("home")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "script:1: the script"),
        ("tool: tap\n", "script:1: the script"),
        ("- tool: home\n- tol: tap\n", "script:2: tol: Extra inputs"),
        ("- tool: home\n\n- arguments: {}\n", "script:3: tool: Field required"),
        ("- tool: [\n", "script:2:1: this is neither YAML nor JSON"),
        ("- tool: 3\n", "script:1: tool: Input should be a valid string"),
        ("- !!python/object/apply:os.system ['true']\n", "neither YAML nor JSON"),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "script"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_script(path)
    assert said in str(caught.value)


def test_a_script_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_script(tmp_path / "none")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_script(tmp_path / "bytes")


@given(text=st.text(max_size=80))
def test_no_text_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "script"
    path.write_text(text, encoding="utf-8")
    try:
        read_script(path)
    except ConfigError:
        return
    assert text.strip()

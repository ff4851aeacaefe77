"""Where settings come from, which one wins, and how a slip is reported."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config import Config, load_config, user_file
from tools.errors import ConfigError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_without_anything_all_is_default(here: Path) -> None:
    loaded = load_config(environ={})
    assert loaded.config == Config()
    assert set(loaded.origins.values()) == {"default"}


def test_flags_beat_environment_beats_files_beat_defaults(here: Path) -> None:
    user_file().parent.mkdir(parents=True)
    user_file().write_text("max_steps = 1\nseed = 1\ntimeout_s = 1\npolicy = 'a'\n")
    (here / "agent.toml").write_text("max_steps = 2\nseed = 2\ntimeout_s = 2\n")
    environ = {"AGENT_MAX_STEPS": "3", "AGENT_SEED": "3"}
    loaded = load_config({"max_steps": 4, "device": None}, environ=environ)
    config = loaded.config
    assert (config.max_steps, config.seed, config.timeout_s, config.policy) == (4, 3, 2, "a")
    assert loaded.origins["max_steps"] == "--max-steps"
    assert loaded.origins["seed"] == "AGENT_SEED"
    assert loaded.origins["timeout_s"] == "agent.toml:3:1"
    assert loaded.origins["policy"] == f"{user_file()}:4:1"
    assert loaded.origins["device"] == "default"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = 1\n  max_step = 3\n", "agent.toml:2:3: unknown key 'max_step'. Did you mean"),
        ("\nmax_steps = 'many'\n", "agent.toml:2:1: max_steps must be a whole number"),
        ("max_steps = 0", "agent.toml:1:1: max_steps must be greater than or equal to 1, not 0."),
        ("seed = 1\nseed =\n", "agent.toml:2:7: this is no TOML"),
        ("seed = 'x", "agent.toml:1:"),
        ("approve = 'alway'", "Did you mean 'always'?"),
        ("adb_server = 'here'", "agent.toml:1:1: adb_server must"),
        (
            "[[guard]]\nverdict = 'maybe'\n",
            "verdict must be 'allow', 'ask' or 'deny', not 'maybe'.",
        ),
        ("expect = ['']", "agent.toml:1:1: expect.0 is empty."),
        ("[[guard]]\nverdict = 'ask'\ntext = '('\n", "guard.0.text: '(' is no regular"),
        ("[guards]\n", "agent.toml:1:2: unknown key 'guards'. Did you mean 'guard'?"),
        ("[[guard]]\napp = 'x'\n", "guard.0.verdict is missing"),
        ("[[guard]]\nap = 'x'\n", "unknown key 'guard.0.ap'. Did you mean 'app'?"),
        ("guard = 'x'", "agent.toml:1:1: guard must be a list, not 'x'."),
        ("zebra = 1", "Known: adb_server, app,"),
        ("seed = true", "agent.toml:1:1: seed must be something else than true or false"),
        ("record_dir = 3", "agent.toml:1:1: record_dir must be a path, not 3."),
        ("adb_server = 'h:99999'", "adb_server must be HOST:PORT with a port from 1 to 65535"),
        ("seed = " + "[" * 5000, "agent.toml: this is nested too deeply."),
    ],
)
def test_a_slip_in_the_file_is_one_line_with_its_place(here: Path, text: str, said: str) -> None:
    (here / "agent.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(environ={})
    assert said in str(caught.value)
    assert not re.search("(Known|must be).*Known", str(caught.value))  # once is enough
    assert "\n" not in str(caught.value)


def test_a_file_from_windows_is_read(here: Path) -> None:
    (here / "agent.toml").write_bytes(b"\xef\xbb\xbfseed = 3\r\n")
    assert load_config(environ={}).config.seed == 3


def test_a_tilde_is_the_home_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    (here / "agent.toml").write_text("record_dir = '~/runs'")
    assert load_config(environ={}).config.record_dir == Path("/home/somebody/runs")


@pytest.mark.parametrize("field", ["app", "record_dir", "device"])
def test_what_no_recording_can_hold_is_refused(here: Path, field: str) -> None:
    with pytest.raises(ConfigError, match=f"{field} must be text in UTF-8"):
        load_config({field: "a\udcff"}, environ={})


def test_a_file_that_is_no_text_is_reported(here: Path) -> None:
    (here / "agent.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(environ={})


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"AGENT_MAX_STEPS": "many"}, "AGENT_MAX_STEPS: max_steps must be a whole number"),
        ({"AGENT_GUARD": "[{]"}, "AGENT_GUARD: this is no JSON list"),
        ({"AGENT_DRY_RUN": "perhaps"}, "AGENT_DRY_RUN: dry_run must be true or false"),
    ],
)
def test_a_slip_in_the_environment_names_the_variable(
    here: Path, environ: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(environ=environ)
    assert said in str(caught.value)


def test_lists_in_the_environment_are_comma_separated_or_json(here: Path) -> None:
    environ = {"AGENT_TOOLS": "one, two.three", "AGENT_GUARD": '[{"verdict": "deny"}]'}
    config = load_config(environ=environ).config
    assert config.tools == ("one", "two.three")
    assert config.guard[0].verdict == "deny"


def test_other_programs_variables_are_left_alone_but_near_misses_are_noted(here: Path) -> None:
    loaded = load_config(environ={"AGENT_ID": "7", "AGENT_MAX_STEP": "3", "AGENT_OS": "Linux"})
    assert loaded.config == Config()
    assert loaded.notes == ("AGENT_MAX_STEP is not used; did you mean AGENT_MAX_STEPS?",)


def test_an_unknown_setting_in_python_is_refused(here: Path) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'max_steps'"):
        load_config({"max_step": 3}, environ={})


def test_a_wrong_flag_names_the_flag(here: Path) -> None:
    with pytest.raises(ConfigError, match="--timeout: timeout_s must be greater than 0"):
        load_config({"timeout_s": -1}, environ={})


def test_every_field_says_why(here: Path) -> None:
    for name, field in Config.model_fields.items():
        assert field.description, name


@given(text=st.text(max_size=60))
def test_no_file_content_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "agent.toml").write_text(text, encoding="utf-8")
        with suppress(ConfigError):
            load_config(environ={})
